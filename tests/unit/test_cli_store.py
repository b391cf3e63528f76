#!/usr/bin/python3
"""The store and the clock at the command line.

usage: test_cli_store.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import fcntl
import json
import os
import shutil
import subprocess
import time

from cli_case import (AS_ROOT, DATAERR, NOINPUT, USAGE, Case, Engine, Wire, at,
                      main, old_store)


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

    def test_store_without_its_key(self):
        """status and doctor name store.key, and what they say to type helps."""
        self.sign()
        path = self.path("state", "store.key")
        key = self.read("state", "store.key")
        self.call("backup", self.path("backup"))
        for text in (key[:30], "", key[:-1], "g" + key[1:], None):
            with self.subTest(text):
                os.unlink(path)
                if text is not None:
                    self.write("state/store.key", text, 0o640)
                said = self.call("status", status=1)
                self.assertIn(path, said)
                self.assertIn("backstop restore FILE", said)
                self.assertIn("sets aside the store", said)
                self.assertIn("starts when store.key is mended", said)
                self.assertNotIn("start it:", said)
                self.assertNotIn("makes it when it starts", said)
                self.assertEqual("rm " + path in said, text is not None)
                store = self.status(1)["store"]
                self.assertEqual(store["state"], "unreadable")
                self.assertIn(path, store["fault"])
                doctor, = self.json("doctor", status=1)
                fixes = {one["check"]: one["fix"]
                         for one in doctor["findings"]
                         if one["severity"] != "ok"}
                self.assertIn("backstop restore FILE", fixes["store-key"])
                self.assertIn("mend store.key", fixes["engine-socket"])
                self.assertEqual("keyring-mode" in fixes,
                                 AS_ROOT and text is not None)
                if text is None:
                    self.write("state/store.key", "", 0o640)
        self.call("restore", self.path("backup"))
        self.assertEqual(self.status(1)["store"]["state"], "ok")
        os.unlink(path)
        self.call("init")
        self.assertEqual(self.status(1)["store"]["state"], "missing")

    def test_what_cannot_be_recorded(self):
        """The tag is valid all the same, and a warning says so."""
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
        self.put(change(octets))

    def put(self, octets):
        """Without a look at what is there: LMDB may have followed a damaged
        page far past the end of the file, which then has a hole of petabytes.
        """
        with open(self.path("state", "store", "data.mdb"), "r+b") as file:
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
            # the law: no mail is refused because of it
            self.assertTrue(self.run_raw("-c", self.conf, "sign",
                                         "a@example.org").stdout)
            self.put(whole)
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
            self.call("status", "--all", says="clock:    ok")
        text = self.call("status", "--all", status=1)
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


class Remembered(Case):
    """A store with tags, messages and senders in it."""

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def configured(self):
        return super().configured().replace(
            "lifetime = 10", "sign = yes\noutbound = here\nlifetime = 2")

    def remember(self):
        """Two mails of alice's, one of bob's, and one of both."""
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            tag = w.send("alice@example.org", "a1@example.org")
            w.send("alice@example.org", "a2@example.org")
            w.send("bob@example.org", "b@example.org")
            w.ask(op="sent", mode="out", client="127.0.0.1", recipients=1,
                  sender=w.sign("bob@example.org"),
                  message_id="both@example.org",
                  header_from="alice@example.org",
                  recipient_domain="example.com")
        return tag

    def judge(self, address, message_id):
        """What the engine would say of a bounce."""
        notice = (f"Return-Path: <>\nFrom: MAILER-DAEMON@example.com\n"
                  f"To: {address}\nContent-Type: multipart/report; "
                  "boundary=b; report-type=delivery-status\n\n--b\n\nno\n"
                  "--b\nContent-Type: message/delivery-status\n\n"
                  "Reporting-MTA: dns; example.com\n\n"
                  "Final-Recipient: rfc822; x@example.com\n"
                  "Action: failed\nStatus: 5.1.1\n"
                  "--b\nContent-Type: message/rfc822\n\n"
                  f"Message-ID: <{message_id}>\n\n--b--\n")
        done = self.run_raw("-c", self.conf, "--json", "explain",
                            input=notice)
        return json.loads(done.stdout)


class Backup(Remembered):
    def test_backup_and_restore(self):
        self.remember()
        store = self.path("state", "store", "data.mdb")
        copy = self.path("copy")
        result, = self.json("store", "backup", copy)
        self.assertEqual(result["file"], copy)
        self.assertEqual((result["tags"], result["messages"]), (2, 4))
        self.assertEqual(result["bytes"], os.stat(copy).st_size)
        self.assertEqual(os.stat(copy).st_mode & 0o7777, 0o600)
        owner = os.stat(store)
        with open(store, "wb") as file:
            file.write(b"x" * 8192)
        self.call("store", "check", status=1)
        back, = self.json("store", "restore", copy)
        self.assertEqual(back["format"], 3)
        with open(back["replaced"], "rb") as file:
            self.assertEqual(file.read(), b"x" * 8192)
        self.assertEqual((os.stat(store).st_uid, os.stat(store).st_gid),
                         (owner.st_uid, owner.st_gid))
        self.assertEqual([name for name in os.listdir(os.path.dirname(store))
                          if name == "restore"], [])
        self.call("store", "check")
        self.assertEqual(
            self.judge("alice@example.org", "a1@example.org")["verdict"],
            "genuine")
        # the time since the copy is a gap, once an engine runs
        time.sleep(1.1)
        with Engine(self, conf_in_place=True):
            status, = self.json("status")
        self.assertEqual(len(status["store"]["gaps"]), 1)

    def test_what_is_not_restored(self):
        """Nothing is changed by a file that is no backup of this store."""
        self.remember()
        store = self.path("state", "store", "data.mdb")
        copy = self.path("copy")
        self.call("store", "backup", copy)
        with open(store, "rb") as file:
            before = file.read()
        with open(copy, "rb") as file:
            whole = file.read()
        for octets in (b"", b"x" * 8192, whole[:len(whole) // 2],
                       whole[:8192] + bytes(len(whole) - 8192)):
            self.write("bad", octets)
            self.call("store", "restore", self.path("bad"), status=1,
                      says="no sound backup")
        self.call("store", "restore", self.path("none"), status=NOINPUT)
        os.mkfifo(self.path("fifo"))
        for path in ("/dev/zero", self.path("fifo"), self.folder):
            self.call("store", "restore", path, status=1, says="is no file")
        # it has no end to speak of, and is not copied
        os.truncate(self.write("huge", "x" * 8192), 1 << 42)
        self.call("store", "restore", self.path("huge"), status=1,
                  says="no sound backup")
        key = self.read("state", "store.key")
        self.write("state/store.key", f"{int(key[0], 16) ^ 1:x}{key[1:]}",
                   0o640)
        self.call("store", "restore", copy, status=1,
                  says="another store.key")
        self.write("state/store.key", key, 0o640)
        with Engine(self, conf_in_place=True):
            self.call("store", "restore", copy, status=1,
                      says="stop it first")
        os.unlink(store)
        back, = self.json("store", "restore", copy)
        self.assertIsNone(back["replaced"])
        self.assertTrue(before)
        self.call("store", "check")

    def test_what_a_killed_run_left(self):
        self.remember()
        self.call("store", "backup", self.path("copy"))
        for name in ("restore.abcDE1", "restore.abcDE2", "restore.mine"):
            os.mkdir(self.path("state", name))
            self.write(f"state/{name}/data.mdb", "x")
        # another run is at work in this one
        folder = os.open(self.path("state", "restore.abcDE2"), os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.call("store", "restore", self.path("copy"))
        self.assertEqual(sorted(name for name in
                                os.listdir(self.path("state"))
                                if name.startswith("restore.")),
                         ["restore.abcDE2", "restore.mine"])

    def test_way_back_to_an_older_version(self):
        """A backup of format 2 is put back as it is; only an engine of this
        version would convert it."""
        subprocess.run([old_store(), self.path("state", "store"),
                        "format-2"], check=True)
        copy = self.path("copy")
        self.call("store", "backup", copy)
        with Engine(self, conf_in_place=True):
            pass
        now = self.path("now")
        self.call("store", "backup", now)
        back, = self.json("store", "restore", now)
        self.assertEqual(back["format"], 3)
        back, = self.json("store", "restore", copy)
        self.assertEqual((back["format"], back["entries"]), (2, 2))

    def test_beside_an_engine(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            w.send("alice@example.org", "a1@example.org")
            self.call("store", "backup", self.path("copy"),
                      says="keep store.key and the keyring")
            w.send("alice@example.org", "a2@example.org")
        self.call("store", "check")

    def test_nothing_is_overwritten(self):
        self.remember()
        copy = self.write("copy", "mine")
        self.call("store", "backup", copy, status=1, says="there already")
        self.assertEqual(self.read("copy"), "mine")
        os.symlink(self.path("elsewhere"), self.path("link"))
        self.call("store", "backup", self.path("link"), status=1)
        self.assertFalse(os.path.exists(self.path("elsewhere")))

    def test_without_a_store(self):
        self.call("store", "backup", self.path("copy"), status=NOINPUT,
                  says="no store yet")
        self.assertFalse(os.path.exists(self.path("copy")))
        self.call("store", "backup", self.path("no", "copy"), status=NOINPUT,
                  says="No such file")


class OtherKey(Remembered):
    """store.key is not the one that the store was written with: what cannot
    be found under it proves nothing."""

    def change_store_key(self):
        key = self.read("state", "store.key")
        self.write("state/store.key", f"{int(key[0], 16) ^ 1:x}{key[1:]}",
                   0o640)

    def test_nothing_is_called_forged(self):
        tag = self.remember()
        self.age()
        self.change_store_key()
        for address in ("alice@example.org", tag):
            one = self.judge(address, "x@example.org")
            self.assertNotIn(one["verdict"], ("forged", "suspect"))
            self.assertNotEqual(one["reason"], "unissued")
        self.call("store", "forget", "alice@example.org", status=DATAERR,
                  says="another store.key")
        done = self.run_raw("-c", self.conf, "sign", "alice@example.org")
        self.assertEqual(done.returncode, 0)
        self.assertIn("another store.key", done.stderr)

    def test_the_engine_begins_a_new_store(self):
        tag = self.remember()
        self.age()
        self.change_store_key()
        with Engine(self, conf_in_place=True), \
                Wire(self.path("sock")) as w:
            answer = w.bounce(tag)
            self.assertEqual(answer["verdict"], "genuine")
            self.assertNotEqual(answer["reason"], "unissued")
            answer = w.bounce("alice@example.org",
                              message_id="a1@example.org")
            self.assertEqual(answer["verdict"], "unknown")
            self.assertNotIn("reject", answer["action"])
        kept, = [name for name in os.listdir(self.path("state", "store"))
                 if name.startswith("data.mdb.other-key-")]
        self.assertIn(kept, self.read("engine.log"))
        self.call("store", "check")


class Forget(Remembered):
    def test_forget(self):
        tag = self.remember()
        result, = self.json("store", "forget", "Alice@example.org")
        self.assertEqual(result, {"address": "alice@example.org", "tags": 1,
                                  "messages": 3, "senders": 1})
        self.call("store", "check")
        one = self.judge("alice@example.org", "a1@example.org")
        self.assertEqual(one["lookups"][0]["found"], "absent")
        # what was bob's as well is still his, and no longer hers
        self.assertEqual(self.judge("bob@example.org", "both@example.org")
                         ["lookups"][0]["found"], "theirs")
        self.assertEqual(self.judge("alice@example.org", "both@example.org")
                         ["lookups"][0]["found"], "others")
        self.assertEqual(self.judge("bob@example.org", "b@example.org")
                         ["verdict"], "genuine")
        # the tag proves itself
        self.assertEqual(self.judge(tag, "a1@example.org")["verdict"],
                         "genuine")
        again, = self.json("store", "forget", tag)
        self.assertEqual((again["tags"], again["messages"]), (0, 0))

    def test_nobody_known(self):
        self.remember()
        result, = self.json("store", "forget", "nobody@example.com")
        self.assertEqual((result["tags"], result["messages"],
                          result["senders"]), (0, 0, 0))
        text = self.call("store", "forget", "nobody@example.com")
        self.assertIn("nobody@example.com is forgotten: 0 tags", text)

    def test_who_was_hit(self):
        """The report no longer knows whom bounces hit; how many, it does."""
        def users():
            found = self.json("report")[0]["users"]
            return found["total"], [(row["hash"], row["count"])
                                    for row in found["rows"] if row["hash"]]
        self.remember()
        self.age(starts=True)
        conf = self.configured().replace(
            "[domain", "mode = enforce\n[domain", 1)
        with Engine(self, conf), Wire(self.path("sock")) as wire:
            for name in ("alice", "carol", "alice"):
                answer = wire.ask(op="data", mode="in", client="192.0.2.9",
                                  sender="", kind="dsn",
                                  recipient=f"{name}@example.org",
                                  message_id="never@example.org",
                                  reporting_mta="MX.example.net")
                self.assertEqual(answer["verdict"], "forged")
        total, ((alice, two), (carol, one)) = users()
        self.assertEqual((total, two, one), (3, 2, 1))
        self.assertNotEqual(alice, carol)
        self.call("store", "forget", "alice@example.org")
        self.assertEqual(users(), (3, [(carol, 1)]))

    def test_what_is_forgotten_is_not_forged(self):
        """Coverage is then full for others, and partial for this address."""
        self.remember()
        self.age()
        for address in ("alice@example.org", "carol@example.org"):
            self.assertEqual(
                self.judge(address, "x@example.org")["verdict"], "forged")
        self.call("store", "forget", "alice@example.org")
        one = self.judge("alice@example.org", "a1@example.org")
        self.assertEqual((one["verdict"], one["coverage_reason"]),
                         ("unknown", "unsigned-mail"))
        self.assertEqual(self.judge("carol@example.org", "x@example.org")
                         ["verdict"], "forged")

    def test_tag_of_a_forgotten_sender(self):
        """It is valid, and its record is gone: nobody may call it unissued.
        """
        self.remember()
        self.age()
        tags = {name: self.sign(f"{name}@example.org", "--no-record")
                for name in ("alice", "carol")}
        self.call("store", "forget", "alice@example.org")
        self.assertEqual(
            {name: self.judge(tag, "x@example.org")["reason"]
             for name, tag in tags.items()},
            {"alice": "unproven", "carol": "unissued"})

    def test_beside_an_engine(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            tag = w.send("alice@example.org", "a1@example.org")
            time.sleep(1.5)  # counts are written once a second
            self.call("store", "forget", "alice@example.org")
            w.send("alice@example.org", "a2@example.org")
            self.assertEqual(w.bounce(tag)["verdict"], "genuine")
            self.assertEqual(
                w.bounce("alice@example.org",
                         message_id="a2@example.org")["verdict"], "genuine")
        self.call("store", "check")

    def test_many(self):
        with Engine(self, conf_in_place=True), Wire(self.path("sock")) as w:
            tag = w.sign("alice@example.org")
            for number in range(700):
                w.ask(op="sent", mode="out", client="127.0.0.1",
                      sender=tag, recipients=1,
                      message_id=f"m{number}@example.org",
                      header_from="alice@example.org",
                      recipient_domain="example.com")
        result, = self.json("store", "forget", "alice@example.org")
        self.assertEqual(result["messages"], 700)
        with Engine(self, conf_in_place=True):
            status, = self.json("status")
        self.assertEqual(status["store"]["messages"], 0)

    def test_refusals(self):
        self.call("store", "forget", "alice@example.org", status=NOINPUT,
                  says="no store yet")
        self.assertFalse(os.path.exists(
            self.path("state", "store", "data.mdb")))
        self.call("store", "forget", "alice", status=USAGE, says="a domain")
        os.unlink(self.path("state", "store.key"))
        self.call("store", "forget", "alice@example.org", status=NOINPUT,
                  says="store.key")


if __name__ == "__main__":
    main()
