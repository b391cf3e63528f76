"""What the tests of explain share: a notice, and the one result for it."""

import email.utils
import time

from cli_case import AS_ROOT, Case, Engine, Wire

CONF = """\
domains  = example.org, example.net
sign     = yes
outbound = here
lifetime = 2
trusted  = 198.51.100.0/24
state    = {state}
socket   = {socket}
user     = {user}
"""

MEMBERS = """\
file number of subject kind verdict reason
sent likely because explanation advice bait
message_ids message_ids_truncated only_refers return_path
final_recipients final_recipients_truncated final_recipients_guessed
recipients original_recipients original_recipients_truncated
status action reporting_mta diagnostic disposition rejection rejection_text
returned_from returned_subject returned_date received origin origin_ours form
recipient recipient_field sender tag returned_tag row evidence evidence_reason
coverage coverage_reason issue lookups record actions mode as_of
certain_from""".split()


def notice(to="alice@example.org", message_id="lost@example.org",
           path="alice@example.org", final="bob@example.com",
           client="203.0.113.9", head="", date=None, status="5.1.1",
           subject="Our meeting", from_="alice@example.org"):
    """A bounce as RFC 3464 has it, of a mail that a client brought."""
    when = email.utils.formatdate(date or time.time())
    return f"""\
Return-Path: <>
{head}Received: from mx.example.com (mx.example.com [192.0.2.7])
 by mail.example.org with ESMTP; {when}
Date: {when}
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-ID: <bounce@mx.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {final}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{final}>: no such user here

--b
Content-Type: message/rfc822

Return-Path: <{path}>
Received: from evil.example (evil.example [{client}])
 by mx.example.com with ESMTP; {when}
From: <{from_}>
To: {final}
Subject: {subject}
Message-ID: <{message_id}>
Date: {when}

Hello.
--b--
"""


def quoted(text):
    return "".join(f"> {line}\n" for line in text.splitlines())


class Explain(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")
        # the key is older than the tags of these tests
        self.rewrite_keyring(created=1)

    def configured(self):
        return CONF.format(state=self.path("state"),
                           socket=self.path("sock"),
                           user="nobody" if AS_ROOT else "me")

    def explain(self, text, status, *options):
        """The one result for a text, which has all its members."""
        result, = self.json("explain", *options,
                            self.write("notice.eml", text), status=status)
        self.assertEqual(list(result), MEMBERS)
        self.assertEqual(result["sent"], ("yes", "no", "unknown")[status])
        return result

    def lines(self, text, status, *options):
        done = self.run_raw("-c", self.conf, "explain", *options, input=text)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def send(self, message_id="kept@example.org", sender="alice@example.org",
             domain="example.com", **more):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            return w.send(sender, message_id, domain, **more)
