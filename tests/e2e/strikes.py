"""Messages of ours that left, bounces that come, and what a mode does to
them."""

import uuid

from host import wait_until
from smtp import Dialogue
from talk import ALICE, message


class Sent:
    """A message of a user's that left."""

    def __init__(self, host, sink, sender=ALICE):
        self.id = f"{uuid.uuid4().hex}@mail.example.org"
        text = message(sender, "joe@remote.example", "hello")
        host.sendmail(sender.partition("@")[0], sender, "joe@remote.example",
                      text=f"Message-ID: <{self.id}>\n{text}")
        mail = wait_until(lambda: next(
            (mail for mail in list(sink.mails) if self.id in mail["text"]),
            None), f"<{self.id}> in the sink")
        self.path = mail["mail"].partition("<")[2].partition(">")[0]


def unknown_id():
    return f"{uuid.uuid4().hex}@mail.example.org"


def strike(host, recipient, text, sender=""):
    """Sends a message; returns the last reply, and the mail as delivered."""
    word = uuid.uuid4().hex
    recipients = [recipient] if isinstance(recipient, str) else recipient
    with Dialogue(host.lan.space, host.address) as session:
        replies = session.envelope(sender, *recipients)
        if not any(reply.startswith("250") for reply in replies):
            return replies[-1], None
        reply = session.message(f"X-Word: {word}\n{text}")
    if not reply.startswith("250"):
        return reply, None
    for user in ("alice", "bob", "carol", "dave"):
        if any(user in each for each in recipients):
            return reply, host.wait_mail(user, word)
    raise AssertionError(recipients)


WORDS = {5: "suspect reason=unissued", 7: "suspect reason=replay",
         8: "genuine reason=late", 10: "forged reason=stale", 12: "genuine reason=message-id",
         13: "forged reason=untagged", 14: "suspect reason=untagged",
         15: "suspect reason=untagged-daemon", 16: "unknown",
         17: "unknown reason=mdn", 9: "suspect reason=expired"}
JUNK = {"observe": (), "mark": (), "junk": (5, 7, 9, 10, 13, 14, 15),
        "enforce": (5, 7, 9, 14, 15)}
REFUSED = {10: "This bounce answers a return path that expired",
           13: "The message that this bounce returns was never sent by us"}


def check(mode, row, reply, mail):
    """What a mode does by a row."""
    if mode == "enforce" and row in REFUSED:
        assert reply.startswith(f"550 5.7.1 {REFUSED[row]}"), reply
        return
    assert reply.startswith("250"), reply
    header = (None if mode == "observe" or row == 18
              else f"{WORDS[row]} row={row}")
    assert mail["X-Backstop"] == header
    assert mail["X-Spam"] == ("yes" if row in JUNK[mode] else None)
