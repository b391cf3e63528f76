#!/usr/bin/python3
"""backstop status: what is not well stands in front, with what to type; at a
terminal and elsewhere.

usage: test_cli_status.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import ctypes
import os
import re
import subprocess
import time

import cli_case
from cli_case import (AS_ROOT, DAY, PATIENCE_S, Case, Engine, Wire, at, main,
                      program)
import terminal  # where it is, cli_case has said

CONF = """\
domains  = {domains}
{sign}
state    = {state}
socket   = {socket}
user     = {user}
"""
CLONE_NEWNS = 0x20000
TURNS = 20
WIDTHS = 20, 80, 300
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Status(Case):
    domains = "example.org"
    sign = "sign = yes\noutbound = here"
    folder_of_state = "state"

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def configured(self):
        return CONF.format(domains=self.domains, sign=self.sign,
                           state=self.path(self.folder_of_state),
                           socket=self.path("sock"),
                           user="nobody" if AS_ROOT else "me")

    def mode(self, mode):
        self.write("backstop.conf", self.configured() + f"mode = {mode}\n")

    def engine(self):
        return Engine(self, conf_in_place=True)

    def status(self, *words, status=0):
        """The lines; and a terminal has the same words. The engine may have
        counted something in between."""
        for _ in range(TURNS):
            plain = self.call("status", *words, status=status)
            shown = [self.terminal(*words, columns=columns)
                     for columns in WIDTHS]
            if all(ESCAPE.sub("", text).split() == plain.split()
                   for _, text in shown):
                break
        self.assertNotIn("\x1b", plain)
        for columns, (ended, text) in zip(WIDTHS, shown):
            self.assertEqual(ended, status)
            bare = ESCAPE.sub("", text)
            self.assertEqual(bare.split(), plain.split())
            for line in bare.splitlines():
                if " " in line[10:].strip() and "type: " not in line:
                    self.assertLessEqual(len(line), max(columns, 40), line)
        return plain.splitlines()

    def terminal(self, *words, columns=80, **env):
        return terminal.show([program(), "-c", self.conf, "status", *words],
                             columns, {**os.environ, "TERM": "xterm", **env})

    def advice(self, word, status):
        found = {one["word"]: one
                 for one in self.json("status", status=status)[0]["advice"]}
        self.assertIn(word, found)
        return found[word]

    def bad(self, word, says, *words, **more):
        """It stands in front, and --json has it. Returns what to type."""
        lines = self.status(*words, status=1)
        self.assertRegex(lines[0], f"^NOT WELL  .*{says}")
        self.assertFalse([line for line in lines if line.startswith("NEXT")])
        if not words:
            self.assertEqual(self.advice(word, 1)["level"], "not-well")
        self.assertNotIn("WELL      all", "\n".join(lines))
        return lines[1].strip() if lines[1].startswith(" ") else None

    def come_home(self):
        """To a running engine: a month passes, and a tag of ours comes home,
        which is counted."""
        self.age()
        with Wire(self.path("sock")) as wire:
            wire.bounce(wire.send("alice@example.org", "a@example.org"))
        end = time.monotonic() + PATIENCE_S
        while "1 mail signed; bounces: 1 genuine" not in self.call("status"):
            self.assertLess(time.monotonic(), end)


class Well(Status):
    def test_covered(self):
        """Nothing to do: one line says so, and it is the first."""
        self.mode("enforce")
        with self.engine():
            self.come_home()
            lines = self.status()
            self.assertEqual(lines[0], "WELL      all: the engine answers, "
                             "the store is sound, key 4 signs, the clock is "
                             "right")
            self.assertRegex(lines[1], "^DOMAIN    example.org: mode enforce, "
                             "signs, outbound here; coverage full: nothing "
                             "missed since 20[0-9-]*$")
            self.assertIn("in 7 days: 1 mail signed; bounces: 1 genuine",
                          lines[2])
            self.assertRegex(lines[3], "^SPF       mode enforce; in 7 days: ")
            self.assertEqual(lines[4:], [
                f"MORE      backstop -c {self.conf} status --all"])
            self.assertEqual(self.json("status")[0]["advice"], [])
            self.assertIn("clock:    ok", self.call("status", "--all"))

    def test_observed_for_weeks(self):
        """Nothing speaks against the last step, so it is named."""
        with self.engine():
            self.come_home()
            lines = self.status()
            self.assertRegex(lines[1], "^NEXT      example.org is only "
                             "observed, and mode enforce is safe")
            self.assertEqual(lines[2].strip(), f"type: backstop -c {self.conf}"
                             " mode example.org enforce")
            self.call(*lines[2].split()[4:], says="enforce")

    def test_colours(self):
        """Those of the labels, and none where nobody wants them."""
        _, shown = self.terminal()
        self.assertTrue(shown.startswith("\x1b[1;31mNOT WELL\x1b[0m  the "))
        self.assertIn("\x1b[0m", self.terminal(NO_COLOR="")[1])
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.terminal(**env)[1])

    def test_old_key(self):
        then = int(time.time()) - 130 * DAY
        self.rewrite_keyring(created=then, activated=then)
        with self.engine():
            self.assertIn("NEXT      key 4 has signed for 130 days",
                          self.status())

    def test_configuration_is_newer(self):
        with self.engine():
            self.mode("mark")
            lines = self.status()
            self.assertRegex(lines[0], "^LOOK      the engine works by another")
            self.call(*lines[1].split()[4:])
            self.assertNotIn("works by another", "\n".join(self.status()))


class Fresh(Status):
    domains = ""
    sign = ""

    def test_fresh(self):
        """As the package leaves it: no domain; then one that signs not."""
        with self.engine():
            lines = self.status()
            self.assertRegex(lines[0], "^LOOK      no domain is named")
            self.assertIn(" reload", lines[1])
            self.assertRegex(lines[2], "^WELL      the engine answers, ")
            self.domains = "example.org"
            self.write("backstop.conf", self.configured())
            self.call(*lines[1].split()[4:])
            lines = self.status()
            self.assertRegex(lines[0], "^WELL      all: ")
            self.assertRegex(lines[1], "^NEXT      example.org signs nothing "
                             "yet")


class NotWell(Status):
    def test_engine_is_dead(self):
        with self.engine():
            pass
        line = self.bad("engine-away", "the engine does not answer at "
                        f"{self.path('sock')}")
        self.assertEqual(line, f"type: backstopd -c {self.conf} &")

    def test_store_is_broken(self):
        with self.engine():
            pass
        data = self.path("state", "store", "data.mdb")
        with open(data, "r+b") as file:
            file.write(bytes(8192))
        self.status(status=1)
        self.assertIn("restart backstopd", self.advice("store", 1)["text"])

    def test_no_key(self):
        os.unlink(self.path("state", "keyring"))
        with subprocess.Popen([cli_case.ENGINE, "-c", self.conf],
                              stderr=subprocess.DEVNULL) as process:
            end = time.monotonic() + PATIENCE_S
            while self.json("status", status=1)[0]["engine"]["reason"] != (
                    "store-ok"):
                self.assertLess(time.monotonic(), end)
            self.assertEqual(self.bad(
                "no-key", "no key is active: nothing is signed; .*keyring is "
                "not there$"), "type: backstop init")
            process.terminate()

    def test_clock(self):
        with self.engine():
            line = self.bad("clock", "the clock is in doubt", *at(40))
            self.assertIn("store confirm-clock", line)

    def test_gap(self):
        """Of a domain that refuses, it says until when it does not."""
        self.mode("enforce")
        with self.engine() as engine:
            self.come_home()
            engine.process.kill()
            engine.process.wait()
        time.sleep(1.1)  # a gap is counted in seconds
        with self.engine():
            text = "\n".join(self.status())
            self.assertRegex(text, r"LOOK      example.org: coverage partial "
                             r"\(gap\), full on 20[0-9-]*; until it is full")
            self.assertRegex(text, "LOOK      the store has 1 gap, the last 20")
            self.assertIn("journalctl -u backstopd --since @", text)
            self.assertNotIn("WELL      all", text)


class Full(Status):
    """The state folder lies on a file system of its own."""

    folder_of_state = "disk/state"

    def setUp(self):
        if not AS_ROOT or ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
            self.skipTest("only root may mount")
        if subprocess.run(["mount", "--make-rprivate", "/"],
                          check=False).returncode:
            self.skipTest("nothing can be mounted here")
        self.mounted = None
        super().setUp()

    def configured(self):
        if not self.mounted:
            self.mounted = self.path("disk")
            os.mkdir(self.mounted)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "disk",
                            self.mounted], check=True)
            self.addCleanup(subprocess.run, ["umount", self.mounted],
                            check=True)
        return super().configured()

    def fill(self):
        with open(self.path("disk", "filler"), "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass

    def failing(self, wire):
        """What is to be typed, once status says that the store fails. A small
        change may still find room, and then it fails no more."""
        end = time.monotonic() + PATIENCE_S
        while True:
            wire.ask(op="sign", mode="out", client="127.0.0.1",
                     sender=f"{time.monotonic_ns()}@example.org")
            try:
                return self.bad("store-failing", "the engine cannot write its "
                                "store: .*; its file system: 0 of 2 MB free; "
                                "it is full")
            except AssertionError:
                if time.monotonic() > end:
                    raise

    def test_full_disk(self):
        with self.engine(), Wire(self.path("sock")) as wire:
            self.fill()
            line = self.failing(wire)
            self.assertRegex(line, "^type: df ")


class Many(Status):
    domains = ", ".join(f"d{number}.example" for number in range(200))

    def test_many(self):
        """What holds of all is said once."""
        with self.engine():
            lines = self.status()
            self.assertLess(len(lines), 12)
            text = "\n".join(lines)
            self.assertRegex(text, r"NEXT      d0\.example is only observed, "
                             r"and mode mark is safe \(the same holds for 199 "
                             r"more domains\)")
            self.assertIn("DOMAINS   200, by mode: 200 observe; 200 sign; "
                          "coverage is full of 0", text)
            self.assertEqual(self.advice("next-mark", 0)["more_domains"], 199)
            every = self.call("status", "--all")
            for number in range(200):
                self.assertIn(f" d{number}.example: ", every)


if __name__ == "__main__":
    main()
