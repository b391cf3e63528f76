"""The engine goes away while a message comes in: not an octet is lost."""

import signal

import pytest

import layouts
from smtp import Dialogue
from talk import ALICE


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_engine_goes_away_in_the_middle(lab, number, word):
    with lab.ours(layouts.reading(layouts.one_hop)) as host:
        with Dialogue(host.lan.space, host.address) as session:
            assert session.envelope("", ALICE)[0].startswith("250")
            assert session.begin_data().startswith("354")
            session.send(f"Subject: {word}\r\n\r\n".encode())
            host.engine.send(number)
            session.send(b"the rest\r\n")
            assert session.end_data().startswith("250")
        host.engine.send(signal.SIGCONT)
        mail = host.wait_mail("alice", word)
        assert mail.path.read_bytes().endswith(b"\n\nthe rest\n")
