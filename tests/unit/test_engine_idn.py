#!/usr/bin/python3
"""A domain beyond ASCII, which the mail server shows in one spelling and sends
in another.

usage: test_engine_idn.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

from cli_case import Case, Engine, Wire, main

UNICODE = "b\u00fccher.example"
ASCII = "xn--bcher-kva.example"
OUTSIDE = "192.0.2.1"


class Idn(Case):
    def configured(self):
        return super().configured().replace(
            "example.org, example.net", f"{ASCII}, example.net"
        ).replace("[domain", "sign = yes\nmode = enforce\noutbound = here\n"
                  "[domain", 1)

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "1")

    def home(self, wire, recipient, **more):
        return wire.ask(op="data", client=OUTSIDE, sender="", kind="dsn",
                        recipient=recipient, **more)

    def test_signed_in_ascii(self):
        with Engine(self), Wire(self.path("sock")) as wire:
            tag = wire.sign(f"alice@{UNICODE}")
            self.assertRegex(tag, rf"^prvs=1\d{{3}}[0-9a-f]{{6}}=alice@{ASCII}$")
            for domain in (ASCII, UNICODE, UNICODE.upper()):
                answer = self.home(wire, tag.replace(ASCII, domain))
                self.assertEqual(answer["verdict"], "genuine", domain)
                self.assertEqual(answer["address"], f"alice@{ASCII}")

    def test_known_by_its_message_id(self):
        with Engine(self), Wire(self.path("sock")) as wire:
            wire.send(f"alice@{UNICODE}", "id1@host.example",
                      domain=UNICODE.replace("example", "test"))
            answer = self.home(
                wire, f"alice@{ASCII}", message_id="id1@host.example",
                final_recipient=f"bob@{ASCII.replace('example', 'test')}")
        self.assertEqual((answer["verdict"], answer["reason"]),
                         ("genuine", "message-id"))

    def test_configured_in_unicode(self):
        """In whichever spelling the administrator writes the domain."""
        conf = self.configured().replace(ASCII, UNICODE)
        conf = conf.split("[domain")[0] + (
            f"[domain {UNICODE.upper()}]\nmode = enforce\n"
            f"exempt = news*@{UNICODE}\n")
        self.write("backstop.conf", conf)
        with Engine(self, conf_in_place=True), \
                Wire(self.path("sock")) as wire:
            self.assertRegex(wire.sign(f"alice@{ASCII}"),
                             rf"=alice@{ASCII}$")
            answer = wire.ask(op="sign", mode="out", client="127.0.0.1",
                              sender=f"news1@{UNICODE}")
            self.assertEqual(answer["reason"], "exempt")
        self.assertIn(f"{ASCII}: mode enforce", self.call("mode", UNICODE))
        self.call("mode", UNICODE, "mark")
        with open(self.conf, encoding="utf-8") as file:
            self.assertIn(f"[domain {UNICODE.upper()}]\nmode = mark\n",
                          file.read())
        self.assertIn(f"alice@{ASCII}",
                      self.call("sign", "--no-record", f"alice@{UNICODE}"))

    def test_local_part_stays(self):
        """It cannot be signed, and is known to have left unsigned."""
        with Engine(self), Wire(self.path("sock")) as wire:
            answer = wire.ask(op="sign", mode="out", client="127.0.0.1",
                              sender=f"\u00e4lice@{UNICODE}")
        self.assertEqual(answer["reason"], "non-ascii")
        self.assertIn(f"event=unsigned reason=non-ascii client=127.0.0.1 "
                      rf"sender=\xc3\xa4lice@{ASCII}",
                      self.read("engine.log"))


if __name__ == "__main__":
    main()
