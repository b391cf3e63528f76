"""Transcripts: the real filter between a scripted smtpd and engine.

Usage: test_filter_protocol.py FILTER [unittest options]"""

import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))

from pipes import Engine, Filter, Smtpd  # noqa: E402

PROGRAM = None
TAGGED = "prvs=1234abcdef=alice@example.org"
PLAIN = "alice@example.org"
LATER = "reject|451 4.3.0 "

REPORTS = ["link-connect", "link-disconnect", "link-identify", "link-auth",
           "tx-rcpt", "tx-commit", "protocol-client"]
PHASES = {"out": ["mail-from"],
          "local": ["mail-from", "rcpt-to"],
          "untag": ["mail-from", "rcpt-to"],
          "in": ["mail-from", "rcpt-to", "data"]}


class Case(unittest.TestCase):
    """Has an engine and starts filters; both must end well."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.engine = Engine(directory.name + "/engine.sock")
        self.addCleanup(self.engine.close)
        self.filter = None
        self.smtpd = None

    def start(self, mode, version="0.7", deadline_ms=60000, engine=True,
              greet=True):
        if self.filter is not None:
            self.filter.close()
        if engine:
            self.engine.listen()
        self.filter = Filter(PROGRAM, "-m", mode, "-s", self.engine.path,
                             "-t", str(deadline_ms))
        self.addCleanup(self.filter.close)
        self.smtpd = Smtpd(self.filter, version)
        return self.smtpd.hello() if greet else None

    def finish(self):
        """Whatever happened, the end is quiet and its status 0."""
        status, log = self.filter.finish()
        self.assertEqual(status, 0, log)
        self.assertNotIn("Sanitizer", log)
        self.assertNotIn("runtime error", log)
        return log

    def begin(self, session, sender, token=0x11):
        """MAIL FROM in a mode that asks nothing about it."""
        self.smtpd.connect(session)
        self.smtpd.mail(session, token, sender)
        self.assertEqual(self.smtpd.reply(session, token), "proceed")

    def ask_rcpt(self, session, recipient, params="", token=0x22):
        self.smtpd.rcpt(session, token, recipient, params)
        return self.engine.question("rcpt")


class Handshake(Case):
    def test_registers_what_the_mode_needs(self):
        for mode, phases in PHASES.items():
            with self.subTest(mode=mode):
                registered = self.start(mode)
                wanted = ([f"register|report|smtp-in|{name}"
                           for name in REPORTS] +
                          [f"register|filter|smtp-in|{name}"
                           for name in phases] + ["register|ready"])
                self.assertEqual(sorted(registered), sorted(wanted))
                self.assertEqual(self.finish(), "")
                self.engine.close()

    def test_registers_once_and_not_early(self):
        self.start("in", engine=False, greet=False)
        self.filter.send("config|unheard-of|1|2|3\nconfig|protocol|0.9\n")
        self.filter.send(self.smtpd.request_line("mail-from", 1, 2, PLAIN))
        self.assertIn("register|ready", self.smtpd.hello())
        self.filter.send("config|ready\n")
        self.smtpd.fence()
        self.finish()

    def test_one_octet_at_a_time(self):
        self.start("in", engine=False, greet=False)
        self.filter.send("config|protocol|0.7\nconfig|ready\n", piece=1)
        while self.filter.line() != "register|ready":
            pass
        self.filter.send(self.smtpd.request_line("noop", 1, 2), piece=1)
        self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        self.finish()

    def test_input_ends_before_it_is_ready(self):
        self.start("in", engine=False, greet=False)
        self.filter.send("config|protocol|0.")
        self.assertEqual(self.finish(), "")


class Options(unittest.TestCase):
    def run_with(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL,
                              timeout=60, check=False)

    def test_mistakes_are_fatal_and_clear(self):
        for arguments, word in [
                ([], "-m"), (["-m", "inn"], "inn"), (["-m"], "usage"),
                (["-m", "in", "extra"], "extra"), (["-q"], "usage"),
                (["-m", "in", "-t", "0"], "-t"),
                (["-m", "in", "-t", "60001"], "60001"),
                (["-m", "in", "-t", "5s"], "5s"),
                (["-m", "in", "-t", "-1"], "-1"),
                (["-m", "in", "-t", ""], "-t"),
                (["-m", "in", "-s", "/" + 200 * "x"], "xxx")]:
            with self.subTest(arguments=arguments):
                result = self.run_with(*arguments)
                self.assertEqual(result.returncode, 64)
                self.assertIn(word, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_help_and_version(self):
        for option in ("-h", "--help"):
            result = self.run_with(option)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            for word in ("-m", "-s", "-t", "-v", "--version", "untag"):
                self.assertIn(word, result.stdout)
        result = self.run_with("--version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^filter-backstop \d")


class Out(Case):
    def test_signs_and_keeps_the_parameters(self):
        for version in ("0.4", "0.5", "0.6", "0.7"):
            with self.subTest(version=version):
                self.start("out", version)
                self.smtpd.connect(1)
                self.smtpd.auth(1)
                self.smtpd.mail(1, 2, PLAIN, " RET=HDRS ENVID=a|b")
                question = self.engine.question("sign")
                self.assertEqual(question["sender"], PLAIN)
                self.assertEqual(question["mode"], "out")
                self.assertEqual(question["host"], "opensmtpd")
                self.assertEqual(question["client"], "192.0.2.1")
                self.assertEqual(question["helo"], "mx.example.net")
                self.assertEqual(question["auth"], "1")
                self.assertLessEqual(int(question["deadline_ms"]), 60000)
                self.engine.answer(question, action="rewrite", address=TAGGED)
                self.assertEqual(self.smtpd.reply(1, 2),
                                 f"rewrite|<{TAGGED}> RET=HDRS ENVID=a|b")
                self.finish()
                self.engine.close()

    def test_what_the_engine_leaves_passes(self):
        self.start("out")
        self.smtpd.connect(1)
        self.smtpd.mail(1, 2, "someone@elsewhere.example")
        self.engine.answer(self.engine.question("sign"))
        self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        self.finish()

    def test_null_sender_is_not_asked_about(self):
        self.start("out")
        self.smtpd.connect(1)
        self.smtpd.mail(1, 2, "")
        self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        self.finish()

    def test_accepted_mail_is_noted_as_it_left(self):
        for version in ("0.5", "0.6", "0.7"):
            with self.subTest(version=version):
                self.start("out", version)
                self.smtpd.connect(1)
                self.smtpd.mail(1, 2, PLAIN)
                self.engine.answer(self.engine.question("sign"),
                                   action="rewrite", address=TAGGED)
                self.smtpd.reply(1, 2)
                for name, result in [("a|b", "ok"), ("c", "permfail"),
                                     ("d", "tempfail"), ("e", "ok")]:
                    self.smtpd.rcpt_was(1, f"{name}@remote.example", result)
                self.smtpd.commit(1)
                question = self.engine.question("sent")
                self.assertEqual(question["sender"], TAGGED)
                self.assertEqual(question["recipients"], "2")
                self.assertNotIn("recipient", question)
                self.engine.answer(question)
                self.smtpd.fence()
                self.finish()
                self.engine.close()

    def test_each_transaction_stands_alone(self):
        self.start("out")
        self.smtpd.connect(1)
        for sender, recipients in [("a@example.org", 3), ("b@example.org", 1)]:
            self.smtpd.mail(1, 2, sender)
            self.engine.answer(self.engine.question("sign"))
            self.smtpd.reply(1, 2)
            for _ in range(recipients):
                self.smtpd.rcpt_was(1, "x@remote.example")
            self.smtpd.commit(1)
            question = self.engine.question("sent")
            self.assertEqual(question["sender"], sender)
            self.assertEqual(question["recipients"], str(recipients))
            self.engine.answer(question)
        self.finish()

    def test_command_forms(self):
        self.start("out")
        for command, params in [
                ("MAIL FROM:<%s>", ""),
                ("mail from: <%s> body=8bitmime", " body=8bitmime"),
                ("Mail From:\t<%s>  SIZE=5 ", "  SIZE=5 "),
                ("MAIL FROM:<%s>RET=FULL", "RET=FULL"),
                ("MAIL FROM:<other@example.org> RET=FULL", ""),
                ("RCPT TO:<%s> NOTIFY=NEVER", ""),
                ("MAIL FROM:<%s", ""),
                ("MAIL FROM:", ""), ("", ""),
                ("MAIL FROM:<%s> AUTH=<>", " AUTH=<>"),
                ("MAIL FROM:<%s> " + 2000 * "x", " " + 2000 * "x")]:
            with self.subTest(command=command):
                if "%s" in command:
                    command = command % PLAIN
                self.smtpd.connect(1)
                self.smtpd.report("protocol-client", 1, command)
                self.smtpd.request("mail-from", 1, 2, PLAIN)
                self.engine.answer(self.engine.question("sign"),
                                   action="rewrite", address=TAGGED)
                self.assertEqual(self.smtpd.reply(1, 2),
                                 f"rewrite|<{TAGGED}>{params}")
        self.finish()


class In(Case):
    def test_strips_and_keeps_the_parameters(self):
        self.start("in")
        self.begin(1, "")
        question = self.ask_rcpt(1, TAGGED, " NOTIFY=NEVER ORCPT=rfc822;a|b")
        self.assertEqual(question["sender"], "")
        self.assertEqual(question["recipient"], TAGGED)
        self.assertEqual(question["client"], "192.0.2.1")
        self.assertEqual(question["auth"], "0")
        self.engine.answer(question, action="rewrite", address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 0x22),
                         f"rewrite|<{PLAIN}> NOTIFY=NEVER ORCPT=rfc822;a|b")
        self.finish()

    def test_addresses_hold_bars(self):
        self.start("in")
        self.begin(1, "x|y@remote.example")
        question = self.ask_rcpt(1, "a|b@example.org", " NOTIFY=NEVER")
        self.assertEqual(question["sender"], "x|y@remote.example")
        self.assertEqual(question["recipient"], "a|b@example.org")
        self.engine.answer(question, address="c|d@example.org")
        self.assertEqual(self.smtpd.reply(1, 0x22),
                         "rewrite|<c|d@example.org> NOTIFY=NEVER")
        self.finish()

    def test_refusals(self):
        long = "550 5.7.1 " + 200 * "x"
        self.start("in")
        for action, reply, said in [
                ("reject", "550 5.7.1 Not ours", "550 5.7.1 Not ours"),
                ("reject", "450 4.7.1 Perhaps", "450 4.7.1 Perhaps"),
                ("reject", long, long),
                ("reject", "", "550 5.7.1 *"),
                ("reject", "550", "550 5.7.1 *"),
                ("reject", "550_5.7.1", "550 5.7.1 *"),
                ("reject", "250 2.0.0 Fine", "550 5.7.1 *"),
                ("reject", "421 4.3.0 Bye", "550 5.7.1 *"),
                ("reject", "550 a\nfilter-result|1|2|proceed", "550 5.7.1 *"),
                ("defer", "451 4.7.1 Soon", "451 4.7.1 Soon"),
                ("defer", "550 5.7.1 Never", "451 4.7.1 *"),
                ("defer", "421 4.7.1 Bye", "451 4.7.1 *"),
                ("defer", "", "451 4.7.1 *")]:
            with self.subTest(action=action, reply=reply):
                self.begin(1, "")
                question = self.ask_rcpt(1, TAGGED)
                self.engine.answer(question, action=action, reply=reply,
                                   address=PLAIN)
                decision = self.smtpd.reply(1, 0x22)
                self.assertTrue(decision.startswith("reject|"), decision)
                if said.endswith("*"):
                    self.assertTrue(decision[7:].startswith(said[:-1]))
                else:
                    self.assertEqual(decision[7:], said)
        self.finish()

    def junk(self, *recipients):
        """A transaction; returns what is replied to DATA."""
        self.begin(1, "")
        for action, result in recipients:
            question = self.ask_rcpt(1, TAGGED)
            self.engine.answer(question, action=action, address=PLAIN)
            self.smtpd.reply(1, 0x22)
            self.smtpd.rcpt_was(1, TAGGED, result)
        self.smtpd.request("data", 1, 0x33)
        return self.smtpd.reply(1, 0x33)

    def test_junk_if_every_accepted_recipient_is(self):
        self.start("in")
        junk, clean = ("junk", "ok"), ("rewrite", "ok")
        self.assertEqual(self.junk(junk), "junk")
        self.assertEqual(self.junk(junk, junk), "junk")
        self.assertEqual(self.junk(junk, clean), "proceed")
        self.assertEqual(self.junk(clean, junk), "proceed")
        self.assertEqual(self.junk(junk, ("rewrite", "permfail")), "junk")
        self.assertEqual(self.junk(("junk", "permfail"), clean), "proceed")
        self.assertEqual(self.junk(("junk", "permfail")), "proceed")
        self.assertEqual(self.junk(("header", "ok")), "proceed")
        self.assertEqual(self.junk(), "proceed")
        self.finish()

    def accept(self, sender, *recipients):
        self.begin(1, sender)
        for recipient, result in recipients:
            question = self.ask_rcpt(1, recipient)
            self.engine.answer(question)
            self.smtpd.reply(1, 0x22)
            self.smtpd.rcpt_was(1, recipient, result)
        self.smtpd.commit(1)

    def test_bounces_are_noted_at_commit(self):
        self.start("in")
        second = "bob+prvs=1234abcdef@example.org"
        self.accept("", (TAGGED, "ok"), (PLAIN, "ok"), (second, "ok"),
                    ("prvs=1234abcdee=carol@example.org", "permfail"))
        noted = [self.engine.question("sent") for _ in range(2)]
        self.assertEqual({note["recipient"] for note in noted},
                         {TAGGED, second})
        for note in noted:
            self.assertEqual(note["sender"], "")
            self.assertEqual(note["client"], "192.0.2.1")
            self.assertEqual(note["recipients"], "1")
            self.engine.answer(note)
        # nothing else was: the next question is that of a new transaction
        self.begin(1, "")
        self.ask_rcpt(1, PLAIN)
        self.finish()

    def test_other_mail_is_noted_by_its_sender(self):
        self.start("in")
        self.smtpd.connect(1)
        self.smtpd.auth(1)
        self.smtpd.mail(1, 2, PLAIN)
        self.smtpd.reply(1, 2)
        self.engine.answer(self.ask_rcpt(1, "carol@remote.example"))
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, "carol@remote.example")
        self.smtpd.commit(1)
        note = self.engine.question("sent")
        self.assertEqual(note["sender"], PLAIN)
        self.assertEqual(note["auth"], "1")
        self.assertEqual(note["client"], "192.0.2.1")
        self.assertEqual(note["recipients"], "1")
        self.assertNotIn("recipient", note)
        self.finish()

    def test_what_was_not_committed_is_not_noted(self):
        self.start("in")
        self.begin(1, "")
        self.engine.answer(self.ask_rcpt(1, TAGGED))
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, TAGGED)
        self.smtpd.report("tx-rollback", 1, "0badcafe")
        self.smtpd.report("tx-reset", 1, "0badcafe")
        self.begin(1, "")
        self.engine.answer(self.ask_rcpt(1, PLAIN))
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, PLAIN)
        self.smtpd.commit(1)
        self.begin(1, "")
        self.ask_rcpt(1, PLAIN)
        self.finish()

    def test_who_the_client_is(self):
        self.start("in")
        for source, client in [
                ("192.0.2.7:25", "192.0.2.7"),
                ("[2001:db8::7]:25", "2001:db8::7"),
                ("[IPv6:2001:db8::7]:25", "2001:db8::7"),
                ("[fe80::1%eth0]:25", "fe80::1"),
                ("unix:/var/run/smtpd.sock", "local"), ("local", "local"),
                ("", None), ("[", None), ("nonsense here:1", None)]:
            with self.subTest(source=source):
                self.smtpd.connect(1, source)
                self.smtpd.mail(1, 2, "")
                self.smtpd.reply(1, 2)
                question = self.ask_rcpt(1, PLAIN)
                self.assertEqual(question.get("client"), client)
                self.engine.answer(question)
                self.smtpd.reply(1, 0x22)
        self.finish()

    def test_authentication(self):
        for version in ("0.6", "0.7"):
            for user, result, auth in [("alice", "pass", "1"),
                                       ("alice", "fail", "0"),
                                       ("pass", "fail", "0"),
                                       ("fail", "pass", "1"),
                                       ("a|pass", "error", "0")]:
                with self.subTest(version=version, user=user):
                    self.start("in", version)
                    self.smtpd.connect(1)
                    self.smtpd.auth(1, user, result)
                    self.smtpd.mail(1, 2, "")
                    self.smtpd.reply(1, 2)
                    question = self.ask_rcpt(1, PLAIN)
                    self.assertEqual(question["auth"], auth)
                    self.finish()
                    self.engine.close()


class Socket(Case):
    def test_never_refuses(self):
        for mode in ("local", "untag"):
            with self.subTest(mode=mode):
                self.start(mode)
                for action in ("reject", "defer", "junk", "header", "none"):
                    self.begin(1, "")
                    question = self.ask_rcpt(1, TAGGED)
                    self.assertEqual(question["mode"], mode)
                    self.engine.answer(question, action=action,
                                       reply="550 5.7.1 No", address=PLAIN)
                    self.assertEqual(self.smtpd.reply(1, 0x22),
                                     f"rewrite|<{PLAIN}>")
                    self.begin(1, "")
                    self.engine.answer(self.ask_rcpt(1, TAGGED),
                                       action=action, reply="550 5.7.1 No")
                    self.assertEqual(self.smtpd.reply(1, 0x22), "proceed")
                self.finish()
                self.engine.close()

    def test_local_signs_and_untag_does_not(self):
        self.start("local")
        self.smtpd.connect(1, "unix:/var/run/smtpd.sock")
        self.smtpd.mail(1, 2, PLAIN)
        question = self.engine.question("sign")
        self.assertEqual(question["client"], "local")
        self.engine.answer(question, action="rewrite", address=TAGGED)
        self.assertEqual(self.smtpd.reply(1, 2), f"rewrite|<{TAGGED}>")
        self.finish()
        self.engine.close()
        self.start("untag")
        self.begin(1, PLAIN)
        self.finish()

    def test_notes(self):
        for mode, ops in [("local", {PLAIN: "2"}), ("untag", {})]:
            with self.subTest(mode=mode):
                self.start(mode)
                self.smtpd.connect(1)
                self.smtpd.mail(1, 2, PLAIN)
                if mode == "local":
                    self.engine.answer(self.engine.question("sign"))
                self.smtpd.reply(1, 2)
                for recipient in (TAGGED, "bob@example.org"):
                    self.engine.answer(self.ask_rcpt(1, recipient))
                    self.smtpd.reply(1, 0x22)
                    self.smtpd.rcpt_was(1, recipient)
                self.smtpd.commit(1)
                note = self.engine.question("sent")
                self.assertEqual(note["recipient"], TAGGED)
                for sender, count in ops.items():
                    note = self.engine.question("sent")
                    self.assertEqual(note["sender"], sender)
                    self.assertEqual(note["recipients"], count)
                self.smtpd.rcpt(1, 0x44, PLAIN)
                self.engine.question("rcpt")
                self.finish()
                self.engine.close()


class NoAnswer(Case):
    def check_without_answer(self, mode):
        """What passes and what waits when the engine says nothing."""
        self.smtpd.connect(1)
        self.smtpd.mail(1, 2, PLAIN)
        self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        if mode == "out":
            return
        for recipient in (TAGGED, "bob+PRVS=1234abcdef@example.org"):
            self.smtpd.rcpt(1, 3, recipient)
            self.assertTrue(self.smtpd.reply(1, 3).startswith(LATER))
        for recipient in (PLAIN, "prvs=x=y@example.org", "postmaster",
                          "SRS0=a=b=c=d@example.org",
                          "btv1==a=b@example.org"):
            self.smtpd.rcpt(1, 3, recipient)
            self.assertEqual(self.smtpd.reply(1, 3), "proceed")

    def test_engine_is_absent(self):
        for mode in PHASES:
            with self.subTest(mode=mode):
                self.start(mode, engine=False, deadline_ms=100)
                self.check_without_answer(mode)
                log = self.finish()
                self.assertEqual(log.count("\n"), 1, log)
                self.assertIn("no answer from the engine", log)
                self.assertLess(len(log), 400)

    def test_engine_is_silent(self):
        for mode in PHASES:
            with self.subTest(mode=mode):
                self.start(mode, deadline_ms=100)
                self.check_without_answer(mode)
                self.finish()
                self.engine.close()

    def test_engine_is_away_for_long(self):
        # with a minute to wait, these would take twenty
        self.start("in", engine=False)
        self.smtpd.connect(1)
        self.begin(1, "")
        for _ in range(20):
            self.smtpd.rcpt(1, 3, TAGGED)
            self.assertTrue(self.smtpd.reply(1, 3).startswith(LATER))
        self.engine.listen()
        # a connect is tried now and then only
        self.smtpd.rcpt(1, 3, TAGGED)
        while self.filter.speaks_before(self.engine):
            self.assertTrue(self.smtpd.reply(1, 3).startswith(LATER))
            self.smtpd.rcpt(1, 3, TAGGED)
        self.engine.answer(self.engine.question("rcpt"), address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 3), f"rewrite|<{PLAIN}>")
        self.finish()

    def test_engine_cannot_answer(self):
        self.start("in")
        self.begin(1, "")
        for status in ("unknown", "error"):
            for recipient, said in [(TAGGED, LATER), (PLAIN, "proceed")]:
                question = self.ask_rcpt(1, recipient)
                self.engine.answer(question, status=status, action="reject",
                                   reply="550 5.7.1 No", address=PLAIN)
                self.assertTrue(self.smtpd.reply(1, 0x22).startswith(said))
        self.finish()

    def test_late_answers_are_nobodys(self):
        self.start("in", deadline_ms=100)
        self.begin(1, "")
        late = self.ask_rcpt(1, TAGGED)
        self.assertTrue(self.smtpd.reply(1, 0x22).startswith(LATER))
        self.engine.answer(late, action="reject", reply="550 5.7.1 No")
        self.smtpd.fence()
        self.assertTrue(self.filter.is_silent())
        self.finish()


class Restart(Case):
    def test_engine_comes_while_a_question_waits(self):
        self.start("in", engine=False)
        self.begin(1, "")
        self.smtpd.rcpt(1, 0x22, TAGGED)
        self.smtpd.fence()
        self.engine.listen()
        question = self.engine.question("rcpt")
        self.engine.answer(question, address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 0x22), f"rewrite|<{PLAIN}>")
        self.finish()

    def interrupted(self, last_words):
        """The engine goes in the middle; a second one answers."""
        self.start("in")
        self.begin(1, "")
        first = self.ask_rcpt(1, TAGGED)
        self.engine.say(last_words(first))
        self.engine.hang_up()
        again = self.engine.question("rcpt")
        self.assertLessEqual(int(again["deadline_ms"]),
                             int(first["deadline_ms"]))
        self.assertEqual(again["recipient"], TAGGED)
        self.engine.answer(again, address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 0x22), f"rewrite|<{PLAIN}>")
        self.smtpd.fence()
        self.finish()

    def test_engine_dies_before_it_answers(self):
        self.interrupted(lambda question: b"")

    def test_engine_dies_amid_an_answer(self):
        self.interrupted(lambda question: b"id=%s\nstatus=ok\naction=rej"
                         % question["id"].encode())

    def test_engine_goes_while_nobody_asks(self):
        self.start("in")
        self.begin(1, "")
        self.engine.answer(self.ask_rcpt(1, PLAIN))
        self.smtpd.reply(1, 0x22)
        self.engine.close()
        self.engine.listen()
        self.engine.answer(self.ask_rcpt(1, TAGGED), address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 0x22), f"rewrite|<{PLAIN}>")
        self.finish()


class Lies(Case):
    def test_nonsense_ends_the_connection(self):
        for nonsense in (b"\n", b"\0\n\n", b"HTTP/1.1 400 Bad Request\n\n",
                         b"id=x\nstatus=ok\n\n", b"status=ok\n\n",
                         b"id=1\nid=1\nstatus=ok\n\n", b"id=1\n\n",
                         b"x" * 2000, b"a=b\n" * 100,
                         b"id=1\nstatus=ok\naction=explode\n\n",
                         bytes(range(256)) * 80):
            with self.subTest(nonsense=nonsense[:20]):
                self.start("in")
                self.begin(1, "")
                self.ask_rcpt(1, TAGGED)
                self.engine.say(nonsense)
                self.assertTrue(self.engine.hears_end())
                self.engine.answer(self.engine.question("rcpt"),
                                   address=PLAIN)
                self.assertEqual(self.smtpd.reply(1, 0x22),
                                 f"rewrite|<{PLAIN}>")
                self.smtpd.fence()
                self.finish()
                self.engine.close()

    def test_wrong_ids_and_doubled_answers(self):
        self.start("in")
        self.begin(1, "")
        question = self.ask_rcpt(1, TAGGED)
        for wrong in ("0", str(int(question["id"]) + 1),
                      "18446744073709551615"):
            self.engine.answer({"id": wrong}, action="reject")
        self.engine.answer(question, address=PLAIN)
        self.engine.answer(question, action="reject")
        self.engine.answer(question, address="mallory@example.org")
        self.assertEqual(self.smtpd.reply(1, 0x22), f"rewrite|<{PLAIN}>")
        self.smtpd.fence()
        self.assertTrue(self.filter.is_silent())
        self.finish()

    def test_answers_in_pieces(self):
        self.start("in")
        self.begin(1, "")
        question = self.ask_rcpt(1, TAGGED)
        for octet in (f"id={question['id']}\nstatus=ok\naction=rewrite\n"
                      f"address={PLAIN}\nfuture=thing\n\n").encode():
            self.engine.say(bytes([octet]))
        self.assertEqual(self.smtpd.reply(1, 0x22), f"rewrite|<{PLAIN}>")
        self.finish()

    def test_addresses_that_would_break_the_line(self):
        self.start("in")
        self.begin(1, "")
        for address in ("a\nb@example.org", "a> NOTIFY=NEVER <b@example.org",
                        "<a@example.org>", "a b@example.org",
                        "a\tb@example.org", "\u00e9@example.org",
                        "a\x7f@example.org"):
            self.engine.answer(self.ask_rcpt(1, TAGGED), action="rewrite",
                               address=address)
            self.assertEqual(self.smtpd.reply(1, 0x22), "proceed")
        self.finish()


class Sessions(Case):
    COUNT = 300

    def test_answers_out_of_order(self):
        self.start("in")
        for number in range(self.COUNT):
            self.smtpd.connect(number)
            self.smtpd.mail(number, 0x11, "")
        for number in range(self.COUNT):
            self.assertEqual(self.smtpd.reply(number, 0x11), "proceed")
        for number in range(self.COUNT):
            self.smtpd.rcpt(number, 0x22,
                            f"prvs=1234abcdef=user{number}@example.org")
        questions = [self.engine.question("rcpt")
                     for _ in range(self.COUNT)]
        for question in reversed(questions):
            user = question["recipient"].split("=")[-1]
            self.engine.answer(question, address=user)
        for number in reversed(range(self.COUNT)):
            self.assertEqual(self.smtpd.reply(number, 0x22),
                             f"rewrite|<user{number}@example.org>")
        self.smtpd.fence()
        self.finish()

    def test_dead_sessions_get_nothing(self):
        self.start("in")
        for session in (1, 2):
            self.begin(session, "")
        first = self.ask_rcpt(1, TAGGED)
        second = self.ask_rcpt(2, TAGGED)
        self.smtpd.report("link-disconnect", 1)
        self.smtpd.fence()
        self.engine.answer(first, address=PLAIN)
        self.engine.answer(second, address=PLAIN)
        self.assertEqual(self.smtpd.reply(2, 0x22), f"rewrite|<{PLAIN}>")
        self.smtpd.fence()
        self.finish()

    def test_a_session_of_the_same_id(self):
        self.start("in")
        self.begin(1, "")
        old = self.ask_rcpt(1, TAGGED)
        self.begin(1, PLAIN)
        self.engine.answer(old, address=PLAIN)
        self.smtpd.fence()
        question = self.ask_rcpt(1, TAGGED)
        self.assertEqual(question["sender"], PLAIN)
        self.finish()

    def test_second_request_before_the_first_reply(self):
        self.start("in")
        self.begin(1, "")
        old = self.ask_rcpt(1, TAGGED, token=5)
        new = self.ask_rcpt(1, TAGGED, token=6)
        self.assertEqual(self.smtpd.reply(1, 5), "proceed")
        self.engine.answer(old, action="reject")
        self.engine.answer(new, address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 6), f"rewrite|<{PLAIN}>")
        self.smtpd.fence()
        self.finish()

    def test_requests_of_unknown_sessions(self):
        for mode in PHASES:
            with self.subTest(mode=mode):
                self.start(mode, engine=False)
                for phase in ("mail-from", "rcpt-to", "data", "commit"):
                    self.smtpd.request(phase, 77, 1, TAGGED)
                    self.assertEqual(self.smtpd.reply(77, 1), "proceed")
                self.smtpd.report("link-disconnect", 77)
                self.smtpd.report("tx-commit", 77, "1", "2")
                self.smtpd.fence()
                self.finish()


class Hardship(Case):
    GARBAGE = [
        "", "|", "||||||||", "report", "filter", "report|", "filter|0.7",
        "report|0.7|1.1|smtp-in", "report|0.7|1.1|smtp-in|link-connect",
        "report|0.7|1.1|smtp-in|link-connect|",
        "report|0.7|1.1|smtp-in|link-connect|xyz|a|b|c|d",
        "report|0.7|1.1|smtp-in|link-connect|0000000000000001|a",
        "report|0.7|1.1|smtp-in|link-connect|00000000000000001|a|b|c|d",
        "report|0.7|1.1|smtp-in|link-auth|1|pass",
        "report|0.7|1.1|smtp-in|tx-rcpt|1|2",
        "report|x.y|1.1|smtp-in|link-connect|1|a|b|c|d",
        "report|7|1.1|smtp-in|link-connect|1|a|b|c|d",
        "report|0.7|1.1|smtp-in|unheard-of|1|2|3",
        "report|0.9|1.1|smtp-in|link-connect|9|a|b|c|d|e|f",
        "report|1.0|1.1|smtp-in|link-connect|9|a|b|c|d",
        "report|0.7|1.1|smtp-out|link-connect|9|a|b|c|d",
        "filter|0.7|1.1|smtp-in|mail-from|zz|zz|a@example.org",
        "filter|0.7|1.1|smtp-in|mail-from|1",
        "unheard|0.7|1.1|smtp-in|x|1|2|3",
        "config|", "config|x", "config|ready",
        "\x01\x02\xff\xfe", "a" * 70000, "|" * 70000]

    def still_well(self):
        self.begin(1, "")
        question = self.ask_rcpt(1, TAGGED)
        self.engine.answer(question, address=PLAIN)
        self.assertEqual(self.smtpd.reply(1, 0x22), f"rewrite|<{PLAIN}>")
        self.smtpd.fence()

    def test_garbage(self):
        self.start("in")
        for line in self.GARBAGE:
            with self.subTest(line=line[:60]):
                self.filter.send(line + "\n")
                self.smtpd.fence()
        self.still_well()
        log = self.finish()
        self.assertEqual(log.count("ignored"), 1, log)

    def test_protocols_to_come(self):
        self.start("in")
        self.filter.send("filter|0.12|1.1|smtp-in|mail-from|1|2|a@b\n"
                         "filter|1.0|1.1|smtp-in|whatever|1|2|a|b\n"
                         "filter|0.7|1.1|smtp-in|data\n"
                         "filter|0.7|1.1|smtp-in|data|1|2\n")
        for _ in range(3):
            self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        self.still_well()
        self.finish()

    def test_whole_session_in_single_octets(self):
        for version in ("0.6", "0.7"):
            with self.subTest(version=version):
                self.start("in", version)
                smtpd = self.smtpd
                self.filter.send(
                    smtpd.report_line("link-connect", 1, "h", "pass",
                                      "192.0.2.1:1", "192.0.2.2:25") +
                    smtpd.report_line("protocol-client", 1, "MAIL FROM:<>") +
                    smtpd.request_line("mail-from", 1, 2, ""), piece=1)
                self.assertEqual(smtpd.reply(1, 2), "proceed")
                self.filter.send(
                    smtpd.report_line("protocol-client", 1,
                                      f"RCPT TO:<{TAGGED}> NOTIFY=NEVER") +
                    smtpd.request_line("rcpt-to", 1, 3, TAGGED), piece=1)
                self.engine.answer(self.engine.question("rcpt"),
                                   address=PLAIN)
                self.assertEqual(smtpd.reply(1, 3),
                                 f"rewrite|<{PLAIN}> NOTIFY=NEVER")
                self.finish()
                self.engine.close()

    def test_long_lines(self):
        self.start("in")
        for length in (2559, 2561, 65475, 65535, 65536, 131071, 131072,
                       131073, 300000):
            with self.subTest(length=length):
                line = self.smtpd.report_line("protocol-client", 1, "")
                line = line[:-1] + "x" * (length - len(line)) + "\n"
                self.assertEqual(len(line), length)
                self.filter.send(line)
                self.smtpd.fence()
        line = self.smtpd.request_line("mail-from", 1, 2, "a" * 65535)
        self.filter.send(line)
        self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        self.still_well()
        self.finish()

    def test_long_and_strange_arguments(self):
        self.start("in", deadline_ms=100)
        self.smtpd.connect(1, helo="h" * 5000)
        for sender in ("a" * 511, "a" * 512, "a" * 5000, "a\0b",
                       "\u00e9" * 200):
            self.smtpd.mail(1, 2, sender)
            self.assertEqual(self.smtpd.reply(1, 2), "proceed")
            for recipient in ("b" * 600, "b\0c", "\u00e9" * 300, ""):
                self.smtpd.rcpt(1, 3, recipient)
                self.assertEqual(self.smtpd.reply(1, 3), "proceed")
        self.finish()

    def test_a_sender_that_is_not_kept_is_not_null(self):
        self.start("in")
        self.smtpd.connect(1)
        self.smtpd.mail(1, 2, "a" * 600 + "@example.org")
        self.smtpd.reply(1, 2)
        self.assertNotIn("sender", self.ask_rcpt(1, TAGGED))
        self.finish()

    def test_signals(self):
        self.start("in")
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM,
                       signal.SIGPIPE, signal.SIGQUIT, signal.SIGUSR1,
                       signal.SIGUSR2, signal.SIGTSTP):
            self.filter.signal(number)
            self.smtpd.fence()
        self.still_well()
        self.assertEqual(self.finish(), "")

    def test_smtpd_does_not_read(self):
        # far more replies than the filter keeps: it stops reading as well
        self.start("out", engine=False)
        count = 40000
        octets = "".join(self.smtpd.request_line("noop", number, 1)
                         for number in range(count)).encode()
        self.filter.send_in_background(octets)
        for number in range(count):
            self.assertEqual(self.smtpd.reply(number, 1), "proceed")
        self.smtpd.fence()
        self.finish()

    def test_nobody_reads_the_log(self):
        self.start("in", engine=False, deadline_ms=100)
        self.filter.stop_reading_errors()
        self.begin(1, "")
        self.smtpd.rcpt(1, 2, TAGGED)
        self.assertTrue(self.smtpd.reply(1, 2).startswith(LATER))
        self.smtpd.fence()
        self.finish()

    def test_end_of_input(self):
        for tail in ("", "filter|0.7|1.1|smtp-in|mail-fr",
                     "filter|0.7|1.1|smtp-in|noop|1|2|"):
            with self.subTest(tail=tail):
                self.start("in")
                self.begin(1, "")
                self.ask_rcpt(1, TAGGED)
                self.filter.send(tail)
                self.filter.end_input()
                self.assertEqual(self.finish(), "")
                self.engine.close()

    def test_end_of_input_while_smtpd_does_not_read(self):
        self.start("out", engine=False)
        octets = "".join(self.smtpd.request_line("noop", number, 1)
                         for number in range(40000)).encode()
        self.filter.send_what_fits(octets)
        self.finish()

    def test_notices_outlive_their_transaction(self):
        # commits of a stopped engine are freed with the filter
        self.start("in", engine=False)
        self.begin(1, PLAIN)
        for _ in range(50):
            self.smtpd.rcpt_was(1, "x@remote.example")
            self.smtpd.commit(1)
        self.smtpd.report("link-disconnect", 1)
        self.smtpd.fence()
        self.finish()


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
