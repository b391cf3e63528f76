#!/usr/bin/python3
"""The engine's start and reload: what it tells the service manager, and what it
makes of files that are missing or have mistakes.

usage: test_engine_start.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import contextlib
import fcntl
import os
import socket
import subprocess
import time
import unittest

import cli_case
from cli_case import AS_ROOT, CONFIG, PATIENCE_S, Case, Engine, main

UNAVAILABLE = 69


class Manager(Case):
    """A service manager, which gives the engine a socket to speak to."""

    def setUp(self):
        super().setUp()
        self.call("init")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.settimeout(PATIENCE_S)
        self.name = self.path("notify")
        self.socket.bind(self.name)
        os.chmod(self.name, 0o666)

    def start(self, name=None):
        process = subprocess.Popen(
            [cli_case.ENGINE, "-c", self.conf], text=True,
            stderr=subprocess.PIPE, env={**os.environ,
                                         "NOTIFY_SOCKET": name or self.name})
        self.addCleanup(process.wait, PATIENCE_S)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def told(self):
        return self.socket.recv(4096).decode()

    def told_until(self, wanted):
        """All that it said up to a line."""
        all_said = []
        while wanted not in "".join(all_said):
            all_said.append(self.told())
        return all_said

    def fails(self, status=CONFIG):
        """A start that fails: what the manager and the log were told."""
        process = self.start()
        log = process.communicate(timeout=PATIENCE_S)[1]
        self.assertEqual(process.returncode, status)
        self.assertNotIn(":0:", log)
        self.socket.setblocking(False)
        said = self.told()
        with self.assertRaises(BlockingIOError):
            self.told()
        self.assertNotIn("READY", said)
        return said, log

    def test_life(self):
        process = self.start()
        said = self.told_until("READY=1\n")
        self.assertEqual(said[-1], "READY=1\n")
        self.told_until("STATUS=answers; store ok\n")
        self.call("status")
        process.terminate()
        self.assertEqual(self.told_until("STOPPING=1\n")[-1], "STOPPING=1\n")
        self.assertEqual(process.wait(PATIENCE_S), 0)

    def test_abstract_name(self):
        self.socket.close()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.settimeout(PATIENCE_S)
        self.socket.bind(f"\0{self.name}")
        self.start("@" + self.name)
        self.told_until("READY=1\n")

    def test_mistake(self):
        self.write("backstop.conf", self.configured() + "colour = blue\n")
        line = self.configured().count("\n") + 1
        said, log = self.fails()
        where = f"{self.conf}:{line}: unknown key 'colour'"
        self.assertIn(f"STATUS={where}", said)
        self.assertIn(f"error: {where}", log)
        self.assertIn("correct it and start backstopd again", log)

    def test_killed(self):
        """The next engine need not wait for a child of the one before."""
        for _ in range(10):
            process = self.start()
            self.told_until("READY=1\n")
            process.kill()
            process.wait(PATIENCE_S)

    def test_one_before_that_is_not_gone_yet(self):
        """It is waited for: here, until it has been seen to answer. On a busy
        host that can be too long, and then the administrator starts anew."""
        end = time.monotonic() + PATIENCE_S
        status = UNAVAILABLE
        while status == UNAVAILABLE and time.monotonic() < end:
            with contextlib.closing(socket.socket(socket.AF_UNIX)) as before:
                before.settimeout(PATIENCE_S)
                before.bind(self.path("sock"))
                os.chmod(self.path("sock"), 0o777)
                before.listen()
                process = self.start()
                before.accept()[0].close()
            told = ""
            while "READY=1" not in told and process.poll() is None:
                told = self.told()
            status = process.poll()
            if status is not None:
                os.unlink(self.path("sock"))
        self.assertIsNone(status)

    def test_one_that_answers(self):
        with Engine(self, conf_in_place=True):
            process = self.start()
            log = process.communicate(timeout=PATIENCE_S)[1]
            self.assertEqual(process.returncode, UNAVAILABLE)
            self.assertIn(": another backstopd answers there", log)
            self.call("status")

    def opened(self, pid):
        """What a process has open."""
        folder = f"/proc/{pid}/fd"
        try:
            return {os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}
        except PermissionError:
            self.skipTest("we may not see what the engine has open")
        except FileNotFoundError:
            return set()  # it has ended, or just closed something

    def test_children_have_not_the_socket(self):
        """The one that looks at the store waits for a lock on it of ours."""
        with Engine(self, conf_in_place=True):
            pass
        lock = self.path("state", "store", "lock.mdb")
        with open(lock, "r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX, 1)
            engine = self.start()
            self.told_until("READY=1\n")
            with open("/proc/net/unix", encoding="utf-8") as sockets:
                ours, = (f"socket:[{line.split()[6]}]" for line in sockets
                         if line.endswith(f" {self.path('sock')}\n")
                         and line.split()[3] == "00010000")
            self.assertIn(ours, self.opened(engine.pid))
            end = time.monotonic() + PATIENCE_S
            found = {}
            while lock not in set().union(*found.values()):
                self.assertLess(time.monotonic(), end)
                with open(f"/proc/{engine.pid}/task/{engine.pid}/children",
                          encoding="ascii") as children:
                    found = {pid: self.opened(pid)
                             for pid in children.read().split()}
            self.assertEqual(
                [pid for pid, files in found.items() if ours in files], [])

    def test_no_configuration(self):
        os.unlink(self.conf)
        said, log = self.fails()
        self.assertIn(f"STATUS={self.conf}: No such file", said)
        self.assertIn(f"{self.conf}: No such file", log)

    def test_no_store_key(self):
        os.unlink(self.path("state", "store.key"))
        said, log = self.fails()
        self.assertIn("type: backstop init", said)
        self.assertIn("(backstop init makes it)", log)

    def test_newline_in_what_is_told(self):
        """It would be another assignment."""
        self.conf = self.path("new\nERRNO=2")
        said, _ = self.fails()
        self.assertIn("new?ERRNO=2: No such file", said)

    def test_no_keyring(self):
        os.unlink(self.path("state", "keyring"))
        process = self.start()
        self.told_until("no key is active, so nothing is signed")
        self.told_until("store ok")
        text = self.call("status", "--all", status=1)
        self.assertIn("keyring is not there; type: backstop init", text)
        self.assertIn("none is active: nothing is signed\n", text)
        self.assertIn("engine:   answers", text)
        shown, = self.json("status", status=1)
        self.assertEqual(shown["keys"], [])
        self.assertIn("is not there", shown["keys_fault"])
        process.terminate()
        log = process.communicate(timeout=PATIENCE_S)[1]
        self.assertIn(f"error: {self.path('state', 'keyring')} is missing: "
                      "nothing is signed", log)

    def test_keyring_that_goes(self):
        """The old keys stay, and that is said once."""
        with Engine(self):
            os.rename(self.path("state", "keyring"), self.path("kept"))
            for _ in range(3):
                self.run_raw("-c", self.conf, "status")
            os.rename(self.path("kept"), self.path("state", "keyring"))
        log = self.read("engine.log")
        self.assertEqual(log.count("the old keys stay until backstopd ends"), 1)

    def test_store_that_cannot_be_opened(self):
        """status says why, on what file system, and what to type."""
        store = self.path("state", "store")
        with Engine(self):
            pass
        os.chmod(os.path.join(store, "data.mdb"), 0)
        self.addCleanup(os.chmod, os.path.join(store, "data.mdb"), 0o600)
        self.start()
        self.told_until("store absent: Permission denied")
        text = self.call("status", "--all", status=1)
        self.assertIn("the engine cannot write it: Permission denied", text)
        self.assertRegex(text, r"its file system: \d+ of \d+ MB free")
        self.assertIn(f"type: df {store}; journalctl", text)
        shown, = self.json("status", status=1)
        self.assertEqual(shown["store"]["fault"], "Permission denied")
        self.assertEqual(shown["store"]["file_system"]["read_only"], False)
        self.assertTrue(shown["store"]["file_system"]["total_bytes"])


class Reload(Case):
    def setUp(self):
        super().setUp()
        self.call("init")

    def test_reload(self):
        with Engine(self, conf_in_place=True):
            self.call("reload", says="the engine has read")
            self.assertEqual(self.json("reload"), [{"config": self.conf}])
        self.assertEqual(
            self.read("engine.log").count("configuration read anew"), 2)

    def test_mistake(self):
        """It is told to whoever typed it, and the engine is left alone."""
        with Engine(self, conf_in_place=True):
            self.write("backstop.conf", "colour = blue\n" + self.configured())
            self.call("reload", status=CONFIG,
                      says=f"{self.conf}:1: unknown key 'colour'")
            self.call("sign", "a@example.org", status=CONFIG)
            self.write("backstop.conf", self.configured())
        self.assertNotIn("anew", self.read("engine.log"))

    def test_no_engine(self):
        self.call("reload", status=UNAVAILABLE, says="no engine answers")

    @unittest.skipUnless(AS_ROOT, "the engine is the same user")
    def test_engine_may_not_read_it(self):
        """Root can, so only the engine knows."""
        with Engine(self, conf_in_place=True):
            os.chmod(self.conf, 0o600)
            self.call("reload", status=1, says="user nobody may not read")
        self.assertIn("the old configuration stays", self.read("engine.log"))


if __name__ == "__main__":
    main()
