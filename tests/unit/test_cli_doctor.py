#!/usr/bin/python3
"""doctor: what it says of each thing, and how. test_cli_doctor_scenes.py has a
scene for each of its checks.

usage: test_cli_doctor.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import re
import time
import unittest

from cli_case import AS_ROOT, DAY, USAGE, Engine, Wire, main
from doctor_case import (EXIM, PIECES, TAG, ZONE, Doctor, EximDoctor,
                         MailServer)
from host import wait_until


class Health(Doctor):
    def test_nothing_is_found_where_all_is_well(self):
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

    def test_the_worst_comes_first_with_what_to_type(self):
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

    def test_wrong_options(self):
        for words in (("doctor", "x"), ("status", "--ask-mx"),
                      ("doctor", "--ask-mx=0"), ("doctor", "--ask-mx=x")):
            self.assertEqual(self.run_raw(*words).returncode, USAGE)


class Config(Doctor):
    def test_configuration_is_missing(self):
        os.unlink(self.conf)
        self.fixed("config", "man backstop.conf")

    def test_configuration_has_mistakes(self):
        self.configure("sign     = yes", "sign = maybe\ncolour = blue")
        finding = self.fixed("config", "backstop checkconf " + self.conf)
        self.assertIn("2 mistakes", finding["text"])

    def test_engine_was_never_started(self):
        found = self.found()
        self.assertIn("engine-socket", found)
        self.assertIn("backstopd -c " + self.conf,
                      found["engine-socket"]["fix"])
        self.assertIn("store", found)

    def test_no_domains(self):
        with Engine(self, conf_in_place=True):
            self.configure("domains  = example.org", "domains =")
            self.fixed("domains", "domains = ")

    def test_domain_does_not_sign(self):
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

    def test_mode_observe_for_a_month(self):
        with Engine(self, conf_in_place=True):
            self.configure("mode     = enforce", "mode = observe")
            self.assertEqual(self.found(), {})
            self.age(30)
            self.fixed("observe", "backstop mode example.org")

    def test_clients_that_do_not_exist_or_are_missing(self):
        with Engine(self, conf_in_place=True):
            self.configure("clients  = nobody", "clients = nobody, nemo")
            self.fixed("clients", "clients")
            self.configure("clients = nobody, nemo", "clients = _bsfilter")
            if not AS_ROOT or self.read("backstop.conf").find("nobody") < 0:
                self.fixed("filter-user", "clients")


class Keys(Doctor):
    def test_wrong_modes_and_how_to_mend_them(self):
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
    def test_keyring_of_another_group(self):
        with Engine(self, conf_in_place=True):
            os.chown(self.path("state", "keyring"), 0, 1)
            finding = self.fixed("keyring-mode", "chown root:")
            self.assertIn("group 1", finding["text"])

    def test_keyring_is_missing(self):
        with Engine(self, conf_in_place=True):
            os.unlink(self.path("state", "keyring"))
            found = self.found()
            self.assertEqual(found["keyring"]["fix"], "type: backstop init")

    def test_old_key(self):
        with Engine(self, conf_in_place=True):
            then = int(time.time()) - 200 * DAY
            self.rewrite_keyring(created=then, activated=then)
            self.fixed("key-age", "backstop key rotate")

    def test_no_key_is_active(self):
        with Engine(self, conf_in_place=True):
            now = int(time.time())
            self.rewrite_keyring(state="verify", retired=now)
            self.fixed("active-key", "backstop key rotate")

    def test_key_that_can_be_purged(self):
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
        self.assertEqual(unseen, {"engine", "store", "keyring", "smtpd-runs"})


class Smtpd(Doctor):
    def setUp(self):
        super().setUp()
        engine = Engine(self, conf_in_place=True)
        engine.__enter__()
        self.addCleanup(engine.__exit__)

    def test_socket_without_a_filter_that_takes_tags_off(self):
        self.smtpd(' tag LOCAL filter "bs-untag"', "")
        self.fixed("smtpd-socket", 'listen on socket filter "bs-untag"')
        self.smtpd('listen on socket tag LOCAL filter "bs-untag"\n', "")
        self.only("smtpd-socket")
        self.smtpd('LOCAL filter "bs-untag"', 'LOCAL filter "bs-in"')
        self.assertIn("mode in", self.only("smtpd-socket")["text"])

    def test_listener_without_mode_in(self):
        self.smtpd(' tag MX filter "bs-in"', "")
        finding = self.fixed("smtpd-in", 'filter "bs-in"')
        self.assertIn("smtpd.conf:10", finding["text"])

    def test_filter_that_is_not_there_yet(self):
        line, *_ = self.smtpd_text().splitlines(keepends=True)
        self.smtpd(line, 'filter "bs-in" phase connect match !rdns junk\n')
        self.assertIn('-m in" user '
                      '_bsfilter', self.only("smtpd-in")["fix"])

    def test_no_listener_signs(self):
        self.smtpd(' tag SIGN filter "bs-out"', "")
        self.fixed("smtpd-out", "listen on 127.0.0.1 port 10026")

    def test_faults_of_a_filter(self):
        for old, new, check in (
                ("-m in\" user nobody group nobody", "-m in\"", "smtpd-user"),
                ("-m in\" user nobody", "-m in\" user nemo", "filter-user"),
                ("\"filter-backstop", "\"/nowhere/filter-backstop",
                 "smtpd-program"),
                ("-m untag\"", "-m untag\" user nobody group nobody\n"
                 "filter x proc-exec \"filter-backstop -s "
                 f"{self.path('sock')} -m all\"",
                 "smtpd-mode"),
                ("senders <owners> tag SUBMIT",
                 "senders <owners> tag SUBMIT filter bs-out",
                 "smtpd-senders")):
            self.smtpd(old, new)
            self.only(check)

    def test_filter_that_is_not_last_in_its_chain(self):
        self.smtpd('listen on socket',
                   'filter all chain { "bs-in", "rspamd" }\nlisten on socket')
        self.fixed("smtpd-chain", "put it last")

    def test_rule_that_refuses_all_bounces(self):
        self.write("smtpd.conf", self.smtpd_text() +
                   'match !from local mail-from "<>" for any reject\n')
        self.assertIn("smtpd.conf:21", self.only("null-sender")["text"])

    def test_relay_with_another_sender(self):
        self.write("smtpd.conf", self.smtpd_text() +
                   'action "x" relay host smtp://192.0.2.1 '
                   'mail-from "@example.net"\n')
        self.assertIn("smtpd.conf:21", self.only("smtpd-mail-from")["text"])

    def test_mail_waits_longer_than_tags_live(self):
        self.write("smtpd.conf", self.smtpd_text() + "queue ttl 7d\n")
        self.fixed("lifetime", "lifetime = 12")

    def test_included_file_is_missing_or_includes_itself(self):
        self.smtpd("listen on eth0 tls", "include \"%s\"\nlisten on eth0 tls" %
                   self.path("more.conf"))
        self.fixed("smtpd-conf", "smtpd -n")
        self.write("more.conf", f"listen on eth1\ninclude \"{self.path('more.conf')}\"\n")
        found = self.found()  # it includes itself without end
        self.assertIn("more.conf:1", found["smtpd-in"]["text"])
        self.assertEqual(found["smtpd-conf"]["severity"], "unknown")

    def test_configuration_that_is_no_file(self):
        os.unlink(self.path("smtpd.conf"))
        os.mkfifo(self.path("smtpd.conf"))
        self.assertEqual(self.found()["smtpd-conf"]["severity"], "unknown")
        os.unlink(self.path("smtpd.conf"))
        os.mkdir(self.path("smtpd.conf"))
        self.assertEqual(self.found()["smtpd-conf"]["severity"], "unknown")

    @unittest.skipUnless(AS_ROOT, "needs another's link")
    def test_configuration_behind_a_link(self):
        os.rename(self.path("smtpd.conf"), self.path("real"))
        os.symlink("real", self.path("smtpd.conf"))
        self.assertEqual(self.found(), {})
        os.lchown(self.path("smtpd.conf"), 65533, 65533)
        self.assertEqual(self.found()["smtpd-conf"]["severity"], "unknown")

    def test_text_from_outside_is_escaped(self):
        self.smtpd("listen on eth0 tls", "include \"\x1b[31m\"\n"
                   "listen on eth0 tls")
        self.assertIn("\\x1b[31m", self.only("smtpd-conf")["text"])

    def test_no_smtpd_conf_or_one_without_backstop(self):
        os.unlink(self.path("smtpd.conf"))
        self.fixed("mail-server", "man filter-backstop")
        self.write("smtpd.conf", "listen on eth0\n")
        self.only("mail-server")


class Exim(EximDoctor):
    def setUp(self):
        super().setUp()
        engine = Engine(self, conf_in_place=True)
        engine.__enter__()
        self.addCleanup(engine.__exit__)

    def test_nothing_is_found_where_all_is_well(self):
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

    def test_piece_of_the_configuration_is_missing(self):
        for section, name in PIECES.items():
            self.exim(*self.without(section))
            finding = self.fixed(
                "exim-pieces", f"type: ln -s ../../backstop/{section} "
                f"{self.path('exim4')}/conf.d/{section}/{name} && update-ex")
            self.assertIn(f"'{section}'", finding["text"])
            # it is there, but Exim's configuration was not made since
            self.put(f"exim4/conf.d/{section}/{name}", "")
            self.fixed("exim-pieces", "type: update-exim4.conf && systemctl")

    def test_piece_rcpt_is_missing(self):
        self.exim(("/backstop/rcpt\"", "/own\""), ("acl_m_backstop", "acl_m_own"))
        self.fixed("exim-pieces", "write: .include")
        # a copy of it does as well
        self.exim(("/backstop/rcpt\"", "/own\""))
        self.assertEqual(self.found(), {})

    def test_router_left_behind(self):
        """It stays for as long as bounces to a tag may come."""
        self.exim(*self.without("main", "transport"))
        self.assertEqual(list(Doctor.found(self)), ["mail-server"])

    def test_router_after_local_users(self):
        self.exim(("  real_local:", "  first:\n    check_local_user\n"
                   "  real_local:"), ("  backstop_untag:", "  other:"),
                  ("begin transports", f"  late:\n    data = {TAG}\n"
                   "begin transports"))
        self.assertEqual(self.found(), {})  # there is one before it, too
        self.exim(("  backstop_untag:", "  first:\n    check_local_user\n"
                   "  backstop_untag:"))
        self.assertIn("after those", self.only("exim-pieces")["text"])

    def test_module_is_missing(self):
        os.unlink(self.module)
        self.assertIn("defers all mail", self.only("exim-module")["text"])
        self.exim(("BACKSTOP_SO =", "X ="), ("local_scan_path =", "Y ="))
        self.assertIn("nothing is signed", self.only("exim-module")["text"])

    def test_another_local_scan_module(self):
        self.exim(("local_scan_path = ", "local_scan_path = /sa-exim.so\nx = "))
        self.assertIn("sa-exim", self.only("exim-slot")["text"])
        self.exim(("local_scan_path = ", "other = "))
        self.assertIn("is not set", self.only("exim-slot")["text"])

    def test_networks_that_are_not_trusted(self):
        self.exim(("relay_from_hosts = <; 192.0.2.0/25 ;",
                   "relay_from_hosts = <; 192.0.2.0/25;198.51.100.0/24 ;"))
        self.fixed("exim-trusted", "trusted: 198.51.100.0/24")

    def test_router_for_dsn(self):
        self.put("exim4/backstop/nodsn", "")
        self.configure("trusted  =", "trusted  = 127.0.0.1\n[spf]\n"
                       "dsn      = not-failed\nskip     =")
        self.exim(("local_scan_data}{nodsn", "x}{y"))
        found = self.found()
        self.assertIn("router/050_backstop", found["exim-dsn"]["fix"])
        self.assertIn("whatever 'dsn' says", found["exim-dsn"]["text"])
        self.exim()
        self.assertNotIn("exim-dsn", self.found())

    def test_acl_that_refuses_all_bounces(self):
        self.exim(("  acl_check_mail:\n",
                   "  acl_no:\n    deny senders = :\n    message = no\n"
                   "  acl_check_mail:\n"))
        text = self.only("null-sender")["text"]
        self.assertIn("the ACL acl_no in /var/lib/exim4/config.auto", text)

    def test_mail_waits_longer_than_tags_live(self):
        self.exim(("F,4d,6h", "F,10d,6h"))
        self.fixed("lifetime", "lifetime = 15")

    def test_unsplit_configuration(self):
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
        self.assertEqual(list(Doctor.found(self)), ["mail-server"])
        for section, name in PIECES.items():
            self.put(f"exim4/conf.d/{section}/{name}", "")
        found = self.found()
        self.assertEqual(list(found), ["exim-pieces"])
        self.assertIn("type: update-exim4.conf", found["exim-pieces"]["fix"])

    def test_configuration_written_by_hand(self):
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
        found = Doctor.found(self)
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
        finding = Doctor.found(self, "--exim-conf", path)["exim-conf"]
        self.assertEqual(finding["severity"], "unknown")
        self.assertIn(f"exim -C {path} -bP config", finding["fix"])

    def test_exim_prints_without_end(self):
        """An answer has a limit."""
        self.script("#!/bin/sh\nexec cat /dev/zero\n")
        found = Doctor.found(self)
        self.assertEqual(found["exim-conf"]["severity"], "unknown")

    def test_exim_does_not_end(self):
        """An Exim that prints nothing and does not end."""
        self.script("#!/bin/sh\nexec 1>&- 2>&-\nexec sleep 60\n")
        found = Doctor.found(self)
        self.assertEqual(found["exim-conf"]["severity"], "unknown")
        self.assertIn("imed out", found["exim-conf"]["text"])


class EximAndNoPiece(Doctor):
    def test_exim_without_backstop(self):
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

    def test_spf_record_with_faults(self):
        self.zone(["TXT", "v=spf1 +all"])
        self.fixed("spf-record", "backstop spf lint example.org")
        self.zone(["A", "192.0.2.1"])
        self.fixed("spf-record", "backstop spf make example.org")
        self.zone(["TXT", "v=spf1 ip4:192.0.2.1 mx:mx.example.org -all"], ["MX", [
            10, "mx.example.org"]])
        self.fixed("spf-hints", "backstop spf lint example.org")

    def test_spf_record_that_asks_for_the_local_part(self):
        self.zone(["TXT", "v=spf1 exists:%{l}._spf.example.org -all"])
        self.assertIn("spf-local-part", self.found())

    def test_dns_gives_no_answer(self):
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
