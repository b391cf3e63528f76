"""Exim and OpenSMTPD on one host, beside one engine."""

import json

import pytest

import layouts
import notices
from exim import OurEximHost
from host import mount
from strikes import strike
from talk import ALICE, SIGNED, bounce, forge, send

RUN = "/run/backstop"


@pytest.fixture
def pair(lab, exim):
    """Two mail servers and one engine. Their packages conflict, so each has a
    tree of its own; the engine's folder is in both."""
    with lab.bare_ours(clients="_bsfilter, Debian-exim") as smtpd, \
            OurEximHost(lab.lan, "mx2", "192.0.2.11", exim.trees) as mx:
        number = mx.run("id", "-u", "Debian-exim").stdout.strip()
        smtpd.run("useradd", "--system", "--badname", "--non-unique", "--uid",
                  number, "Debian-exim")
        smtpd.backstop("init")
        smtpd.start_engine()
        smtpd.start_smtpd(layouts.reading(layouts.one_hop)(lab.has_auth))
        mx.path(RUN).mkdir(parents=True, exist_ok=True)
        mount("--bind", smtpd.path(RUN), mx.path(RUN))
        mx.add_aliases()
        exim.start_server(mx, None)
        yield smtpd, mx


def test_one_engine_for_both(pair, remote, word):
    """A bounce of what one has signed comes home through the other, and what
    one has sent is known to the other."""
    smtpd, mx = pair
    for there, back in ((mx, smtpd), (smtpd, mx)):
        said = f"{word}-{there.name}"
        send(there, "carol@remote.example", said)
        mail = remote.wait_mail("carol", said)
        assert SIGNED.fullmatch(mail.return_path)
        assert bounce(back, mail.return_path, f"{said}-b").startswith("250")
        home = back.wait_mail("alice", f"{said}-b")
        assert home["X-Backstop"].startswith("genuine reason=tag ")
        assert bounce(back, forge(mail.return_path), said)[:3] == "550"
        reply, home = strike(back, ALICE, notices.bounce(
            mail["Message-ID"].strip("<>"), "carol@remote.example"))
        assert reply.startswith("250")
        assert home["X-Backstop"] == "genuine reason=message-id row=12"
    status = json.loads(smtpd.backstop("--json", "status").stdout)
    assert status["store"]["gaps"] == []
