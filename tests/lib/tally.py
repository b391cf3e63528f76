"""What a run has come to: counts, failures, figures, and where time went."""

import collections
import contextlib
import shlex
import threading
import time

SLOWEST = 15
BEGAN = time.monotonic()

Phase = collections.namedtuple("Phase", "suite title began ended")


def since_start():
    return time.monotonic() - BEGAN


def again(suite, part, *words):
    """The command that runs one test alone."""
    return shlex.join(["sh", "tests/run.sh", "--suite", suite, "--only", part,
                       *words])


class Tally:
    """Filled by the threads of all suites."""

    def __init__(self):
        self.counts = collections.Counter()
        self.failures = []  # (title, how to run it alone, text)
        self.skips = collections.Counter()  # reason to how often
        self.figures = []  # what tests measured, as they told it
        self.times = []  # (seconds, title)
        self.phases = []
        self._lock = threading.Lock()

    def say(self, suite, text):
        """A line of progress."""
        with self._lock:
            print(f"[{since_start():4.0f} s] {suite + ':':9} {text}",
                  flush=True)

    def passed(self):
        with self._lock:
            self.counts["passed"] += 1

    def fail(self, title, text, alone=None):
        with self._lock:
            self.counts["failed"] += 1
            self.failures.append((title, alone, text))

    def skip(self, reason):
        with self._lock:
            self.counts["skipped"] += 1
            self.skips[reason] += 1

    def took(self, seconds, title):
        self.times.append((float(seconds), title))

    @contextlib.contextmanager
    def phase(self, suite, title):
        """Times what is done inside."""
        began = since_start()
        try:
            yield
        finally:
            self.phases.append(Phase(suite, title, began, since_start()))

    def report(self):
        """All but the last line."""
        for figure in sorted(self.figures):
            print(figure)
        for reason, count in sorted(self.skips.items()):
            print(f"skipped ({count}): {reason}")
        print("\nwhere the time went (seconds since the start):")
        for phase in sorted(self.phases, key=lambda each: each.began):
            print(f"  {phase.began:5.0f} to {phase.ended:5.0f} "
                  f"{phase.ended - phase.began:5.0f} s  "
                  f"{phase.suite}: {phase.title}")
        print(f"the {SLOWEST} slowest tests:")
        for seconds, title in sorted(self.times, reverse=True)[:SLOWEST]:
            print(f"  {seconds:5.1f} s  {title}")
        for title, alone, text in self.failures:
            print(f"\n=== FAILED: {title}")
            if alone:
                print(f"to run it alone: {alone}")
            print(text)

    def __str__(self):
        return ", ".join(f"{self.counts[name]} {name}"
                         for name in ("passed", "failed", "skipped"))
