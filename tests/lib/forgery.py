"""What the tests of SPF on both mail servers share: records, settings, and a
stranger who speaks to the host."""

import contextlib
import signal

import dnsd
from host import wait_until
from smtp import Dialogue
from talk import message

OURS = "mx.example.org"
STRANGER = "192.0.2.99"
PORT = 5353

ZONE = {
    "good.example": [["TXT", f"v=spf1 ip4:{STRANGER} -all"]],
    "bad.example": [["TXT", "v=spf1 exp=why.bad.example -all"]],
    "why.bad.example": [["TXT", "ask %{i} why"]],
    "soft.example": [["TXT", "v=spf1 ~all"]],
    "broken.example": [["TXT", "v=spf1 nonsense -all"]],
    "dead.example": [["SERVFAIL"]],
    "silent.example": [["SILENT"]],
    # the sink takes what is sent to these
    "good.sink.example": [["TXT", f"v=spf1 ip4:{STRANGER} -all"]],
    "fail.sink.example": [["TXT", "v=spf1 -all"]],
    "soft.sink.example": [["TXT", "v=spf1 ~all"]],
    "dead.sink.example": [["SERVFAIL"]],
    "example.org": [["TXT", "v=spf1 ip4:192.0.2.10 ~all"]],
    "remote.example": [["TXT", "v=spf1 ip4:192.0.2.20 -all"]],
    "mx.forwarder.example": [["TXT", f"v=spf1 ip4:{STRANGER} -all"]],
}
SPF = {
    "check": "yes",
    "mode": "enforce",
    "mailfrom_fail": "reject",
    "mailfrom_permerror": "reject",
    "mailfrom_softfail": "junk",
    "mailfrom_temperror": "defer",
    "own_domains": "reject",
    "forwarders": "forwarder.example",
    "authserv_id": OURS,
    "deadline": "10",
}


def settings(**changes):
    """Of the host, for Lab.ours(), with changes in [spf]."""
    return {"[spf]": {**SPF, **changes},
            "[dns]": {"servers": f"127.0.0.1:{PORT}"}}


def resolver(host):
    """DNS on the host itself, for as long as the context."""
    return dnsd.Dnsd("127.0.0.1", PORT, ZONE, space=host.space)


def served(lab, layout, aliases="", **changes):
    """Our host with DNS beside it, and more lines in /etc/aliases; for a
    fixture."""
    host = lab.bare_ours(**settings(**changes))
    with host:
        host.settled = {}  # what it has besides, for reconfigured()
        # mail to it is accepted, and bounced by who it is forwarded to
        host.write("/etc/aliases", host.read("/etc/aliases") +
                   "hopeless: refused@sink.example\n" + aliases)
        with resolver(host) as host.dns:
            yield lab.bring_up(host, layout)


@contextlib.contextmanager
def reconfigured(host, **changes):
    """Other settings in [spf] for as long as the context."""
    for more in (changes, {}):
        host.configure(**{**host.settled, **settings(**more)})
        read = len(host.engine.lines("configuration read anew"))
        host.engine.send(signal.SIGHUP)
        wait_until(lambda seen=read: len(host.engine.lines(
            "configuration read anew")) > seen, "the engine to read it")
        if more:
            yield


def speak(host, sender, recipient, subject, head="", helo="client.example"):
    """A stranger's message; returns the reply that refuses it, or the last."""
    with Dialogue(host.lan.space, host.address) as session:
        session.say(f"EHLO {helo}")
        for line in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"):
            reply = session.say(line)
            if not reply.startswith("250"):
                return full(session)
        session.message(head + message(sender or "daemon@client.example",
                                       recipient, subject))
        return full(session)


def full(session):
    """All lines of the last reply as one text: a host may break long ones."""
    lines = []
    for line in reversed(session.lines):
        if not line.startswith("S: ") or (lines and line[6:7] != "-"):
            break
        lines.insert(0, line.removeprefix("S: "))
    code = lines[0][:3]
    texts = [line[4:] for line in lines]
    enhanced = texts[0].split(" ")[0]
    return " ".join([code, texts[0], *(
        text.removeprefix(enhanced + " ") for text in texts[1:])])


def flat(field):
    """A field's value on one line."""
    return " ".join((field or "").split())
