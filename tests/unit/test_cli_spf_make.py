#!/usr/bin/python3
"""spf make at a terminal, against a DNS server that answers by a script.

usage: test_cli_spf_make.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import re
import subprocess
import sys

import cli_case
from cli_case import ROOT, USAGE, Case, main

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import dnsd  # noqa: E402
import terminal  # noqa: E402

DATAERR = 65
OWN = "Does this host send"
NOT_OWN = [OWN, "n"]
ZONE = {
    "new.example": [["MX", [10, "mx.new.example"]]],
    "mx.new.example": [["A", "192.0.2.9"], ["AAAA", "2001:db8::9"]],
    "www.new.example": [["A", "192.0.2.8"]],
    "bare.example": [["TXT", "token=1"]],
    "other.example": [["TXT", "nothing"]],
    "open.example": [["TXT", "v=spf1 +all"]],
    "three.example": [["TXT", "v=spf1 ip4:198.51.100.0/24 ~all"]],
    "host.example": [["A", "198.51.100.7"]],
    "failed.example": [["SERVFAIL"]],
    "alias.example": [["CNAME", "new.example"]],
    "*.hosted.example": [["TXT", "v=spf1 ip4:203.0.113.7 -all"]],
    "fault.example": [["TXT", "v=spf1 a ipv4:192.0.2.1 -all"],
                      ["A", "192.0.2.2"]],
    "old.example": [
        ["TXT", "v=spf1 ip4:192.0.2.1 -ip4:192.0.2.77 include:three.example "
                "include:gone.example a:void.example ptr -all exp=x.example"]],
    "twice.example": [["TXT", "v=spf1 ip4:192.0.2.1 -all"],
                      ["TXT", "v=spf1 ip4:192.0.2.2 ~all"]],
    "redirect.example": [["TXT", "v=spf1 redirect=three.example"]],
    "goo.example": [["MX", [1, "aspmx.l.google.com"]]],
    "_spf.google.com": [["TXT", "v=spf1 ip4:35.190.247.0/24 ~all"]],
    "servers.mcsv.net": [["TXT", "v=spf1 ip4:205.201.128.0/20 ?all"]],
    "names.example": [["MX", [10, "mx.names.example"]],
                      ["MX", [20, "mail.names.example"]]],
    "mx.names.example": [["CNAME", "mx.host.example"]],
    "mx.host.example": [["A", "198.51.100.9"]],
    "mail.names.example": [["A", "198.51.100.8"], ["TXT", "v=spf1 a -all"]],
    "www.names.example": [["CNAME", "pages.host.example"]],
    "pages.host.example": [["A", "198.51.100.9"]],
    "_dmarc.names.example": [["TXT", "v=DMARC1; p=quarantine"]],
    "star.example": [["MX", [10, "mx.star.example"]]],
    "*.star.example": [["A", "192.0.2.3"]],
    "xn--bcher-kva.example": [["A", "192.0.2.4"]],
    "big.example": [["TXT", "v=spf1 " + " ".join(
        f"include:b{n}.example" for n in range(6)) + " ~all"]],
    **{f"b{n}.example": [["TXT", f"v=spf1 ip4:198.51.100.{n} -all"]]
       for n in range(6)},
    "over.example": [["TXT", "v=spf1 a mx include:big.example "
                             "include:wide.example include:three.example -all"],
                     ["A", "192.0.2.21"], ["MX", [10, "mx.over.example"]]],
    "mx.over.example": [["A", "192.0.2.22"], ["AAAA", "2001:db8::22"]],
    "wide.example": [["TXT", "v=spf1 " + " ".join(
        f"include:w{n}.example" for n in range(3)) + " ~all"]],
    **{f"w{n}.example": [["TXT", f"v=spf1 ip4:203.0.113.{n} -all"]]
       for n in range(3)},
}


class Make(Case):
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

    def make(self, *answers, domain="new.example", status=0, own=NOT_OWN):
        """What the terminal shows; answers as in terminal.py."""
        words = [cli_case.PROGRAM, "-c", self.conf, "spf", "make", "--dns",
                 self.server, *([domain] if domain else [])]
        found, shown = terminal.run([*answers, own], words)
        self.assertEqual(found, status, shown)
        return shown

    def zone(self, shown):
        """Its lines for the zone file; as a zone they would load."""
        _, found, zone = shown.rpartition("; For the zone file:\n")
        if not found:
            return []
        lines = [line for line in zone.splitlines()
                 if line and not line.startswith(";")]
        names = {}
        for line in lines:
            self.assertRegex(line, r"^[\w.-]+\. 3600 IN (TXT|MX) ")
            name, _, _, kind, value = line.split(" ", 4)
            if kind == "TXT":
                for string in value.split('"')[1::2]:
                    self.assertLessEqual(len(string), 255)
                record = "".join(value.split('"')[1::2])
                names.setdefault((name, record.split()[0]), []).append(record)
            entries = ZONE.get(name.rstrip("."), [])
            self.assertNotIn("CNAME", [entry[0] for entry in entries], line)
        for key, records in names.items():
            self.assertEqual(len(records), 1, (key, records))
        return lines

    def record(self, shown):
        lines = self.zone(shown)
        self.assertTrue(lines, shown)
        return "".join(lines[0].split('"')[1::2])


class Senders(Make):
    def test_hosts_and_services(self):
        shown = self.make(
            ["[Hh]ost, address, network", "192.0.2.64/28", "other.example",
             "198.51.100.7 host.example"],
            ["Add it all the same", "n"],
            ["Name to include", "three.example"], ["Do these hosts", "y"])
        self.assertIn("has no SPF record yet", shown)
        self.assertIn("other.example has no address", shown)
        self.assertEqual(
            self.record(shown), "v=spf1 ip4:192.0.2.64/28 ip4:198.51.100.7 mx "
            "a:host.example include:three.example ~all")
        self.assertIn('mx.new.example. 3600 IN TXT "v=spf1 a ~all"',
                      self.zone(shown))
        self.assertIn('www.new.example. 3600 IN TXT "v=spf1 -all"',
                      self.zone(shown))
        self.assertRegex(shown, "(?m)^; new.example.* -all")

    def test_enter_alone(self):
        """It never forbids the domain's own mail."""
        self.assertEqual(self.record(self.make()), "v=spf1 mx ~all")
        self.assertEqual(self.record(self.make(domain="goo.example")),
                         "v=spf1 include:_spf.google.com ~all")
        shown = self.make(domain="bare.example", status=1)
        self.assertIn("nobody is named", shown)
        self.assertEqual(self.zone(shown), [])

    def test_end_of_input(self):
        """Ctrl-D is Enter for what is left, and says so."""
        shown = self.make(["Does anything send", "^D"])
        self.assertIn("The answers have ended", shown)
        self.assertEqual(self.record(shown), "v=spf1 mx ~all")

    def test_nobody_named(self):
        """Who sends is asked for until somebody is named."""
        shown = self.make(["write no record", "192.0.2.1"],
                          domain="bare.example")
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 ~all")
        # an include by which nobody passes is nobody
        self.dns.load({**ZONE, "nobody.example": [["TXT", "v=spf1 -all"]]})
        self.make(["Name to include", "nobody.example"],
                  domain="bare.example", status=1)

    def test_signing_domain(self):
        """A host that signs for the domain sends for it."""
        self.dns.load({**ZONE, "example.org": [["TXT", "token=1"]]})
        shown = self.make(domain="example.org", own=["no question", ""],
                          status=0 if self.has_address() else 1)
        if self.has_address():
            self.assertRegex(shown, r"Does this host send.*\[Y/n\]")
            self.assertRegex(self.record(shown), r"^v=spf1 ip[46]:")

    def has_address(self):
        """Whether the host has one that others may see."""
        self.write("backstop.conf", self.configured().replace(
            "[domain", "sign = yes\n[domain"))
        shown = self.make(domain="bare.example", status=1)
        addresses = re.search(r"has the addresses (.*)\.\r?\n", shown)
        return addresses is not None and any(
            "(" not in address for address in addresses[1].split(", "))

    def test_provider(self):
        shown = self.make(domain="goo.example")
        self.assertIn("That is Google Workspace.", shown)
        shown = self.make(["Name to include", "Mailchimp"],
                          ["Does the domain's mail leave", "n"],
                          domain="goo.example")
        self.assertEqual(self.record(shown),
                         "v=spf1 include:servers.mcsv.net ~all")
        # one whose record is gone is not proposed
        self.dns.load({name: entries for name, entries in ZONE.items()
                       if name not in ("_spf.google.com", "servers.mcsv.net")})
        shown = self.make(["Name to include", "Mailchimp"],
                          domain="goo.example", status=1)
        self.assertNotIn("_spf.google.com", shown)
        self.assertIn("look into its manual", shown)

    def test_web_site(self):
        shown = self.make(["it mails nothing", "yes"])
        self.assertIn("a:www.new.example", self.record(shown))
        self.assertIn('www.new.example. 3600 IN TXT "v=spf1 a ~all"',
                      self.zone(shown))

    def test_stages(self):
        for answers, all_ in (
                ([["Are these all", "n"]], "?all"), ([], "~all")):
            shown = self.make(*answers)
            self.assertEqual(self.record(shown), f"v=spf1 mx {all_}")
            self.assertIn(f'"v=spf1 a {all_}"', shown)
        for answers, all_ in (
                ([["had ~all for a month", "y"]], "-all"), ([], "~all")):
            self.dns.load({**ZONE, "had.example": [
                ["TXT", "v=spf1 ip4:192.0.2.1 ~all"]]})
            self.assertEqual(self.record(self.make(
                *answers, domain="had.example")),
                f"v=spf1 ip4:192.0.2.1 {all_}")

    def test_long_record(self):
        shown = self.make(["Host, address, network", " ".join(
            f"192.0.2.{n}" for n in range(15)), " ".join(
                f"192.0.2.{n}" for n in range(15, 30))])
        line = self.zone(shown)[0]
        strings = line.split('"')[1::2]
        self.assertEqual(len(strings), 2)
        self.assertTrue(strings[0].endswith(" "))
        self.assertIn("goes into one record all the same",
                      shown.replace("\n; ", " "))
        done = self.run_raw("spf", "lint", "--record", line, "--domain",
                            "new.example", "--dns", self.server)
        self.assertIn("0 errors", done.stdout)

    def test_too_long_record(self):
        """What no longer fits is not taken, and the record stays whole."""
        shown = self.make(*[["Host, address, network", *[" ".join(
            f"2001:db8:{n:x}:{k:x}::/64" for k in range(16))
            for n in range(5)]]])
        self.assertIn("Not taken: the record would be too long", shown)
        self.zone(shown)


class Typed(Make):
    """Answers are free text, typed by tired people."""

    def take(self, *words, service=False):
        prompt = "Name to include" if service else "Host, address, network"
        shown = self.make([prompt, *words], ["Do these hosts", "n"],
                          ["write no record", "192.0.2.1"])
        return shown, self.record(shown)

    def test_taken(self):
        for typed, term in (
                ("host.example.", "a:host.example"),
                ("https://host.example/login?x", "a:host.example"),
                ("<news@host.example>", "a:host.example"),
                ("[192.0.2.5]", "ip4:192.0.2.5"),
                ("192.0.2.5, 192.0.2.6", "ip4:192.0.2.5 ip4:192.0.2.6"),
                ("bücher.example", "a:xn--bcher-kva.example"),
                ("a:bücher.example", "a:xn--bcher-kva.example"),
                ("three.example", "include:three.example"),
                ('"v=spf1 include:three.example ip4:192.0.2.5 ~all"',
                 "ip4:192.0.2.5 include:three.example"),
                ("exists:%{i}.x.example exists:%{i}.y.example exists:%{i}.z."
                 "example", "exists:%{i}.y.example exists:%{i}.z.example"),
                ("include:%{ir}.hosted.example",
                 "include:%{ir}.hosted.example"),
                ("all-inkl.example 192.0.2.5", "ip4:192.0.2.5")):
            with self.subTest(typed):
                self.assertRegex(self.take(typed)[1],
                                 f"^v=spf1 {re.escape(term)} [?~]all$")
        shown, record = self.take("host.example", service=True)
        self.assertIn("it is taken as a host", shown)
        self.assertEqual(record, "v=spf1 a:host.example ~all")

    def test_not_taken(self):
        for typed, says in (
                ("0.0.0.0/0", "everybody could send"),
                ("include:open.example", "everybody could send"),
                ("exists:host.example", "everybody could send"),
                ("+all", "everybody send"),
                ("v=spf1 +all", "Not taken, +all: by it everybody could send"),
                ('"v=spf1 all"', "Not taken, all: by it everybody could send"),
                ("v=spf1 ~all", "Not taken, ~all: how the record ends"),
                ("ptr", "ptr is slow"), ("10.1.2.3", "private network"),
                ("198.51.0.0/16", "is broad"), ("ip4:1.2.3", "all four"),
                ("192.0.2.300", "no IPv4 address"),
                ("the printer", "needs a dot"), ("y", "Which? Type"),
                ("printer\x01.example", "Not taken"),
                ("\udcff\udcfe.example", "no name that can be in DNS"),
                ('mx"evil\\.example', "Not taken"),
                ("none.example", "has no address"),
                ("failed.example", "DNS gives no answer"),
                ("redirect=three.example", "type NAME as a service"),
                ("x" * 70 + ".example", "Not taken"),
                ("(", "holds no name"), ("~all", "the end of a record"),
                ("y" * 600, "That is too long")):
            with self.subTest(typed):
                shown, record = self.take(typed)
                self.assertIn(says, shown.replace("\n", " "))
                self.assertEqual(record, "v=spf1 ip4:192.0.2.1 ~all")

    def test_services_that_break(self):
        for name, says in (("none.example", "has no SPF record. With it every "
                            "check of yours would be an error"),
                           ("twice.example", "more than one SPF record"),
                           ("fault.example", "column"),
                           ("old.example", "gone.example has no SPF record"),
                           ("failed.example", "DNS gives no answer"),
                           ("%{i}.x.example", "192.0.2.1.x.example has no SPF"),
                           ("new.example", "includes itself")):
            with self.subTest(name):
                shown, record = self.take(f"include:{name}", service=True)
                self.assertIn(says, shown)
                self.assertEqual(record, "v=spf1 ip4:192.0.2.1 ~all")

    def test_domain(self):
        """The domain is asked for until it is one."""
        shown = self.make(["For which domain", "192.0.2.1", "localhost", "",
                           "alice@new.example"], domain=None)
        self.assertEqual(shown.count("That is no domain"), 3)
        self.assertIn('new.example. 3600 IN TXT "v=spf1 mx', shown)
        shown = self.make(["write no record", "192.0.2.1"],
                          domain="bücher.example")
        self.assertTrue(self.zone(shown)[0].startswith("xn--bcher-kva.ex"))
        for word in ("x..y", "localhost", "a b.example", 'a".example', "",
                     "a;b.example", "192.0.2.1", "a-.example"):
            self.call("spf", "make", word, "--dns", self.server, status=USAGE,
                      says="is no domain")

    def test_mailbox_of_reports(self):
        shown = self.make(["Where to", "nobody", "a;b@new.example", "a b@c.d",
                           "dmarc@other.example"])
        self.assertEqual(shown.count("That is no mailbox"), 3)
        self.assertIn('_dmarc.new.example. 3600 IN TXT "v=DMARC1; p=none; '
                      'rua=mailto:dmarc@other.example"', self.zone(shown))
        self.assertIn("new.example._report._dmarc.other.example", shown)
        self.assertNotIn("_dmarc", "".join(self.zone(self.make(
            ["Where to", "n"]))))


class Present(Make):
    def test_term_by_term(self):
        shown = self.make(domain="old.example")
        for says in ("keep ip4:192.0.2.1 ? [Y/n/a]",
                     "keep include:three.example ? 1 look-up. [Y/n/a]",
                     "include:gone.example is dropped: gone.example has no SPF "
                     "record",
                     "void.example has no address any more. [y/N/a]",
                     "keep ptr ? 1 look-up; slow"):
            self.assertIn(says, shown)
        self.assertEqual(self.record(shown),
                         "v=spf1 ip4:192.0.2.1 -ip4:192.0.2.77 "
                         "include:three.example ptr exp=x.example ~all")
        self.assertIn("permerror -> softfail", shown)

    def test_what_changes(self):
        shown = self.make(["keep include:three.example", "n"],
                          ["Host, address, network", "203.0.113.9"],
                          domain="old.example")
        self.assertRegex(shown, r"Who would pass, and does not now:\n"
                         r";   203\.0\.113\.9 +permerror -> pass")
        self.dns.load({**ZONE, "had.example": [
            ["TXT", "v=spf1 ip4:192.0.2.1 include:three.example -all"]]})
        shown = self.make(["keep ip4:192.0.2.1", "n"], domain="had.example")
        self.assertRegex(shown, r"Who passes now, and would not:\n"
                         r";   192\.0\.2\.1 +pass -> softfail\n")
        # all stays, and with it the end
        shown = self.make(["keep", "a"], domain="had.example")
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 "
                         "include:three.example -all")
        self.assertIn("every address gets the same result", shown)

    def test_broken_records(self):
        shown = self.make(["What was meant", "192.0.2.1"],
                          domain="fault.example")
        self.assertIn("broken: ipv4:192.0.2.1", shown)
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 a ~all")
        shown = self.make(domain="twice.example")
        self.assertIn("they become one", shown)
        self.assertEqual(self.record(shown),
                         "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ~all")
        self.dns.load({**ZONE, "wide.example": [
            ["TXT", "v=spf1 ip4:192.0.2.1 include:open.example +all"]]})
        shown = self.make(domain="wide.example")
        self.assertIn("keep include:open.example ? it lets everybody send as "
                      "you. [y/N/a]", shown)
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 ~all")

    def test_redirect(self):
        shown = self.make(domain="redirect.example")
        self.assertIn("it becomes an include", shown)
        self.assertEqual(self.record(shown),
                         "v=spf1 include:three.example ~all")

    def test_no_dns(self):
        shown = self.make(["write no record", "192.0.2.1"],
                          domain="failed.example")
        self.assertIn("DNS gives no answer for failed.example", shown)
        self.assertIn("it is not known, as DNS gave no answer", shown)
        self.assertNotIn("the same result", shown)


    def test_include_without_answer(self):
        """What DNS does not tell of is kept, and said; the same record changes
        nothing."""
        self.dns.load({**ZONE, "half.example": [
            ["TXT", "v=spf1 ip4:192.0.2.1 include:above.example "
                    "a:failed.example -all"]],
            "above.example": [["TXT", "v=spf1 include:failed.example ~all"]]})
        shown = self.make(domain="half.example")
        self.assertIn("keep include:above.example ? DNS gives no answer for "
                      "failed.example: whom it lets send is not known. [Y/n/a]",
                      shown)
        self.assertIn("keep a:failed.example ? DNS gives no answer for "
                      "failed.example. [Y/n/a]", shown)
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 "
                         "include:above.example a:failed.example -all")
        self.assertIn("it is the same record: every address gets the same "
                      "result", shown)
        self.assertNotIn("not known -> not known", shown)
        shown = self.make(["keep ip4", "n"], domain="half.example")
        self.assertRegex(shown, "Not known of either record, as DNS gives no "
                         "answer for a part:\n;   .* not known -> not known")
        self.assertNotIn("Who gets another result", shown)

    def test_answers_that_are_long_in_coming(self):
        self.dns.load({**ZONE, "slow.example": [
            ["TXT", "v=spf1 include:silent.example -all"]],
            "silent.example": [["SILENT"]]})
        with subprocess.Popen(
                [cli_case.PROGRAM, "-c", self.conf, "spf", "make",
                 "slow.example", "--dns", self.server],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                text=True) as make:
            self.addCleanup(make.kill)
            for line in make.stdout:
                self.assertNotIn("keep include:silent.example", line)
                if "Waiting for DNS: silent.example, TXT ..." in line:
                    break
            else:
                self.fail("it waits without a word")
            make.kill()

    def test_order(self):
        """Networks take the place of what is kept: a term before them may
        forbid one of them."""
        self.dns.load({**ZONE, "order.example": [
            ["TXT", "v=spf1 -ip4:198.51.100.1 include:big.example "
                    "include:wide.example ~all"]]})
        shown = self.make(["Write include:big", "y"], domain="order.example")
        self.assertEqual(
            self.record(shown), "v=spf1 -ip4:198.51.100.1 ip4:198.51.100.0/30 "
            "ip4:198.51.100.4/31 include:wide.example ~all")


class Limit(Make):
    def test_ways_out(self):
        """Enter writes hosts as addresses; what still does not fit is named,
        and forbidden to nobody."""
        self.dns.load({**ZONE, "over.example": [
            ["TXT", ZONE["over.example"][0][1].replace(
                "include:three", "include:big2.example include:three")],
            *ZONE["over.example"][1:]], "big2.example": ZONE["big.example"]})
        shown = self.make(domain="over.example")
        self.assertIn("The record needs 21 look-ups", shown)
        self.assertIn("   7  include:big.example", shown)
        self.assertIn("include:big.example is made of b0.example (1)", shown)
        record = self.record(shown)
        self.assertIn("ip4:192.0.2.21 ip4:192.0.2.22 ip6:2001:db8::22", record)
        self.assertTrue(record.endswith("?all"), record)
        self.assertIn("does not fit, and is left out", shown)
        for way in ("signs with DKIM", "A narrower include", "flattened form",
                    'news1.over.example. 3600 IN TXT "v=spf1 include:big'):
            self.assertIn(way, shown)
        self.assertRegex(shown, "Who would pass, and does not now:\n"
                         r";   198\.51\.100\.6/31 +permerror \(more than 10 "
                         r"look-ups\) -> pass")

    def test_hosts_as_addresses(self):
        shown = self.make(domain="over.example")
        self.assertEqual(
            self.record(shown),
            "v=spf1 ip4:192.0.2.21 ip4:192.0.2.22 ip6:2001:db8::22 "
            "include:big.example include:three.example ?all")
        self.assertIn("include:wide.example does not fit", shown)

    def test_flattened_and_narrower(self):
        shown = self.make(["Write include:big.example", "y"],
                          domain="over.example")
        self.assertRegex(self.record(shown), "ip4:198.51.100.0/30 "
                         "ip4:198.51.100.4/31 .*~all$")
        self.assertIn("has a price", shown)
        shown = self.make(["one of them is enough", "b2.example"],
                          domain="over.example")
        self.assertRegex(self.record(shown), "include:b2.example ~all$")
        self.assertNotIn("include:big.example", self.record(shown))

    def test_one_that_is_too_much(self):
        self.dns.load({**ZONE, "huge.example": [["TXT", ["v=spf1 ", *(
            f"include:b{n}.example " for n in range(6)), *(
                f"exists:%{{i}}.b{n}.example " for n in range(6)), "-all"]]]})
        shown = self.make(["Name to include", "huge.example"],
                          domain="bare.example", status=1)
        self.assertIn("include:huge.example  (13 look-ups)", shown)
        self.assertEqual(self.zone(shown), [])

    def test_both_limits(self):
        """Why more hosts become addresses than one look-up asks for."""
        self.dns.load({**ZONE, **{f"four{n}.example": [
            ["A", f"198.51.100.{2 * n}"]] for n in range(11)},
            "eleven.example": [["TXT", "v=spf1 " + " ".join(
                f"a:four{n}.example" for n in range(11)) + " -all"]]})
        shown = self.make(domain="eleven.example")
        self.assertIn("The record needs 11 look-ups", shown)
        self.assertIn("11 look-ups of the record find nothing for some "
                      "clients", shown)
        self.assertIn("all but 2 such hosts have to become addresses", shown)
        self.assertEqual(self.record(shown).count("ip4:"), 9)

    def test_void_lookups(self):
        """Three hosts without IPv6 void the record for clients with it."""
        self.dns.load({**ZONE, **{f"four{n}.example": [
            ["A", f"192.0.2.{n}"]] for n in range(3)}})
        shown = self.make(["Host, address, network", "four0.example "
                           "four1.example four2.example"])
        self.assertIn("Hosts without an IPv6 address count", shown)
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.0 mx "
                         "a:four1.example a:four2.example ~all")


class Names(Make):
    def test_aliases_and_records(self):
        """Beside an alias nothing may stand; a record is not made twice."""
        shown = self.make(domain="names.example")
        self.assertEqual(self.zone(shown), [
            'names.example. 3600 IN TXT "v=spf1 mx ~all"'])
        for says in ("mx.names.example is an alias (CNAME) of mx.host.example",
                     "www.names.example is an alias (CNAME) of pages.host",
                     "mail.names.example has an SPF record already",
                     "_dmarc.names.example has a DMARC record already"):
            self.assertIn(says, shown.replace("\n; ", " "))

    def test_wildcard(self):
        """A name that has its addresses from a star would lose them."""
        shown = self.make(domain="star.example")
        self.assertEqual([line.split()[0] for line in self.zone(shown)],
                         ["star.example.", "_dmarc.star.example."])
        self.assertIn("may have its addresses from *.star.example", shown)

    def test_domain_that_is_an_alias(self):
        self.call("spf", "make", "alias.example", "--dns", self.server,
                  status=DATAERR, says="is an alias (CNAME) of new.example")

    def test_name_that_is_not_there(self):
        """It is mostly a slip of the pen; a record may come first, too."""
        shown = self.make(["no question", ""], domain="nwe.example", status=65)
        self.assertIn("There is no such name in DNS yet: nwe.example", shown)
        self.assertNotIn("has no SPF record yet", shown)
        self.assertEqual(self.zone(shown), [])
        shown = self.make(["all the same", "y"], ["write no record",
                                                  "192.0.2.1"],
                          domain="nwe.example")
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 ~all")

    def test_parked(self):
        shown = self.make(["Does anything send", "n"], domain="bare.example")
        self.assertEqual(self.zone(shown), [
            'bare.example. 3600 IN TXT "v=spf1 -all"',
            "bare.example. 3600 IN MX 0 .",
            '_dmarc.bare.example. 3600 IN TXT "v=DMARC1; p=reject"'])
        # one that receives keeps its MX
        shown = self.make(["Does anything send", "n"])
        self.assertEqual(len([line for line in self.zone(shown)
                              if " MX " in line]), 0)
        # one that sends now is asked about again
        shown = self.make(["Does anything send", "n"], domain="twice.example")
        self.assertIn("Is it certain", shown)
        self.assertNotIn('"v=spf1 -all"', shown)

    def test_json(self):
        done = self.run_raw("--json", "spf", "make", "new.example", "--dns",
                            self.server, input="y\nn\ny\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Does anything send", done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(list(result), [
            "domain", "record", "zone", "panel", "left_out", "notes",
            "changes"])
        self.assertEqual(result["record"], "v=spf1 mx ~all")
        self.assertEqual(
            result["zone"][0], 'new.example. 3600 IN TXT "v=spf1 mx ~all"')
        self.assertEqual(result["panel"][0], {
            "name": "new.example", "type": "TXT", "value": "v=spf1 mx ~all"})
        done = self.run_raw("--json", "spf", "make", "bare.example", "--dns",
                            self.server, input="y\nn\n")
        self.assertEqual(done.returncode, 1)
        self.assertIsNone(json.loads(done.stdout)["record"])


REPORT = """<?xml version="1.0"?>
<feedback><report_metadata><org_name>r.example</org_name>
<report_id>1</report_id><date_range><begin>1793491200</begin>
<end>1793577599</end></date_range></report_metadata>
<policy_published><domain>had.example</domain><p>none</p></policy_published>
%s</feedback>
"""
ROW = """<record><row><source_ip>{ip}</source_ip><count>{count}</count>
<policy_evaluated><disposition>none</disposition><dkim>{dkim}</dkim>
<spf>{spf}</spf></policy_evaluated></row>
<identifiers><header_from>had.example</header_from></identifiers>
<auth_results><spf><domain>{at}</domain><result>{spf}</result></spf>
</auth_results></record>
"""


class Reports(Make):
    def reports(self, *rows):
        text = "".join(ROW.format(**{"dkim": "fail", "spf": "fail", "at":
                                     "had.example", **row}) for row in rows)
        return self.write("report.xml", REPORT % text)

    def ask(self, path, *answers, own=NOT_OWN,
            record="v=spf1 ip4:192.0.2.1 include:three.example ~all"):
        self.dns.load({**ZONE, "had.example": [
            ["TXT", record or "none=1"]],
            "9.2.0.192.in-addr.arpa": [["PTR", "mail.had.example"]],
            "mail.had.example": [["A", "192.0.2.9"]]})
        words = [cli_case.PROGRAM, "-c", self.conf, "spf", "make",
                 "had.example", "--dns", self.server, "--reports", path]
        found, shown = terminal.run([*answers, own], words)
        self.assertEqual(found, 0, shown)
        return shown

    def test_sources(self):
        """Who sends is proposed, with what speaks for it."""
        path = self.reports(
            {"ip": "192.0.2.1", "count": 50, "spf": "pass"},
            {"ip": "192.0.2.9", "count": 30, "dkim": "pass"},
            {"ip": "205.201.128.7", "count": 20},
            {"ip": "205.201.128.8", "count": 5},
            {"ip": "198.51.100.200", "count": 9, "dkim": "pass"},
            {"ip": "203.0.113.66", "count": 99},
            {"ip": "203.0.113.67", "count": 1})
        shown = self.ask(path, [r"ip4:192\.0\.2\.9", "mine"],
                         ["servers.mcsv.net", "y"],
                         [r"ip4:203\.0\.113\.66", "not mine"])
        self.assertIn("192.0.2.9 (mail.had.example): 30 mails; SPF passed for "
                      "0, DKIM of the domain for 30", shown)
        self.assertIn("Mailchimp: 25 mails", shown)
        self.assertNotIn("ip4:192.0.2.1)", shown)
        self.assertNotIn("ip4:198.51.100.200", shown)  # included already
        self.assertIn("not yours, by your word: 99", shown)
        self.assertEqual(
            self.record(shown), "v=spf1 ip4:192.0.2.9 ip4:192.0.2.1 "
            "include:three.example include:servers.mcsv.net ~all")
        self.assertIn('mail.had.example. 3600 IN TXT "v=spf1 a ~all"',
                      self.zone(shown))

    def test_enter_takes_nobody_in(self):
        path = self.reports({"ip": "203.0.113.66", "count": 99},
                            {"ip": "192.0.2.9", "count": 3, "dkim": "pass",
                             "at": "lists.example"})
        shown = self.ask(path)
        self.assertIn("DMARC passes by DKIM: it needs no SPF here", shown)
        self.assertEqual(self.record(shown),
                         "v=spf1 ip4:192.0.2.1 include:three.example ~all")

    def test_forged(self):
        """Anybody may write a report: by Enter alone nobody is taken in whom
        the record does not let send, nor where there is none."""
        path = self.reports(
            {"ip": "203.0.113.66", "count": 99, "spf": "pass", "dkim": "pass"},
            {"ip": "205.201.128.7", "count": 20, "spf": "pass"})
        shown = self.ask(path)
        self.assertIn("Anybody can mail you a report", shown.replace("\n", " "))
        self.assertIn("So say reports of r.example, 2026-11-01 to 2026-11-01;",
                      shown)
        self.assertIn("today's record says softfail for it", shown)
        self.assertRegex(shown, r"mine \(ip4:203\.0\.113\.66\).*\[y/N\]")
        self.assertRegex(shown, r"mine \(include:servers\.mcsv.*\[y/N\]")
        self.assertEqual(self.record(shown),
                         "v=spf1 ip4:192.0.2.1 include:three.example ~all")
        shown = self.ask(path, ["write no record", "192.0.2.1"], record=None)
        self.assertIn("the domain has no record now", shown)
        self.assertEqual(self.record(shown), "v=spf1 ip4:192.0.2.1 ~all")

    def test_own_address(self):
        """Where there is no record, Enter takes in this host, which needs no
        report to be known."""
        shown = self.ask(self.reports({"ip": "203.0.113.66", "count": 9}))
        own = [address for address in re.search(
            r"has (?:the addresses|no) (.*)\.\r?\n", shown)[1].split(", ")
               if "." in address and " " not in address]
        if not own:
            self.skipTest("no address that others may see")
        path = self.reports({"ip": own[0], "count": 9})
        for record, choice in ((None, "[Y/n]"), ("v=spf1 a:host.example -all",
                                                 "[y/N]")):
            shown = self.ask(path, ["write no record", "192.0.2.1"],
                             record=record)
            self.assertIn(f"(ip4:{own[0]}), n: not mine {choice}", shown)

    def test_provider_of_one(self):
        """One host of a provider that may send now speaks for itself, not for
        all that the provider's include lets send."""
        path = self.reports(
            {"ip": "205.201.128.7", "count": 20, "spf": "pass"},
            {"ip": "192.0.2.1", "count": 20, "spf": "pass"})
        shown = self.ask(path, ["keep", "n", "n"],
                         record="v=spf1 ip4:205.201.128.7 ip4:192.0.2.1 -all")
        self.assertRegex(shown, r"mine \(include:servers\.mcsv.*\[y/N\]")
        self.assertRegex(shown, r"mine \(ip4:192\.0\.2\.1\).*\[Y/n\]")

    def test_files(self):
        self.call("spf", "make", "had.example", "--dns", self.server,
                  "--reports", self.path("none.xml"), status=66,
                  says="none.xml")
        self.call("spf", "make", "had.example", "more.example", "--dns",
                  self.server, status=USAGE, says="one domain at a time")


if __name__ == "__main__":
    main()
