"""A flood of forged bounces through real smtpd: judged and refused by ours,
beside smtpd's own refusal of unknown users, in turn in one run."""

import pathlib
import sys

import bench_smtpd
from bench_smtpd import FILTER_DIR, compared, in_turn, say  # and the tests' library is found

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import attacks  # noqa: E402
import corpus  # noqa: E402
import layouts  # noqa: E402

ROUNDS = 10
MAILS = 2000  # of a kind, in a round
SESSIONS = 4

CONF = f"""\
filter "ours" proc-exec "{FILTER_DIR}/filter-backstop -m in -i yes" \
user _bsfilter group _bsfilter
filter "noop" proc-exec "{FILTER_DIR}/filter-noop in" \
user _bsfilter group _bsfilter
listen on socket
listen on eth0 port 25
listen on eth0 port 2510
listen on eth0 port 2511 filter "ours"
listen on eth0 port 2512 filter "noop"
action "local" maildir
match from any for domain "example.org" action "local"
"""

# Name, port, recipient, whether it is refused.
KINDS = (
    ("unknown user, no filter", 2510, "no.such.user@example.org", True),
    ("unknown user, ours", 2511, "no.such.user@example.org", True),
    ("forged bounce, ours", 2511, "alice@example.org", True),
    ("forged bounce, no-op", 2512, "alice@example.org", False),
    ("forged bounce, no filter", 2510, "alice@example.org", False),
)
BASE = KINDS[0][0]


def write_bounces(host):
    """Bounces of all producers, which return what was never sent here."""
    bounces = attacks.genuine_bounces(corpus.bounces())
    for number, bounce in enumerate(bounces):
        path = host.path(f"/var/tmp/flood/{number}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(attacks.for_smtp(bounce.octets))
    return len(bounces)


class Flood:
    def __init__(self, host):
        self.host = host
        self.rates = {kind[0]: [] for kind in KINDS}
        self.accepted = dict.fromkeys(self.rates, 0)
        self.refused = dict.fromkeys(self.rates, 0)

    def once(self, kind):
        name, port, recipient, _ = kind
        accepted, refused, seconds = self.host.run(
            "smtp_load", "-b", "/var/tmp/flood", layouts.OUR_ADDRESS, port,
            SESSIONS, MAILS, recipient).stdout.split()
        self.accepted[name] += int(accepted)
        self.refused[name] += int(refused)
        self.rates[name].append(MAILS / float(seconds))

    def show(self):
        for name, _, _, is_refused in KINDS:
            line = compared(name, self.rates[name], self.rates[BASE],
                            "smtpd's own")
            say(f"{line}; {self.refused[name]} of "
                f"{self.refused[name] + self.accepted[name]} refused")
            assert (self.refused[name] > self.accepted[name]) == is_refused

    def tell_rows(self):
        """The engine's word on each, which is proof that it was asked."""
        told = self.host.engine.lines(r" row=\d+ .*action=reject")
        say(f"  the engine refused {len(told)}")


def measure(suite):
    lab = bench_smtpd.make_lab(suite)
    with lab.bare_old_ours(probe_limit="0") as host:
        bench_smtpd.put_on_disk(host, "/var/spool/smtpd", suite)
        count = write_bounces(host)
        host.start_engine()
        host.start_smtpd(CONF)
        host.run("smtpctl", "pause", "mda")
        say(f"{lab.version()}, Debian {suite}: {ROUNDS * MAILS} mails of each "
            f"kind, of {count} bounces, {SESSIONS} sessions, median of "
            f"{ROUNDS} rounds")
        flood = Flood(host)
        for _, kind in in_turn(ROUNDS, KINDS):
            flood.once(kind)
        flood.show()
        flood.tell_rows()


if __name__ == "__main__":
    if not corpus.bounces():
        say(f"there is no corpus at {corpus.folder()}: set BACKSTOP_CORPUS")
        sys.exit(77)
    bench_smtpd.main(measure)
