#!/usr/bin/python3
"""spf lint and diff, against a DNS server that answers by a script.

usage: test_cli_spf.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import sys

from cli_case import ROOT, USAGE, Case, main

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import dnsd  # noqa: E402

DATAERR = 65
ZONE = {
    "clean.example": [
        ["TXT", "v=spf1 mx ip6:2001:db8::25 -all"],
        ["MX", [10, "mx.clean.example"]]],
    "mx.clean.example": [
        ["A", "192.0.2.25"], ["AAAA", "2001:db8::25"],
        ["TXT", "v=spf1 a -all"]],
    "tree.example": [["TXT", "v=spf1 a include:one.example "
                             "include:two.example -all"],
                     ["A", "192.0.2.1"], ["AAAA", "2001:db8::1"]],
    "one.example": [["TXT", "v=spf1 include:three.example -all"]],
    "two.example": [["TXT", "v=spf1 a:tree.example redirect=three.example"]],
    "three.example": [["TXT", "v=spf1 ip4:198.51.100.0/24 ~all"]],
    "plain.example": [["TXT", "token=1"]],
    "empty.example": [["A", "192.0.2.1"]],
    "twice.example": [["TXT", "v=spf1 -all"], ["TXT", "v=spf1 ~all"]],
    "tenfold.example": [["TXT", "v=spf10 -all"]],
    "fault.example": [["TXT", "v=spf1 a ipv4:192.0.2.1 -all"],
                      ["A", "192.0.2.1"]],
    "torn.example": [["TXT", ["v=spf1 ip4:192.0.2.1", "ip4:192.0.2.2 -all"]]],
    "loop.example": [["TXT", "v=spf1 include:pool.example -all"]],
    "pool.example": [["TXT", "v=spf1 include:loop.example -all"]],
    "failed.example": [["SERVFAIL"]],
    "hop.example": [["TXT", "v=spf1 include:failed.example -all"]],
    "star.example": [["TXT", "v=spf1 -all"]],
    "*.star.example": [["TXT", "v=spf1 -all"]],
    "alias.example": [["CNAME", "clean.example"]],
    "hosts.example": [["TXT", "v=spf1 mx -all"]] + [
        ["MX", [10, f"h{n}.hosts.example"]] for n in range(11)],
    "why.example": [["TXT", "one"], ["TXT", "two"]],
    "large.example": [["TXT", "v=spf1 -all"]] + [
        ["TXT", f"token{n}=" + "x" * 200] for n in range(3)],
    "site.example": [["TXT", "v=spf1 -all"]],
    "www.site.example": [["A", "192.0.2.1"]],
    "aliases.example": [["TXT", "v=spf1 mx -all"],
                        ["MX", [10, "mx.aliases.example"]]],
    "mx.aliases.example": [["CNAME", "mx.clean.example"]],
    "www.aliases.example": [["CNAME", "empty.example"]],
    "many.example": [["TXT", "v=spf1 " + " ".join(
        f"include:m{n}.example" for n in range(11)) + " -all"]],
    **{f"m{n}.example": [["TXT", f"v=spf1 ip4:198.51.100.{n} -all"]]
       for n in range(11)},
    "void.example": [["TXT", "v=spf1 a:v1.example a:v2.example a:v3.example "
                             "-all"]],
    "open.example": [["TXT", "v=spf1 +all"]],
    "wide.example": [["TXT", "v=spf1 include:open.example -all"]],
    "half.example": [["TXT", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"]],
    "halves.example": [["TXT", "v=spf1 include:half.example -all"]],
    "public.example": [["TXT", "v=spf1 " + " ".join(
        f"ip4:{net}" for net in (
            "0.0.0.0/5", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6",
            "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/2", "128.0.0.0/2",
            "192.0.0.0/3")) + " ~all"]],
    "six.example": [["TXT", "v=spf1 ip6:::/1 ip6:8000::/1 -all"]],
    "most.example": [["TXT", "v=spf1 ip4:0.0.0.0/1 ip4:192.0.0.0/2 -all"]],
    "fixed.example": [["TXT", "v=spf1 exists:mx.clean.example -all"]],
    "never.example": [["TXT", "v=spf1 exists:v1.example -all"]],
    "null.example": [["TXT", "v=spf1 mx -all"], ["MX", [0, "."]]],
    "late-exp.example": [["TXT", "v=spf1 -all exp=why.example"]],
    "old.example": [["TXT", "v=spf1 -all"], ["SPF", "v=spf1 -all"],
                    ["TXT", "spf2.0/pra -all"]],
}


class Spf(Case):
    @classmethod
    def setUpClass(cls):
        cls.dns = dnsd.Dnsd("127.0.0.1", 0, ZONE)
        cls.server = f"127.0.0.1:{cls.dns.port}"

    def setUp(self):
        super().setUp()
        self.addCleanup(self.dns.load, ZONE)

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def spf(self, *words, status=0, **more):
        return self.call("spf", *words, "--dns", self.server, status=status,
                         **more)

    def lint(self, *words, status=0):
        """The object that lint prints."""
        done = self.run_raw("-c", self.conf, "--json", "spf", "lint", *words,
                            "--dns", self.server)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def checks(self, *words, status=0):
        return [remark["check"] for remark in
                self.lint(*words, status=status)["remarks"]]


class Lint(Spf):
    def test_clean(self):
        text = self.spf("lint", "clean.example")
        self.assertIn("v=spf1 mx ip6:2001:db8::25 -all", text)
        self.assertIn("0 errors, 0 warnings, 0 notes", text)
        result = self.lint("clean.example")
        self.assertEqual(list(result), [
            "name", "errors", "warnings", "notes", "remarks", "records",
            "questions", "elapsed_ms"])
        self.assertEqual(result["remarks"], [])
        self.assertEqual(result["records"][0]["text"],
                         "v=spf1 mx ip6:2001:db8::25 -all")
        self.assertEqual(result["records"][0]["ttl"], 300)

    def test_costs(self):
        """The tree: what each include costs, with all that it leads to."""
        self.assertIn("\n1 term asks DNS;", self.spf(
            "lint", "--record", "v=spf1 include:three.example -all"))
        self.assertIn("\n6 terms ask DNS;", self.spf("lint", "tree.example"))
        done = self.run_raw("spf", "check", "-i", "192.0.2.9", "-s",
                            "u@three.example", "--dns", self.server)
        self.assertIn("; 1 question, ", done.stdout)
        result = self.lint("tree.example")
        root = result["records"][0]
        self.assertEqual(root["total"]["lookups"], 6)
        self.assertEqual([(term["term"], term["total"]["lookups"])
                          for term in root["terms"]],
                         [("a", 1), ("include:one.example", 2),
                          ("include:two.example", 3), ("-all", 0)])
        text = self.spf("lint", "tree.example")
        self.assertRegex(text, r"(?m)^    include:one\.example +1 +2$")
        self.assertRegex(text, r"(?m)^      include:three\.example +1 +1$")

    def test_column(self):
        remark, = self.lint("fault.example", status=1)["remarks"][:1]
        self.assertEqual(remark["severity"], "error")
        self.assertEqual(remark["check"], "syntax")
        self.assertEqual(remark["column"], 10)
        self.assertEqual(remark["term"], "ipv4:192.0.2.1")
        self.assertIn("ip4:", remark["text"])
        lines = self.run_raw("spf", "lint", "fault.example", "--dns",
                             self.server).stdout.splitlines()
        caret = next(n for n, line in enumerate(lines) if "^" in line)
        self.assertEqual(lines[caret].index("^"),
                         lines[caret - 1].index("ipv4:"))

    def test_errors(self):
        for domain, check in (
                ("plain.example", "no-record"), ("empty.example", "no-record"),
                ("none.example", "no-name"),
                ("twice.example", "several-records"),
                ("tenfold.example", "misspelt-version"),
                ("fault.example", "syntax"),
                ("torn.example", "missing-space"),
                ("loop.example", "loop"), ("hosts.example", "too-many-mx"),
                ("many.example", "too-many-lookups"),
                ("void.example", "too-many-voids"),
                ("void.example", "no-address"),
                ("open.example", "passes-all"),
                ("wide.example", "passes-all")):
            with self.subTest(domain):
                self.assertIn(check, self.checks(domain, status=1))

    def test_records_that_are_given(self):
        for record, check in (
                ("v=spf1 include:none.example -all", "no-included-record"),
                ("v=spf1 include:plain.example -all", "no-included-record"),
                ("v=spf1 include:fault.example -all", "broken-include"),
                ("v=spf1 include:twice.example -all", "broken-include"),
                ("v=spf10 -all", "misspelt-version"),
                ('"v=spf1 ip4:192.0.2.1" "-all"', "missing-space"),
                ('"v=spf1 a:mail.example.org" "mx -all"', "missing-space"),
                ('"v=spf1 a" "mx -all"', "missing-space"),
                ("x.example. IN TXT v=spf1 mx -all", "missing-space"),
                ('"v=spf1 ' + 'ip4:192.0.2.1 ' * 20 + '-all"',
                 "long-string")):
            with self.subTest(record):
                self.assertIn(check, self.checks("--record", record,
                                                 status=1))
        self.assertEqual(self.checks("--record", '"v=spf1 " "-all"'), [])
        self.assertEqual(self.checks("--record", "v=spf1 include:loop.example"
                                     " -all", "--domain", "pool.example",
                                     status=1), ["loop"])

    def test_two_records(self):
        """The second is no other TXT record that could go."""
        self.assertEqual(self.checks("twice.example", status=1),
                         ["several-records"])
        self.dns.load({**ZONE, "site.example": [
            ["TXT", "v=spf1 -all"], ["TXT", "token=1"]]})
        self.assertIn("1 other TXT record comes with every answer",
                      self.spf("lint", "site.example"))

    def test_entries_of_a_zone_file(self):
        """All that RFC 1035 §5.1 lets stand around the strings."""
        for entry in (
                'x.example. 3600 IN TXT "v=spf1 ip4:192.0.2.1 -all" ; c',
                'x.example.\tIN\tTXT\t"v=spf1 ip4:192.0.2.1 -all"\n',
                'x.example. IN 1h TXT "v=spf1 ip4:192.0.2.1 -all"',
                '@ TXT ( ; an "old" one was here\n'
                '  "v=spf1 ip4:192.0.2.1 " ; (office\n  "-all"\n)\n'):
            with self.subTest(entry):
                self.assertEqual(self.checks("--record", entry), [])
                self.assertEqual(
                    self.spf("diff", entry, "v=spf1 ip4:192.0.2.1 -all"),
                    "every address gets the same result\n")
        self.spf("diff", '"v=spf1 ip4:x -all"', "v=spf1 -all", status=DATAERR,
                 says="'v=spf1 ip4:x -all': column 12")
        self.spf("diff", f'"v=spf1 {"a " * 130} -all"', "v=spf1 -all",
                 status=DATAERR, says="255 octets")

    def test_warnings_and_notes(self):
        for words, check in (
                (("alias.example",), "alias"), (("star.example",), "wildcard"),
                (("site.example",), "uncovered-name"),
                (("large.example",), "large-answer"),
                (("large.example",), "shared-answer"),
                (("--record", "v=spf1 exp=why.example -all"), "explanation"),
                (("--record", "v=spf1 exp=none.example -all"), "explanation"),
                (("--record", "v=spf1 include:tree.example "
                  "include:three.example -all"), "duplicate"),
                (("--record", "v=spf1 a:empty.example mx:empty.example -all"),
                 "no-address"),
                (("--record", "v=spf1 a:x..example -all"), "no-address"),
                (("--record", "v=spf1 include:tree.example "
                  "a:tree.example -all"), "many-lookups"),
                (("--record", "v=spf1 ptr ?all"), "uses-ptr")):
            with self.subTest(words):
                self.assertIn(check, self.checks(*words))
        self.checks("--record", "v=spf1 ?all", "--strict", status=1)
        self.checks("alias.example", "--strict")

    def test_everybody(self):
        """All of IPv4 or IPv6 pass, though no term says so by itself."""
        for domain, says in (
                ("fixed.example", "did you mean a:mx.clean.example"),
                ("half.example", "everybody with IPv4"),
                ("halves.example", "everybody with IPv4"),
                # mail comes from no private network, whether listed or not
                ("public.example", "everybody with IPv4"),
                ("six.example", "everybody with IPv6")):
            with self.subTest(domain):
                found = [remark for remark in
                         self.lint(domain, status=1)["remarks"]
                         if remark["check"] == "passes-all"]
                self.assertEqual(len(found), 1, found)
                self.assertIn(says, found[0]["text"])
        for domain in ("most.example", "clean.example", "three.example",
                       "site.example"):
            self.assertNotIn("passes-all", self.checks(domain))
        self.assertNotIn("passes-all", self.checks(
            "--record", "v=spf1 exists:%{i}.clean.example -all"))

    def test_terms_that_do_nothing(self):
        for domain, check, says in (
                ("never.example", "no-address", "never matches"),
                ("null.example", "no-address", "null MX"),
                ("late-exp.example", "explanation", "several TXT"),
                ("old.example", "obsolete", "Sender ID"),
                ("old.example", "obsolete", "type SPF (99)")):
            with self.subTest(domain):
                self.assertTrue(any(
                    remark["check"] == check and says in remark["text"]
                    for remark in self.lint(domain)["remarks"]))

    def test_no_record_beside_an_alias(self):
        """Nothing can stand there, so nothing is advised."""
        self.assertEqual(self.checks("aliases.example"), [])

    def test_what_dns_does_not_say(self):
        for domain in "failed.example", "hop.example":
            self.assertEqual(self.checks(domain, status=2), ["dns-failed"])

    def test_signed_return_paths(self):
        """A local part in the record and signed mail do not go together."""
        record = "v=spf1 exists:%{l}.x.example -all"
        self.write("backstop.conf", self.configured().replace(
            "[domain", f"sign = yes\n[dns]\nservers = {self.server}\n[domain"))
        for servers in (), ("--dns", self.server):
            done = self.run_raw("-c", self.conf, "spf", "lint", "--record",
                                record, "--domain", "example.org", *servers)
            self.assertIn("local-part", done.stdout)
        self.assertNotIn("local-part", self.spf("lint", "--record", record))

    def test_bad_configuration(self):
        """With --dns no configuration is needed."""
        self.write("backstop.conf", "nonsense\n")
        for domain in "clean.example", "tree.example":
            self.assertIn("\n0 errors", self.spf("lint", domain))
        done = self.run_raw("-c", self.conf, "spf", "lint", "clean.example")
        self.assertEqual(done.returncode, 78)
        self.assertIn("backstop.conf:1", done.stderr)

    def test_words(self):
        for words, says in (
                ((), "name a domain"),
                (("a.example", "--record", "v=spf1"), "name a domain"),
                (("v=spf1 -all", "--domain", "a.example"), "--domain"),
                (("a..example",), "no domain"),
                (("u@a.example",), "its domain is a.example"),
                (("https://a.example/x",), "its domain is a.example"),
                (("v=spf1 -all",), "use --record"),
                (("192.0.2.1",), "the address of a host"),
                (("--record", "v=spf1 -all", "--domain", "u@a.example"),
                 "its domain is a.example")):
            self.spf("lint", *words, status=USAGE, says=says)
        self.call("spf", "lint", "a.example", "--dns", "nonsense",
                  status=USAGE, says="no DNS server")

    def test_hostile_octets(self):
        """Nothing of a record reaches the terminal as a control."""
        self.dns.load({**ZONE, "evil.example": [
            ["TXT", "v=spf1 a:\x1b[31m\x00\xff -all"]]})
        done = self.run_raw("spf", "lint", "evil.example", "--dns",
                            self.server)
        self.assertEqual(done.returncode, 1)
        for octet in "\x1b\x00\xff":
            self.assertNotIn(octet, done.stdout)
        self.assertIn("syntax", self.checks("evil.example", status=1))

    def test_hostile_tree(self):
        """An answer comes soon, however much a record leads to."""
        zone = {f"t{n}.example": [["TXT", [
            f"v=spf1 include:t{n + 1}.example include:t{n + 2}.example ",
            *("a:x%d-%d.example " % (n, k) for k in range(150)), "-all"]]]
            for n in range(70)}
        self.dns.load({**ZONE, **zone})
        result = self.lint("t0.example", status=1)
        self.assertLessEqual(result["questions"], 500)
        self.assertLessEqual(len(result["remarks"]), 200)
        self.assertIn("too-many-lookups", [
            remark["check"] for remark in result["remarks"]])


class Diff(Spf):
    def diff(self, old, new, status, *words):
        done = self.run_raw("--json", "spf", "diff", old, new, *words,
                            "--dns", self.server)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["outcome"],
                         ("same", "differs", "unknown")[status])
        return [(change["network"], change["old"], change["new"])
                for change in result["changes"]]

    def test_same(self):
        self.assertEqual(self.diff("clean.example", "v=spf1 ip4:192.0.2.25 "
                                   "ip6:2001:db8::25 -all", 0), [])
        self.assertEqual(self.diff("tree.example", "v=spf1 a "
                                   "ip4:198.51.100.0/24 -all", 0), [])
        self.assertIn("the same result", self.spf(
            "diff", "clean.example", "v=spf1 mx -all"))

    def test_differs(self):
        self.assertEqual(
            self.diff("tree.example", "v=spf1 a ip4:198.51.100.0/25 ~all", 1),
            [("198.51.100.128/25", "pass", "softfail"),
             ("0.0.0.0/0", "fail", "softfail"),
             ("::/0", "fail", "softfail")])
        self.assertEqual(
            self.diff("v=spf1 a -all", "v=spf1 -all", 1, "--domain",
                      "tree.example"),
            [("192.0.2.1", "pass", "fail"), ("2001:db8::1", "pass", "fail")])
        done = self.run_raw("spf", "diff", "v=spf1 ~all", "v=spf1 -all",
                            "--dns", self.server)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "IPv4, not listed +softfail -> fail")

    def test_unknown(self):
        self.diff("v=spf1 exists:%{i}.x.example -all", "v=spf1 -all", 2)
        self.diff("v=spf1 ptr -all", "v=spf1 ptr -all", 0, "--domain",
                  "a.example")
        self.diff("hop.example", "v=spf1 -all", 2)
        done = self.run_raw("spf", "diff", "v=spf1 ptr:x.example ~all",
                            "v=spf1 ~all", "--dns", self.server)
        self.assertIn("not compared, of the old: ptr:x.example", done.stdout)

    def test_limits(self):
        """Who comes behind the tenth look-up gets permerror, and the limit is
        named."""
        text = self.spf("diff", "v=spf1 ip4:198.51.100.10 -all",
                        "many.example", status=1)
        self.assertIn("198.51.100.10                            pass -> "
                      "permerror (more than 10 look-ups)", text)
        self.assertIn("198.51.100.0/29                          fail -> pass",
                      text)
        done = self.run_raw("--json", "spf", "diff", "void.example",
                            "v=spf1 -all", "--dns", self.server)
        for change in json.loads(done.stdout)["changes"]:
            self.assertEqual((change["old"], change["old_limit"],
                              change["new_limit"], change["certain"]),
                             ("permerror", "voids", None, True))

    def test_family(self):
        """A host that lacks addresses of one family is void for its clients
        alone, and one that DNS does not tell of is not known to them alone."""
        self.dns.load({**ZONE, **{f"a{n}.example": [["A", f"192.0.2.{n}"]]
                                  for n in range(3)},
                       "half.example": [["SERVFAIL", "AAAA"],
                                        ["A", "192.0.2.9"]]})
        self.assertEqual(
            self.diff("v=spf1 a:a0.example a:a1.example a:a2.example -all",
                      "v=spf1 ip4:192.0.2.0/31 ip4:192.0.2.2 -all", 1),
            [("::/0", "permerror", "fail")])
        self.assertEqual(
            self.diff("v=spf1 a:half.example -all", "v=spf1 ip4:192.0.2.9 "
                      "-all", 2), [("::/0", "temperror", "fail")])

    def test_no_dns(self):
        """What could not be read is not known, and never the same."""
        for new in "failed.example", "hop.example", "v=spf1 -all":
            self.assertNotEqual(self.diff("failed.example", new, 2), [])
        text = self.spf("diff", "hop.example", "hop.example", status=2)
        self.assertNotIn("the same", text)
        self.assertIn("not known -> not known", text)
        self.assertIn("no answer of DNS, for the old: TXT of failed.example",
                      text)

    def test_broken_record(self):
        """The record of a domain may be the one that is to be mended."""
        text = self.spf("diff", "fault.example", "v=spf1 a -all", status=1)
        self.assertRegex(text, "192.0.2.1 +permerror -> pass")
        self.assertIn("broken, of the old: fault.example, column 10", text)
        self.diff("twice.example", "v=spf1 -all", 1)
        self.assertIn("empty.example has no SPF record", self.spf(
            "diff", "empty.example", "v=spf1 ~all", status=1))

    def test_mapped_addresses(self):
        """check takes the IPv4 address in them, so they are no clients."""
        mapped = "v=spf1 ip6:::ffff:192.0.2.0/120 -all"
        self.assertEqual(self.spf("diff", mapped, "v=spf1 -all"),
                         "every address gets the same result\n")
        self.assertEqual(
            self.spf("diff", mapped, "v=spf1 ip4:192.0.2.0/24 -all",
                     status=1).split(), "192.0.2.0/24 fail -> pass".split())

    def test_exists(self):
        """Of a fixed name it is the same for all."""
        self.assertEqual(self.diff("v=spf1 exists:empty.example -all",
                                   "v=spf1 +all", 0), [])

    def test_wide_tree(self):
        """Records behind the limit leave room for those before it."""
        zone = {f"w{n}.example": [["TXT", f"v=spf1 ip4:198.51.100.{n} -all"]]
                for n in range(80)}
        zone["w0.example"] = [["TXT", "v=spf1 include:deep.example -all"]]
        zone["deep.example"] = [["TXT", "v=spf1 ip4:203.0.113.1 -all"]]
        self.dns.load({**ZONE, **zone, "wider.example": [["TXT", [
            "v=spf1 ", *(f"include:w{n}.example " for n in range(80)),
            "-all"]]]})
        self.assertIn(("203.0.113.1", "pass", "fail"), self.diff(
            "wider.example", "v=spf1 -all", 1))

    def test_too_many_networks(self):
        zone = {f"f{n}.example": [["AAAA", f"2001:db8:{n:x}::{i:x}"]
                                  for i in range(600)] for n in range(10)}
        self.dns.load({**ZONE, **zone, "fat.example": [
            ["TXT", "v=spf1 " + " ".join(
                f"a:f{n}.example" for n in range(10)) + " -all"]]})
        self.spf("diff", "fat.example", "v=spf1 -all", status=DATAERR,
                 says="too many networks")

    def test_words(self):
        self.spf("diff", "v=spf1 ip4:x -all", "v=spf1 -all", status=DATAERR,
                 says="column 12")
        self.spf("diff", "a b", "v=spf1 -all", status=DATAERR,
                 says="no SPF record")
        self.spf("diff", "x..y", "v=spf1 -all", status=USAGE,
                 says="neither a domain nor a record")


if __name__ == "__main__":
    main()
