"""Genuine bounces of every producer, rebound to what was really sent, pass;
forged ones are refused or junked: DESIGN §5 on the corpus, in mode enforce.

Forged ones come first: a genuine bounce that has no tag tells the engine that
a path strips them, and then it refuses less (DESIGN §6)."""

import dataclasses
import time

import pytest

import attacks
import layouts
from field import Field, JUNKED, OF_SMTPD, PASSED, REFUSED
from smtp import Sink

TAG_CAP = 20
GENUINE = "genuine"
MESSAGE_CAP = 3 * 2 + 5  # of one with two recipients


@pytest.fixture(scope="module")
def field(lab):
    if not attacks.CORPUS.is_dir():
        pytest.skip("no corpus")
    sink = Sink(lab.lan, layouts.SINK_ADDRESS)
    try:
        layout = layouts.sinking(layouts.reading(layouts.one_hop))
        with lab.old_ours(layout, probe_limit="0") as host:
            made = Field(host, sink)
            yield made
            made.close()
    finally:
        sink.close()


def unexpected(outcomes, *rows):
    """Those that did not go by one of these rows, for the report. smtpd may
    refuse one for reasons of its own."""
    return [outcome for outcome in outcomes
            if outcome.fate != OF_SMTPD
            and (not outcome.told or not set(outcome.rows) <= set(rows))
            # what was published as a bounce and is not read as one
            and not (outcome.rows == [18] and outcome.kind != "dsn")]


def test_not_rebound(field):
    outcomes = [field.strike("not rebound", bounce, [sent.sender],
                             bounce.octets)
                for bounce, sent in field.pairs()]
    assert not unexpected(outcomes, 13)


def test_message_id_that_was_never_sent(field):
    outcomes = []
    for number, (bounce, sent) in enumerate(field.pairs()):
        false = attacks.never_sent(sent, number)
        outcomes.append(field.strike("Message-ID never sent", bounce,
                                     [sent.sender], bounce.rebound(false)))
    assert not unexpected(outcomes, 13)


def test_message_that_somebody_else_sent(field):
    outcomes = []
    others = field.sent[1:] + field.sent[:1]
    for (bounce, sent), other in zip(field.pairs(), others):
        outcomes.append(field.strike("sent by somebody else", bounce,
                                     [sent.sender], bounce.rebound(other)))
    assert not unexpected(outcomes, 14)
    assert {told.evidence for outcome in outcomes for told in outcome.told
            if told.kind == "dsn"} == {"not-theirs"}


@pytest.mark.parametrize("place", attacks.PLACES)
def test_evidence_that_does_not_count(field, place):
    outcomes = []
    for bounce, sent in field.pairs(every=2):
        octets = attacks.PLACES[place](bounce.octets, sent)
        if octets:
            outcomes.append(field.strike(f"evidence {place}", bounce,
                                         [sent.sender], octets))
    assert len(outcomes) > 50
    assert not unexpected(outcomes, 13)


def test_tag_with_one_character_changed(field):
    faults = []
    for number, (bounce, sent) in enumerate(field.pairs()):
        tag, rows = attacks.one_changed(sent.return_path, number)
        faults += unexpected(
            [field.strike("tag with one character changed", bounce, [tag],
                          bounce.octets)], *rows)
    assert not faults


def days_ago(host, address, days):
    """What it was signed with so many days ago."""
    now = int(host.run(*host.clock(), "date", "+%s").stdout)
    then = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(now - days * 86400))
    return host.sign(address, "--at", then)


@pytest.mark.parametrize("days, row", [(12, 9), (18, 10)])
def test_expired_tag(field, days, row):
    tags = {}
    outcomes = []
    for bounce, sent in field.pairs(every=2):
        if sent.sender not in tags:
            tags[sent.sender] = days_ago(field.host, sent.sender, days)
        outcomes.append(field.strike(f"tag of {days} days ago", bounce,
                                     [tags[sent.sender]], bounce.octets))
    assert not unexpected(outcomes, row)


@pytest.mark.parametrize("of", ["sender", "domain"])
def test_tag_of_another(field, of):
    outcomes = []
    for bounce, sent in field.pairs(every=2):
        other = {"sender": "eve@example.org" if "alice" not in sent.sender
                 else "bob@example.org",
                 "domain": sent.sender.replace(".org", ".net")}[of]
        outcomes.append(field.strike(
            f"tag of another {of}", bounce,
            [attacks.of_another(sent.return_path, other)], bounce.octets))
    assert not unexpected(outcomes, 11)


def test_in_a_daemons_name(field):
    outcomes = [field.strike("from mailer-daemon@", bounce, [sent.sender],
                             bounce.octets, "mailer-daemon@remote.example")
                for bounce, sent in field.pairs(every=4)]
    assert not unexpected(outcomes, 15)


def test_in_a_strangers_name(field):
    """No bounce by its envelope: it is mail like any other (row 1)."""
    outcomes = [field.strike("from a stranger", bounce, [sent.sender],
                             bounce.octets, "stranger@remote.example")
                for bounce, sent in field.pairs(every=20)]
    assert {outcome.fate for outcome in outcomes} == {PASSED}
    assert not any(outcome.told for outcome in outcomes)


def test_several_recipients(field):
    """Refused if it is for each of them: nobody is left to take it."""
    outcomes = [field.strike("to several", bounce,
                             ["alice@example.org", "bob@example.org",
                              "carol@example.net"], bounce.octets)
                for bounce, _ in field.pairs(every=8)]
    assert not unexpected(outcomes, 13)
    assert {len(outcome.told) for outcome in outcomes
            if outcome.fate == REFUSED} == {3}


def test_valid_tag_before_a_foreign_original(field):
    """The tag is the proof, until it has been used too often."""
    sent = field.spare[0]
    title = "valid tag, foreign original"
    outcomes = [field.strike(title, bounce, [sent.return_path], bounce.octets)
                for bounce, _ in field.pairs()[:TAG_CAP + 20]]
    rows = [outcome.rows for outcome in outcomes if outcome.fate != OF_SMTPD]
    assert rows == [[4]] * TAG_CAP + [[7]] * (len(rows) - TAG_CAP)
    assert len(rows) > TAG_CAP


def test_message_to_other_recipients(field):
    """A bounce that names no recipient says nothing about that."""
    outcomes = []
    for bounce, sent in field.pairs(every=2):
        elsewhere = dataclasses.replace(sent,
                                        recipients=["joe@elsewhere.example"])
        outcomes.append(field.strike("sent to others", bounce, [sent.sender],
                                     bounce.rebound(elsewhere)))
    assert not unexpected(outcomes, 12, 14)


# From here on genuine ones.

def test_rebound_bounces_pass(field):
    outcomes = [field.strike(GENUINE, bounce, [sent.sender],
                             bounce.rebound(sent))
                for bounce, sent in field.pairs()]
    assert not unexpected(outcomes, 12)


@pytest.mark.parametrize("edit", attacks.EDITS)
def test_harmless_edits_pass(field, edit):
    outcomes = []
    for bounce, sent in field.pairs():
        octets = attacks.EDITS[edit](bounce.rebound(sent), sent)
        if octets:
            outcomes.append(field.strike(f"{GENUINE}, {edit}", bounce,
                                         [sent.sender], octets))
    assert len(outcomes) > 200
    assert not unexpected(outcomes, 12)


def test_genuine_for_one_of_several(field):
    """The mildest row wins."""
    outcomes = [field.strike(f"{GENUINE}, for one of several", bounce,
                             ["dave@example.net", sent.sender],
                             bounce.rebound(sent))
                for bounce, sent in field.pairs(every=20)]
    assert not unexpected(outcomes, 12, 13)
    assert {outcome.fate for outcome in outcomes} == {PASSED}


@pytest.mark.parametrize("false_first", [True, False])
def test_two_message_ids(field, false_first):
    """Whoever knows a Message-ID of a user and whom it was sent to needs no
    other field; which one stands first makes no difference."""
    outcomes = []
    for bounce, sent in field.pairs(every=8):
        octets = attacks.two_ids(bounce.rebound(sent), sent, false_first)
        if octets:
            outcomes.append(field.strike("true and false Message-ID", bounce,
                                         [sent.sender], octets))
    assert len(outcomes) > 50
    assert not unexpected(outcomes, 12)


def test_replay_of_a_message(field):
    """Beyond its cap a Message-ID proves nothing. Then coverage is partial,
    as the bounces before had no tag."""
    sent = field.spare[1]
    outcomes = [field.strike("Message-ID used too often", bounce,
                             [sent.sender], bounce.rebound(sent))
                for bounce, _ in field.pairs()[:MESSAGE_CAP + 20]]
    rows = [outcome.rows for outcome in outcomes if outcome.fate != OF_SMTPD]
    assert rows == [[12]] * MESSAGE_CAP + [[16]] * (len(rows) - MESSAGE_CAP)
    assert len(rows) > MESSAGE_CAP
