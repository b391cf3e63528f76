"""Messages a second through real Exim, and what they cost of the processor:
plain, with its own prvs recipe, with a local_scan that does nothing, and with
ours, in turn in one run."""

import os
import pathlib
import resource
import statistics
import time

import bench_smtpd
from bench_smtpd import compared, in_turn, say  # and the tests' library is found

import build
import exim
import layouts
import notices
from host import wait_until
from net import own_lan
from talk import forge

ROUNDS = 9
SESSIONS = 32
BOUNCES = 1600  # of a kind, in a round
CONNECTIONS = 320  # the same, a bounce each
MILLISECONDS = 700  # of mail that leaves
USERS = 100  # new ones in each round: no tag is replayed too often
CONFIGS = "/etc/exim4/bench"
SPOOL = "/var/spool/exim4"
SECRET = "open sesame"
TICKS = os.sysconf("SC_CLK_TCK")

# All users exist, and nothing is delivered but what leaves, when it is told to,
# to nowhere. Without a certificate Exim would make a key for each connection.
COMMON = {
    f"{exim.CONFIG}/main/60_bench": """\
queue_only = true
tls_advertise_hosts =
smtp_accept_queue_per_connection = 0
""",
    f"{exim.CONFIG}/router/260_bench": """\
bench:
  driver = accept
  domains = +local_domains
  condition = ${if match{$local_part}{^user}}
  transport = maildir_home
""",
    f"{exim.CONFIG}/router/110_bench": """\
bench_away:
  driver = accept
  domains = ! +local_domains
  transport = bench_away
""",
    f"{exim.CONFIG}/transport/40_bench": """\
bench_away:
  driver = appendfile
  file = /dev/null
  user = Debian-exim
.ifdef REMOTE_SMTP_RETURN_PATH
  return_path = REMOTE_SMTP_RETURN_PATH
.endif
""",
}
# Exim's own recipe, as its manual has it, with its known traps mended.
NATIVE = {
    f"{exim.CONFIG}/main/50_native": f"""\
BATV_KEY = {SECRET}
addresslist batv_senders = *@example.org
CHECK_RCPT_LOCAL_ACL_FILE = /etc/exim4/native
""",
    "/etc/exim4/native": r"""
deny
  senders = :
  domains = +local_domains
  condition = ${prvscheck{$local_part@$domain}{BATV_KEY}{1}}
  !condition = $prvscheck_result
  message = 5.7.1 invalid or expired bounce signature
""",
    f"{exim.CONFIG}/router/250_native": r"""
batv_redirect:
  driver = redirect
  domains = +local_domains
  condition = ${if match{$local_part}{\N^(?i)prvs=\N}}
  data = ${prvscheck{$local_part@$domain}{BATV_KEY}}
""",
    f"{exim.CONFIG}/transport/11_native": r"""
REMOTE_SMTP_RETURN_PATH = ${if and{\
  {match_address{$return_path}{+batv_senders}}\
  {!match{$return_path}{\N^(?i)prvs=\N}}}\
  {${prvs{${lc:$return_path}}{BATV_KEY}{0}}}fail}
""",
}
NOOP = {f"{exim.CONFIG}/main/50_noop":
        f"local_scan_path = {exim.MODULES}/noop.so\n"}
OURS = {target: (exim.EXAMPLES / name).read_text()
        for name, target in exim.SPLIT.items()}
# What -light does, which cannot ask at RCPT.
AT_DATA = {**OURS, exim.SPLIT["rcpt"]: "\n"}

# Name, what is added to the configuration, whose tags the recipients have.
KINDS = (
    ("plain", {}, None),
    ("native prvs recipe", NATIVE, "theirs"),
    ("no-op local_scan", NOOP, None),
    ("ours, at DATA", AT_DATA, "ours"),
    ("ours, at RCPT and DATA", OURS, "ours"),
)
PORTS = {kind[0]: 2500 + number for number, kind in enumerate(KINDS)}
PLAIN, NATIVE_NAME, NOOP_NAME, AT_DATA_NAME, OURS_NAME = PORTS
# Name, the kind whose daemon takes it, mails of a sender. Exim's own recipe
# signs when it delivers: there it is compared.
LEAVING = (
    ("plain", PLAIN, 10),
    ("no-op local_scan", NOOP_NAME, 10),
    ("ours, ten mails a sender", AT_DATA_NAME, 10),
    ("ours, one mail a sender", AT_DATA_NAME, 1),
)
DELIVERED = (
    ("plain", PLAIN, 10),
    ("native prvs recipe", NATIVE_NAME, 10),
    ("ours, ten mails a sender", AT_DATA_NAME, 10),
    ("ours, one mail a sender", AT_DATA_NAME, 1),
)
FEW_MILLISECONDS = 100  # of mail that is delivered: one by one


class Cost:
    """Processor seconds of processes and of their children that ended."""

    def __init__(self, *pids):
        self.pids = pids
        self.before = self._now()

    def _now(self):
        total = 0
        for pid in self.pids:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text(
                encoding="ascii")
            total += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
        return total / TICKS

    def spent(self):
        return self._now() - self.before


class Results:
    """Rates and costs of some kinds, under the same load."""

    def __init__(self, names):
        self.rates = {name: [] for name in names}
        self.costs = {name: [] for name in names}

    def add(self, name, count, seconds, cost):
        self.rates[name].append(count / seconds)
        self.costs[name].append(cost / count * 1e3)

    def show(self, title, base, unit):
        say(f" {title}")
        for name, costs in self.costs.items():
            line = compared(name, self.rates[name], self.rates[base], base)
            say(f"{line}; processor {statistics.median(costs):.2f} ms a "
                f"{unit}")


class Bench:
    """A host with one engine, and a daemon of each kind at its own port."""

    def __init__(self, host):
        self.host = host
        self.daemons = {}
        self.word = 0  # of the burst at hand

    def prepare(self):
        host = self.host
        host.path("/var/tmp/bounce").mkdir()
        host.path("/var/tmp/bounce/1").write_text(
            notices.bounce("made.here@example.org").replace(
                "Text.", "Text of some length.\n" * 60), newline="\r\n")
        host.backstop("init")
        host.start_engine()
        host.configure_exim()
        for path, text in COMMON.items():
            host.write(path, text)
        for name, files, _ in KINDS:
            self.start(name, files)
        self.check_refusals()

    def start(self, name, files):
        """A daemon whose configuration Debian's scheme has made. It has read
        all of it when it listens."""
        host, path = self.host, f"{CONFIGS}/{PORTS[name]}"
        for target, text in files.items():
            host.write(target, text)
        host.update_exim()
        host.write(path, host.read("/var/lib/exim4/config.autogenerated"))
        with open(host.path("/etc/exim4/trusted_configs"), "a",
                  encoding="ascii") as trusted:
            trusted.write(f"{path}\n")
        daemon = host.start(f"exim-{PORTS[name]}", "exim4", "-bdf", "-C",
                            path, "-oX", PORTS[name])
        wait_until(lambda: host.greets(PORTS[name]), lambda:
                   f"{name} to greet:\n{daemon.text()}{host.exim_log()}")
        for target in files:  # not what the next delivery reads again
            if target.startswith(exim.CONFIG):
                host.path(target).unlink()
        self.daemons[name] = daemon

    def recipients(self, whose):
        """New ones, with tags."""
        self.word += 1
        plain = [f"user{self.word}n{n}@example.org" for n in range(USERS)]
        if whose == "ours":
            with self.host.questions() as questions:
                return [questions.sign(each)["address"] for each in plain]
        if whose == "theirs":
            return self.host.run(
                "exim4", "-C", f"{CONFIGS}/{PORTS[PLAIN]}", "-be", *(
                    f"${{prvs{{{each}}}{{{SECRET}}}{{0}}}}"
                    for each in plain)).stdout.split()
        return plain

    def check_refusals(self):
        """Who looks at tags refuses one that is bad."""
        for name, _, whose in KINDS:
            if not whose:
                continue
            bad = forge(self.recipients(whose)[0])
            said = self.load(name, "-b", "/var/tmp/bounce",
                             layouts.OUR_ADDRESS, PORTS[name], 1, 1, bad)
            assert said[:2] == ["0", "1"], (name, said)

    def load(self, *words):
        return self.host.run("smtp_load", *words[1:]).stdout.split()

    def measured(self, results, name, daemon, words, trace):
        """Adds what a load came to; trace is what the spool then has of each
        message."""
        process = self.daemons[daemon].process.pid
        cost = Cost(process, self.host.engine.process.pid)
        accepted, refused, seconds = self.load(name, *words)
        wait_until(lambda: not pathlib.Path(
            f"/proc/{process}/task/{process}/children").read_text(
                encoding="ascii"), "the sessions to end")
        results.add(name, int(accepted), float(seconds), cost.spent())
        assert refused == "0", (name, refused)
        self.check_spool(int(accepted), trace)

    def check_spool(self, accepted, trace):
        """And empties it, so that none has more to do than the one before."""
        found = self.host.run("grep", "-rlE", trace, f"{SPOOL}/input",
                              check=False).stdout.splitlines()
        assert len(found) == accepted, (trace, len(found), accepted)
        self.host.run("find", f"{SPOOL}/input", f"{SPOOL}/msglog", "-type",
                      "f", "-delete")

    def bounces(self, rounds, count, a_session):
        results = Results(PORTS)
        for _, (name, _, whose) in in_turn(rounds, KINDS):
            self.measured(
                results, name, name,
                ["-n", a_session, "-b", "/var/tmp/bounce",
                 layouts.OUR_ADDRESS, PORTS[name], SESSIONS, count,
                 *self.recipients(whose)],
                "X-Backstop: genuine reason=tag" if whose == "ours"
                else "Subject: Undelivered Mail")
        return results

    def leaving(self):
        results = Results([kind[0] for kind in LEAVING])
        for _, (name, daemon, mails) in in_turn(ROUNDS, LEAVING):
            self.word += 1
            self.measured(
                results, name, daemon,
                ["-n", 100000, PORTS[daemon], SESSIONS, MILLISECONDS, mails,
                 f"w{self.word}"],
                r"local_scan prvs=" if name.startswith("ours")
                else r"Subject: load")
        return results

    def delivered(self):
        """Taken in and delivered, which are timed apart and added."""
        results = Results([kind[0] for kind in DELIVERED])
        for _, (name, daemon, mails) in in_turn(ROUNDS, DELIVERED):
            self.word += 1
            cost = Cost(self.daemons[daemon].process.pid,
                        self.host.engine.process.pid)
            accepted, refused, seconds = self.load(
                name, "-n", 100000, PORTS[daemon], SESSIONS, FEW_MILLISECONDS,
                mails, f"w{self.word}")
            assert refused == "0", (name, refused)
            begun = len(self.host.exim_lines(r" => "))
            runner = self.run_queue(daemon)
            lines = self.host.exim_lines(r" => ")[begun:]
            signed = sum("P=<prvs=" in line for line in lines)
            assert len(lines) == int(accepted), (
                name, accepted, self.host.exim_log()[-1000:])
            assert signed == (0 if name == PLAIN else len(lines)), lines[:1]
            results.add(name, int(accepted), float(seconds) + runner[0],
                        cost.spent() + runner[1])
        return results

    def run_queue(self, daemon):
        """Seconds that pass, and those of the processor."""
        def used():
            use = resource.getrusage(resource.RUSAGE_CHILDREN)
            return use.ru_utime + use.ru_stime
        before, began = used(), time.monotonic()
        self.host.run("exim4", "-C", f"{CONFIGS}/{PORTS[daemon]}", "-q")
        return time.monotonic() - began, used() - before

    def run(self):
        self.bounces(ROUNDS, BOUNCES, 100000).show(
            "bounces to valid tags", NATIVE_NAME, "message")
        self.leaving().show("mail that leaves", PLAIN, "message")
        self.delivered().show("mail that leaves, and is delivered",
                              NATIVE_NAME, "message")
        # 4.96 may hold back its farewell: no rate is measured by them
        self.bounces(ROUNDS, CONNECTIONS, 1).show(
            "bounces to valid tags, a connection each", NATIVE_NAME,
            "connection")


def measure(suite):
    lan = own_lan(suite)
    stage = bench_smtpd.stage_of(suite, lan)
    lab = build.exim_lab_of(build.lab_of(suite, lan, stage), "heavy", stage)
    for place in ("disk", "memory"):
        say(f"{lab.version()}, Debian {suite}, spool in {place}: messages a "
            f"second, {SESSIONS} sessions, median of {ROUNDS} rounds")
        with lab.bare_ours(probe_limit="0") as host:
            bench_smtpd.put_on_disk(host, "/var/lib/backstop", suite)
            if place == "disk":
                bench_smtpd.put_on_disk(host, SPOOL, suite)
            bench = Bench(host)
            bench.prepare()
            bench.run()


if __name__ == "__main__":
    bench_smtpd.main(measure)
