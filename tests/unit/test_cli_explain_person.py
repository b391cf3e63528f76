#!/usr/bin/python3
"""explain: what the person is told who got a notice, and by which time, of
which recipient and of which of several messages it speaks.

usage: test_cli_explain_person.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import base64
import datetime
import email.utils
import os
import re
import subprocess
import time
import unittest

from cli_case import DAY, NOINPUT, at, main
from explain_case import Explain, notice

FOLLOWS = "Diagnostic-Code: smtp; 550 5.1.1 <bob@example.com>: no such user here"


def day(when):
    """The date of a time as people write it."""
    date = datetime.datetime.fromtimestamp(when, datetime.timezone.utc)
    return f"{date.day} {date:%B}"


def report(*groups, ids="kept@example.org"):
    """A notice whose report has these groups of fields."""
    return re.sub(r"Final-Recipient: (.|\n)*?\n\n",
                  "\n\n".join(groups) + "\n\n",
                  notice(message_id=ids), count=1)


def receipt(disposition, text="Your message was read.", more=""):
    return f"""\
Return-Path: <>
From: Mail Delivery Subsystem <postmaster@example.com>
To: alice@example.org
Subject: Automatically rejected mail
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{text}

--b
Content-Type: message/disposition-notification

Reporting-UA: example.com; Some Mail Delivery Agent
Final-Recipient: rfc822; bob@example.com
Original-Message-ID: <kept@example.org>
Disposition: {disposition}
{more}
--b
Content-Type: message/rfc822

Message-ID: <kept@example.org>

--b--
"""


class Probability(Explain):
    """The first line where the store does not know enough."""

    def first(self, text, *options):
        return self.explain(text, 2, *options)["explanation"]

    def test_young_store_says_what_is_probable_and_from_when_it_is_sure(self):
        self.send()
        line = self.first(notice())
        self.assertRegex(line, r"^Probably not yours: no mail with this "
                         r"Message-ID is on record here, and it came from "
                         r"203\.0\.113\.9, which is not ours\. Certain from "
                         r"\d+ [A-Z][a-z]+( 20\d\d)? on\.$")
        result = self.explain(notice(), 2)
        self.assertEqual((result["sent"], result["likely"]), ("unknown", "no"))
        certain = datetime.date.fromisoformat(result["certain_from"])
        self.assertIn(f"Certain from {certain.day} {certain:%B}", line)
        self.assertGreater(certain, datetime.date.today())
        self.assertTrue(any(
            text.startswith("It is not certain yet, as what left before ")
            for text in result["advice"]), result["advice"])

    def test_mail_without_a_message_id_will_never_be_certain(self):
        self.send()
        text = re.sub(r"\nMessage-ID: <lost.*", "", notice())
        self.assertEqual(self.first(text), "Probably not yours: it came from "
                         "203.0.113.9, which is not ours.")

    def test_mail_from_our_own_network_is_perhaps_ours(self):
        self.send()
        line = self.first(notice(client="198.51.100.3"))
        self.assertTrue(line.startswith(
            "Perhaps yours: it came from 198.51.100.3, which is ours; but no "
            "mail with this Message-ID is on record here."), line)

    def test_mail_that_is_older_than_the_record_is_unknown(self):
        self.send()
        then = time.time() - 5 * DAY
        line = self.first(notice(date=then))
        self.assertTrue(line.startswith(
            f"Unknown: the mail is of {day(then)}"), line)
        self.assertIn(f", and what left before {day(time.time())}", line)

    def test_mail_without_a_date_may_be_of_any_age(self):
        """What is older than the record is no proof of a forgery."""
        self.send()
        self.age()
        text = notice()
        self.assertEqual(self.explain(text, 1)["because"], "no-message")
        undated = re.sub(r"(?m)^(Date: .*|\s+by m.*; .*)\n", "", text)
        result = self.explain(undated, 2)
        self.assertEqual((result["likely"], result["because"]),
                         (None, "no-evidence"))
        # as the engine would judge it if it came now
        self.assertEqual(result["verdict"], "forged")
        self.assertIn("neither the notice nor the returned mail says when it "
                      "was sent", result["explanation"])

    def test_clocks_may_be_a_day_ahead(self):
        self.send()
        text = notice(date=time.time() + DAY / 2)
        self.assertEqual(self.explain(text, 2)["likely"], "no")
        self.age()
        self.assertEqual(self.explain(text, 1)["because"], "no-message")

    def test_elsewhere_is_no_sign_of_forgery(self):
        self.send()
        self.write("backstop.conf", self.configured().replace(
            "outbound = here", "outbound = elsewhere"))
        result = self.explain(notice(), 2)
        self.assertIsNone(result["likely"])
        self.assertEqual(result["explanation"], "Unknown: no mail with this "
                         "Message-ID is on record here, but mail of "
                         "example.org also leaves by other servers.")

    def test_without_a_store_our_own_notice_is_not_called_foreign(self):
        """It shows from where the user sent, which may be anywhere."""
        text = notice().replace("Reporting-MTA: dns; mx.example.com",
                                "Reporting-MTA: dns; mail.example.org")
        self.assertIsNone(self.explain(text, 2)["likely"])
        self.assertEqual(self.explain(notice(), 2)["likely"], "no")

    def test_this_host_is_ours_without_being_trusted(self):
        self.send()
        done = subprocess.run(["hostname", "-I"], capture_output=True,
                              text=True, check=False)
        own = [one for one in done.stdout.split()
               if not re.match(r"10\.|127\.|172\.|192\.168|169\.254|fe80|f[cd]"
                               r"|100\.", one)]
        if not own:
            self.skipTest("this host has no public address")
        self.assertTrue(self.explain(notice(client=own[0]), 2)["origin_ours"])


class OldNotices(Explain):
    """A notice that lay in a mailbox is judged as of the day it came."""

    def test_old_tag_was_good_when_the_notice_came(self):
        then = time.time() - 30 * DAY
        tag = self.sign("alice@example.org", "--no-record", *at(-30))
        result = self.explain(notice(to=tag, date=then), 0)
        self.assertEqual((result["because"], result["tag"]["tag"]),
                         ("tag", "valid"))
        self.assertEqual(result["as_of"][:10], time.strftime(
            "%Y-%m-%d", time.gmtime(then)))

    def test_delivery_date_is_the_word_of_our_host(self):
        tag = self.sign("alice@example.org", "--no-record", *at(-30))
        then = time.time() - 30 * DAY
        text = re.sub(r"Received: from mx\.example\.com.*\n.*\n",
                      f"Delivery-date: {email.utils.formatdate(then)}\n",
                      notice(to=tag, date=then))
        self.assertEqual(self.explain(text, 0)["because"], "tag")

    def test_trace_without_a_date_is_no_word_of_our_host(self):
        tag = self.sign("alice@example.org", "--no-record", *at(-30))
        text = re.sub(r"(Received: from mx\.example\.com.*\n.*);.*\n", r"\1\n",
                      notice(to=tag, date=time.time() - 30 * DAY))
        self.assertEqual(self.explain(text, 2)["because"], "stale-now")

    def test_date_alone_is_the_word_of_its_author(self):
        """No host of ours wrote down when it came."""
        tag = self.sign("alice@example.org", "--no-record", *at(-30))
        text = notice(to=tag, date=time.time() - 30 * DAY)
        text = re.sub(r"Received: from mx\.example\.com.*\n.*\n", "", text)
        self.assertEqual(self.explain(text, 2)["because"], "stale-now")
        text = re.sub(r"(?m)^Date: .*\n", "", text)
        self.assertEqual(self.explain(text, 2)["because"], "stale-now")

    def test_late_notice_stays_forged(self):
        tag = self.sign("alice@example.org", "--no-record", *at(-60))
        result = self.explain(notice(to=tag, date=time.time() - 20 * DAY), 1)
        self.assertEqual(result["because"], "stale-tag")


class Outcomes(Explain):
    """What became of the mail."""

    def setUp(self):
        super().setUp()
        self.send()

    def test_recipients_with_different_fates_are_told_each(self):
        text = report(
            "Final-Recipient: rfc822; bob@example.com\nAction: failed\n"
            "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown",
            "Final-Recipient: rfc822; carol@example.com\nAction: delayed\n"
            "Status: 4.4.1\nDiagnostic-Code: smtp; connect to mx: Connection "
            "timed out",
            "Final-Recipient: rfc822; dave@example.com\nAction: relayed\n"
            "Status: 2.0.0",
            "Final-Recipient: rfc822; erin@example.com\nAction: failed\n"
            "Status: 4.2.2")
        lines = self.lines(text, 0)
        self.assertTrue(lines[0].endswith(
            ", to 4 recipients, with different outcomes:"), lines[0])
        self.assertEqual(lines[1:5], [
            "  bob@example.com: refused because there is no such mailbox "
            "(550 5.1.1 User unknown)",
            "  carol@example.com: not delivered yet because the mail server "
            "there does not answer (connect to mx: Connection timed out)",
            "  dave@example.com: handed on to a mail server that confirms "
            "nothing more",
            "  erin@example.com: given up because the mailbox is full "
            "(4.2.2)"])
        result = self.explain(text, 0)
        self.assertEqual([(one["recipient"], one["action"], one["status"])
                          for one in result["recipients"]], [
            ("bob@example.com", "failed", "5.1.1"),
            ("carol@example.com", "delayed", "4.4.1"),
            ("dave@example.com", "relayed", "2.0.0"),
            ("erin@example.com", "failed", "4.2.2")])

    def test_recipients_with_one_fate_are_told_together(self):
        group = ("Final-Recipient: rfc822; {}@example.com\nAction: failed\n"
                 "Status: 5.1.1\nDiagnostic-Code: smtp; 550 <{}>: unknown user")
        lines = self.lines(report(*(group.format(name, name)
                                    for name in ("bob", "carol", "dave"))), 0)
        self.assertIn(", to bob@example.com and 2 more, refused because there "
                      "is no such mailbox (550 <bob>: unknown user).",
                      lines[0])

    def test_delay_that_the_subject_alone_tells(self):
        text = """\
From: MAILER-DAEMON@example.com
To: alice@example.org
Subject: Delivery Status Notification ({})

The following message to <bob@example.com> could not be delivered.

--- Below this line is a copy of the message.

From: alice@example.org
Subject: Our meeting
Message-ID: <kept@example.org>
"""
        for word, says in (("Delay", "not delivered yet"),
                           ("Failure", "refused")):
            self.assertIn(f", to bob@example.com, {says}; the notice",
                          self.explain(text.format(word), 0)["explanation"])

    def test_the_diagnostic_goes_before_the_code(self):
        for status, diagnostic, says in (
                ("5.0.0", "550 Unknown user bob@example.com",
                 "refused because there is no such mailbox"),
                ("5.2.0", "550 5.2.0 over quota",
                 "refused because the mailbox is full"),
                ("5.7.1", "550 5.7.1 No mailbox found",
                 "refused because there is no such mailbox"),
                ("5.0.0", "550 5.7.25 bad host",
                 "refused because the sending host has no name"),
                ("5.1.0", "550 5.1.0 192.0.2.2 is not allowed by your SPF "
                 "record", "refused because the SPF record"),
                ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not "
                 "found", "refused because there is no such mailbox"),
                ("5.4.1", "550 5.4.1 Recipient address rejected: Access "
                 "denied", 'refused with the words "550 5.4.1 Rec'),
                ("4.2.1", "450-4.2.1 The user you are trying to contact is "
                 "receiving mail at a rate", "given up because the mail server "
                 "there takes no more mail for now"),
                ("5.5.3", "552 5.5.3 Too many recipients",
                 "refused because it had too many recipients at once"),
                ("5.7.10", "", "refused because it has to be sent encrypted"),
                ("5.7.13", "525 5.7.13 Disabled recipient address",
                 "refused because the mailbox is closed"),
                ("5.4.310", "550 5.4.310 DNS domain example.invalid does not "
                 "exist", "not delivered because there is no such domain"),
                ("5.4.4", "Host or domain name not found",
                 "not delivered because there is no such domain"),
                ("4.0.0", "554 Blocked - see https://example.com/",
                 "refused because the host that sent it, or its sender, is "
                 "blocked there"),
                ("5.7.1", "554 5.7.1 rejected by spam.example.com",
                 "refused because the receiver's policy forbids it"),
                ("5.0.0", "127", 'refused; the notice says no more than "127"'),
                ("5.0.0", "", "refused; the notice does not say why")):
            text = notice(message_id="kept@example.org", status=status)
            more = f"Diagnostic-Code: smtp; {diagnostic}"
            text = text.replace(FOLLOWS, more if diagnostic else "X-None: 1")
            self.assertIn(f", to bob@example.com, {says}",
                          self.explain(text, 0)["explanation"])

    def test_receipts_that_reject_are_called_rejections(self):
        for disposition, text, more, says in (
                ("automatic-action/MDN-sent-automatically; deleted",
                 "Your message to <bob@example.com> was automatically "
                 "rejected:\nQuota exceeded", "",
                 "rejected where it arrived (Quota exceeded)."),
                ("automatic-action/MDN-sent-automatically; deleted",
                 "Nobody\nreads this.", "Failure: no mail from you, please\n",
                 "rejected where it arrived (no mail from you, please)."),
                ("Automatic-Action/MDN-sent-automatically;deleted", "", "",
                 "rejected where it arrived, by a rule or for want of room")):
            result = self.explain(receipt(disposition, text, more), 0)
            self.assertTrue(result["rejection"])
            self.assertIn(f", to bob@example.com, {says}",
                          result["explanation"])
        for disposition, says in (
                ("manual-action/MDN-sent-manually; displayed", "it was opened"),
                ("manual-action/MDN-sent-manually; deleted",
                 "it was deleted unread"),
                ("", "and this is a receipt for it.")):
            result = self.explain(receipt(disposition), 0)
            self.assertFalse(result["rejection"])
            self.assertIn(says, result["explanation"])

    def test_guessed_recipients_are_called_guesses(self):
        text = f"""\
From: MAILER-DAEMON@example.com
To: alice@example.org
Subject: Undelivered Mail Returned to Sender

Delivery failed. Ask bob@example.com about it.

--- Below this line is a copy of the message.

From: alice@example.org
Subject: Our meeting
Message-ID: <kept@example.org>
"""
        result = self.explain(text, 0)
        self.assertTrue(result["final_recipients_guessed"])
        self.assertIn(", to bob@example.com (a guess: ", result["explanation"])
        self.assertTrue(any(line.endswith("bob@example.com (a guess)")
                            for line in self.lines(text, 0)))


class Bait(Explain):
    def bait(self, names="alice@example.org", rest=""):
        return f"""\
From: Mail Delivery System <mailer-daemon@evil.example>
To: alice@example.org
Subject: Undelivered Mail Returned to Sender

Delivery of 7 messages to {names} failed permanently.
Release them here: https://evil.example/login
{rest}"""

    def test_what_returns_nothing_and_names_the_reader_alone_is_a_warning(self):
        result = self.explain(self.bait(), 2)
        self.assertTrue(result["bait"])
        self.assertIn("Do not click on anything in it", result["explanation"])
        self.assertTrue(self.lines(self.bait(), 2)[0].startswith("Take care"))

    def test_bait_that_is_no_notice_at_all(self):
        text = """\
From: "Mail Delivery Subsystem" <info@evil.example>
To: alice@example.org
Subject: Storage
Content-Type: text/html
Content-Transfer-Encoding: base64

""" + base64.encodebytes(
            b"<a href='https://evil.example/'>More space</a>").decode()
        self.assertTrue(self.explain(text, 2)["bait"])
        text = text.replace("Mail Delivery Subsystem", "Bob")
        self.assertFalse(self.explain(text, 2)["bait"])

    def test_true_notices_are_no_bait(self):
        tag = self.send()
        text = self.bait().replace("To: alice@example.org", f"To: {tag}")
        self.assertFalse(self.explain(text, 0)["bait"])
        for text in (
                self.bait("bob@example.com"),
                self.bait(rest="\n--- Below this line is a copy of the "
                          "message.\n\nFrom: alice@example.org\n"
                          "Message-ID: <kept@example.org>\n"),
                notice(final="alice@example.org")):
            self.assertFalse(self.explain(text, 2 if "kept" not in text
                                          else 0)["bait"], text)


class Letters(Explain):
    """Encoded words of any character set, and nothing for the terminal."""

    def subject(self, encoded):
        return self.explain(notice(subject=encoded), 2)["returned_subject"]

    def word(self, text, charset, encoding="b"):
        payload = text.encode(charset)
        if encoding == "b":
            return f"=?{charset}?B?{base64.b64encode(payload).decode()}?="
        return "=?{}?Q?{}?=".format(charset, "".join(
            f"={octet:02X}" for octet in payload))

    def known(self, charset):
        """Whether this host's iconv has the set; some have few."""
        done = subprocess.run(["iconv", "-f", charset, "-t", "UTF-8"],
                              input=b"a", capture_output=True, check=False)
        return done.returncode == 0

    def test_character_sets(self):
        tried = 0
        for charset, text in (
                ("utf-8", "für €"), ("iso-8859-1", "café"),
                ("iso-2022-jp", "配信不能のお知らせ"),
                ("shift_jis", "配信不能"), ("euc-jp", "配信不能"),
                ("gb18030", "退信通知 €"), ("gb2312", "退信通知"),
                ("big5", "退信通知"), ("euc-kr", "반송된 메일"),
                ("windows-1256", "بريد"), ("iso-8859-8", "דואר")):
            if not self.known(charset):
                continue
            tried += 1
            for encoding in "bq":
                self.assertEqual(
                    self.subject(self.word(text, charset, encoding)), text)
        if tried < 5:
            self.skipTest("this host's iconv knows few character sets")

    def test_characters_that_are_cut_between_words(self):
        if not self.known("gb18030"):
            self.skipTest("this host's iconv does not know GB18030")
        octets = "退信通知".encode("gb18030")
        words = " ".join(
            f"=?GB18030?B?{base64.b64encode(octets[at:at + 3]).decode()}?="
            for at in range(0, len(octets), 3))
        self.assertEqual(self.subject(words), "退信通知")

    def test_own_subject_and_diagnostic(self):
        self.send()
        word = self.word("配信", "iso-2022-jp")
        if not self.known("iso-2022-jp"):
            self.skipTest("this host's iconv does not know ISO-2022-JP")
        text = notice(message_id="kept@example.org").replace(
            "Undelivered Mail Returned to Sender", word).replace(
            "no such user here", word)
        result = self.explain(text, 0)
        self.assertEqual(result["subject"], "配信")
        self.assertIn("配信", result["explanation"])

    def test_western_letters_that_nobody_encoded(self):
        self.send()
        text = notice(message_id="kept@example.org").encode().replace(
            b"no such user here", "Usuário inválido".encode("latin-1"))
        self.assertIn("Usuário inválido", self.explain(text, 0)["explanation"])
        # nor is UTF-8 mistaken, not even where there is no room for its end
        long = notice(message_id="kept@example.org").replace(
            "no such user here", "für " + "ü" * 200)
        self.assertIn(": für ü", self.explain(long, 0)["explanation"])
        # but no guess at others
        self.assertIn("\\xd4\\xc5\\xd3\\xd4", self.explain(text.replace(
            b"Usu", "тест".encode("koi8-r")), 0)["explanation"])

    def test_escapes_without_an_encoded_word(self):
        if not self.known("iso-2022-jp"):
            self.skipTest("this host's iconv does not know ISO-2022-JP")
        self.assertEqual(self.subject("配信".encode("iso-2022-jp").decode()),
                         "配信")

    def test_words_that_cannot_be_decoded(self):
        for text in ("=?x-none?B?YWJj?=", "=?//TRANSLIT?B?YWJj?=",
                     "=?utf-16/../x?Q?a?=", "=?gb18030?B?YWJj", "=?", "=?a?b?c"):
            self.assertTrue(self.subject(text) in (text, None), text)

    def test_nothing_of_it_reaches_the_terminal(self):
        for charset in ("utf-8", "utf-16be", "iso-2022-kr", "utf-7"):
            payload = "a\x1b[2J\u202e\x07z".encode(
                charset if charset != "iso-2022-kr" else "utf-8")
            word = f"=?{charset}?B?{base64.b64encode(payload).decode()}?="
            done = self.run_raw("-c", self.conf, "explain",
                                input=notice(subject=word))
            self.assertNotRegex(done.stdout, "[\x00-\x08\x0b-\x1f\u202e]")


class Several(Explain):
    """Folders, mailboxes and many files."""

    def setUp(self):
        super().setUp()
        self.send()
        self.ours = notice(message_id="kept@example.org", subject="a")
        self.other = notice()
        self.letter = ("From: bob@example.com\nTo: alice@example.org\n"
                       "Subject: hello\n\nHi.\n")

    def make(self, *names):
        os.makedirs(self.path(*names))
        return self.path(*names)

    def test_each_has_a_number_and_a_subject_and_there_is_a_sum(self):
        paths = [self.write(f"{n}.eml", text) for n, text in
                 enumerate((self.ours, self.other, self.letter))]
        lines = self.call("explain", *paths, status=2).splitlines()
        self.assertEqual(lines[0], "1 of 3: Undelivered Mail Returned to "
                         f"Sender ({paths[0]})")
        self.assertTrue(lines[1].startswith("You did: "))
        at_letter = lines.index(f"3 of 3: hello ({paths[2]})")
        self.assertEqual(lines[at_letter + 1:], [
            "This is no bounce: it is an ordinary message.", "",
            "3 messages, 1 about mail that you sent, 1 unknown (1 probably "
            "not yours), 1 that is no bounce."])
        results = self.json("explain", *paths, status=2)
        self.assertEqual([(one["number"], one["of"], one["file"], one["sent"])
                          for one in results],
                         [(1, 3, paths[0], "yes"), (2, 3, paths[1], "unknown"),
                          (3, 3, paths[2], "unknown")])

    def test_one_message_has_no_number(self):
        lines = self.lines(self.ours, 0)
        self.assertTrue(lines[0].startswith("You did: "))
        self.assertFalse(any("1 messages" in line for line in lines))

    def test_maildir(self):
        for box in ((), (".Sent",), (".Junk.old",)):
            for name in ("cur", "new", "tmp"):
                self.make("Maildir", *box, name)
        self.write("Maildir/new/2.host", self.other)
        self.write("Maildir/cur/1.host:2,S", self.ours)
        self.write("Maildir/tmp/3.host", self.ours)
        self.write("Maildir/dovecot.index.log", "x")
        self.write("Maildir/.Sent/cur/4.host:2,S", self.ours)
        self.write("Maildir/.Junk.old/new/5.host", self.ours)
        results = self.json("explain", self.path("Maildir"), status=2)
        self.assertEqual(
            [os.path.relpath(one["file"], self.path("Maildir"))
             for one in results],
            ["cur/1.host:2,S", "new/2.host", ".Junk.old/new/5.host",
             ".Sent/cur/4.host:2,S"])

    def test_folder_of_files_and_folders(self):
        self.make("saved", "deeper")
        self.make("saved", ".hidden")
        line = "From MAILER-DAEMON Tue Nov 24 14:02:11 2026\n"
        self.write("saved/a.eml", self.ours)
        self.write("saved/b.mbox", f"{line}{self.ours}\n{line}{self.ours}\n")
        self.write("saved/deeper/c.eml", self.ours)
        self.write("saved/.swp", self.other)
        self.write("saved/.hidden/d.eml", self.other)
        os.mkfifo(self.path("saved", "pipe"))
        os.symlink("/etc/passwd", self.path("saved", "link"))
        results = self.json("explain", self.path("saved"))
        self.assertEqual([(one["file"][len(self.path("saved")) + 1:],
                           one["number"], one["of"]) for one in results],
                         [("a.eml", 1, 4), ("b.mbox", 2, 4), ("b.mbox", 3, 4),
                          ("deeper/c.eml", 4, 4)])

    def test_standard_input_among_files(self):
        path = self.write("a.eml", self.ours)
        done = self.run_raw("-c", self.conf, "--json", "explain", path, "-",
                            input=self.ours)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())),
                         (0, 2))

    def test_what_cannot_be_read_does_not_hide_the_rest(self):
        path = self.write("a.eml", self.ours)
        done = self.run_raw("-c", self.conf, "--json", "explain",
                            self.path("none"), path)
        self.assertEqual(done.returncode, NOINPUT)
        self.assertIn("none: No such file", done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_empty_folder(self):
        self.call("explain", self.make("empty"), status=65, says="empty")


if __name__ == "__main__":
    main()
