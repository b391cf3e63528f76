"""The hosts of a test: ours with Backstop, and a remote one."""

import email
import email.policy
import os
import re
import shutil
import subprocess
import time

import layouts
from host import Host, wait_until
from once import once
from smtp import Dialogue
from wire import Questions, write_frame

USERS = ("alice", "bob", "carol", "dave")

CONF = {
    "domains": layouts.OURS,
    "sign": "yes",
    "mode": "enforce",
    "outbound": "here",
    "trusted": "127.0.0.0/8, ::1",
    "clients": "_bsfilter",
    # without DNS there is nobody to ask
    "[spf]": {"check": "no"},
}

SOCKET = "/run/backstop/engine.sock"
STATE = "/var/lib/backstop"
PASSWORD = "correct horse"

KEY_DAYS = 400

# An engine that stands still for 15 seconds takes down a gap.
STRIDE_SECONDS = 13
# The bounces of a day are judged by the messages of a window of 18 days, and
# the first of them must have been lived from its beginning.
WINDOW_DAYS = 19

# away and sunk are forwarded to another host.
ALIASES = """\
sales: alice, bob
help: carol
away: carol@remote.example
sunk: frank@sink.example
"""


class Mail:
    """A delivered message, with what the delivery agent wrote on top."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(errors="replace")
        self._message = email.message_from_string(
            self.text, policy=email.policy.compat32)

    def __getitem__(self, name):
        return self._message[name]

    @property
    def recipient(self):
        """Whom the host delivered it to, in smtpd's or in Exim's field."""
        return self["Delivered-To"] or self["Envelope-to"]

    @property
    def return_path(self):
        return (self["Return-Path"] or "").strip("<> ")


class MailHost(Host):
    """A host whose mail server can be started and looked into."""

    smtpd = None

    def start_smtpd(self, conf):
        self.write("/etc/smtpd.conf", conf)
        self.run("smtpd", "-n")
        self.smtpd = self.start("smtpd", "smtpd", "-d")
        wait_until(self._greets, lambda: f"smtpd on {self.name} to greet:\n"
                   f"{self.smtpd.text()}")

    def _greets(self):
        assert self.smtpd.alive(), self.smtpd.text()
        return self.greets()

    def greets(self, port=25):
        """Whether the server greets a client."""
        try:
            with Dialogue(self.space, self.address, port) as session:
                return session.lines[0].startswith("S: 220")
        except OSError:
            return False

    def sendmail(self, user, sender, *recipients, text):
        return self.run("sendmail", "-i", "-f", sender, *recipients,
                        user=user, text=text)

    def _mail_files(self, user):
        folder = self.path(f"/home/{user}/Maildir/new")
        return list(folder.iterdir()) if folder.is_dir() else []

    def mail_count(self, user):
        return len(self._mail_files(user))

    def mails(self, user):
        """A user's mails, the oldest first."""
        return [Mail(path) for path in sorted(
            self._mail_files(user), key=lambda path: path.stat().st_mtime_ns)]

    def wait_mail(self, user, word, sender=None):
        """Waits for a mail of a user with this text in it. The host that
        sends it, if named, tries its queue again meanwhile: it may have met
        one of ours that is gone, or that told it to wait."""
        def found():
            if sender:
                sender.try_queue()
            for mail in self.mails(user):
                if word in mail.text:
                    return mail
            return None
        return wait_until(found, lambda: f"a mail with {word!r} for {user}; "
                          f"has:\n" + "\n".join(
                              mail.text for mail in self.mails(user)))

    def queue(self):
        return self.run("smtpctl", "show", "queue").stdout

    def try_queue(self):
        """Has the server try all that waits in its queue now."""
        self.run("smtpctl", "schedule", "all", check=False)


def _keys(conf):
    return "".join(f"{name} = {value}\n" for name, value in conf.items()
                   if value is not None)


class OurHost(MailHost):
    """With the engine, the filter and the command line."""

    engine = None
    _hurried = False

    def configure(self, **changes):
        """Writes backstop.conf: CONF with changes; None leaves a key out, and
        what is in brackets is a section."""
        conf = dict(CONF, **changes)
        sections = {name: conf.pop(name) for name in list(conf)
                    if name.startswith("[")}
        self.write("/etc/backstop/backstop.conf", _keys(conf) + "".join(
            f"{name}\n{_keys(keys)}" for name, keys in sections.items()))

    def add_aliases(self):
        self.write("/etc/aliases", ALIASES)

    def backstop(self, *words, check=True):
        return self.run(*self.clock(), "backstop", *words, check=check)

    def init_long_ago(self):
        """Makes a key that is older than any tag of a test: one that was
        signed before its key was there proves nothing. Returns what it said.
        """
        clock = self.path("/tmp/clock")
        before = clock.read_text() if clock.exists() else None
        self.pass_days(-KEY_DAYS)
        said = self.backstop("init").stdout
        clock.unlink()
        if before is not None:
            clock.write_text(before)
        return said

    def start_engine(self):
        self.engine = self.start("backstopd", *self.clock(), "backstopd")
        wait_until(self._engine_answers, lambda:
                   f"the engine to answer:\n{self.engine.text()}")
        return self.engine

    def engine_store(self):
        """What the engine says of its store: ok, failing, absent."""
        with self.questions() as questions:
            return questions.ask(op="ping")["reason"].replace("store-", "")

    def _engine_answers(self):
        assert self.engine.alive(), (
            f"backstopd ended: {self.engine.process.returncode}\n"
            f"{self.engine.text()}")
        try:
            with Questions(self.path(SOCKET)) as questions:
                answer = questions.ask(op="ping")
                return (answer["status"] == "ok"
                        and answer["reason"] != "store-checking")
        except OSError:
            return False

    def restart_engine(self):
        self.engine.stop()
        return self.start_engine()

    def questions(self):
        return Questions(self.path(SOCKET))

    def sign(self, address, *options):
        """The signed address, as the command line makes it."""
        return self.backstop(*options, "sign", address).stdout.strip()

    def signed_days_ago(self, address, days):
        """The address as it was signed so many days before the day that it is
        on this host."""
        now = int(self.run(*self.clock(), "date", "+%s").stdout)
        return self.sign(address, "--at", time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - days * 86400)))

    def pass_days(self, days):
        """From now on the clock of engine and command line is so many days
        ahead."""
        self._set_clock(f"{days:+d}d")

    def live_days(self, days):
        """Runs the engine while its clock passes so many days, in steps so
        short that they leave no gap; then stops it. Its timers follow the
        clock."""
        self._hurried = True
        self.pass_seconds(0)
        self.start_engine()
        clock = os.open(self.path("/tmp/clock"), os.O_WRONLY)
        ping = write_frame({"version": 1, "id": 1, "op": "ping"})
        with self.questions() as questions:
            for passed in range(0, days * 86400, STRIDE_SECONDS):
                os.pwrite(clock, b"%+d\n" % passed, 0)
                questions.exchange(ping)
        os.close(clock)
        assert "gap" not in self.engine.text(), self.engine.text()
        self.engine.stop()
        self._hurried = False

    def pass_seconds(self, seconds):
        self._set_clock(f"{seconds:+d}")

    def _set_clock(self, offset):
        """In one step: faketime ends a program that finds it half written."""
        self.write("/tmp/clock.new", f"{offset}\n")
        os.replace(self.path("/tmp/clock.new"), self.path("/tmp/clock"))

    def clock(self):
        """Words that, before a command, make it follow /tmp/clock. Its
        monotonic clock stays true: days pass, but no deadline does."""
        if not self.path("/tmp/clock").exists():
            return []
        library = next(self.path("/usr/lib").glob(
            "*/faketime/libfaketimeMT.so.1")).relative_to(self.root)
        words = [f"LD_PRELOAD=/{library}", "FAKETIME_NO_CACHE=1",
                 "FAKETIME_TIMESTAMP_FILE=/tmp/clock"]
        if not self._hurried:
            words += ["DONT_FAKE_MONOTONIC=1",
                      "FAKETIME_DONT_FAKE_MONOTONIC=1"]
        return words


class Lab:
    """A wire and the trees that its hosts are made of."""

    def __init__(self, suite, lan, trees):
        self.suite, self.lan, self.trees = suite, lan, trees
        self.has_auth = suite != "bookworm"

    def version(self):
        """The mail server's name and version."""
        with Host(self.lan, "version", "192.0.2.201", self.trees) as host:
            said = host.run("smtpd", "-h", check=False).stderr
        return re.search(r"version: (.*)", said)[1]

    def remote(self):
        host = MailHost(self.lan, "remote", layouts.REMOTE_ADDRESS,
                        self.trees)
        host.write("/etc/aliases", "")
        host.start_smtpd(layouts.REMOTE_CONF)
        return host

    def ours(self, layout=layouts.one_hop, **changes):
        """Our host, all of it running, with one key."""
        host = self.bare_ours(**changes)
        try:
            return self.bring_up(host, layout)
        except BaseException:
            host.close()
            raise

    def bring_up(self, host, layout=layouts.one_hop):
        """Makes a key and starts everything; returns the host."""
        host.init_long_ago()
        host.start_engine()
        self.start_server(host, layout)
        return host

    def start_server(self, host, layout):
        """Starts the mail server with Backstop in it."""
        host.start_smtpd(layout(self.has_auth))

    def old_ours(self, layout=layouts.one_hop, **changes):
        """Our host, all of it running, with an engine that has lived for as
        long as it looks back: it misses nothing that was sent. It was told of
        the domains of layouts.OURS and layouts.OURS_TOO."""
        host = self.bare_old_ours(**changes)
        try:
            host.start_engine()
            self.start_server(host, layout)
        except BaseException:
            host.close()
            raise
        return host

    def bare_old_ours(self, **changes):
        """The same with nothing running yet."""
        host = self.bare_ours(**{"domains": layouts.BOTH_OURS, **changes})
        try:
            self._make_old(host)
        except BaseException:
            host.close()
            raise
        return host

    def _make_old(self, host):
        """Gives it the state of an engine that is that old. That engine ended
        a moment after the new one starts, so no time is missing."""
        folder, stopped = self.old_state()
        shutil.rmtree(host.path(STATE), ignore_errors=True)
        host.path(STATE).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", folder, host.path(STATE)], check=True)
        # in the tree of another mail server the engine has another number
        host.run("chgrp", "-R", "_backstop", STATE)
        host.run("find", STATE, "!", "-user", "root", "-exec", "chown",
                 "_backstop", "{}", "+")
        host.pass_seconds(int(stopped - time.time()) - 5)

    def old_state(self):
        """A folder with a state that is old, and its clock."""
        made = once(self.suite, "old-state", self._live)
        return made / "state", float((made / "stopped").read_text())

    def _live(self, path):
        path.mkdir()
        host = OurHost(self.lan, "elder", "192.0.2.202", self.trees)
        with host:
            host.configure(domains=layouts.BOTH_OURS)
            host.init_long_ago()
            host.live_days(WINDOW_DAYS)
            (path / "stopped").write_text(
                host.run(*host.clock(), "date", "+%s").stdout)
            subprocess.run(["cp", "-a", host.path(STATE), path / "state"],
                           check=True)

    def bare_ours(self, **changes):
        """Our host as installed: configured, no key, nothing running."""
        host = OurHost(self.lan, "ours", layouts.OUR_ADDRESS, self.trees)
        host.add_aliases()
        host.configure(**changes)
        if self.has_auth:
            self._add_logins(host)
        return host

    @staticmethod
    def _add_logins(host):
        """Passwords, who may send as whom, and a certificate, where the
        examples have them."""
        secret = host.run("smtpctl", "encrypt", PASSWORD).stdout.strip()
        host.write("/etc/mail/credentials", "".join(
            f"{user} {secret}\n" for user in USERS))
        host.write("/etc/mail/owners", "".join(
            f"{user} {user}@example.org\n" for user in USERS))
        host.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                 "/CN=ours.test", "-keyout", "/etc/ssl/private/mail.key",
                 "-out", "/etc/ssl/mail.crt")
