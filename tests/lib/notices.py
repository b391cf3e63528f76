"""Made-up notices, as other hosts and programs send them with a null sender."""


def bounce(message_id, recipient="joe@remote.example", *, extra="",
           subject="hello", client="192.0.2.1"):
    """A delivery status notification that returns a header; with an empty
    Message-ID none stands in it. The message came from a client."""
    returned = f"Message-ID: <{message_id}>\n" if message_id else ""
    final = f"Final-Recipient: rfc822; {recipient}\n" if recipient else ""
    return f"""\
{extra}From: MAILER-DAEMON@remote.example
To: you@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; remote.example

{final}Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Received: from unknown ([{client}]) by remote.example
From: you@example.org
To: <joe@remote.example>
Subject: {subject}
{returned}
Text.
--b--
"""


def receipt(message_id):
    """A read receipt."""
    return f"""\
From: Joe <joe@remote.example>
To: you@example.org
Subject: Read: hello
MIME-Version: 1.0
Content-Type: multipart/report; boundary=b;
	report-type=disposition-notification

--b

Your message was displayed.

--b
Content-Type: message/disposition-notification

Reporting-UA: remote.example; Mail
Final-Recipient: rfc822; joe@remote.example
Original-Message-ID: <{message_id}>
Disposition: manual-action/MDN-sent-manually; displayed

--b--
"""


OUT_OF_OFFICE = """\
From: Joe <joe@remote.example>
To: you@example.org
Subject: Automatic reply: hello
Message-ID: <away@remote.example>
In-Reply-To: <hello@example.org>
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All

I am away until Monday.
"""

MEETING = """\
From: Joe <joe@remote.example>
To: you@example.org
Subject: Accepted: lunch
Message-ID: <meeting@remote.example>
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=utf-8

BEGIN:VCALENDAR
METHOD:REPLY
VERSION:2.0
BEGIN:VEVENT
ATTENDEE;PARTSTAT=ACCEPTED:mailto:joe@remote.example
END:VEVENT
END:VCALENDAR
"""
