"""Transcripts: what the real filter does with the lines of messages."""

import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
from transcript import Case, main, PLAIN, TAGGED  # noqa: E402

LINES, END = 0x55, 0x66
LONGEST = 65485  # octets of a line that are not cut: filter/split_line.h
FORGED = "X-Backstop: forged reason=untagged row=13"

BOUNCE = b"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: alice@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It failed.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bob@example.net
Original-Recipient: rfc822;robert@example.net
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Return-Path: <alice@example.org>
From: alice@example.org
To: bob@example.net
Message-ID: <m1@example.org>
Date: Tue, 24 Nov 2026 10:00:00 +0000

Hello
--b--""".split(b"\n")


class Message(Case):
    """One session, one message, line by line."""

    def send(self, lines):
        for line in lines:
            self.smtpd.data_line(1, LINES, line)

    def passed(self):
        return self.smtpd.passed(1, LINES)

    def last_word(self):
        self.smtpd.request("commit", 1, END)
        return self.smtpd.reply(1, END)


class Trace(Message):
    """What -v and SIGUSR1 log: enough to follow a verdict, and no tag."""

    ANSWER = {"action": "reject", "verdict": "forged", "reason": "untagged",
              "reply": "550 5.7.1 Never sent",
              "header": "X-Backstop: forged reason=untagged row=13"}

    def bounce(self, recipient):
        """A bounce, from MAIL FROM to the last word."""
        self.begin(1, "")
        question = self.ask_rcpt(1, recipient)
        self.engine.answer(question, action="rewrite", address=PLAIN)
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, recipient)
        self.send([*BOUNCE, b"."])
        self.engine.answer(self.engine.question("data"), **self.ANSWER)
        self.smtpd.passed(1, LINES)
        self.assertEqual(self.last_word(), "reject|550 5.7.1 Never sent")

    def frames(self, log, what):
        """The frames of a kind, as name -> value."""
        return [dict(pair.split("=", 1) for pair in line.split(" "))
                for line in re.findall(rf"^debug: {what} (.*)$", log, re.M)]

    def check(self, log):
        rcpt, data = self.frames(log, "question")
        self.assertEqual((rcpt["op"], data["op"]), ("rcpt", "data"))
        self.assertEqual(data["kind"], "dsn")
        self.assertEqual(data["message_id"], "m1@example.org")
        self.assertEqual(data["final_recipient"], "bob@example.net")
        self.assertEqual(data["reporting_mta"], "mx.example.net")
        self.assertEqual(data["recipient"], "prvs=1234xxxxxx=" + PLAIN)
        _, verdict = self.frames(log, "answer")
        self.assertEqual(verdict["id"], data["id"])
        self.assertEqual(verdict["verdict"], "forged")
        self.assertEqual(verdict["reason"], "untagged")
        self.assertIn("row=13", verdict["header"])
        self.assertNotIn("abcdef", log.lower())

    def test_a_verdict_can_be_followed(self):
        self.start("in", options=["-v"])
        self.bounce(TAGGED)
        self.check(self.finish())

    def test_a_running_filter_begins_when_it_is_told(self):
        self.start("in")
        self.bounce(TAGGED)
        self.assertEqual(self.filter.errors(), "")
        self.filter.signal(signal.SIGUSR1)
        self.bounce(TAGGED.upper())
        log = self.finish()
        self.assertIn("info: questions and answers are logged for 10 minutes",
                      log)
        self.check(log.replace(PLAIN.upper(), PLAIN).replace("PRVS", "prvs"))

    def test_a_question_that_is_given_up_is_told(self):
        self.start("in", options=["-v"], deadline_ms=1)
        self.begin(1, "")
        question = self.ask_rcpt(1, PLAIN)
        self.assertEqual(self.smtpd.reply(1, 0x22), "proceed")
        self.assertEqual(self.frames(self.finish(), "no answer"),
                         [{"id": question["id"], "op": "rcpt"}])


class In(Message):
    def rcpt(self, recipient=PLAIN, result="ok"):
        question = self.ask_rcpt(1, recipient)
        self.engine.answer(question)
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, recipient, result)
        return question

    def transaction(self, sender, *recipients):
        self.begin(1, sender)
        for recipient in recipients or [PLAIN]:
            self.rcpt(recipient)

    def judge(self, lines, *answers):
        """Sends a message to as many questions as there are answers; returns
        those questions, and what came through."""
        self.send([*lines, b"."])
        questions = []
        for answer in answers:
            questions.append(self.engine.question("data"))
            self.engine.answer(questions[-1], **answer)
        return questions, self.passed()

    def test_rcpt_says_that_the_message_will_be_read(self):
        self.start("in")
        for sender, said in [("", "1"), ("mailer-daemon@example.net", "1"),
                             ("bob@example.net", None)]:
            self.begin(1, sender)
            self.assertEqual(self.rcpt().get("inspect"), said, sender)
        self.start("in", inspect="no")
        self.begin(1, "")
        self.assertNotIn("inspect", self.rcpt())
        self.finish()

    def test_a_bounce_is_judged_by_what_it_returns(self):
        self.start("in")
        self.transaction("")
        questions, passed = self.judge(
            BOUNCE, {"header": "X-Backstop: genuine reason=message-id row=12",
                     "action": "header"})
        question = questions[0]
        self.assertEqual(question["recipient"], PLAIN)
        self.assertEqual(question["sender"], "")
        self.assertEqual(question["kind"], "dsn")
        self.assertEqual(question["message_id"], "m1@example.org")
        self.assertEqual(question["final_recipient"], "bob@example.net")
        self.assertEqual(question["original_recipient"], "robert@example.net")
        self.assertEqual(question["date"], "1795514400")
        self.assertEqual(passed, [
            b"X-Backstop: genuine reason=message-id row=12", *BOUNCE])
        self.assertEqual(self.last_word(), "proceed")
        self.smtpd.commit(1)
        noted = self.engine.question("sent")
        self.assertEqual(noted["recipient"], PLAIN)
        self.assertEqual(noted["message_id"], "m1@example.org")
        self.finish()

    def test_a_return_path_that_does_not_fit_changes_nothing(self):
        """It is a stranger's, and must not keep us from asking."""
        self.start("in")
        self.transaction("")
        path = b"Return-Path: <" + b"\xe9" * 450 + b">"
        questions, _ = self.judge(
            [path if line.startswith(b"Return-Path") else line
             for line in BOUNCE],
            {"action": "reject", "reply": "550 5.7.1 Never sent"})
        self.assertEqual(questions[0]["partial"], "1")
        self.assertEqual(questions[0]["message_id"], "m1@example.org")
        self.assertNotIn("return_path", questions[0])
        self.assertEqual(self.last_word(), "reject|550 5.7.1 Never sent")
        self.finish()

    def test_refused_at_its_end(self):
        self.start("in")
        self.transaction("")
        _, passed = self.judge(BOUNCE, {
            "action": "reject", "reply": "550 5.7.1 Never sent",
            "header": FORGED})
        self.assertEqual(passed[1:], BOUNCE)
        self.assertEqual(self.last_word(), "reject|550 5.7.1 Never sent")
        # the next message of the session is another one
        self.transaction("")
        self.judge(BOUNCE, {})
        self.assertEqual(self.last_word(), "proceed")
        self.finish()

    def test_junk_is_marked(self):
        self.start("in")
        self.transaction("")
        _, passed = self.judge(BOUNCE, {"action": "junk", "header": FORGED})
        self.assertEqual(passed[:2], [FORGED.encode(), b"X-Spam: yes"])
        self.assertEqual(passed[2:], BOUNCE)
        self.assertEqual(self.last_word(), "proceed")
        self.finish()

    def test_the_mildest_answer_counts(self):
        reject = {"action": "reject", "reply": "550 5.7.1 No", "header": "a: r"}
        junk = {"action": "junk", "header": "a: j"}
        mild = {"action": "header", "header": "a: m"}
        trouble = {"status": "error"}
        for answers, header, word in [
                ([reject, reject], b"a: r", "reject|550 5.7.1 No"),
                ([reject, junk], b"a: j", "proceed"),
                ([junk, reject], b"a: j", "proceed"),
                ([mild, reject, junk], b"a: m", "proceed"),
                ([reject, trouble], None, "proceed"),
                ([trouble, reject], None, "proceed")]:
            with self.subTest(answers=answers):
                self.start("in")
                self.transaction("", *(f"u{n}@example.org"
                                       for n in range(len(answers))))
                questions, passed = self.judge(BOUNCE, *answers)
                self.assertEqual(len({q["recipient"] for q in questions}),
                                 len(answers))
                self.assertEqual(passed[0] if header else None, header)
                self.assertEqual(passed[-len(BOUNCE):], BOUNCE)
                self.assertEqual(self.last_word(), word)
                self.finish()
                self.engine.close()

    def test_a_refused_recipient_is_not_asked_about(self):
        self.start("in")
        self.begin(1, "")
        self.rcpt()
        self.rcpt("nobody@example.org", "permfail")
        self.engine.answer(self.engine.question("sent"))
        questions, _ = self.judge(BOUNCE, {})
        self.assertEqual(questions[0]["recipient"], PLAIN)
        self.finish()

    def offer(self, recipient, **answer):
        """RCPT; the reply to it. smtpd accepts what the filter lets pass."""
        self.engine.answer(self.ask_rcpt(1, recipient), **answer)
        word = self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, recipient,
                            "tempfail" if word.startswith("reject") else "ok")
        return word

    def test_recipients_that_must_part(self):
        """A recipient who gets every bounce does not bring it to others."""
        apart = "reject|452 4.5.3 This bounce is judged for each recipient"
        for first, second, parts in (
                ("passing", "judged", True), ("judged", "passing", True),
                ("passing", "passing", False), ("judged", "judged", False),
                ("free", "judged", False), ("passing", "free", False),
                ("gateway", "gateway", False)):
            with self.subTest(first=first, second=second):
                self.start("in")
                self.begin(1, "")
                self.assertEqual(self.offer("a@example.org", company=first),
                                 "proceed")
                word = self.offer("b@example.org", company=second)
                self.assertEqual(word.startswith(apart), parts, word)
                # and a tag is stripped where it need not part
                if first == second:
                    self.assertTrue(self.offer(
                        TAGGED, company=first, action="rewrite",
                        address=PLAIN).startswith("rewrite|<"))
                # the next message begins anew
                self.begin(1, "")
                self.assertEqual(self.offer("b@example.org", company=second),
                                 "proceed")
                self.finish()
                self.engine.close()

    def test_a_recipient_that_smtpd_refused_parts_nobody(self):
        self.start("in")
        self.begin(1, "")
        self.engine.answer(self.ask_rcpt(1, "a@example.org"),
                           company="passing")
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, "a@example.org", "tempfail")
        self.assertEqual(self.offer("b@example.org", company="judged"),
                         "proceed")
        self.finish()

    def test_none_part_where_messages_are_not_read(self):
        self.start("in", inspect="no")
        self.begin(1, "")
        for company in ("passing", "judged"):
            self.assertEqual(self.offer("a@example.org", company=company),
                             "proceed")
        self.finish()

    def test_an_address_that_cannot_be_asked_about_brings_nothing(self):
        """It passes unjudged, and would let the whole message pass."""
        long = "%" * 255 + "@" + "a" * 240 + ".example"
        self.start("in")
        self.begin(1, "")
        self.assertEqual(self.offer("b@example.org", company="judged"),
                         "proceed")
        self.smtpd.rcpt(1, 0x22, long)
        self.assertTrue(self.smtpd.reply(1, 0x22).startswith("reject|452 "))
        self.begin(1, "")
        self.smtpd.rcpt(1, 0x22, long)
        self.assertEqual(self.smtpd.reply(1, 0x22), "proceed")
        self.smtpd.rcpt_was(1, long)
        self.assertTrue(self.offer("b@example.org", company="judged")
                        .startswith("reject|452 "))
        self.finish()

    def test_more_recipients_than_can_be_judged(self):
        self.start("in")
        self.begin(1, "")
        for n in range(100):
            self.assertEqual(self.offer(f"u{n}@example.org"), "proceed")
        self.assertEqual(self.offer("u100@example.org"),
                         "reject|452 4.5.3 Too many recipients for a bounce")
        # whom the engine trusts is not judged
        self.assertEqual(self.offer("u100@example.org", verdict="trusted"),
                         "proceed")
        self.begin(1, "joe@example.net")
        for n in range(101):
            self.assertEqual(self.offer(f"u{n}@example.org"), "proceed")
        self.finish()

    def test_of_a_gateways_bounce_the_strictest_row_is_named(self):
        named = {"action": "reject", "reply": "550 5.7.1 No", "header": "a: r"}
        mild = {"action": "header", "header": "a: m", "verdict": "genuine"}
        junk = {"action": "junk", "header": "a: j"}
        for answers, header, is_junk, word in (
                ([named, mild], b"a: r", False, "proceed"),
                ([mild, named], b"a: r", False, "proceed"),
                ([mild, junk], b"a: j", False, "proceed"),
                ([junk, named], b"a: r", True, "proceed"),
                ([named, named], b"a: r", False, "reject|550 5.7.1 No")):
            with self.subTest(answers=answers):
                self.start("in")
                self.transaction("", "a@example.org", "b@example.org")
                _, passed = self.judge(
                    BOUNCE, *(dict(answer, company="gateway")
                              for answer in answers))
                self.assertEqual(passed[0], header)
                self.assertEqual(b"X-Spam: yes" in passed, is_junk)
                self.assertEqual(self.last_word(), word)
                self.finish()
                self.engine.close()

    def test_the_outcome_of_several_verdicts_is_reported(self):
        self.start("in")
        self.transaction("", "a@example.org", "b@example.org")
        questions, _ = self.judge(
            BOUNCE, {"action": "reject", "reply": "550 5.7.1 No"},
            {"action": "junk", "header": "a: j"})
        self.assertEqual([q["weighs"] for q in questions], ["1", "1"])
        told = [self.engine.question("data") for _ in questions]
        self.assertEqual({q["recipient"] for q in told},
                         {"a@example.org", "b@example.org"})
        for question in told:
            self.assertNotIn("weighs", question)
            self.assertEqual(question["weighed"], "1")
            self.assertEqual(question["outcome"], "junk")
            self.assertEqual(question["message_id"], "m1@example.org")
        # of one recipient, the answer says it all
        self.start("in")
        self.transaction("")
        questions, _ = self.judge(BOUNCE, {})
        self.assertNotIn("weighs", questions[0])
        self.finish()

    def test_too_many_recipients_are_never_refused(self):
        self.start("in")
        self.transaction("", *(f"u{n}@example.org" for n in range(101)))
        _, passed = self.judge(BOUNCE)
        self.assertEqual(passed, BOUNCE)
        self.assertEqual(self.last_word(), "proceed")
        self.finish()

    def test_the_last_word_waits_for_the_answer(self):
        self.start("in")
        self.transaction("")
        # beyond what is kept: the lines go on, the verdict still counts
        body = [b"x" * 1000] * 600
        head = self.smtpd.request_line("data-line", 1, LINES).encode()[:-1]
        self.filter.send_in_background(b"".join(
            head + line + b"\n" for line in [*BOUNCE, *body, b"."]))
        question = self.engine.question("data")
        self.assertEqual(self.passed(), BOUNCE + body)
        self.smtpd.request("commit", 1, END)
        self.engine.answer(question, action="reject", reply="550 5.7.1 No")
        self.assertEqual(self.smtpd.reply(1, END), "reject|550 5.7.1 No")
        self.finish()

    def test_long_messages_get_their_header(self):
        self.start("in")
        self.transaction("")
        body = [b"x" * 1000] * 300
        self.send(BOUNCE + body)
        question = self.engine.question("data")
        self.engine.answer(question, action="junk", header=FORGED)
        self.send([b"last", b"."])
        self.assertEqual(self.passed(), [FORGED.encode(), b"X-Spam: yes",
                                         *BOUNCE, *body, b"last"])
        self.finish()

    def test_without_an_engine_it_passes(self):
        self.start("in", engine=False, deadline_ms=100)
        self.begin(1, "")
        self.smtpd.rcpt(1, 0x22, PLAIN)
        self.smtpd.reply(1, 0x22)
        self.smtpd.rcpt_was(1, PLAIN)
        self.send([*BOUNCE, b"."])
        self.assertEqual(self.passed(), BOUNCE)
        self.assertEqual(self.last_word(), "proceed")
        self.assertIn("no answer from the engine", self.finish())

    def test_the_engine_dies_between(self):
        self.start("in", deadline_ms=300)
        self.transaction("")
        self.send([*BOUNCE, b"."])
        self.engine.question("data")
        self.engine.close()
        self.assertEqual(self.passed(), BOUNCE)
        self.assertEqual(self.last_word(), "proceed")
        self.finish()

    def test_what_the_engine_says_cannot_break_the_message(self):
        self.start("in")
        for header in ["a\nb: c", "no field", "X-B: \u00e4"]:
            self.transaction("")
            _, passed = self.judge(BOUNCE, {"action": "header",
                                            "header": header})
            self.assertEqual(passed, BOUNCE)
            self.last_word()
        self.transaction("")
        self.judge(BOUNCE, {"action": "reject", "reply": "250 Fine"})
        self.assertRegex(self.last_word(), "^reject.550 5.7.1 ")
        self.finish()

    def test_the_session_ends_in_the_middle(self):
        self.start("in")
        self.transaction("")
        self.send(BOUNCE)
        self.smtpd.report("link-disconnect", 1)
        self.smtpd.fence()
        self.transaction("")
        self.send([*BOUNCE, b"."])
        self.engine.question("data")
        self.smtpd.report("link-disconnect", 1)
        self.smtpd.fence()
        self.finish()

    def test_other_mail_passes_as_it_came(self):
        self.start("in")
        lines = [b"Subject: x", b"", b"..", b"...dots", b"\xff\x80|bar|",
                 b"X-Backstop: in the body", b"", b"y" * LONGEST, b"cr\rcr"]
        self.transaction("bob@example.net")
        self.send([*lines, b"."])
        self.assertEqual(self.passed(), lines)
        self.assertEqual(self.last_word(), "proceed")
        self.finish()

    def test_a_line_that_smtpd_could_not_read_back_is_cut(self):
        long = [b"X-Long: " + b"h" * LONGEST, b"", b"y" * (LONGEST + 1),
                b"z" * LONGEST + b".z" + b"z" * LONGEST]
        cut = [long[0][:LONGEST], b" " + b"h" * 8, b"", b"y" * LONGEST, b"y",
               b"z" * LONGEST, b"..z" + b"z" * (LONGEST - 3), b"zzz"]
        for sender in ["bob@example.net", ""]:
            self.start("in")
            self.transaction(sender)
            self.send([*long, b"."])
            if sender == "":
                self.engine.answer(self.engine.question("data"))
            self.assertEqual(self.passed(), cut)
            self.finish()
            self.engine.close()

    def test_forged_x_backstop_is_removed(self):
        theirs = [b"X-Backstop: genuine", b"x-backstop : genuine",
                  b"X-BACKSTOP: a", b"\tfolded", b" and folded"]
        kept = [b"Received: by us", b"X-Backstop-Not: ours", b" folded"]
        for sender in ["bob@example.net", ""]:
            self.start("in")
            self.transaction(sender)
            self.send([kept[0], *theirs, *kept[1:], theirs[0], b"",
                       theirs[0], b"."])
            if sender == "":
                self.engine.answer(self.engine.question("data"))
            self.assertEqual(self.passed(), [*kept, b"", theirs[0]])
            self.finish()
            self.engine.close()

    def test_two_sessions_do_not_mix(self):
        self.start("in")
        for session in (1, 2):
            self.begin(session, "")
            question = self.ask_rcpt(1, PLAIN) if session == 1 else None
            if session == 2:
                self.smtpd.rcpt(2, 0x22, TAGGED)
                question = self.engine.question("rcpt")
            self.engine.answer(question)
            self.smtpd.reply(session, 0x22)
            self.smtpd.rcpt_was(session, PLAIN if session == 1 else TAGGED)
        for line in BOUNCE:
            self.smtpd.data_line(1, LINES, line)
            self.smtpd.data_line(2, LINES + 1, b"2" + line)
        self.smtpd.data_line(2, LINES + 1, b".")
        self.engine.answer(self.engine.question("data"), header="a: 2",
                           action="header")
        self.assertEqual(self.smtpd.passed(2, LINES + 1),
                         [b"a: 2", *(b"2" + line for line in BOUNCE)])
        self.smtpd.data_line(1, LINES, b".")
        self.engine.answer(self.engine.question("data"), header="a: 1",
                           action="header")
        self.assertEqual(self.passed(), [b"a: 1", *BOUNCE])
        self.finish()


class Out(Message):
    def mail(self, *recipients, sender=PLAIN, mode="out"):
        self.smtpd.connect(1)
        self.smtpd.mail(1, 0x11, sender)
        if sender:
            self.engine.answer(self.engine.question("sign"),
                               action="rewrite", address=TAGGED)
        self.smtpd.reply(1, 0x11)
        for recipient in recipients or ["bob@example.net"]:
            if mode == "local":
                self.smtpd.rcpt(1, 0x22, recipient)
                self.engine.answer(self.engine.question("rcpt"))
                self.smtpd.reply(1, 0x22)
            else:
                self.smtpd.report("protocol-client", 1,
                                  f"RCPT TO:<{recipient}>")
            self.smtpd.rcpt_was(1, recipient)

    def sent(self, lines):
        """What the engine hears of a message, and what came through."""
        self.send([*lines, b"."])
        passed = self.passed()
        self.smtpd.commit(1)
        note = self.engine.question("sent")
        self.engine.answer(note)
        return note, passed

    def test_mail_that_leaves_is_reported(self):
        self.start("out")
        self.mail("bob@Example.net", "carol@example.com", "dave@example.net")
        lines = [b"From: Alice <Alice@example.org>", b"Message-Id: <m2@x>",
                 b"", b"Message-ID: <body@x>"]
        note, passed = self.sent(lines)
        self.assertEqual(passed, lines)
        self.assertEqual(note["message_id"], "m2@x")
        self.assertEqual(note["header_from"], "Alice@example.org")
        self.assertEqual(note["sender"], TAGGED)
        self.assertEqual(note["recipients"], "3")
        self.assertNotIn("recipient", note)
        self.finish()

    def test_a_header_from_that_does_not_fit_hides_nothing_else(self):
        self.start("out")
        self.mail()
        note, _ = self.sent([b"From: <" + b"\xe9" * 450 + b"@example.org>",
                             b"Message-Id: <m2@x>", b""])
        self.assertEqual(note["message_id"], "m2@x")
        self.assertEqual(note["partial"], "1")
        self.assertNotIn("header_from", note)
        self.finish()

    def test_a_message_id_is_added(self):
        for mode, lines, at in [
                ("out", [b"Subject: x", b"", b"y"], 1),
                ("out", [b"Subject: x"], 1),
                ("local", [b"Subject: x", b" folded", b"", b"y"], 2),
                ("out", [b"", b"no header"], 0),
                ("out", [b"no field at all", b"y"], 0),
                ("out", [], 0)]:
            with self.subTest(mode=mode, lines=lines):
                self.start(mode)
                self.mail(mode=mode)
                note, passed = self.sent(lines)
                added = passed.pop(at).decode()
                self.assertEqual(passed, lines)
                match = re.fullmatch(
                    r"Message-ID: <([0-9a-f]{30}@example\.org)>", added)
                self.assertTrue(match, added)
                self.assertEqual(note["message_id"], match[1])
                self.finish()
                self.engine.close()

    def test_a_second_message_id_is_never_added(self):
        self.start("out")
        for field in [b"Message-ID: <a@b>", b"MESSAGE-ID:<a@b>",
                      b"Message-ID:\r\n <a@b>", b"Message-ID : <a@b>",
                      b"Message-ID: no brackets", b"Message-ID:",
                      b"Message-ID: <" + b"a" * 2000 + b"@b>"]:
            self.mail()
            lines = [*field.split(b"\r\n"), b"", b"body"]
            _, passed = self.sent(lines)
            self.assertEqual(passed, lines)
        self.finish()

    def test_each_message_gets_its_own_message_id(self):
        self.start("out")
        found = set()
        for _ in range(2):
            self.mail()
            found.add(self.sent([b"", b"y"])[0]["message_id"])
        self.assertEqual(len(found), 2)
        self.finish()

    def test_a_bounce_of_smtpds_own_is_left_alone(self):
        self.start("local")
        self.mail(PLAIN, sender="", mode="local")
        lines = [b"Subject: x", b"X-Backstop: y", b"", b"z"]
        self.send([*lines, b"."])
        self.assertEqual(self.passed(), lines)
        self.finish()

    def test_missed_mail_is_reported_later(self):
        self.start("out", engine=False, deadline_ms=100)
        self.smtpd.connect(1)
        self.smtpd.mail(1, 0x11, PLAIN)
        self.smtpd.reply(1, 0x11)
        self.smtpd.rcpt_was(1, "bob@example.net")
        self.send([b"Message-ID: <a@b>", b"", b"."])
        self.passed()
        self.smtpd.commit(1)
        self.assertFalse(self.filter.speaks_within(6))
        self.engine.listen()
        self.mail()
        note, _ = self.sent([b"Message-ID: <c@d>", b""])
        self.assertGreaterEqual(int(note["missed_seconds"]), 6)
        self.mail()
        note, _ = self.sent([b"Message-ID: <e@f>", b""])
        self.assertNotIn("missed_seconds", note)
        self.finish()


class Flood(Message):
    def test_a_reader_that_lags_behind_gets_every_line(self):
        """Ten bounces, more than the output holds, are let go at once."""
        self.start("in")
        body = [f"{n} ".encode() + b"z" * 60 for n in range(2500)]
        for session in range(10, 20):
            self.begin(session, "")
            self.smtpd.rcpt(session, 0x22, PLAIN)
            self.engine.answer(self.engine.question("rcpt"))
            self.smtpd.reply(session, 0x22)
            self.smtpd.rcpt_was(session, PLAIN)
        text = b"".join(
            self.smtpd.request_line("data-line", session, LINES).encode()[:-1]
            + line + b"\n"
            for session in range(10, 20) for line in [*body, b"."])
        self.filter.send_in_background(text)
        questions = [self.engine.question("data") for _ in range(10)]
        for question in questions:
            self.engine.answer(question)
        got = {session: [] for session in range(10, 20)}
        while any(not lines or lines[-1] != b"." for lines in got.values()):
            line = self.filter.octets()
            _, session, _, rest = line.split(b"|", 3)
            got[int(session, 16)].append(rest)
        for lines in got.values():
            self.assertEqual(lines, [*body, b"."])
        self.finish()


if __name__ == "__main__":
    main()
