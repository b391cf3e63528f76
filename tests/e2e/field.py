"""The scene of the attacks: a server of ours that really sent mail, a stranger
who sends made-up bounces, and what became of each."""

import collections
import re

import attacks

from host import wait_until
from lab import USERS
from rebind import Sent
from smtp import Dialogue

REFUSED, JUNKED, PASSED = "refused", "junked", "passed"
OF_SMTPD = "refused by smtpd itself"
FATES = (REFUSED, JUNKED, PASSED, OF_SMTPD)

A_SESSION = 40  # mails; smtpd ends one at 100
# Senders of mails that no bounce returns: for attacks that use mails up.
SPARE_SENDERS = ("sales@example.org", "help@example.org")

VERDICT = re.compile(r"^\w+: verdict=.* row=(\d+).* action=(\w+)"
                     r"(?:.* kind=(\w+))?(?:.* evidence=(\S+))?")

def is_of_verdict(reply):
    """Whether it is what a verdict came to, and no refusal of smtpd's own."""
    return reply.startswith("250") or "this bounce" in reply.lower()


Told = collections.namedtuple("Told", "row action kind evidence")


class Outcome(collections.namedtuple("Outcome", "name reply told")):
    """The last SMTP reply to a message, and the verdict for each recipient."""

    @property
    def rows(self):
        return [told.row for told in self.told]

    @property
    def kind(self):
        return self.told[0].kind if self.told else None

    @property
    def fate(self):
        actions = {told.action for told in self.told}
        if self.reply.startswith("250"):
            return JUNKED if actions == {"junk"} else PASSED
        return REFUSED if actions == {"reject"} else OF_SMTPD


class Attacker:
    """A stranger's SMTP sessions, and the engine's log of them."""

    def __init__(self, host):
        self._host = host
        self._session = None
        self._mails = 0
        self._log = open(host.engine.log, encoding="utf-8", errors="replace")

    def close(self):
        self._log.close()
        if self._session:
            self._session.close()

    def _renew(self):
        if self._session and self._mails < A_SESSION:
            self._session.say("RSET")
            return
        if self._session:
            self._session.close()
        self._mails = 0
        self._session = Dialogue(self._host.lan.space, self._host.address)
        self._session.say("EHLO client.example")

    def _told(self):
        """What the engine has logged since the last call."""
        return [Told(int(found[1]), *found.groups()[1:])
                for found in map(VERDICT.match, self._log) if found]

    def _told_of_several(self, count):
        """Of a message to several the engine hears, and logs, what became of
        it only when that is decided: its sender may know sooner."""
        told = []

        def is_whole():
            told.extend(self._told())
            return len(told) >= count
        wait_until(is_whole, lambda: f"{count} verdicts, not {told}")
        return told

    def strike(self, name, recipients, octets, sender=""):
        """Sends a message; returns what became of it."""
        self._renew()
        self._mails += 1
        session = self._session
        session.say(f"MAIL FROM:<{sender}>")
        replies = [session.say(f"RCPT TO:<{recipient}>")
                   for recipient in recipients]
        reply = replies[-1]
        if any(each.startswith("250") for each in replies):
            assert session.begin_data().startswith("354")
            session.send(attacks.for_smtp(octets))
            reply = session.end_data()
        if not sender and len(recipients) > 1 and is_of_verdict(reply):
            assert all(each.startswith("250") for each in replies), replies
            return Outcome(name, reply, self._told_of_several(len(recipients)))
        return Outcome(name, reply, self._told())


# What our server really sent.

def _commands(number, sender):
    """A mail of a user's to two hosts; every other one has a Message-ID when
    it is submitted."""
    own = f"Message-ID: <{number:x}.0f{number:04x}@client.example>\r\n"
    yield f"MAIL FROM:<{sender}>"
    for domain in (number % 7, 7 + number % 5):
        yield f"RCPT TO:<dest{number}@d{domain}.example>"
    yield "DATA"
    yield (f"{own if number % 2 else ''}From: {sender}\r\n"
           f"Subject: number {number}.\r\n\r\nText.\r\n.")


def _send_all(host, senders):
    for first in range(0, len(senders), A_SESSION):
        with Dialogue(host.space, "127.0.0.1", 587) as session:
            session.say("EHLO client.example")
            for number in range(first, min(first + A_SESSION, len(senders))):
                for line in _commands(number, senders[number]):
                    reply = session.say(line)
                    assert reply[0] in "23", (line, reply)


def _field(text, name):
    return re.search(rf"(?mi)^{name}:\s*(.*(?:\n[ \t].*)*)", text)[1]


def _as_sent(mails):
    """Sends one mail; the sink gets it once for each recipient."""
    text = mails[0]["text"]
    return Sent(
        message_id=_field(text, "Message-ID").strip("<>"),
        sender=_field(text, "From"),
        return_path=re.search(r"FROM:<([^>]*)>", mails[0]["mail"])[1],
        recipients=sorted(re.search(r"TO:<([^>]*)>", line)[1]
                          for mail in mails for line in mail["rcpt"]),
        received=" ".join(_field(text, "Received").partition(";")[0].split()))


def _collect(sink, count):
    """All that was sent, in the order of its numbers."""
    def arrived():
        return sum(len(mail["rcpt"]) for mail in list(sink.mails))
    wait_until(lambda: arrived() == 2 * count,
               lambda: f"{2 * count} mails in the sink, not {arrived()}")
    by_number = collections.defaultdict(list)
    for mail in sink.mails:
        number = re.search(r"Subject: number (\d+)\.", mail["text"])[1]
        by_number[int(number)].append(mail)
    return [_as_sent(by_number[number]) for number in range(count)]


class Field:
    """The bounces, each with a message of ours that it may return."""

    def __init__(self, host, sink, bounces):
        self.host = host
        self.bounces = bounces
        senders = [f"{USERS[number % len(USERS)]}@example.org"
                   for number in range(len(bounces))]
        _send_all(host, [*senders, *SPARE_SENDERS])
        # nobody looks at delivered mail from here on
        host.run("smtpctl", "pause", "mda")
        sent = _collect(sink, len(senders) + len(SPARE_SENDERS))
        self.sent, self.spare = sent[:len(senders)], sent[len(senders):]
        self.attacker = Attacker(host)
        self.fates = collections.defaultdict(collections.Counter)
        self._expired = {}
        self.unread = set()  # bounces that were not read as such
        self.passed = collections.Counter()  # by title and row

    def pairs(self, every=1, first=0):
        return list(zip(self.bounces, self.sent))[first::every]

    def expired(self, address, days):
        """What it was signed with so many days ago."""
        if (address, days) not in self._expired:
            self._expired[address, days] = self.host.signed_days_ago(address,
                                                                     days)
        return self._expired[address, days]

    def strike(self, title, bounce, recipients, octets, sender=""):
        """Sends one message; what became of it is counted under the title."""
        outcome = self.attacker.strike(bounce.name, recipients, octets, sender)
        self.fates[title][outcome.fate] += 1
        if outcome.fate == PASSED:
            row = outcome.rows[0] if outcome.rows else None
            self.passed[title, row] += 1
        if outcome.rows == [18]:
            self.unread.add(bounce.name)
        return outcome

    def close(self):
        self.attacker.close()
