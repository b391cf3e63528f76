"""A store that is full, truncated, overwritten or gone: mail flows."""

import os
import random
import signal

import pytest

from host import mount, wait_until
from lab import STATE
from talk import ALICE, CAROL, SIGNED, bounce, send


def sign_many(host, name, count):
    """Signs for new senders; returns the reasons that were given."""
    with host.questions() as questions:
        answers = [questions.sign(f"{name}{number}@example.org")
                   for number in range(count)]
    for answer in answers:
        assert answer["status"] == "ok", answer
        assert answer["action"] == "rewrite", answer
    return [answer["reason"] for answer in answers]


def mail_flows(host, remote, word):
    send(host, CAROL, word)
    path = remote.wait_mail("carol", word).return_path
    assert SIGNED.fullmatch(path)
    assert bounce(host, path, f"{word}-bounced").startswith("250")
    assert host.wait_mail("alice", f"{word}-bounced")["X-Spam"] is None


@pytest.fixture
def small_disk(lab):
    """Our host with its state folder on a file system of 8 MB."""
    with lab.bare_ours() as host:
        host.path(STATE).mkdir(mode=0o750)
        mount("-t", "tmpfs", "-o", "size=8m", "small", host.path(STATE))
        yield lab.bring_up(host)


def fill(folder):
    """Fills the file system; returns the file to remove."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as out:
        for size in (65536, 4096, 512):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError:
                continue
    return filler


def test_full_disk(small_disk, remote, word):
    assert set(sign_many(small_disk, "before", 50)) == {"signed"}
    filler = fill(small_disk.path(STATE))
    reasons = sign_many(small_disk, "during", 3000)
    assert "unrecorded" in reasons
    mail_flows(small_disk, remote, word)
    assert small_disk.engine.alive()
    filler.unlink()
    wait_until(lambda: set(sign_many(small_disk, os.urandom(4).hex(), 5))
               == {"signed"}, "signatures to be recorded again")
    wait_until(lambda: small_disk.engine_store() == "ok", "a store that is ok")
    mail_flows(small_disk, remote, f"{word}-after")
    with small_disk.questions() as questions:
        tag = small_disk.sign("before7@example.org", "--no-record")
        assert questions.bounce_to(tag)["reason"] == "tag"
    small_disk.engine.stop()
    assert small_disk.backstop("store", "check").returncode == 0


def damage_by_cutting(path):
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def damage_by_cutting_to_nothing(path):
    os.truncate(path, 100)


def overwrite(path, octets):
    """Overwrites all pages but the first two, which say where everything
    is."""
    with open(path, "r+b") as store:
        store.seek(2 * 4096)
        store.write(octets(path.stat().st_size - 2 * 4096))


def damage_by_zeros(path):
    """With zeros, as a file system leaves pages that it never wrote."""
    overwrite(path, bytes)


@pytest.mark.parametrize("damage", [
    damage_by_cutting, damage_by_cutting_to_nothing, damage_by_zeros])
def test_damaged_store_is_moved_aside(ours, remote, damage, word):
    sign_many(ours, "user", 2000)
    ours.engine.send(signal.SIGKILL)
    ours.engine.process.wait()
    store = ours.path(STATE) / "store"
    damage(store / "data.mdb")
    ours.start_engine()
    mail_flows(ours, remote, word)
    wait_until(lambda: ours.engine_store() == "ok", "a new store")
    assert len(list(store.glob("data.mdb.damaged-*"))) == 1
    assert set(sign_many(ours, "later", 5)) == {"signed"}
    tag = ours.sign("user7@example.org", "--no-record")
    assert bounce(ours, tag, word)[:3] in ("250", "550")
    with ours.questions() as questions:
        assert questions.bounce_to(tag)["reason"] == "unproven"


@pytest.mark.parametrize("seed", range(12))
def test_no_scribble_ends_the_engine(lab, seed):
    """LMDB takes the noise for pages; each seed leads it astray in another
    way."""
    with lab.bare_ours() as host:
        host.backstop("init")
        host.start_engine()
        sign_many(host, "user", 2000)
        host.engine.send(signal.SIGKILL)
        host.engine.process.wait()
        store = host.path(STATE) / "store"
        overwrite(store / "data.mdb", random.Random(seed).randbytes)
        host.start_engine()
        assert set(sign_many(host, "later", 5)) == {"signed"}
        assert len(list(store.glob("data.mdb.damaged-*"))) == 1


def test_lost_store_folder(ours, remote, word):
    """The whole store is gone; nothing was running."""
    ours.engine.stop()
    store = ours.path(STATE) / "store"
    for file in store.iterdir():
        file.unlink()
    ours.start_engine()
    mail_flows(ours, remote, word)


def test_crash_of_the_host_leaves_a_gap(ours):
    """The store does not claim to know of the time after the crash."""
    ours.engine.send(signal.SIGKILL)
    ours.engine.process.wait()
    ours.start_engine()
    tag = ours.sign(ALICE, "--no-record")
    with ours.questions() as questions:
        answer = questions.bounce_to(tag)
    assert (answer["verdict"], answer["reason"]) == ("genuine", "unproven")
