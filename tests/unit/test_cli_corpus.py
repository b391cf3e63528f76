#!/usr/bin/python3
"""explain on real notices, in each form in which people hand them over.

usage: test_cli_corpus.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]

The corpus is read in place: $BACKSTOP_CORPUS, or ../shared/corpus beside the
project.
"""

import base64
import csv
import json
import os
import re
import subprocess
import sys
import unittest

import cli_case

CORPUS = os.path.join(os.environ.get("BACKSTOP_CORPUS", os.path.join(
    cli_case.ROOT, "..", "shared", "corpus")), "bounces")
EACH = 8  # of so many notices one is handed over in each form

FORWARD = b"""\
From: alice@example.org
To: help@example.org
Subject: Fwd: what is this?
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: text/plain

What is this?

--outer
Content-Type: message/rfc822
Content-Transfer-Encoding: base64

%s
--outer--
"""


def lines(text):
    return re.split(rb"\r\n|\n|\r", text)


FORMS = {
    "quoted": lambda text: b"".join(b"> %s\n" % one for one in lines(text)),
    "indented": lambda text: b"".join(b"    %s\n" % one
                                      for one in lines(text)),
    "forwarded": lambda text: FORWARD % base64.encodebytes(text),
    "pasted": lambda text: b"\n".join(lines(text)).split(b"\n\n", 1)[-1],
}


def rows():
    with open(os.path.join(CORPUS, "labels.tsv"), encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t",
                                  quoting=csv.QUOTE_NONE)


def octets(row):
    with open(os.path.join(CORPUS, "msgs", row["file"]), "rb") as file:
        return file.read()


class Corpus(unittest.TestCase):
    def explain(self, text):
        """The results for a text, without a configuration."""
        done = subprocess.run([cli_case.program(), "--json", "explain"],
                              input=text, capture_output=True, check=False,
                              timeout=300)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.returncode, 2)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_every_file_is_explained(self):
        count = 0
        for row in rows():
            with self.subTest(file=row["file"]):
                for result in self.explain(octets(row)):
                    self.assertTrue(result["explanation"])
                count += 1
        self.assertGreater(count, 1000)

    def test_forms(self):
        """A notice is the same notice however it is handed over."""
        notices = [row for row in rows()
                   if row["class"] in ("dsn", "nonstandard")
                   and row["tier"] == "core" and not row["variant_of"]]
        same = dict.fromkeys(FORMS, 0)
        count = 0
        for row in notices[::EACH]:
            text = octets(row)
            want = self.explain(text)[0]
            if want["verdict"] == "not-a-bounce":
                continue
            count += 1
            for form, make in FORMS.items():
                got = self.explain(make(text))[0]
                same[form] += (got["message_ids"] == want["message_ids"]
                               and got["verdict"] == want["verdict"])
        self.assertGreater(count, 50)
        print(f"of {count} notices the same:", same)
        for form in ("quoted", "indented", "forwarded"):
            self.assertGreaterEqual(same[form], 0.99 * count, form)
        # without its header a notice has lost some of what tells it
        self.assertGreaterEqual(same["pasted"], 0.95 * count)


if __name__ == "__main__":
    if os.path.exists("/etc/backstop/backstop.conf"):
        print("skipped: there is a configuration on this host")
        sys.exit(77)
    if not os.path.isfile(os.path.join(CORPUS, "labels.tsv")):
        print(f"skipped: there is no corpus at {CORPUS}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    cli_case.main()
