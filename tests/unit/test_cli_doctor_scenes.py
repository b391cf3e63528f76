#!/usr/bin/python3
"""doctor finds each fault of which it knows: a sound installation is broken in
one way after the other, and mended again. A check without a scene fails.

usage: test_cli_doctor_scenes.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import os
import re
import shutil
import time
import unittest

import cli_case
import doctor_scenes_engine  # noqa: F401
import doctor_scenes_exim  # noqa: F401
from cli_case import AS_ROOT, DAY, ROOT, Engine, Wire, main
from doctor_case import Doctor, EximDoctor
from doctor_scenes import SCENES
from doctor_scenes_smtpd import as_here
from host import wait_until

# Scenes that take a real daemon: where they are.
ELSEWHERE = {"exim-runs": "tests/e2e/test_doctor_exim.py"}

# Checks that a test of its own shows, as it leaves traces in the store.
SHOWN = set()



def shows(check):
    def keep(function):
        SHOWN.add(check)
        return function
    return keep


class Broken:
    """Breaks and mends one installation in all the ways of a server."""

    server = None
    expects_socket = True

    def call(self, *words, conf=None, **more):
        before, self.conf = self.conf, conf or self.conf
        try:
            return super().call(*words, **more)
        finally:
            self.conf = before

    def test_each_scene_shows_its_finding_and_no_other(self):
        with Engine(self, conf_in_place=True) as self.engine:
            self.age()
            with Wire(self.path("sock")) as wire:
                wire.send("alice@example.org", "a1@example.org")
            wait_until(lambda: self.run_raw(
                "-c", self.conf, "--json", "status").stdout.find(
                    '"signed":1') > 0, "what was sent to be counted")
            self.assertEqual(self.found(), {})
            for check, also, root, function in SCENES[self.server]:
                if root and not AS_ROOT:
                    continue
                with self.subTest(check, scene=function.__name__):
                    self.show(check, also, function)
                    self.assertEqual(self.found(), {})

    def show(self, check, also, function):
        playing = function(self)
        words = next(playing)
        try:
            found = self.found(*(words or ()))
        finally:
            next(playing, None)
        self.assertIn(check, found)
        self.assertLessEqual(set(found) - {check}, also, found)
        finding = found[check]
        self.assertIn(finding["severity"], ("note", "warning", "error"))
        self.assertTrue(finding["fix"], finding)


class SmtpdScenes(Broken, Doctor):
    server = "smtpd"


class EximScenes(Broken, EximDoctor):
    server = "exim"

    def found(self, *words):
        if self.expects_socket:
            return super().found(*words)
        return Doctor.found(self, *words)


class Traces(Doctor):
    """What leaves traces in the store, so on an installation of its own."""

    def setUp(self):
        super().setUp()
        self.engine = Engine(self, conf_in_place=True)
        self.engine.__enter__()
        self.addCleanup(lambda: self.engine.__exit__())

    @shows("nameless")
    def test_mail_without_a_domain(self):
        with Wire(self.path("sock")) as engine:
            engine.ask(op="sign", mode="local", sender="root")
        wait_until(self.found, "the engine to write what it counted")
        self.fixed("nameless", "root@example.org")

    def start_old(self):
        """An engine with a store of a month and an older key. Returns whether
        it missed nothing: a slow machine takes too long to start it."""
        self.engine.__exit__()
        shutil.rmtree(self.path("state"))
        self.call("init", "-k", "4")
        then = int(time.time()) - 100 * DAY
        self.rewrite_keyring(created=then, activated=then)
        self.age()
        self.engine.__enter__()
        return self.found() == {}

    @shows("someone-else-signs")
    def test_tag_that_was_never_issued_comes_home(self):
        wait_until(self.start_old, "an engine to start within a second")
        tag = self.sign("alice@example.org", "--no-record",
                        *cli_case.at(-3))

        def comes_home():
            with Wire(self.path("sock")) as engine:
                engine.bounce(tag, client="203.0.113.9")
            return self.found()

        wait_until(comes_home, "the engine to write what it saw")
        self.fixed("someone-else-signs", "key rotate")

    @shows("store-gaps")
    def test_engine_was_killed(self):
        self.age()
        self.engine.process.kill()
        self.engine.__exit__()
        time.sleep(1.1)  # a gap is counted in seconds
        self.engine.__enter__()
        self.fixed("store-gaps", "keep the engine running")


class Examples(Doctor):
    """The examples that packages ship show nothing."""

    def test_examples(self):
        with Engine(self, conf_in_place=True):
            self.age()
            for name in ("one-hop", "two-hops"):
                with open(os.path.join(
                        ROOT, f"packaging/examples/smtpd/{name}.conf"),
                        encoding="ascii") as example:
                    self.write("smtpd.conf", as_here(self, example.read()))
                self.assertEqual(self.found(), {}, name)


class Complete(unittest.TestCase):
    def test_each_check_has_a_scene(self):
        with open(os.path.join(ROOT, "common/cli/doctor/findings.c"),
                  encoding="ascii") as source:
            rows = re.findall(r'\{"([a-z-]+)", BS_FOUND_', source.read())
        shown = SHOWN | ELSEWHERE.keys() | {
            check for scenes in SCENES.values() for check, *_ in scenes}
        self.assertGreater(len(rows), 50)
        self.assertEqual(sorted(set(rows) - shown), [])
        self.assertEqual(sorted(shown - set(rows)), [])
        for check, path in ELSEWHERE.items():
            with open(os.path.join(ROOT, path), encoding="ascii") as test:
                self.assertIn(f'"{check}"', test.read())


if __name__ == "__main__":
    main()
