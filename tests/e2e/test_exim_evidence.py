"""Bounces without a tag, judged by what they return, on real Exim."""

import pytest

import both_evidence
import notices
from exim import sinking
from smtp import Dialogue
from strikes import Sent, check, strike, unknown_id
from talk import ALICE, BOB, DAVE


@pytest.fixture(scope="module", params=both_evidence.MODES)
def moded(exim, request):
    with exim.old_ours(sinking, mode=request.param,
                       exempt=both_evidence.EXEMPT) as host:
        host.mode = request.param
        yield host


class TestEvidence(both_evidence.OfBoth):
    pass


def test_late_bounce_is_rescued(moded, sink):
    sent = Sent(moded, sink)
    reply, mail = strike(moded, moded.signed_days_ago(ALICE, 18),
                         notices.bounce(sent.id))
    check(moded.mode, 8, reply, mail)
    assert mail.recipient == ALICE


@pytest.mark.parametrize("days, row", [(14, 9), (30, 10)])
def test_old_tag(moded, days, row):
    """In grace it is junk. Later it is refused, but only at the end of DATA,
    as the message that it returns might have proved it genuine."""
    tag = moded.signed_days_ago(ALICE, days)
    check(moded.mode, row, *strike(moded, tag, notices.bounce(unknown_id())))


def test_tag_that_was_never_issued(moded):
    """Somebody else has the key: the store would know of a tag of ours. So it
    does not know of all mail of this domain; of the other it does."""
    tag = moded.sign("bob@example.net", "--no-record")
    forged = notices.bounce(unknown_id())
    check(moded.mode, 13, *strike(moded, "bob@example.net", forged))
    check(moded.mode, 5, *strike(moded, tag, forged))
    check(moded.mode, 16, *strike(moded, "bob@example.net", forged))
    check(moded.mode, 13, *strike(moded, BOB, forged))


def test_tag_of_too_many_bounces(moded, sink):
    path = Sent(moded, sink, DAVE).path
    text = notices.bounce(unknown_id())
    for _ in range(20):
        reply, _ = strike(moded, path, text)
        assert reply.startswith("250"), reply
    check(moded.mode, 7, *strike(moded, path, text))


def test_good_for_one_of_several(moded, exim, sink):
    """What would be refused for Bob alone must not come with Alice's: who has
    both sends them apart. -light goes by the shape of the tag, in each mode."""
    tag = Sent(moded, sink).path
    text = notices.bounce(unknown_id())
    check(moded.mode, 13, *strike(moded, BOB, text))
    parts = moded.mode == "enforce" or not exim.at_rcpt
    for recipients in ([tag, BOB], [BOB, tag]):
        with Dialogue(moded.lan.space, moded.address) as session:
            replies = session.envelope("", *recipients)
            again = session.envelope("", recipients[1])
        assert [reply[:9] for reply in replies] == [
            "250 Accep", "452 4.5.3" if parts else "250 Accep"]
        assert again[0].startswith("250")
        if parts:
            continue
        reply, mail = strike(moded, recipients, text)
        assert reply.startswith("250") and mail["X-Spam"] is None
        if moded.mode in ("junk", "enforce"):
            assert mail["X-Backstop"] == "genuine reason=tag row=4"


def test_forged_for_several(moded):
    check(moded.mode, 13, *strike(moded, [BOB, DAVE],
                                  notices.bounce(unknown_id())))
