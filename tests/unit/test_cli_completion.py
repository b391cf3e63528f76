#!/usr/bin/python3
"""What bash completes for backstop(8): all that its own --help has.

usage: test_cli_completion.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import os
import re
import shlex
import shutil
import subprocess
import unittest

import cli_case
from cli_case import PATIENCE_S, ROOT, Case, main

SCRIPT = os.path.join(ROOT, "packaging", "bash", "backstop")
GLOBAL = {"-c", "--at", "--json", "-h", "--help", "--version"}


@unittest.skipUnless(shutil.which("bash"), "there is no bash")
class Completion(Case):
    def complete(self, *words):
        """What is offered for the last word."""
        script = (f"source {shlex.quote(SCRIPT)}\n"
                  f"cd {shlex.quote(self.folder)}\n"
                  "COMP_WORDS=(" + " ".join(map(shlex.quote, (
                      cli_case.PROGRAM, *words))) + ")\n"
                  f"COMP_CWORD={len(words)}\n_backstop\n"
                  "printf '%s\\n' \"${COMPREPLY[@]}\"\n")
        done = subprocess.run(["bash", "-c", script], capture_output=True,
                              text=True, check=True, timeout=PATIENCE_S)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def names(self):
        """The subcommands, by the manual page, which --help agrees with."""
        with open(os.path.join(ROOT, "common", "backstop.8"),
                  encoding="utf-8") as file:
            return re.findall(r"(?m)^\.It Cm ([a-z-]+(?: [a-z-]+)?)",
                              file.read())

    def test_subcommands(self):
        names = self.names()
        firsts = sorted({name.split()[0] for name in names})
        self.assertIn("reload", firsts)
        self.assertEqual(self.complete(""), firsts)
        self.assertEqual(self.complete("-c", "some.conf", "chec"),
                         ["checkconf"])
        for first in firsts:
            seconds = [name.split()[1] for name in names
                       if name.startswith(first + " ")]
            offered = self.complete(first, "")
            with self.subTest(first=first):
                self.assertEqual([word for word in seconds
                                  if word not in offered], [])
            for second in seconds:
                self.assertIn(second, self.complete(first, second[:3]))

    def test_options(self):
        """Each that the subcommand's synopsis or help names."""
        for name in self.names():
            text = self.run_raw(*name.split(), "--help").stdout
            synopsis = text.split("\n", 1)[0].split(name, 1)[1]
            wanted = GLOBAL | set(re.findall(r"(?<![\w-])--?[a-zA-Z][a-z-]*",
                                             synopsis))
            with self.subTest(name=name):
                offered = set(self.complete(*name.split(), "-"))
                self.assertEqual(wanted - offered, set())
                for option in offered:
                    self.assertIn(option, text)
        self.assertEqual(self.complete("mode", "--dr"), ["--dry-run"])

    def test_words(self):
        self.assertEqual(self.complete("mode", "example.org", ""),
                         ["observe", "mark", "junk", "enforce"])
        self.assertEqual(self.complete("-c", self.conf, "mode", ""),
                         ["example.org", "example.net"])
        self.assertEqual(self.complete("-c", self.conf, "spf", "lint",
                                       "example.n"), ["example.net"])
        digits = [str(digit) for digit in range(10)]
        self.assertEqual(self.complete("key", "revoke", ""), digits)
        self.assertEqual(self.complete("key", "add", "-k", ""), digits)
        self.write("a-bounce", "")
        for words in (("explain",), ("store", "restore"), ("checkconf",),
                      ("-c",), ("doctor", "--smtpd-conf"),
                      ("why", "a@example.org"),
                      ("why", "--since", "7d", "a@example.org"),
                      ("spf", "make", "--reports")):
            self.assertEqual(self.complete(*words, "a-b"), ["a-bounce"])
        for words in (("status",), ("nonsense",), ("trace", "--minutes"),
                      ("why", "--since"),
                      ("key", "nonsense")):
            self.assertEqual(self.complete(*words, ""), [])

    def test_nothing_is_run_that_was_typed(self):
        self.complete("$(touch x)", "`touch x`", "; touch x", "")
        self.complete("key", "$(touch x)", "-")
        self.complete("mode; touch x", "")
        self.assertFalse(os.path.exists(self.path("x")))


if __name__ == "__main__":
    main()
