#!/usr/bin/python3
"""doctor: all is well, then one thing after the other is broken.

usage: test_cli_doctor.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import pwd
import re
import socketserver
import sys
import threading
import time
import unittest

from cli_case import AS_ROOT, DAY, ROOT, USAGE, Case, Engine, Wire, main

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import dnsd  # noqa: E402
from host import wait_until  # noqa: E402

ZONE = {
    "example.org": [["TXT", "v=spf1 mx -all"],
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
SMTPD = """\
filter "bs-in" proc-exec "filter-backstop -m in" user nobody group nobody
filter "bs-out" proc-exec "filter-backstop -m out" user nobody group nobody
filter "bs-untag" proc-exec "filter-backstop -m untag" \\
    user nobody group nobody

listen on socket tag LOCAL filter "bs-untag"
listen on eth0 port 587 tls-require pki mail \\
    auth <credentials> senders <owners> tag SUBMIT
listen on 127.0.0.1 port 10026 tag SIGN filter "bs-out"
listen on eth0 tls pki mail tag MX filter "bs-in"

action "local" maildir alias <aliases>
action "out" relay
match from any for domain "example.org" action "local"
match tag SIGN from local for any action "out"
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

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.dns.load, ZONE)
        self.write("smtpd.conf", SMTPD)
        self.call("init", "-k", "4")

    def configured(self):
        return CONF.format(
            state=self.path("state"), socket=self.path("sock"),
            user="nobody" if AS_ROOT else pwd.getpwuid(os.getuid()).pw_name)

    def configure(self, old, new):
        text = self.read("backstop.conf")
        self.assertIn(old, text)
        self.write("backstop.conf", text.replace(old, new))

    def smtpd(self, old, new):
        self.assertIn(old, SMTPD)
        self.write("smtpd.conf", SMTPD.replace(old, new))

    def options(self):
        return ("--smtpd-conf", self.path("smtpd.conf"),
                "--exim-program", self.path("exim"),
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
                if one["severity"] != "ok" and one["check"] != "clock-sync"}

    def only(self, check, *words):
        """The one finding there is."""
        found = self.found(*words)
        self.assertEqual(list(found), [check], found)
        return found[check]

    def fixed(self, check, fix, *words):
        finding = self.only(check, *words)
        self.assertIn(fix, finding["fix"])
        return finding


class Health(Doctor):
    def test_healthy(self):
        with Engine(self, conf_in_place=True):
            self.age()
            result = self.doctor()
            self.assertEqual(self.found(), {})
            text = self.run_raw("-c", self.conf, "doctor", *self.options())
        checks = {one["check"] for one in result["findings"]}
        for check in ("config", "keyring-mode", "engine", "engine-version",
                      "store", "smtpd-socket", "smtpd-in", "smtpd-out",
                      "lifetime", "spf-record", "dns", "active-key"):
            self.assertIn(check, checks)
        self.assertRegex(text.stdout, r"(?m)^ok       engine +the engine ans")
        self.assertRegex(text.stdout, r"0 errors, 0 warnings, 0 unknown, "
                         r"[01] notes?, \d+ ok\n\Z")

    def test_order(self):
        """The worst first, each with what to type under it."""
        os.chmod(self.path("state", "keyring"), 0o600)
        text = self.run_raw("-c", self.conf, "doctor",
                            *self.options()).stdout
        names = ["error", "warning", "unknown", "note", "ok"]
        places = [names.index(line.split()[0])
                  for line in text.splitlines()[:-1] if line[0] != " "]
        self.assertEqual(places, sorted(places))
        self.assertRegex(
            text, r"keyring-mode .*is 0600, not 0640\n {9}type: chown root:")

    def test_usage(self):
        for words in (("doctor", "x"), ("status", "--ask-mx"),
                      ("doctor", "--ask-mx=0"), ("doctor", "--ask-mx=x")):
            self.assertEqual(self.run_raw(*words).returncode, USAGE)


class Config(Doctor):
    def test_missing(self):
        os.unlink(self.conf)
        self.fixed("config", "man backstop.conf")

    def test_mistakes(self):
        self.configure("sign     = yes", "sign = maybe\ncolour = blue")
        finding = self.fixed("config", "backstop checkconf " + self.conf)
        self.assertIn("2 mistakes", finding["text"])

    def test_nothing_runs(self):
        found = self.found()
        self.assertIn("engine-socket", found)
        self.assertIn("backstopd -c " + self.conf,
                      found["engine-socket"]["fix"])
        self.assertIn("store", found)

    def test_domains(self):
        with Engine(self, conf_in_place=True):
            self.configure("domains  = example.org", "domains =")
            self.fixed("domains", "domains = ")

    def test_sign_off(self):
        with Engine(self, conf_in_place=True):
            self.configure("sign     = yes", "sign = no")
            self.fixed("sign-off", "sign = yes")

    def test_mail_without_a_domain(self):
        """What listener took it is not known, so what domain it left with."""
        with Engine(self, conf_in_place=True):
            with Wire(self.path("sock")) as engine:
                answer = engine.ask(op="sign", mode="local", sender="root")
            self.assertEqual(answer["reason"], "no-domain")
            wait_until(self.found, "the engine to write what it counted")
            finding = self.fixed("nameless", "root@example.org")
            self.assertIn(", 1 in 30 days,", finding["text"])

    def test_observe_for_long(self):
        with Engine(self, conf_in_place=True):
            self.configure("mode     = enforce", "mode = observe")
            self.assertEqual(self.found(), {})
            self.age(30)
            self.fixed("observe", "backstop mode example.org")

    def test_users(self):
        with Engine(self, conf_in_place=True):
            self.configure("clients  = nobody", "clients = nobody, nemo")
            self.fixed("clients", "clients")
            self.configure("clients = nobody, nemo", "clients = _bsfilter")
            if not AS_ROOT or self.read("backstop.conf").find("nobody") < 0:
                self.fixed("filter-user", "clients")


class Keys(Doctor):
    def test_modes(self):
        with Engine(self, conf_in_place=True):
            for name, mode, check in (
                    (("store.key",), 0o644, "keyring-mode"),
                    (("store",), 0o755, "state-mode"),
                    ((), 0o755, "state-mode")):
                path = self.path("state", *name)
                was = os.stat(path).st_mode & 0o7777
                os.chmod(path, mode)
                fix = f"chmod {was:04o} {path}"
                self.assertIn(fix, self.found()[check]["fix"])
                os.chmod(path, was)

    @unittest.skipUnless(AS_ROOT, "needs another's files")
    def test_owner(self):
        with Engine(self, conf_in_place=True):
            os.chown(self.path("state", "keyring"), 0, 1)
            finding = self.fixed("keyring-mode", "chown root:")
            self.assertIn("group 1", finding["text"])

    def test_lost(self):
        with Engine(self, conf_in_place=True):
            os.unlink(self.path("state", "keyring"))
            found = self.found()
            self.assertEqual(found["keyring"]["fix"], "type: backstop init")

    def test_age(self):
        with Engine(self, conf_in_place=True):
            then = int(time.time()) - 200 * DAY
            self.rewrite_keyring(created=then, activated=then)
            self.fixed("key-age", "backstop key rotate")

    def test_none_active(self):
        with Engine(self, conf_in_place=True):
            now = int(time.time())
            self.rewrite_keyring(state="verify", retired=now)
            self.fixed("active-key", "backstop key rotate")

    def test_purge(self):
        with Engine(self, conf_in_place=True):
            then = int(time.time()) - 100 * DAY
            self.rewrite_keyring(state="verify", created=then, activated=then,
                                 retired=then)
            self.call("key", "rotate")
            self.fixed("key-purge", "backstop key purge")

    @unittest.skipUnless(AS_ROOT, "needs to become nobody")
    def test_without_root(self):
        """It says what it could not see, and that is no error."""
        with Engine(self, conf_in_place=True):
            done = self.run_raw("-c", self.conf, "--json", "doctor",
                                *self.options(), user=65533, group=65533,
                                extra_groups=[])
        result = json.loads(done.stdout)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertEqual((result["errors"], result["warnings"]), (0, 0))
        unseen = {one["check"] for one in result["findings"]
                  if one["severity"] == "unknown"}
        self.assertEqual(unseen, {"engine", "store", "keyring"})


class Smtpd(Doctor):
    def setUp(self):
        super().setUp()
        engine = Engine(self, conf_in_place=True)
        engine.__enter__()
        self.addCleanup(engine.__exit__)

    def test_socket(self):
        self.smtpd(' tag LOCAL filter "bs-untag"', "")
        self.fixed("smtpd-socket", 'listen on socket filter "bs-untag"')
        self.smtpd('listen on socket tag LOCAL filter "bs-untag"\n', "")
        self.only("smtpd-socket")
        self.smtpd('LOCAL filter "bs-untag"', 'LOCAL filter "bs-in"')
        self.assertIn("mode in", self.only("smtpd-socket")["text"])

    def test_in(self):
        self.smtpd(' tag MX filter "bs-in"', "")
        finding = self.fixed("smtpd-in", 'filter "bs-in"')
        self.assertIn("smtpd.conf:10", finding["text"])

    def test_filter_that_is_not_there_yet(self):
        self.smtpd('filter "bs-in" proc-exec "filter-backstop -m in" user '
                   'nobody group nobody\n', "")
        self.assertIn('filter "bs-in" proc-exec "filter-backstop -m in" user '
                      '_bsfilter', self.only("smtpd-in")["fix"])

    def test_out(self):
        self.smtpd(' tag SIGN filter "bs-out"', "")
        self.fixed("smtpd-out", "listen on 127.0.0.1 port 10026")

    def test_filters(self):
        for old, new, check in (
                ("-m in\" user nobody group nobody", "-m in\"", "smtpd-user"),
                ("-m in\" user nobody", "-m in\" user nemo", "filter-user"),
                ("\"filter-backstop -m in", "\"/nowhere/filter-backstop -m in",
                 "smtpd-program"),
                ("filter-backstop -m untag\"",
                 "filter-backstop -m untag\" user nobody group nobody\n"
                 "filter x proc-exec \"filter-backstop -m all\"",
                 "smtpd-mode"),
                ("senders <owners> tag SUBMIT",
                 "senders <owners> tag SUBMIT filter bs-out",
                 "smtpd-senders")):
            self.smtpd(old, new)
            self.only(check)

    def test_chain(self):
        self.smtpd('listen on socket',
                   'filter all chain { "bs-in", "rspamd" }\nlisten on socket')
        self.fixed("smtpd-chain", "put it last")

    def test_null_sender(self):
        self.write("smtpd.conf", SMTPD +
                   'match !from local mail-from "<>" for any reject\n')
        self.assertIn("smtpd.conf:16", self.only("null-sender")["text"])

    def test_another_sender(self):
        self.write("smtpd.conf", SMTPD +
                   'action "x" relay host smtp://192.0.2.1 '
                   'mail-from "@example.net"\n')
        self.assertIn("smtpd.conf:16", self.only("smtpd-mail-from")["text"])

    def test_lifetime(self):
        self.write("smtpd.conf", SMTPD + "queue ttl 7d\n")
        self.fixed("lifetime", "lifetime = 12")

    def test_include(self):
        self.smtpd("listen on eth0 tls", "include \"%s\"\nlisten on eth0 tls" %
                   self.path("more.conf"))
        self.fixed("smtpd-conf", "smtpd -n")
        self.write("more.conf", f"listen on eth1\ninclude \"{self.path('more.conf')}\"\n")
        found = self.found()  # it includes itself without end
        self.assertIn("more.conf:1", found["smtpd-in"]["text"])
        self.assertEqual(found["smtpd-conf"]["severity"], "unknown")

    def test_strange_files(self):
        os.unlink(self.path("smtpd.conf"))
        os.mkfifo(self.path("smtpd.conf"))
        self.assertEqual(self.found()["smtpd-conf"]["severity"], "unknown")
        os.unlink(self.path("smtpd.conf"))
        os.mkdir(self.path("smtpd.conf"))
        self.assertEqual(self.found()["smtpd-conf"]["severity"], "unknown")

    @unittest.skipUnless(AS_ROOT, "needs another's link")
    def test_links(self):
        os.rename(self.path("smtpd.conf"), self.path("real"))
        os.symlink("real", self.path("smtpd.conf"))
        self.assertEqual(self.found(), {})
        os.lchown(self.path("smtpd.conf"), 65533, 65533)
        self.assertEqual(self.found()["smtpd-conf"]["severity"], "unknown")

    def test_text_from_outside_is_escaped(self):
        self.smtpd("listen on eth0 tls", "include \"\x1b[31m\"\n"
                   "listen on eth0 tls")
        self.assertIn("\\x1b[31m", self.only("smtpd-conf")["text"])

    def test_none(self):
        os.unlink(self.path("smtpd.conf"))
        self.fixed("mail-server", "man filter-backstop")
        self.write("smtpd.conf", "listen on eth0\n")
        self.only("mail-server")


class Exim(Doctor):
    def setUp(self):
        super().setUp()
        os.unlink(self.path("smtpd.conf"))
        engine = Engine(self, conf_in_place=True)
        engine.__enter__()
        self.addCleanup(engine.__exit__)
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

    def test_healthy(self):
        self.assertEqual(self.found(), {})
        checks = {one["check"] for one in self.doctor()["findings"]}
        for check in ("exim-conf", "exim-pieces", "exim-module", "exim-slot",
                      "exim-trusted", "lifetime", "null-sender"):
            self.assertIn(check, checks)

    def test_macros_without_values(self):
        """So Exim shows them to a user whom it does not trust."""
        names = set(re.findall(r"^ *((?:BACKSTOP|REMOTE|CHECK)_[A-Z_]+ =)",
                               EXIM, re.M))
        self.assertGreater(len(names), 5)
        self.exim(*((name, f"{name} <value not displayable>\nx =")
                    for name in names))
        self.assertEqual(self.found(), {})

    def test_pieces(self):
        for section, name in PIECES.items():
            self.exim(*self.without(section))
            finding = self.fixed(
                "exim-pieces", f"type: ln -s ../../backstop/{section} "
                f"{self.path('exim4')}/conf.d/{section}/{name} && update-ex")
            self.assertIn(f"'{section}'", finding["text"])
            # it is there, but Exim's configuration was not made since
            self.put(f"exim4/conf.d/{section}/{name}", "")
            self.fixed("exim-pieces", "type: update-exim4.conf && systemctl")

    def test_rcpt(self):
        self.exim(("/backstop/rcpt\"", "/own\""), ("acl_m_backstop", "acl_m_own"))
        self.fixed("exim-pieces", "write: .include")
        # a copy of it does as well
        self.exim(("/backstop/rcpt\"", "/own\""))
        self.assertEqual(self.found(), {})

    def test_router_left_behind(self):
        """It stays for as long as bounces to a tag may come."""
        self.exim(*self.without("main", "transport"))
        self.assertEqual(list(super().found()), ["mail-server"])

    def test_router_after_local_users(self):
        self.exim(("  real_local:", "  first:\n    check_local_user\n"
                   "  real_local:"), ("  backstop_untag:", "  other:"),
                  ("begin transports", f"  late:\n    data = {TAG}\n"
                   "begin transports"))
        self.assertEqual(self.found(), {})  # there is one before it, too
        self.exim(("  backstop_untag:", "  first:\n    check_local_user\n"
                   "  backstop_untag:"))
        self.assertIn("after those", self.only("exim-pieces")["text"])

    def test_module(self):
        os.unlink(self.module)
        self.assertIn("defers all mail", self.only("exim-module")["text"])
        self.exim(("BACKSTOP_SO =", "X ="), ("local_scan_path =", "Y ="))
        self.assertIn("nothing is signed", self.only("exim-module")["text"])

    def test_slot(self):
        self.exim(("local_scan_path = ", "local_scan_path = /sa-exim.so\nx = "))
        self.assertIn("sa-exim", self.only("exim-slot")["text"])
        self.exim(("local_scan_path = ", "other = "))
        self.assertIn("is not set", self.only("exim-slot")["text"])

    def test_trusted(self):
        self.exim(("relay_from_hosts = <; 192.0.2.0/25 ;",
                   "relay_from_hosts = <; 192.0.2.0/25;198.51.100.0/24 ;"))
        self.fixed("exim-trusted", "trusted: 198.51.100.0/24")

    def test_null_sender(self):
        self.exim(("  acl_check_mail:\n",
                   "  acl_no:\n    deny senders = :\n    message = no\n"
                   "  acl_check_mail:\n"))
        text = self.only("null-sender")["text"]
        self.assertIn("the ACL acl_no in /var/lib/exim4/config.auto", text)

    def test_lifetime(self):
        self.exim(("F,4d,6h", "F,10d,6h"))
        self.fixed("lifetime", "lifetime = 15")

    def test_not_split(self):
        os.unlink(self.path("exim4", "update-exim4.conf.conf"))
        self.assertEqual(self.found(), {})
        self.exim(*self.without("router"))
        self.fixed("exim-pieces", "exim4/backstop/router where")
        self.put("exim4/backstop/router", "")
        self.put("exim4/exim4.conf.template",
                 ".include_if_exists /etc/exim4/backstop/router\n")
        self.fixed("exim-pieces", "type: update-exim4.conf")

    def test_nothing_made_yet(self):
        """All pieces are linked, and Exim has read none of them."""
        self.exim(*self.without(*PIECES))
        self.assertEqual(list(super().found()), ["mail-server"])
        for section, name in PIECES.items():
            self.put(f"exim4/conf.d/{section}/{name}", "")
        found = self.found()
        self.assertEqual(list(found), ["exim-pieces"])
        self.assertIn("type: update-exim4.conf", found["exim-pieces"]["fix"])

    def test_by_hand(self):
        self.exim(("/var/lib/exim4/config.autogenerated",
                   "/etc/exim4/exim4.conf"))
        self.assertEqual(self.found(), {})
        self.exim(("/var/lib/exim4/config.autogenerated",
                   "/etc/exim4/exim4.conf"), *self.without("transport"))
        self.put("exim4/conf.d/transport/11_backstop", "")
        self.fixed("exim-pieces", "exim4/backstop/transport where")

    def test_refused_configuration(self):
        self.script("#!/bin/sh\n"
                   "echo '2026-01-01 00:00:00 Exim configuration error in "
                   "line 7 of /x:' >&2\n"
                   "echo '  \"local_scan_path\" option set twice' >&2\n"
                   "exit 1\n")
        found = super().found()
        self.assertIn("Exim configuration error in line 7 of /x:  \"local",
                      found["exim-conf"]["text"])
        self.assertEqual(found["exim-conf"]["severity"], "error")

    def test_other_configuration(self):
        """The file of --exim-conf is the one that Exim is asked about."""
        config = self.read("config")
        self.put("other/config", config.replace("local_scan_path =", "Z ="))
        self.script('#!/bin/sh\n'
                    '[ "$1 $3 $4" = "-C -bP config" ] && exec cat "$2"\n'
                    f'exec cat {self.path("config")}\n')
        self.assertEqual(self.found(), {})
        self.assertIn("exim-slot", self.found(
            "--exim-conf", self.path("other", "config")))

    def test_other_configuration_is_missing(self):
        path = self.path("nowhere")
        finding = super().found("--exim-conf", path)["exim-conf"]
        self.assertEqual(finding["severity"], "unknown")
        self.assertIn(f"exim -C {path} -bP config", finding["fix"])

    def test_too_much(self):
        """An answer has a limit."""
        self.script("#!/bin/sh\nexec cat /dev/zero\n")
        found = super().found()
        self.assertEqual(found["exim-conf"]["severity"], "unknown")

    def test_no_answer(self):
        """An Exim that prints nothing and does not end."""
        self.script("#!/bin/sh\nexec 1>&- 2>&-\nexec sleep 60\n")
        found = super().found()
        self.assertEqual(found["exim-conf"]["severity"], "unknown")
        self.assertIn("imed out", found["exim-conf"]["text"])


class EximAndNoPiece(Doctor):
    def test_it(self):
        os.unlink(self.path("smtpd.conf"))
        self.write("exim", "#!/bin/sh\necho begin acl\n")
        os.chmod(self.path("exim"), 0o755)
        with Engine(self, conf_in_place=True):
            self.assertIn("Exim's configuration does not name it",
                          self.only("mail-server")["text"])


class Outside(Doctor):
    def setUp(self):
        super().setUp()
        engine = Engine(self, conf_in_place=True)
        engine.__enter__()
        self.addCleanup(engine.__exit__)

    def zone(self, *entries):
        self.dns.load({**ZONE, "example.org": list(entries)})

    def test_spf(self):
        self.zone(["TXT", "v=spf1 +all"])
        self.fixed("spf-record", "backstop spf lint example.org")
        self.zone(["A", "192.0.2.1"])
        self.fixed("spf-record", "backstop spf make example.org")
        self.zone(["TXT", "v=spf1 mx:mx.example.org -all"], ["MX", [
            10, "mx.example.org"]])
        self.fixed("spf-hints", "backstop spf lint example.org")

    def test_local_part(self):
        self.zone(["TXT", "v=spf1 exists:%{l}._spf.example.org -all"])
        self.assertIn("spf-local-part", self.found())

    def test_no_dns(self):
        self.zone(["SERVFAIL"])
        self.fixed("dns", "[dns]")

    def ask(self, **changes):
        with MailServer() as server:
            for name, value in changes.items():
                setattr(server, name, value)
            found = self.found(f"--ask-mx={server.server_address[1]}")
            server.shutdown()
        return found, server.lines

    def test_mx_that_knows_tags(self):
        found, lines = self.ask()
        self.assertEqual(found, {})
        self.assertRegex(lines[0], "^EHLO ")
        self.assertEqual(lines[1], "MAIL FROM:<>")
        self.assertRegex(lines[2], r"^RCPT TO:<prvs=4\d{3}[0-9a-f]{6}="
                         r"postmaster@example\.org>$")
        self.assertEqual(lines[3], "QUIT")
        self.assertEqual(len(lines), 8)  # two MXs

    def test_mx_that_does_not(self):
        found, lines = self.ask(knows_tags=False)
        self.assertIn("key export", found["mx-tags"]["fix"])
        self.assertIn("550 5.1.1 \\x1b[31m", found["mx-tags"]["text"])
        self.assertEqual(lines[3], "RCPT TO:<postmaster@example.org>")
        self.assertNotIn("DATA", lines)

    def test_mx_that_waits(self):
        found, _ = self.ask(knows_tags=False, refusal="451 later")
        self.assertEqual(found["mx-tags"]["severity"], "unknown")

    def test_mx_that_is_away(self):
        with MailServer() as server:
            port = server.server_address[1]
            server.shutdown()
        found = self.found(f"--ask-mx={port}")
        self.assertEqual(found["mx-tags"]["severity"], "unknown")
        self.assertIn("efused", found["mx-tags"]["text"])


if __name__ == "__main__":
    main()
