"""Whom Exim tells of mail that it took and cannot deliver."""

import pytest

import both_dsn
from forgery import served
from exim import CONFIG


def layout(host):
    """With clients that may ask to be told, and early warnings of delays."""
    host.write("/home/dave/.forward", "|/bin/false\n")
    host.run("chown", "dave", "/home/dave/.forward")
    host.write(f"{CONFIG}/main/60_dsn",
               "dsn_advertise_hosts = *\ndelay_warning = 1s\n")


@pytest.fixture(scope="module")
def mx(exim):
    for host in served(exim, layout, f"lost: dave\n{both_dsn.LATER}"):
        host.settled = {"clients": "Debian-exim"}
        yield host


class TestDsn(both_dsn.OfBoth):
    return_path = ""

    def test_nothing_for_the_administrator(self, mx):
        """What nobody is told of is not logged as a trouble either."""
        assert mx.exim_log("panic") == ""
        assert not mx.frozen()
