#!/usr/bin/python3
"""sign, verify and decode.

usage: test_cli_tags.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import subprocess
import time

from cli_case import DAY, Case, Engine, at, main, program


class Tags(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")
        # the key is older than the tags of these tests
        self.rewrite_keyring(created=1)

    def test_sign(self):
        tag = self.sign("Alice@Example.ORG")
        self.assertRegex(
            tag, r"^prvs=4\d{3}[0-9a-f]{6}=Alice@Example\.ORG$")
        self.assertEqual(tag[5:15], self.sign()[5:15])
        self.assertRegex(self.sign("alice@example.net"),
                         r"^alice\+prvs=4\d{3}[0-9a-f]{6}@example\.net$")
        result, = self.json("sign", "<alice@example.org>")
        self.assertEqual(list(result), ["address", "signed", "key",
                                        "expires", "reason"])
        self.assertEqual(result["address"], "alice@example.org")
        self.assertEqual(result["signed"], self.sign())
        self.assertEqual(result["key"], 4)
        self.assertIsNone(result["reason"])
        self.assertEqual(result["expires"], time.strftime(
            "%Y-%m-%d", time.gmtime(time.time() + 10 * DAY)))

    def test_what_is_not_signed(self):
        for address, reason in (
                ("alice@example.com", "not-ours"),
                ("noreply@example.net", "exempt"),
                ("List-BOUNCES@example.net", "exempt"),
                ('"a b"@example.org', "quoted"),
                ("x" * 49 + "@example.org", "too-long"),
                ("\u00e9@example.org", "non-ascii"),
                ("@relay.example:a@example.org", "source-route"),
                ("alice", "no-domain"),
                ("prvs=4123abcdef=a@example.org", "tagged"),
                ("SRS0=hash=tt=b=a@example.org", "foreign-tag")):
            with self.subTest(address=address):
                self.assertEqual(
                    self.call("sign", address, status=1,
                              says="is not signed"), "")
                result, = self.json("sign", address, status=1)
                self.assertEqual(result["reason"], reason)
                self.assertIsNone(result["signed"])
        self.assertTrue(self.sign("x" * 48 + "@example.org"))

    def test_octets_that_are_no_text(self):
        done = subprocess.run(
            [os.fsencode(program()), b"-c", os.fsencode(self.conf), b"--json",
             b"sign", b"a\xff@example.org"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["address"],
                         "a\\xff@example.org")

    def test_verify(self):
        tag = self.sign()
        other = f"{int(tag[9], 16) ^ 1:x}"
        for days, status, word in ((0, 0, "valid"), (10, 0, "valid"),
                                   (11, 0, "grace"), (17, 0, "grace"),
                                   (18, 1, "stale"), (400, 1, "stale"),
                                   (-1, 0, "valid"), (-2, 2, "unknown-key")):
            with self.subTest(days=days):
                self.assertEqual(self.tag(tag, status, *at(days)), word)
        for address, status, word in (
                (tag.upper(), 0, "valid"),
                (f"<{tag}>", 0, "valid"),
                (tag[:9] + other + tag[10:], 1, "bad"),
                (tag.replace("alice", "bob"), 1, "bad"),
                (tag.replace("prvs=4", "prvs=5"), 2, "unknown-key"),
                ("alice@example.org", 2, "none"),
                ("alice@example.com", 2, "none"),
                (tag.replace("example.org", "example.com"), 2, "foreign"),
                ("msprvs1=17abc=a@example.org", 2, "foreign"),
                ("prvs=a=b@example.org", 2, "foreign")):
            with self.subTest(address=address):
                self.assertEqual(self.tag(address, status), word)

    def test_verify_what_a_clock_ahead_signed(self):
        """Its digits would mean a day years ago, when there was no key."""
        self.rewrite_keyring(created=int(time.time()) - DAY)
        for days in (20, 45, 400):
            then = time.time() + days * DAY
            tag = self.sign("alice@example.org", "--at", str(int(then)))
            result, = self.json("verify", tag, status=2)
            self.assertEqual(result["tag"], "unknown-key")
            self.assertEqual(result["expires"], time.strftime(
                "%Y-%m-%d", time.gmtime(then + 10 * DAY)))

    def test_verify_fields(self):
        result, = self.json("verify", self.sign("Bob@example.net"))
        self.assertEqual(result["address"], "Bob@example.net")
        self.assertEqual(result["key"], 4)
        self.assertEqual(result["expires"], time.strftime(
            "%Y-%m-%d", time.gmtime(time.time() + 10 * DAY)))
        none, = self.json("verify", "bob@example.net", status=2)
        self.assertEqual(none, {"tag": "none", "address": "bob@example.net",
                                "key": None, "expires": None})
        text = self.call("verify", self.sign())
        self.assertTrue(text.startswith("valid: alice@example.org, key 4, "))

    def test_key_is_younger_than_the_tag(self):
        tag = self.sign("alice@example.org", *at(-5))
        forged = tag.replace("alice", "bob")
        self.assertEqual(self.tag(forged, 1), "bad")
        self.rewrite_keyring(created=int(time.time()))
        self.assertEqual(self.tag(forged, 2), "unknown-key")
        self.assertEqual(self.tag(tag, 0), "valid")

    def test_the_roll_of_2027(self):
        tag = self.sign("alice@example.org", "--at", "2027-06-28T00:00:00Z")
        self.assertEqual(tag[6:9], "007")
        for when, status in (("2027-06-30T23:59:59Z", 0),
                             ("2027-07-15T00:00:00Z", 0),
                             ("2027-07-16T00:00:00Z", 1)):
            self.call("verify", tag, "--at", when, status=status)

    def test_lifetime_was_longer(self):
        """What was signed under a longer lifetime is judged by that."""
        conf = self.configured()
        self.write("backstop.conf", conf.replace("= 10", "= 30"))
        tag = self.sign()
        self.write("backstop.conf", conf)
        with Engine(self, conf.replace("= 10", "= 30")):
            pass
        self.assertEqual(self.tag(tag, 0), "valid")


class Decode(Case):
    def take(self, address, status=0):
        result, = self.json("--at", "2026-01-01T00:00:00Z", "decode",
                            address, status=status)
        return result

    def test_ours(self):
        self.conf = self.path("none")
        result = self.take("prvs=4464ABCDEF=a=b@example.org")
        self.assertEqual(result, {
            "dialect": "prvs", "address": "a=b@example.org", "key": 4,
            "digits": "464", "mac": "abcdef",
            "dates": ["2023-04-17", "2026-01-11"]})
        result = self.take("a+prvs=0454abcdef@example.org")
        self.assertEqual(result["dialect"], "prvs-subaddress")
        self.assertEqual(result["address"], "a@example.org")
        self.assertEqual(result["dates"], ["2026-01-01", "2028-09-27"])
        text = self.call("decode", "prvs=4464abcdef=a@example.org", "--at",
                         "2026-01-01T00:00:00Z")
        self.assertIn("day 464, that is 2023-04-17 or 2026-01-11", text)

    def test_foreign(self):
        for address, dialect, plain in (
                ("msprvs1=17abc=bounces-1@x.example", "msprvs1",
                 "bounces-1@x.example"),
                ("btv1==0123abc==al=ice@x.example", "btv1",
                 "al=ice@x.example"),
                ("SRS0=HHH=TT=orig.example=alice@x.example", "srs0",
                 "alice@orig.example"),
                ("SRS0+HHH=TT=orig.example=al=ice@x.example", "srs0",
                 "al=ice@orig.example"),
                ("SRS1=HHH=y.example==HHH=TT=z.example=al@x.example", "srs1",
                 None),
                ("prvs=123abcdef=alice@x.example", "prvs-9",
                 "alice@x.example"),
                ("prvs=alice=4123abcdef@x.example", "prvs-local-first",
                 "alice@x.example"),
                ("prvs=x@x.example", "prvs-malformed", None),
                ("prvs=@x.example", "prvs-malformed", None),
                ("SRS0=x@x.example", "srs0", None),
                ("SRS0=a=b=c@x.example", "srs0", None),
                ("btv1==x@x.example", "btv1", None)):
            with self.subTest(address=address):
                result = self.take(address)
                self.assertEqual(result["dialect"], dialect)
                self.assertEqual(result["address"], plain)
                self.assertIsNone(result["key"])
                self.assertEqual(result["dates"], [])

    def test_none(self):
        for address in ("alice@example.org", "alice+tag@example.org",
                        '"prvs=4464abcdef=a b"@example.org', "alice"):
            self.assertEqual(self.take(address, 1)["dialect"], "none")


if __name__ == "__main__":
    main()
