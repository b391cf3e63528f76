"""kill -9 under load: what was acknowledged as signed is in the store."""

import itertools
import signal
import threading

from host import wait_until
from lab import SOCKET, STATE
from wire import Questions

KILLS = 200
ASKERS = 4


class Load:
    """Clients that sign for new senders all the time, and note what was
    acknowledged."""

    def __init__(self, path):
        self.acknowledged = {}
        self._path = path
        self._numbers = itertools.count()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask)
                         for _ in range(ASKERS)]
        for thread in self._threads:
            thread.start()

    def _ask(self):
        while not self._ended.is_set():
            try:
                with Questions(self._path) as questions:
                    while not self._ended.is_set():
                        self._sign(questions)
            except OSError:
                self._ended.wait(0.002)

    def _sign(self, questions):
        sender = f"user{next(self._numbers)}@example.org"
        answer = questions.sign(sender)
        if answer["reason"] == "signed":
            self.acknowledged[sender] = answer["address"]

    def end(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()


def lost(host, acknowledged):
    """The addresses whose tag the store does not know. There are gaps, so an
    unknown tag is "unproven", not "tag"."""
    with host.questions() as questions:
        return [sender for sender, address in acknowledged.items()
                if questions.bounce_to(address)["reason"] != "tag"]


def test_the_test_sees_a_loss(ours):
    """A signed address that was not recorded is told from one that was."""
    unknown = ours.sign("unknown@example.org", "--no-record")
    known = ours.sign("known@example.org")
    assert lost(ours, {"a": unknown, "b": known}) == ["a"]


def test_no_acknowledged_signature_is_lost(lab):
    with lab.bare_ours() as host:
        host.backstop("init")
        host.start_engine()
        load = Load(host.path(SOCKET))
        try:
            for _ in range(KILLS):
                before = len(load.acknowledged)
                wait_until(lambda: len(load.acknowledged) > before + 5,
                           lambda: "signatures\n" + host.engine.text())
                host.engine.send(signal.SIGKILL)
                host.engine.process.wait()
                host.start_engine()
        finally:
            load.end()
        assert len(load.acknowledged) > 5 * KILLS
        assert not lost(host, load.acknowledged)
        assert not list(host.path(STATE).glob("store/*damaged*"))
        host.engine.stop()
        assert host.backstop("store", "check").returncode == 0
