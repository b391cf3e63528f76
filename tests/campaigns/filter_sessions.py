"""Many SMTP sessions at once go through a real filter, whose engine is killed,
stopped and started meanwhile: each request is answered, once and in time,
each message leaves as it came, and no tag of ours is refused.

The test plays smtpd: FILE BACKSTOP BACKSTOPD OLD_STORE FILTER."""

import collections
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time

import campaign
from campaign import PATIENCE, Wrong

SLOW_S = 40
NAME = "mx.example.org"  # of our host
FORGED = [
    "X-Backstop: FORGED", "x-bACKSTOP : FORGED", "X-Backstop\t:FORGED",
]
HEAD = [
    "Subject: #", "From: <a#@example.org>", "X-Other: #", " folded #",
    "\tfolded #", 'Content-Type: multipart/report; boundary="b"; c="#"',
    "Authentication-Results: other.example; #", "Message-ID: <#@example.org>",
    "no colon #", "X-Backstop-Not: #", ": #", "..dot #",
    "Received: from # by x; Mon, 30 Nov 2026 00:00:00 +0000",
    "Xy: " + "y" * 2000 + "#", "Xz: " + "z" * 60000 + "#",
]
BODY = [
    "--b", "body #", "X-Backstop: in the body #", "..dots #", "",
    "Content-Type: message/delivery-status", "Action: failed",
    "Final-Recipient: rfc822; x@remote.example", "Status: 5.1.1",
    "Message-ID: <#@example.org>", "\x00nul #", "\xe9\xff #", "q" * 998 + "#",
    "q" * 30000 + "#",
]
ADDED = re.compile(
    r"X-Backstop: \w+( reason=[\w-]+)? row=\d+|X-Spam: yes|Received-SPF: |"
    r"Authentication-Results: mx\.example\.org|Message-ID: <[0-9a-f]{30}@|\t")
SOURCES = ["192.0.2.1:25", "[2001:db8::1]:25", "local", "unix:/x", "garbage",
           "[::ffff:127.0.0.1]:1", "", "127.0.0.1:9"]
HELOS = ["mx.example.net", "[1.2.3.4]", "", "x" * 300, "a|b"]
ADDRESSES = [
    "alice@example.org", "x" * 255 + "@" + "y" * 250, "MAILER-DAEMON@x.example",
    '"a|b\\"c"@example.org', "a b@x", "\xe9@\xff", "<", ">",
    "@r:prvs=0000aaaaaa=a@example.org", "postmaster@example.org",
    "z" * 600, "%" * 300]
GARBAGE = [b"garbage", b"", b"|" * 50, b"config|x", b"x" * 200000,
           b"report|0.7|1|smtp-in|link-connect|zz",
           b"filter|0.7|1|smtp-in|mail-from",
           b"report|9.9|1|smtp-out|tx-mail|1"]


class Session:
    """A session, and what comes next in it."""

    def __init__(self, identity):
        self.id = identity
        self.state = "helo"
        self.waiting = self.gone = False
        self.recipients = self.messages = self.token = 0
        self.sent = self.got = None


class Smtpd:
    """smtpd's end of the pipe."""

    def __init__(self, war, counts, program, mode):
        self.chance, self.counts, self.mode = war.chance, counts, mode
        self.version = war.chance.choice(["0.7", "0.7", "0.6", "0.5", "0.4"])
        self.pipe, theirs = socket.socketpair()
        self.log = war.log
        self.process = subprocess.Popen(
            [program, "-m", mode, "-s", str(war.socket), "-i", "yes", "-t",
             "500", "-T", "3000"], stdin=theirs, stdout=theirs,
            stderr=war.log)
        theirs.close()
        self.pipe.setblocking(False)
        self.out, self.read = bytearray(), b""
        self.sessions, self.owed = {}, {}
        self.tags = []
        self._token = self._session = 1
        for line in ("smtpd-version|7.4.0", f"protocol|{self.version}",
                     "subsystem|smtp-in", f"admd|{NAME}", "ready"):
            self.send(f"config|{line}")

    def send(self, line):
        self.out += line if isinstance(line, bytes) else line.encode(
            "latin-1")
        self.out += b"\n"

    def _head(self, kind):
        return f"{kind}|{self.version}|1576146008.006099|smtp-in"

    def report(self, event, session, *fields):
        self.send("|".join([self._head("report"), event,
                            f"{session.id:016x}", *fields]))

    def request(self, phase, session, argument=""):
        self._token += 1
        session.token = self._token
        session.waiting = True
        self.owed[session.id, self._token] = (time.monotonic(), phase,
                                              argument, session)
        self.send("|".join([self._head("filter"), phase,
                            f"{session.id:016x}", f"{self._token:016x}",
                            argument]))

    # A session.

    def begin(self):
        self._session += 0x100000001
        session = Session(self._session)
        self.report("link-connect", session, "h.example", "pass",
                    self.chance.choice(SOURCES), "198.51.100.1:25")
        self.report("link-identify", session, "EHLO",
                    self.chance.choice(HELOS))
        if self.chance.random() < .1:
            fields = ("pass", "al|ice")
            self.report("link-auth", session, *(
                fields if self.version >= "0.7" else reversed(fields)))
        self.sessions[session.id] = session
        self.counts["sessions"] += 1

    def leave(self, session):
        self.report("link-disconnect", session)
        del self.sessions[session.id]
        session.gone = True
        self.owed = {key: value for key, value in self.owed.items()
                     if value[3] is not session}

    def _address(self, sender):
        kind = self.chance.random()
        if sender and kind < .5:
            return ""
        if kind < .6:
            return self.chance.choice(self.tags)
        if kind < .7:
            tag, at = self.chance.choice(self.tags), self.chance.randrange(
                5, 15)
            return tag[:at] + self.chance.choice("0123456789abcdef") + \
                tag[at + 1:]
        return self.chance.choice(ADDRESSES)

    def _marked(self, session, lines):
        """Each line another one, so that none can stand for another."""
        return [line.replace("#", f"{session.id:x}.{session.messages}.{n}")
                for n, line in enumerate(lines)]

    def _message(self, session):
        chance = self.chance
        session.messages += 1
        lines = []
        for _ in range(chance.randrange(30)):
            lines.append(chance.choice(HEAD))
            if chance.random() < .2:
                lines += [chance.choice(FORGED)] + [
                    " FORGED more"] * chance.randrange(3) + ["Next: #"]
        if chance.random() < .95:
            lines.append("")
            lines += [chance.choice(BODY)
                      for _ in range(chance.choice([0, 1, 20, 200]))]
            if chance.random() < .03:
                lines += ["big " + "q" * 1000 + " #"] * 700
        return self._marked(session, lines)

    def step(self, session):
        if session.waiting:
            return
        kind = self.chance.random()
        if kind < .01:
            self.leave(session)
        elif kind < .02:
            self.request("noop", session)
        elif session.state == "helo":
            sender = self._address(True)
            self.report("protocol-client", session, f"MAIL FROM:<{sender}>" +
                        self.chance.choice(["", " SIZE=100", " X=|y"]))
            self.request("mail-from", session, sender)
            session.state, session.recipients = "mail", 0
        elif session.state == "mail" and (not session.recipients
                                          or kind < .5):
            recipient = self._address(False)
            self.report("protocol-client", session, f"RCPT TO:<{recipient}>")
            self.request("rcpt-to", session, recipient)
        elif session.state == "mail":
            self.request("data", session)
        elif session.state == "data":
            self._data(session, kind)
        elif session.state == "end":
            self.request("commit", session)

    def _data(self, session, kind):
        session.sent, session.got = self._message(session), []
        for line in session.sent + ["."]:
            self.send(f"{self._head('filter')}|data-line|{session.id:016x}|"
                      f"{session.token:016x}|{line}")
        session.state = "lines"
        if kind < .07:
            self.leave(session)

    # What the filter says.

    def reply(self, phase, argument, session, words):
        proceeds = words in (b"proceed", b"junk") or words.startswith(
            b"rewrite|<")
        if not proceeds and not re.fullmatch(
                rb"reject\|[45]\d\d \d\.\d+\.\d+ [ -~]+", words):
            raise Wrong(f"{phase} {argument!r}: {words!r}")
        self.counts[f"{phase} {words[:10].decode('latin-1')}"] += 1
        if phase == "rcpt-to":
            self._was_rcpt(argument, session, words, proceeds)
        elif phase == "mail-from":
            session.state = "mail" if proceeds else "helo"
        elif phase == "data":
            session.state = "data" if proceeds else "helo"
        elif phase == "commit":
            if proceeds:
                self.report("tx-commit", session, "0badcafe", "100")
            session.state = "helo"

    def _was_rcpt(self, recipient, session, words, proceeds):
        if words.startswith(b"reject|5") and recipient in self.tags:
            raise Wrong(f"a tag of ours: {recipient}: {words!r}")
        if not proceeds and self.mode != "in" and "prvs=" not in recipient:
            raise Wrong(f"refused on its way out: {recipient}: {words!r}")
        session.recipients += proceeds
        fields = ("ok" if proceeds else "permfail", recipient)
        self.report("tx-rcpt", session, "0badcafe", *(
            fields if self.version >= "0.6" else reversed(fields)))

    def check_message(self, session):
        """All that was sent, in its order, with lines of ours between."""
        wanted = [line for line in session.sent
                  if self.mode != "in" or "FORGED" not in line]
        at, ours = 0, 0
        for line in session.got:
            line = line.decode("latin-1")
            if at < len(wanted) and line == wanted[at]:
                at += 1
                continue
            if not ADDED.match(line):
                raise Wrong(f"a line that nobody sent: {line[:200]!r}, not "
                            f"{wanted[at:at + 1]}")
            ours += line.startswith("X-Backstop: ")
        if at != len(wanted):
            raise Wrong(f"{len(wanted) - at} lines lost: {wanted[at][:200]!r}")
        if ours > 1:
            raise Wrong(f"{ours} fields of ours")
        self.counts["messages"] += 1

    def _line(self, line):
        kind, first, second, words = line.split(b"|", 3)
        identity, token = int(first, 16), int(second, 16)
        if self.version < "0.5":
            identity, token = token, identity
        session = self.sessions.get(identity)
        if session is None:
            return
        if kind == b"filter-dataline":
            if words != b".":
                session.got.append(words)
                return
            self.check_message(session)
            session.got, session.state = None, "end"
            return
        if (identity, token) not in self.owed:
            raise Wrong(f"a reply to nothing: {line!r}")
        asked, phase, argument, session = self.owed.pop((identity, token))
        if time.monotonic() - asked > SLOW_S:
            raise Wrong(f"{time.monotonic() - asked:.0f} s for {phase}")
        session.waiting = False
        self.reply(phase, argument, session, words)

    def listen(self, wait):
        if not select.select([self.pipe], [], [], wait)[0]:
            return
        octets = self.pipe.recv(1 << 18)
        if not octets:
            raise Wrong(f"the filter ended: {self.process.wait(PATIENCE)}")
        *lines, self.read = (self.read + octets).split(b"\n")
        for line in lines:
            if not line.startswith(b"register|"):
                self._line(line)

    def speak(self):
        piece = self.chance.choice([1, 100, 5000, 200000])
        try:
            del self.out[:self.pipe.send(bytes(self.out[:piece]))]
        except BlockingIOError:
            pass

    def end(self):
        self.pipe.close()
        status = self.process.wait(PATIENCE)
        if status:
            raise Wrong(f"the filter's exit status: {status}")


class Engine:
    """The engine, in trouble now and then."""

    def __init__(self, war, counts):
        self.war, self.counts = war, counts
        self.stopped_until = None

    def trouble(self):
        now, chance = time.monotonic(), self.war.chance
        if self.stopped_until:
            if now > self.stopped_until:
                self.go_on()
            return
        kind = chance.random()
        if kind < .0004:
            self.war.engine.kill()
            self.war.engine.wait()
            self.war.start()
            self.counts["engine killed"] += 1
        elif kind < .0006:
            self.war.engine.send_signal(signal.SIGSTOP)
            self.stopped_until = now + chance.choice([.2, 1, 4])
            self.counts["engine stopped"] += 1
        elif kind < .0008:
            self.war.engine.send_signal(signal.SIGHUP)

    def go_on(self):
        self.war.engine.send_signal(signal.SIGCONT)
        self.stopped_until = None


def one_round(war, smtpd):
    chance = war.chance
    if len(smtpd.out) < 1 << 20:
        if len(smtpd.sessions) < chance.choice([2, 10, 40]):
            smtpd.begin()
        for _ in range(chance.choice([1, 10])):
            if smtpd.sessions:
                smtpd.step(chance.choice(list(smtpd.sessions.values())))
        if chance.random() < .002:
            smtpd.send(chance.choice(GARBAGE))
    smtpd.speak()
    smtpd.listen(0)


def conduct(war):
    war.started()
    counts = collections.Counter()
    mode = war.chance.choice(["in", "in", "local", "out"])
    smtpd = Smtpd(war, counts, os.path.abspath(sys.argv[4]), mode)
    with war.questions() as questions:
        smtpd.tags = [questions.sign(f"u{n}@example.org")["address"]
                      for n in range(100)]
    engine = Engine(war, counts)
    try:
        while war.goes_on():
            engine.trouble()
            one_round(war, smtpd)
        engine.go_on()
        end = time.monotonic() + SLOW_S
        while smtpd.out or smtpd.owed:
            if time.monotonic() > end:
                raise Wrong(f"owed for ever: {list(smtpd.owed.values())[:3]}")
            smtpd.speak()
            smtpd.listen(.05)
        smtpd.end()
    finally:
        if smtpd.process.poll() is None:
            smtpd.process.kill()
            smtpd.process.wait()
    war.wait_for_store()
    war.stop()
    return (f"mode {mode}, protocol {smtpd.version}: "
            f"{dict(sorted(counts.items()))}")


campaign.run(conduct)
