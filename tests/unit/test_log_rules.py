#!/usr/bin/python3
"""The rules for logcheck and the script for logwatch, held against the lines of
the log: what is said day by day is no news, and what is wrong is.

usage: test_log_rules.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from cli_case import PATIENCE_S, ROOT, Case, Engine, Wire, main

RULES = ("backstop.logcheck.ignore.server",
         "opensmtpd-filter-backstop.logcheck.ignore.server")
LOGWATCH = pathlib.Path(ROOT, "packaging", "logwatch", "backstop")
CLASSES = {"[:alpha:]": "A-Za-z", "[:digit:]": "0-9", "[:alnum:]": "A-Za-z0-9"}
TIMES = ("Nov 30 08:26:40", "2026-11-30T08:26:40.123456+01:00")
ROOMS = "base dns keys spf config store judge engine".split()
OUTSIDE = "192.0.2.1"

STRING = r'"((?:\\.|[^"\\])*)"'
CALL = re.compile(rf"bs_log\(BS_LOG_(\w+),\s*((?:{STRING}\s*)+)")
ROW = re.compile(r'^ {4}ROW\((\d+), "([a-z-]+)", (\w+)', re.M)


def rules():
    found = []
    for name in RULES:
        text = pathlib.Path(ROOT, "packaging", "debian", name).read_text(
            encoding="ascii")
        for line in text.splitlines():
            if line and not line.startswith("#"):
                for posix, ours in CLASSES.items():
                    line = line.replace(posix, ours)
                found.append(re.compile(line))
    return found


def said(folder):
    """(level, text) of each message in plain words, with its places filled."""
    for path in sorted(pathlib.Path(ROOT, folder).glob("*.c")):
        for level, strings in (match[:2] for match in CALL.findall(
                path.read_text(encoding="utf-8"))):
            text = "".join(re.findall(STRING, strings)).replace('\\"', '"')
            text = re.sub(r"(?<=[a-z])%s", "s", text)  # a plural
            text = re.sub(r"%[0-9.]*s", "what it is", text)
            yield level, re.sub(r"%[a-z]+", "3", text)


class Rules(Case):
    def setUp(self):
        super().setUp()
        self.rules = rules()

    def configured(self):
        return super().configured().replace(
            "[domain", "sign = yes\nmode = enforce\nexempt = x@example.org\n"
            "probe_limit = 1\n[domain", 1)

    def is_ignored(self, text, name="backstopd"):
        found = {any(rule.search(f"{time} some-host {name}[70]: {text}")
                     for rule in self.rules) for time in TIMES}
        self.assertEqual(len(found), 1)
        return found.pop()

    def test_plain_words(self):
        """Information is ignored, warnings and errors are not."""
        levels = set()
        for room in ROOMS:
            for level, text in said(f"common/{room}"):
                text = text.replace("backstopd what it is answers",
                                    "backstopd 0.1 answers")
                text = text.replace("the what it is goes without",
                                    "the spf child goes without")
                levels.add(level)
                with self.subTest(text=text):
                    if level != "DEBUG":
                        self.assertEqual(self.is_ignored(text), level == "INFO")
        for level, text in said("filter"):
            with self.subTest(text=text):
                self.assertEqual(
                    self.is_ignored(f"bs-in: {level.lower()}: {text}", "smtpd"),
                    level == "INFO")
        self.assertLessEqual({"INFO", "WARNING", "ERR"}, levels)

    def test_each_row(self):
        text = pathlib.Path(ROOT, "common/policy/bounce.c").read_text(
            encoding="utf-8")
        found = ROW.findall(text)
        self.assertGreater(len(found), 15)
        for number, verdict, reason in found:
            words = f"verdict={verdict} "
            if reason != "NONE":
                words += f"reason={reason.lower().replace('_', '-')} "
            words += f"row={number} mode=mark action=header listener=in"
            with self.subTest(words=words):
                # the last says itself that it should not happen
                self.assertEqual(self.is_ignored(words), reason != "NO_ROW")

    def test_what_is_wrong(self):
        for text in ("event=refused-later-known sender=a@example.org bounces=1",
                     "event=unsigned reason=no-key client=local sender=a@b.org",
                     "event=unsigned reason=clock client=local sender=a@b.org",
                     "event=signed reason=unrecorded client=local sender=a@b"):
            self.assertFalse(self.is_ignored(text), text)
        text = "op=mode domain=example.org was=mark mode=enforce uid=0 forced="
        self.assertTrue(self.is_ignored(f"{text}0", "backstop"))
        self.assertFalse(self.is_ignored(f"{text}1 against=clock", "backstop"))

    def log(self):
        """The lines of an engine that had a day: (level, text)."""
        self.call("init", "-k", "4")
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as wire:
            tag = wire.send("alice@example.org", "1@example.org")
            forged = tag[:9] + ("0" if tag[9] != "0" else "1") + tag[10:]
            unknown = tag.replace("prvs=4", "prvs=5")
            wire.ask(op="sign", mode="out", client="local",
                     sender="x@example.org")
            for recipient in (tag, forged, unknown, "alice@example.org",
                              forged, forged):
                wire.ask(op="rcpt", client=OUTSIDE, sender="",
                         recipient=recipient)
                wire.ask(op="data", client=OUTSIDE, sender="", kind="dsn",
                         recipient=recipient, message_id="other@example.com")
            self.call("reload")
            self.call("mode", "example.org", "mark")
            self.call("accept", "192.0.2.9")
            wire.ask(op="ping")
        return [line.split(": ", 1) for line in
                self.read("engine.log").splitlines()]

    def test_a_day(self):
        lines = self.log()
        self.assertEqual({level for level, _ in lines}, {"info"})
        text = "\n".join(text for _, text in lines)
        for word in ("verdict=genuine", "verdict=forged", "verdict=unknown",
                     "reason=unknown-key", "event=unsigned reason=exempt",
                     "event=probing", "accepted by hand: 1", "read anew"):
            self.assertIn(word, text)
        for _, line in lines:
            self.assertTrue(self.is_ignored(line), line)

    @unittest.skipUnless(shutil.which("perl"), "there is no perl")
    def test_logwatch(self):
        lines = [text for _, text in self.log()]
        lines += ["the store cannot be opened: No space left on device (mail "
                  "goes on; 3 more)",
                  "event=refused-later-known sender=a@example.org bounces=1",
                  "spf=fail identity=mailfrom domain=a.example client=192.0.2.1"
                  " mode=observe action=none would=reject helo=a sender=b@c"]
        done = subprocess.run(
            ["perl", LOGWATCH], text=True, capture_output=True, check=True,
            timeout=PATIENCE_S, env={**os.environ,
                                     "LOGWATCH_DETAIL_LEVEL": "10"},
            input="".join(f"{TIMES[0]} host backstopd[7]: {line}\n"
                          for line in lines))
        self.assertEqual(done.stderr, "")
        told = done.stdout
        self.assertIn("GENUINE BOUNCES WERE REFUSED: 1 ", told)
        self.assertRegex(told, r"\d+  forged \(bad-tag\): reject\n")
        self.assertRegex(told, r" 1  fail: none, would reject\n")
        self.assertRegex(told, r" 1  exempt: x@example\.org\n")
        self.assertIn("The engine started 1 time.\n", told)
        wrong = told.split("what else is no verdict:\n")[1].split("\n\n")[0]
        self.assertEqual(wrong.split(None, 1)[1],
                         "the store cannot be opened: No space left on device "
                         "(mail goes on; 3 more)")


if __name__ == "__main__":
    main()
