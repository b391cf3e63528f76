"""What either mail server does about SPF: tests over the fixture mx."""

import pytest

from forgery import flat, OURS, reconfigured, speak, STRANGER
from talk import ALICE, BOB, CAROL, send

HOPELESS = "hopeless@example.org"


class OfBoth:
    @pytest.mark.usefixtures("sink")
    def test_no_bounce_to_an_innocent(self, mx, remote, word):
        """The user whose address was forged gets no bounce."""
        with reconfigured(mx, mode="observe"):
            assert speak(mx, CAROL, HOPELESS, word).startswith("250")
            assert "refused@sink.example" in remote.wait_mail("carol",
                                                              word).text
        reply = speak(mx, CAROL, HOPELESS, word + "-again")
        assert reply.startswith(
            "550 5.7.23 SPF: the record of remote.example does not allow "
            f"{STRANGER} to send its mail"), reply
        mx.engine.wait_for(
            "spf=fail identity=mailfrom domain=remote.example "
            f"client={STRANGER} mode=enforce action=reject")
        assert mx.queue().strip() == ""
        assert not any(word + "-again" in mail.text
                       for mail in remote.mails("carol"))

    @pytest.mark.parametrize("sender, wanted", (
        ("u@bad.example", "550 5.7.23 SPF: "),
        ("u@broken.example", "550 5.7.24 SPF: the record of broken.example "
         "cannot be used: "),
        ("u@dead.example", "451 4.7.24 SPF: the record of dead.example could "
         "not be read: "),
        (ALICE, "550 5.7.1 SPF: example.org is a domain of this host")))
    def test_replies(self, mx, word, sender, wanted):
        reply = speak(mx, sender, BOB, word)
        assert reply.startswith(wanted), reply

    def test_explanation(self, mx, word):
        assert speak(mx, "u@bad.example", BOB, word).endswith(
            f"The domain bad.example says: ask {STRANGER} why")

    def test_pass_is_told(self, mx, word):
        assert speak(mx, "u@good.example", ALICE, word).startswith("250")
        mail = mx.wait_mail("alice", word)
        assert flat(mail["Received-SPF"]).startswith(
            f"pass ({OURS}: domain of good.example designates {STRANGER} as "
            "permitted sender)")
        assert flat(mail["Authentication-Results"]).startswith(
            f"{OURS}; spf=pass smtp.mailfrom=good.example; spf=none ")
        assert mail["X-Spam"] is None

    def test_forged_results_are_removed(self, mx, word):
        head = (f"Authentication-Results: {OURS}; dkim=pass "
                "header.d=bad.example\n"
                "Authentication-Results:\n"
                f"\t(really) {OURS.upper()} 1; dmarc=pass\n"
                "Authentication-Results: other.example; spf=pass\n")
        assert speak(mx, "u@good.example", ALICE, word, head).startswith("250")
        text = mx.wait_mail("alice", word).text
        assert "dkim=pass" not in text and "dmarc=pass" not in text
        assert "other.example; spf=pass" in text
        assert text.count("\nAuthentication-Results:") == 2

    def test_softfail_is_junk(self, mx, word):
        assert speak(mx, "u@soft.example", ALICE, word).startswith("250")
        mail = mx.wait_mail("alice", word)
        assert mail["X-Spam"] == "yes"
        assert flat(mail["Received-SPF"]).startswith("softfail ")

    def test_null_sender_is_never_refused(self, mx, word):
        with reconfigured(mx, helo_fail="reject"):
            assert speak(mx, "u@good.example", ALICE, word,
                         helo="bad.example").startswith("550 5.7.23")
            assert speak(mx, "", ALICE, word,
                         helo="bad.example").startswith("250")
        mail = mx.wait_mail("alice", word)
        assert flat(mail["Received-SPF"]).startswith("fail ")
        assert "identity=helo" in flat(mail["Received-SPF"])
        assert mail["X-Spam"] is None
        mx.engine.wait_for(r"verdict=not-a-bounce .*spf=fail")

    def test_forwarder(self, mx, word):
        assert speak(mx, "u@bad.example", ALICE, word,
                     helo="mx.forwarder.example").startswith("250")
        mail = mx.wait_mail("alice", word)
        assert flat(mail["Received-SPF"]).startswith("fail ")
        assert mail["X-Spam"] is None

    def test_our_own_mail_is_not_asked_about(self, mx, word):
        mx.dns.forget()
        send(mx, BOB, word)
        assert mx.wait_mail("bob", word)["Received-SPF"] is None
        assert mx.dns.questions() == 0

    def test_observe_changes_nothing(self, mx, word):
        forged = f"Authentication-Results: {OURS}; dkim=pass\n"
        with reconfigured(mx, mode="observe"):
            assert speak(mx, "u@bad.example", ALICE, word,
                         forged).startswith("250")
        mail = mx.wait_mail("alice", word)
        assert mail["Received-SPF"] is None
        assert mail["Authentication-Results"] == f"{OURS}; dkim=pass"
        mx.engine.wait_for("domain=bad.example .*action=none would=reject")
