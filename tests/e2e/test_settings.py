"""Settings other than the mode: trusted, sign and form."""

from talk import ALICE, CAROL, bounce, deliver, envelope, forge


def test_trusted_client_is_never_refused(lab, word):
    """Such as a backup MX of ours, whatever it passes on."""
    with lab.ours(trusted="192.0.2.96/27") as host:
        old = host.sign(ALICE, "--at", "2026-01-01T00:00:00Z")
        for forged in (old, forge(host.sign(ALICE))):
            assert bounce(host, forged, word + forged).startswith("250")
            mail = host.wait_mail("alice", word + forged)
            assert mail["Delivered-To"] == ALICE and not mail["X-Spam"]


def test_signing_can_be_off_while_tags_come_home(lab, word):
    with lab.ours(sign="no") as host:
        with host.questions() as questions:
            assert questions.sign(ALICE)["reason"] == "sign-off"
        tag = host.sign(ALICE, "--at", "2026-01-01T00:00:00Z")
        assert deliver(host, CAROL, tag, word).startswith("250")
        assert host.wait_mail("alice", word)["Delivered-To"] == ALICE


def test_replayed_tag_becomes_junk(ours, word):
    """One tag without counted recipients: up to twenty bounces are
    plausible."""
    tag = ours.sign(ALICE)
    for number in range(22):
        assert bounce(ours, tag, f"{word}-{number}.").startswith("250")
    assert ours.wait_mail("alice", f"{word}-0.")["X-Spam"] is None
    assert ours.wait_mail("alice", f"{word}-21.")["X-Spam"].lower() == "yes"


def test_subaddress_form(lab, remote, word):
    """It is set for a domain; the MAC is over the plain address, as in the
    other form."""
    with lab.bare_ours() as host:
        conf = host.read("/etc/backstop/backstop.conf")
        host.write("/etc/backstop/backstop.conf",
                   conf + "[domain example.org]\nform = subaddress\n")
        lab.bring_up(host)
        assert deliver(host, ALICE, CAROL, word, port=587).startswith("250")
        path = remote.wait_mail("carol", word).return_path
        assert path.startswith("alice+prvs=")
        assert bounce(host, path, f"{word}-home").startswith("250")
        assert host.wait_mail("alice", f"{word}-home")
        forged = path.replace(path[15:21], "5a5a5a")
        assert envelope(host, "", forged)[0].startswith("550 5.7.1")
