"""Whatever answers the module instead of the engine, Exim goes on."""

import pytest

from lab import SOCKET
from talk import ALICE, BOB, CAROL, deliver, send
from test_engine_trouble import LIES
from wire import LyingEngine


@pytest.fixture(scope="module")
def lied_to(exim):
    with exim.ours() as host:
        host.tag = host.sign(ALICE)
        host.engine.kill()
        yield host


@pytest.mark.parametrize("lie", LIES)
def test_lying_engine(lied_to, lie, word):
    engine = LyingEngine(lied_to.path(SOCKET), LIES[lie])
    try:
        for sender, recipient in (("", lied_to.tag), ("", ALICE),
                                  (CAROL, ALICE)):
            reply = deliver(lied_to, sender, recipient, word)
            assert reply[:3] in ("250", "550", "451"), reply
        send(lied_to, BOB, word)
        assert lied_to.wait_mail("bob", word).return_path == ALICE
        assert engine.asked
    finally:
        engine.close()
    assert lied_to.exim_log("panic") == ""
    assert not lied_to.exim_lines("(?i)crash|timed out")
