"""The story that tests/demo.sh tells, each step checked as it is told."""

import re
import sys
import time

import build
import demo_evidence
import demo_innocent
import layouts
import roots
from host import Host, Timeout
from net import own_lan
from talk import forge, message
from telling import (Differs, check, received_from, session, show,
                     show_command, step)


class Story:
    """The demo with OpenSMTPD on our host. The other host always runs it."""

    server = "smtpd with filter-backstop"
    layout = staticmethod(layouts.reading(layouts.one_hop))
    settled = {}  # in backstop.conf, beside what all hosts have

    def __init__(self, lab, remote):
        self.ours = lab.bare_ours()
        self.ours.write("/etc/aliases", self.ours.read("/etc/aliases") +
                        demo_innocent.ALIAS)
        self.remote = remote
        self.lab = lab
        self.tag = None
        self.steps = 0

    def set_up(self):
        step(1, "Our host, ours.test, gets its key. Its backstop.conf:")
        show(self.ours.read("/etc/backstop/backstop.conf").splitlines())
        print("      # backstop init")
        show(self.ours.init_long_ago().splitlines())
        self.ours.start_engine()
        self.lab.start_server(self.ours, self.layout)
        check(self.ours.backstop("checkconf").returncode == 0,
              f"backstopd and {self.server} are up")

    def send(self, to, subject):
        text = message("alice@example.org", to, subject, "How are you?")
        self.ours.sendmail("alice", "alice@example.org", to, text=text)

    def sent_and_signed(self):
        step(2, "Alice writes to dave@remote.example. What remote.test, the "
             "other host,\n     wrote in its log:")
        self.send("dave@remote.example", "Lunch on Friday?")
        self.tag = received_from(self.remote, "dave")
        check(re.fullmatch(r"prvs=\d{4}[0-9a-f]{6}=alice@example\.org",
                           self.tag), f"MAIL FROM was signed: <{self.tag}>")

    def real_bounce(self):
        step(3, "Dave's mailbox is full: the remote OpenSMTPD makes a real "
             "bounce and sends\n     it to that return path. "
             "In /home/alice/Maildir:")
        mail = self.ours.wait_mail("alice", "Lunch on Friday?")
        head = mail.text.split("\n\n")[0].splitlines()
        show(line for line in head if re.match(
            r"Delivered-To|Envelope-to|Subject|From", line))
        show(re.findall(r"^(?:dave@.*|Final-.*|Status:.*)", mail.text, re.M))
        check(mail.recipient == "alice@example.org",
              "the genuine bounce came home, to the plain address")

    def reply(self):
        step(4, "Somebody's program replies to the return path:")
        reply = session(
            self.ours, "carol@remote.example", self.tag,
            message("carol@remote.example", self.tag, "I am away",
                    "Until Monday."))
        check(reply.startswith("250"), "accepted")
        mail = self.ours.wait_mail("alice", "I am away")
        check(mail.recipient == "alice@example.org",
              "and delivered to alice@example.org")

    def made_up_tag(self):
        step(5, "A bounce for mail that Alice never sent comes to a tag "
             "somebody made up:")
        reply = session(self.ours, "", forge(self.tag))
        check(reply.startswith("550 5.7.1"), "refused at RCPT")

    def stale_tag(self):
        signed = time.time() - 20 * 86400
        at = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(signed))
        step(6, "A bounce to a tag of 20 days ago, which expired 10 days ago:")
        show([f"# backstop --at {at} sign alice@example.org"])
        stale = self.ours.sign("alice@example.org", "--at", at)
        show([stale])
        reply = session(self.ours, "", stale, message(
            "MAILER-DAEMON@client.example", stale, "Undelivered",
            "I gave up."))
        check(reply.startswith("550 5.7.1"),
              "refused at the end of DATA as stale: it returned nothing that "
              "Alice sent,\n      which would have saved it")

    def callout(self):
        step(7, "Another host asks whether alice@example.org exists before "
             "it takes her mail\n     (a sender callout):")
        reply = session(self.ours, "", "alice@example.org")
        check(reply.startswith("250"), "it is told yes")

    def rotation(self):
        step(8, "A new key. Nothing is restarted:")
        show_command(self.ours, "key", "rotate")
        show_command(self.ours, "key", "list")
        self.send("carol@remote.example", "A second message")
        new = received_from(self.remote, "carol")
        check(new[len("prvs=")] != self.tag[len("prvs=")],
              "the next message bears the new key's number")
        reply = session(self.ours, "", self.tag, message(
            "MAILER-DAEMON@remote.test", self.tag, "Undelivered, at last",
            "I gave up."))
        check(reply.startswith("250"), "a bounce to the old tag is accepted")
        self.ours.wait_mail("alice", "Undelivered, at last")
        check(True, "and came home")

    def kill_engine(self):
        step(9, "Alice writes to Dave again; before the remote host bounces "
             "it, the engine\n     is killed:")
        self.remote.run("smtpctl", "pause", "mda")
        self.send("dave@remote.example", "Dinner then?")
        self.remote.smtpd.wait_for(r"size=\d+ (?s:.*)to=<dave.*(?s:.*)"
                                   r"to=<dave")
        show(["# kill -9 (backstopd)"])
        self.ours.engine.kill()
        self.remote.run("smtpctl", "resume", "mda")

    def engine_killed(self):
        self.kill_engine()
        show(["in the remote host's log:"])
        found = self.remote.smtpd.wait_for(
            r"mta delivery .* from=<> .*result=\"TempFail\".*stat=\"(.*)\"")
        show([found[0]])
        check(found[1].startswith("451 4.3.0"),
              "its bounce was told to wait; nothing was lost")

    def engine_back(self):
        step(10, "The engine is back, and the remote host tries again:")
        self.ours.start_engine()
        mail = self.ours.wait_mail("alice", "Dinner then?", self.remote)
        show(self.remote.smtpd.lines(r"from=<> .*result=\"Ok\"")[-1:])
        check(mail.recipient == "alice@example.org",
              "the bounce that had to wait came home")
        show_command(self.ours, "status")

    def tell(self):
        parts = (self.set_up, self.sent_and_signed, self.real_bounce,
                 self.reply, self.made_up_tag, self.stale_tag, self.callout,
                 self.rotation, self.engine_killed, self.engine_back)
        self.steps = len(parts)
        for part in parts:
            part()


class EximStory(Story):
    """The demo with Exim on our host, whose router takes tags off without the
    engine."""

    server = "Exim with the module"
    layout = None
    settled = {"clients": "Debian-exim"}

    def engine_killed(self):
        self.kill_engine()
        mail = self.ours.wait_mail("alice", "Dinner then?", self.remote)
        show(self.ours.exim_lines("backstop: no answer"))
        check(mail["X-Backstop"] is None,
              "its bounce came home without a verdict; nothing was lost")

    def engine_back(self):
        step(10, "The engine is back:")
        self.ours.start_engine()
        reply = session(self.ours, "", forge(self.tag))
        check(reply.startswith("550 5.7.1"), "and judges bounces again")
        show_command(self.ours, "status")


STORIES = {"smtpd": Story, "exim": EximStory}


def tell(lab, remote, story_of):
    story = story_of(lab, remote)
    story.tell()
    innocent = demo_innocent.Innocent(story.ours, remote, story.steps + 1,
                                      story_of.settled)
    innocent.tell()
    story.ours.close()
    evidence = demo_evidence.Evidence(
        lab, remote, story.steps + innocent.steps + 1, story_of.layout)
    evidence.tell()
    evidence.ours.close()


def labs(suite, server):
    """The lab of our host, and that of the other one."""
    lan = own_lan(suite)
    stage = build.plain_stage(suite, lan)
    lab = build.lab_of(suite, lan, stage)
    return (build.exim_lab_of(lab, "heavy", stage) if server == "exim"
            else lab), lab


def main(words):
    chosen = {"suite": "trixie", "server": "smtpd"}
    for word in words:
        if word in roots.SUITES:
            chosen["suite"] = word
        elif word in STORIES:
            chosen["server"] = word
        else:
            sys.exit("usage: sh tests/demo.sh [smtpd|exim] [trixie|bookworm]")
    lab, other = labs(**chosen)
    print(f"Backstop on two hosts, ours with {lab.version()}, Debian "
          f"{chosen['suite']}.")
    try:
        tell(lab, other.remote(), STORIES[chosen["server"]])
    except (Differs, Timeout, AssertionError) as differs:
        print(f"    NOT SO: {differs}")
        for living in Host.living:
            print(living.logs())
        return 1
    print("\nAll of it is true. The two hosts are gone again.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (roots.RootError, build.BuildError) as error:
        sys.exit(f"demo: {error}")
