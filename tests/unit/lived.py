"""A store that has lived: an engine for which days pass, with mail, bounces
and an attack, and the truth of all of it.

Days pass by libfaketime, as in tests/lib/lab.py: the engine is asked at each
step, so that it never stood still and nothing is a gap but what is meant to be.
"""

import collections
import datetime
import glob
import os
import shutil
import subprocess
import tempfile
import time

import cli_case
from cli_case import PATIENCE_S, Wire

HOUR = 3600
# An engine that was not there for longer stood still (store/writer.c).
STRIDE = 13
LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)

# A Monday that has not come yet, as time can only be added.
BEGIN = int(datetime.datetime(2035, 6, 4,
                              tzinfo=datetime.timezone.utc).timestamp())

CONF = """\
domains  = example.org, example.net
state    = {state}
socket   = {socket}
user     = {user}
lifetime = 2
sign     = yes
outbound = here
mode     = enforce
[domain example.net]
mode     = observe
outbound = elsewhere
exempt   = noreply@example.net
[spf]
check    = yes
"""

# Bounces of the attack in each of its hours.
ATTACK = (40, 120, 200, 90, 60, 25)
ATTACK_HOUR = 27  # since the beginning
# A usual hour in daylight has one bounce of each kind: these hours of a day.
DAYLIGHT = range(8, 18, 3)
# A mail leaves by a listener that does not sign.
PAST_HOUR = 40
# The engine is away from an hour on, for an hour.
AWAY_HOUR = 54

USERS = ("alice", "bob", "carol", "dave")
CLIENTS = (("203.0.113.7", "203.0.113.0/24"),
           ("203.0.113.200", "203.0.113.0/24"),
           ("198.51.100.3", "198.51.100.0/24"),
           ("2001:db8:bad::1", "2001:db8:bad::/48"))


def stamp(when):
    return datetime.datetime.fromtimestamp(
        when, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(when):
    return stamp(when)[:10]


class Lived:
    """What happened, in a folder of its own: life.conf is its configuration.
    Counts are by what --json calls them: of all, by hour (its start) and by
    domain. Remove it with close()."""

    def __init__(self, hours=60):
        # a commit at each step: on a disk, hours would pass
        memory = "/dev/shm"
        self.folder = tempfile.mkdtemp(
            prefix="backstop-lived.",
            dir=memory if os.access(memory, os.W_OK) else None)
        os.chmod(self.folder, 0o755)
        self.conf = self.path("backstop.conf")
        self.now = BEGIN
        self.engine = None
        self.wire = None
        self.count = collections.Counter()
        self.hours = collections.defaultdict(collections.Counter)
        self.domains = collections.defaultdict(collections.Counter)
        self.unsigned = collections.Counter()
        self.users = collections.Counter()
        self.networks = collections.Counter()
        self.reporters = collections.Counter()
        self.spf_none = 0
        self.gap = None
        self._clock = self.path("clock")
        self._write("clock", "")
        self._write("backstop.conf", CONF.format(
            state=self.path("state"), socket=self.path("sock"),
            user="nobody" if cli_case.AS_ROOT else "me"))
        try:
            self._live(hours)
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.engine is not None:
            self.engine.kill()
            self.engine.wait(PATIENCE_S)
        if self.wire is not None:
            self.wire.__exit__()
        shutil.rmtree(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def _write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    @property
    def end(self):
        """Options of a program that is to look when it ended."""
        return "--at", str(self.now)

    def run(self, *words):
        """A program in this time."""
        subprocess.run(words, check=True, env=self._env(),
                       stdout=subprocess.DEVNULL, timeout=PATIENCE_S)

    def _env(self):
        return {**os.environ, "LD_PRELOAD": LIBRARY, "FAKETIME_NO_CACHE": "1",
                "TZ": "UTC",
                "FAKETIME_TIMESTAMP_FILE": self._clock,
                "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}

    def _set(self, when):
        self.now = int(when)
        # The clock stands until it is set again, however slow this host is.
        # The same octets at the same place: a half of it is never read.
        with open(self._clock, "r+b", buffering=0) as file:
            file.write(stamp(when).replace("T", " ")[:-1].encode() + b"\n")

    def _call(self, *words):
        self.run(cli_case.PROGRAM, "-c", self.conf, *words)

    def _start(self):
        self._log = open(self.path("engine.log"), "ab")
        self.engine = subprocess.Popen(
            [cli_case.ENGINE, "-c", self.conf], stderr=self._log,
            env=self._env())
        end = time.monotonic() + PATIENCE_S
        while self.wire is None:
            try:
                self.wire = Wire(self.path("sock"))
                if self.wire.ask(op="ping")["reason"] != "store-ok":
                    self.wire.__exit__()
                    self.wire = None
            except OSError:
                pass
            if time.monotonic() > end or self.engine.poll() is not None:
                with open(self.path("engine.log"), encoding="ascii") as log:
                    raise AssertionError(log.read())
            time.sleep(0.02)

    def _stop(self):
        self.wire.__exit__()
        self.wire = None
        self.engine.terminate()
        self.engine.wait(PATIENCE_S)
        self.engine = None
        self._log.close()

    def pass_until(self, when):
        while self.now < when:
            self._set(min(self.now + STRIDE, when))
            self.wire.ask(op="ping")

    def _tally(self, address, **counts):
        domain = address.rpartition("@")[2]
        hour = self.now // HOUR * HOUR
        for where in (self.count, self.hours[hour], self.domains[domain]):
            where.update(counts)

    def send(self, sender, message_id):
        tag = self.wire.send(sender, message_id)
        self._tally(sender, signed=1)
        return tag

    def send_unsigned(self, sender, reason, mode="out", **counts):
        self.wire.ask(op="sent", mode=mode, client="127.0.0.1", sender=sender,
                      recipients=1, message_id=f"{self.now}@x.example",
                      header_from=sender, recipient_domain="example.com")
        self.unsigned[reason] += 1
        self._tally(sender, **counts)

    def bounce(self, recipient, verdict, kind="dsn", **more):
        answer = self.wire.ask(op="data", sender="", recipient=recipient,
                               kind=kind, accepts=1, **more)
        assert answer["verdict"] == verdict, (answer, recipient, more)
        return answer

    def _live(self, hours):
        self._set(BEGIN)
        self._call("init", "-k", "4")
        self.run(cli_case.OLD_STORE, self.path("state", "store"),
                 self.path("state", "store.key"), "29", "example.org",
                 "example.net")
        self._start()
        for hour in range(hours):
            self.pass_until(BEGIN + hour * HOUR + 10)
            if hour == AWAY_HOUR:
                self._go_away()
            self._usual(hour)
            if 0 <= hour - ATTACK_HOUR < len(ATTACK):
                self._attack(ATTACK[hour - ATTACK_HOUR])
            if hour == ATTACK_HOUR + len(ATTACK):
                self._find_out()
            if hour == PAST_HOUR:
                self.send_unsigned("bob@example.org", "outbound-elsewhere",
                                   mode="untag", unsigned=1)
        self.pass_until(BEGIN + hours * HOUR)
        self._stop()

    def _usual(self, hour):
        """Mail and genuine bounces, a read receipt, and mail without a tag."""
        if hour % 24 not in DAYLIGHT:
            return
        tag = self.send("alice@example.org", f"a{hour}@example.org")
        self.bounce(tag, "genuine")
        self._tally("@example.org", genuine=1)
        self.send("nina@example.net", f"n{hour}@example.net")
        self.bounce("nina@example.net", "genuine",
                    message_id=f"n{hour}@example.net")
        self._tally("@example.net", genuine=1, genuine_by_message_id=1,
                    stripped=1)
        self.bounce("bob@example.org", "unknown", kind="mdn")
        self._tally("@example.org", unknown=1)
        # a literal has no record that DNS would have to be asked for
        answer = self.wire.ask(op="spf", client="203.0.113.9",
                               helo="[203.0.113.9]", sender="")
        assert answer["verdict"] == "none", answer
        self.spf_none += 1
        self.send_unsigned("noreply@example.net", "exempt")
        self.send_unsigned('"of two"@example.org', "quoted", unsigned=1)

    def _attack(self, count):
        """Bounces of what was never sent, to four users in turn."""
        for number in range(count):
            self._refuse(f"{USERS[(number * number) % len(USERS)]}@example.org",
                         f"{self.now}.{number}@forged.example",
                         CLIENTS[number % len(CLIENTS)],
                         f"mx{number % 3}.backscatter.example")

    def _refuse(self, user, message_id, client, reporter):
        address, network = client
        self.bounce(user, "forged", message_id=message_id, client=address,
                    helo="relay.example", reporting_mta=reporter)
        self.users[user] += 1
        self.networks[network] += 1
        self.reporters[reporter] += 1
        self._tally(user, forged=1, rejected=1)

    def _find_out(self):
        """A bounce is refused, and then its message turns out to be ours."""
        self._refuse("alice@example.org", "late@example.org", CLIENTS[0],
                     "mx0.backscatter.example")
        self.send("alice@example.org", "late@example.org")
        self._tally("@example.org", refused_later_known=1)

    def _go_away(self):
        """The engine is not there for an hour, and another key signs."""
        start = self.now
        self._stop()
        self._set(self.now + HOUR)
        self._call("key", "rotate")
        self._start()
        self.gap = (start, self.now)
