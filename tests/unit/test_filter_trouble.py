"""Transcripts: the real filter when smtpd, the engine or the host fails."""

import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
from transcript import Case, LATER, main, PHASES, PLAIN, TAGGED  # noqa: E402


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
        # it connects only now and then
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

    def test_late_answers_are_ignored(self):
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

    def test_a_sender_that_is_too_long_is_not_null(self):
        self.start("in")
        self.smtpd.connect(1)
        self.smtpd.mail(1, 2, "a" * 600 + "@example.org")
        self.smtpd.reply(1, 2)
        self.assertNotIn("sender", self.ask_rcpt(1, TAGGED))
        self.finish()

    def test_signals(self):
        self.start("in")
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM,
                       signal.SIGPIPE, signal.SIGQUIT, signal.SIGALRM,
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
        rest = self.filter.send_what_fits(octets)
        self.assertTrue(rest)
        self.filter.send_in_background(rest)
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
        self.assertTrue(self.filter.send_what_fits(octets))
        self.finish()

    def test_reports_outlive_their_transaction(self):
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
    main()
