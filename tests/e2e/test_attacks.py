"""Genuine bounces of every producer, rebound to what was really sent, pass;
forged ones are refused or junked: the verdict table on the corpus, in mode
enforce.

Forged ones come first: a genuine bounce that has no tag tells the engine that
a path strips them, and then it refuses less (backstop(7), Coverage)."""

import collections
import dataclasses

import pytest

import attacks
import layouts
from field import FATES, Field, JUNKED, OF_SMTPD, PASSED, REFUSED

TAG_CAP = 20
# Octets of a line that a filter gets; 6.8 cuts longer lines.
LONGEST = {"bookworm": 1997, "trixie": 65535}
GENUINE = "genuine"

# What is neither refused nor marked as junk: the row, and why.
BY_DESIGN = {
    ("valid tag, foreign original", 4):
        "the tag is the proof, for 20 bounces at least",
    ("from a stranger", None): "no bounce by its envelope",
    ("sent to others", 16): "a message that was forwarded looks the same",
    ("sent to others, no report", 12):
        "nothing says to whom it was",
    ("sent to others, no report", 16):
        "its text says to whom it was; this user's tags get lost",
    ("true and false Message-ID", 12):
        "the true one is known to the attacker, and for whom it was",
    ("Message-ID used too often", 12): "the same, below its cap",
    ("Message-ID used too often", 16):
        "those below the cap showed that this user's tags get lost",
}
NO_BOUNCE = "not read as a bounce (row 18)"
MESSAGE_CAP = 3 * 2 + 5  # of one with two recipients


@pytest.fixture(scope="module")
def field(lab, sink, bounces):
    layout = layouts.sinking(layouts.reading(layouts.one_hop))
    with lab.old_ours(layout, probe_limit="0") as host:
        made = Field(host, sink, attacks.genuine_bounces(bounces))
        made.longest = LONGEST[lab.suite]
        yield made
        made.close()


def unexpected(outcomes, *rows):
    """The messages that did not get one of these rows, for the report. smtpd
    may refuse some for reasons of its own."""
    return [outcome for outcome in outcomes
            if outcome.fate != OF_SMTPD
            and (not outcome.told or not set(outcome.rows) <= set(rows))
            # was published as a bounce, and is not read as one
            and not (outcome.rows == [18] and outcome.kind != "dsn")]


def test_bounces_of_others_mail_are_refused(field):
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


@pytest.mark.parametrize("days, row", [(12, 9), (18, 10)])
def test_expired_tag(field, days, row):
    outcomes = [field.strike(f"tag of {days} days ago", bounce,
                             [field.expired(sent.sender, days)],
                             bounce.octets)
                for bounce, sent in field.pairs(every=4)]
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
    """By its envelope it is not a bounce but ordinary mail (row 1)."""
    outcomes = [field.strike("from a stranger", bounce, [sent.sender],
                             bounce.octets, "stranger@remote.example")
                for bounce, sent in field.pairs(every=20)]
    assert {outcome.fate for outcome in outcomes} == {PASSED}
    assert not any(outcome.told for outcome in outcomes)


def test_several_recipients(field):
    """Refused only if every recipient's row refuses it."""
    outcomes = [field.strike("to several", bounce,
                             ["alice@example.org", "bob@example.org",
                              "carol@example.net"], bounce.octets)
                for bounce, _ in field.pairs(every=8)]
    assert not unexpected(outcomes, 13)
    assert {len(outcome.told) for outcome in outcomes
            if outcome.fate == REFUSED} == {3}


def test_valid_tag_before_a_foreign_original(field):
    """A valid tag proves a bounce, until it has been used too often."""
    sent = field.spare[0]
    title = "valid tag, foreign original"
    outcomes = [field.strike(title, bounce, [sent.return_path], bounce.octets)
                for bounce, _ in field.pairs()[:TAG_CAP + 20]]
    rows = [outcome.rows for outcome in outcomes if outcome.fate != OF_SMTPD]
    assert rows == [[4]] * TAG_CAP + [[7]] * (len(rows) - TAG_CAP)
    assert len(rows) > TAG_CAP


def to_others(field, title, named):
    """Strikes with what returns a message as if it had been sent to others;
    with bounces whose report names a recipient, or with the rest."""
    outcomes = []
    for bounce, sent in field.pairs(every=2, first=1):
        others = dataclasses.replace(sent, recipients=["joe@others.example"])
        if bounce.names_recipient == named:
            outcomes.append(field.strike(title, bounce, [sent.sender],
                                         bounce.rebound(others)))
    return outcomes


def test_message_to_other_recipients(field):
    """A message that was forwarded looks the same, so these pass as
    unknown."""
    outcomes = to_others(field, "sent to others", True)
    assert len(outcomes) > 100
    assert not unexpected(outcomes, 16)
    assert {told.evidence for outcome in outcomes for told in outcome.told
            if told.kind == "dsn"} == {"other-recipient"}


# From here on genuine ones.

def test_bounces_made_over_for_our_mail_pass(field):
    outcomes = [field.strike(GENUINE, bounce, [sent.sender],
                             bounce.rebound(sent))
                for bounce, sent in field.pairs()]
    assert not unexpected(outcomes, 12)


def test_bounces_to_their_tag_pass(field):
    outcomes = [field.strike(f"{GENUINE}, tagged", bounce, [sent.return_path],
                             bounce.rebound(sent))
                for bounce, sent in field.pairs(every=8, first=1)]
    assert not unexpected(outcomes, 4)


@pytest.mark.parametrize("days", [12, 18])
def test_late_bounces_pass(field, days):
    """A returned message of ours makes up for an expired tag."""
    outcomes = [field.strike(f"{GENUINE}, tag expired", bounce,
                             [field.expired(sent.sender, days)],
                             bounce.rebound(sent))
                for bounce, sent in field.pairs(every=8, first=days // 5)]
    assert not unexpected(outcomes, 8)


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
    assert not unexpected(outcomes, 12, 14)
    assert {outcome.fate for outcome in outcomes} == {PASSED}


def test_message_to_nobody_that_is_named(field):
    """Text without a report may name the recipient, or not."""
    outcomes = to_others(field, "sent to others, no report", False)
    assert not unexpected(outcomes, 12, 16)


@pytest.mark.parametrize("false_first", [True, False])
def test_two_message_ids(field, false_first):
    """A forger who knows a user's Message-ID and its recipient gets through
    with it, whatever other fields there are and whichever stands first."""
    outcomes = []
    for bounce, sent in field.pairs(every=8, first=4):
        octets = attacks.two_ids(bounce.rebound(sent), sent, false_first)
        if octets:
            outcomes.append(field.strike("true and false Message-ID", bounce,
                                         [sent.sender], octets))
    assert len(outcomes) > 50
    assert not unexpected(outcomes, 12)


def test_replay_of_a_message(field):
    """A Message-ID that was used more often than its cap proves nothing. By
    then coverage is partial, as the bounces before had no tag."""
    sent = field.spare[1]
    outcomes = [field.strike("Message-ID used too often", bounce,
                             [sent.sender], bounce.rebound(sent))
                for bounce, _ in field.pairs()[:MESSAGE_CAP + 20]]
    rows = [outcome.rows for outcome in outcomes if outcome.fate != OF_SMTPD]
    assert rows == [[12]] * MESSAGE_CAP + [[16]] * (len(rows) - MESSAGE_CAP)
    assert len(rows) > MESSAGE_CAP


def of(fates, *wanted):
    return sum(counts[fate] for counts in fates.values() for fate in wanted)


def known_to_pass(field):
    """How many of the forged ones passed, and why."""
    reasons = collections.Counter()
    for (title, row), count in field.passed.items():
        if not title.startswith(GENUINE):
            reasons[f"{title}: {BY_DESIGN[title, row]}" if row != 18
                    else NO_BOUNCE] += count
    return reasons


def told_of(genuine, forged, passed, unread):
    """The figures, as they are printed."""
    yield (f"genuine bounces: {of(genuine, *FATES)}, "
           f"refused {of(genuine, REFUSED)}, junked {of(genuine, JUNKED)}, "
           f"{of(genuine, OF_SMTPD)} {OF_SMTPD}")
    meant = of(forged, REFUSED, JUNKED) + passed[NO_BOUNCE]
    yield (f"forged bounces that are to be stopped: {meant}, "
           f"refused {of(forged, REFUSED)}, junked {of(forged, JUNKED)}, "
           f"{100 * of(forged, REFUSED, JUNKED) / meant:.2f} %")
    for reason, count in sorted(passed.items()):
        yield f"  let through: {count} {reason}"
    yield f"  {of(forged, OF_SMTPD)} {OF_SMTPD}"
    if unread:
        yield f"  not read as a bounce: {', '.join(sorted(unread))}"


def test_figures(field, record_property):
    """Of all the tests before; tests/run.sh prints them."""
    if not {"not rebound", GENUINE} <= field.fates.keys():
        pytest.skip("these are of all attacks, not of some")
    genuine = {title: counts for title, counts in field.fates.items()
               if title.startswith(GENUINE)}
    forged = {title: counts for title, counts in field.fates.items()
              if title not in genuine}
    passed = known_to_pass(field)
    for line in told_of(genuine, forged, passed, field.unread):
        record_property("figure", line)
    cut = sum(not attacks.is_whole(bounce.octets, field.longest)
              for bounce in field.bounces)
    record_property("figure", f"  {cut} of {len(field.bounces)} were judged "
                    "without a NUL, a lone CR or the rest of a line of over "
                    f"{field.longest} octets that they had")
    assert of(genuine, REFUSED) == of(genuine, JUNKED) == 0
    stopped = of(forged, REFUSED, JUNKED)
    assert stopped >= 0.999 * (stopped + passed[NO_BOUNCE])
