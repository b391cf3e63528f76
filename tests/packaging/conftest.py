"""Fixtures of the packages' tests: what was built, hosts to install it on."""

import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
import layouts  # noqa: E402
import roots  # noqa: E402
from debs import Debs  # noqa: E402
from lab import Lab, USERS  # noqa: E402
from net import own_lan  # noqa: E402

pytest_plugins = ["hooks"]

# Of one release alone: what they are about is the same in the other.
ONE_RELEASE = {"test_watched": "bookworm"}


def pytest_configure(config):
    config.slow_first = ("test_booted",)


def pytest_ignore_collect(collection_path, config):
    """What is of one release is not looked at where that is not asked for."""
    wanted = ONE_RELEASE.get(collection_path.stem)
    suites = config.getoption("suite") or roots.SUITES
    return True if wanted and wanted not in suites else None


def pytest_generate_tests(metafunc):
    if ("debs" in metafunc.fixturenames
            and "layout" not in metafunc.fixturenames
            and metafunc.module.__name__ not in ONE_RELEASE):
        metafunc.parametrize(
            "debs", metafunc.config.getoption("suite") or roots.SUITES,
            indirect=True, scope="session")


@pytest.fixture(scope="session")
def debs(request):
    return Debs(request.param, own_lan(request.param))


@pytest.fixture(scope="session")
def remote(debs):
    """Another host, without Backstop."""
    lab = Lab(debs.suite, debs.lan, [roots.root(debs.suite)])
    with lab.remote() as made:
        for user in USERS:
            made.run("useradd", "--create-home", "--user-group", user)
        yield made


@pytest.fixture
def host(request, debs):
    """A host of Debian's base; the module says of what kind."""
    made = request.module.KIND(debs.lan, "ours", layouts.OUR_ADDRESS,
                               [debs.clean])
    with made:
        made.settle(debs)
        yield made


@pytest.fixture
def word():
    """A subject that no other mail has."""
    return f"word-{uuid.uuid4().hex[:12]}"
