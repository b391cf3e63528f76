"""Days pass: how a tag is judged on each of them, and what happens if the
clock is wrong."""

import json

import pytest

from host import wait_until
from talk import ALICE, CAROL, bounce, deliver, envelope, forge


@pytest.fixture
def travelling(lab):
    """Our host with an engine for which the test lets days pass."""
    with lab.bare_ours() as host:
        host.pass_days(0)
        yield lab.bring_up(host)


def verdict(host, tag):
    with host.questions() as questions:
        answer = questions.bounce_to(tag)
    return f"{answer['verdict']}:{answer['reason']}"


def signed_now(host):
    """Signed by the engine, as mail is."""
    with host.questions() as questions:
        answer = questions.sign(ALICE)
    assert answer["reason"] == "signed"
    return answer["address"]


def in_doubt(host):
    return "in doubt" in host.engine.text()


def clock(host):
    """What the store has recorded of the engine's clock."""
    status = host.backstop("--json", "status", check=False).stdout
    return json.loads(status)["clock"]


def later(host, days):
    """So many days after the beginning. The engine is away meanwhile: one
    that runs would doubt a clock that leaps."""
    host.engine.stop()
    host.pass_days(days)
    host.start_engine()


def live_until(host, day, last=0):
    """Lets days pass in steps so small that the engine does not doubt its
    clock."""
    for step in range(last, day, 7):
        later(host, step)
        signed_now(host)
    later(host, day)


def test_life_of_a_tag(travelling, word):
    host = travelling
    tag = signed_now(host)
    for day in (0, 5, 10):
        later(host, day)
        assert bounce(host, tag, f"{word}-{day}.").startswith("250")
        assert host.wait_mail("alice", f"{word}-{day}.")["X-Spam"] is None
    for day in (11, 17):
        later(host, day)
        assert bounce(host, tag, f"{word}-{day}.").startswith("250")
        mail = host.wait_mail("alice", f"{word}-{day}.")
        assert mail["X-Spam"].lower() == "yes"
    for day in (18, 20):
        later(host, day)
        assert bounce(host, tag, f"{word}-no.").startswith("550 5.7.1")
        assert deliver(host, CAROL, tag, f"{word}-{day}.").startswith("250")
        assert host.wait_mail("alice", f"{word}-{day}.")
    assert not in_doubt(host)


def test_command_line_and_engine_agree_on_every_day(travelling):
    tag = signed_now(travelling)
    for day, status, word in ((0, 0, "genuine:tag"),
                              (10, 0, "genuine:tag"),
                              (11, 0, "suspect:expired"),
                              (17, 0, "suspect:expired"),
                              (18, 1, "forged:stale")):
        later(travelling, day)
        assert verdict(travelling, tag) == word
        done = travelling.backstop("verify", tag, check=False)
        assert done.returncode == status, done.stdout


def test_each_day_has_its_tag(travelling):
    tags = []
    for day in range(4):
        later(travelling, day)
        tags.append(signed_now(travelling))
        assert signed_now(travelling) == tags[-1]
    assert len(set(tags)) == 4
    assert {verdict(travelling, tag) for tag in tags} == {"genuine:tag"}


def test_tag_that_was_never_issued(lab, word):
    """It is called unissued once the store has seen the whole of its day. From
    then on somebody else signs with that key, for all that we know."""
    with lab.old_ours() as host:
        later = host.sign("bob@example.org", "--no-record")
        assert bounce(host, later, word).startswith("250")
        assert host.wait_mail("bob", word)["X-Spam"].lower() == "yes"
        assert verdict(host, later) == "genuine:unproven"


def test_tag_of_a_day_that_the_store_did_not_see(travelling):
    host = travelling
    today = host.sign(ALICE, "--no-record")
    assert verdict(host, today) == "genuine:unproven"
    later(host, 2)
    assert signed_now(host)
    tag = host.sign("bob@example.org", "--no-record")
    assert verdict(host, tag) == "genuine:unproven"


@pytest.mark.parametrize("days", [-5, 40, 4000])
def test_doubtful_clock_refuses_nothing(travelling, days, word):
    """The clock goes back, or leaps far ahead, until it is right again."""
    host = travelling
    old = host.sign(ALICE, "--at", "2026-01-01T00:00:00Z")
    tag = signed_now(host)
    assert envelope(host, "", forge(tag))[0].startswith("550 5.7.1")
    host.pass_days(days)
    wait_until(lambda: in_doubt(host), "the engine to doubt its clock")
    for address in (tag, forge(tag), old):
        assert bounce(host, address, f"{word}{address}").startswith("250")
        assert host.wait_mail("alice", f"{word}{address}")
    with host.questions() as questions:
        assert questions.sign(ALICE)["action"] == "none"
    host.pass_days(0)
    wait_until(lambda: "trusted again" in host.engine.text(),
               "the engine to trust its clock")
    assert envelope(host, "", forge(tag))[0].startswith("550 5.7.1")
    assert verdict(host, tag) == "genuine:tag"


@pytest.mark.parametrize("days", [-5, 40])
def test_administrator_confirms_the_clock(travelling, days):
    host = travelling
    host.pass_days(days)
    wait_until(lambda: in_doubt(host), "the engine to doubt its clock")
    assert clock(host) == "in-doubt"
    host.backstop("store", "confirm-clock")
    wait_until(lambda: "trusted again" in host.engine.text(),
               "the engine to trust its clock")
    tag = signed_now(host)
    assert verdict(host, tag) == "genuine:tag"
    assert int(tag[6:9]) == (today(host) + 10) % 1000


def today(host):
    """The day that it is on our host."""
    clock = host.run(*host.clock(), "date", "-u", "+%s").stdout
    return int(clock) // 86400


def test_key_numbers_are_kept_apart_by_time(travelling):
    """A retired key verifies for L + S + G days; only then it may go."""
    host = travelling
    tag = signed_now(host)
    number = tag[len("prvs=")]
    host.backstop("key", "rotate")
    assert host.backstop("key", "purge", number, check=False).returncode == 1
    live_until(host, 17)
    assert host.backstop("key", "purge", number, check=False).returncode == 1
    assert verdict(host, tag) == "suspect:expired"
    live_until(host, 20, last=17)
    host.backstop("key", "purge", number)
    assert verdict(host, tag) == "suspect:unknown-key"
    assert verdict(host, forge(tag)) == "suspect:unknown-key"


def test_old_records_leave_the_store(travelling):
    host = travelling
    with host.questions() as questions:
        for number in range(500):
            questions.sign(f"user{number}@example.org")
    live_until(host, 28)

    def gone():
        signed_now(host)
        return entries(host) < 100
    wait_until(gone, lambda: f"{entries(host)} entries to expire")


def entries(host):
    """How many tag records there are, by the store's own account."""
    return json.loads(host.backstop("--json", "status", check=False)
                      .stdout)["store"]["tags"]
