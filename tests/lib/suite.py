"""All that is built and tested for one Debian release, as much of it at once
as may be: most tests wait for mail servers, and others compute meanwhile."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import traceback
import xml.etree.ElementTree

import build
import roots
import share
import tally
import turns
from build import BuildError, Workshop
from net import Lan

PARTS = ("unit", "lint", "sanitized", "fuzz", "e2e", "packaging")

# Processes of pytest that share a folder's tests.
SHARES = {"e2e": 2, "packaging": 2}

# What keeps all processors busy, and what of it goes first: first what others
# wait for, then what takes longest.
ORDER = ("build", "lint", "tests of the build", "build with sanitizers",
         "tests with sanitizers", "campaigns", "fuzzing", "slow tests")

# A campaign computes for a third of its time and waits for the rest, so all of
# them together take as long as one: a minute on one release, and less on the
# other and with sanitizers.
CAMPAIGNS_AT_ONCE = 6
CAMPAIGN_SECONDS = {"unit": 60, "sanitized": 10}
CAMPAIGN_SECONDS_AGAIN = 10

ENVIRONMENT = (
    "ASAN_OPTIONS=detect_leaks=1",
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1",
    f"CI={os.environ.get('CI', '')}",
)


class Suite:
    """A release. parts are those of PARTS that are wanted; words choose among
    their tests."""

    def __init__(self, name, told, parts, slow, words):
        self.name, self.tally, self.parts = name, told, parts
        self.slow, self.words = slow, words
        self.fuzz_seconds = 600 if slow else 60
        self.work = pathlib.Path(os.environ["BACKSTOP_WORK"])
        self.logs = self.work / "logs" / name
        self.logs.mkdir(parents=True)
        self._pool = concurrent.futures.ThreadPoolExecutor(
            16, thread_name_prefix=name)
        self._begun = []

    def say(self, text):
        self.tally.say(self.name, text)

    def phase(self, title):
        return self.tally.phase(self.name, title)

    @contextlib.contextmanager
    def _busy(self, title):
        """A phase that keeps the processors busy, once it has its turn."""
        with turns.turn(ORDER.index(title)), self.phase(title):
            yield

    def run(self):
        self._beside(self._main)
        # those that are begun may begin others
        while self._begun:
            self._begun.pop().result()

    def _beside(self, work, *words):
        self._begun.append(self._pool.submit(self._guarded, work, *words))

    def _guarded(self, work, *words):
        """A thread that dies in silence would be a test that passes."""
        try:
            work(*words)
        except (BuildError, roots.RootError) as error:
            self.tally.fail(self.name, str(error))
        except Exception:  # pylint: disable=broad-except
            self.tally.fail(self.name, traceback.format_exc())

    def _main(self):
        if "packaging" in self.parts:
            self._beside(self._pytest, "packaging")
        if {"unit", "lint", "e2e"} & self.parts:
            self._beside(self._plain)
        if "sanitized" in self.parts:
            self._beside(self._sanitized)
        if "fuzz" in self.parts and self.name == roots.LINT_SUITE:
            self._beside(self._fuzz)
        for kind in self._trees():
            roots.root(self.name, self.say, kind)

    def _trees(self):
        """What will be needed, made before somebody has to wait for it."""
        kinds = []
        if "e2e" in self.parts:
            kinds += ["spf", "exim-light", "exim-heavy"]
            if self.name == roots.LINT_SUITE:
                kinds += ["browser"]
        if "packaging" in self.parts:
            kinds += ["debs", "clean", "booted", "rpm"]
            if self.name == roots.LINT_SUITE:
                kinds.append("watched")
        return kinds

    def _workshop(self, name):
        """A place to build, on a wire of its own: tests of one build must not
        meet those of another."""
        return Workshop(Lan(self.work / f"{self.name}.{name}"),
                        roots.root(self.name, self.say), build.source())

    # The build that is installed.

    def _plain(self):
        with self._workshop("plain") as workshop:
            with self._busy("build"):
                self.say("building")
                tests = {"unit", "lint"} & self.parts
                folder = workshop.build(
                    "plain", "-Dwerror=true",
                    *([] if tests else ["-Dtests=disabled"]))
            if "e2e" in self.parts:
                stage = workshop.stage(folder)
                self._beside(self._pytest, "e2e", {
                    f"BACKSTOP_STAGE_{self.name}": str(stage)})
            lint = threading.Thread(
                target=self._guarded, args=(self._lint, workshop, folder))
            lint.start()
            if "unit" in self.parts:
                self._tests(workshop, folder, "unit", "tests of the build")
            lint.join()

    def _lint(self, workshop, folder):
        if "lint" in self.parts and self.name == roots.LINT_SUITE:
            with self._busy("lint"):
                self._meson_tests(workshop, folder, "lint",
                                  "--suite", "lint")

    def _sanitized(self):
        with self._workshop("sanitized") as workshop:
            with self._busy("build with sanitizers"):
                self.say("building with the address and undefined sanitizers")
                folder = workshop.build(
                    "sanitized", "-Dwerror=true",
                    "-Db_sanitize=address,undefined")
            self._tests(workshop, folder, "sanitized",
                        "tests with sanitizers")

    def _tests(self, workshop, folder, part, title):
        """The tests of a build, the campaigns apart unless tests are named."""
        apart = [] if self._names() else ["--no-suite", "campaign"]
        with self._busy(title):
            self._meson_tests(workshop, folder, part, "--no-suite", "lint",
                              *apart)
        if apart:
            seconds = (CAMPAIGN_SECONDS[part]
                       if self.name == roots.LINT_SUITE
                       else CAMPAIGN_SECONDS_AGAIN)
            with self._busy("campaigns"):
                self._meson_tests(
                    workshop, folder, part, "--suite", "campaign",
                    "--num-processes", str(CAMPAIGNS_AT_ONCE),
                    log="campaigns",
                    environment=[f"BACKSTOP_SECONDS={seconds}"])
        self._slow(workshop, folder)

    def _slow(self, workshop, folder):
        if self.slow:
            with self._busy("slow tests"):
                self._meson_tests(workshop, folder, "slow", "--suite", "slow",
                                  "--num-processes", str(CAMPAIGNS_AT_ONCE))

    def _fuzz(self):
        """The fuzzer of the parser of bounces, which has its own clang."""
        with self._workshop("fuzz") as workshop:
            with self._busy("fuzzing"):
                done = workshop.run(
                    "sh", "/src/tests/fuzz/run.sh", str(self.fuzz_seconds),
                    "/build/fuzz", *self._chosen(), check=False,
                    seconds=build.BUILD_SECONDS + 60 * self.fuzz_seconds)
        if done.returncode:
            self.tally.fail(f"{self.name}: fuzzing: exit {done.returncode}",
                            (done.stdout + done.stderr)[-8000:],
                            tally.again(self.name, "fuzz"))
            return
        for line in done.stdout.splitlines():
            self.say(f"fuzzed for {self.fuzz_seconds} s: {line}")
            if ": Done " in line:
                self.tally.passed()

    def _chosen(self):
        """The targets to fuzz: in an ordinary run that which every message
        from the network goes through."""
        if self.parts == {"fuzz"} and self.words:
            return self.words
        return [] if self.slow else ["dsn"]

    # What meson runs.

    def _names(self):
        """The tests that meson is to run, where it is meson's tests alone."""
        return (self.words if self.parts <= {"unit", "lint", "sanitized"}
                else [])

    def _meson_tests(self, workshop, folder, part, *options, log=None,
                     environment=()):
        title = {"unit": "tests", "lint": "lint", "slow": "slow tests",
                 "sanitized": "sanitized tests"}[part]
        base = part
        if log:
            title, base = f"{title}, {log}", f"{part}-{log}"
        done = workshop.run(
            *ENVIRONMENT, *environment, "meson", "test", "-C", folder,
            "--no-rebuild", f"--logbase={base}", "--timeout-multiplier=4",
            *options, *self._names(), check=False,
            seconds=2 * build.BUILD_SECONDS)
        log = workshop.path(f"{folder}/meson-logs/{base}.json")
        (self.logs / f"{title}.txt").write_text(done.stdout + done.stderr)
        if not log.exists():
            self.tally.fail(f"{self.name}: {title}",
                            done.stdout + done.stderr)
            return
        shutil.copy(log, self.logs / f"{title}.json")
        results = [json.loads(line) for line in log.open()]
        for result in results:
            self._count(title, part, result)
        self.say(f"{title}: {len(results)} programs ran")
        # A failure of meson itself that no result shows.
        failed = any(result["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
                     for result in results)
        if done.returncode and not failed:
            self.tally.fail(f"{self.name}: {title}", done.stdout)

    def _count(self, title, part, result):
        output = result.get("stdout", "") + result.get("stderr", "")
        name = result["name"].rpartition(" / ")[2]
        self.tally.took(result["duration"], f"{self.name}: {title}: {name}")
        if result["result"] in ("OK", "EXPECTEDFAIL"):
            self.tally.passed()
        elif result["result"] == "SKIP":
            last = (output.strip().splitlines() or ["no reason given"])[-1]
            self.tally.skip(f"{result['name']}: {last}")
        else:
            self.tally.fail(f"{self.name}: {title}: {name}: "
                            f"{result['result']}", output[-8000:],
                            tally.again(self.name, *(
                                ["unit", "--slow"] if part == "slow"
                                else [part]), name))

    # What pytest runs.

    def _pytest(self, name, environment=None):
        """The tests of a folder, shared by several processes."""
        claims = self.work / f"{self.name}.{name}.claims"
        claims.mkdir()
        with self.phase(f"tests in {name}"), \
                concurrent.futures.ThreadPoolExecutor(SHARES[name]) as pool:
            self.say(f"tests in {name}")
            counts = list(pool.map(
                lambda number: self._pytest_share(name, number, {
                    **os.environ, **(environment or {}),
                    share.CLAIMS: str(claims)}), range(SHARES[name])))
        self.say(f"tests in {name}: {sum(counts)} ran")

    def _pytest_share(self, name, number, environment):
        """One of these processes; returns how many tests it ran."""
        report = self.logs / f"{name}.{number}.xml"
        text = self.logs / f"{name}.{number}.txt"
        folder = build.source() / "tests" / name
        named = any(".py" in word for word in self.words)
        with open(text, "w", encoding="utf-8") as log:
            status = subprocess.run(
                [sys.executable, "-B", "-m", "pytest", "-p",
                 "no:cacheprovider", "-q", f"--suite={self.name}",
                 f"--junitxml={report}", f"--rootdir={folder}",
                 *(["--slow"] if self.slow else []),
                 *([] if named else [str(folder)]), *self.words], cwd=folder,
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, check=False,
                env=environment).returncode
        count, failed = 0, 0
        if report.exists():
            count, failed = self._count_pytest(name, report)
        # Exit 1 is failed tests; 5 is none, which is no fault where words
        # name tests or other processes were faster.
        if status not in (0, 1, 5) or (status == 1 and not failed):
            self.tally.fail(f"{self.name}: pytest {name}: exit {status}",
                            text.read_text(encoding="utf-8")[-8000:])
        return count

    def _count_pytest(self, part, report):
        cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
        failed = 0
        for case in cases:
            file = case.get("classname").split(".")[0]
            name = f"{case.get('classname')}::{case.get('name')}"
            self.tally.took(case.get("time"), f"{self.name}: {name}")
            bad = case.find("failure")
            bad = case.find("error") if bad is None else bad
            skipped = case.find("skipped")
            if bad is not None:
                failed += 1
                self.tally.fail(f"{self.name}: {name}", bad.text or "",
                                tally.again(self.name, part, node(case, file)))
            elif skipped is not None:
                self.tally.skip(skipped.get("message"))
            else:
                self.tally.passed()
            self.tally.figures += [
                f"{self.name}: {told.get('value')}"
                for told in case.iter("property")
                if told.get("name") == "figure"]
        return len(cases), failed


def node(case, file):
    """What pytest calls a test of a report."""
    within = case.get("classname").split(".")[1:]
    return "::".join([f"{file}.py", *within, case.get("name")])
