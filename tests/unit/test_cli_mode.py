#!/usr/bin/python3
"""mode: what speaks against another mode, and the file in which it is set.

usage: test_cli_mode.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import os
import time
import unittest

from cli_case import (AS_ROOT, CONFIG, DAY, NOINPUT, NOPERM, Case, Engine,
                      Wire, at, main)

SIGNED = """\
# kept as it is
domains  = example.org, example.net
sign     = yes   # and this
state    = {state}
socket   = {socket}
user     = {user}
"""


class Mode(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def configured(self):
        return SIGNED.format(state=self.path("state"),
                             socket=self.path("sock"),
                             user="nobody" if AS_ROOT else "me")

    def shown(self, domain="example.org", *options):
        result, = self.json("mode", domain, *options)
        return result

    def reasons(self, to, *options):
        result, = self.json("mode", "example.org", to, *options, status=1)
        self.assertFalse(result["set"])
        return [reason["reason"] for reason in result["reasons"]]

    def come_home(self, count=1):
        """Bounces come to a tag of ours, and the engine counts them."""
        with Engine(self), Wire(self.path("sock")) as wire:
            tag = wire.sign("alice@example.org")
            for _ in range(count):
                wire.bounce(tag)

    def test_show(self):
        result = self.shown()
        self.assertEqual(
            list(result), ["domain", "mode", "next", "safe", "reasons",
                           "note", "week"])
        self.assertEqual((result["mode"], result["next"], result["safe"]),
                         ("observe", "mark", True))
        self.assertIsNone(result["week"])
        text = self.call("mode", "EXAMPLE.org")
        self.assertTrue(text.startswith("example.org: mode observe\n"))
        self.assertIn("next: mark is safe; type: backstop mode example.org "
                      "mark\n", text)

    def test_not_ours(self):
        self.call("mode", "example.com", status=1, says="not among 'domains'")
        self.call("mode", "example.com", "mark", status=1, says="not among")

    def test_mark_needs_nothing(self):
        """It keeps no mail from anybody."""
        result, = self.json("mode", "example.org", "mark")
        self.assertEqual(result, {
            "domain": "example.org", "mode": "mark", "was": "observe",
            "set": True, "forced": False, "engine": None, "reasons": []})
        self.assertEqual(self.read("backstop.conf"),
                         self.configured() +
                         "\n[domain example.org]\nmode = mark\n")
        self.assertEqual(self.shown()["mode"], "mark")
        self.assertEqual(self.shown("example.net")["mode"], "observe")

    def test_nothing_to_do(self):
        before = os.stat(self.conf)
        self.call("mode", "example.org", "observe", says="as it was")
        self.assertEqual(os.stat(self.conf).st_ino, before.st_ino)

    def test_step_that_the_facts_do_not_allow(self):
        before = self.read("backstop.conf")
        for to in ("junk", "enforce"):
            self.assertEqual(self.reasons(to), ["no-store"])
        done = self.run_raw("-c", self.conf, "mode", "example.org", "enforce")
        self.assertEqual(done.returncode, 1)
        self.assertIn("stays at mode observe", done.stderr)
        self.assertIn("backstop mode example.org enforce --force",
                      done.stderr)
        with Engine(self):
            self.assertEqual(self.reasons("junk"), ["no-tag-home"])
        self.call("key", "rotate")
        self.assertEqual(self.read("backstop.conf"), before)

    def test_step_that_they_allow(self):
        self.come_home()
        self.assertTrue(self.shown()["week"]["genuine_by_tag"] > 0)
        self.call("mode", "example.org", "junk", says="mode junk; it was obs")
        self.assertEqual(self.reasons("enforce"), ["not-watched"])
        self.age(6)
        self.assertEqual(self.reasons("enforce"), ["not-watched"])
        self.age(7)
        self.call("mode", "example.org", "enforce", says="mode enforce")
        self.assertEqual(self.shown()["next"], None)

    def test_what_still_passes(self):
        """Whoever sets a mode learns what it does not do."""
        self.come_home()
        passes = "note: bounces without a tag pass, as outbound = elsewhere\n"
        for to in ("junk", "enforce"):
            text = self.call("mode", "example.org", to, "--force")
            self.assertIn(passes, text)
        self.assertIn("suspect bounces are marked as spam, and not refused",
                      text)
        self.assertNotIn("note", self.call("mode", "example.org", "mark"))
        self.write("backstop.conf", self.configured() + "outbound = here\n"
                   "strict = yes\nexempt = x@example.org\n")
        result, = self.json("mode", "example.org", "enforce", "--force")
        self.assertEqual(result["passes"], [
            "bounces without a tag pass while coverage is partial "
            "(young-store)",
            "bounces without a tag to addresses that are exempt pass"])

    def test_dry_run(self):
        """All is said, with the same exit status, and nothing is changed."""
        self.come_home()
        before = os.stat(self.conf)
        text = self.call("mode", "example.org", "junk", "--dry-run")
        self.assertIn("mode junk would be set; it is observe\n", text)
        self.assertIn("as outbound = elsewhere", text)
        result, = self.json("mode", "example.org", "junk", "--dry-run")
        self.assertEqual((result["set"], result["dry_run"], result["mode"],
                          result["engine"]),
                         (False, True, "observe", None))
        result, = self.json("mode", "example.org", "enforce", "--dry-run",
                            status=1)
        self.assertEqual([one["reason"] for one in result["reasons"]],
                         ["not-watched"])
        self.assertIn("would be set, by force; it is observe", self.call(
            "mode", "example.org", "enforce", "--dry-run", "--force"))
        self.assertEqual(os.stat(self.conf).st_ino, before.st_ino)

    def test_as_of_another_time(self):
        """It is shown, and tried, but not set."""
        self.come_home()
        self.age(5)
        self.assertEqual(self.reasons("enforce", "--dry-run", *at(1)),
                         ["not-watched"])
        self.call("mode", "example.org", "enforce", "--dry-run", *at(2),
                  says="mode enforce would be set")
        self.call("mode", "example.org", *at(2), says="mode observe")

    def test_signing_is_off(self):
        self.come_home()
        self.write("backstop.conf", self.configured().replace(
            "sign     = yes", "sign     = no"))
        self.assertEqual(self.reasons("enforce"), ["sign-off"])

    def test_force(self):
        text = self.call("mode", "example.org", "enforce", "--force",
                         says="mode enforce, by force; it was observe")
        self.assertIn("it takes this over when it starts", text)
        result, = self.json("mode", "example.org", "mark", "--force")
        self.assertFalse(result["forced"])  # a step down needs none
        result, = self.json("mode", "example.org", "junk", "--force")
        self.assertTrue(result["forced"])
        self.assertEqual([one["reason"] for one in result["reasons"]],
                         ["no-store"])

    def test_down(self):
        self.call("mode", "example.org", "enforce", "--force")
        for to in ("junk", "observe"):
            self.call("mode", "example.org", to, says=f"mode {to}; it was")
        self.assertIn("mode = observe", self.read("backstop.conf"))

    def test_file_keeps_its_owner_and_mode(self):
        os.chmod(self.conf, 0o640)
        if AS_ROOT:
            os.chown(self.conf, 1, 2)
        self.call("mode", "example.org", "mark")
        stat = os.stat(self.conf)
        self.assertEqual(stat.st_mode & 0o7777, 0o640)
        if AS_ROOT:
            self.assertEqual((stat.st_uid, stat.st_gid), (1, 2))
        self.assertEqual([name for name in os.listdir(self.folder)
                          if name.startswith("backstop.conf")],
                         ["backstop.conf"])

    def test_symbolic_link_stays(self):
        os.mkdir(self.path("real"))
        os.rename(self.conf, self.path("real", "file.conf"))
        os.symlink("real/file.conf", self.conf)
        self.call("mode", "example.org", "mark")
        self.assertTrue(os.path.islink(self.conf))
        self.assertIn("mode = mark", self.read("real", "file.conf"))

    def test_bad_file_is_left_alone(self):
        self.write("backstop.conf", self.configured() + "colour = blue\n")
        before = self.read("backstop.conf")
        self.call("mode", "example.org", "mark", status=CONFIG,
                  says="unknown key")
        self.assertEqual(self.read("backstop.conf"), before)
        self.conf = self.path("none.conf")
        self.call("mode", "example.org", status=NOINPUT, says="none.conf")

    @unittest.skipUnless(AS_ROOT, "needs another user")
    def test_not_root(self):
        def become():
            os.setgroups([])
            os.setresgid(1, 1, 1)
            os.setresuid(1, 1, 1)

        self.call("mode", "example.org", "mark", status=NOPERM,
                  says="run as root", preexec_fn=become)

    def test_engine_takes_it_over(self):
        with Engine(self, conf_in_place=True):
            self.call("mode", "example.org", "mark",
                      says="the engine has taken it over")
            with Wire(self.path("sock")) as wire:
                self.assertIn("X-Backstop",
                              wire.bounce("alice@example.org")["header"])
            self.call("mode", "example.org", "observe",
                      says="the engine has taken it over")
            with Wire(self.path("sock")) as wire:
                self.assertNotIn("header", wire.bounce("alice@example.org"))

    def test_status_shows_the_next_step(self):
        with Engine(self, conf_in_place=True):
            result, = self.json("status")
            domain = result["domains"][1]
            self.assertEqual(domain["domain"], "example.org")
            self.assertEqual((domain["next"], domain["safe"]),
                             ("mark", True))
            self.assertEqual(domain["coverage"], "partial")
            self.assertEqual(domain["coverage_reason"], "outbound-elsewhere")
            self.assertIsNone(domain["full_at"])
            self.assertEqual(domain["week"]["signed"], 0)
            text = self.call("status", "--all")
            self.assertIn("coverage partial (outbound-elsewhere)", text)
            self.assertIn("next: mark is safe", text)
            self.assertRegex(text, r"further step to enforce is not safe yet: "
                             r"no-tag-home, not-watched\n")


class Coverage(Case):
    """Status says when coverage will be full, and on that day it is."""

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def configured(self):
        return SIGNED.format(
            state=self.path("state"), socket=self.path("sock"),
            user="nobody" if AS_ROOT else "me") + (
                "outbound = here\nlifetime = 2\n"
                "[domain example.net]\nsign = no\n")

    def domain(self, name, *options):
        status, = self.json("status", *options, status=1)
        return {one["domain"]: one for one in status["domains"]}[name]

    def test_when_it_is_full(self):
        self.assertEqual(self.domain("example.org")["coverage_reason"],
                         "no-store")
        with Engine(self, conf_in_place=True):
            pass
        domain = self.domain("example.org")
        self.assertEqual(domain["coverage_reason"], "young-store")
        self.assertIsNone(domain["covered_since"])
        full_at = domain["full_at"]
        self.assertRegex(full_at, r"^20\d\d-\d\d-\d\dT00:00:00Z$")
        self.assertIn(f"coverage partial (young-store), full from {full_at} "
                      "on", self.call("status", "--all", status=1))
        # lifetime 2, skew 1, grace 7, and today began before the store did
        self.assertEqual(full_at, time.strftime(
            "%Y-%m-%dT00:00:00Z",
            time.gmtime((int(time.time()) // DAY + 11) * DAY)))
        self.age(10)
        self.assertEqual(self.domain("example.org")["coverage"], "partial")
        self.age(11)
        domain = self.domain("example.org")
        self.assertEqual(domain["coverage"], "full")
        self.assertIsNone(domain["coverage_reason"])
        self.assertIsNone(domain["full_at"])
        self.assertRegex(domain["covered_since"], "^20")
        self.assertIn("coverage full: nothing missed since",
                      self.call("status", "--all", status=1))

    def test_engine_that_went_away(self):
        """Time without recording is not covered, whether a gap was written or
        not."""
        with Engine(self, conf_in_place=True):
            pass
        self.age()
        self.assertEqual(self.domain("example.org")["coverage"], "full")
        domain = self.domain("example.org", *at(1))
        self.assertEqual(domain["coverage_reason"], "engine-away")

    def test_wrong_refusal(self):
        """A message whose record comes late was ours when its bounce was
        refused."""
        self.rewrite_keyring(created=1)
        self.call("mode", "example.org", "enforce", "--force")
        stale = self.call("sign", "--no-record", "alice@example.org",
                          *at(-40)).strip()
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            answer = w.ask(op="data", client="192.0.2.1", sender="",
                           recipient=stale, kind="dsn",
                           message_id="late@example.org")
            self.assertEqual(answer["action"], "reject")
            w.send("alice@example.org", "late@example.org")
        domain = self.domain("example.org")
        self.assertEqual(domain["week"]["refused_later_known"], 1)
        self.assertIn("refused-later-known", [one["reason"] for one in
                                              domain["reasons"]])
        self.assertIn("refused, and the message turned out to be ours: 1",
                      self.call("status", "--all", status=1))
        self.assertIn("error: event=refused-later-known",
                      self.read("engine.log"))

    def test_unsigned_domain(self):
        with Engine(self, conf_in_place=True):
            pass
        self.age()
        domain = self.domain("example.net")
        self.assertEqual(domain["coverage_reason"], "sign-off")
        self.assertIsNone(domain["full_at"])

    def test_unsigned_mail_puts_it_off(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            w.ask(op="sent", mode="in", client="127.0.0.1", recipients=1,
                  sender="bob@example.org", message_id="m@example.org")
        self.age()
        domain = self.domain("example.org")
        self.assertIn(domain["coverage_reason"],
                      ("unsigned-mail", "unsigned-in-domain"))
        self.assertEqual(domain["week"]["unsigned"], 1)
        self.assertEqual(domain["full_at"], time.strftime(
            "%Y-%m-%dT00:00:00Z",
            time.gmtime((int(time.time()) // DAY + 12) * DAY)))

    def test_step_waits_for_it(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            w.bounce(w.sign("alice@example.org"))
        result, = self.json("mode", "example.org", "enforce", status=1)
        self.assertEqual([one["reason"] for one in result["reasons"]],
                         ["coverage"])
        self.assertIsNone(self.json("mode", "example.org")[0]["note"])
        self.call("mode", "example.org", "mark")
        text = self.call("mode", "example.org")
        self.assertRegex(
            text, r"coverage: coverage is partial \(young-store\).* it is "
            r"full from 20\d\d-\d\d-\d\dT00:00:00Z on")
        self.age()
        self.call("mode", "example.org", "enforce", says="mode enforce")


if __name__ == "__main__":
    main()
