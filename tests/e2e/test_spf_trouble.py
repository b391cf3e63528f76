"""SPF in front of real smtpd without DNS, without the engine, and where
messages are not read."""

import layouts
from forgery import flat, served, settings, speak
from host import wait_until
from smtp import Dialogue
from talk import ALICE


def test_without_dns(lab, word):
    """Nobody can be asked: mail flows, and without delay."""
    changes = settings(mode="mark", deadline="60")
    with lab.ours(layouts.reading(layouts.one_hop), **changes) as host:
        assert speak(host, "u@bad.example", ALICE, word).startswith("250")
        mail = host.wait_mail("alice", word)
        assert flat(mail["Received-SPF"]).startswith("temperror ")


def test_the_engine_dies_meanwhile(lab, word):
    for host in served(lab, layouts.one_hop):
        with Dialogue(host.lan.space, host.address) as session:
            session.say("EHLO client.example")
            session.send(b"MAIL FROM:<u@silent.example>\r\n")
            wait_until(lambda: host.dns.questions("silent.example"),
                       "a question to DNS")
            host.engine.kill()
            assert session.reply().startswith("250")
            assert session.say(f"RCPT TO:<{ALICE}>").startswith("250")
        host.start_engine()
        wait_until(lambda: speak(host, "u@bad.example", ALICE,
                                 word).startswith("550"),
                   "the filter to find the engine again")


def test_messages_that_are_not_read(lab, word):
    """smtpd itself then marks what is junk."""
    def layout(has_auth):
        return layouts.one_hop(has_auth).replace(
            '" user _bsfilter', ' -i no" user _bsfilter')

    for host in served(lab, layout):
        assert speak(host, "u@soft.example", ALICE, word).startswith("250")
        mail = host.wait_mail("alice", word)
        assert mail["X-Spam"].lower() == "yes"
        assert mail["Received-SPF"] is None
