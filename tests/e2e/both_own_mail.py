"""Mail that programs of the host send, with the examples as packages ship them:
tests over the fixture own, a host whose root's mail goes to alice, and over
remote, where dave's mailbox is full."""

import layouts
from smtp import Dialogue
from talk import CAROL, SIGNED, message

ROOT = f"root@{layouts.OUR_NAME}"
DOMAINS = f"{layouts.OURS}, {layouts.OUR_NAME}"


def add_alias(host):
    host.write("/etc/aliases", host.read("/etc/aliases") + "root: alice\n")


def submit(host, sender, recipient, word):
    """What an application does that speaks SMTP: it cannot say who it is."""
    with Dialogue(host.space, "127.0.0.1") as session:
        session.say("EHLO localhost")
        for line in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"):
            reply = session.say(line)
            assert reply.startswith("250"), reply
        reply = session.message(message(sender, recipient, word))
        assert reply.startswith("250"), reply


class OwnMail:
    def test_sendmail_root(self, own, word):
        own.run("sendmail", "root", text=f"Subject: {word}\n\nText.\n")
        mail = own.wait_mail("alice", word)
        assert ROOT in mail["From"]
        assert mail.text.partition("\n\n")[0].count("Received: ") <= 2

    def test_cron_writes_to_root(self, own, word):
        """A job of cron that has something to say."""
        own.write("/etc/cron.d/speaks", f"@reboot root echo {word}\n")
        cron = own.start("cron", "cron", "-f")
        try:
            mail = own.wait_mail("alice", word)
        finally:
            cron.stop()
            own.path("/etc/cron.d/speaks").unlink()
            own.path("/run/crond.reboot").unlink(missing_ok=True)
        assert "Cron" in mail["Subject"]

    def test_application_writes_to_root(self, own, word):
        for at in (layouts.OUR_NAME, "localhost"):
            submit(own, f"app@{layouts.OUR_NAME}", f"root@{at}", word + at)
            own.wait_mail("alice", word + at)

    def test_application_writes_to_others(self, own, remote, word):
        submit(own, f"app@{layouts.OUR_NAME}", CAROL, word)
        path = remote.wait_mail("carol", word).return_path
        assert SIGNED.fullmatch(path).groups()[3:] == (
            "app", layouts.OUR_NAME)

    def test_bounce_of_roots_mail_comes_home(self, own, remote, word):
        own.run("sendmail", "dave@remote.example",
                text=f"Subject: {word}\n\nText.\n")
        mail = own.wait_mail("alice", word, remote)
        assert "mailbox is full" in mail.text
