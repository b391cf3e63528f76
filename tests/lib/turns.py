"""Who may keep the processors busy: a few at a time, in an order."""

import contextlib
import heapq
import itertools
import threading

AT_ONCE = 2

_changed = threading.Condition()
_numbers = itertools.count()
_waiting = []  # heap of (rank, number)
_busy = 0


@contextlib.contextmanager
def turn(rank):
    """Waits for a turn; of those who wait the lowest rank goes first, and of
    one rank who came first."""
    global _busy  # pylint: disable=global-statement
    me = rank, next(_numbers)
    with _changed:
        heapq.heappush(_waiting, me)
        _changed.wait_for(lambda: _busy < AT_ONCE and _waiting[0] == me)
        heapq.heappop(_waiting)
        _busy += 1
        _changed.notify_all()
    try:
        yield
    finally:
        with _changed:
            _busy -= 1
            _changed.notify_all()
