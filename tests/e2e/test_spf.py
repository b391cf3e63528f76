"""SPF in front of real smtpd: mail is refused in the session, or gets header
fields."""

import pytest

import both_spf
import layouts
from forgery import served, speak
from smtp import Dialogue
from talk import ALICE


@pytest.fixture(scope="module")
def mx(lab):
    yield from served(lab, layouts.reading(layouts.one_hop))


class TestSpf(both_spf.OfBoth):
    def test_client_disconnects_during_the_check(self, mx, word):
        """A client disconnects while SPF is being checked."""
        with Dialogue(mx.lan.space, mx.address) as session:
            session.say("EHLO client.example")
            session.say_nothing_after("MAIL FROM:<u@silent.example>")
        assert speak(mx, "u@good.example", ALICE, word).startswith("250")
        mx.wait_mail("alice", word)
