"""SPF in the filter: asked about at MAIL FROM, shown in the message."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
from transcript import Case, main, PLAIN, TAGGED  # noqa: E402

MAIL, RCPT, DATA, LINES, END = 0x11, 0x22, 0x33, 0x44, 0x55
OURS = "mx.example.org"
REPLY = "550 5.7.23 SPF: not allowed"
RESULTS = f"Authentication-Results: {OURS}; spf=fail\n\tsmtp.mailfrom=d.example"
RECEIVED = "Received-SPF: fail client-ip=192.0.2.1;\n\tidentity=mailfrom"
FIELDS = [line.encode() for line in (RESULTS + "\n" + RECEIVED).split("\n")]
LETTER = [b"Received: by here", b"Subject: hello", b"", b"Hello"]
TOLD = {"verdict": "fail", "reason": "mailfrom", "action": "header",
        "results": RESULTS, "header": RECEIVED, "authserv_id": OURS}


class Spf(Case):
    def start(self, mode="in", **more):
        more.setdefault("spf_ms", 60000)
        return super().start(mode, **more)

    def ask(self, sender="u@d.example", session=1):
        """MAIL FROM; returns the question about it."""
        self.smtpd.connect(session)
        self.smtpd.mail(session, MAIL, sender)
        return self.engine.question("spf")

    def mail(self, sender="u@d.example", **answer):
        """MAIL FROM, to the reply."""
        self.engine.answer(self.ask(sender), **answer)
        return self.smtpd.reply(1, MAIL)

    def rcpt(self, recipient=PLAIN, **answer):
        self.smtpd.rcpt(1, RCPT, recipient)
        question = self.engine.question("rcpt")
        self.engine.answer(question, **answer)
        self.smtpd.reply(1, RCPT)
        self.smtpd.rcpt_was(1, recipient)
        return question

    def pass_letter(self, lines):
        for line in [*lines, b"."]:
            self.smtpd.data_line(1, LINES, line)
        return self.smtpd.passed(1, LINES)

    def data(self):
        self.smtpd.request("data", 1, DATA)
        return self.smtpd.reply(1, DATA)


class AtMail(Spf):
    def test_what_is_asked(self):
        self.start()
        question = self.ask()
        for name, value in (("client", "192.0.2.1"), ("mode", "in"),
                            ("helo", "mx.example.net"), ("auth", "0"),
                            ("sender", "u@d.example"), ("receiver", OURS)):
            self.assertEqual(question[name], value)
        self.assertGreater(int(question["deadline_ms"]), 50000)
        self.smtpd.fence()
        self.engine.answer(question)
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.assertEqual(self.ask("", 2)["sender"], "")
        self.finish()

    def test_not_asked(self):
        for mode in ("out", "local", "untag"):
            self.start(mode)
            self.smtpd.connect(1)
            self.smtpd.mail(1, MAIL, "")
            self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.start()
        self.smtpd.connect(1)
        self.smtpd.auth(1)
        self.smtpd.mail(1, MAIL, "u@d.example")
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.smtpd.connect(2, source="unix:/run/smtpd.sock")
        self.smtpd.mail(2, MAIL, "u@d.example")
        self.assertEqual(self.smtpd.reply(2, MAIL), "proceed")
        self.finish()

    def test_replies(self):
        self.start()
        for answer, reply in (
                ({"action": "reject", "reply": REPLY}, f"reject|{REPLY}"),
                ({"action": "defer", "reply": "451 4.7.24 SPF: no answer"},
                 "reject|451 4.7.24 SPF: no answer"),
                ({"action": "defer", "reply": REPLY}, "proceed"),
                ({"action": "reject", "reply": "451 4.7.24 later"},
                 "proceed"),
                ({"action": "reject"}, "proceed"),
                ({"action": "reject", "reply": "550 a\r\n250 b"}, "proceed"),
                ({"action": "junk"}, "proceed"),
                ({"action": "header"}, "proceed"),
                ({"action": "rewrite", "address": TAGGED}, "proceed"),
                ({"status": "unknown", "action": "reject", "reply": REPLY},
                 "proceed"),
                ({"status": "error", "action": "reject", "reply": REPLY},
                 "proceed")):
            with self.subTest(**answer):
                self.assertEqual(self.mail(**answer), reply)
        # a bounce is not refused for its sender, whoever says so
        self.assertEqual(self.mail("", action="reject", reply=REPLY),
                         "proceed")
        self.finish()

    def test_the_session_goes_on(self):
        self.start()
        self.mail(action="reject", reply=REPLY)
        self.assertEqual(self.mail("v@e.example", verdict="pass"), "proceed")
        self.assertEqual(self.rcpt()["spf"], "pass")
        # what was found of one transaction is not of the next
        self.assertEqual(self.mail("w@f.example", status="unknown"),
                         "proceed")
        self.assertNotIn("spf", self.rcpt())
        self.finish()

    def test_no_engine(self):
        self.start(spf_ms=300)
        self.ask()
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.start(engine=False, spf_ms=300)
        self.smtpd.connect(1)
        self.smtpd.mail(1, MAIL, "u@d.example")
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.assertIn("no answer from the engine", self.finish())

    def test_a_hung_engine_is_not_waited_for(self):
        self.start(deadline_ms=200)
        self.mail()
        self.ask_rcpt(1, PLAIN)
        self.assertEqual(self.smtpd.reply(1, RCPT), "proceed")
        self.smtpd.mail(1, MAIL, "u@d.example")
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        # until it answers something
        self.engine.answer(self.ask_rcpt(1, PLAIN))
        self.assertEqual(self.smtpd.reply(1, RCPT), "proceed")
        self.mail()
        self.finish()

    def test_the_engine_dies_meanwhile(self):
        self.start()
        first = self.ask()
        self.engine.hang_up()
        again = self.engine.question("spf")
        self.assertEqual(again["sender"], first["sender"])
        self.engine.close()
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.finish()

    def test_the_session_ends_meanwhile(self):
        self.start()
        question = self.ask()
        self.smtpd.report("link-disconnect", 1)
        self.smtpd.fence()
        self.engine.answer(question, action="reject", reply=REPLY)
        self.smtpd.fence()
        self.finish()

    def test_the_next_command_comes_meanwhile(self):
        self.start()
        self.ask()
        self.smtpd.request("noop", 1, 0x66)
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.assertEqual(self.smtpd.reply(1, 0x66), "proceed")
        self.finish()

    def test_many_at_a_time(self):
        self.start()
        questions = [self.ask(f"u{number}@d.example", number)
                     for number in range(1, 200)]
        for number, question in reversed(list(enumerate(questions, 1))):
            refuses = number % 2
            self.engine.answer(question, action="reject" if refuses else
                               "none", reply=REPLY)
            self.assertEqual(self.smtpd.reply(number, MAIL),
                             f"reject|{REPLY}" if refuses else "proceed")
        self.finish()


class Told(Spf):
    """Whether smtpd is to tell the sender what becomes of a message."""

    def greet(self, session=1, offer="250-DSN", verb="EHLO"):
        self.smtpd.connect(session)
        self.smtpd.report("protocol-client", session, f"{verb} a.example")
        for line in ("250-mx.example.org Hello a.example", "250-8BITMIME",
                     offer, "250 HELP"):
            self.smtpd.report("protocol-server", session, line)

    def told(self, params="", session=1, no_dsn="1", recipient=PLAIN,
             **answer):
        """A recipient of a message: the filter's reply to smtpd."""
        self.smtpd.mail(session, MAIL, "u@d.example")
        question = self.engine.question("spf")
        self.can_withhold = "tells" not in question
        self.engine.answer(question, verdict="fail", no_dsn=no_dsn)
        self.assertEqual(self.smtpd.reply(session, MAIL), "proceed")
        self.engine.answer(self.ask_rcpt(session, recipient, params),
                           **answer)
        return self.smtpd.reply(session, RCPT)

    def test_of_nothing(self):
        for version in ("0.6", "0.7"):
            self.start(version=version)
            self.greet()
            for params, left in (
                    ("", ""), (" NOTIFY=SUCCESS,FAILURE", ""),
                    (" ORCPT=rfc822;a@b notify=NEVER", " ORCPT=rfc822;a@b"),
                    ("NOTIFY=DELAY X=notify=1", " X=notify=1"),
                    ("  NOTIFY=FAILURE\tORCPT=rfc822;a NOTIFY=FAILURE",
                     "\tORCPT=rfc822;a")):
                with self.subTest(params):
                    self.assertEqual(self.told(params), f"rewrite|<{PLAIN}>"
                                     f"{left} NOTIFY=NEVER")
            self.assertEqual(
                self.told(" NOTIFY=FAILURE", recipient=TAGGED, address=PLAIN,
                          action="rewrite"),
                f"rewrite|<{PLAIN}> NOTIFY=NEVER")
            self.assertEqual(self.told(no_dsn="0"), "proceed")
            self.assertTrue(self.can_withhold)
            self.finish()

    def test_refusals_stay(self):
        self.start()
        self.greet()
        self.assertEqual(self.told(action="reject", reply="550 5.7.1 no"),
                         "reject|550 5.7.1 no")
        self.finish()

    def test_listener_offers_no_dsn(self):
        self.start()
        self.greet(offer="250-SIZE 1000")
        for params in ("", " NOTIFY=FAILURE"):
            self.assertEqual(self.told(params), "proceed")
            self.assertFalse(self.can_withhold)
        # what another command is answered is no offer
        self.smtpd.report("protocol-client", 1, "HELP")
        self.smtpd.report("protocol-server", 1, "250-DSN")
        self.assertEqual(self.told(), "proceed")
        self.assertIn('the listener at 198.51.100.1:25 has "no-dsn"',
                      self.finish())

    def test_client_without_extensions(self):
        """What the listener offers is known by other sessions, if at all."""
        self.start()
        self.greet(1, verb="HELO")
        self.assertEqual(self.told(), "proceed")
        self.greet(2)
        self.assertEqual(self.told(), f"rewrite|<{PLAIN}> NOTIFY=NEVER")
        self.finish()

    def test_strange_recipients(self):
        """What cannot stand between brackets goes on as it came."""
        self.start()
        self.greet()
        self.assertEqual(self.told(recipient='"a b"@example.org'), "proceed")
        self.finish()

    def test_no_engine_at_the_recipient(self):
        self.start(deadline_ms=200)
        self.greet()
        self.smtpd.mail(1, MAIL, "u@d.example")
        self.engine.answer(self.engine.question("spf"), no_dsn="1")
        self.assertEqual(self.smtpd.reply(1, MAIL), "proceed")
        self.ask_rcpt(1, PLAIN)
        self.assertEqual(self.smtpd.reply(1, RCPT),
                         f"rewrite|<{PLAIN}> NOTIFY=NEVER")
        self.finish()


class InMessages(Spf):
    def test_fields_go_on_top(self):
        self.start()
        self.mail(**TOLD)
        self.assertEqual(self.rcpt()["spf"], "fail")
        self.assertEqual(self.pass_letter(LETTER), FIELDS + LETTER)
        self.finish()

    def test_junk(self):
        self.start()
        self.mail(**dict(TOLD, action="junk"))
        self.rcpt()
        self.assertEqual(self.data(), "proceed")
        self.assertEqual(self.pass_letter(LETTER),
                         [*FIELDS, b"X-Spam: yes", *LETTER])
        self.finish()

    def test_junk_where_messages_are_not_read(self):
        self.start(inspect="no")
        self.mail(**dict(TOLD, action="junk"))
        self.rcpt()
        self.assertEqual(self.data(), "junk")
        self.mail(**TOLD)
        self.rcpt()
        self.assertEqual(self.data(), "proceed")
        # a genuine bounce of a mail system with a name
        self.mail("mailer-daemon@d.example", **dict(TOLD, action="junk"))
        self.rcpt(TAGGED, verdict="genuine")
        self.assertEqual(self.data(), "proceed")
        self.finish()

    def test_a_mail_system_is_not_refused_whoever_says_so(self):
        self.start(inspect="no")
        refusal = {"action": "reject", "reply": REPLY, "verdict": "fail"}
        self.assertEqual(self.mail("Mailer-Daemon@d.example", **refusal),
                         "proceed")
        self.rcpt(TAGGED, verdict="genuine")
        self.assertEqual(self.data(), "proceed")
        self.assertEqual(self.mail("mailer-daemon@d.example",
                                   **dict(TOLD, action="junk")), "proceed")
        self.rcpt()
        self.assertEqual(self.data(), "junk")
        self.finish()

    def judged(self, sender, spf, **answer):
        """A bounce, with SPF's action and the verdict on it."""
        self.mail(sender, **dict(TOLD, action=spf))
        self.rcpt()
        for line in [*LETTER, b"."]:
            self.smtpd.data_line(1, LINES, line)
        question = self.engine.question("data")
        self.assertEqual(question["spf"], "fail")
        self.engine.answer(question, **answer)
        passed = self.smtpd.passed(1, LINES)
        self.smtpd.request("commit", 1, END)
        return passed, self.smtpd.reply(1, END)

    def test_a_bounce(self):
        self.start()
        verdict = "X-Backstop: forged reason=untagged row=13"
        passed, word = self.judged("", "header", action="junk",
                                   header=verdict)
        self.assertEqual(passed, [*FIELDS, verdict.encode(), b"X-Spam: yes",
                                  *LETTER])
        self.assertEqual(word, "proceed")
        # once is enough
        passed, _ = self.judged("postmaster@d.example", "junk",
                                action="junk", header=verdict)
        self.assertEqual(passed.count(b"X-Spam: yes"), 1)
        # what is genuine is not junk
        passed, _ = self.judged("postmaster@d.example", "junk",
                                action="header", header=verdict,
                                verdict="genuine")
        self.assertEqual(passed, [*FIELDS, verdict.encode(), *LETTER])
        self.finish()

    def test_malformed_fields_are_left_out(self):
        self.start()
        for lie in ("no field", "X: a\nX-Spam: no", "X: a\n\n\tb", "X: a\r",
                    ": x", " X: a", "X: \x7f", "X: a\n", "X: a\n\t"):
            with self.subTest(lie):
                self.mail(**dict(TOLD, results=lie, header=lie))
                self.rcpt()
                self.assertEqual(self.pass_letter(LETTER), LETTER)
        self.finish()

    def test_nothing_found(self):
        self.start()
        self.mail(status="unknown")
        self.rcpt()
        self.assertEqual(self.pass_letter(LETTER), LETTER)
        self.finish()


class Forged(Spf):
    def sift(self, *lines, **answer):
        self.mail(**(answer or {"verdict": "pass", "authserv_id": OURS}))
        self.rcpt()
        return self.pass_letter([*lines, b"", b"Hello"])[:-2]

    def test_forged_results_are_removed(self):
        self.start()
        for field in ([f"Authentication-Results: {OURS}; spf=pass"],
                      ["authentication-results :MX.Example.ORG", "\t; spf=x"],
                      ["Authentication-Results:", f" {OURS}; spf=pass"],
                      ["Authentication-Results: (a", " b)", "\t(c) ",
                       f" \"{OURS}\" 1; spf=pass", " smtp.helo=x"],
                      ["Authentication-Results: (" + "x" * 5000,
                       f"\t) {OURS}; spf=pass"]):
            with self.subTest(field):
                forged = [line.encode() for line in field]
                self.assertEqual(
                    self.sift(b"A: 1", *forged, b"B: 2", *forged),
                    [b"A: 1", b"B: 2"])
                self.assertEqual(self.sift(*forged), [])
        self.finish()

    def test_results_of_others_stay(self):
        self.start()
        for field in (["Authentication-Results: other.example; spf=pass"],
                      ["Authentication-Results:", " other.example;",
                       f" spf=pass reason=\"{OURS}\""],
                      [f"Authentication-Results: {OURS}.example; none"],
                      ["Authentication-Results:"],
                      ["Authentication-Results: (", " never", " ended"],
                      [f"ARC-Authentication-Results: i=1; {OURS}"],
                      ["X-A: b", f" {OURS}"],
                      [f" {OURS}; a fold of nothing"]):
            with self.subTest(field):
                lines = [line.encode() for line in field]
                self.assertEqual(self.sift(b"A: 1", *lines, b"B: 2"),
                                 [b"A: 1", *lines, b"B: 2"])
                self.assertEqual(self.sift(*lines), lines)
        self.finish()

    def test_only_in_the_header(self):
        self.start()
        forged = f"Authentication-Results: {OURS}; spf=pass".encode()
        self.mail(verdict="pass", authserv_id=OURS)
        self.rcpt()
        self.assertEqual(self.pass_letter([b"A: 1", b"", forged]),
                         [b"A: 1", b"", forged])
        self.finish()

    def test_without_an_answer_the_last_id_counts(self):
        self.start()
        forged = f"Authentication-Results: {OURS}; spf=pass".encode()
        self.assertEqual(self.sift(forged, status="unknown"), [forged])
        self.assertEqual(self.sift(forged), [])
        self.assertEqual(self.sift(forged, status="unknown"), [])
        # the engine may say that nobody is to be asked about
        self.assertEqual(self.sift(forged, reason="trusted"), [forged])
        # or that nothing is to be changed
        self.assertEqual(self.sift(forged, verdict="pass"), [forged])
        self.assertEqual(self.sift(forged, status="unknown"), [forged])
        self.finish()


if __name__ == "__main__":
    main()
