"""SPF through Debian's own DNS servers, and while they are in trouble."""

import contextlib
import signal

import pytest

import corpus
import dns_servers
import spf_lab
import spf_suite
from dnsd import Dnsd

CLIENT = "192.0.2.99"
ZONE = {
    "good.example": [["TXT", "v=spf1 a:host.good.example -all"]],
    "host.good.example": [["A", CLIENT]],
    "bad.example": [["TXT", "v=spf1 mx include:good.example -all"],
                    ["MX", [10, "mx.bad.example"]]],
    "mx.bad.example": [["A", "192.0.2.7"]],
    # too long for UDP
    "long.example": [["TXT", "v=spf1 " + "ip4:198.51.100.0/24 " * 190
                      + "ip4:192.0.2.99 -all"]],
}
# How long a check may run over its deadline before the test takes it for hung.
PATIENCE_MS = 5000


def check(host, domain="good.example", client=CLIENT, *options):
    return spf_lab.check(host, client, f"u@{domain}", "helo.example",
                         *options)


def soon(said, deadline_ms=20000):
    return said["elapsed_ms"] <= deadline_ms + PATIENCE_MS


@contextlib.contextmanager
def resolvers(host, *addresses):
    before = host.read("/etc/resolv.conf")
    host.write("/etc/resolv.conf", "".join(
        f"nameserver {address}\n" for address in addresses))
    try:
        yield
    finally:
        host.write("/etc/resolv.conf", before)


@contextlib.contextmanager
def real_servers(host, zone, *settings):
    """nsd and unbound, in front of our port 53."""
    nsd = dns_servers.start_nsd(host, zone)
    unbound = dns_servers.start_unbound(host, *settings)
    try:
        yield unbound
    finally:
        for daemon in (unbound, nsd):
            daemon.stop()
            host.daemons.remove(daemon)


@contextlib.contextmanager
def unbound_before(host, zone, **more):
    """unbound, and a server with a script in the place of nsd."""
    with Dnsd(dns_servers.NSD, 53, zone, space=host.space, **more) as dns:
        unbound = dns_servers.start_unbound(host)
        try:
            yield dns
        finally:
            unbound.stop()
            host.daemons.remove(unbound)


@pytest.mark.skipif(not spf_suite.path(), reason="there is no corpus at "
                    f"{corpus.folder()}")
def test_suite_over_real_servers(spf_host, record_property):
    """All scenarios but those that need a server in trouble."""
    count, wrong = 0, []
    for scenario in spf_suite.scenarios():
        zone = dns_servers.lawful(spf_suite.zone(scenario))
        cases = [case for case in spf_suite.cases(scenario)
                 if "temperror" not in case.results]
        with real_servers(spf_host, zone):
            said = spf_lab.ours(spf_host, cases)
        count += len(cases)
        for case, (result, explanation) in zip(cases, said):
            if result not in case.results or (
                    result == "fail"
                    and case.explanation not in (None, explanation)):
                wrong.append(f"{case.name}: {result} {explanation!r}")
    record_property("figure", f"SPF suite through unbound and nsd: "
                    f"{count - len(wrong)} of {count}")
    assert count > 150
    assert not wrong, "\n".join(wrong)


def test_real_servers_answer(spf_host):
    with real_servers(spf_host, ZONE):
        assert check(spf_host)["result"] == "pass"
        assert check(spf_host, client="192.0.2.1")["result"] == "fail"
        assert check(spf_host, "bad.example")["result"] == "pass"
        assert check(spf_host, "absent.example")["result"] == "none"
        assert check(spf_host, "long.example")["result"] == "pass"


def test_no_server_listens(spf_host):
    """A server that refuses at once: the check need not be fast, but it must
    end."""
    said = check(spf_host)
    assert said["result"] == "temperror" and soon(said)


def test_the_first_server_is_silent(spf_host):
    """A resolver that is stopped, and another one that answers after it."""
    with real_servers(spf_host, ZONE) as unbound:
        unbound.send(signal.SIGSTOP)
        said = check(spf_host)
        assert said["result"] == "temperror" and soon(said)
        unbound.send(signal.SIGCONT)
        assert check(spf_host)["result"] == "pass"
        with resolvers(spf_host, "127.0.0.77", "127.0.0.1"):
            assert check(spf_host)["result"] == "pass"
        with Dnsd("127.0.0.78", 53, {"example": [["SILENT"]],
                                     "*.example": [["SILENT"]]},
                  space=spf_host.space):
            with resolvers(spf_host, "127.0.0.78", "127.0.0.1"):
                said = check(spf_host)
                assert said["result"] == "pass" and soon(said)


def test_the_authoritative_server_is_down(spf_host):
    """unbound runs, but the authoritative server does not."""
    unbound = dns_servers.start_unbound(spf_host)
    try:
        said = check(spf_host)
        assert said["result"] == "temperror" and soon(said)
    finally:
        unbound.stop()
        spf_host.daemons.remove(unbound)


ROOT = {"": [["NS", dns_servers.ROOT_SERVER]],
        dns_servers.ROOT_SERVER: [["A", dns_servers.NSD]]}


def test_each_answer_is_late(spf_host):
    """Each answer comes, but late."""
    with unbound_before(spf_host, {**ROOT, **ZONE}, delay_ms=300):
        for domain in ("good.example", "bad.example"):
            assert check(spf_host, domain)["result"] == "pass"


def test_the_deadline_ends_slow_lookups(spf_host):
    """Ten lookups of three seconds each: the deadline ends it."""
    zone = {"slow.example": [["TXT", "v=spf1 " + "".join(
        f"a:h{at}.slow.example " for at in range(10)) + "-all"]],
            "*.slow.example": [["A", "192.0.2.1"], ["DELAY", 3000]]}
    with Dnsd("127.0.0.1", 53, zone, space=spf_host.space):
        said = check(spf_host, "slow.example")
    assert said["result"] in ("temperror", "fail") and soon(said)


@pytest.mark.parametrize("lie", ["question", "owner", "cut", "garbage",
                                 "loop", "long-data", "id"])
def test_lying_behind_unbound(spf_host, lie):
    """An answer that unbound rejects counts as none."""
    zone = {**ROOT, **ZONE, "lie.example": [
        ["TXT", "v=spf1 +all"], ["LIE", lie]]}
    with unbound_before(spf_host, zone):
        said = check(spf_host, "lie.example")
        assert said["result"] in ("temperror", "none") and soon(said)
        assert check(spf_host)["result"] == "pass"
