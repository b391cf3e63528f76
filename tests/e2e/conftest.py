"""Fixtures of the end-to-end tests: labs, hosts, words."""

import os
import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
import build  # noqa: E402
import corpus  # noqa: E402
import layouts  # noqa: E402
import roots  # noqa: E402
from net import own_lan  # noqa: E402
from smtp import Sink  # noqa: E402


pytest_plugins = ["hooks"]
pytest.register_assert_rewrite("both_evidence", "both_own_mail", "both_spf")


def pytest_configure(config):
    config.slow_first = (
        "test_spf_peers", "test_exim_trouble", "test_engine_trouble",
        "test_attacks", "test_spf_dns", "test_spf_suite", "test_exim_demo",
        "test_exim_lies", "test_exim_settings", "test_exim_evidence",
        "test_store_trouble", "test_both_layouts", "test_exim_relay")


def pytest_generate_tests(metafunc):
    if "lab" in metafunc.fixturenames:
        metafunc.parametrize(
            "lab", metafunc.config.getoption("suite") or roots.SUITES,
            indirect=True, scope="session")


@pytest.fixture(scope="session")
def lab(request):
    suite = request.param
    lan = own_lan(suite)
    made = build.lab_of(suite, lan, stage_of(suite, lan))
    made.exims = {}
    return made


def stage_of(suite, lan):
    """What tests/run.sh has built; or it is built now."""
    name = f"BACKSTOP_STAGE_{suite}"
    if name not in os.environ:
        os.environ[name] = str(build.plain_stage(suite, lan))
    return os.environ[name]


@pytest.fixture(scope="session", params=["light", "heavy"])
def exim(request, lab):
    """The lab of Exim beside that of OpenSMTPD."""
    made = lab.exims.get(request.param)
    if not made:
        made = lab.exims[request.param] = build.exim_lab_of(
            lab, request.param, stage_of(lab.suite, lab.lan))
    return made


@pytest.fixture(scope="session")
def spf_host(lab):
    """A host with all engines for SPF; each test serves its own DNS there."""
    with build.spf_host_of(lab, stage_of(lab.suite, lab.lan)) as made:
        yield made


@pytest.fixture(scope="module")
def remote(lab):
    with lab.remote() as made:
        yield made


@pytest.fixture(scope="module")
def sink(lab):
    """A host that takes all mail for others, where a test can look at it."""
    made = Sink(lab.lan, layouts.SINK_ADDRESS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def bounces():
    """The folder of the labelled bounces. Without the corpus the test is
    skipped, or fails where nothing may be missing."""
    found = corpus.bounces()
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"there is no corpus at {corpus.folder()}")
    return found


@pytest.fixture
def ours(lab):
    """Our host in the one-hop layout, for this test alone."""
    with lab.ours() as made:
        yield made


@pytest.fixture
def word():
    """A subject that no other mail has."""
    return f"word-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module", params=["one_hop", "two_hops"])
def either(request, lab):
    """Our host in one layout, then in the other."""
    with lab.ours(getattr(layouts, request.param)) as made:
        made.layout = request.param
        yield made
