"""Random but lawful zones and SPF records, a world of its own for each."""

import collections
import random

Query = collections.namedtuple("Query", "identity ip helo sender")

QUALIFIERS = [""] * 5 + ["+", "-", "-", "~", "?"]
MACROS = [
    "%{d}", "%{o}", "%{h}", "%{d2}.%{d}", "%{l}.%{d}", "%{l1r-}.%{d}",
    "%{ir}.%{v}.%{d}", "%{i}.%{d}", "%{s}.%{d}", "%{S}.%{d}", "%{lr+-}.%{d}",
    "%{dr}.%{d}", "%{d3r.}.%{o}", "%{h1}.%{d}", "%{p}.%{d}", "%{v}.%{d}",
    "x%%y.%{d}", "x%-y.%{d}", "%{ir-}.%{d}", "%{l3r+_=}.%{d}", "%{o2r}.%{d}",
]
LOCALS = ["user", "a-b+c", "strong.bad", "x_y", "A.B-c", "o'brien", "user=d"]
EXPLANATIONS = [
    "Go away.", "%{i} may not be %{s}", "See http://%{d}/?i=%{c}&s=%{S}",
    "%{l} of %{o} by %{h}%_%{v}", "%{ir}.%{v} 100%% %{d1r}", "%{p} %{h2}",
]
MODIFIERS = ["moo=", "x-y.z_0=%{d}/%{l}", "op=auth", "Unknown=a,b;c"]


class World:
    """A domain, the names below it, and one who sends in its name."""

    def __init__(self, seed, number):
        self.random = random.Random(f"{seed}.{number}")
        self.base = f"c{number}.example"
        self.zone = collections.defaultdict(list)
        self.is_ip6 = self._often(.3)
        self.client4 = f"10.{number >> 16 & 255}.{number >> 8 & 255}." \
                       f"{number & 255}"
        self.client6 = f"2001:db8:{number >> 16:x}:{number & 0xffff:x}" \
                       f"::{self.random.randrange(1, 0xffff):x}"
        self.hosts = [self._below(f"h{at}") for at in range(6)]
        self.others = [self._below(f"s{at}") for at in range(
            self.random.randrange(1, 7))]
        self._make_hosts()
        self._make_reverse()
        for at, name in enumerate([self.base, *self.others]):
            self._make_policy(name, at)
        self.query = self._make_query()

    def _often(self, share):
        return self.random.random() < share

    def _pick(self, items):
        return self.random.choice(items)

    def _below(self, label):
        return f"{label}.{self.base}"

    def _add(self, name, kind, value):
        self.zone[name.lower()].append((kind, value))

    def _address4(self):
        """The client's, one near it, or any."""
        near = self.client4.rsplit(".", 1)[0]
        last = self.random.randrange(256)
        return self._pick([self.client4, f"{near}.{last}", f"192.0.2.{last}",
                           f"198.51.100.{last}"])

    def _address6(self):
        near = self.client6.split("::", maxsplit=1)[0]
        last = self.random.randrange(99)
        return self._pick([self.client6, f"{near}::{last:x}",
                           f"2001:db8:ffff::{last:x}"])

    def _make_hosts(self):
        for at, name in enumerate(self.hosts):
            way = self.random.random()
            if way < .1:
                continue  # there is no such name
            if way < .15:
                self._add(name, "TXT", "nothing but text")
                continue
            if way < .22 and self.hosts[at + 1:]:
                # further down, so that none leads in a circle
                self._add(name, "CNAME", self._pick(self.hosts[at + 1:]))
                continue
            if way < .25:
                self.zone[name].append(("SERVFAIL",))
                continue
            if way < .27:
                self.zone[name].append(("SERVFAIL", self._pick(
                    ["A", "AAAA", "MX"])))
            for _ in range(self._pick([0, 1, 1, 2, 3])):
                self._add(name, "A", self._address4())
            for _ in range(self._pick([0, 0, 1, 2])):
                self._add(name, "AAAA", self._address6())
            self._make_exchangers(name, .4)
            if not self.zone[name]:
                del self.zone[name]
        for text in ("*.in-addr", "*.ip6"):
            if self._often(.3):
                self._add(f"{text}.{self.base}", "A", "127.0.0.2")
        for name in ("user", "bad", "b", "c"):
            if self._often(.2):
                self._add(self._below(name), "A", "127.0.0.2")

    def _make_exchangers(self, name, share):
        if not self._often(share):
            return
        count = self._pick([1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 9, 10, 11])
        for at in range(count):
            host = self._pick(self.hosts) if count < 9 else \
                self._below(f"m{at}")
            self._add(name, "MX", (10 * at, host))
            if count >= 9 and host not in self.zone:
                self._add(host, "A", self._address4())
                self._add(host, "AAAA", self._address6())

    def _reverse_name(self):
        if not self.is_ip6:
            return ".".join(reversed(self.client4.split("."))) + \
                ".in-addr.arpa"
        import ipaddress  # pylint: disable=import-outside-toplevel
        return ipaddress.ip_address(self.client6).reverse_pointer

    def _make_reverse(self):
        name, way = self._reverse_name(), self.random.random()
        if way < .3:
            return
        if way < .35:
            self.zone[name].append(("SERVFAIL",))
            return
        for _ in range(self._pick([1, 1, 2, 3, 10, 12])):
            self._add(name, "PTR", self._pick(
                self.hosts + ["host.elsewhere.example"]))

    def _spec(self):
        """A domain-spec: a name that is there, or a macro."""
        way = self.random.random()
        if way < .6:
            return self._pick(self.hosts + [self.base])
        if way < .8:
            return f"h{self.random.randrange(6)}.%{{o}}"
        return self._pick(MACROS)

    def _prefix(self, for4=True, for6=True):
        words = ""
        if for4 and self._often(.4):
            words += f"/{self._pick([0, 1, 8, 16, 23, 24, 25, 30, 31, 32])}"
        if for6 and self._often(.3):
            words += ("/" if for4 else "") + \
                f"/{self._pick([0, 1, 32, 48, 63, 64, 65, 127, 128])}"
        return words

    def _mechanism(self, depth):
        kind = self._pick(["a", "a", "mx", "mx", "ptr", "ip4", "ip4", "ip6",
                           "ip6", "exists", "include", "include"])
        if kind in ("a", "mx"):
            spec = f":{self._spec()}" if self._often(.7) else ""
            return kind + spec + self._prefix()
        if kind == "ptr":
            return kind + (f":{self._spec()}" if self._often(.5) else "")
        if kind == "ip4":
            return f"ip4:{self._address4()}{self._prefix(for6=False)}"
        if kind == "ip6":
            return f"ip6:{self._address6()}{self._prefix(for4=False)}"
        if kind == "include":
            return f"include:{self._target(depth)}"
        return f"exists:{self._spec()}"

    def _target(self, depth):
        """Mostly further down, so that few lead in circles."""
        further = self.others[depth:]
        if further and self._often(.9):
            return self._pick(further)
        return self._pick(self.others + [self._below("nowhere")])

    def _make_policy(self, name, depth):
        way = self.random.random()
        if depth and way < .04:
            return
        if depth and way < .06:
            self.zone[name].append(("SERVFAIL",))
            return
        if depth and way < .09:
            self._add(name, "CNAME", self._pick(self.others[depth:]
                                                or [self.base]))
            return
        self._add(name, "A", self._address4())
        if self._often(.5):
            self._add(name, "AAAA", self._address6())
        self._make_exchangers(name, .5)
        if self._often(.2):
            self._add(name, "TXT", self._pick(
                ["v=spf10 -all", "v=spf2.0/pra -all", "site=abc", "v=spf"]))
        if self._often(.03):
            self._add(name, "TXT", "v=spf1 -all")  # two of them
        self._add(name, "TXT", self._split(self._record(depth)))

    def _record(self, depth):
        terms = [self._pick(QUALIFIERS) + self._mechanism(depth)
                 for _ in range(self._pick([0, 1, 2, 3, 3, 4, 5, 8, 12]))]
        ends = self.random.random()
        if ends < .6:
            terms.append(self._pick(["-", "-", "-", "~", "?", "+", ""])
                         + "all")
        elif ends < .8:
            terms.insert(self.random.randrange(len(terms) + 1),
                         f"redirect={self._target(depth)}")
        if self._often(.4):
            if self._below("exp") not in self.zone:
                self._add(self._below("exp"), "TXT",
                          self._pick(EXPLANATIONS))
            terms.insert(self.random.randrange(len(terms) + 1),
                         f"exp={self._pick(['exp.%{o}', self._below('exp')])}")
        if self._often(.1):
            terms.insert(self.random.randrange(len(terms) + 1),
                         self._pick(MODIFIERS))
        terms = [term.upper() if self._often(.03) and "%" not in term else term
                 for term in terms]
        gap = self._pick([" ", " ", " ", "  "])
        return gap.join([self._pick(["v=spf1", "v=spf1", "V=SPF1"]), *terms]) \
            + self._pick(["", "", "", " "])

    def _split(self, record):
        """One string, or several that join to the same record."""
        if len(record) < 255 and self._often(.8):
            return record
        at = self.random.randrange(min(255, len(record)) + 1)
        return [record[:at]] + [record[from_:from_ + 255] for from_ in range(
            at, len(record), 255)]

    def _make_query(self):
        client = self.client6 if self.is_ip6 else self.client4
        helo = self._pick([self.base, self.base, self._pick(self.hosts),
                           "helo.elsewhere.example"])
        if self._often(.15):
            return Query("helo", client, self.base, "")
        return Query("mailfrom", client, helo,
                     f"{self._pick(LOCALS)}@{self.base}")


def worlds(seed, numbers):
    return [World(seed, number) for number in numbers]


def joined(made):
    """One zone of many worlds."""
    zone = {}
    for world in made:
        zone.update(world.zone)
    return zone
