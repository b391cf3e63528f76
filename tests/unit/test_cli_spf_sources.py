#!/usr/bin/python3
"""spf sources: reports as their senders write them, made anew, and as nobody
should.

usage: test_cli_spf_sources.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import base64
import gzip
import io
import json
import os
import sys
import zipfile
from email.message import EmailMessage

from cli_case import ROOT, Case, main

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import dnsd  # noqa: E402

OWN = "192.0.2.25"
SERVICE = "198.51.100.7"
FORGER = "203.0.113.66"
IP6 = "2001:db8::25"
ZONE = {
    "example.org": [["TXT", f"v=spf1 ip4:{OWN} ip6:{IP6} -all"]],
    "news.example.org": [["TXT", "v=spf1 include:sendgrid.net -all"]],
    "sendgrid.net": [["TXT", "v=spf1 ip4:198.51.100.0/24 -all"]],
    "25.2.0.192.in-addr.arpa": [["PTR", "mail.example.org"]],
}

GOOGLE = """<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>google.com</org_name>
    <email>noreply-dmarc-support@google.com</email>
    <extra_contact_info>https://support.example/a/answer/1</extra_contact_info>
    <report_id>1111</report_id>
    <date_range><begin>1793491200</begin><end>1793577599</end></date_range>
  </report_metadata>
  <policy_published>
    <domain>example.org</domain><adkim>r</adkim><aspf>r</aspf><p>none</p>
    <sp>none</sp><pct>100</pct>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.25</source_ip><count>12</count>
      <policy_evaluated>
        <disposition>none</disposition><dkim>pass</dkim><spf>pass</spf>
      </policy_evaluated>
    </row>
    <identifiers><header_from>example.org</header_from></identifiers>
    <auth_results>
      <dkim><domain>example.org</domain><result>pass</result>
        <selector>s1</selector></dkim>
      <spf><domain>example.org</domain><result>pass</result></spf>
    </auth_results>
  </record>
  <record>
    <row>
      <source_ip>203.0.113.66</source_ip><count>3</count>
      <policy_evaluated>
        <disposition>quarantine</disposition><dkim>fail</dkim><spf>fail</spf>
        <reason><type>local_policy</type><comment></comment></reason>
      </policy_evaluated>
    </row>
    <identifiers><header_from>example.org</header_from></identifiers>
    <auth_results>
      <spf><domain>elsewhere.example</domain><result>softfail</result></spf>
    </auth_results>
  </record>
</feedback>
"""

# in one line, with schema and envelope, a signature of each of two domains
MICROSOFT = """<?xml version="1.0"?>
<feedback xmlns:xsd="http://schema.example/2001/XMLSchema"
 xmlns:xsi="http://schema.example/2001/XMLSchema-instance"><version>1.0</version>
<report_metadata><org_name>Enterprise Outlook</org_name>
<email>dmarcreport@microsoft.com</email><report_id>abc</report_id><date_range>
<begin>1793577600</begin><end>1793664000</end></date_range></report_metadata>
<policy_published><domain>example.org</domain><adkim>r</adkim><aspf>r</aspf>
<p>none</p><sp>none</sp><pct>100</pct><fo>0</fo></policy_published>
<record><row><source_ip>198.51.100.7</source_ip><count>5</count>
<policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers>
<envelope_to>contoso.example</envelope_to>
<envelope_from>news.example.org</envelope_from>
<header_from>example.org</header_from></identifiers><auth_results>
<dkim><domain>sendgrid.net</domain><selector>smtpapi</selector>
<result>pass</result></dkim>
<dkim><domain>example.org</domain><selector>s2</selector>
<result>pass</result></dkim>
<spf><domain>news.example.org</domain><scope>mfrom</scope>
<result>pass</result></spf></auth_results></record></feedback>"""

# blank lines before it, tabs, an empty reason
YAHOO = """

<?xml version="1.0"?>
<feedback>
\t<report_metadata><org_name>Yahoo</org_name>
\t<email>dmarchelp@yahooinc.com</email><report_id>1793.2</report_id>
\t<date_range><begin>1793664000</begin><end>1793750399 </end></date_range>
\t</report_metadata>
\t<policy_published><domain>example.org</domain><adkim>r</adkim><aspf>r</aspf>
\t<p>none</p><pct>100</pct></policy_published>
\t<record><row><source_ip>2001:db8::25</source_ip><count>2</count>
\t<policy_evaluated><disposition>none</disposition><dkim>fail</dkim>
\t<spf>pass</spf><reason></reason></policy_evaluated></row>
\t<identifiers><header_from>example.org</header_from></identifiers>
\t<auth_results><dkim><domain></domain><result>neutral</result></dkim>
\t<spf><domain>example.org</domain><result>pass</result></spf></auth_results>
\t</record>
</feedback>
"""

# upper case, space around values, a forwarder
MAIL_RU = """<?xml version="1.0" encoding="UTF-8"?>
<feedback><report_metadata><date_range><begin>1793664000</begin>
<end>1793750400</end></date_range><email>dmarc_support@corp.mail.ru</email>
<extra_contact_info>http://help.example/mail-help</extra_contact_info>
<org_name>Mail.Ru</org_name><report_id>9</report_id></report_metadata>
<policy_published><adkim>r</adkim><aspf>r</aspf><domain>Example.ORG.</domain>
<p>none</p><pct>100</pct><sp>none</sp></policy_published>
<record><auth_results><dkim><domain>example.org</domain>
<result>PASS</result><selector>s1</selector></dkim><spf>
<domain>List.Example</domain><result>Pass</result></spf></auth_results>
<identifiers><header_from>example.org</header_from></identifiers>
<row><count> 4 </count><policy_evaluated><disposition>NONE</disposition>
<dkim>Pass</dkim><spf>FAIL</spf><reason><type>forwarded</type></reason>
</policy_evaluated><source_ip> 198.51.100.200 </source_ip></row></record>
</feedback>"""

# RFC 9990: a namespace, with a prefix here
RFC_9990 = """<?xml version="1.0"?>
<d:feedback xmlns:d="urn:ietf:params:xml:ns:dmarc-2.0"><d:version>1.0</d:version>
<d:report_metadata><d:org_name>Receiver</d:org_name><d:email>r@r.example
</d:email><d:report_id>x</d:report_id><d:date_range><d:begin>1793750400</d:begin>
<d:end>1793836799</d:end></d:date_range><d:generator>g 1.0</d:generator>
</d:report_metadata><d:policy_published><d:domain>example.org</d:domain>
<d:discovery_method>treewalk</d:discovery_method><d:p>none</d:p><d:np>none</d:np>
<d:testing>n</d:testing></d:policy_published><d:extensions/>
<d:record><d:row><d:source_ip>192.0.2.25</d:source_ip><d:count>1</d:count>
<d:policy_evaluated><d:disposition>pass</d:disposition><d:dkim>pass</d:dkim>
<d:spf>fail</d:spf></d:policy_evaluated></d:row><d:identifiers>
<d:header_from>example.org</d:header_from></d:identifiers><d:auth_results>
<d:dkim><d:domain>example.org</d:domain><d:selector>s</d:selector>
<d:result>pass</d:result></d:dkim><d:spf><d:domain>example.org</d:domain>
<d:scope>mfrom</d:scope><d:result>temperror</d:result></d:spf></d:auth_results>
</d:record></d:feedback>"""

# an old draft says neither what aligned nor, always, how many
DRAFT = """<feedback><report_metadata><org_name>AT&T</org_name></report_metadata>
<policy_published><domain>example.org</domain></policy_published>
<record><row><source_ip>::ffff:192.0.2.25</source_ip></row>
<identities><header_from>example.org</header_from></identities>
<auth_results><spf><domain>mail.example.org</domain><result>pass</result></spf>
</auth_results></record></feedback>"""


def zipped(**files):
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return octets.getvalue()


def mail(octets, subtype="gzip", name="r.xml.gz", text="see the report"):
    message = EmailMessage()
    message["From"] = "noreply-dmarc-support@google.com"
    message["To"] = "postmaster@example.org"
    message["Subject"] = "Report domain: example.org"
    message["Message-ID"] = "<1@google.com>"
    if text is not None:
        message.set_content(text)
        message.add_attachment(octets, "application", subtype, filename=name)
    else:
        message.set_content(octets, "application", subtype, filename=name)
    return message.as_bytes()


def report(rows, org="r.example"):
    return (f"<feedback><report_metadata><org_name>{org}</org_name>"
            "</report_metadata><policy_published><domain>example.org</domain>"
            f"</policy_published>{rows}</feedback>")


def row(address, count=1, header_from="example.org", spf="fail", dkim="fail"):
    return (f"<record><row><source_ip>{address}</source_ip><count>{count}"
            "</count><policy_evaluated><disposition>none</disposition>"
            f"<dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>"
            f"<identifiers><header_from>{header_from}</header_from>"
            "</identifiers></record>")


class Sources(Case):
    @classmethod
    def setUpClass(cls):
        cls.dns = dnsd.Dnsd("127.0.0.1", 0, ZONE)

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def put(self, octets, name="report"):
        if isinstance(octets, str):
            octets = octets.encode()
        return self.write(name, octets)

    def raw(self, *words, **more):
        return self.run_raw(*more.pop("options", ("--json",)), "spf",
                            "sources", *words, "--dns",
                            f"127.0.0.1:{self.dns.port}", **more)

    def read(self, *contents, status=0, says=""):
        """What is read of files with these contents; by address."""
        files = [self.put(octets, f"report{n}")
                 for n, octets in enumerate(contents)]
        done = self.raw(*files)
        self.assertEqual(done.returncode, status, done.stderr)
        if says:
            self.assertIn(says, done.stderr)
        else:
            self.assertEqual(done.stderr, "")
        result = json.loads(done.stdout) if done.stdout else {}
        self.sources = {source["address"]: source
                        for source in result.get("sources", [])}
        return result

    def test_as_large_providers_write(self):
        result = self.read(GOOGLE, MICROSOFT, YAHOO, MAIL_RU, RFC_9990)
        self.assertEqual(
            [result[name] for name in ("files", "reports", "faults", "mails",
                                       "begin", "end")],
            [5, 5, 0, 27, "2026-11-01T00:00:00Z", "2026-11-04T23:59:59Z"])
        own, service = self.sources[OWN], self.sources[SERVICE]
        self.assertEqual(
            [own[name] for name in (
                "domain", "mails", "spf_aligned", "dkim_aligned", "passed",
                "now", "mechanism", "name", "provider", "dkim_domain")],
            ["example.org", 13, 12, 13, 13, "pass", f"ip4:{OWN}",
             "mail.example.org", None, "example.org"])
        self.assertEqual(
            [service[name] for name in (
                "mails", "spf_aligned", "now", "mechanism", "provider",
                "include", "spf_domain", "dkim_domain")],
            [5, 5, "pass", "include:sendgrid.net", "SendGrid", "sendgrid.net",
             "news.example.org", "example.org"])
        self.assertEqual(
            [self.sources[FORGER][name] for name in (
                "mails", "passed", "quarantined", "now", "spf_domain")],
            [3, 0, 3, "fail", "elsewhere.example"])
        self.assertEqual(
            [self.sources["198.51.100.200"][name] for name in (
                "domain", "mails", "dkim_aligned", "spf_aligned", "forwarded",
                "now")],
            ["example.org", 4, 4, 0, 4, "fail"])
        self.assertEqual(self.sources[IP6]["now"], "pass")

    def test_for_people(self):
        done = self.raw(self.put(GOOGLE), options=())
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 report of 15 mails, 2026-11-01 to 2026-11-01",
                      done.stdout)
        self.assertRegex(
            done.stdout, r"(?m)^ +12 +100% +100%  pass +192\.0\.2\.25, "
            r"mail\.example\.org$")
        self.assertRegex(done.stdout,
                         r"(?m)^ +3 +0% +0%  fail +203\.0\.113\.66$")
        self.assertIn("backstop spf make example.org", done.stdout)

    def test_what_small_senders_get_wrong(self):
        self.read(DRAFT)
        self.assertEqual([self.sources[OWN][name] for name in (
            "mails", "spf_aligned", "spf_domain")], [1, 1, "mail.example.org"])
        latin = GOOGLE.replace("google.com<", "M\u00fcller & S\u00f6hne&nbsp;<")
        for name, octets in (
                ("latin-1 that says it is UTF-8", latin.encode("latin-1")),
                ("UTF-8 that says it is UTF-16",
                 latin.replace("UTF-8", "UTF-16").encode()),
                ("UTF-16", latin.replace("UTF-8", "UTF-16").encode("utf-16")),
                ("UTF-16 without a mark", latin.encode("utf-16-le")),
                ("an encoding that nobody has",
                 latin.replace("UTF-8", "x-none").encode()),
                ("a mark before it", b"\xef\xbb\xbf" + latin.encode()),
                ("controls", latin.replace("1111", "1\x001\x1b1").encode()),
                ("more behind it", latin.encode() + b"\0\0<a>&"),
                ("another report behind it", (latin + latin).encode())):
            with self.subTest(name):
                self.assertEqual(self.read(octets)["mails"], 15)

    def test_packed(self):
        """Whatever the name says, and in mails that bring them."""
        packed = gzip.compress(GOOGLE.encode())
        both = zipped(a=GOOGLE, b=YAHOO)
        mailbox = b"".join(b"From a@b Mon Nov 30 08:00:00 2026\n"
                           + mail(octets) + b"\n" for octets in
                           (packed, gzip.compress(YAHOO.encode())))
        inline = mail(b"x").replace(
            base64.b64encode(b"x"),
            base64.encodebytes(GOOGLE.encode())).replace(
                b"application/gzip", b"text/xml")
        for name, octets, mails in (
                ("gzip", packed, 15), ("gzip twice",
                                       gzip.compress(packed), 15),
                ("zip", zipped(a=GOOGLE), 15), ("two in a zip", both, 17),
                ("gzip in a zip", zipped(a=packed), 15),
                ("a mail", mail(packed), 15),
                ("gzip called zip", mail(packed, "zip", "r.zip"), 15),
                ("zip called gzip", mail(zipped(a=GOOGLE)), 15),
                ("nothing but an attachment", mail(packed, text=None), 15),
                ("XML as it is", inline, 15),
                ("lines end in CR LF",
                 mail(packed).replace(b"\n", b"\r\n"), 15),
                ("HTML beside it", mail(packed, text="<html>no</html>"), 15),
                ("a mailbox", mailbox, 17)):
            with self.subTest(name):
                self.assertEqual(self.read(octets)["mails"], mails)

    def test_folders_and_standard_input(self):
        os.makedirs(self.path("dmarc", "new"))
        self.put(GOOGLE, "dmarc/a.xml")
        self.put(mail(gzip.compress(YAHOO.encode())), "dmarc/new/1.host")
        self.put("not me", "dmarc/.hidden")
        done = self.raw(self.path("dmarc"))
        self.assertEqual(json.loads(done.stdout)["mails"], 17)
        done = self.run_raw("--json", "spf", "sources", "-", "--dns",
                            f"127.0.0.1:{self.dns.port}", input=GOOGLE)
        self.assertEqual(json.loads(done.stdout)["mails"], 15)

    def test_domains(self):
        other = GOOGLE.replace("example.org", "example.net")
        below = GOOGLE.replace("example.org", "b\u00fccher.example")
        files = [self.put(text, f"r{n}") for n, text in enumerate(
            (GOOGLE, other, below))]
        for domain, wanted in (("example.net", ["example.net"]),
                               ("B\u00dcCHER.example",
                                ["xn--bcher-kva.example"]),
                               ("xample.org", [])):
            result = json.loads(self.raw(
                *files, "--domain", domain).stdout)
            self.assertEqual(sorted({source["domain"] for source in
                                     result["sources"]}), wanted)
        text = self.raw(*files, options=()).stdout
        for domain in ("example.org", "example.net", "xn--bcher-kva.example"):
            self.assertIn(f"\n{domain}: 15 mails\n", text)

    def test_what_cannot_be_read(self):
        cut = GOOGLE[:GOOGLE.index("203.0.113.66")]
        whole = gzip.compress(GOOGLE.encode())
        for name, octets, status, says, mails in (
                ("half", cut, 0, "line 30: no element found", 12),
                ("half a gzip", whole[:-12], 2, "it cannot be read", None),
                ("an empty file", "", 2, "no report was read", None),
                ("a text", "hello\nworld\n", 2, "no DMARC aggregate report",
                 None),
                ("HTML", "<html><body>x</body></html>", 2,
                 "does not begin with <feedback>", None),
                ("tags that do not fit", report("<a></b>"), 2,
                 "mismatched tag", None),
                ("no address", report(row("here") + row(OWN)), 0,
                 "no source_ip", 1),
                ("a mail without one", mail(b"%PDF-1.7", "pdf", "a.pdf"), 2,
                 "no DMARC aggregate report", None)):
            with self.subTest(name):
                result = self.read(octets, status=status, says=says)
                if mails is not None:
                    self.assertEqual(result["mails"], mails)
        done = self.raw(self.path("nowhere"))
        self.assertEqual((done.returncode, done.stdout), (66, ""))
        self.assertIn("nowhere: No such file", done.stderr)
        result = self.raw(self.path("nowhere"), self.put(GOOGLE))
        self.assertEqual(result.returncode, 66)
        self.assertEqual(json.loads(result.stdout)["mails"], 15)

    def test_bombs(self):
        """They cost neither memory nor time, and others are read."""
        laughs = "<!DOCTYPE a [<!ENTITY a \"ha\">" + "".join(
            f"<!ENTITY {chr(98 + n)} \"{('&' + chr(97 + n) + ';') * 10}\">"
            for n in range(12)) + "]><feedback>&m;</feedback>"
        outside = ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><feedback>"
                   "</feedback>")
        zeros = gzip.compress(b"\0" * (64 << 20))
        spaces = gzip.compress(b"<feedback>" + b" " * (64 << 20))
        long_tag = gzip.compress(b"<feedback><!--" + b"a" * (64 << 20))
        nested = zeros
        for _ in range(6):
            nested = zipped(a=nested)
        for name, octets, says in (
                ("laughs", laughs, "a DOCTYPE"), ("outside", outside,
                                                  "a DOCTYPE"),
                ("zeros", zeros, "no DMARC aggregate report"),
                ("spaces", spaces, "no element found"),
                ("a tag without end", long_tag, "a tag or comment of more"),
                ("deep", "<feedback>" + "<a>" * 100, "over 32 deep"),
                ("many files", zipped(**{f"f{n}": "" for n in range(1500)}),
                 "more than 1000 files"),
                ("nested", nested, "over 4 deep")):
            with self.subTest(name):
                files = [self.put(octets, "bomb"), self.put(GOOGLE, "good")]
                done = self.raw(*files)
                self.assertEqual(json.loads(done.stdout)["mails"], 15)
                self.assertIn(says, done.stderr)
                self.assertIn("bomb: ", done.stderr)

    def test_numbers(self):
        """What is no number of mails is left out, and told; an old draft says
        nothing for one."""
        for count in ("18446744073709551615", "18446744073709551616", "-5",
                      "1e3", "7 mails", "1.5", "4294967296"):
            with self.subTest(count):
                self.assertEqual(self.read(
                    report(row(OWN, count) + row(FORGER, 3)),
                    says="line 1: a record's count is no number of mails")[
                        "mails"], 3)
        self.assertEqual(self.read(report(row(OWN, "")
                                          + row(OWN, 4294967295)))["mails"],
                         4294967296)

    def test_again(self):
        """The same report in several files is one."""
        result = self.read(GOOGLE, GOOGLE, gzip.compress(GOOGLE.encode()))
        self.assertEqual([result[name] for name in (
            "files", "reports", "repeated", "mails")], [3, 1, 2, 15])
        done = self.raw(self.path("report0"), self.path("report2"),
                        options=())
        self.assertIn("1 report of 15 mails", done.stdout)
        self.assertIn("1 report came again, and is counted once.", done.stdout)
        for name, other in (
                ("reporter", GOOGLE.replace(">google.com<", ">other<")),
                ("report_id", GOOGLE.replace("1111", "1112")),
                ("domain", GOOGLE.replace("example.org", "example.net")),
                ("time", GOOGLE.replace("1793577599", "1793577600"))):
            with self.subTest(name):
                self.assertEqual(self.read(GOOGLE, other)["mails"], 30)
        # what follows a report that came again counts
        self.assertEqual(self.read(GOOGLE, zipped(a=GOOGLE, b=YAHOO))["mails"],
                         17)

    def test_who_told(self):
        result = self.read(GOOGLE, RFC_9990)
        self.assertEqual(
            [self.sources[OWN][name] for name in (
                "reporters", "begin", "end", "missed")],
            [["google.com", "Receiver"], "2026-11-01T00:00:00Z",
             "2026-11-04T23:59:59Z", 0])
        self.assertEqual(self.sources[FORGER]["reporters"], ["google.com"])
        self.assertEqual(result["repeated"], 0)

    def test_hostile_octets(self):
        evil = "\x1b[2J\u202e" + "A" * 5000 + ".example"
        text = report(row(OWN, header_from=evil), org=evil).replace(
            "<domain>example.org", f"<domain>{evil}")
        done = self.raw(self.put(text), options=())
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\u202e", done.stdout + done.stderr)

    def test_many_rows(self):
        """A large receiver's: of each source one row for each day and more."""
        rows = "".join(row(f"10.{n >> 8 & 255}.{n & 255}.1")
                       for n in range(3000))
        text = report(rows * 10 + row(OWN, 100000))
        result = self.read(gzip.compress(text.encode()))
        self.assertEqual(result["mails"], 130000)
        self.assertEqual(len(self.sources), 3001)
        self.assertEqual(result["sources"][0]["address"], OWN)
        # those with fewest mails are not looked at
        self.assertEqual(
            sum(source["now"] is not None for source in result["sources"]),
            2000)


if __name__ == "__main__":
    main()
