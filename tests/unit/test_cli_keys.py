#!/usr/bin/python3
"""The life of a key at the command line, and secrets from other programs.

usage: test_cli_keys.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import hmac
import os
import re
import subprocess
import time
import unittest

from cli_case import AS_ROOT, DATAERR, DAY, NOINPUT, NOPERM, USAGE, Case, main, program


class Keys(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def test_list(self):
        key, = self.json("key", "list")
        self.assertEqual(list(key),
                         ["key", "state", "created", "activated", "retired",
                          "lent", "returned"])
        self.assertEqual((key["key"], key["state"]), (4, "active"))
        self.assertRegex(key["created"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIsNone(key["retired"])
        secret = self.read("state", "keyring").splitlines()[-1].split()[5]
        self.assertEqual(len(secret), 64)
        for words in (("key", "list"), ("status",), ("--json", "status"),
                      ("--json", "key", "list")):
            self.assertNotIn(secret, self.run_raw(
                "-c", self.conf, *words).stdout)

    def test_rotate(self):
        tag = self.sign()
        self.assertEqual(tag[5], "4")
        key, = self.json("key", "rotate")
        self.assertEqual(key["state"], "active")
        self.assertNotEqual(key["key"], 4)
        self.assertEqual(self.keys(), {4: "verify", key["key"]: "active"})
        self.assertEqual(self.sign()[5], str(key["key"]))
        self.assertEqual(self.tag(tag, 0), "valid")

    def test_add_and_activate(self):
        self.call("key", "add", "-k", "9", says="key activate 9")
        self.assertEqual(self.keys(), {4: "active", 9: "pending"})
        self.assertEqual(self.sign()[5], "4")
        self.call("key", "activate", "9", says="key 4 verifies until")
        self.assertEqual(self.keys(), {4: "verify", 9: "active"})
        self.assertEqual(self.sign()[5], "9")
        self.call("key", "activate", "9", status=1, says="is active")
        self.call("key", "activate", "4", status=1, says="is verify")
        self.call("key", "activate", "1", status=1, says="no key 1")
        self.assertEqual(self.keys(), {4: "verify", 9: "active"})

    def test_used_number(self):
        text = self.call("key", "add", "-k", "4", status=1)
        self.assertEqual(text, "")
        done = self.run_raw("-c", self.conf, "key", "add", "-k", "4")
        number = int(re.search(r"; (\d) is free", done.stderr)[1])
        self.assertNotEqual(number, 4)
        self.call("key", "add", "-k", str(number))

    def test_revoke(self):
        self.call("key", "revoke", "4", status=1,
                  says="backstop key rotate")
        tag = self.sign()
        self.call("key", "rotate")
        self.call("key", "revoke", "4")
        self.assertEqual(self.keys()[4], "revoked")
        self.assertEqual(self.tag(tag, 2), "unknown-key")
        self.call("key", "revoke", "4", status=1, says="revoked")
        self.call("key", "activate", "4", status=1, says="revoked")
        free = next(k for k in range(10) if k not in self.keys())
        self.call("key", "revoke", str(free), status=1, says="no key")

    def test_number_is_kept_until_its_tags_are_gone(self):
        self.call("key", "rotate")
        self.call("key", "revoke", "4")
        self.call("key", "purge", "4", status=1, says="wait until")
        text = self.call("key", "purge")
        due = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(
            (int(time.time()) // DAY + 19) * DAY))
        self.assertEqual(text, f"no key is due\n"
                         f"key 4 can be purged from {due} on\n")
        self.call("key", "add", "-k", "4", status=1, says="is used")
        active = next(k for k, state in self.keys().items()
                      if state == "active")
        self.call("key", "purge", str(active), status=1, says="rotate")

    def test_purge(self):
        old = int(time.time()) - 60 * DAY
        self.call("key", "add", "-k", "2")
        self.call("key", "revoke", "2")
        # a key that never signed is free at once
        self.assertEqual(self.json("key", "purge", "2"),
                         [{"key": 2, "state": "purged"}])
        self.rewrite_keyring(state="verify", created=old, activated=old,
                             retired=int(time.time()) - 18 * DAY)
        self.call("key", "purge", "4", status=1, says="wait until")
        self.rewrite_keyring(retired=int(time.time()) - 19 * DAY)
        self.assertEqual(self.json("key", "purge"),
                         [{"key": 4, "state": "purged"}])
        self.assertEqual(self.keys(), {})
        self.call("sign", "a@example.org", status=1, says="no key is active")
        self.call("key", "purge", "4", status=1, says="no key 4")
        self.call("key", "add", "-k", "4", says="key 4 is pending")

    def test_pending_must_be_revoked_first(self):
        self.call("key", "add", "-k", "2")
        self.call("key", "purge", "2", status=1, says="revoke it first")

    def test_all_numbers_used(self):
        for _ in range(9):
            self.call("key", "rotate")
        self.call("key", "rotate", status=1, says="the next can be purged "
                  "from 20")
        self.call("key", "add", status=1, says="the next can be purged from")
        self.assertEqual(len(self.keys()), 10)

    def test_all_numbers_pending(self):
        for number in (0, 1, 2, 3, 5, 6, 7, 8, 9):
            self.call("key", "add", "-k", str(number))
        self.call("key", "rotate", status=1, says="backstop key revoke K")

    def test_keyring_lies_open(self):
        for mode in (0o644, 0o660, 0o604, 0o641, 0o642):
            os.chmod(self.path("state", "keyring"), mode)
            for words in (("key", "list"), ("key", "rotate"),
                          ("sign", "a@example.org")):
                self.call(*words, status=NOPERM, says="chmod 0640")
            if AS_ROOT:
                shown = self.call("status", status=1)
                self.assertIn("chmod 0640", shown)
        os.chmod(self.path("state", "keyring"), 0o600)
        self.call("key", "list")

    def test_keyring_is_garbage(self):
        before = self.read("state", "keyring")
        for line in ("4", "x", before.splitlines()[-1] + " more",
                     before.splitlines()[-1].replace("active", "busy")):
            self.write("state/keyring", line + "\n", 0o640)
            self.call("key", "list", status=DATAERR, says="keyring:1: ")
            self.call("key", "rotate", status=DATAERR, says="keyring:1: ")
        self.write("state/keyring", before + before.splitlines()[-1] + "\n",
                   0o640)
        self.call("key", "list", status=DATAERR, says="keyring:4: ")

    def test_damaged_line(self):
        """Its key is unknown, and told of; no verb writes it away."""
        self.call("key", "add", "-k", "8")
        tag = self.sign()
        before = self.read("state", "keyring")
        lines = before.splitlines()
        damaged = lines[2][:60] + "0123"[lines[2][60] == "0"] + lines[2][61:]
        self.assertEqual(lines[2][0], "4")
        self.write("state/keyring",
                   "\n".join(lines[:2] + [damaged] + lines[3:]) + "\n", 0o640)
        self.assertEqual(self.run_raw("-c", self.conf, "verify",
                                      tag).stdout.split(":")[0], "unknown-key")
        self.assertIn("keyring:3: warning: the line is damaged",
                      self.run_raw("-c", self.conf, "key", "list").stderr)
        self.call("key", "rotate", status=DATAERR, says="no key is changed")
        self.assertIn(damaged, self.read("state", "keyring"))
        self.write("state/keyring", before, 0o640)
        self.assertEqual(self.tag(tag, 0), "valid")

    def test_older_keyring(self):
        """One without checks is read, and gets them from the next verb."""
        tag = self.sign()
        lines = self.read("state", "keyring").splitlines()
        self.write("state/keyring", "\n".join(
            lines[:1] + [" ".join(lines[-1].split()[:7])]) + "\n", 0o640)
        self.assertEqual(self.tag(tag, 0), "valid")
        self.call("key", "add")
        self.assertIn(lines[-1], self.read("state", "keyring"))

    @unittest.skipUnless(AS_ROOT, "needs another user")
    def test_not_root(self):
        def become():
            os.setgroups([])
            os.setresgid(1, 1, 1)
            os.setresuid(1, 1, 1)

        for words in (("key", "list"), ("key", "rotate"), ("status",),
                      ("sign", "a@example.org"), ("init",),
                      ("store", "check")):
            self.call(*words, status=NOPERM, says="run as root",
                      preexec_fn=become)

    def test_writers_take_turns(self):
        running = [subprocess.Popen(
            [program(), "-c", self.conf, "key", "add"],
            stdout=subprocess.DEVNULL) for _ in range(9)]
        self.assertEqual([one.wait(60) for one in running], [0] * 9)
        self.assertEqual(len(self.keys()), 10)

    def test_lost_and_made_anew(self):
        """A key of the same day may bear the number of a lost one."""
        tag = self.sign()
        os.unlink(self.path("state", "keyring"))
        self.call("init", "-k", "5")
        self.call("key", "add", "-k", "4")
        self.assertEqual(self.tag(tag, 2), "unknown-key")
        self.assertIn(" remade ", self.read("state", "keyring"))
        self.assertNotIn(" made ", self.read("state", "keyring"))


class Foreign(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def secret(self, number):
        for line in self.read("state", "keyring").splitlines():
            if line.startswith(f"{number} "):
                return bytes.fromhex(line.split()[5])
        return None

    def test_exim_vector(self):
        """Of the real Exim binary, with lifetime 7."""
        conf = self.configured().replace("lifetime = 10", "lifetime = 7")
        self.write("backstop.conf",
                   conf.replace("example.org", "example.com"))
        self.call("key", "import", "--exim", "-k", "0",
                  self.write("secret", "secret\n"), says="key activate 0")
        self.assertEqual(self.keys(), {4: "active", 0: "pending"})
        when = "--at", "2026-01-01T00:00:00Z"
        tag = "prvs=0461d4c0ad=alice@example.com"
        self.assertEqual(self.tag(tag, 0, *when), "valid")
        self.call("key", "activate", "0")
        self.assertEqual(self.sign("alice@example.com", *when), tag)

    def test_secret_from_standard_input(self):
        self.call("key", "import", "--exim", "-k", "0", input="k")
        self.assertEqual(self.secret(0), b"k")

    def test_exim_does_not_fold_case(self):
        """Its MAC is over the address as it stands; ours over lower case."""
        digits = f"{(int(time.time()) // DAY + 7) % 1000:03d}"
        for number in (0, 4):
            address = "Alice@Example.org"
            mac = hmac.new(b"k", f"{number}{digits}{address}".encode(),
                           "sha1").hexdigest()[:6]
            tag = f"prvs={number}{digits}{mac}={address}"
            if number == 0:
                self.call("key", "import", "--exim", "-k", "0", input="k")
                self.assertEqual(self.tag(tag, 0), "valid")
            else:
                self.rewrite_keyring(secret="6b", number=4, origin="made",
                                     state="active", created=1, activated=1)
                self.assertEqual(self.tag(tag, 1), "bad")

    def test_newline_of_a_secret(self):
        for number, text, secret in (
                (0, b"k\n", b"k"), (1, b" k ", b" k "), (2, b"k\r\n", b"k\r"),
                (3, b"x" * 64 + b"\n", b"x" * 64)):
            self.call("key", "import", "--exim", "-k", str(number),
                      self.write("secret", text))
            self.assertEqual(self.secret(number), secret)
        for number, text in ((5, b"k\n"), (6, b"\0\n\xff"), (7, b"x" * 256)):
            self.call("key", "import", "--batv-tools", "-k", str(number),
                      self.write("secret", text))
            self.assertEqual(self.secret(number), text)

    def test_bad_secrets(self):
        before = self.read("state", "keyring")
        for dialect, text in (
                ("--exim", b""), ("--exim", b"\n"), ("--exim", b"a\n\n"),
                ("--exim", b"a\nb"), ("--exim", b"a\0b"),
                ("--exim", b"x" * 65), ("--batv-tools", b""),
                ("--batv-tools", b"x" * 257),
                ("--batv-tools", b"x" * 100000)):
            with self.subTest(dialect=dialect, text=text[:9]):
                self.call("key", "import", dialect, "-k", "1",
                          self.write("secret", text), status=DATAERR,
                          says="secret")
        self.call("key", "import", "--exim", "-k", "1", self.path("none"),
                  status=NOINPUT, says="none")
        self.assertEqual(self.read("state", "keyring"), before)

    def test_usage(self):
        secret = self.write("secret", "secret")
        self.call("key", "import", "--exim", secret, status=USAGE,
                  says="-k is missing")
        self.call("key", "import", "--exim", "--batv-tools", "-k", "1",
                  secret, status=USAGE, says="exclude each other")
        self.call("key", "import", "-k", "1", secret, status=USAGE,
                  says="goes with --exim")
        done = self.run_raw("-c", self.conf, "key", "import", "--exim", "-k",
                            "4", secret)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"is used; [0-35-9] is free")

    def export(self, *words):
        """What is printed for the other host; what it means stands beside."""
        done = self.run_raw("-c", self.conf, "key", "export", *words)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stderr)
        return done.stdout

    def lent(self):
        return [key["key"] for key in self.json("key", "list") if key["lent"]]

    def test_export_lends(self):
        """Who has the key may sign with it, so this store no longer knows of
        all mail; that is told, and shown until it is taken back."""
        self.call("key", "add", "-k", "8")
        done = self.run_raw("-c", self.conf, "key", "export", "4")
        self.assertIn("key 4 is lent from now on", done.stderr)
        self.assertIn("backstop key unlend 4 DAY", done.stderr)
        self.assertNotIn(done.stdout.split()[2], done.stderr)
        self.assertEqual(self.lent(), [4])
        self.assertIn(", lent", self.call("key", "list"))
        self.assertIn("lent: somebody else may sign with it",
                      self.call("status", "--all", status=1))
        today = time.strftime("%Y-%m-%d", time.gmtime())
        self.call("key", "unlend", "8", today, status=1, says="is not lent")
        for day in ("2026-02-30", "yesterday", today[1:]):
            self.call("key", "unlend", "4", day, status=USAGE, says="a day")
        self.call("key", "unlend", "4", "2999-01-01", status=1,
                  says="not over yet")
        self.call("key", "unlend", "4", today, says="18 days later")
        self.assertIn(", lent", self.call("key", "list"))
        self.call("key", "unlend", "4", "2020-01-01")
        self.assertNotIn("lent", self.call("key", "list"))

    def test_export_to_verify(self):
        """For an MX that sends nothing: it cannot activate it, and this host's
        store goes on knowing of all mail."""
        tag = self.sign()
        text = self.export("--verify-only")
        self.assertEqual(self.lent(), [])
        self.conf = self.write(
            "there.conf", self.configured().replace("/state", "/there"))
        self.call("init", "-k", "1")
        self.call("key", "import", input=text, says="never signs here")
        self.assertEqual(self.tag(tag, 0), "valid")
        self.call("key", "activate", "4", status=1, says="--verify-only")
        self.assertEqual(self.keys(), {1: "active", 4: "pending"})

    def test_export_and_import(self):
        self.call("key", "add", "-k", "8")
        self.call("key", "add", "-k", "9")
        self.call("key", "revoke", "9")
        text = self.export()
        self.assertEqual(len(text.splitlines()), 2)
        self.assertIn(self.export("4"), text)
        tag = self.sign()
        here = self.secret(4)

        self.conf = self.write(
            "there.conf", self.configured().replace("/state", "/there"))
        self.call("init", "-k", "1")
        self.call("key", "import", input=text)
        self.assertEqual(self.keys(),
                         {1: "active", 4: "pending", 8: "pending"})
        self.assertEqual(self.tag(tag, 0), "valid")
        self.assertIn(here.hex(), self.read("there", "keyring"))
        self.assertIn(" shared ", self.read("there", "keyring"))
        self.call("key", "import", input=text, says="here already")

    def test_import_of_another_key_with_our_number(self):
        text = self.export()
        other = text[:-3] + ("00\n" if text[-3:] != "00\n" else "11\n")
        before = self.read("state", "keyring")
        new = "backstop-key-1 2 00ff\n"
        self.call("key", "import", input=new + other, status=1,
                  says="is free")
        self.assertEqual(self.read("state", "keyring"), before)

    def test_import_of_garbage(self):
        before = self.read("state", "keyring")
        for text in ("", "# nothing\n", "secret\n", "backstop-key-1\n",
                     "backstop-key-1 x 00\n", "backstop-key-1 12 00\n",
                     "backstop-key-1 1 \n", "backstop-key-1 1 0\n",
                     "backstop-key-1 1 0g\n", "backstop-key-2 1 00\n",
                     f"backstop-key-1 1 {'00' * 257}\n",
                     "backstop-key-1 1 00\nbackstop-key-1 2 zz\n"):
            with self.subTest(text=text):
                self.call("key", "import", input=text, status=DATAERR,
                          says="standard input")
        self.assertEqual(self.read("state", "keyring"), before)

    def test_export_of_none(self):
        self.call("key", "export", "1", status=1, says="no such key")


if __name__ == "__main__":
    main()
