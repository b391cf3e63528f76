"""What each mode does with a bounce that has no tag (DESIGN §5, rows 12 to
18), on a real smtpd and a store that is old enough to know."""

import pytest

import layouts
import notices
from strikes import Sent, check, strike, unknown_id
from talk import ALICE, BOB, CAROL, DAEMON, DAVE, message

MODES = ("observe", "mark", "junk", "enforce")


@pytest.fixture(scope="module", params=MODES)
def moded(lab, request):
    layout = layouts.sinking(layouts.reading(layouts.one_hop))
    with lab.old_ours(layout, mode=request.param,
                      exempt="carol@example.org") as host:
        host.mode = request.param
        yield host


# Recipient, message, sender, row.
CASES = {
    "forged": (BOB, notices.bounce(unknown_id()), "", 13),
    "nothing returned": (BOB, notices.bounce(""), "", 14),
    "daemon": (BOB, notices.bounce(unknown_id()), DAEMON, 15),
    "exempt": ("carol@example.org", notices.bounce(unknown_id()), "", 16),
    "receipt for what nobody sent": (
        BOB, notices.receipt(unknown_id()), "", 17),
    "out of office": (BOB, notices.OUT_OF_OFFICE, "", 18),
    "meeting": (BOB, notices.MEETING, "", 18),
    "letter": (BOB, message(CAROL, BOB, "hello"), "", 18),
}

@pytest.mark.parametrize("case", CASES)
def test_each_row_in_each_mode(moded, case):
    recipient, text, sender, row = CASES[case]
    check(moded.mode, row, *strike(moded, recipient, text, sender))
    assert moded.engine.lines(rf"verdict=.* row={row} mode={moded.mode} ")


@pytest.mark.parametrize("sender", ["", DAEMON])
def test_genuine_without_a_tag_in_each_mode(moded, sink, sender):
    sent = Sent(moded, sink)
    check(moded.mode, 12,
          *strike(moded, ALICE, notices.bounce(sent.id), sender))


def test_receipt_for_what_was_sent_in_each_mode(moded, sink):
    sent = Sent(moded, sink, DAVE)
    check(moded.mode, 12, *strike(moded, DAVE, notices.receipt(sent.id)))


def test_observe_tells_what_enforce_would_do(moded):
    strike(moded, BOB, notices.bounce(unknown_id()))
    told = moded.engine.lines(r" row=13 ")[-1]
    assert (" would=reject " in told) == (moded.mode != "enforce")


def test_our_field_from_outside_is_never_believed(moded):
    claim = "X-Backstop: genuine reason=message-id row=12\n"
    reply, mail = strike(moded, BOB, notices.bounce("", extra=claim))
    check(moded.mode, 14, reply, mail)
    assert "genuine" not in mail.text.lower().partition("\n\n")[0]
