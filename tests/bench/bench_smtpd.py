"""Messages a second through real smtpd with no filter, with one that does
nothing, and with ours, in turn in one run."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys

LIB = pathlib.Path(__file__).resolve().parents[1] / "lib"
sys.path.insert(0, str(LIB))

# pylint: disable=wrong-import-position
import build  # noqa: E402
import exim  # noqa: E402
import roots  # noqa: E402
from host import mount  # noqa: E402
from net import own_lan  # noqa: E402

ROUNDS = 15
SESSIONS = 4
MILLISECONDS = 700

STAGE = "/build/stage"
FILTER_DIR = "/usr/libexec/opensmtpd"
CONF = f"""\
filter "noop" proc-exec "{FILTER_DIR}/filter-noop" user _bsfilter \
group _bsfilter
filter "ours" proc-exec "{FILTER_DIR}/filter-backstop -m out" \
user _bsfilter group _bsfilter
listen on socket
listen on eth0 port 25
listen on lo port 2500
listen on lo port 2501 filter "noop"
listen on lo port 2502 filter "ours"
action "out" relay host "smtp://192.0.2.30"
match from any for any action "out"
"""

# Name, port, mails of a sender: the first of them waits for the disk.
KINDS = (
    ("no filter", 2500, 10),
    ("no-op filter", 2501, 10),
    ("ours, ten mails a sender", 2502, 10),
    ("ours, one mail a sender", 2502, 1),
)
NOOP = KINDS[1][0]


def say(text):
    print(text, flush=True)


def stage_of(suite, lan):
    """What hosts need: Backstop, what does nothing in its place, the load."""
    with build.Workshop(lan, roots.root(suite, say),
                        build.source()) as workshop:
        made = workshop.build("plain", "--buildtype=release",
                              "-Dtests=disabled", "-Ddocs=disabled")
        gcc = ("gcc", "-O2", "-D_GNU_SOURCE", "-I/src", "-o")
        for folder in (FILTER_DIR, "/usr/local/bin", exim.MODULES):
            workshop.do("mkdir", "-p", STAGE + folder)
        workshop.do(*gcc, f"{STAGE}{FILTER_DIR}/filter-noop",
                    "/src/tests/bench/noop_filter.c", "/src/filter/reply.c")
        workshop.do(*gcc, f"{STAGE}{exim.MODULES}/noop.so", "-shared",
                    "-fPIC", "-isystem/usr/include/exim4",
                    "/src/tests/bench/noop_scan.c")
        workshop.do(*gcc, f"{STAGE}/usr/local/bin/smtp_load",
                    "/src/tests/bench/smtp_load.c",
                    "/src/tests/bench/bench.c")
        return workshop.stage(made)


def make_lab(suite):
    lan = own_lan(suite)
    return build.lab_of(suite, lan, stage_of(suite, lan))


def put_on_disk(host, inside, suite):
    """Has a folder of the host on the disk: its tree lies in memory."""
    folder = pathlib.Path(os.environ["BACKSTOP_DISK"]) / (
        suite + inside.replace("/", "-"))
    target = host.path(inside)
    target.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    shutil.chown(folder, target.stat().st_uid, target.stat().st_gid)
    mount("--bind", folder, target)


def disk_kind():
    found = subprocess.run(
        ["stat", "-f", "-c", "%T", os.environ["BACKSTOP_DISK"]],
        capture_output=True, text=True, check=True).stdout.strip()
    if found in ("tmpfs", "ramfs"):
        print("set BACKSTOP_BENCH to a folder on a disk")
        sys.exit(77)
    return found


def in_turn(rounds, kinds):
    """The number of each round with each kind, each time another one first.
    """
    for number in range(rounds):
        first = number % len(kinds)
        for kind in kinds[first:] + kinds[:first]:
            yield number, kind


def compared(name, rates, base, base_name):
    """A line on rates a second, beside others of the same rounds."""
    ratio = statistics.median(mine / theirs
                              for mine, theirs in zip(rates, base))
    return (f"  {name:24} {statistics.median(rates):5.0f}/s "
            f"({min(rates):.0f} to {max(rates):.0f}), "
            f"{ratio:.2f} x {base_name}")


class Bench:
    def __init__(self, lab, host):
        self.lab, self.host = lab, host
        self.rates = {name: [] for name, _, _ in KINDS}
        self.sent = dict.fromkeys(self.rates, 0)

    def once(self, number, kind):
        name, port, mails = kind
        word = f"r{number}m{mails}"
        done = self.host.run("smtp_load", port, SESSIONS, MILLISECONDS,
                             mails, word).stdout.split()
        self.rates[name].append(int(done[0]) / float(done[2]))
        self.sent[name] += int(done[0])

    def check(self):
        """What passed ours was signed, and nothing else was."""
        senders = [line.split("|")[4] for line in
                   self.host.queue().splitlines()]
        signed = sum("prvs=" in sender for sender in senders)
        expected = sum(self.sent[name] for name, port, _ in KINDS
                       if port == 2502)
        assert len(senders) == sum(self.sent.values()), len(senders)
        assert signed == expected, (signed, expected)

    def show(self):
        for name, rates in self.rates.items():
            say(compared(name, rates, self.rates[NOOP], "the no-op filter"))


def measure(suite):
    lab = make_lab(suite)
    say(f"{lab.version()}, Debian {suite}: messages a second, {SESSIONS} "
        f"sessions, median of {ROUNDS} rounds")
    with lab.bare_ours(mode="observe") as host:
        put_on_disk(host, "/var/spool/smtpd", suite)
        put_on_disk(host, "/var/lib/backstop", suite)
        host.backstop("init")
        host.start_engine()
        host.start_smtpd(CONF)
        host.run("smtpctl", "pause", "mta")
        bench = Bench(lab, host)
        for number, kind in in_turn(ROUNDS, KINDS):
            bench.once(number, kind)
        bench.check()
        bench.show()


def main(measure_suite):
    """Measures in the Debian releases that the command line names."""
    say(f"disk: {disk_kind()}")
    try:
        for suite in sys.argv[1:] or roots.SUITES:
            measure_suite(suite)
    except (roots.RootError, build.BuildError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")


if __name__ == "__main__":
    main(measure)
