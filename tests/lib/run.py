"""Builds and tests in each Debian tree, and counts; tests/run.sh calls it."""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import xml.etree.ElementTree

import build
import roots
from build import BuildError, Workshop
from net import Lan

WORK = pathlib.Path(os.environ["BACKSTOP_WORK"])
BEGAN = time.monotonic()
_voice = threading.Lock()


def say(suite, text):
    """A line of progress; the suites speak in turn."""
    with _voice:
        print(f"[{time.monotonic() - BEGAN:4.0f} s] {suite + ':':9} {text}",
              flush=True)


class Tally:
    """What came of the tests of all suites."""

    def __init__(self):
        self.counts = collections.Counter()
        self.failures = []  # (title, text)
        self.skips = collections.Counter()  # reason to how often
        self.figures = []  # what tests measured, as they told it

    def fail(self, title, text):
        self.counts["failed"] += 1
        self.failures.append((title, text))

    def skip(self, reason):
        self.counts["skipped"] += 1
        self.skips[reason] += 1

    def __str__(self):
        return ", ".join(f"{self.counts[name]} {name}"
                         for name in ("passed", "failed", "skipped"))


class Suite:
    """All that is done in one Debian tree."""

    def __init__(self, name, tally, fuzz_seconds, pytest_words):
        self.name = name
        self.tally = tally
        self.fuzz_seconds = fuzz_seconds
        self.pytest_words = pytest_words
        self.logs = WORK / "logs" / name
        self.logs.mkdir(parents=True)

    def say(self, text):
        say(self.name, text)

    def run(self):
        try:
            stage = self.in_workshop()
            self.pytest("e2e", "end-to-end tests",
                        **{f"BACKSTOP_STAGE_{self.name}": str(stage)})
            self.pytest("packaging", "tests of the packages")
        except (BuildError, roots.RootError) as error:
            self.tally.fail(self.name, str(error))
        except Exception:  # pylint: disable=broad-except
            # A thread that dies in silence would be a test that passes.
            self.tally.fail(self.name, traceback.format_exc())

    def in_workshop(self):
        """Builds and runs meson's tests; returns the installed layer."""
        self.tree = roots.root(self.name, self.say)
        lan = Lan(WORK / self.name)
        with Workshop(lan, self.tree, build.source()) as workshop:
            self.say("building")
            plain = workshop.build("plain", "-Dwerror=true")
            lint = [] if self.name == roots.LINT_SUITE else ["--no-suite",
                                                             "lint"]
            self.meson_tests(workshop, plain, "tests", *lint)
            fuzzer = self.name == roots.LINT_SUITE and workshop.start(
                "fuzzer", "sh", "/src/tests/fuzz/run.sh",
                str(self.fuzz_seconds), "/build/fuzz", "dsn")
            self.say("building with the address and undefined sanitizers")
            sane = workshop.build("sanitized", "-Dwerror=true",
                                  "-Db_sanitize=address,undefined")
            self.meson_tests(workshop, sane, "sanitized tests", "--no-suite",
                             "lint")
            if fuzzer:
                self.end_fuzzing(fuzzer)
            return workshop.stage(plain)

    def end_fuzzing(self, fuzzer):
        """The fuzzer of the parser of bounces, which has its own clang."""
        status = fuzzer.process.wait()
        if status:
            self.tally.fail(f"{self.name}: fuzzing: exit {status}",
                            fuzzer.text()[-8000:])
            return
        self.tally.counts["passed"] += 1
        self.say(f"fuzzed for {self.fuzz_seconds} s: "
                 f"{fuzzer.text().splitlines()[-1]}")

    def meson_tests(self, workshop, folder, title, *words):
        done = workshop.run(
            "ASAN_OPTIONS=detect_leaks=1", "UBSAN_OPTIONS=halt_on_error=1:"
            "print_stacktrace=1", f"CI={os.environ.get('CI', '')}", "meson",
            "test", "-C", folder, "--no-rebuild", "--timeout-multiplier=4",
            *words, check=False, seconds=2 * build.BUILD_SECONDS)
        log = workshop.path(f"{folder}/meson-logs/testlog.json")
        (self.logs / f"{title}.txt").write_text(done.stdout + done.stderr)
        if not log.exists():
            self.tally.fail(f"{self.name}: {title}",
                            done.stdout + done.stderr)
            return
        shutil.copy(log, self.logs / f"{title}.json")
        results = [json.loads(line) for line in log.open()]
        for result in results:
            self.count(title, result)
        self.say(f"{title}: {len(results)} programs ran")
        # A failure of meson itself that no result shows.
        failed = any(result["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
                     for result in results)
        if done.returncode and not failed:
            self.tally.fail(f"{self.name}: {title}", done.stdout)

    def count(self, title, result):
        output = result.get("stdout", "") + result.get("stderr", "")
        if result["result"] in ("OK", "EXPECTEDFAIL"):
            self.tally.counts["passed"] += 1
        elif result["result"] == "SKIP":
            last = (output.strip().splitlines() or ["no reason given"])[-1]
            self.tally.skip(f"{result['name']}: {last}")
        else:
            self.tally.fail(f"{self.name}: {title}: {result['name']}: "
                            f"{result['result']}", output[-8000:])

    def pytest(self, name, title, **environment):
        """Runs the tests of a folder."""
        self.say(title)
        report = self.logs / f"{name}.xml"
        folder = build.source() / "tests" / name
        with open(self.logs / f"{name}.txt", "w", encoding="utf-8") as log:
            status = subprocess.run(
                [sys.executable, "-B", "-m", "pytest", "-p",
                 "no:cacheprovider", "-q", f"--suite={self.name}",
                 f"--junitxml={report}", f"--rootdir={folder}", str(folder),
                 *self.pytest_words],
                stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, check=False,
                env={**os.environ, **environment}).returncode
        output = (self.logs / f"{name}.txt").read_text(encoding="utf-8")
        before = self.tally.counts["failed"]
        if report.exists():
            self.count_pytest(title, report)
        # Exit 1 is failed tests, 5 is none that the words name; others are
        # failures of pytest itself.
        if status not in (0, 1, 5 if self.pytest_words else 0) or (
                status == 1 and self.tally.counts["failed"] == before):
            self.tally.fail(f"{self.name}: pytest {name}: exit {status}",
                            output[-8000:])

    def count_pytest(self, title, report):
        cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
        for case in cases:
            name = f"{case.get('classname')}::{case.get('name')}"
            bad = case.find("failure")
            bad = case.find("error") if bad is None else bad
            skipped = case.find("skipped")
            if bad is not None:
                self.tally.fail(f"{self.name}: {name}", bad.text or "")
            elif skipped is not None:
                self.tally.skip(skipped.get("message"))
            else:
                self.tally.counts["passed"] += 1
            self.tally.figures += [
                f"{self.name}: {told.get('value')}"
                for told in case.iter("property")
                if told.get("name") == "figure"]
        self.say(f"{title}: {len(cases)} ran")


def keep_logs():
    """Copies the logs out of the run's folder, which goes away with it."""
    kept = tempfile.mkdtemp(prefix="backstop-logs.")
    shutil.copytree(WORK / "logs", kept, dirs_exist_ok=True)
    return kept


def main():
    parser = argparse.ArgumentParser(prog="tests/run.sh")
    parser.add_argument("--suite", action="append", choices=roots.SUITES)
    parser.add_argument("--slow", action="store_true",
                        help="fuzz for ten minutes instead of one")
    options, pytest_words = parser.parse_known_args()
    tally = Tally()
    seconds = 600 if options.slow else 60
    threads = [threading.Thread(
        target=Suite(name, tally, seconds, pytest_words).run)
               for name in options.suite or roots.SUITES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for figure in tally.figures:
        print(figure)
    for reason, count in sorted(tally.skips.items()):
        print(f"skipped ({count}): {reason}")
    for title, text in tally.failures:
        print(f"\n=== FAILED: {title}\n{text}")
    if tally.failures:
        print(f"\nfull logs: {keep_logs()}")
    print(tally)
    return 1 if tally.failures or not tally.counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
