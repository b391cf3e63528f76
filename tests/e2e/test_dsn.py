"""Whom OpenSMTPD tells of mail that it took and cannot deliver."""

import pytest

import both_dsn
import layouts
from both_dsn import settle, told, whole
from forgery import reconfigured, served

BARE = 2525


def layout(has_auth):
    """With a listener that offers no DSN, and early warnings of delays."""
    return (layouts.reading(layouts.one_hop)(has_auth) +
            "bounce warn-interval 1s\n"
            f'listen on eth0 port {BARE} no-dsn filter "bs-in"\n')


@pytest.fixture(scope="module")
def mx(lab):
    yield from served(lab, layout, f'lost: "|exit 67"\n{both_dsn.LATER}')


class TestDsn(both_dsn.OfBoth):
    return_path = both_dsn.sender("soft")

    def test_old_greeting(self, mx, sink, word):
        """smtpd takes NOTIFY of a client that said HELO, too: whether the
        listener does is known by the others."""
        with reconfigured(mx, mode="mark", dsn="not-failed"):
            whole(mx, "good", f"{word}-first-", "lost")
            whole(mx, "soft", f"{word}-then-", "lost", hello="HELO")
            settle(mx)
        assert told(sink, f"{word}-first-") and not told(sink,
                                                         f"{word}-then-")

    @pytest.mark.parametrize("hello", ("HELO", "EHLO"))
    def test_listener_without_dsn(self, mx, sink, word, hello):
        """It would refuse a recipient with NOTIFY: the mail is delivered, and
        what is not is told of."""
        with reconfigured(mx, mode="mark", dsn="not-failed"):
            assert all(reply.startswith("250") for reply in whole(
                mx, "soft", word, "alice", "lost", hello=hello, port=BARE))
            settle(mx)
        mx.wait_mail("alice", word)
        assert told(sink, word)
        if hello == "EHLO":
            mx.smtpd.wait_for(f'listener at {mx.address}:{BARE} has "no-dsn"')
