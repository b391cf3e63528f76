"""The story's end on the first host: who is told of mail that our host took and
cannot deliver."""

import forgery
from host import wait_until
from talk import CAROL, message
from telling import check, session, show, step

# An alias of somebody who left; the other host knows nobody of that name.
GONE = "gone@example.org"
ALIAS = "gone: nobody.here@remote.example\n"


class Innocent:
    """On a host that has GONE and asks a DNS server of its own. settled is
    what it has in backstop.conf that other hosts have not."""

    steps = 2

    def __init__(self, ours, remote, number, settled):
        self.ours, self.remote, self.number = ours, remote, number
        ours.settled = settled

    def forge(self, subject):
        """A stranger's mail in Carol's name, until nothing is left of it."""
        reply = session(self.ours, CAROL, GONE, message(
            CAROL, GONE, subject, "Only today."))
        check(reply.startswith("250"), "SPF only marks here, so it is taken")
        wait_until(lambda: self.ours.queue().strip() == "",
                   lambda: f"an empty queue:\n{self.ours.queue()}")

    def told(self, subject):
        """Whether Carol was told of a mail with this subject."""
        return any(subject in mail.text for mail in self.remote.mails("carol"))

    def backscatter(self):
        step(self.number, "Somebody else writes in Carol's name, to an "
             "address that is forwarded to where\n     nobody has that name:")
        self.forge("Cheap watches")
        mail = self.remote.wait_mail("carol", "Cheap watches")
        show(line for line in mail.text.split("\n\n")[0].splitlines()
             if line.startswith(("From:", "To:", "Subject:")))
        check(mail.return_path == "",
              "Carol, who sent nothing, gets a bounce of our host")

    def silence(self):
        step(self.number + 1, "Not so with \"dsn = not-failed\" in [spf]:")
        self.forge("Cheaper watches")
        show(self.ours.engine.lines("event=no-dsn")[-1:])
        show(["and Carol herself writes there:"])
        self.remote.sendmail("carol", CAROL, GONE, text=message(
            CAROL, GONE, "Do you come on Sunday?"))
        self.remote.wait_mail("carol", "Do you come on Sunday?")
        check(not self.told("Cheaper watches"),
              "she is told of her own mail, and of the other nothing")

    def tell(self):
        with forgery.resolver(self.ours):
            with forgery.reconfigured(self.ours, mode="mark"):
                self.backscatter()
            with forgery.reconfigured(self.ours, mode="mark",
                                      dsn="not-failed"):
                self.silence()
