"""What pytest does for all tests that need the namespaces of tests/run.sh."""

import os

import pytest

import host
import roots
from share import pytest_runtestloop  # noqa: F401, for pytest to find


def pytest_addoption(parser):
    parser.addoption("--suite", action="append", choices=roots.SUITES,
                     help="Debian release to test on (default: all)")
    parser.addoption("--slow", action="store_true",
                     help="what takes longer, too")


REPORT = pytest.StashKey()


def pytest_configure():
    if "BACKSTOP_WORK" not in os.environ:
        pytest.exit("run these by tests/run.sh, which makes their "
                    "namespaces", returncode=4)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows the logs of the hosts as they were. How a test
    went is kept with it, for its fixtures."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.stash[REPORT] = report
    if report.failed:
        for living in host.Host.living:
            report.sections.append((f"logs of {living.name}", living.logs()))
