#!/usr/bin/python3
"""What backstop metrics prints of a running engine.

usage: test_engine_metrics.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import re

from cli_case import Case, Engine, Wire, main

OUTSIDE = "192.0.2.1"
SAMPLE = re.compile(r'([a-z_]+)(\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})?'
                    r' ([0-9.eE+-]+|\+Inf)')


class Metrics(Case):
    def configured(self):
        return super().configured().replace(
            "[domain", "sign = yes\nmode = enforce\n[domain", 1)

    def scrape(self):
        """(name, labels) -> number, as text; each comes once."""
        found = {}
        for line in self.call("metrics").splitlines():
            if line.startswith("#"):
                continue
            match = SAMPLE.fullmatch(line)
            self.assertIsNotNone(match, line)
            labels = tuple(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"',
                                      match[3] or ""))
            self.assertNotIn((match[1], labels), found, line)
            found[match[1], labels] = match[4]
        return found

    def test_no_engine(self):
        self.assertEqual(self.scrape(), {("backstop_up", ()): "0"})

    def test_a_forged_bounce(self):
        self.call("init", "-k", "1")
        key = ("backstop_bounces_total",
               (("domain", "example.org"), ("verdict", "forged"),
                ("reason", "bad-tag"), ("action", "reject")))
        with Engine(self), Wire(self.path("sock")) as wire:
            before = self.scrape()
            self.assertEqual(before["backstop_up", ()], "1")
            self.assertNotIn(key, before)
            tag = wire.sign("alice@example.org")
            mac = "000000" if tag[9:15] != "000000" else "111111"
            answer = wire.ask(op="rcpt", client=OUTSIDE, sender="",
                              recipient=tag[:9] + mac + tag[15:])
            self.assertEqual(answer["action"], "reject")
            self.assertEqual(self.scrape()[key], "1")


if __name__ == "__main__":
    main()
