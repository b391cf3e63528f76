"""The story of tests/demo.sh exim is true, in each release."""

import pytest

import demo
from host import Host


@pytest.fixture
def guests():
    """Closes the hosts of a test once its report is written."""
    before = list(Host.living)
    yield
    for host in [host for host in Host.living if host not in before]:
        host.close()


@pytest.mark.usefixtures("guests")
@pytest.mark.parametrize("exim", ["heavy"], indirect=True)
def test_demo_with_exim(lab, exim):
    """-light refuses nothing at RCPT."""
    demo.tell(exim, lab.remote(), demo.STORIES["exim"])
