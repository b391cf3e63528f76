#!/usr/bin/python3
"""report: each number of it, compared with what was done.

usage: test_cli_report.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import collections
import email
import email.policy
import os
import pathlib
import re
import unittest

import cli_case
import lived
from cli_case import (AS_ROOT, DATAERR, DAY, NOINPUT, NOPERM, USAGE, Case,
                      Engine, main)
import terminal  # noqa: E402 (cli_case knows where it is)
from lived import ATTACK, ATTACK_HOUR, BEGIN, HOUR, stamp
from report_page import compare

UTF8 = {**os.environ, "LC_ALL": "C.UTF-8"}
VERDICTS = ("genuine", "forged", "suspect", "unknown")


def counted(what):
    """What is not 0."""
    return {name: number for name, number in what.items() if number}


@unittest.skipUnless(lived.LIBRARY, "there is no libfaketime")
class Report(Case):
    @classmethod
    def setUpClass(cls):
        cls.life = lived.Lived()
        cls.addClassCleanup(cls.life.close)

    def setUp(self):
        super().setUp()
        self.conf = self.life.conf

    def report(self, *options):
        result, = self.json("report", *self.life.end, *options)
        return result

    def test_numbers(self):
        report = self.report()
        self.assertEqual(counted(report["bounces"]), self.life.count)
        self.assertEqual({domain["domain"]: counted(domain["bounces"])
                          for domain in report["domains"]},
                         self.life.domains)
        self.assertEqual(report["unsigned_reasons"], self.life.unsigned)
        past = self.life.unsigned - collections.Counter(
            {"exempt": self.life.unsigned["exempt"]})
        self.assertEqual({domain["domain"]: domain["unsigned_reasons"]
                          for domain in report["domains"]},
                         {"example.org": past,
                          "example.net": self.life.unsigned - past})
        self.assertEqual((report["from"], report["to"]),
                         (stamp(BEGIN - 28 * DAY), stamp(self.life.now)))

    def test_days_and_hours(self):
        report = self.report()
        self.assertEqual(len(report["days"]), 31)
        days = collections.defaultdict(collections.Counter)
        for hour, count in self.life.hours.items():
            days[lived.day(hour)].update(count)
        for one in report["days"]:
            with self.subTest(day=one["day"]):
                self.assertTrue(one["known"])
                self.assertEqual(counted(one["bounces"]), days[one["day"]])
        hours = {stamp(hour): counted({name: count[name] for name in VERDICTS})
                 for hour, count in self.life.hours.items()}
        found = {one["hour"]: counted({name: one[name] for name in VERDICTS})
                 for one in report["hours"]}
        self.assertEqual(counted(found), counted(hours))
        self.assertEqual(report["hours"][-1]["hour"], stamp(self.life.now))

    def test_page(self):
        for options in (), ("--domain", "example.net"), ("--since", "2d"):
            with self.subTest(options=options):
                page = pathlib.Path(self.path("report.html"))
                self.call("report", *self.life.end, *options, "--html", page)
                text = page.read_text(encoding="utf-8")
                compare(text, self.report(*options))
                self.assertEqual(page.stat().st_mode & 0o777, 0o640)
                self.assertEqual(self.call(
                    "report", *self.life.end, *options, "--html", "-"), text)

    def test_page_or_json(self):
        self.call("--json", "report", "--html", "-", status=USAGE,
                  says="one of --html, --mail and --json")

    def test_page_of_no_folder(self):
        self.call("report", *self.life.end, "--html", "/nowhere/page",
                  status=73, says="/nowhere/page could not be written: No such "
                  "file or directory; ")

    def test_since_ever(self):
        """All that is kept, and not the month that is shown without it."""
        first = self.report("--since", "100d")["from"]
        self.assertLess(first, self.report()["from"])
        for since in "1970-01-01", "1970-01-01T00:00:00Z", "99999d":
            self.assertEqual(self.report("--since", since)["from"], first)

    def test_attack(self):
        report = self.report()
        attack, = report["attacks"]
        start = BEGIN + ATTACK_HOUR * HOUR
        end = start + len(ATTACK) * HOUR
        receipts = sum(count["unknown"]
                       for hour, count in self.life.hours.items()
                       if start <= hour < end)
        self.assertEqual(attack, {
            "start": stamp(start), "end": stamp(end), "goes_on": False,
            "bounces": sum(ATTACK) + receipts, "forged": sum(ATTACK),
            "refused": sum(ATTACK), "peak": max(ATTACK),
            "peak_hour": stamp(start + ATTACK.index(max(ATTACK)) * HOUR)})


    def test_tops(self):
        report = self.report()
        for name, counts in (("networks", self.life.networks),
                             ("reporters", self.life.reporters)):
            with self.subTest(name=name):
                rows = report[name]["rows"]
                self.assertEqual({row["name"]: row["count"] for row in rows},
                                 counts)
                self.assertEqual({row["error"] for row in rows}, {0})
                self.assertEqual(report[name]["total"], counts.total())
                numbers = [row["count"] for row in rows]
                self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertEqual(report["spf"]["none"], self.life.spf_none)
        self.assertEqual(sum(report["spf"].values()), self.life.spf_none)

    def test_users(self):
        """Hashes, but for those that a list names."""
        rows = self.report()["users"]["rows"]
        self.assertEqual(sorted(row["count"] for row in rows),
                         sorted(self.life.users.values()))
        for row in rows:
            self.assertIsNone(row["name"])
            self.assertRegex(row["hash"], "^[0-9a-f]{8}$")
        self.assertNotIn("alice", self.text())
        self.write("users", "# all of us\n\n  Alice@Example.ORG  # she\n"
                            "nobody@example.org\n")
        rows = self.report("--users", self.path("users"))["users"]["rows"]
        named = {row["name"]: row["count"] for row in rows if row["name"]}
        alice = "alice@example.org"
        self.assertEqual(named, {alice: self.life.users[alice]})
        text = self.text("--users", self.path("users"))
        self.assertRegex(text, rf" {alice} +{self.life.users[alice]} ")
        self.assertRegex(text, r" user-[0-9a-f]{8} +[0-9]+ ")
        # on standard input, and lines that are none
        done = self.run_raw("-c", self.conf, "report", *self.life.end,
                            "--users", "-", input=f"bob\n{alice}\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn(alice, done.stdout)
        self.assertIn("-:1: the line is no address", done.stderr)
        self.write("users", "alice\nbob\n")
        self.call("report", *self.life.end, "--users", self.path("users"),
                  status=DATAERR, says="users:1: this line and others")
        self.call("report", *self.life.end, "--users", self.path("none"),
                  status=NOINPUT, says="none: No such file")

    def test_less_is_kept(self):
        """Without names, and without hours: what status needs stays."""
        whole = self.report()
        self.assertEqual(whole["kept"], "hosts")
        for keep in ("counts", "off"):
            self.conf = self.write("backstop.conf", f"report = {keep}\n" +
                                   pathlib.Path(self.life.conf).read_text())
            report = self.report()
            text = self.text()
            with self.subTest(keep=keep):
                self.assertEqual(report["kept"], keep)
                self.assertEqual(report["bounces"], whole["bounces"])
                self.assertEqual(report["networks"]["rows"], [])
                self.assertEqual(text.count(f"Not kept: report = {keep}"), 4)
                if keep == "off":
                    self.assertEqual((report["hours"], report["attacks"]),
                                     ([], []))
                    self.assertIn("attack not known: no hours are kept", text)
                else:
                    self.assertEqual(report["attacks"], whole["attacks"])

    def test_mail(self):
        """A message that any program for mail can read, by the text and the
        page that are in it."""
        words = ("report", *self.life.end)
        octets = self.call(*words, "--mail", "postmaster").encode("ascii")
        for line in octets.split(b"\n"):
            self.assertLessEqual(len(line), 78)
        message = email.message_from_bytes(octets,
                                           policy=email.policy.default)
        self.assertEqual(
            (message["To"], message["From"], message["Auto-Submitted"],
             message["MIME-Version"]),
            ("postmaster", "Backstop <root>", "auto-generated", "1.0"))
        self.assertIn("2035-05-07 to 2035-06-06: a refusal was wrong",
                      message["Subject"])
        self.assertIsNone(message["Return-Path"])
        text, page = message.iter_parts()
        for part in (message, text, page):
            self.assertEqual(part.defects, [])
        plain = self.call(*words, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(text.get_content_type(), "text/plain")
        self.assertEqual(text.get_content().split()[:60], plain.split()[:60])
        self.assertEqual((page.get_content_type(), page.get_filename()),
                         ("text/html", "backstop-2035-06-06.html"))
        self.assertEqual(page.get_content().strip(),
                         self.call(*words, "--html", "-").strip())
        for bad in ("", "a@example.org\nBcc: b@example.org", "\u00e4@b.c"):
            self.call(*words, "--mail", bad, status=USAGE, says="no address")
        self.call(*words, "--mail", "root", "--html", "-", status=USAGE,
                  says="one of --html, --mail")

    def test_since(self):
        """To the hour: what came in the rest of that day its hours say."""
        start = self.life.now - 40 * HOUR
        report = self.report("--since", "40h")
        total = collections.Counter()
        for hour, count in self.life.hours.items():
            if hour >= start:
                total.update(count)
        self.assertEqual(counted(report["bounces"]), total)
        self.assertEqual(report["from"], stamp(start))
        self.assertEqual([day["day"] for day in report["days"]],
                         [lived.day(start + more * DAY) for more in range(3)])
        self.assertEqual(report["hours"][0]["hour"], stamp(start))
        # the attack began before, but it is about this time, too
        self.assertEqual(len(report["attacks"]), 1)
        self.assertEqual(self.report("--since", "1h")["attacks"], [])
        # long ago: whole days
        self.assertEqual(self.report("--since", "20d")["from"],
                         stamp(BEGIN - 18 * DAY))
        # more than is kept
        self.assertEqual(self.report("--since", "2000-01-01")["from"],
                         stamp(BEGIN - 59 * DAY))

    def test_domain(self):
        report = self.report("--domain", "EXAMPLE.net")
        self.assertEqual(counted(report["bounces"]),
                         self.life.domains["example.net"])
        self.assertEqual([one["domain"] for one in report["domains"]],
                         ["example.net"])
        self.assertEqual(report["attacks"], [])
        text = self.text("--domain", "example.net")
        self.assertIn("Bounces and mail of example.net alone", text)
        self.assertNotIn("example.org", text)

    def test_coverage(self):
        net, org = self.report()["domains"]
        reasons = [(day["coverage"], day["coverage_reason"])
                   for day in org["days"]]
        self.assertEqual(reasons, [("full", None)] * 29 +
                         [("partial", "unsigned-in-domain"),
                          ("partial", "gap")])
        self.assertEqual((org["coverage"], org["coverage_reason"]),
                         ("partial", "gap"))
        # lifetime 2, grace 7, skew 1, and the day itself
        self.assertEqual(org["full_at"], stamp(BEGIN + (2 + 11) * DAY))
        self.assertEqual({day["coverage_reason"] for day in net["days"]},
                         {"outbound-elsewhere"})
        gap, = self.report()["gaps"]
        start, end = (stamp(when) for when in self.life.gap)
        # of its marks, the engine writes one in a few seconds
        self.assertLessEqual(start[:16], gap["start"][:16])
        self.assertGreaterEqual(gap["end"], gap["start"])
        self.assertEqual(gap["end"][:13], end[:13])

    def test_keys(self):
        old, new = sorted(self.report()["keys"],
                          key=lambda key: key["created"])
        self.assertEqual((old["key"], old["state"], new["state"]),
                         (4, "verify", "active"))
        self.assertEqual(old["retired"], new["activated"])
        self.assertEqual(new["activated"][:16],
                         stamp(self.life.gap[1])[:16])

    def text(self, *options, env=None, **more):
        return self.call("report", *self.life.end, *options,
                         env=env or UTF8, **more)

    def test_text(self):
        """The five numbers stand first, and nothing is wider than 80."""
        text = self.text()
        count = self.life.count
        numbers = [(count["rejected"], "bounces refused as forged"),
                   (count["genuine"], "genuine bounces delivered"),
                   (count["refused_later_known"],
                    "refused, later known to be ours"),
                   (count["unknown"], "unknown bounces passed")]
        self.assertEqual(re.findall(r"(?m)^ +(\d+)  ([a-z].*)$", text)[:4],
                         [(str(number), what) for number, what in numbers])
        start = BEGIN + ATTACK_HOUR * HOUR
        end = start + len(ATTACK) * HOUR
        self.assertIn("attack from {} to {}:".format(
            *(stamp(when)[:16].replace("T", " ") for when in (start, end))),
            text)
        self.assertIn("\u2588", text)
        self.assertNotIn("\033", text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80)
            self.assertEqual(line, line.rstrip())
        for day in (0, 1, 2):
            at = BEGIN + day * DAY
            counts = collections.Counter()
            for hour, more in self.life.hours.items():
                if at <= hour < at + DAY:
                    counts.update(more)
            self.assertRegex(text, r"(?m)^\w{{3}} {} \w{{3}} +{}\b".format(
                lived.day(at)[8:], counts["forged"]))

    def test_ascii(self):
        text = self.text(env={**os.environ, "LC_ALL": "C"})
        self.assertTrue(text.isascii())
        self.assertIn("#####", text)

    def show(self, columns, **env):
        status, shown = terminal.show(
            [cli_case.PROGRAM, "-c", self.conf, "report", *self.life.end],
            columns, {**UTF8, "TERM": "xterm", **env})
        self.assertEqual(status, 0)
        return shown

    def test_terminal(self):
        for columns in (40, 79, 132):
            with self.subTest(columns=columns):
                shown = self.show(columns)
                self.assertIn("\033[", shown)
                plain = re.sub("\033\\[[0-9;]*m", "", shown)
                self.assertNotIn("\033", plain)
                wide = max(map(len, plain.splitlines()))
                self.assertLessEqual(wide, columns)
                self.assertGreater(wide, columns * 0.8)
        self.assertNotIn("\033", self.show(80, NO_COLOR="1"))
        self.assertNotIn("\033", self.show(80, TERM="dumb"))


class NoStore(Case):
    def test_none_yet(self):
        self.call("init")
        self.call("report", status=NOINPUT, says="there is no store yet")

    def test_empty(self):
        self.call("init")
        with Engine(self):
            pass
        report, = self.json("report")
        self.assertEqual(counted(report["bounces"]), {})
        self.assertEqual(report["attacks"], [])
        self.assertEqual([day["known"] for day in report["days"]],
                         [False] * 30 + [True])
        text = self.call("report")
        self.assertIn("30 days not recorded", text)
        known = "what is usual here is known only after a week"
        self.assertIn(known, " ".join(text.split()))
        self.assertIn(known, self.call("report", "--html", "-"))
        for line in text.splitlines():
            self.assertEqual(line, line.rstrip())

    def test_many_domains(self):
        """The text has some of them, --json has all."""
        names = [f"d{number:02}.example" for number in range(40)]
        self.write("backstop.conf", self.configured().replace(
            "example.org, example.net",
            ", ".join([*names, "example.net"])))
        self.call("init")
        with Engine(self, conf_in_place=True), \
                cli_case.Wire(self.path("sock")) as wire:
            wire.bounce("a@d39.example")
        text = self.call("report")
        self.assertEqual(text.count("and 11 domains with less: --json"), 2)
        self.assertEqual(text.count(" d39.example "), 2)
        self.assertEqual(text.count(" d28.example "), 2)
        self.assertNotIn("d29.example", text)
        report, = self.json("report")
        self.assertEqual(len(report["domains"]), 41)

    def test_one_day(self):
        """A store that began yesterday, and an attack that goes on."""
        self.call("init")
        self.age(1)
        with Engine(self), cli_case.Wire(self.path("sock")) as wire:
            for number in range(60):
                wire.bounce("alice@example.org",
                            message_id=f"{number}@forged.example")
        report, = self.json("report")
        self.assertEqual(counted(report["bounces"]), {"unknown": 60})
        attack, = report["attacks"]
        self.assertEqual((attack["bounces"], attack["goes_on"]), (60, True))
        text = self.call("report")
        self.assertIn("Nothing was recorded before", text)
        self.assertIn(" to now: 60 bounces", text)

    def test_flood(self):
        """More names than can be counted each: of those that came once none is
        shown, whatever their numbers, and who came often is."""
        self.call("init", "-k", "1")
        conf = self.configured().replace(
            "[domain", "sign = yes\nprobe_limit = 0\nmode = enforce\n[domain",
            1)
        often = "203.0.113.0/24"
        clients = 40 * ["203.0.113.7"] + [
            f"10.{number // 256}.{number % 256}.7" for number in range(1600)]
        with Engine(self, conf), cli_case.Wire(self.path("sock")) as wire:
            tag = wire.sign("alice@example.org")
            bad = tag[:9] + ("000000" if tag[9:15] != "000000"
                             else "111111") + tag[15:]
            for number, client in enumerate(clients):
                wire.ask(op="data", sender="", recipient=bad, kind="dsn",
                         client=client,
                         reporting_mta=f"mx.h{number}.example")
            # of a key that nobody has
            wire.ask(op="data", sender="", recipient=tag[:5] + "7" + tag[6:],
                     kind="dsn", client=clients[0])
        report, = self.json("report")
        self.assertEqual(report["networks"]["rows"], [
            {"name": often, "count": 40, "error": 0}])
        self.assertEqual(report["reporters"]["rows"], [])
        for name in ("networks", "reporters"):
            self.assertEqual(report[name]["total"], len(clients))
        text = self.call("report")
        self.assertEqual(text.count(
            " none stands out: there were too many different ones to count "
            "each\n"), 1)
        self.assertNotIn("too high", text)
        page = self.call("report", "--html", "-")
        compare(page, report)
        self.assertEqual(page.count("None stands out: there were too many"), 1)
        # each verdict has its column in the table of domains
        table = text.partition("\nDomains\n")[2]
        titles, *lines = [line.split() for line in table.split("\n\n")[0]
                          .splitlines()]
        found = {line[0]: dict(zip(titles, line[1:])) for line in lines}
        self.assertEqual(
            {name: found["example.org"][name] for name in VERDICTS},
            {"forged": str(len(clients)), "suspect": "1", "genuine": "0",
             "unknown": "0"})

    def test_told_of_nothing(self):
        """The mails that [spf] dsn is about."""
        self.write("backstop.conf", self.configured().replace(
            "[domain", "[spf]\ncheck = yes\ndsn = authenticated\n[domain",
            1))
        self.call("init")
        with Engine(self, conf_in_place=True), \
                cli_case.Wire(self.path("sock")) as wire:
            for user in ("bob", "carol"):
                answer = wire.ask(op="spf", client="192.0.2.1", helo="host",
                                  sender=f"{user}@invalid")
                self.assertEqual(answer["no_dsn"], "1")
        report, = self.json("report")
        self.assertEqual(report["spf"]["no_dsn"], 2)
        self.assertEqual(report["days"][-1]["spf"]["no_dsn"], 2)
        said = "f 2 taken, the sender is told of nothing (dsn)"
        self.assertIn(said, self.call("report"))
        self.assertIn(said, re.sub("</?code>", "",
                                   self.call("report", "--html", "-")))

    def test_unreadable(self):
        self.call("init")
        with Engine(self):
            pass
        store = self.path("state", "store", "data.mdb")
        with open(store, "r+b") as file:
            file.truncate(4096)
        self.call("report", status=DATAERR, says="type: ")
        os.rename(self.path("state", "store.key"), self.path("k"))
        self.call("report", status=NOINPUT, says="backstop restore FILE")
        os.rename(self.path("k"), self.path("state", "store.key"))

    def test_record_that_is_damaged(self):
        """The pages are sound, but not what one record says: the same words
        as of a file that is none, and what to type."""
        self.call("init")
        with Engine(self):
            pass
        store = pathlib.Path(self.path("state", "store", "data.mdb"))
        whole = store.read_bytes()
        self.assertIn(b"epoch", whole)
        # LMDB has a key's value right behind it
        for at in (match.end() for match in re.finditer(b"epoch", whole)):
            whole = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]
        store.write_bytes(whole)
        self.call("report", status=DATAERR, says="store: it is damaged; to have "
                  "it moved aside, and a new one begun, type: ")
        with Engine(self):
            self.call("report")

    @unittest.skipIf(AS_ROOT, "root may read all")
    def test_not_allowed(self):
        self.call("init")
        os.chmod(self.path("state", "keyring"), 0)
        self.call("report", status=NOPERM, says="run as root")

    def test_not_ours(self):
        self.call("init")
        self.call("report", "--domain", "example.com", status=USAGE,
                  says="not among 'domains'")


if __name__ == "__main__":
    main()
