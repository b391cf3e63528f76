"""RFC 7208's test suite over real DNS: ours, and the others beside it."""

import contextlib
import os

import pytest

import corpus
import spf_lab
import spf_suite
from dnsd import Dnsd

# Engines ask the system's resolver, which is the host's own port 53.
RESOLVER = "127.0.0.1", 53


@pytest.fixture(scope="module")
def scenarios():
    if not spf_suite.path():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"there is no corpus at {corpus.folder()}")
    return spf_suite.scenarios()


@pytest.fixture(scope="module")
def dns(spf_host):
    with Dnsd(*RESOLVER, {}, space=spf_host.space) as server:
        yield server


class Score:
    """How many results were right, and with their explanations."""

    def __init__(self):
        self.results = self.explained = self.count = 0
        self.wrong = []

    def add(self, case, result, explanation):
        self.count += 1
        if result not in case.results:
            self.wrong.append(f"{case.name}: {result}, not "
                              f"{' or '.join(case.results)}")
            return
        self.results += 1
        if case.explanation not in (None, explanation) and result == "fail":
            self.wrong.append(f"{case.name}: {explanation!r}, not "
                              f"{case.explanation!r}")
            return
        self.explained += 1


def score(engine, host, dns, scenarios):
    """By the system's resolver, one scenario after the other."""
    made = Score()
    for scenario in scenarios:
        dns.load(spf_suite.zone(scenario))
        cases = list(spf_suite.cases(scenario))
        for case, said in zip(cases, engine(host, cases)):
            made.add(case, *said)
    assert made.count == spf_suite.COUNT
    return made


def tell(record_property, name, made):
    record_property(
        "figure", f"SPF suite: {name:24} {made.results:3} of {made.count} "
        f"results right, {made.explained:3} with explanation")


def test_suite_with_our_program(spf_host, dns, scenarios, record_property):
    made = score(spf_lab.ours, spf_host, dns, scenarios)
    tell(record_property, "ours", made)
    assert not made.wrong, "\n".join(made.wrong)


def test_suite_with_silent_servers(spf_host, scenarios, record_property):
    """TIMEOUT as it really is: no answer at all. That is slow, so each
    scenario has a server of its own, and all run at once."""
    made = Score()
    with contextlib.ExitStack() as stack:
        cases = []
        for number, scenario in enumerate(scenarios, 1):
            server = f"127.0.1.{number}"
            stack.enter_context(Dnsd(
                server, 53, spf_suite.zone(scenario, "SILENT"),
                space=spf_host.space))
            cases += [(case, server) for case in spf_suite.cases(scenario)]
        said = spf_lab.each(lambda each: spf_lab.our_word(
            spf_host, each[0], "--dns", each[1]), cases, 16)
        for (case, _), word in zip(cases, said):
            made.add(case, *word)
    tell(record_property, "ours, TIMEOUT as silence", made)
    assert not made.wrong, "\n".join(made.wrong)


@pytest.mark.parametrize("name", spf_lab.OTHERS)
def test_suite_with_other_programs(spf_host, dns, scenarios, name,
                                   record_property):
    """Printed only: here DNS is the same for all programs."""
    made = score(spf_lab.OTHERS[name], spf_host, dns, scenarios)
    tell(record_property, name, made)
    assert made.results > 0
