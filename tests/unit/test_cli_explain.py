#!/usr/bin/python3
"""explain: whether the mail that a notice returns was ours.

usage: test_cli_explain.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import base64
import json
import os
import resource
import re
import time
import unittest

from cli_case import AS_ROOT, DAY, NOINPUT, at, main
from explain_case import MEMBERS, Explain, notice, quoted

class WithStore(Explain):
    """Writes what the engine would have recorded."""

    def test_ours_by_message_id(self):
        self.send()
        result = self.explain(notice(message_id="kept@example.org"), 0)
        self.assertEqual(result["kind"], "dsn")
        self.assertEqual((result["verdict"], result["reason"],
                          result["row"]), ("genuine", "message-id", 12))
        self.assertEqual(result["because"], "message-id")
        self.assertEqual(result["message_ids"], ["kept@example.org"])
        self.assertEqual(result["lookups"], [
            {"message_id": "kept@example.org", "found": "theirs"}])
        self.assertEqual(result["final_recipients"], ["bob@example.com"])
        self.assertEqual(result["return_path"], "alice@example.org")
        self.assertEqual(result["status"], "5.1.1")
        self.assertEqual(result["reporting_mta"], "mx.example.com")
        self.assertEqual(result["recipient"], "alice@example.org")
        self.assertEqual(result["evidence"], "found")
        self.assertEqual(result["record"]["recipients"], 1)
        self.assertEqual(result["record"]["fate"], "signed")
        self.assertEqual(result["mode"], "observe")
        self.assertEqual(sorted(result["actions"]),
                         ["enforce", "junk", "mark", "observe"])
        self.assertIn("no such mailbox", result["explanation"])

    def test_first_line_of_ours(self):
        self.send()
        lines = self.lines(notice(message_id="kept@example.org"), 0)
        self.assertRegex(
            lines[0], r"^You did: [A-Z][a-z]+day \d\d [A-Z][a-z]+ 20\d\d, "
            r"\d\d:\d\d [A-Z]+, to bob@example\.com, refused because there "
            r"is no such mailbox \(550 5\.1\.1 <bob@example\.com>: no such "
            r"user here\)\.$")
        self.assertIn("Its subject was: Our meeting", lines)
        text = "\n".join(lines)
        self.assertIn("If you did not write it, somebody uses your account",
                      text)
        self.assertIn("change its password", text)
        self.assertIn("For the administrator:", lines)
        self.assertRegex(text, r"(?m)^  row +12, genuine:message-id$")
        self.assertRegex(text, r"(?m)^  record +sent 20.*, signed, to 1 "
                         r"recipient in 1 domain, 0 bounces$")
        self.assertRegex(text, r"(?m)^  Message-ID +kept@example\.org: in "
                               r"the store, sent by the recipient$")

    def test_account_abused(self):
        """It left here, in a name that is not the user's."""
        self.send()
        lines = self.lines(notice(message_id="kept@example.org",
                                  from_="support@bank.example"), 0)
        self.assertIn("It bears the name of support@bank.example, which is "
                      "no address of ours: if you do not know why, your "
                      "account is being used.", lines)

    def test_ours_by_tag(self):
        tag = self.send()
        result = self.explain(notice(to=tag, path=tag), 0)
        self.assertEqual((result["verdict"], result["reason"]),
                         ("genuine", "tag"))
        self.assertEqual(result["because"], "tag")
        self.assertEqual(result["recipient_field"], "To")
        self.assertEqual(result["tag"]["tag"], "valid")
        self.assertEqual(result["tag"]["key"], 4)
        self.assertEqual(result["tag"]["issued"], 1)
        self.assertEqual(result["lookups"][0]["found"], "absent")
        lines = self.lines(notice(to=tag), 0)
        self.assertTrue(lines[0].startswith(time.strftime(
            "You did: %A %d %B %Y, to bob@example.com", time.gmtime())))

    def test_ours_by_returned_tag(self):
        """The notice came to the plain address, or to an unknown one."""
        tag = self.send()
        result = self.explain(notice(to="someone@example.com", path=tag), 0)
        self.assertEqual(result["because"], "tag")
        self.assertEqual(result["recipient_field"], "returned Return-Path")
        self.assertIn("The return path of the returned mail bears a mark that "
                      "only our server makes.", result["advice"])
        result = self.explain(notice(to="alice@example.org", path=tag), 0)
        self.assertEqual(result["returned_tag"]["tag"], "valid")
        self.assertEqual(result["returned_tag"]["issued"], 1)

    def test_tags_that_are_not_ours(self):
        tag = self.send()
        bad = tag.replace("alice", "bob")
        result = self.explain(notice(to=bad), 1)
        self.assertEqual((result["verdict"], result["reason"],
                          result["row"], result["because"]),
                         ("forged", "bad-tag", 11, "bad-tag"))
        self.assertEqual(result["actions"]["enforce"], "reject")
        self.assertEqual(result["actions"]["junk"], "junk")
        self.assertEqual(result["actions"]["observe"], "none")
        lines = self.lines(notice(to=bad), 1)
        self.assertEqual(
            lines[0], "You did not send this. Someone put your address on "
            "it; it came from 203.0.113.9. The return path that it answers "
            "was never signed by our server.")
        # of a returned text a bad tag proves nothing: it may be mangled
        result = self.explain(notice(path=bad), 2)
        self.assertEqual(result["because"], "no-evidence")
        self.assertEqual(result["returned_tag"]["tag"], "bad")

    def test_stale_tag(self):
        tag = self.send()
        text = notice(to=tag, date=time.time() + 30 * DAY)
        result = self.explain(text, 1, *at(30))
        self.assertEqual((result["verdict"], result["reason"]),
                         ("forged", "stale"))
        # it lay in a mailbox since it was good
        result = self.explain(notice(to=tag), 2, *at(30))
        self.assertEqual(result["because"], "stale-now")

    def test_revoked_key(self):
        tag = self.send()
        self.call("key", "rotate")
        self.call("key", "revoke", "4")
        result = self.explain(notice(to=tag), 2)
        self.assertEqual(result["because"], "unknown-key")
        self.assertIn("the key that made the mark", result["explanation"])

    def test_message_of_somebody_else(self):
        self.send(sender="carol@example.org")
        result = self.explain(notice(message_id="kept@example.org"), 2)
        self.assertEqual(result["because"], "others-message")
        self.assertEqual(result["lookups"][0]["found"], "others")
        self.assertIn("who sends mail in the name of alice@example.org",
                      result["explanation"])

    def test_message_to_another_domain(self):
        self.send(domain="example.edu")
        result = self.explain(notice(message_id="kept@example.org"), 2)
        self.assertEqual(result["because"], "other-recipient")
        self.assertTrue(result["record"]["domain_differs"])

    def test_forged(self):
        """The store knew all of the time, and not this."""
        self.send()
        self.age()
        result = self.explain(notice(), 1)
        self.assertEqual((result["verdict"], result["reason"],
                          result["row"], result["because"]),
                         ("forged", "untagged", 13, "no-message"))
        self.assertEqual(result["coverage"], "full")
        self.assertEqual(result["evidence"], "not-found")
        self.assertEqual(result["origin"], "203.0.113.9")
        lines = self.lines(notice(), 1)
        self.assertEqual(
            lines[0], "You did not send this. Someone put your address on "
            "it; it came from 203.0.113.9. Nothing of yours left our server "
            "with this Message-ID.")
        self.assertIn("Nobody used your account: there is nothing to do but "
                      "to delete the notice.", lines)

    def test_daemon_is_no_excuse(self):
        """The engine may call it junk; the store says no all the same."""
        self.send()
        self.age()
        text = notice().replace("Return-Path: <>",
                                "Return-Path: <postmaster@example.com>", 1)
        result = self.explain(text, 1)
        self.assertEqual(result["reason"], "untagged-daemon")

    def test_forged_and_from_our_own_network(self):
        self.send()
        self.age()
        result = self.explain(notice(client="198.51.100.3"), 2)
        self.assertEqual(result["because"], "own-network")
        self.assertIn("who may send from 198.51.100.3",
                      result["explanation"])

    def test_tag_copied_to_another_mail(self):
        """A tag of ours, and a mail that never left."""
        tag = self.send()
        self.age()
        result = self.explain(notice(to=tag), 2)
        self.assertEqual(result["because"], "tag-without-message")
        self.assertEqual(result["verdict"], "genuine")
        self.assertIn("somebody copied the mark", result["explanation"])

    def test_tag_that_was_never_given_out(self):
        self.send()
        self.age()
        tag = self.sign("carol@example.org", "--no-record")
        text = re.sub(r"\nMessage-ID: <lost.*", "", notice(to=tag))
        result = self.explain(text, 2)
        self.assertEqual((result["reason"], result["because"]),
                         ("unissued", "unissued"))

    def test_young_store(self):
        self.send()
        result = self.explain(notice(), 2)
        self.assertEqual(result["because"], "no-evidence")
        self.assertEqual(result["likely"], "no")
        self.assertEqual(result["coverage_reason"], "young-store")

    def test_what_was_swept_proves_nothing(self):
        """The store forgot that time, so nothing says that it was not."""
        self.send()
        self.age()
        result = self.explain(notice(date=time.time() - 15 * DAY), 2,
                              *at(-15))
        self.assertEqual((result["verdict"], result["coverage_reason"]),
                         ("unknown", "swept"))
        # nor does it where the notice is old, and asked about today
        result = self.explain(notice(date=time.time() - 15 * DAY), 2)
        self.assertEqual(result["coverage_reason"], "swept")
        # a mail of three days ago is well within
        self.explain(notice(date=time.time() - 3 * DAY), 1, *at(-3))

    def test_recipients(self):
        """Fields that the delivering host writes count before To."""
        tag = self.send()
        for head, field in (
                ("X-Original-To: alice@example.org\n", "X-Original-To"),
                ("Envelope-To: alice@example.org\n", "Envelope-To"),
                ("Delivered-To: alice@example.org\n", "Delivered-To")):
            result = self.explain(notice(head=head, to="x@example.net"), 2)
            self.assertEqual(result["recipient"], "alice@example.org")
            self.assertEqual(result["recipient_field"], field)
            # but a tag of ours is more than any of them
            result = self.explain(notice(head=head, to=tag), 0)
            self.assertEqual(result["recipient_field"], "To")
        result = self.explain(
            notice(to="Some One <nobody@example.com>, X <X@Example.ORG>"), 2)
        self.assertEqual(result["recipient"], "X@Example.ORG")
        result = self.explain(notice(to="x@example.com", path="",
                                     from_="alice@example.org"), 2)
        self.assertEqual(result["recipient_field"], "returned From")
        result = self.explain(notice(to="x@example.com", path="",
                                     from_="x@example.com"), 2)
        self.assertIsNone(result["recipient"])
        self.assertEqual(result["because"], "no-recipient")

    def test_senders(self):
        for sender, name in (("<>", "null"),
                             ("<MAILER-DAEMON>", "null"),
                             ("<mailer-daemon@x.example>", "daemon"),
                             ("<postmaster@x.example>", "daemon"),
                             ("<list@x.example>", "other")):
            text = notice().replace("Return-Path: <>",
                                    f"Return-Path: {sender}", 1)
            self.assertEqual(self.explain(text, 2)["sender"], name)

    def test_what_failed_is_given_up(self):
        """And the words for a status do not contradict the diagnostic."""
        self.send()
        for status, diagnostic, says in (
                ("4.4.7", "550 4.4.7 QUEUE.Expired; message expired",
                 ", given up because it could not be delivered in time ("),
                ("4.2.2", "452 4.2.2 mailbox full",
                 ", given up because the mailbox is full ("),
                ("4.4.1", "connect to mx: Connection timed out",
                 ", given up because the mail server there does not answer ("),
                ("5.4.1", "550 5.4.1 Recipient address rejected",
                 ', refused with the words "550 5.4.1 '),
                ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound",
                 ", refused because there is no such mailbox (550 5.1.10 "),
                ("5.1.10", "556 5.1.10 Recipient address has null MX",
                 ", not delivered because the domain takes no mail (")):
            text = notice(message_id="kept@example.org",
                          status=f"{status}\nDiagnostic-Code: smtp; "
                          f"{diagnostic}")
            self.assertIn(says, self.explain(text, 0)["explanation"])

    def test_delay_and_receipt(self):
        self.send()
        text = notice(message_id="kept@example.org", status="4.4.1").replace(
            "Action: failed", "Action: delayed").replace(
                "Diagnostic-Code: smtp; 550", "X-Was: 550")
        self.assertIn(", to bob@example.com, not delivered yet because the "
                      "mail server there does not answer",
                      self.explain(text, 0)["explanation"])
        text = notice(message_id="kept@example.org").replace(
            "report-type=delivery-status",
            "report-type=disposition-notification").replace(
            "message/delivery-status", "message/disposition-notification")
        text = re.sub(r"Action:(.|\n)*?\n\n", "Original-Message-ID: <kept@"
                      "example.org>\nDisposition: automatic-action/MDN-sent-"
                      "automatically; displayed\n\n", text, count=1)
        result = self.explain(text, 0)
        self.assertEqual(result["kind"], "mdn")
        self.assertIn("this is a receipt", result["explanation"])

    def test_domain_modes(self):
        tag = self.send()
        self.call("mode", "example.org", "enforce", "--force")
        result = self.explain(notice(to=tag.replace("alice", "bob")), 1)
        self.assertEqual(result["mode"], "enforce")

    def test_verdict_that_it_came_with(self):
        lines = self.lines(notice(
            head="X-Backstop: genuine reason=tag row=4\n"), 2)
        self.assertTrue(any(re.match(r"  judged then +genuine reason=tag "
                                     r"row=4$", line) for line in lines))


class Forms(Explain):
    """However a notice is handed over."""

    def setUp(self):
        super().setUp()
        self.send()
        self.text = notice(message_id="kept@example.org")

    def form(self, text, form, status=0):
        result = self.explain(text, status)
        self.assertEqual(result["form"], form)
        if status == 0:
            self.assertEqual(result["message_ids"], ["kept@example.org"])
        return result

    def test_as_it_is(self):
        for text in (self.text, self.text.replace("\n", "\r\n"),
                     self.text.replace("\n", "\r"), "\ufeff" + self.text,
                     self.text.encode("utf-16")):
            self.form(text, "as-is")

    def test_standard_input(self):
        for words in ((), ("-",)):
            done = self.run_raw("-c", self.conf, "explain", *words,
                                input=self.text)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith("You did: "))

    def test_quoted_and_indented(self):
        for text in (quoted(self.text), quoted(quoted(self.text)),
                     "".join(f"    {line}\n" for line in
                             self.text.splitlines()),
                     "Look at this:\n\n" + quoted(self.text)):
            self.form(text, "unquoted")

    def test_forwarded(self):
        for encoding, body in (
                ("7bit", self.text),
                ("base64", base64.encodebytes(self.text.encode()).decode())):
            for kind in ("message/rfc822",
                         'application/octet-stream; name="notice.eml"'):
                self.form(f"""\
Return-Path: <alice@example.org>
From: alice@example.org
To: help@example.org
Subject: Fwd: what is this?
Message-ID: <forward@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out"

--out
Content-Type: text/plain

I never wrote to them!

--out
Content-Type: {kind}
Content-Transfer-Encoding: {encoding}

{body}
--out--
""", "forwarded")

    def test_forwarded_twice(self):
        inner = f"""\
From: help@example.org
Subject: Fwd: Fwd:
Content-Type: message/rfc822

{self.text}"""
        self.form(f"""\
From: alice@example.org
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: message/rfc822
Content-Transfer-Encoding: base64

{base64.encodebytes(inner.encode()).decode()}
--out--
""", "forwarded")

    def test_forwarded_in_line(self):
        """As webmail does it: the notice's text below a banner."""
        for author in ("From", "Von"):
            self.form(f"""\
From: alice@example.org
To: help@example.org
Subject: Fwd: Undelivered

What is this?

---------- Forwarded message ---------
{author}: Mail Delivery System <mailer-daemon@mx.example.com>
Date: Tue, 24 Nov 2026 14:02:11 +0000
Subject: Undelivered Mail Returned to Sender
To: <alice@example.org>

This is the mail system at host mx.example.com.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<bob@example.com>: host mx.example.com said: 550 5.1.1 no such user

------ This is a copy of the message, including all the headers. ------

Return-Path: <alice@example.org>
Received: from evil.example ([203.0.113.9]) by mx.example.com
From: <alice@example.org>
To: bob@example.com
Subject: Our meeting
Message-ID: <kept@example.org>

Hello.
""", "forwarded")

    def test_pasted(self):
        """As Outlook shows it: no header at all."""
        self.form("""\
Delivery has failed to these recipients or groups:

bob@example.com
The email address you entered couldn't be found.

Diagnostic information for administrators:

Generating server: mx.example.com

bob@example.com
Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'

Original message headers:

Received: from evil.example (203.0.113.9) by mx.example.com (192.0.2.7)
 with Microsoft SMTP Server id 15.1.1; Tue, 24 Nov 2026 14:02:11 +0000
From: Alice <alice@example.org>
To: bob@example.com
Subject: Our meeting
Message-ID: <kept@example.org>
Date: Tue, 24 Nov 2026 14:02:10 +0000
""", "pasted")

    def test_mailbox(self):
        line = "From MAILER-DAEMON Tue Nov 24 14:02:11 2026\n"
        self.form(line + self.text, "as-is")
        other = notice(to="x@example.com", path="", from_="x@example.com")
        path = self.write("box", f"{line}{self.text}\n{line}{self.text}\n")
        results = self.json("explain", path)
        self.assertEqual([one["sent"] for one in results], ["yes", "yes"])
        path = self.write("box", f"{line}{self.text}\n{line}{other}\n")
        results = self.json("explain", path, status=2)
        self.assertEqual([one["sent"] for one in results],
                         ["yes", "unknown"])
        text = self.call("explain", path, status=2)
        self.assertEqual(text.count("For the administrator:"), 2)

    def test_no_bounce(self):
        for text, says in (
                ("From: bob@example.com\nTo: alice@example.org\n"
                 "Subject: hello\nMessage-ID: <kept@example.org>\n\nHi.\n",
                 "an ordinary message."),
                ("Just a text.\n",
                 "an ordinary message, or too little of a notice."),
                ("From: bob@example.com\nTo: alice@example.org\n"
                 "Subject: Out of office\nAuto-Submitted: auto-replied\n"
                 "\nI am away until Monday.\n", "an automatic reply")):
            result = self.explain(text, 2)
            self.assertEqual(result["verdict"], "not-a-bounce")
            self.assertEqual(result["because"], "no-bounce")
            self.assertIn(says, result["explanation"])
            lines = self.lines(text, 2)
            self.assertTrue(lines[0].startswith("This is no bounce: it is "))
            # a right answer is not followed by doubt
            self.assertEqual("too little" in says, any(
                line.startswith("If a bounce is what you have")
                for line in lines))

    def test_nothing(self):
        self.call("explain", self.path("none"), status=NOINPUT, says="none")
        for text in ("", "\n\n"):
            self.call("explain", self.write("empty", text), status=65,
                      says="empty")


class WithLess(Explain):
    """What can be said when something is missing."""

    def test_without_a_configuration(self):
        self.conf = self.path("none.conf")
        done = self.run_raw("-c", self.conf, "explain", input=notice())
        self.assertEqual(done.returncode, 2)
        self.assertIn("none.conf", done.stderr)
        first = done.stdout.splitlines()[0]
        self.assertTrue(first.startswith(
            "Unknown, and this is what would settle it: "), first)
        self.assertIn("The returned mail came from 203.0.113.9", done.stdout)
        done = self.run_raw("-c", self.conf, "--json", "explain",
                            input=notice())
        result = json.loads(done.stdout)
        self.assertEqual(list(result), MEMBERS)
        self.assertEqual((result["verdict"], result["reason"]),
                         ("unknown", "no-config"))
        self.assertEqual(result["message_ids"], ["lost@example.org"])
        self.assertIsNone(result["row"])

    @unittest.skipIf(os.path.exists("/etc/backstop/backstop.conf"),
                     "there is a configuration")
    def test_without_any_word_of_one(self):
        done = self.run_raw("explain", input=notice())
        self.assertEqual((done.returncode, done.stderr), (2, ""))

    def test_without_keys(self):
        os.unlink(self.path("state", "keyring"))
        done = self.run_raw("-c", self.conf, "--json", "explain",
                            input=notice())
        self.assertEqual(done.returncode, 2)
        self.assertEqual(json.loads(done.stdout)["reason"], "no-keyring")
        self.assertIn("backstop init", done.stderr)

    def test_without_a_store(self):
        """A tag proves itself; nothing else is known."""
        tag = self.sign("alice@example.org", "--no-record")
        result = self.explain(notice(to=tag), 0)
        self.assertEqual((result["verdict"], result["reason"]),
                         ("genuine", "unproven"))
        result = self.explain(notice(to=tag.replace("alice", "bob")), 1)
        self.assertEqual(result["because"], "bad-tag")
        result = self.explain(notice(), 2)
        self.assertEqual(result["explanation"], "Probably not yours: it came "
                         "from 203.0.113.9, which is not ours.")
        self.assertTrue(any("\"backstop status\" says why" in line
                            for line in result["advice"]), result["advice"])

    def test_damaged_store(self):
        self.send()
        tag = self.sign()
        path = self.path("state", "store", "data.mdb")
        with open(path, "r+b") as file:
            file.truncate(20000)
        result = self.explain(notice(to=tag), 0)
        self.assertEqual(result["reason"], "unproven")

    def test_more_recipients_than_are_listed(self):
        text = notice().replace("Final-Recipient: rfc822; bob@example.com\n",
                                "\n".join(f"Final-Recipient: rfc822; u{n}@b.example\n"
                                          for n in range(9)))
        result = self.explain(text, 2)
        self.assertEqual(result["final_recipients"],
                         [f"u{n}@b.example" for n in range(8)])
        self.assertTrue(result["final_recipients_truncated"])
        self.assertFalse(result["original_recipients_truncated"])

    def test_without_a_message_id(self):
        self.send()
        text = re.sub(r"\nMessage-ID: <lost.*", "", notice())
        result = self.explain(text, 2)
        self.assertEqual((result["likely"], result["because"]),
                         ("no", "no-evidence"))
        self.assertTrue(any("returned without a Message-ID" in line
                            for line in result["advice"]), result["advice"])

    @unittest.skipUnless(AS_ROOT, "needs another user")
    def test_not_root(self):
        def become():
            os.setgroups([])
            os.setresgid(1, 1, 1)
            os.setresuid(1, 1, 1)

        done = self.run_raw("-c", self.conf, "explain", input=notice(),
                            preexec_fn=become)
        self.assertEqual(done.returncode, 2)
        self.assertIn("run this as root", done.stdout)


# What a terminal would obey.
NASTY = ("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e"
         "\u2066-\u2069\ufeff]")


class Hostile(Explain):
    def test_nothing_comes_to_the_terminal_as_it_was(self):
        """Escapes, C1 controls and text directions of strangers."""
        nasty = "\x1b[2J\x07\x9b31m\x7f\u202e\u2066\u200f\ufeff\u0085"
        text = notice(subject=f"a{nasty}z", final=f"b{nasty}@example.com",
                      message_id=f"m{nasty}@x", head=f"X-Backstop: {nasty}\n",
                      from_=f"c{nasty}@example.org", path=f"d{nasty}@x.org",
                      to=f"e{nasty}@example.org, f@example.org")
        for options in ((), ("--json",)):
            with open(self.write("nasty", text), "rb") as file:
                done = self.run_raw("-c", self.conf, *options, "explain",
                                    stdin=file)
            self.assertEqual(done.returncode, 2)
            for line in done.stdout.splitlines():
                self.assertNotRegex(line, NASTY)

    def test_json_means_the_same(self):
        """What is escaped for the terminal's sake is what it was."""
        nasty = "a\x7f\u202e\u0085\ufeff\U000e0041z"
        result = self.explain(notice(subject=f"{nasty}"), 2)
        self.assertEqual(result["returned_subject"], nasty)

    def test_letters_are_shown(self):
        lines = self.lines(notice(subject="=?utf-8?q?f=C3=BCr_=E2=82=AC?="), 2)
        self.assertIn("  its subject    für €", lines)

    def test_layouts_that_repeat_themselves(self):
        """Each is read in less than a second, or in more than minutes."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        head = ("From: a@b.example\nContent-Type: multipart/mixed; "
                "boundary=b\n\n")
        for text in (head + "--b\n" * 1000000,
                     "-----Original Message-----\nFrom: a\n" * 100000,
                     head + "".join(
                         f"--b{n}\nContent-Type: message/rfc822\n\nA: b\n\n"
                         + "x y\n" * 10000 for n in range(100))):
            with open(self.write("large", text), "rb") as file:
                done = self.run_raw("explain", stdin=file, preexec_fn=limit)
            self.assertEqual(done.returncode, 2, text[:80])

    def test_any_octets(self):
        text = notice().encode()
        for cut in range(0, len(text), 97):
            for more in (b"", b"\0" * 5000, b"\xff\xfe\n--b\n", b"> " * 999):
                path = self.write("cut", text[:cut] + more)
                done = self.run_raw("explain", path)
                self.assertIn(done.returncode, (0, 1, 2, 65))

    def test_large(self):
        text = notice() + "x" * 3000000 + "\n" * 100000
        self.assertEqual(self.explain(text, 2)["message_ids"],
                         ["lost@example.org"])


if __name__ == "__main__":
    main()
