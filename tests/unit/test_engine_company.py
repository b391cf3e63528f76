"""Recipients that share a bounce: which of them may, and what is told of it."""

import time

from cli_case import Case, Engine, Wire, main

ALICE, BOB, NOBODY = (f"{name}@example.org"
                      for name in ("alice", "bob", "nobody"))
GATEWAY = "192.0.2.8"


class Company(Case):
    def setUp(self):
        super().setUp()
        self.call("init")
        enforced = ("sign = yes\nmode = enforce\noutbound = here\n"
                    f"gateways = {GATEWAY}\n[domain example.org]\n"
                    f"exempt = {NOBODY}\n[domain example.net]\n"
                    "mode = observe\nexempt = noreply@example.net\n")
        conf = self.configured().split("[domain")[0] + enforced
        self.engine = Engine(self, conf)
        self.engine.__enter__()
        self.addCleanup(self.engine.__exit__)
        self.wire = Wire(self.path("sock"))
        self.addCleanup(self.wire.__exit__)
        self.tag = self.wire.sign(ALICE)
        self.bad = self.tag[:9] + ("000000" if self.tag[9:15] != "000000"
                                   else "111111") + self.tag[15:]
        self.unknown = self.tag.replace(self.tag[5], "8" if self.tag[5] != "8"
                                        else "9", 1)

    def rcpt(self, recipient, **more):
        fields = {"sender": "", "client": "192.0.2.1", "inspect": 1, **more}
        return self.wire.ask(op="rcpt", recipient=recipient, **fields)

    def log(self):
        return self.read("engine.log")

    def test_who_gets_it_anyway_parts_from_who_is_judged(self):
        for recipient, company in (
                (self.tag, "passing"), (self.tag.upper(), "passing"),
                (self.unknown, "passing"), (NOBODY, "passing"),
                ("NOBODY@Example.org", "passing"),
                ("noreply@example.net", "passing"),
                ("carol@example.net", None),
                ("dave@elsewhere.example", "passing"),
                (BOB, "judged"), (ALICE, "judged"),
                ("postmaster@example.org", "judged")):
            with self.subTest(recipient):
                self.assertEqual(self.rcpt(recipient).get("company"), company)

    def test_so_does_who_was_accepted_by_hand(self):
        self.assertEqual(self.rcpt(BOB)["company"], "judged")
        self.run_raw("-c", self.engine.conf, "accept", BOB)
        self.assertEqual(self.rcpt(BOB)["company"], "passing")
        self.assertEqual(self.rcpt(ALICE)["company"], "judged")

    def test_others_may_share_what_they_like(self):
        for more, company in (({"client": "127.0.0.1"}, None),
                              ({"mode": "local"}, None), ({"auth": 1}, None),
                              ({"inspect": 0}, None),
                              ({"sender": "mailer-daemon@x.example"}, None),
                              ({"sender": "joe@x.example"}, None),
                              ({"client": GATEWAY}, "gateway")):
            for recipient in (self.tag, BOB):
                with self.subTest(recipient, **more):
                    self.assertEqual(
                        self.rcpt(recipient, **more).get("company"), company)

    def data(self, recipient, **more):
        return self.wire.ask(op="data", sender="", client=GATEWAY, kind="dsn",
                             recipient=recipient, **more)

    def test_the_log_tells_what_was_done(self):
        """A bad tag beside a good one, by a gateway: it is delivered."""
        before = self.log()
        good = self.data(self.tag, weighs=1)
        bad = self.data(self.bad, weighs=1)
        self.assertEqual((good["company"], good["action"]),
                         ("gateway", "header"))
        self.assertEqual((bad["company"], bad["action"]),
                         ("gateway", "reject"))
        self.assertEqual(bad["header"],
                         "X-Backstop: forged reason=bad-tag row=11")
        self.assertEqual(self.log(), before)
        for recipient in (self.tag, self.bad):
            self.data(recipient, weighed=1, outcome="header")
        told = self.log()[len(before):].splitlines()
        self.assertEqual(len(told), 2, told)
        self.assertIn("verdict=genuine reason=tag row=4 mode=enforce "
                      "action=header", told[0])
        self.assertIn("verdict=forged reason=bad-tag row=11 mode=enforce "
                      "action=header would=reject", told[1])
        self.assertEqual(self.counted("forged", 1)["rejected"], 0)
        # no outcome is harsher than the verdict was
        self.data(self.tag, weighed=1, outcome="reject")
        self.assertIn("action=header", self.log().splitlines()[-1])

    def test_what_all_of_them_refuse_is_refused(self):
        self.data(self.bad, weighs=1)
        self.data(self.bad, weighed=1, outcome="reject")
        self.assertIn("row=11 mode=enforce action=reject",
                      self.log().splitlines()[-1])
        self.assertEqual(self.counted("rejected", 1)["forged"], 1)

    def counted(self, name, count):
        """The week's figures, once one of them has arrived."""
        for _ in range(400):
            week = next(domain["week"] for domain in
                        self.json("status")[0]["domains"]
                        if domain["domain"] == "example.org")
            if week[name] >= count:
                return week
            time.sleep(0.05)
        raise AssertionError(week)


if __name__ == "__main__":
    main()
