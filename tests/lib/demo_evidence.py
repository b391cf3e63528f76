"""The story's second half: bounces without a tag, judged by what they return.
"""

import layouts
import notices
from host import wait_until
from talk import message
from telling import (check, received_from, session, show, show_command,
                     step)

ALICE = "alice@example.org"
BOB = "bob@remote.example"
SUBJECT = "The minutes of Monday"
FORGED = "/tmp/forged.eml"
GENUINE = "/tmp/genuine.eml"


class Evidence:
    """On a host of the same name and settings, weeks later."""

    def __init__(self, lab, remote, number, layout):
        self.ours = lab.old_ours(layout, domains=layouts.OURS)
        self.remote = remote
        self.number = number - 1
        self.sent = None  # the message as the other host has it

    def step(self, title):
        self.number += 1
        step(self.number, title)

    def days_pass(self):
        self.step("Nineteen days pass, in which the engine has taken down all "
                  "that left. That\n     is longer than it looks back, so now "
                  "it can tell what never left:")
        said = show_command(self.ours, "status", first=4)
        check("coverage full" in said, "of example.org nothing was missed")

    def sent_and_signed(self):
        self.step("Alice writes to bob@remote.example:")
        self.ours.sendmail("alice", ALICE, BOB, text=message(
            ALICE, BOB, SUBJECT, "As I promised."))
        received_from(self.remote, "bob")
        self.sent = self.remote.wait_mail("bob", SUBJECT)
        show([f"Message-ID: {self.sent['Message-ID']}"])
        check(self.sent["Message-ID"] is not None,
              "the message had no Message-ID; it left with one, and that is "
              "in the store")

    def notice(self, file, message_id, subject, client):
        """A bounce for a message of Alice's, also kept in a file, as it comes
        from a mailbox: with the field that says when it came."""
        text = notices.bounce(message_id.strip("<>"), BOB, subject=subject,
                              client=client).replace("you@", "alice@")
        now = self.ours.run(*self.ours.clock(), "date", "-R").stdout
        self.ours.write(file, f"Received: from remote.example ([{client}])\n"
                        f"\tby ours.test with ESMTP; {now}{text}")
        return text

    def forged(self):
        self.step("A bounce comes for a message that she never sent. It goes "
                  "to her address as\n     the forger wrote it, so it has no "
                  "tag:")
        text = self.notice(FORGED, "made-up.by.a.spammer@example.org",
                           "Your parcel", "203.0.113.9")
        reply = session(self.ours, "", ALICE, text)
        check(reply.startswith("550 5.7.1"),
              "refused at the end of DATA, by what it returns")
        show(self.ours.engine.lines(" row=13 ")[-1:])

    def forged_explained(self):
        self.step("What the administrator, or Alice, is told of it:")
        said = show_command(self.ours, "explain", FORGED, first=2,
                            check=False)
        check(said.startswith("You did not send this."), "so it is")

    def genuine(self):
        self.step("Another host refuses Bob's copy of what Alice did send, "
                  "and bounces it to\n     the address in From. So that "
                  "bounce has no tag either:")
        text = self.notice(GENUINE, self.sent["Message-ID"], SUBJECT,
                           self.ours.address)
        reply = session(self.ours, "", ALICE, text)
        check(reply.startswith("250"), "accepted")
        mail = self.ours.wait_mail("alice", self.sent["Message-ID"])
        show([f"X-Backstop: {mail['X-Backstop']}"])
        check(mail["X-Backstop"].startswith("genuine reason=message-id")
              and mail["X-Spam"] is None, "and delivered: it is genuine")

    def genuine_explained(self):
        self.step("What Alice is told of that one:")
        # the store is a moment behind the engine
        wait_until(lambda: "You did: " in self.ours.backstop(
            "explain", GENUINE, check=False).stdout, "the engine to write")
        said = show_command(self.ours, "explain", GENUINE, first=2)
        check(said.startswith("You did: "), "so she did")

    def away(self):
        self.step("Exchange sends out-of-office replies with a null sender, "
                  "too:")
        reply = session(self.ours, "", ALICE, notices.OUT_OF_OFFICE)
        check(reply.startswith("250"), "accepted")
        mail = self.ours.wait_mail("alice", "I am away until Monday")
        check(mail["X-Spam"] is None and mail["X-Backstop"] is None,
              "and delivered as it came: it is no bounce")

    def receipt(self):
        self.step("And so come read receipts, here for a message that the "
                  "store does not know:")
        reply = session(self.ours, "", ALICE,
                        notices.receipt("from.another.host@example.org"))
        check(reply.startswith("250"), "accepted")
        mail = self.ours.wait_mail("alice", "from.another.host")
        show([f"X-Backstop: {mail['X-Backstop']}"])
        check(mail["X-Spam"] is None, "and delivered")

    def tell(self):
        for part in (self.days_pass, self.sent_and_signed, self.forged,
                     self.forged_explained, self.genuine,
                     self.genuine_explained, self.away, self.receipt):
            part()
