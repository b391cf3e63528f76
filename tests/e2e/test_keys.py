"""Keys are changed, lost, or readable by others while mail comes and goes."""

import json

import pytest

from host import wait_until
from lab import STATE
from talk import ALICE, CAROL, SIGNED, bounce, envelope, forge, send

KEYRING = f"{STATE}/keyring"


def keys(host):
    """Number to state, as the command line lists them."""
    lines = host.backstop("--json", "key", "list").stdout.splitlines()
    return {entry["key"]: entry["state"] for entry in map(json.loads, lines)}


def key_of(tag):
    return int(SIGNED.fullmatch(tag)[1])


def tag_of_mail(host, remote, word):
    send(host, CAROL, word)
    return remote.wait_mail("carol", word).return_path


def test_rotation_takes_effect_at_the_next_question(ours, remote, word):
    old = tag_of_mail(ours, remote, f"{word}-old")
    engine = ours.engine.process.pid
    ours.backstop("key", "rotate")
    new = tag_of_mail(ours, remote, f"{word}-new")
    assert key_of(new) != key_of(old)
    assert keys(ours) == {key_of(new): "active", key_of(old): "verify"}
    for tag in (old, new):
        assert bounce(ours, tag, f"{word}{tag}").startswith("250")
        assert ours.wait_mail("alice", f"{word}{tag}")["X-Spam"] is None
    assert envelope(ours, "", forge(old))[0].startswith("550 5.7.1")
    assert ours.engine.alive() and ours.engine.process.pid == engine


def test_revoked_key_is_unknown_not_forged(ours, remote, word):
    old = tag_of_mail(ours, remote, word)
    ours.backstop("key", "rotate")
    ours.backstop("key", "revoke", str(key_of(old)))
    for tag in (old, forge(old)):
        assert bounce(ours, tag, f"{word}{tag}").startswith("250")
        mail = ours.wait_mail("alice", f"{word}{tag}")
        assert mail["X-Spam"].lower() == "yes"


@pytest.mark.parametrize("number", ["same", "another"])
def test_keyring_lost_and_made_anew(ours, remote, number, word):
    """A key made after a loss does not prove that an old tag is forged."""
    old = tag_of_mail(ours, remote, word)
    number = key_of(old) if number == "same" else (key_of(old) + 1) % 10
    ours.path(KEYRING).unlink()
    ours.backstop("init", "-k", str(number))
    new = tag_of_mail(ours, remote, f"{word}-new")
    assert key_of(new) == number and new[9:] != old[9:]
    assert bounce(ours, old, f"{word}-old").startswith("250")
    assert ours.wait_mail("alice", f"{word}-old")["Delivered-To"] == ALICE
    assert bounce(ours, new, f"{word}-home").startswith("250")
    assert ours.wait_mail("alice", f"{word}-home")["X-Spam"] is None


def test_engine_without_any_key(lab, remote, word):
    """Before init mail leaves unsigned and nothing is refused."""
    with lab.ours() as host:
        old = host.sign(ALICE)
        host.engine.stop()
        host.path(KEYRING).unlink()
        host.start_engine()
        assert tag_of_mail(host, remote, word) == ALICE
        for tag in (old, forge(old)):
            assert bounce(host, tag, f"{word}{tag}").startswith("250")
            assert host.wait_mail("alice", f"{word}{tag}")


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604, 0o641])
def test_keyring_that_lies_open_is_refused(ours, mode, word):
    old = ours.sign(ALICE)
    ours.path(KEYRING).chmod(mode)
    refused = ours.backstop("key", "list", check=False)
    assert refused.returncode not in (0, 1, 2)
    assert "keyring" in refused.stderr
    assert bounce(ours, old, word).startswith("250")
    ours.restart_engine()
    with ours.questions() as questions:
        assert questions.sign(ALICE)["reason"] == "no-key"
    assert envelope(ours, "", forge(old))[0].startswith("250")
    ours.path(KEYRING).chmod(0o640)
    wait_until(lambda: envelope(ours, "", forge(old))[0].startswith("550"),
               "the keyring to be taken again")


def test_garbage_for_a_keyring_keeps_the_old_keys(ours, remote, word):
    good = ours.read(KEYRING)
    old = tag_of_mail(ours, remote, word)
    ours.path(KEYRING).write_text("7 active nonsense\n")
    assert ours.backstop("key", "list", check=False).returncode != 0
    assert tag_of_mail(ours, remote, f"{word}-still") == old
    ours.path(KEYRING).write_text(good)
    assert tag_of_mail(ours, remote, f"{word}-again") == old


def test_key_shared_with_exim(lab):
    """A vector of the real Exim binary: 2026-01-01, lifetime 7 days."""
    with lab.bare_ours(domains="example.com", lifetime="7") as host:
        host.backstop("init", "-k", "5")
        host.write("/tmp/secret", "secret\n")
        host.backstop("key", "import", "--exim", "-k", "0", "/tmp/secret")
        assert keys(host) == {5: "active", 0: "pending"}
        host.backstop("key", "activate", "0")
        tag = host.sign("alice@example.com", "--at", "2026-01-01T00:00:00Z")
        assert tag == "prvs=0461d4c0ad=alice@example.com"
