"""Transcripts: what the real filter does in each mode."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
from transcript import (  # noqa: E402
    Case, main, PHASES, PLAIN, program, READING, TAGGED)

REPORTS = ["link-connect", "link-disconnect", "link-greeting",
           "link-identify", "link-auth", "tx-rcpt", "tx-commit",
           "protocol-client"]
# Whether smtpd offers DSN.
INCOMING = ["protocol-server"]


class Handshake(Case):
    def test_registers_what_the_mode_needs(self):
        for mode, version, inspect in [
                (mode, version, inspect) for mode in PHASES
                for version in ("0.6", "0.7", "0.8")
                for inspect in ("auto", "yes", "no")]:
            phases = list(PHASES[mode])
            if inspect == "yes" or (inspect == "auto" and version >= "0.7"):
                phases += READING[mode]
            with self.subTest(mode=mode, version=version, inspect=inspect):
                registered = self.start(mode, version, inspect=inspect)
                wanted = ([f"register|report|smtp-in|{name}"
                           for name in REPORTS +
                           (INCOMING if mode == "in" else [])] +
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
        return subprocess.run([program(), *arguments], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL,
                              timeout=300, check=False)

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

    def test_a_sender_without_a_domain_gets_the_listeners_name(self):
        """smtpd adds it after the filter; what leaves is what is signed."""
        signed = "prvs=1234abcdef=root@mx.example.org"
        self.start("out")
        self.smtpd.connect(1, listener="mx.example.org")
        self.smtpd.mail(1, 2, "root", " RET=HDRS")
        question = self.engine.question("sign")
        self.assertEqual(question["sender"], "root@mx.example.org")
        self.engine.answer(question, action="rewrite", address=signed)
        self.assertEqual(self.smtpd.reply(1, 2), f"rewrite|<{signed}> RET=HDRS")
        self.smtpd.rcpt_was(1, "bob@example.net")
        self.smtpd.commit(1)
        report = self.engine.question("sent")
        self.assertEqual(report["sender"], signed)
        self.engine.answer(report)
        # it leaves with that name, signed or not
        self.smtpd.mail(1, 2, "root")
        self.engine.answer(self.engine.question("sign"))
        self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        self.smtpd.rcpt_was(1, "bob@example.net")
        self.smtpd.commit(1)
        self.assertEqual(self.engine.question("sent")["sender"],
                         "root@mx.example.org")
        # and so does mail of a trusted host that comes in by another listener
        self.assertEqual(self.finish(), "")
        self.engine.close()
        self.start("in")
        self.smtpd.connect(1, listener="mx.example.org")
        self.smtpd.mail(1, 2, "root")
        self.smtpd.reply(1, 2)
        self.smtpd.rcpt_was(1, "bob@example.net")
        self.smtpd.commit(1)
        self.assertEqual(self.engine.question("sent")["sender"],
                         "root@mx.example.org")
        self.finish()

    def test_a_listener_without_a_name_is_told_of_once(self):
        self.start("out")
        self.smtpd.connect(1)
        for _ in range(3):
            self.smtpd.mail(1, 2, "root")
            question = self.engine.question("sign")
            self.assertEqual(question["sender"], "root")
            self.engine.answer(question, reason="no-domain")
            self.assertEqual(self.smtpd.reply(1, 2), "proceed")
        log = self.finish()
        self.assertEqual(log.count("\n"), 1, log)
        self.assertIn("has not told the name of a listener", log)

    def test_mail_passes_that_the_engine_leaves_alone(self):
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

    def test_accepted_mail_is_reported_as_it_left(self):
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

    def test_addresses_may_hold_bars(self):
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
            if result == "permfail":
                self.engine.answer(self.engine.question("sent"))
        self.smtpd.request("data", 1, 0x33)
        return self.smtpd.reply(1, 0x33)

    def test_junk_if_every_accepted_recipient_is(self):
        self.start("in", inspect="no")
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

    def test_bounces_are_reported_at_commit(self):
        self.start("in")
        second = "bob+prvs=1234abcdef@example.org"
        self.accept("", (TAGGED, "ok"), (PLAIN, "ok"), (second, "ok"),
                    ("prvs=1234abcdee=carol@example.org", "permfail"))
        refused = self.engine.question("sent")
        self.assertEqual((refused["refused"], refused["recipient"]),
                         ("1", "prvs=1234abcdee=carol@example.org"))
        self.engine.answer(refused)
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

    def test_other_mail_is_reported_by_its_sender(self):
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

    def test_mail_that_was_not_committed_is_not_reported(self):
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

    def test_reports(self):
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


if __name__ == "__main__":
    main()
