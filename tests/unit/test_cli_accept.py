#!/usr/bin/python3
"""accept: a refusal taken back in a running engine, and given again.

usage: test_cli_accept.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import os
import re
import stat
import time

from cli_case import AS_ROOT, DAY, NOPERM, USAGE, Case, Engine, Wire, at, main

OUTSIDE = "192.0.2.1"


class Accept(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "1")

    def configured(self):
        return super().configured().replace(
            "[domain", "sign = yes\nmode = enforce\n[domain", 1)

    def forge(self, wire, op="rcpt", **more):
        """A bounce to a tag whose MAC is not ours; the engine's answer."""
        tag = wire.sign("alice@example.org")
        mac = "000000" if tag[9:15] != "000000" else "111111"
        fields = {"client": OUTSIDE, "helo": "mx.example.com", "sender": "",
                  "recipient": tag[:9] + mac + tag[15:], **more}
        return wire.ask(op=op, **fields)

    def listed(self):
        return [one["accepted"] for one in self.json("accept", "list")]

    def test_from_the_next_question_on(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as wire:
            self.assertEqual(self.forge(wire)["action"], "reject")
            for what in (OUTSIDE, "192.0.2.0/24", "example.com",
                         "Example.org", "Alice@example.org",
                         "prvs=1123xxxxxx=alice@example.org"):
                with self.subTest(what=what):
                    self.call("accept", what, says="until 20")
                    self.assertEqual(self.forge(wire)["action"], "header")
                    told = self.forge(wire, "data", kind="dsn")
                    self.assertEqual(told["action"], "header")
                    self.assertIn("forged", told["header"])
                    self.call("accept", "remove", what, says="judged as all")
                    self.assertEqual(self.forge(wire)["action"], "reject")
            self.call("accept", "198.51.100.1")
            self.assertEqual(self.forge(wire)["action"], "reject")
            self.assertEqual(
                self.forge(wire, client="198.51.100.1")["action"], "header")
            self.call("accept", "list", says="198.51.100.1 since")
        lines = [line for line in self.read("engine.log").splitlines()
                 if "accepted=by-hand" in line]
        self.assertTrue(lines)
        self.assertRegex(lines[0], r"verdict=forged .*action=header")
        self.assertNotIn("would=", lines[0])

    def test_traced(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as wire:
            self.call("accept", OUTSIDE)
            self.call("trace")
            self.forge(wire)
            self.call("trace", "--minutes", "0")
        facts = [line for line in self.read("engine.log").splitlines()
                 if "debug: facts" in line and "row=11" in line]
        self.assertIn("would=header accepted=1", facts[0])

    def test_junk(self):
        text = self.read("backstop.conf").replace("mode = enforce",
                                                  "mode = junk")
        self.write("backstop.conf", text)
        with Engine(self, text, True), Wire(self.path("sock")) as wire:
            self.assertEqual(self.forge(wire)["action"], "junk")
            self.call("accept", OUTSIDE)
            self.assertEqual(self.forge(wire)["action"], "header")

    def test_observe(self):
        """Nothing was refused, so nothing is added."""
        text = self.read("backstop.conf").replace("mode = enforce",
                                                  "mode = observe")
        self.write("backstop.conf", text)
        with Engine(self, text, True), Wire(self.path("sock")) as wire:
            before = self.forge(wire)
            self.call("accept", OUTSIDE)
            after = self.forge(wire)
        for answer in (before, after):
            answer.pop("id")
        self.assertEqual(before, after)

    def test_file_with_mistakes(self):
        """What was accepted before stays, and the engine says why."""
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as wire:
            self.call("accept", OUTSIDE)
            self.assertEqual(self.forge(wire)["action"], "header")
            good = self.read("state", "accepted")
            with open(self.path("state", "accepted"), "a",
                      encoding="ascii") as file:
                file.write("no times\n")
            self.assertEqual(self.forge(wire)["action"], "header")
            self.call("accept", "list", status=65, says="accepted:4: ")
            self.assertIn("accepted before stays", self.read("engine.log"))
            with open(self.path("state", "accepted"), "w",
                      encoding="ascii") as file:
                file.write(good)
            os.unlink(self.path("state", "accepted"))
            self.assertEqual(self.forge(wire)["action"], "reject")

    def test_for_so_many_days(self):
        before = int(time.time())
        entry, = self.json("accept", "192.0.2.0/24", "--days", "2")
        self.assertEqual((entry["accepted"], entry["kind"]),
                         ("192.0.2.0/24", "client"))
        self.call("accept", "example.com")
        self.assertEqual(self.listed(), ["192.0.2.0/24", "example.com"])
        ends = [int(line.split()[2]) for line in
                self.read("state", "accepted").splitlines()
                if not line.startswith("#")]
        for end, days in zip(ends, (2, 30)):
            self.assertLess(abs(end - before - days * DAY), 600)
        text = self.call("accept", "list", *at(3))
        self.assertNotIn("192.0.2.0", text)
        self.assertIn("example.com since", text)
        self.assertEqual(self.json("accept", "list", *at(31)), [])
        self.call("accept", "list", *at(31), says="nothing is accepted")

    def test_again(self):
        self.call("accept", "example.com", "--days", "1")
        self.call("accept", "EXAMPLE.com", "--days", "9")
        self.assertEqual(self.listed(), ["example.com"])
        self.assertEqual(
            len(re.findall("(?m)^[^#]", self.read("state", "accepted"))), 1)

    def test_status(self):
        with Engine(self, conf_in_place=True):
            self.assertEqual(self.json("status")[0]["accepted"], [])
            self.assertNotIn("accepted:", self.call("status", "--all"))
            self.call("accept", OUTSIDE)
            entry, = self.json("status")[0]["accepted"]
            self.assertEqual(entry["accepted"], OUTSIDE)
            self.call("status", says=f"ACCEPTED  {OUTSIDE}, by hand, until")
            self.call("status", "--all",
                      says=f"accepted: {OUTSIDE}, by hand, until")

    def test_nonsense(self):
        self.call("accept", status=USAGE, says="needs one more")
        self.call("accept", "a", "b", status=USAGE, says="too many")
        self.call("accept", "192.0.2.7/24", status=USAGE, says="network")
        self.call("accept", "a b@c", status=USAGE, says="network")
        for days in ("0", "-1", "x", "3651", ""):
            self.call("accept", "a.example", "--days", days, status=USAGE,
                      says="1 to 3650")
        self.call("accept", "list", "--days", "3", status=USAGE,
                  says="no --days")
        self.call("accept", "remove", "a.example", status=1,
                  says="is not accepted")
        self.call("accept", "a.example", *at(1), status=USAGE, says="no --at")
        self.assertFalse(os.path.exists(self.path("state", "accepted")))

    def test_wide_network(self):
        """A slip of the hand does not end the judging of half the world."""
        for what in ("0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/7", "::/0",
                     "2000::/15", "::ffff:0.0.0.0/96",
                     "::ffff:0.0.0.0/100"):
            with self.subTest(what):
                self.call("accept", what, status=1, says="add --force")
        self.assertEqual(self.listed(), [])
        narrow = ["10.0.0.0/8", "192.0.2.1", "2000::/16", "a.example"]
        for what in narrow:
            self.call("accept", what)
        self.call("accept", "0.0.0.0/0", "--force", says="from 0.0.0.0/0")
        self.assertEqual(sorted(self.listed()), sorted(narrow + ["0.0.0.0/0"]))
        self.call("accept", "remove", "0.0.0.0/0")

    def test_only_root(self):
        self.call("accept", OUTSIDE)
        mode = os.stat(self.path("state", "accepted")).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o640)
        if AS_ROOT:
            done = self.run_raw("-c", self.conf, "accept", OUTSIDE, user=65534,
                                group=65534, extra_groups=[])
            self.assertEqual(done.returncode, NOPERM)
            self.assertIn("run as root", done.stderr)


if __name__ == "__main__":
    main()
