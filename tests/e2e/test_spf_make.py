"""spf make at a terminal, by five administrators: each record is checked by
pyspf, each zone by named-checkzone.

Each has a network with their addresses, and a DNS server with their zone. They
type what they know, or Enter alone, or whatever comes to a tired mind."""

import dataclasses
import json
import random
import re
import subprocess

import pytest

import spf_lab
from dnsd import Dnsd
from net import ip
from spf_suite import Case

SEED = 1
TIRED_RUNS = 6
# pyspf takes an alias that leads to nothing for two look-ups.
AMENDED = "alias-once,alias-cache"
STRANGER, STRANGER6 = "198.51.100.250", "2001:db8:bad::1"
WIRE = "192.0.2.41"  # while the network is made
CONF = "domains = {domain}\nsign = yes\nuser = root\nstate = /tmp/state\n"

# What others publish.
WORLD = {
    "aspmx.l.google.com": [["A", "198.51.100.1"]],
    "_spf.google.com": [["TXT", "v=spf1 include:_netblocks.google.com ~all"]],
    "_netblocks.google.com": [["TXT", "v=spf1 ip4:35.190.247.0/24 ~all"]],
    "servers.mcsv.net": [["TXT", "v=spf1 ip4:205.201.128.0/20 ?all"]],
    "relay.provider.example": [["A", "198.51.100.20"]],
    "pages.hoster.example": [["A", "198.51.100.30"]],
    **{f"{name}.example": [["TXT", "v=spf1 " + " ".join(
        f"include:{name}{n}.example" for n in range(4)) + " ~all"]]
       for name in ("crm", "shop", "mail")},
    **{f"{name}{n}.example": [["TXT", f"v=spf1 ip4:{net}.{n} ~all"]]
       for name, net in (("crm", "203.0.113"), ("shop", "198.51.100"),
                         ("mail", "198.51.101")) for n in range(4)},
}

TIRED = [
    "", "", "", "y", "n", "yes", "no", "a", "?", "help", "192.0.2.1",
    "192.0.2.1/24", "10.0.0.1", "2001:db8::25", "::/0", "0.0.0.0/0", "+all",
    "~all", "-all", "all", "ptr", "mx", "a", "include:", "include:crm.example",
    "crm.example", "Mailchimp", "the scanner in room 4", "printer.local",
    "https://relay.provider.example/login", "alice@relay.provider.example",
    "bücher.example", "v=spf1 include:_spf.google.com ~all", '"', "\\", ";",
    "(", ")", "$INCLUDE /etc/passwd", "@", "%{i}",
    'a:"x".example', "exists:%{l}.crm.example", "redirect=crm.example",
    "exp=crm.example", "x" * 100, "z" * 700, "\x01\x02", "\udcff\udcfe",
    "postmaster@elsewhere.example", "192.0.2.1, 192.0.2.2; 192.0.2.3",
    "include:google.com include:shop.example", "ip4:1.2.3.4.5", "^D",
]


@dataclasses.dataclass
class Persona:
    """Who it is, what they type, and who may then send."""

    domain: str
    addresses: list
    zone: dict
    answers: list
    senders: list          # pass by the record
    others: str = "softfail"
    enter_senders: list = dataclasses.field(default_factory=list)
    signs: bool = False
    lines: list = dataclasses.field(default_factory=list)  # patterns


VPS = Persona(
    "vps.example", ["78.46.5.7/24"],
    {"vps.example": [["A", "78.46.5.7"], ["MX", [10, "mx.vps.example"]]],
     "mx.vps.example": [["A", "78.46.5.7"]],
     "www.vps.example": [["CNAME", "vps.example"]]},
    [], ["78.46.5.7"], enter_senders=["78.46.5.7"], signs=True,
    lines=[r'mx\.vps\.example\. .*"v=spf1 ip4:78\.46\.5\.7 ~all"',
           r'_dmarc\.vps\.example\. .*p=none; rua=mailto:postmaster@vps'])

OFFICE = Persona(
    "office.example", ["10.1.0.9/24"],
    {"office.example": [["A", "198.51.100.30"], ["TXT", "v=spf1 a ~all"],
                        ["MX", [1, "aspmx.l.google.com"]]],
     "www.office.example": [["CNAME", "pages.hoster.example"]],
     "_dmarc.office.example": [["TXT", "v=DMARC1; p=none"]]},
    [["Does the domain's mail leave there", "y"],
     ["Name to include", "Mailchimp"],
     ["Host, address, network", "relay.provider.example"],
     ["Their addresses, network", "203.0.113.8/29, "]],
    ["198.51.100.30", "35.190.247.9", "205.201.128.1", "198.51.100.20",
     "203.0.113.9"], enter_senders=["198.51.100.30", "35.190.247.9"])

SIX = Persona(
    "six.example", ["10.1.0.9/24", "2001:db8:1:2::25/64"],
    {"six.example": [["MX", [10, "mx.six.example"]]],
     # behind NAT: DNS knows what others see
     "mx.six.example": [["AAAA", "2001:db8:1:2::25"], ["A", "78.46.6.7"]]},
    [["Its public address", "10.0.0.1", "the router", "78.46.6.6"]],
    ["2001:db8:1:2::25", "2001:db8:1:2:1234::1", "78.46.6.6"],
    enter_senders=["2001:db8:1:2::25", "78.46.6.7"],
    lines=[r'mx\.six\.example\. .*"v=spf1 ip6:2001:db8:1:2::25 '
           r'ip6:2001:db8:1:2::/64 ip4:78\.46\.6\.6 ~all"'])

PARKED = Persona(
    "parked.example", ["78.46.5.7/24"],
    {"parked.example": [["A", "198.51.100.30"]],
     "www.parked.example": [["A", "198.51.100.30"]]},
    [["Does anything send", "n"]], [], others="fail",
    lines=[r'parked\.example\. 3600 IN TXT "v=spf1 -all"',
           r"parked\.example\. 3600 IN MX 0 \.",
           r'_dmarc\.parked\.example\. .*"v=DMARC1; p=reject"',
           r'www\.parked\.example\. .*"v=spf1 -all"'])

OVER = Persona(
    "over.example", ["78.46.5.7/24"],
    {"over.example": [
        ["TXT", "v=spf1 a mx include:crm.example include:shop.example "
                "include:mail.example -all"], ["A", "78.46.5.20"],
        ["MX", [10, "mx.over.example"]]],
     "mx.over.example": [["A", "78.46.5.21"]]},
    [["Write include:mail.example", "y"]],
    ["78.46.5.20", "78.46.5.21", "203.0.113.2", "198.51.100.3",
     "198.51.101.3"], enter_senders=["78.46.5.20", "78.46.5.21"])

PERSONAS = {"vps": VPS, "office": OFFICE, "six": SIX, "parked": PARKED,
            "over": OVER}


class Desk:
    """Where one sits: a network, a DNS server, a terminal."""

    def __init__(self, host, persona, space, dns):
        self.host, self.persona, self.space = host, persona, space
        self.dns = dns
        self.zone = {**WORLD, **persona.zone}
        dns.load(self.zone)
        host.write("/tmp/make.conf", CONF.format(
            domain=persona.domain if persona.signs else "elsewhere.example"))

    def make(self, answers):
        """What the terminal shows."""
        self.host.write("/tmp/answers", json.dumps(answers))
        done = subprocess.run(self.host.command(
            "/usr/bin/python3", "-B", f"{spf_lab.TOOLS}/terminal.py",
            "/tmp/answers", "backstop", "-c", "/tmp/make.conf", "spf", "make",
            self.persona.domain, "--dns", "127.0.0.1", space=self.space),
            capture_output=True, encoding="utf-8", errors="replace",
            check=False, timeout=300)
        shown, _, status = done.stdout.rstrip("\n").rpartition("\n")
        assert done.returncode == 0, done.stderr
        assert status in ("0", "1"), shown
        return shown

    def lines(self, shown):
        """Those that are meant for the zone file."""
        _, found, text = shown.rpartition("; For the zone file:\n")
        return [line for line in text.splitlines()
                if found and line and not line.startswith(";")]

    def publish(self, lines):
        """The zone with these lines, in the place of the SPF record that they
        replace; checked as its administrator would load it."""
        made = {name: [entry for entry in entries if not (
            name == self.persona.domain and lines and entry[0] == "TXT"
            and entry[1].startswith("v=spf1"))]
            for name, entries in self.persona.zone.items()}
        for line in lines:
            name, kind, value = re.fullmatch(
                r"([\w.-]+)\. 3600 IN (TXT|MX) (.*)", line).groups()
            entry = ["TXT", re.findall(r'"((?:[^"\\]|\\.)*)"', value)] \
                if kind == "TXT" else ["MX", [0, ""]]
            made.setdefault(name, []).append(entry)
        self.check_zone(lines)
        for name, entries in made.items():
            records = [entry for entry in entries if entry[0] == "TXT"
                       and "".join(entry[1]).startswith("v=spf1")]
            assert len(records) <= 1, (name, records)
        return {**WORLD, **made}

    def check_zone(self, lines):
        domain = self.persona.domain
        text = [f"{domain}. 3600 IN SOA ns.elsewhere.example. "
                f"root.{domain}. 1 3600 600 86400 300",
                f"{domain}. 3600 IN NS ns.elsewhere.example."]
        for name, entries in self.persona.zone.items():
            for entry in entries:
                value = entry[1]
                if lines and entry[0] == "TXT" and "v=spf1" in value:
                    continue
                if entry[0] == "MX":
                    value = f"{value[0]} {value[1]}."
                elif entry[0] in ("CNAME", "TXT"):
                    value = f"{value}." if entry[0] == "CNAME" \
                        else f'"{value}"'
                text.append(f"{name}. 3600 IN {entry[0]} {value}")
        if any(" IN MX 0 ." in line for line in lines):
            text = [line for line in text if " IN MX " not in line]
        self.host.write("/tmp/zone", "\n".join([*text, *lines]) + "\n")
        done = self.host.run("named-checkzone", "-i", "local", "-n", "fail",
                             "-k", "fail", domain, "/tmp/zone", check=False)
        assert done.returncode == 0, (done.stdout, lines)

    def ask_pyspf(self, zone, clients):
        """The results of clients by the domain's record in a zone."""
        self.host.write("/tmp/zone.json", json.dumps(zone))
        text = "".join(spf_lab.line(Case(
            "", "", client, "helo.elsewhere.example",
            f"alice@{self.persona.domain}", [], None)) for client in clients)
        done = self.host.run(
            "/usr/bin/python3", "-B", f"{spf_lab.TOOLS}/peer_pyspf.py",
            "--zone", "/tmp/zone.json", "--amend", AMENDED, text=text)
        return dict(zip(clients, (row[0] for row in spf_lab.answers(
            done.stdout))))


@pytest.fixture(params=PERSONAS)
def desk(request, spf_host, lab):
    persona = PERSONAS[request.param]
    space = lab.lan.join("desk", WIRE)
    try:
        ip(space, "address", "flush", "dev", "eth0")
        # the kernel makes temporary addresses beside those of a network
        subprocess.run(["nsenter", f"--net={space}", "sysctl", "-qw",
                        "net.ipv6.conf.eth0.use_tempaddr=2"], check=True)
        for address in persona.addresses:
            ip(space, "address", "add", address, "dev", "eth0",
                *(["mngtmpaddr", "nodad"] if ":" in address else []))
        with Dnsd("127.0.0.1", 53, {}, space=space) as dns:
            yield Desk(spf_host, persona, space, dns)
    finally:
        lab.lan.leave(space)


def judge(desk, lines, senders, others):
    """Senders pass, and nobody else does."""
    zone = desk.publish(lines)
    said = desk.ask_pyspf(zone, [*senders, STRANGER, STRANGER6])
    assert said == {**dict.fromkeys(senders, "pass"), STRANGER: others,
                    STRANGER6: others}, lines


def test_what_they_know(desk):
    persona = desk.persona
    shown = desk.make(persona.answers)
    lines = desk.lines(shown)
    judge(desk, lines, persona.senders, persona.others)
    for pattern in persona.lines:
        assert any(re.match(pattern, line) for line in lines), (pattern, lines)
    # the form for web panels says the same
    for line in lines:
        name = line.split(". ", 1)[0]
        assert f"\n;   {name}  " in shown
    assert "Against backscatter" in shown


def test_enter_alone(desk):
    """It forbids nobody who may send."""
    persona = desk.persona
    lines = desk.lines(desk.make([]))
    zone = desk.publish(lines)
    said = desk.ask_pyspf(zone, [*persona.enter_senders, STRANGER])
    stranger = said.pop(STRANGER)
    assert set(said.values()) <= {"pass"}, lines
    assert stranger in (("none",) if not lines else ("softfail", "neutral"))


def test_tired(desk):
    """Whatever is typed: the zone loads, and the record is no error."""
    for run in range(TIRED_RUNS):
        chance = random.Random(f"{SEED}.{desk.persona.domain}.{run}")
        answers = [[".", *(chance.choice(TIRED) for _ in range(80))]]
        shown = desk.make(answers)
        lines = desk.lines(shown)
        zone = desk.publish(lines)
        said = desk.ask_pyspf(zone, [STRANGER, STRANGER6])
        assert not lines or not set(said.values()) & {
            "permerror", "temperror"}, shown
