"""Many adapters at once ask a real engine whatever they can, well and badly,
in pieces and without reading: each good question is answered, once and in
time, by an answer that may be shown to SMTP."""

import collections
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.parse

import campaign
from campaign import Wrong
from dnsd import Dnsd
from wire import write_frame

ZONE = {
    "spf.example": [["TXT", "v=spf1 ip4:192.0.2.0/25 -all"]],
    "loop.example": [["TXT", "v=spf1 include:loop.example -all"]],
    "exp.example": [["TXT", "v=spf1 exp=why.exp.example -all"]],
    "why.exp.example": [["TXT", "ask %{i} \x01\x7f\xff \"why\"\r\n"]],
    "dead.example": [["SERVFAIL"]],
    "slow.example": [["DELAY", 300], ["TXT", "v=spf1 +all"]],
}
# What breaks parsers of addresses, names, networks and numbers.
ODD = [
    "", "a", "<>", "prvs=", "@", '"', '"a b"@example.org', "x" * 300,
    "@r:bob@example.org", "%" * 200, "\xff" * 150, "a\nb", "\r\n",
    "\x1b[31m", "a b", '"; spf=pass', "(((", "\\", "MAILER-DAEMON@x",
    "postmaster@example.org", "localhost", "127.0.0.1", "::1",
    "::ffff:127.0.0.1", "[127.0.0.1]", "local", "fe80::1%eth0", "0", "-1",
    "4294967295", "18446744073709551615", "99999999999999999999", "yes",
    "a@" + "b." * 120 + "c", "e" * 63 + ".example", "-.example",
    "_x.example", "example.org.", "EXAMPLE.ORG", ".", "..", "a..b", "%{i}",
    "%00", *ZONE,
]
NAMES = """version id op host mode client helo auth sender recipient refused
recipients missed_seconds deadline_ms receiver spf inspect accepts partial kind
message_id final_recipient original_recipient recipient_domain return_path
header_from date status action unknown""".split()
OPS = ["sign", "rcpt", "data", "sent", "spf", "ping"]
SLOW_S = 40
PEERS = 40
# RFC 8601, as the engine writes it: its comments and quoted strings are taken
# out first.
RESULT = re.compile(
    r"none|spf=(pass|fail|softfail|neutral|none|temperror|permerror)"
    r"( reason=\S+)?( smtp\.(helo|mailfrom)=\S+)?")


class Maker:
    """Makes questions by chance."""

    def __init__(self, chance):
        self.chance = chance
        self.tags = []

    def text(self, longest=250):
        """At most so many octets."""
        return self._text().encode()[:longest].decode(errors="ignore")

    def _text(self):
        kind = self.chance.random()
        if kind < .25 and self.tags:
            tag = self.chance.choice(self.tags)
            if self.chance.random() < .4:
                at = self.chance.randrange(len(tag))
                tag = tag[:at] + self.chance.choice('0aA=@+."<> \x7f\xe9') + \
                    tag[at + 1:]
            return tag
        if kind < .8:
            return self.chance.choice(ODD)
        return "".join(chr(self.chance.randrange(1, 256)) for _ in range(
            self.chance.choice([1, 5, 60, 120])))

    def some(self):
        """A list, for an attribute that may come more than once."""
        return [self.text(120) or "m"
                for _ in range(self.chance.randrange(12))]

    def maybe(self, fields, chance, **more):
        for name, make in more.items():
            if self.chance.random() < chance:
                fields[name] = make()

    def good(self, number):
        """A question that the engine must answer: pairs."""
        pick = self.chance.choice
        fields = {
            "version": 1, "id": number, "op": pick(OPS),
            "host": pick(["opensmtpd", "exim"]),
            "mode": pick(["in", "out", "local", "untag"]),
            "client": pick(["127.0.0.1", "local", "::ffff:127.0.0.1",
                            f"192.0.2.{self.chance.randrange(256)}",
                            f"2001:db8::{self.chance.randrange(9999):x}",
                            self.text(200)]),
            "auth": pick([0, 1]), "deadline_ms": pick([20000, 5000, 60000])}
        self.maybe(fields, .8, sender=lambda: pick(
            ["", f"u{self.chance.randrange(500)}@example.org", self.text()]))
        self.maybe(fields, .7, recipient=lambda: pick(
            self.tags[-50:] + [self.text()]))
        self.maybe(fields, .3, kind=lambda: pick(
            ["unread", "dsn", "mdn", "auto", "other"]),
            message_id=self.some, final_recipient=self.some,
            recipient_domain=self.some, helo=lambda: self.text(200))
        self.maybe(fields, .2, date=lambda: pick([0, 1, 2**31, 2**63, 2**64 - 1,
                                                  int(time.time())]),
                   recipients=lambda: pick([0, 1, 100, 2**32 - 1]),
                   header_from=self.text, receiver=lambda: self.text(80),
                   inspect=lambda: pick([0, 1]), accepts=lambda: pick([0, 1]),
                   partial=lambda: pick([0, 1]), refused=lambda: pick([0, 1]))
        return fields

    def bad(self):
        """Octets that are no question."""
        chance = self.chance
        octets = bytearray(frame([("version", 1), ("id", 1),
                                  ("op", chance.choice(OPS))] + [
            (chance.choice(NAMES), self.text())
            for _ in range(chance.randrange(70))]))
        for _ in range(chance.randrange(4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        return chance.choice([
            bytes(octets), chance.randbytes(chance.randrange(1, 3000)) +
            b"\n\n", b"id=1\n" * chance.randrange(1, 80) + b"\n",
            b"\n" * chance.randrange(1, 50), b"x=" + b"y" * 40000,
            b"version=1\nid=1\nop=sign\nsender=" + b"%" * 900 + b"\n\n",
            frame([("version", 2), ("id", 1), ("op", "ping")])])


def frame(pairs):
    """As write_frame(), where a name may come again."""
    return b"".join(write_frame({name: value})[:-1]
                    for name, value in pairs) + b"\n"


def pairs_of(fields):
    return [(name, each) for name, value in fields.items()
            for each in (value if isinstance(value, list) else [value])]


def check_results(text):
    """Authentication-Results: one name, then results of ours alone, whatever
    a stranger put into what is told of."""
    out, depth, quoted, at = "", 0, False, 0
    while at < len(text):
        letter = text[at]
        if (quoted or depth) and letter == "\\":
            at += 1
        elif quoted:
            quoted = letter != '"'
        elif letter == '"' and not depth:
            quoted, out = True, out + "Q"
        elif letter in "()" and not quoted:
            depth += 1 if letter == "(" else -1
        elif not depth:
            out += letter
        at += 1
    results = [" ".join(each.split()) for each in out.split(";")[1:]]
    if quoted or depth or len(results) > 2 or not all(
            map(RESULT.fullmatch, results)):
        raise Wrong(f"no results of ours: {text!r}")


def check_answer(answer, question):
    """What goes to SMTP or into a message can stand there."""
    reply = answer.get("reply")
    if reply is not None and (len(reply) > 500 or not re.fullmatch(
            r"[45]\d\d \d\.\d+\.\d+ [ -~]+", reply)):
        raise Wrong(f"a reply: {reply!r} to {question}")
    for name in ("header", "results"):
        lines = answer.get(name, "X: y").split("\n")
        if any(len(line) > 990 or not re.fullmatch(r"[\t -~]+", line)
               for line in lines) or any(
                   line[0] not in "\t " or not line.strip()
                   for line in lines[1:]):
            raise Wrong(f"a field: {answer[name]!r} to {question}")
    if "results" in answer:
        check_results(answer["results"].partition(":")[2])


class Adapter:
    """A connection, its questions that were not answered yet."""

    def __init__(self, path, maker, counts):
        self.maker, self.counts = maker, counts
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SLOW_S)
        self.socket.connect(str(path))
        self.socket.setblocking(False)
        self.out, self.read = b"", b""
        self.owed = {}  # id to when and what
        self.number = maker.chance.randrange(1 << 40)
        self.broken = self.ended = False
        self.lazy = maker.chance.random() < .1

    def ask(self):
        self.number += 1
        question = self.maker.good(self.number)
        octets = frame(pairs_of(question))
        pairs = octets.count(b"\n")
        if self.broken or len(octets) > 16000 or pairs > 60 or max(
                map(len, octets.split(b"\n"))) > 1000:
            return
        self.owed[self.number] = time.monotonic(), question
        self.out += octets
        self.counts["good questions"] += 1

    def say_badly(self):
        self.out += self.maker.bad()
        self.broken = True
        self.counts["bad ones"] += 1

    def pump(self):
        """Writes some and reads some."""
        try:
            if self.out:
                piece = self.maker.chance.choice([1, 7, 100, 5000, 100000])
                self.out = self.out[self.socket.send(self.out[:piece]):]
        except BlockingIOError:
            pass
        except OSError:
            self.ended = True
        if self.lazy and self.maker.chance.random() < .95:
            return
        try:
            octets = self.socket.recv(65536)
            self.ended = self.ended or not octets
            self.read += octets
        except BlockingIOError:
            pass
        except OSError:
            self.ended = True
        while b"\n\n" in self.read:
            text, _, self.read = self.read.partition(b"\n\n")
            self.answered(text)
        if self.ended and not self.broken and self.owed:
            raise Wrong(f"hung up on good questions: {self.owed}")

    def answered(self, text):
        if not re.fullmatch(rb"(?:[a-z_]+=[!-~]*(?:\n|\Z))+", text):
            raise Wrong(f"octets of an answer: {text!r}")
        answer = {name: urllib.parse.unquote(value, "latin-1")
                  for name, _, value in (
                      line.partition("=")
                      for line in text.decode().split("\n"))}
        self.counts["answers"] += 1
        if int(answer["id"]) not in self.owed:
            if not self.broken:
                raise Wrong(f"an answer to nothing: {answer}")
            return
        asked, question = self.owed.pop(int(answer["id"]))
        if time.monotonic() - asked > SLOW_S:
            raise Wrong(f"{time.monotonic() - asked:.0f} s for {question}")
        if answer["status"] == "error":
            if not self.broken:
                raise Wrong(f"called bad: {question}: {answer}")
            return
        self.check(question, answer)

    def check(self, question, answer):
        self.counts[answer["action"]] += 1
        check_answer(answer, question)
        if answer.get("reason") == "signed":
            self.maker.tags.append(answer["address"])
        if (question["op"] in ("rcpt", "data")
                and question.get("recipient") in self.maker.ours
                and answer["action"] == "reject"):
            raise Wrong(f"a tag of ours: {question}: {answer}")

    def close(self):
        self.socket.close()


def change_keys(war):
    """As an administrator does meanwhile."""
    subprocess.run([war.backstop, "-c", war.conf, "key", "rotate"],
                   capture_output=True, check=False)


def one_round(war, adapters, maker, counts):
    chance = war.chance
    if len(adapters) < chance.choice([1, 5, PEERS]):
        adapters.append(Adapter(war.socket, maker, counts))
    adapter = chance.choice(adapters)
    for _ in range(chance.choice([1, 1, 3, 40])):
        adapter.ask()
    if chance.random() < .03:
        adapter.say_badly()
    for each in chance.sample(adapters, min(len(adapters), 6)):
        each.pump()
    if adapter.ended or len(adapter.out) > 300000 or chance.random() < .01:
        adapter.close()
        adapters.remove(adapter)
    if chance.random() < .0005:
        war.engine.send_signal(signal.SIGHUP)
        counts["reloads"] += 1
    if chance.random() < .0003:
        change_keys(war)
    if war.engine.poll() is not None:
        raise Wrong(f"the engine ended: {war.engine.returncode}")


def memory_kb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def conduct(war):
    war.started()
    counts = collections.Counter()
    maker = Maker(war.chance)
    with war.questions() as questions:
        maker.tags = [questions.sign(f"s{number}@example.org")["address"]
                      for number in range(100)]
    maker.ours = set(maker.tags)
    adapters = []
    while war.goes_on():
        one_round(war, adapters, maker, counts)
        del maker.tags[1000:]
    end = time.monotonic() + SLOW_S
    while any(each.owed and not each.broken for each in adapters):
        if time.monotonic() > end:
            raise Wrong("owed for ever: " + str(
                [each.owed for each in adapters if not each.broken]))
        for each in adapters:
            each.lazy = False
            if not each.broken:
                each.pump()
    kilobytes = memory_kb(war.engine.pid)
    war.stop()
    return f"{kilobytes} kB in the end: {dict(counts)}"


if __name__ == "__main__":
    with Dnsd("127.0.0.1", 0, ZONE) as dns:
        campaign.run(conduct, spf="yes", dns_port=dns.port)
