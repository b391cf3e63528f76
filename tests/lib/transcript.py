"""What the transcripts of the filter share: one engine, one filter at a time.

A file of them is run as FILE.py FILTER [unittest options]."""

import sys
import tempfile
import unittest

from pipes import Engine, Filter, Smtpd

TAGGED = "prvs=1234abcdef=alice@example.org"
PLAIN = "alice@example.org"
LATER = "reject|451 4.3.0 "

PHASES = {"out": ["mail-from"],
          "local": ["mail-from", "rcpt-to"],
          "untag": ["mail-from", "rcpt-to"],
          "in": ["mail-from", "rcpt-to", "data"]}

# The phases of those that read messages.
READING = {"out": ["data-line"], "local": ["data-line"], "untag": [],
           "in": ["data-line", "commit"]}


def program():
    """The filter that the command line names."""
    return sys.argv[1]


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])


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
              greet=True, inspect="auto", spf_ms=0, options=()):
        if self.filter is not None:
            self.filter.close()
        if engine:
            self.engine.listen()
        self.filter = Filter(program(), "-m", mode, "-s", self.engine.path,
                             "-d", self.engine.path + ".none",
                             "-t", str(deadline_ms), "-i", inspect,
                             "-T", str(spf_ms), *options)
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
