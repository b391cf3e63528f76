#!/usr/bin/python3
"""Clients whom a directory server knows, which may hang or learn of them later.

usage: test_engine_clients.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
with the library of directory.c in $DIRECTORY_LIBRARY
"""

import os
import signal
import time
import unittest
from unittest import mock

from cli_case import AS_ROOT, PATIENCE_S, Case, Engine, Wire, main

UID = 64321


def can_ask(path):
    """Whether a process of that user gets an answer."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgid(UID)
            os.setuid(UID)
            with Wire(path) as wire:
                os._exit(0 if wire.ask(op="ping")["verdict"] == "up" else 1)
        except BaseException:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


@unittest.skipUnless(AS_ROOT, "becomes another user")
class Clients(Case):
    def configured(self):
        return super().configured().replace(
            "[domain", "clients = daemon, _far\n[domain", 1)

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "1")
        patch = mock.patch.dict(os.environ, {
            "DIRECTORY": self.folder,
            "LD_PRELOAD": os.environ["DIRECTORY_LIBRARY"]})
        patch.start()
        self.addCleanup(patch.stop)

    def known(self):
        self.write("users", f"_far:x:{UID}:{UID}::/:/bin/sh\n")

    def wait_until_it_can_ask(self):
        end = time.monotonic() + PATIENCE_S
        while not can_ask(self.path("sock")):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_known_from_the_start(self):
        self.known()
        with Engine(self):
            self.assertTrue(can_ask(self.path("sock")))

    def test_known_after_a_reload(self):
        with Engine(self) as engine:
            self.assertFalse(can_ask(self.path("sock")))
            self.known()
            engine.process.send_signal(signal.SIGHUP)
            self.wait_until_it_can_ask()

    def test_hangs(self):
        """At the start and at a reload: nobody waits for it, and what was
        known stays."""
        self.write("hangs", "")
        self.known()
        with Engine(self) as engine, Wire(self.path("sock")) as wire:
            os.unlink(self.path("hangs"))
            self.wait_until_it_can_ask()
            self.write("hangs", "")
            for _ in range(3):
                engine.process.send_signal(signal.SIGHUP)
                self.assertEqual(wire.ask(op="ping")["verdict"], "up")
            self.assertTrue(can_ask(self.path("sock")))
            os.unlink(self.path("hangs"))


if __name__ == "__main__":
    main()
