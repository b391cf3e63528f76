"""Op spf of a running engine, over its socket and a scripted DNS server."""

import json
import select
import time

import cli_case
from cli_case import Case, Engine, Wire, main

import dnsd

OUTSIDE = "192.0.2.1"
ZONE = {
    "good.example": [["TXT", "v=spf1 ip4:192.0.2.1 -all"]],
    "mx.good.example": [["TXT", "v=spf1 ip4:192.0.2.1 -all"]],
    "bad.example": [["TXT", "v=spf1 exp=why.bad.example -all"]],
    "why.bad.example": [["TXT", "ask %{i} why"]],
    "soft.example": [["TXT", "v=spf1 ~all"]],
    "open.example": [["TXT", "v=spf1 ip4:198.51.100.1 -ip4:192.0.2.1 ~all"]],
    "broken.example": [["TXT", "v=spf1 nonsense -all"]],
    "dead.example": [["SERVFAIL"]],
    "silent.example": [["SILENT"]],
    "late.example": [["DELAY", 3000], ["TXT", "v=spf1 -all"]],
    "none.example": [["A", "192.0.2.9"]],
    "example.org": [["TXT", "v=spf1 ip4:198.51.100.1 ~all"]],
    "mx.forwarder.example": [["TXT", "v=spf1 ip4:192.0.2.1 -all"]],
}
ENFORCE = """
mode = enforce
mailfrom_fail = reject
mailfrom_softfail = junk
mailfrom_permerror = reject
mailfrom_temperror = defer
authserv_id = mx.example.org
"""


class Spf(Case):
    def setUp(self):
        super().setUp()
        self.call("init")
        self.dns = dnsd.Dnsd("127.0.0.1", 0, ZONE)
        self.addCleanup(self.dns.close)

    def engine(self, spf="", check="yes", top=""):
        conf = self.configured().split("[domain")[0]
        return Engine(self, f"{conf}{top}\n[spf]\ncheck = {check}\n{spf}\n[dns]\n"
                      f"servers = 127.0.0.1:{self.dns.port}\n")

    def ask(self, sender, **more):
        fields = {"op": "spf", "client": OUTSIDE, "helo": "mx.good.example",
                  "sender": sender, "receiver": "mail.example.org"}
        fields.update(more)
        return self.wire.ask(**fields)

    def assert_answers(self, cases):
        for sender, more, wanted in cases:
            with self.subTest(sender=sender, **more):
                answer = self.ask(sender, **more)
                self.assertEqual(answer["status"], "ok")
                self.assertEqual(
                    [answer.get(name, "") for name in
                     ("action", "verdict", "reason")], wanted.split())

    def test_enforce(self):
        with self.engine(ENFORCE), Wire(self.path("sock")) as self.wire:
            self.assert_answers([
                ("u@good.example", {}, "header pass mailfrom"),
                ("u@bad.example", {}, "reject fail mailfrom"),
                ("u@soft.example", {}, "junk softfail mailfrom"),
                ("u@broken.example", {}, "reject permerror mailfrom"),
                ("u@dead.example", {}, "defer temperror mailfrom"),
                ("u@none.example", {}, "header none mailfrom"),
                ("u@good.example", {"helo": "bad.example"},
                 "header pass mailfrom"),
                ("", {"helo": "bad.example"}, "header fail helo"),
                ("", {"helo": "mx.good.example"}, "header pass helo")])
            answer = self.ask("u@bad.example")
            self.assertTrue(answer["reply"].startswith("550 5.7.23 SPF: "))
            self.assertIn(f"does not allow {OUTSIDE}", answer["reply"])
            self.assertTrue(answer["reply"].endswith(
                f"The domain bad.example says: ask {OUTSIDE} why"))
            self.assertNotIn("header", answer)
            self.assertTrue(self.ask("u@broken.example")["reply"].startswith(
                "550 5.7.24 "))
            self.assertTrue(self.ask("u@dead.example")["reply"].startswith(
                "451 4.7.24 "))
        log = self.read("engine.log")
        self.assertRegex(log, r"spf=fail identity=mailfrom domain=bad.example "
                         r"client=192\.0\.2\.1 mode=enforce action=reject "
                         r"helo_spf=pass ")

    def test_fields(self):
        with self.engine(ENFORCE), Wire(self.path("sock")) as self.wire:
            answer = self.ask("u@good.example")
            self.assertEqual(answer["authserv_id"], "mx.example.org")
            self.assertEqual(" ".join(answer["results"].split()),
                             "Authentication-Results: mx.example.org; "
                             "spf=pass smtp.mailfrom=good.example; "
                             "spf=pass smtp.helo=mx.good.example")
            self.assertRegex(
                " ".join(answer["header"].split()),
                r"^Received-SPF: pass \(mx\.example\.org: domain of "
                r"good\.example designates 192\.0\.2\.1 as permitted sender\) "
                r'client-ip=192\.0\.2\.1; envelope-from="u@good\.example"; '
                r"helo=mx\.good\.example; receiver=mx\.example\.org; "
                r'identity=mailfrom; mechanism="ip4:192\.0\.2\.1"$')

    def test_modes(self):
        for mode, action in (("observe", "none"), ("mark", "header"),
                             ("junk", "junk")):
            conf = ENFORCE.replace("enforce", mode)
            with self.engine(conf), Wire(self.path("sock")) as self.wire:
                answer = self.ask("u@bad.example")
                self.assertEqual(answer["action"], action)
                self.assertEqual(answer["verdict"], "fail")
                self.assertNotIn("reply", answer)
                self.assertEqual("results" in answer, mode != "observe")
                self.assertEqual("authserv_id" in answer, mode != "observe")
            self.assertIn("would=reject", self.read("engine.log"))

    def test_default(self):
        with self.engine("mode = mark"), Wire(self.path("sock")) as self.wire:
            self.assert_answers([
                (f"u@{name}.example", {}, f"header {result} mailfrom")
                for name, result in (("bad", "fail"), ("dead", "temperror"),
                                     ("broken", "permerror"))])
            # the host says who it is, where the settings do not
            self.assertEqual(self.ask("u@bad.example")["authserv_id"],
                             "mail.example.org")

    def test_skips(self):
        with self.engine(ENFORCE + "skip = 203.0.113.0/24\n"), \
                Wire(self.path("sock")) as self.wire:
            self.dns.forget()
            for more, reason in (({"auth": 1}, "authenticated"),
                                 ({"client": "127.0.0.1"}, "trusted"),
                                 ({"client": "::1"}, "trusted"),
                                 ({"client": "local"}, "local"),
                                 ({"client": ""}, "local"),
                                 ({"client": "203.0.113.7"}, "skipped"),
                                 ({"mode": "out"}, "listener"),
                                 ({"mode": "local"}, "listener")):
                with self.subTest(**more):
                    answer = self.ask("u@bad.example", **more)
                    self.assertEqual(answer["action"], "none")
                    self.assertEqual(answer["reason"], reason)
                    self.assertNotIn("verdict", answer)
            self.assertEqual(self.dns.questions(), 0)
        with self.engine(ENFORCE, check="no"), \
                Wire(self.path("sock")) as self.wire:
            self.assertEqual(self.ask("u@bad.example")["reason"], "off")

    def test_what_may_be_a_bounce_is_made_junk(self):
        """It gets its fields, and all figures are of what was done."""
        with self.engine(ENFORCE + "own_domains = reject\n"), \
                Wire(self.path("sock")) as self.wire:
            for name in ("postmaster", "MAILER-DAEMON", "double-bounce"):
                answer = self.ask(f"{name}@bad.example")
                self.assertEqual(answer["action"], "junk")
                self.assertNotIn("reply", answer)
                self.assertTrue(answer["header"].startswith(
                    "Received-SPF: fail "), answer)
                self.assertIn("spf=fail", answer["results"])
            self.assert_answers([
                ("postmaster@example.org", {}, "junk softfail mailfrom"),
                ("postmasters@bad.example", {}, "reject fail mailfrom")])
            log = self.read("engine.log")
            self.assertEqual(log.count("action=junk"), 4, log)
            self.assertEqual(log.count("action=reject"), 1, log)
            self.assertNotIn("would=", log)
        with self.engine(ENFORCE.replace("softfail = junk",
                                         "softfail = defer")), \
                Wire(self.path("sock")) as self.wire:
            self.assert_answers([
                ("postmaster@example.org", {}, "header softfail mailfrom"),
                ("alice@example.org", {}, "defer softfail mailfrom")])

    def test_our_name_is_told_where_nothing_is_checked(self):
        """A field with our name is forged unless it comes from us or from a
        trusted host."""
        conf = (ENFORCE + "skip = 203.0.113.0/24\n"
                "results_from = 203.0.113.9, 192.0.2.66\n")
        told = (({"client": "203.0.113.7"}, True),
                ({"client": "203.0.113.9"}, False),
                ({"client": "192.0.2.2"}, True),
                ({"client": "192.0.2.66"}, False),
                ({"auth": 1}, False),
                ({"client": "127.0.0.1"}, False),
                ({"client": "local"}, False),
                ({"mode": "out"}, False))
        with self.engine(conf, top="gateways = 198.51.100.9"), \
                Wire(self.path("sock")) as self.wire:
            for more, is_told in (*told, ({"client": "198.51.100.9"}, True)):
                with self.subTest(**more):
                    answer = self.ask("u@bad.example", **more)
                    self.assertEqual(answer.get("authserv_id"),
                                     "mx.example.org" if is_told else None)
            answer = self.ask("", helo="")
            self.assertEqual(answer["reason"], "no-identity")
            self.assertEqual(answer["authserv_id"], "mx.example.org")
        with self.engine(conf.replace("enforce", "observe")), \
                Wire(self.path("sock")) as self.wire:
            self.assertNotIn("authserv_id",
                             self.ask("u@x.example", client="203.0.113.7"))

    def test_own_domains_and_forwarders(self):
        with self.engine(ENFORCE + "own_domains = reject\n"
                         "forwarders = forwarder.example\n"), \
                Wire(self.path("sock")) as self.wire:
            self.assert_answers([
                ("alice@Example.org", {}, "reject softfail mailfrom"),
                ("alice@example.org", {"client": "198.51.100.1"},
                 "header pass mailfrom"),
                ("alice@example.org", {"helo": "mx.forwarder.example"},
                 "header softfail forwarder"),
                ("u@bad.example", {"helo": "mx.forwarder.example"},
                 "header fail forwarder"),
                ("u@bad.example", {"helo": "mx.forwarder.example",
                                   "client": "192.0.2.2"},
                 "reject fail mailfrom")])
            self.assertIn("550 5.7.1 SPF: example.org is a domain of this "
                          "host", self.ask("alice@example.org")["reply"])

    def test_fail_needs_all(self):
        with self.engine(ENFORCE + "fail_needs_all = yes\n"), \
                Wire(self.path("sock")) as self.wire:
            self.assert_answers([
                ("u@bad.example", {}, "reject fail mailfrom"),
                ("u@open.example", {}, "junk fail mailfrom")])

    def test_who_is_told_of_nothing(self):
        """The answer, the log and the count say so; a mail that is refused is
        none that anybody could be told of."""
        silent = {"not-failed": "bad soft", "authenticated":
                  "bad soft broken none"}
        senders = "good bad soft broken dead none".split()
        for dsn, wanted in silent.items():
            with self.subTest(dsn), \
                    self.engine(f"mode = observe\ndsn = {dsn}\n"), \
                    Wire(self.path("sock")) as self.wire:
                self.assertEqual(" ".join(
                    name for name in senders if self.ask(
                        f"u@{name}.example").get("no_dsn") == "1"), wanted)
                self.assertNotIn("no_dsn", self.ask("", helo="bad.example"))
                self.assertNotIn("no_dsn", self.ask(
                    "u@bad.example", auth="1"))
            self.assertRegex(self.read("engine.log"),
                             "spf=fail identity=mailfrom .* event=no-dsn ")
            self.call("why", "u@bad.example", self.path("engine.log"),
                      says="cannot be delivered, nobody is told")
            self.assertGreaterEqual(self.status()[0]["week"]["no_dsn"], 2)
        before = self.status()[0]["week"]["no_dsn"]
        with self.engine("mode = observe\ndsn = not-failed\n"), \
                Wire(self.path("sock")) as self.wire:
            for tells in "10":
                # who cannot withhold it is answered the same
                self.assertEqual(
                    self.ask("u@bad.example", tells=tells)["no_dsn"], "1")
        self.assertEqual(self.read("engine.log").count("event=no-dsn"), 1)
        self.assertEqual(self.status()[0]["week"]["no_dsn"], before + 1)
        with self.engine(ENFORCE + "dsn = not-failed\n"), \
                Wire(self.path("sock")) as self.wire:
            self.assertNotIn("no_dsn", self.ask("u@bad.example"))
            self.assertEqual(self.ask("u@soft.example")["no_dsn"], "1")
        self.assertIn("dsn not-failed: of ", self.status()[1])

    def test_a_silent_server_is_not_waited_for(self):
        with self.engine(ENFORCE + "deadline = 1\n"), \
                Wire(self.path("sock")) as self.wire:
            for deadline in (20000, 2000):
                begun = time.monotonic()
                answer = self.ask("u@silent.example", deadline_ms=deadline)
                self.assertEqual(answer["verdict"], "temperror")
                # else it would be twenty seconds
                self.assertLess(time.monotonic() - begun, 15)

    def test_others_are_answered_meanwhile(self):
        with self.engine(ENFORCE), Wire(self.path("sock")) as self.wire, \
                Wire(self.path("sock")) as other:
            self.wire.questions._socket.sendall(cli_case.wire.write_frame({
                "version": 1, "id": 77, "op": "spf", "mode": "in",
                "client": OUTSIDE, "sender": "u@late.example", "helo": "h"}))
            self.assertEqual(other.ask(op="ping")["verdict"], "up")
            self.assertEqual(select.select(
                [self.wire.questions._socket], [], [], 0)[0], [])
            answer = cli_case.wire.read_frame(self.wire.questions._file)
            self.assertEqual((answer["id"], answer["verdict"]), ("77", "fail"))

    def test_peers_that_go_away(self):
        with self.engine(ENFORCE):
            for _ in range(30):
                with Wire(self.path("sock")) as asked:
                    asked.questions._socket.sendall(cli_case.wire.write_frame({
                        "version": 1, "id": 1, "op": "spf", "mode": "in",
                        "client": OUTSIDE, "sender": "u@late.example",
                        "helo": "silent.example"}))
            time.sleep(0.5)
            with Wire(self.path("sock")) as self.wire:
                self.assertEqual(self.ask("u@good.example")["verdict"], "pass")

    def status(self):
        """What status says of SPF, as an object and as text, of an engine
        that has ended and written all."""
        conf = self.path("engine.conf")
        return (json.loads(self.call("-c", conf, "--json", "status",
                                     status=1))["spf"],
                self.call("-c", conf, "status", "--all", status=1))

    def test_counted(self):
        senders = ["u@good.example", "u@bad.example", "u@bad.example",
                   "u@soft.example", "u@dead.example", "u@none.example"]
        zero = dict.fromkeys(("rejected", "junked", "deferred", "would_reject",
                              "would_junk", "would_defer", "no_dsn"), 0)
        found = {"none": 1, "neutral": 0, "pass": 1, "fail": 2, "softfail": 1,
                 "temperror": 1, "permerror": 0}
        with self.engine(ENFORCE.replace("enforce", "observe")), \
                Wire(self.path("sock")) as self.wire:
            for sender in senders:
                self.ask(sender)
        spf, text = self.status()
        self.assertEqual(spf, {"check": True, "mode": "observe",
                               "dsn": "all", "week": {
            **zero, **found, "would_reject": 2, "would_junk": 1,
            "would_defer": 1}})
        self.assertIn("1 none, 0 neutral, 1 pass, 2 fail, 1 softfail, "
                      "1 temperror, 0 permerror\n", text)
        # a domain without a record, for which nothing is done, is no news
        log = self.read("engine.log")
        self.assertIn(" spf=pass", log)
        self.assertNotIn("spf=none", log)
        self.assertIn("enforce would have refused 2, junked 1 and deferred 1 "
                      "more\n", text)
        with self.engine(ENFORCE), Wire(self.path("sock")) as self.wire:
            for sender in senders:
                self.ask(sender)
        spf, text = self.status()
        self.assertEqual(spf["week"], {
            **{name: 2 * count for name, count in found.items()},
            "rejected": 2, "junked": 1, "deferred": 1, "would_reject": 2,
            "would_junk": 1, "would_defer": 1, "no_dsn": 0})
        self.assertIn("refused 2, junked 1, deferred 1; ", text)

    def test_status_without_checks(self):
        with self.engine(check="no"), Wire(self.path("sock")) as self.wire:
            self.ask("u@bad.example")
        spf, text = self.status()
        self.assertFalse(spf["check"])
        self.assertEqual(set(spf["week"].values()), {0})
        self.assertIn("\nspf:      off\n", text)

    def test_hostile_words_fit_the_wire(self):
        odd = '"' + "%" * 200 + ' \\"'
        with self.engine(ENFORCE + "mailfrom_none = reject\n"), \
                Wire(self.path("sock")) as self.wire:
            for sender, helo in ((f'{odd}"@bad.example', "%" * 250),
                                 (f'{odd}"@good.example', "a b" * 80),
                                 ("u@" + "%" * 250, "[192.0.2.1]"),
                                 ("no-domain", "")):
                answer = self.ask(sender, helo=helo)
                self.assertEqual(answer["status"], "ok", answer)
                self.assertNotEqual(answer["action"], "none")


if __name__ == "__main__":
    main()
