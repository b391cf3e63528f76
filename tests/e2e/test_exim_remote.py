"""Exim without Backstop is the other host: it bounces what smtpd signed."""

from talk import ALICE, send


def test_exim_bounces_what_smtpd_signed(lab, exim, word):
    """The other way round is test_genuine_bounce_comes_home."""
    with exim.remote() as remote, lab.ours() as ours:
        remote.write("/home/dave/.forward", "|/bin/false\n")
        remote.run("chown", "dave", "/home/dave/.forward")
        send(ours, "dave@remote.example", word)
        mail = ours.wait_mail("alice", word, remote)
        assert mail.recipient == ALICE
        assert "local delivery failed" in mail.text
        assert remote.exim_lines(r"<= prvs=\d{4}[0-9a-f]{6}=alice@")
