"""Records and answers that are meant to hurt: each check ends as it must."""

import os
import signal

import pytest

import spf_hostile
import spf_lab
from dnsd import Dnsd
from host import wait_until

RESOLVER = "127.0.0.1", 53
DEADLINE_MS = 8000
GOOD = {"good.example": [["TXT", "v=spf1 ip4:192.0.2.99 -all"]]}
GOOD_QUERY = ("mailfrom", spf_hostile.CLIENT, "good.example",
              "u@good.example")


@pytest.fixture(scope="module")
def traps():
    return spf_hostile.traps()


@pytest.fixture(scope="module")
def dns(spf_host, traps):
    with Dnsd(*RESOLVER, {**spf_hostile.zone(traps), **GOOD},
              space=spf_host.space) as server:
        yield server


def query(trap):
    return ("mailfrom", spf_hostile.CLIENT, "helo.example", f"u@{trap.name}")


def asked(dns, trap):
    """Questions for the trap's names and for what they lead to; those that
    came again by TCP are the same."""
    return sum(count - dns.asked_by_tcp[name, kind]
               for (name, kind), count in dns.asked.items()
               if name == trap.name or name.endswith("." + trap.name)
               or name.endswith(".arpa") and trap.name.startswith("ptr."))


def faults(dns, traps, found):
    """One line for each result that is not as it must be."""
    for trap, one in zip(traps, found):
        said = f"{trap.name}: {one.result} ({one.problem})"
        if one.result not in trap.results:
            yield f"{said}, not {' or '.join(trap.results)}"
        if trap.queries and asked(dns, trap) > trap.queries:
            yield (f"{said} after {asked(dns, trap)} questions, more than "
                   f"{trap.queries}")
        if one.elapsed_ms > DEADLINE_MS + 2000:
            yield f"{said} after {one.elapsed_ms} ms"
        if not all(" " <= octet <= "~" for octet in
                   one.explanation + one.problem + one.mechanism):
            yield f"{said}: octets that are not printable"


def test_one_after_the_other(spf_host, dns, traps, record_property):
    """Each with an honest check behind it, which must not suffer."""
    # What waits for silence goes beside others in the next test.
    here = [trap for trap in traps if trap.queries]
    dns.forget()
    queries = [each for trap in here for each in (query(trap), GOOD_QUERY)]
    found = spf_lab.many(spf_host, queries, 1, DEADLINE_MS)
    assert {one.result for one in found[1::2]} == {"pass"}
    wrong = list(faults(dns, here, found[::2]))
    record_property("figure", f"SPF traps: {len(here) - len(wrong)} of "
                    f"{len(here)} end as they must")
    assert not wrong, "\n".join(wrong)


def test_all_at_once(spf_host, dns, traps):
    dns.forget()
    queries = [query(trap) for trap in traps] + [GOOD_QUERY]
    found = spf_lab.many(spf_host, queries, 500, DEADLINE_MS)
    assert found[-1].result == "pass"
    wrong = list(faults(dns, traps, found))
    assert not wrong, "\n".join(wrong)


def test_command_line(spf_host, dns, traps):
    """The same by the installed program, some of each family."""
    def ask(trap):
        return spf_lab.check(spf_host, spf_hostile.CLIENT, f"u@{trap.name}",
                             "helo.example")["result"]
    here = [trap for trap in traps if trap.queries][::5]
    said = spf_lab.each(ask, here)
    assert not [(trap.name, result) for trap, result in zip(here, said)
                if result not in trap.results]


def test_debians_program_for_comparison(spf_host, dns, traps, record_property):
    """Printed only: how Debian's program for libspf2 ends on the same
    records."""
    def ask(trap):
        done = spf_host.run("timeout", "2", "spfquery.libspf2",
                            f"--ip={spf_hostile.CLIENT}",
                            f"--sender=u@{trap.name}", "--helo=helo.example",
                            check=False)
        return done.returncode
    here = [trap for trap in traps if trap.queries]
    ends = spf_lab.each(ask, here)
    record_property(
        "figure", f"SPF traps: stock libspf2 died on "
        f"{sum(end in (134, 135, 139, -6, -11) for end in ends)} of "
        f"{len(here)}, ran for more than 2 s on {ends.count(124)}")


def youngest(host, daemon):
    """The last descendant of a process: the child that checks."""
    parents = {}
    for pid in host.processes():
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                parents[int(stat.read().rpartition(")")[2].split()[1])] = pid
        except OSError:
            continue
    pid = daemon.process.pid
    while pid in parents:
        pid = parents[pid]
    return pid


@pytest.fixture
def waiting(spf_host, dns):
    """spf_many with checks in flight that wait for DNS, and its output."""
    names = [f"slow{at}.example" for at in range(50)]
    dns.load({name: [["TXT", "v=spf1 ip4:192.0.2.99 -all"], ["DELAY", 1500]]
              for name in names})
    spf_host.write("/tmp/queries", "".join(
        f"mailfrom\t{spf_hostile.CLIENT}\thelo.example\tu@{name}\n"
        for name in names))
    daemon = spf_host.start("spf_many", "sh", "-c",
                            "exec spf_many -n 50 </tmp/queries")
    wait_until(lambda: dns.questions(names[-1]), "questions in flight")
    yield daemon
    daemon.stop()


def results(daemon):
    lines = [line.split("\t") for line in daemon.text().splitlines()
             if "\t" in line]
    return [line[1] for line in lines]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_child_dies(spf_host, waiting, number):
    """Its checks are asked again, and nothing is lost."""
    child = youngest(spf_host, waiting)
    assert child != waiting.process.pid
    os.kill(child, number)
    waiting.wait_for(r"checks in")
    assert results(waiting) == ["pass"] * 50


def test_children_die(spf_host, dns, waiting):
    """Checks that two children were lost with end, and soon."""
    first = youngest(spf_host, waiting)
    os.kill(first, signal.SIGSEGV)
    before = dns.questions()
    wait_until(lambda: dns.questions() > before, "questions of the next")
    second = youngest(spf_host, waiting)
    assert second not in (first, waiting.process.pid)
    os.kill(second, signal.SIGSEGV)
    waiting.wait_for(r"checks in")
    assert len(results(waiting)) == 50
    assert set(results(waiting)) <= {"pass", "temperror"}
