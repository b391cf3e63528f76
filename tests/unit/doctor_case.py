"""What the tests of doctor share: an installation that is as it should be, and
what doctor says of it."""

import json
import os
import pwd
import shutil
import socketserver
import sys
import tempfile
import threading

from cli_case import AS_ROOT, ROOT, Case

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import dnsd  # noqa: E402

ZONE = {
    "example.org": [["TXT", "v=spf1 mx ip4:192.0.2.1 -all"],
                    ["MX", [10, "mx.example.org"]],
                    ["MX", [20, "backup.example.org"]]],
    "mx.example.org": [["A", "127.0.0.1"], ["AAAA", "2001:db8::25"],
                       ["TXT", "v=spf1 a -all"]],
    "backup.example.org": [["A", "127.0.0.1"], ["AAAA", "2001:db8::26"],
                           ["TXT", "v=spf1 a -all"]],
}
CONF = """\
domains  = example.org
sign     = yes
mode     = enforce
outbound = here
state    = {state}
socket   = {socket}
user     = {user}
clients  = nobody
trusted  = 127.0.0.0/8, ::1, 192.0.2.0/24
"""
# The address by which the host of these tests is seen.
ADDRESS = "192.0.2.1"
SMTPD = """\
filter "bs-in" proc-exec "filter-backstop SOCKET -m in" user nobody group nobody
filter "bs-out" proc-exec "filter-backstop SOCKET -m out" user nobody group nobody
filter "bs-untag" proc-exec "filter-backstop SOCKET -m untag" \\
    user nobody group nobody

listen on socket tag LOCAL filter "bs-untag"
listen on eth0 port 587 tls-require pki mail \\
    auth <credentials> senders <owners> tag SUBMIT
listen on 127.0.0.1 port 10026 tag SIGN filter "bs-out"
listen on eth0 tls pki mail tag MX filter "bs-in"

action "local" maildir alias <aliases>
action "out" relay
action "sign" relay host "smtp://127.0.0.1:10026"
match from any for domain "example.org" action "local"
match from local for local action "local"
match tag SIGN from local for any action "out"
match tag MX from local for any action "out"
match tag SUBMIT from auth for any action "sign"
match tag LOCAL from local for any action "sign"
"""
# What a real Exim of Debian printed, with all pieces of Backstop, for
# "exim4 -bP config" as root; tests/e2e asks real ones.
with open(os.path.join(ROOT, "tests", "vectors", "exim-bP-config.txt"),
          encoding="ascii") as vector:
    EXIM = vector.read()
STAND_IN = """\
#!/bin/sh
[ "$*" = "-bP config" ] || exit 3
exec cat {config}
"""
PIECES = {"main": "50_backstop", "router": "250_backstop",
          "transport": "11_backstop"}
TAG = r"prvs=\d{4}[0-9a-f]{6}"


class Asked(socketserver.StreamRequestHandler):
    """A mail server that knows tags, or does not."""

    def answer(self, line):
        server = self.server
        if line.startswith("RCPT TO:"):
            known = server.knows_tags or "prvs=" not in line
            return server.refusal if not known else "250 ok"
        if line.startswith("EHLO"):
            return "250-mx.example.org\r\n250 HELP"
        return "221 bye" if line == "QUIT" else "250 ok"

    def handle(self):
        self.wfile.write(b"220 mx.example.org\r\n")
        for octets in self.rfile:
            line = octets.decode().rstrip("\r\n")
            self.server.lines.append(line)
            self.wfile.write(self.answer(line).encode() + b"\r\n")
            if line == "QUIT":
                return


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    knows_tags = True
    refusal = "550 5.1.1 \x1b[31mno such user"

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Asked)
        self.lines = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Doctor(Case):
    @classmethod
    def setUpClass(cls):
        cls.dns = dnsd.Dnsd("127.0.0.1", 0, ZONE)
        folder = tempfile.mkdtemp(prefix="backstop-filter.")
        cls.addClassCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        cls.program = os.path.join(folder, "filter-backstop")
        shutil.copy("/bin/true", cls.program)

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.dns.load, ZONE)
        self.ignored = {"clock-sync"}
        self.write("smtpd.conf", self.smtpd_text())
        self.call("init", "-k", "4")

    def configured(self):
        return CONF.format(
            state=self.path("state"), socket=self.path("sock"),
            user="nobody" if AS_ROOT else pwd.getpwuid(os.getuid()).pw_name)

    def configure(self, old, new):
        """A running engine is not told, so doctor says that, too."""
        text = self.read("backstop.conf")
        self.assertIn(old, text)
        self.write("backstop.conf", text.replace(old, new))
        self.ignored.add("engine-stale")

    def write(self, name, text, mode=0o644):
        """Our filter stands in smtpd.conf by its path: this machine may have
        smtpd, but not the filter."""
        if name == "smtpd.conf" and isinstance(text, str):
            text = text.replace('proc-exec "filter-backstop',
                                f'proc-exec "{self.program}')
        return super().write(name, text, mode)

    def smtpd_text(self):
        return SMTPD.replace("SOCKET", "-s " + self.path("sock"))

    def smtpd(self, old, new):
        text = self.smtpd_text()
        self.assertIn(old, text)
        self.write("smtpd.conf", text.replace(old, new))

    def options(self):
        return ("--smtpd-conf", self.path("smtpd.conf"),
                "--exim-program", self.path("exim"), "--address", ADDRESS,
                "--dns", f"127.0.0.1:{self.dns.port}")

    def doctor(self, *words):
        """What it says, as an object; its exit status is as it must be."""
        done = self.run_raw("-c", self.conf, "--json", "doctor",
                            *self.options(), *words)
        self.assertEqual(done.stderr, "")
        result = json.loads(done.stdout)
        self.assertEqual(done.returncode,
                         1 if result["errors"] or result["warnings"] else
                         2 if result["unknown"] else 0, done.stdout)
        return result

    def found(self, *words):
        """check -> finding of what is not fine. Whether somebody keeps the
        clock of this machine is not for a test to say."""
        return {one["check"]: one for one in self.doctor(*words)["findings"]
                if one["severity"] != "ok"
                and one["check"] not in self.ignored}

    def only(self, check, *words):
        """The one finding there is."""
        found = self.found(*words)
        self.assertEqual(list(found), [check], found)
        return found[check]

    def fixed(self, check, fix, *words):
        finding = self.only(check, *words)
        self.assertIn(fix, finding["fix"])
        return finding


class EximDoctor(Doctor):
    """Exim with all pieces of Backstop, split as Debian does it."""

    def setUp(self):
        super().setUp()
        os.unlink(self.path("smtpd.conf"))
        self.module = self.path("local_scan", "backstop.so")
        self.put("local_scan/backstop.so", "")
        self.put("exim4/update-exim4.conf.conf",
                 "dc_use_split_config='true'\n")
        self.exim()

    def put(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        self.write(name, text)

    def exim(self, *changes):
        """Exim says its configuration, with some texts replaced."""
        text = EXIM
        for old, new in (
                ("CONFDIR = /etc/exim4", f"CONFDIR = {self.path('exim4')}"),
                ("/usr/lib/exim4/local_scan", self.path("local_scan")),
                ("192.0.2.0/24;2001:db8::/32", "192.0.2.0/25"), *changes):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write("config", text)
        self.script(STAND_IN.format(config=self.path("config")))

    def script(self, text):
        self.write("exim", text)
        os.chmod(self.path("exim"), 0o755)

    def without(self, *pieces):
        """Texts to replace, so that Exim has not read these pieces."""
        changes = {
            "main": [("BACKSTOP_TAG =", "X ="), ("BACKSTOP_SO =", "Y ="),
                     ("local_scan_path =", "Z =")],
            "router": [(TAG, "another")],
            "transport": [("return_path = ${if", "helo_data = ${if")],
        }
        return [change for piece in pieces for change in changes[piece]]

    def found(self, *words):
        """A test's engine has a socket of its own."""
        found = super().found(*words)
        self.assertIn("take 'socket' out", found.pop("exim-socket")["fix"])
        return found
