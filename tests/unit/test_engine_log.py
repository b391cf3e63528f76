#!/usr/bin/python3
"""An engine whose log nobody reads: it answers on, and says what was lost; and
programs that have nowhere to say anything.

usage: test_engine_log.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import fcntl
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import time

import cli_case
from cli_case import IOERR, Case, Wire, main

# More than any pipe, socket and queue has room for.
QUESTIONS_MAX = 100000


def wait_for_store(case):
    for _ in range(200):
        text = case.run_raw("-c", case.conf, "--json", "status").stdout
        if text and json.loads(text)["engine"]["reason"] == "store-ok":
            break
        time.sleep(0.05)


class Closed(Case):
    """Whoever starts us may have closed what a program has open by custom. The
    next file that is opened would get its number, and what is said."""

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    @staticmethod
    def close_all():
        for number in range(3):
            os.close(number)

    def said(self, *words):
        """Whether the words stand in any file of ours."""
        return [path for path in pathlib.Path(self.folder).rglob("*")
                if path.is_file()
                and any(word in path.read_bytes() for word in words)]

    def test_engine(self):
        with subprocess.Popen([cli_case.ENGINE, "-c", self.conf],
                              preexec_fn=self.close_all) as process:
            self.addCleanup(process.kill)
            wait_for_store(self)
            for number in range(3):
                self.assertEqual(
                    os.readlink(f"/proc/{process.pid}/fd/{number}"),
                    "/dev/null")
            with Wire(self.path("sock")) as wire:
                wire.ask(op="rcpt", sender="", client="192.0.2.1",
                         recipient="prvs=0000aaaaaa=bob@example.org")
            process.terminate()
        self.assertEqual(self.said(b"verdict=", b"backstopd"), [])

    def test_command(self):
        for words, status in ((["sign", "alice@example.org"], IOERR),
                              (["sign", "alice"], 1),
                              (["key", "add", "-k", "9"], IOERR)):
            done = subprocess.run([cli_case.PROGRAM, "-c", self.conf, *words],
                                  check=False, preexec_fn=self.close_all)
            self.assertEqual(done.returncode, status, words)
        self.assertEqual(self.said(b"=alice", b"backstop:", b"pending\n"), [])
        self.assertIn(9, self.keys())
        self.call("store", "check")


class Unread(Case):
    def setUp(self):
        super().setUp()
        self.call("init")

    def start(self, stderr):
        process = subprocess.Popen([cli_case.ENGINE, "-c", self.conf],
                                   stderr=stderr)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.kill)
        wait_for_store(self)
        return process

    def fill(self, wire):
        """Asks what is logged until a line of it is lost."""
        for _ in range(QUESTIONS_MAX):
            answer = wire.ask(op="rcpt", sender="", client="192.0.2.1",
                              recipient="prvs=0000aaaaaa=bob@example.org")
            self.assertEqual(answer["status"], "ok")
            lost = int(wire.ask(op="ping").get("log_lost", 0))
            if lost:
                return lost
        raise AssertionError("no line was lost")

    def check(self, reader, writer):
        flags = fcntl.fcntl(writer, fcntl.F_GETFL)
        process = self.start(writer)
        with Wire(self.path("sock")) as wire:
            self.fill(wire)
            # it is still there, and so are all who hold the descriptor
            lost = self.fill(wire)
            self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), flags)
        self.assertEqual(self.json("status", status=0)[0]["engine"]
                         ["log_lost"], lost)
        self.assertIn(f"nobody reads it: {lost} lines",
                      self.call("status"))
        os.close(writer)
        text = []
        thread = threading.Thread(target=lambda: text.extend(
            line.decode() for line in reader))
        thread.start()
        for _ in range(600):
            if any("lines of the log were lost" in line for line in text):
                break
            time.sleep(0.05)
        process.terminate()
        process.wait(30)
        thread.join(30)
        found = re.findall(r"warning: (\d+) lines of the log were lost: nobody "
                           "read them\n", "".join(text))
        self.assertEqual(sum(map(int, found)), lost)
        self.assertTrue(text[-1].endswith("backstopd ends\n"), text[-1])
        self.assertTrue(all(line.startswith(("info: ", "warning: "))
                            for line in text))

    def test_pipe(self):
        reader, writer = os.pipe()
        with open(reader, "rb") as file:
            self.check(file, writer)

    def test_socket(self):
        ours, theirs = socket.socketpair()
        with ours, ours.makefile("rb") as file:
            self.check(file, theirs.detach())


if __name__ == "__main__":
    main()
