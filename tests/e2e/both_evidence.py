"""What either mail server does in each mode with a bounce that has no tag
(rows 12 to 18 of the verdict table): tests over the fixture moded, a host whose store is
old enough to know."""

import pytest

import notices
from strikes import Sent, check, strike, unknown_id
from talk import ALICE, BOB, CAROL, DAEMON, DAVE, message

MODES = ("observe", "mark", "junk", "enforce")
EXEMPT = "carol@example.org"

# Recipient, message, sender, row.
CASES = {
    "forged": (BOB, notices.bounce(unknown_id()), "", 13),
    "nothing returned": (BOB, notices.bounce(""), "", 14),
    "daemon": (BOB, notices.bounce(unknown_id()), DAEMON, 15),
    "exempt": (EXEMPT, notices.bounce(unknown_id()), "", 16),
    "receipt for what nobody sent": (
        BOB, notices.receipt(unknown_id()), "", 17),
    "out of office": (BOB, notices.OUT_OF_OFFICE, "", 18),
    "meeting": (BOB, notices.MEETING, "", 18),
    "letter": (BOB, message(CAROL, BOB, "hello"), "", 18),
}


class OfBoth:
    @pytest.mark.parametrize("case", CASES)
    def test_each_row(self, moded, case):
        recipient, text, sender, row = CASES[case]
        check(moded.mode, row, *strike(moded, recipient, text, sender))
        assert moded.engine.lines(
            rf"verdict=.* row={row} mode={moded.mode} ")

    @pytest.mark.parametrize("sender", ["", DAEMON])
    def test_genuine_without_a_tag(self, moded, sink, sender):
        sent = Sent(moded, sink)
        check(moded.mode, 12,
              *strike(moded, ALICE, notices.bounce(sent.id), sender))

    def test_receipt_for_what_was_sent(self, moded, sink):
        sent = Sent(moded, sink, DAVE)
        check(moded.mode, 12, *strike(moded, DAVE, notices.receipt(sent.id)))

    def test_observe_tells_what_enforce_would_do(self, moded):
        strike(moded, BOB, notices.bounce(unknown_id()))
        told = moded.engine.lines(r" row=13 ")[-1]
        assert (" would=reject " in told) == (moded.mode != "enforce")

    def test_our_field_from_outside_is_never_believed(self, moded):
        claim = "X-Backstop: genuine reason=message-id row=12\n"
        reply, mail = strike(moded, BOB, notices.bounce("", extra=claim))
        check(moded.mode, 14, reply, mail)
        assert "genuine" not in mail.text.lower().partition("\n\n")[0]
