#!/usr/bin/python3
"""What a running engine tells of a question, and for how long.

usage: test_engine_trace.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import os
import re
import signal
import subprocess
import time
import unittest

import cli_case
from cli_case import AS_ROOT, USAGE, Case, Engine, Wire, main

OUTSIDE = "192.0.2.1"


def pairs(line):
    return dict(part.split("=", 1) for part in line.split() if "=" in part)


class Trace(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "1")

    def configured(self):
        return super().configured().replace(
            "[domain", "sign = yes\nmode = enforce\n[domain", 1)

    def lines(self, wanted=0):
        """What was logged at level debug; waits for so many lines."""
        for _ in range(200):
            found = [line[len("debug: "):] for line in
                     self.read("engine.log").splitlines()
                     if line.startswith("debug: ")]
            if len(found) >= wanted:
                break
            time.sleep(0.05)
        return found

    def forged(self, wire):
        """A bounce to a tag whose MAC is not ours."""
        tag = wire.sign("alice@example.org")
        mac = "000000" if tag[9:15] != "000000" else "111111"
        return wire.ask(op="rcpt", client=OUTSIDE, sender="",
                        recipient=tag[:9] + mac + tag[15:])

    def test_facts_and_row(self):
        with Engine(self), Wire(self.path("sock")) as wire:
            self.assertEqual(self.forged(wire)["action"], "reject")
            self.assertEqual(self.lines(), [])
            self.call("trace", says="for 10 minutes")
            self.assertEqual(self.forged(wire)["action"], "reject")
            lines = [line for line in self.lines(5)
                     if pairs(line)["id"] == "4"]
        question, facts, answer = lines
        self.assertTrue(question.startswith("question peer="))
        self.assertTrue(facts.startswith("facts peer="))
        self.assertTrue(answer.startswith("answer peer="))
        self.assertEqual(len({pairs(line)["peer"] for line in lines}), 1)
        said = pairs(question)
        self.assertEqual((said["op"], said["client"]), ("rcpt", OUTSIDE))
        self.assertRegex(said["recipient"],
                         r"^prvs=1\d{3}xxxxxx=alice@example\.org$")
        said = pairs(facts)
        self.assertEqual(
            {name: said[name] for name in ("row", "mode", "would", "trusted",
                                           "ours", "sender_is", "tag", "kind",
                                           "issue", "coverage")},
            {"row": "11", "mode": "enforce", "would": "reject",
             "trusted": "0", "ours": "1", "sender_is": "null", "tag": "bad",
             "kind": "unread", "issue": "unknown", "coverage": "partial"})
        said = pairs(answer)
        self.assertEqual((said["verdict"], said["reason"], said["action"]),
                         ("forged", "bad-tag", "reject"))

    def test_no_mac_and_no_key(self):
        secrets = [line.split()[5] for line in
                   self.read("state", "keyring").splitlines()
                   if re.match(r"[0-9] ", line)]
        secrets.append(self.read("state", "store.key").strip())
        with Engine(self), Wire(self.path("sock")) as wire:
            self.call("trace")
            tag = wire.sign("alice@example.org")
            mac = tag[len("prvs=0123"):][:6]
            wire.ask(op="rcpt", client=OUTSIDE, sender="", recipient=tag)
            wire.ask(op="data", client=OUTSIDE, sender="", recipient=tag,
                     kind="dsn", return_path=tag, message_id=tag)
            lines = self.lines(10)
        self.assertIn("xxxxxx=alice@example.org", "".join(lines))
        self.assertNotIn(mac, "".join(lines).lower())
        self.assertEqual(len(secrets), 2)
        for secret in secrets:
            self.assertGreater(len(secret), 20)
            self.assertNotIn(secret, "".join(lines))

    def test_a_long_question_takes_several_lines(self):
        ids = [f"{i}{'x' * 400}@example.com" for i in range(6)]
        with Engine(self), Wire(self.path("sock")) as wire:
            self.call("trace")
            wire.ask(op="data", client=OUTSIDE, sender="", kind="dsn",
                     recipient="alice@example.org", message_id=ids[0],
                     return_path="a" * 300 + "@example.com",
                     header_from="b" * 300 + "@example.com")
            lines = [line for line in self.lines(5)
                     if line.startswith("question") and "id=1" in line]
        self.assertGreater(len(lines), 1)
        text = " ".join(lines)
        self.assertIn(f"message_id={ids[0]}", text)
        self.assertIn("header_from=bbb", text)

    def test_it_ends(self):
        with Engine(self), Wire(self.path("sock")) as wire:
            self.call("trace", "--minutes", "3", says="for 3 minutes")
            self.call("trace", "--minutes", "0", says="not trace any more")
            before = len(self.lines(2))
            self.forged(wire)
            wire.ask(op="ping")
            self.assertEqual(len(self.lines()), before)
        log = self.read("engine.log")
        self.assertIn("info: tracing for 3 minutes\n", log)
        self.assertIn("info: tracing ends\n", log)

    def test_no_metrics(self):
        """They would be most of the log, and tell nothing of mail."""
        with Engine(self), Wire(self.path("sock")) as wire:
            self.call("trace")
            self.call("metrics")
            wire.ask(op="ping")
            lines = self.lines(3)
        self.assertEqual([line.split()[0] for line in lines],
                         ["answer", "question", "answer"])

    def test_signed_mail(self):
        """A line for each mail that left signed; none without tracing."""
        with Engine(self), Wire(self.path("sock")) as wire:
            wire.send("alice@example.org", "1@example.org")
            self.call("trace")
            wire.send("alice@example.org", "2@example.org")
            line, = [line for line in self.lines(6)
                     if line.startswith("event=signed")]
        said = pairs(line)
        self.assertRegex(said.pop("sender"),
                         r"^prvs=1\d{3}xxxxxx=alice@example\.org$")
        self.assertEqual(said, {"event": "signed", "listener": "out",
                                "client": "127.0.0.1", "recipients": "1",
                                "message_id": "2@example.org"})
        self.assertNotIn("event=signed", self.read("engine.log").split(
            "tracing for")[0])

    def test_signal(self):
        engine = Engine(self)
        with engine, Wire(self.path("sock")) as wire:
            engine.process.send_signal(signal.SIGUSR1)
            for _ in range(200):
                if "tracing for 10 minutes" in self.read("engine.log"):
                    break
                time.sleep(0.05)
            self.forged(wire)
            self.assertEqual([line.split()[0] for line in self.lines(5)],
                             ["question", "answer", "question", "facts",
                              "answer"])

    def test_option(self):
        class Loud(Engine):
            def __enter__(self):
                cli_case.ENGINE, quiet = self.case.path("loud"), \
                    cli_case.ENGINE
                self.case.write("loud", f'#!/bin/sh\nexec "{quiet}" -v "$@"\n',
                                0o755)
                try:
                    return super().__enter__()
                finally:
                    cli_case.ENGINE = quiet

        with Loud(self), Wire(self.path("sock")) as wire:
            self.forged(wire)
            self.call("trace", "--minutes", "0")
            self.forged(wire)
            facts = [line for line in self.lines(10)
                     if line.startswith("facts")]
        self.assertEqual(len(facts), 2)

    def test_use(self):
        self.call("trace", status=69, says="no engine answers there")
        self.call("trace", "--minutes", "1441", status=USAGE, says="0 to 1440")
        self.call("trace", "--minutes", "-1", status=USAGE, says="0 to 1440")
        self.call("trace", "now", status=USAGE, says="one argument too many")
        self.call("status", "--minutes", "1", status=USAGE,
                  says="takes no --minutes")
        with Engine(self):
            self.assertEqual(self.json("trace", "--minutes", "2"),
                             [{"minutes": 2}])

    @unittest.skipUnless(AS_ROOT, "becomes another user")
    def test_root_alone(self):
        conf = self.configured().replace("[domain", "clients = daemon\n"
                                         "[domain", 1)
        with Engine(self, conf):
            asked = subprocess.run(
                [cli_case.PROGRAM, "-c", self.path("engine.conf"), "trace"],
                user="daemon", capture_output=True, text=True, check=False)
        self.assertEqual(asked.returncode, 77, asked)
        self.assertIn("for root alone (not-root)", asked.stderr)
        self.assertNotIn("tracing", self.read("engine.log"))

    @unittest.skipUnless(AS_ROOT, "becomes another user")
    def test_user_who_may_not_ask(self):
        """There is an engine: it is the permission that is missing."""
        def ask(status, says):
            for word in ("reload", "trace"):
                self.call(word, status=status, says=says, user=12345,
                          group=12345, extra_groups=[])

        with Engine(self):
            ask(77, "the engine does not answer this user; run as root")
            os.chmod(self.path("sock"), 0o600)
            ask(77, "the engine does not answer this user; run as root")
            os.chmod(self.path("sock"), 0o666)
        ask(69, "no engine answers there")


if __name__ == "__main__":
    main()
