#!/usr/bin/python3
"""spf check, against DNS servers that are slow, old or half broken.

usage: test_cli_spf_dns.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import sys

from cli_case import ROOT, Case, main

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import dnsd  # noqa: E402

CLIENT = "192.0.2.1"
UNICODE = "b\u00fccher.example"
ASCII = "xn--bcher-kva.example"
SPF = ["TXT", f"v=spf1 ip4:{CLIENT} -all"]


def lies(kind):
    return {f"{name}.{kind}.example": [
        ["TXT", text], ["LIE", kind]] for name, text in (
            ("a", "v=spf1 include:b.%{d2} -all"),
            ("b", f"v=spf1 ip4:{CLIENT} -all"))}


ZONE = {
    **{f"{kind}.example": [SPF, ["LIE", kind]]
       for kind in ("loop", "two-loops", "referral", "half-alias",
                    "long-string")},
    **lies("bad-version"), **lies("refuses-edns"), **lies("swallows-edns"),
    # no try waits so long for its own answer
    "late.example": [SPF, ["DELAY", 6500]],
    "silent.example": [["SILENT"]],
    "cached.example": [["TXT", "v=spf1 a:www.cached.example "
                               "a:mail.cached.example -all"]],
    "www.cached.example": [["LIE", "half-alias"]],
    "target.example": [["A", CLIENT]],
    ASCII: [SPF],
    "local.example": [["TXT", "v=spf1 exists:%{l}.local.example -all"]],
    "*.local.example": [["A", CLIENT]],
    "refused.example": [["RCODE", 5]],
}


class Dns(Case):
    @classmethod
    def setUpClass(cls):
        cls.dns = dnsd.Dnsd("127.0.0.1", 0, ZONE)

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def setUp(self):
        super().setUp()
        self.dns.forget()

    def check(self, domain, *more):
        done = self.run_raw("--json", "spf", "check", "-i", CLIENT, "-s",
                            f"u@{domain}", "--dns",
                            f"127.0.0.1:{self.dns.port}", *more)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def test_half_an_answer_is_none(self):
        """What cannot be known is temperror, and not 'none'."""
        for kind in ("loop", "two-loops", "referral", "half-alias",
                     "long-string", "refused"):
            with self.subTest(kind):
                self.assertEqual(self.check(f"{kind}.example")["result"],
                                 "temperror")

    def test_resolver_answers_with_an_alias_alone(self):
        """As some do from their cache: where it leads is asked for."""
        self.assertEqual(self.check("cached.example")["result"], "pass")
        self.assertEqual(self.dns.asked["target.example", "A"], 1)
        done = self.run_raw("--json", "spf", "check", "-i", "2001:db8::1",
                            "-s", "u@cached.example", "--dns",
                            f"127.0.0.1:{self.dns.port}")
        result = json.loads(done.stdout)
        self.assertEqual((result["result"], result["voids"]), ("fail", 2))

    def test_servers_without_edns(self):
        for kind in ("bad-version", "refuses-edns", "swallows-edns"):
            with self.subTest(kind):
                self.assertEqual(self.check(f"a.{kind}.example")["result"],
                                 "pass")
                self.assertEqual(
                    self.dns.asked[f"a.{kind}.example", "TXT"], 2)

    def test_edns_is_not_tried_again(self):
        """That a server swallows it is found out once."""
        self.check("a.swallows-edns.example")
        self.assertEqual(self.dns.asked["b.swallows-edns.example", "TXT"], 1)

    def test_late_answers_count(self):
        """A resolver that takes long is not asked in vain."""
        result = self.check("late.example")
        self.assertEqual(result["result"], "pass")
        self.assertEqual(result["lookups"], 0)

    def test_deadline(self):
        """[spf] deadline holds here as in the engine."""
        with open(self.conf, "a", encoding="utf-8") as conf:
            conf.write("\n[spf]\ndeadline = 1\n")
        done = self.run_raw("-c", self.conf, "--json", "spf", "check", "-i",
                            CLIENT, "-s", "u@silent.example", "--dns",
                            f"127.0.0.1:{self.dns.port}")
        result = json.loads(done.stdout)
        self.assertEqual(result["result"], "temperror")
        self.assertEqual(result["problem"], "DNS did not answer in time")

    def test_unicode(self):
        """RFC 8616 §4: whoever writes the name in Unicode is the same."""
        for client, sender, helo, wanted in (
                (CLIENT, UNICODE, "h.example", "pass"),
                ("192.0.2.9", UNICODE, "h.example", "fail"),
                (CLIENT, f"<j\u00f6rg@{UNICODE.upper()}>", "h.example", "pass"),
                ("192.0.2.9", "<>", UNICODE, "fail"),
                # a local part beyond ASCII makes no name of DNS
                (CLIENT, "j\u00f6rg@local.example", "h.example", "fail"),
                (CLIENT, "joe@local.example", "h.example", "pass")):
            with self.subTest(client=client, sender=sender, helo=helo):
                done = self.run_raw(
                    "--json", "spf", "check", "-i", client, "-s", sender,
                    "-H", helo, "--dns", f"127.0.0.1:{self.dns.port}")
                self.assertEqual(json.loads(done.stdout)["result"], wanted)
        done = self.run_raw("--json", "spf", "lint", UNICODE, "--dns",
                            f"127.0.0.1:{self.dns.port}")
        self.assertEqual(json.loads(done.stdout)["name"], ASCII)

    def test_names_as_they_are_pasted(self):
        """With the brackets of an envelope, or too long to be a name."""
        for words, wanted in (
                (("-i", f"[{CLIENT}]", "-s", f"<u@{ASCII}>"), "pass"),
                (("-i", f"[IPv6:::ffff:{CLIENT}]", "-s", f"u@{ASCII}."),
                 "pass"),
                (("-i", CLIENT, "-s", f"u@{'a.' * 126}ab"), "none"),
                (("-i", CLIENT, "-s", f"u@{'a.' * 3000}example"), "none"),
                (("-i", CLIENT, "-H", f"{'a.' * 3000}example"), "none"),
                (("-i", CLIENT, "-H", f"[{CLIENT}]"), "none"),
                (("-i", CLIENT, "-s", f"u@{'a' * 64}.example"), "none")):
            with self.subTest(words=words):
                done = self.run_raw("--json", "spf", "check", *words, "--dns",
                                    f"127.0.0.1:{self.dns.port}")
                self.assertEqual(json.loads(done.stdout)["result"], wanted)

    def test_server_is_an_address(self):
        for server in ("localhost", "192.0.2.1:0", "192.0.2.1:65536",
                       "192.0.2.1:", "[::1", "192.0.2.1,", ""):
            for words in (("check", "-i", CLIENT, "-s", "u@d.example"),
                          ("lint", "d.example"),
                          ("diff", "v=spf1 -all", "d.example")):
                with self.subTest(server=server, words=words):
                    done = self.run_raw("spf", *words, "--dns", server)
                    self.assertEqual(done.returncode, 64, done.stderr)
                    self.assertIn("192.0.2.1:53", done.stderr)


if __name__ == "__main__":
    main()
