"""SPF checks a second and what they cost of the processor: ours, libspf2
alone, pyspf and Mail::SPF, with the same records and the same resolver, in
turn in one run; then ours where each answer of DNS takes 50 ms."""

import pathlib
import re
import statistics
import sys

from bench_smtpd import STAGE, in_turn, say  # and the tests' library is found

import build
import dns_servers
import roots
import spf_lab
from host import wait_until
from lab import Lab
from net import own_lan

ROUNDS = 7
DOMAINS = 10000
FEW = 200  # domains that are asked for again and again
TTL_SECONDS = 86400
LATE_MS = 50
LATE = "127.0.0.3"
IN_FLIGHT_LATE = 1000

OURS_COLD, BARE = "ours, 1 in flight", "libspf2 alone"
MANY, WARM = "ours, 200 in flight", "ours, 200, its own cache warm"
PYSPF, PYDNS, PERL = "pyspf (dnspython)", "pyspf (pydns)", "Mail::SPF"
TOOLS = spf_lab.TOOLS

# Name, command, checks a round. All domains are new to an engine in a round,
# but for its own cache warm; the resolver knows them all.
KINDS = (
    (BARE, ("bare_spf",), DOMAINS),
    (OURS_COLD, ("spf_many", "-p", "-n", "1"), DOMAINS),
    (MANY, ("spf_many", "-p", "-n", "200"), DOMAINS),
    (WARM, ("spf_many", "-p", "-n", "200"), DOMAINS),
    (PYSPF, ("python3", "-B", f"{TOOLS}/peer_pyspf.py"), 800),
    (PYDNS, ("python3", "-B", f"{TOOLS}/peer_pyspf.py", "--pydns"), 800),
    (PERL, ("perl", f"{TOOLS}/peer_mail_spf.pl"), 200),
)


def records():
    """Four questions a check: TXT, MX, A of the MX, TXT of the include."""
    zone = {}
    for number in range(DOMAINS):
        base = f"d{number}.example"
        zone[base] = [("TXT", f"v=spf1 mx include:_spf.{base} -all"),
                      ("MX", (10, f"mx.{base}"))]
        zone[f"mx.{base}"] = [("A", f"198.51.100.{number % 250 + 1}")]
        zone[f"_spf.{base}"] = [
            ("TXT", "v=spf1 ip4:192.0.2.0/24 ip4:203.0.113.0/24 ~all")]
    return zone


def queries(count, domains):
    """Of five checks four pass, and one fails."""
    return "".join(
        f"mailfrom\t{'192.0.2.99' if number % 5 else '10.0.0.1'}\t"
        f"helo.example\tu@d{number % domains}.example\n"
        for number in range(count))


def check(name, found, count):
    """Nothing is measured that is not right."""
    results = [row[0] for row in spf_lab.answers(found)]
    wanted = ["pass" if number % 5 else "fail" for number in range(count)]
    wrong = [pair for pair in zip(results, wanted) if pair[0] != pair[1]]
    assert len(results) == count and not wrong, (name, len(results),
                                                 wrong[:3])


def family(host, pid):
    """A process and what descends from it."""
    parents = {}
    for other in host.processes():
        stat = pathlib.Path(f"/proc/{other}/stat").read_text(encoding="ascii")
        parents[other] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for known in found:
        found += [one for one, parent in parents.items() if parent == known]
    return found


def processor_seconds(pids):
    """What processes have spent, from the scheduler's own count."""
    return sum(int(pathlib.Path(f"/proc/{pid}/task/{task.name}/schedstat")
                   .read_text(encoding="ascii").split()[0])
               for pid in pids
               for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


SAID = (r"(\d+) checks in ([\d.]+) s(?:, ([\d.]+) s of the processor)?")


class Bench:
    """A host with its servers; rates and costs of each kind, by round."""

    def __init__(self, host):
        self.host = host
        self.rates = {name: [] for name, _, _ in KINDS}
        self.costs = {name: [] for name, _, _ in KINDS}

    def run(self, name, words, count, domains):
        """One run: checks a second, and microseconds of a check."""
        host = self.host
        host.write("/tmp/queries", queries(count, domains))
        daemon = host.start("bench", "sh", "-c", "exec \"$@\" </tmp/queries "
                            ">/tmp/found", "sh", *words)
        try:
            wait_until(lambda: re.search(SAID, daemon.text())
                       or not daemon.alive(), lambda: f"the end of {name}: "
                       f"{daemon.text()}", 300)
            said = re.search(SAID, daemon.text())
            assert said, daemon.text()
            spent = float(said[3]) if said[3] else processor_seconds(
                family(host, daemon.process.pid))
        finally:
            daemon.stop()
            host.daemons.remove(daemon)
        check(name, host.read("/tmp/found"), count)
        return count / float(said[2]), spent / count * 1e6

    def once(self, kind):
        name, words, count = kind
        rate, cost = self.run(name, words, count,
                              FEW if name == WARM else DOMAINS)
        self.rates[name].append(rate)
        self.costs[name].append(cost)

    def show(self):
        for name, rates in self.rates.items():
            costs = self.costs[name]
            ratio = statistics.median(
                mine / theirs for mine, theirs in zip(costs, self.costs[BARE]))
            say(f"  {name:30} {statistics.median(rates):6.0f}/s "
                f"({min(rates):.0f} to {max(rates):.0f}), "
                f"{statistics.median(costs):6.1f} µs of the processor, "
                f"{ratio:.2f} x {BARE}")


def late(bench):
    """Each answer of DNS after 50 ms, each domain once, 1,000 in flight."""
    host = bench.host
    relay = host.start("dns_delay", "dns_delay", LATE, 53, dns_servers.NSD,
                       53, LATE_MS)
    relay.wait_for("ready")
    found = [bench.run("late", (
        "spf_many", "-p", "-n", IN_FLIGHT_LATE, "-s", f"{LATE}:53"), DOMAINS,
        DOMAINS) for _ in range(ROUNDS)]
    rates, costs = zip(*found)
    say(f"  {'ours, 1,000 in flight':30} {statistics.median(rates):6.0f}/s "
        f"({min(rates):.0f} to {max(rates):.0f}), "
        f"{statistics.median(costs):6.1f} µs of the processor; "
        f"{LATE_MS} ms an answer of DNS, no cache but its own")
    relay.stop()


def stage_of(suite, lan):
    """Backstop, spf_many, libspf2 alone, and the relay that is late."""
    with build.Workshop(lan, roots.root(suite, say),
                        build.source()) as workshop:
        made = workshop.build("plain", "--buildtype=release",
                              "-Dtests=disabled", "-Ddocs=disabled")
        where = f"{STAGE}/usr/local/bin"
        workshop.do("mkdir", "-p", where)
        for name in ("bare_spf", "dns_delay"):
            workshop.do("gcc", "-O2", "-D_GNU_SOURCE", "-I/src", "-o",
                        f"{where}/{name}", f"/src/tests/bench/{name}.c",
                        "/src/tests/bench/bench.c", "-lspf2")
        return workshop.stage(made)


def measure(suite):
    lan = own_lan(suite)
    stage = stage_of(suite, lan)
    lab = Lab(suite, lan, [])
    with build.spf_host_of(lab, stage, say) as host:
        dns_servers.start_nsd(host, records(), TTL_SECONDS)
        dns_servers.start_unbound(host)
        bench = Bench(host)
        say(f"Debian {suite}: {DOMAINS} domains, 4 questions a check, median "
            f"of {ROUNDS} rounds")
        bench.run("warm-up", KINDS[0][1], DOMAINS, DOMAINS)
        for _, kind in in_turn(ROUNDS, KINDS):
            bench.once(kind)
        bench.show()
        late(bench)


def main():
    try:
        for suite in sys.argv[1:] or roots.SUITES:
            measure(suite)
    except (roots.RootError, build.BuildError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")


if __name__ == "__main__":
    main()
