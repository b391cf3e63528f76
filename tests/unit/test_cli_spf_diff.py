#!/usr/bin/python3
"""spf diff against spf check: random pairs of records, limits broken or not.

Each pair of domains is compared by spf diff, and addresses in and near their
networks are checked at both by the process that spf check asks. What diff calls
certain must be what the checks say; where it tells of no change, both checks
must say the same.

BACKSTOP_SEED and BACKSTOP_PAIRS choose others, and more.

usage: test_cli_spf_diff.py BACKSTOP SPF_MANY
"""

import concurrent.futures
import ipaddress
import json
import os
import random
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "lib"))
import dnsd  # noqa: E402

SEED = int(os.environ.get("BACKSTOP_SEED", time.time_ns() % 10**9))
PAIRS = int(os.environ.get("BACKSTOP_PAIRS", 120))
AT_ONCE = 4
# In no network of a record: they stand for all that is not listed.
ELSEWHERE = ["198.18.77.77", "2001:db8:ffff:ffff::77"]


class Domains:
    """The names that the records of one pair lead to."""

    def __init__(self, number):
        self.random = random.Random(f"{SEED}.{number}")
        self.base = f"p{number}.example"
        self.zone = {}
        self.networks = []
        self.hosts = [self._host(n) for n in range(8)]
        # those further down are included by those before them
        self.included = [f"i{n}.{self.base}" for n in range(12)]
        for n, name in enumerate(self.included):
            self._publish(name, self.included[n + 1:])
        self.pair = [f"old.{self.base}", f"new.{self.base}"]
        for name in self.pair:
            self._publish(name, self.included)
        if self.often(.5):
            self._change()
        self.clients = self._clients()

    def often(self, share):
        return self.random.random() < share

    def pick(self, items):
        return self.random.choice(items)

    def _address(self, is_ip6):
        text = f"2001:db8:{self.pick('12')}::{self.random.randrange(16):x}" \
            if is_ip6 else f"192.0.2.{self.random.randrange(64)}"
        self.networks.append(text)
        return text

    def _host(self, n):
        """A name with addresses of both families, one or none."""
        name = f"h{n}.{self.base}"
        entries = [["A", self._address(False)]
                   for _ in range(self.pick([0, 0, 1, 2]))]
        entries += [["AAAA", self._address(True)]
                    for _ in range(self.pick([0, 0, 1, 2]))]
        if self.often(.06):
            entries = [["SERVFAIL"] + self.pick([[], ["A"], ["AAAA"]])]
        if entries:
            self.zone[name] = entries
        return name

    def _network(self):
        is_ip6 = self.often(.4)
        text, most = self._address(is_ip6), 128 if is_ip6 else 32
        length = self.pick([most, most, most - 1, most - 4, most - 8])
        net = ipaddress.ip_network(f"{text}/{length}", strict=False)
        self.networks += [str(net[0]), str(net[-1])]
        return f"ip{6 if is_ip6 else 4}:{net}"

    def _term(self, further):
        way = self.random.random()
        sign = self.pick(["", "", "", "", "-", "~", "?"])
        if way < .3:
            return sign + self._network()
        if way < .5:
            return f"{sign}a:{self.pick(self.hosts)}" + self.pick(
                ["", "", "/30", "//126", "/30//126"])
        if way < .6:
            return f"{sign}mx:{self._mail_domain()}"
        if way < .66:
            return f"{sign}exists:{self.pick(self.hosts)}"
        if way < .68:
            return f"{sign}exists:%{{i}}.{self.base}"
        if way < .69:
            return f"{sign}ptr"
        target = self.pick(further) if further and self.often(.97) else \
            self.pick([f"none.{self.base}", *self.hosts[:1],
                       *self.included[:1]])
        return f"{sign}include:{target}"

    def _mail_domain(self):
        name = f"m{len(self.zone)}.{self.base}"
        self.zone[name] = [
            ["MX", [10 * n, self.pick(self.hosts)]]
            for n in range(self.pick([0, 1, 1, 2, 3]))] or [["TXT", "x"]]
        return name

    def _record(self, further):
        terms = [self._term(further) for _ in range(
            self.pick([0, 1, 2, 3, 4, 6, 9, 14]))]
        if self.often(.75):
            terms.append(self.pick(["-all", "-all", "~all", "?all"]))
        elif further:
            terms.insert(self.random.randrange(len(terms) + 1),
                         f"redirect={self.pick(further)}")
        if self.often(.02):
            terms.append("ip4:192.0.2")
        return " ".join(["v=spf1", *terms])

    def _publish(self, name, further):
        if self.often(.03):
            self.zone[name] = [["SERVFAIL"]]
        else:
            self.zone[name] = [["TXT", self._pieces(self._record(further))]
                               for _ in range(2 if self.often(.02) else 1)]

    @staticmethod
    def _pieces(record):
        return [record[at:at + 255] for at in range(0, len(record), 255)]

    def _change(self):
        """The new record is the old one with a term more, less or moved, as
        administrators change them."""
        kind, *pieces = self.zone[self.pair[0]][0]
        if kind != "TXT":
            return
        terms = "".join(pieces[0]).split()
        if len(terms) > 2 and self.often(.5):
            terms.pop(self.random.randrange(1, len(terms)))
        else:
            terms.insert(self.random.randrange(1, len(terms) + 1),
                         self._term(self.included))
        self.zone[self.pair[1]] = [["TXT", self._pieces(" ".join(terms))]]

    def _clients(self):
        """Addresses at which results may change."""
        some = self.random.sample(self.networks, min(6, len(self.networks)))
        near = [ipaddress.ip_address(self.pick(self.networks)) + 1]
        return [*some, *map(str, near), *ELSEWHERE]


def said_by(changes, client, said):
    """What diff tells of an address: its change, or None. Only the records know
    what they list, so an address for which the checks say the same may be
    listed, and be none of the rest."""
    address = ipaddress.ip_address(client)
    rest = None
    for change in changes:
        if ipaddress.ip_network(change["network"]).version != address.version:
            continue
        if not change["listed"]:
            rest = change
        elif address in ipaddress.ip_network(change["network"]):
            return change
    is_same = said["old"] == said["new"]
    return None if is_same and client not in ELSEWHERE else rest


class Pairs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = [Domains(number) for number in range(PAIRS)]
        zone = {}
        for domains in cls.all:
            zone.update(domains.zone)
        cls.dns = dnsd.Dnsd("127.0.0.1", 0, zone)
        cls.server = f"127.0.0.1:{cls.dns.port}"

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def diff(self, domains):
        done = subprocess.run(
            [BACKSTOP, "--json", "spf", "diff", *domains.pair, "--dns",
             self.server], capture_output=True, text=True, check=False,
            timeout=300)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return json.loads(done.stdout)

    def check(self, some):
        """The results of all checks: {base: {client: {which: result}}}."""
        asked = [(name, client) for domains in some
                 for client in domains.clients for name in domains.pair]
        done = subprocess.run(
            [SPF_MANY, "-n", "50", "-s", self.server],
            input="".join(f"mailfrom\t{client}\thelo.example\tu@{name}\n"
                          for name, client in asked),
            capture_output=True, text=True, check=True, timeout=3000)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), len(asked), done.stderr)
        results = {}
        for line in lines:
            number, result, *_ = line.split("\t")
            name, client = asked[int(number)]
            which, base = name.split(".", 1)
            results.setdefault(base, {}).setdefault(client, {})[which] = result
        return results

    def judge_all(self, domains, results, diff, seen):
        for client, said in results[domains.base].items():
            self.judge(domains, client, said, diff, seen)

    def test_pairs(self):
        results = self.check(self.all)
        seen = {"certain": 0, "limit": 0, "same": 0, "unknown": 0}
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            compared = list(pool.map(self.diff, self.all))
        for domains, diff in zip(self.all, compared):
            try:
                self.judge_all(domains, results, diff, seen)
            except AssertionError:
                # an answer of DNS may have been late; a fault comes again
                self.judge_all(domains, self.check([domains]),
                               self.diff(domains), seen)
        # each kind of pair came, so that each was tried
        for kind, count in seen.items():
            self.assertGreater(count, 0, kind)

    def judge(self, domains, client, said, diff, seen):
        change = said_by(diff["changes"], client, said)
        why = (f"seed {SEED}, {domains.base}, {client}: checks say {said}, "
               f"diff {change}\n" + "\n".join(
                   f"{name}: {entries}" for name, entries
                   in domains.zone.items()))
        if change is None:
            seen["same"] += 1
            if not diff["old"]["not_compared"]:
                self.assertEqual(said["old"], said["new"], why)
        elif change["certain"]:
            seen["certain"] += 1
            seen["limit"] += bool(change["old_limit"] or change["new_limit"])
            self.assertEqual((said["old"], said["new"]),
                             (change["old"], change["new"]), why)
        else:
            seen["unknown"] += 1
            for side in "old", "new":
                if change[side] == "temperror" and not diff[side][
                        "not_compared"]:
                    self.assertEqual(said[side], "temperror", why)


if __name__ == "__main__":
    BACKSTOP, SPF_MANY = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
