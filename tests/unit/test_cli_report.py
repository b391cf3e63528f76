#!/usr/bin/python3
"""report: each number of it, compared with what was done.

usage: test_cli_report.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import collections
import pathlib
import unittest

import lived
from cli_case import DAY, NOINPUT, USAGE, Case, Engine, main
from lived import ATTACK, ATTACK_HOUR, BEGIN, HOUR, stamp
from report_page import compare

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
                  says="--html or --json, not both")

    def test_page_of_no_folder(self):
        self.call("report", *self.life.end, "--html", "/nowhere/page",
                  status=73, says="/nowhere/page could not be written: No such "
                  "file or directory; ")

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

    def test_not_ours(self):
        self.call("init")
        self.call("report", "--domain", "example.com", status=USAGE,
                  says="not among 'domains'")


if __name__ == "__main__":
    main()
