#!/usr/bin/python3
"""The store and the clock at the command line.

usage: test_cli_store.py BACKSTOP BACKSTOPD [TEST ...]
"""

import os
import shutil
import time

from cli_case import AS_ROOT, NOINPUT, Case, Engine, at, main


class Store(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def status(self, exit_status):
        result, = self.json("status", status=exit_status)
        return result

    def tags(self):
        return self.status(1)["store"]["tags"]

    def test_sign_is_recorded(self):
        self.assertEqual(self.status(1)["store"]["state"], "missing")
        self.sign("alice@example.org", "--no-record")
        self.sign("alice@example.org", *at(0))
        self.assertEqual(self.status(1)["store"]["state"], "missing")
        self.sign()
        self.sign("ALICE@example.org")
        self.sign("bob@example.org")
        store = self.status(1)["store"]
        self.assertEqual((store["tags"], store["senders"]), (2, 2))
        owner = os.stat(self.path("state", "store")).st_uid
        for name in os.listdir(self.path("state", "store")):
            self.assertEqual(
                os.stat(self.path("state", "store", name)).st_uid, owner)
        with open(self.path("state", "store", "data.mdb"), "rb") as file:
            self.assertNotIn(b"alice", file.read())

    def test_what_cannot_be_recorded(self):
        """The tag is as good; that is said."""
        os.unlink(self.path("state", "store.key"))
        done = self.run_raw("-c", self.conf, "sign", "alice@example.org")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("prvs=4"))
        self.assertIn("not recorded", done.stderr)
        self.assertIn("store.key", done.stderr)
        self.call("init")
        self.write("state/store/data.mdb", b"x" * 8192, 0o600)
        if AS_ROOT:
            shutil.chown(self.path("state", "store", "data.mdb"), "nobody")
        done = self.run_raw("-c", self.conf, "sign", "alice@example.org")
        self.assertEqual(done.returncode, 0)
        self.assertIn("not recorded", done.stderr)

    def test_check(self):
        self.call("store", "check", status=NOINPUT, says="no store yet")
        self.call("store", "confirm-clock")
        for number in range(40):
            self.sign(f"user{number}@example.org")
        result, = self.json("store", "check")
        self.assertTrue(result["sound"])
        self.assertGreaterEqual(result["entries"], 80)
        self.call("store", "check", says="sound")

    def damage(self, change):
        path = self.path("state", "store", "data.mdb")
        with open(path, "rb") as file:
            octets = bytearray(file.read())
        with open(path, "r+b") as file:
            octets = change(octets)
            file.write(octets)
            file.truncate(len(octets))

    def test_check_of_damage(self):
        for number in range(40):
            self.sign(f"user{number}@example.org")
        with open(self.path("state", "store", "data.mdb"), "rb") as file:
            whole = file.read()

        def truncated(octets):
            return octets[:len(octets) // 2]

        def scribbled(octets):
            for at_octet in range(8192, len(octets), 97):
                octets[at_octet] ^= 0x5a
            return octets

        for change in (truncated, scribbled, lambda octets: octets[:100],
                       lambda octets: bytearray(len(octets))):
            self.damage(change)
            result, = self.json("store", "check", status=1)
            self.assertFalse(result["sound"])
            self.assertIn("damaged",
                          self.call("store", "check", status=1))
            self.assertFalse(self.status(1)["well"])
            # the law: nobody is refused for it
            self.assertTrue(self.run_raw("-c", self.conf, "sign",
                                         "a@example.org").stdout)
            self.damage(lambda octets: bytearray(whole))
        self.call("store", "check")

    def test_status(self):
        self.assertIn("does not answer", self.call("status", status=1))
        with Engine(self):
            self.conf = self.path("engine.conf")
            result = self.status(0)
            self.assertTrue(result["well"])
            self.assertEqual(result["engine"]["reason"], "store-ok")
            self.assertEqual(result["store"]["state"], "ok")
            self.assertEqual(result["store"]["gaps"], [])
            self.assertEqual(result["lifetime_days"], 10)
            self.assertEqual(result["clock"], "ok")
            self.assertEqual(result["config"], self.conf)
            self.assertEqual(
                [entry["domain"] for entry in result["domains"]],
                ["example.net", "example.org"])
            self.assertEqual(result["keys"][0]["state"], "active")
            self.sign()
            self.call("status", says="clock:    ok")
        text = self.call("status", status=1)
        self.assertIn("does not answer", text)
        self.assertIn(f"start it: backstopd -c {self.conf}", text)

    def test_clock(self):
        with Engine(self):
            pass
        self.assertEqual(self.status(1)["clock"], "ok")
        for days in (-5, 40):
            result, = self.json("status", *at(days), status=1)
            self.assertEqual(result["clock"], "in-doubt")
            self.assertIn("store confirm-clock",
                          self.call("status", *at(days), status=1))
        self.call("store", "confirm-clock", says=time.strftime(
            "today is %Y-%m-%d", time.gmtime()))
        self.assertEqual(self.status(1)["clock"], "ok")


if __name__ == "__main__":
    main()
