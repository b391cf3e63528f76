#!/usr/bin/python3
"""backstop(8) as it is typed: words, exit statuses, JSON, refusals.

usage: test_cli.py BACKSTOP BACKSTOPD [TEST ...]
"""

import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

USAGE, DATAERR, NOINPUT, IOERR, NOPERM, CONFIG = 64, 65, 66, 74, 77, 78
DAY = 86400
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
AS_ROOT = os.geteuid() == 0
PROGRAM = ENGINE = None

CONF = """\
domains  = example.org, example.net
state    = {state}
socket   = {socket}
user     = {user}
lifetime = 10
[domain example.net]
form   = subaddress
exempt = noreply@example.net, *-bounces@example.net
"""


def at(days):
    """Options that set the clock that many days from now."""
    return "--at", str(int(time.time()) + days * DAY)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="backstop-cli.")
        self.addCleanup(shutil.rmtree, self.folder)
        # the store's owner has to get through
        os.chmod(self.folder, 0o755)
        self.conf = self.path("backstop.conf")
        self.write("backstop.conf", self.configured())

    def configured(self):
        return CONF.format(state=self.path("state"),
                           socket=self.path("sock"),
                           user="nobody" if AS_ROOT else "me")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(self.path(name), mode)
        return self.path(name)

    def read(self, *names):
        with open(self.path(*names), encoding="ascii") as file:
            return file.read()

    def run_raw(self, *words, **more):
        return subprocess.run([PROGRAM, *words], capture_output=True,
                              text=True, check=False, timeout=60, **more)

    def call(self, *words, status=0, says="", **more):
        """Runs it. What it says stands in its standard error if it fails, in
        its standard output if it does not."""
        done = self.run_raw("-c", self.conf, *words, **more)
        where = done.stdout if status == 0 else done.stderr
        self.assertEqual(done.returncode, status,
                         f"{words}: {done.stdout}{done.stderr}")
        self.assertIn(says, where)
        if status >= USAGE:
            self.assertEqual(done.stdout, "")
            self.assertTrue(done.stderr)
        if status == 0 and not says.startswith("warning"):
            self.assertEqual(done.stderr, "")
        return done.stdout

    def json(self, *words, status=0):
        return [json.loads(line) for line in
                self.call("--json", *words, status=status).splitlines()]

    def sign(self, address="alice@example.org", *options):
        return self.call("sign", address, *options).strip()

    def tag(self, address, status, *options):
        """The tag that verify --json sees in an address."""
        result, = self.json("verify", address, *options, status=status)
        self.assertEqual(sorted(result),
                         ["address", "expires", "key", "tag"])
        return result["tag"]

    def keys(self):
        return {key["key"]: key["state"] for key in self.json("key", "list")}

    def rewrite_keyring(self, **columns):
        """Changes columns of the (only) key: as if time had passed."""
        names = ["number", "state", "created", "activated", "retired",
                 "secret", "origin"]
        lines = self.read("state", "keyring").splitlines()
        fields = dict(zip(names, lines[-1].split()))
        fields.update({name: str(value) for name, value in columns.items()})
        lines[-1] = " ".join(fields[name] for name in names)
        with open(self.path("state", "keyring"), "w",
                  encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")


class CommandLine(Case):
    def test_help(self):
        text = self.run_raw("--help")
        self.assertEqual(text.returncode, 0)
        names = re.findall(r"^  ((?:key |store )?[a-z-]+)", text.stdout, re.M)
        for name in ("init", "key list", "key import", "sign", "verify",
                     "decode", "status", "store check", "checkconf"):
            self.assertIn(name, names)
        for name in names[:16]:
            one = self.run_raw(*name.split(), "--help")
            self.assertEqual(one.returncode, 0)
            self.assertIn(f" {name}", one.stdout.splitlines()[0])
            self.assertEqual(one.stderr, "")
        group = self.run_raw("key", "-h").stdout
        self.assertIn("key rotate", group)
        self.assertNotIn("checkconf", group)

    def test_help_and_man_page_agree(self):
        text = self.run_raw("--help").stdout
        rows = re.findall(r"^  ((?:key |store )?[a-z-]+)((?: [^ ]+)*)",
                          text.split("Options")[0], re.M)
        with open(os.path.join(ROOT, "common", "backstop.8"),
                  encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(len(rows), 16)
        for name, _ in rows:
            self.assertRegex(page, rf"(?m)^\.It Cm {name}( |$)")
        self.assertEqual(len(re.findall(r"(?m)^\.It Cm ", page)), len(rows))
        for option in re.findall(r"--([a-z-]+)", text):
            self.assertIn(f"-{option}", page.replace("\\", ""))

    def test_config_man_page_has_each_key(self):
        known = self.run_raw("checkconf", self.write("x.conf", "x = y\n"))
        names = known.stdout.split("known:")[1].split()[:14]
        with open(os.path.join(ROOT, "common", "backstop.conf.5"),
                  encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(sorted(re.findall(r"(?m)^\.It Ic ([a-z]+)", page)),
                         sorted(names))

    def test_version(self):
        done = self.run_raw("--version")
        self.assertRegex(done.stdout, r"^backstop \d+\.\d+\n$")
        self.assertEqual(done.returncode, 0)

    def test_nonsense(self):
        for words, says in (
                ((), "which subcommand"),
                (("key",), "key"), (("key", "nonsense"), "no such"),
                (("explain",), "explain"), (("--frobnicate",), "--frobnicate"),
                (("-x",), "-x"), (("-c",), "-c"), (("--at",), "--at"),
                (("status", "--json=1"), "--json"),
                (("sign",), "needs a word"),
                (("sign", "a@example.org", "b@example.org"), "too many"),
                (("sign", "-k", "1", "a@example.org"), "takes no -k"),
                (("status", "--exim"), "neither --exim"),
                (("verify", "--no-record", "a@example.org"), "--no-record"),
                (("init", "-k", "10"), "one digit"),
                (("init", "-k", "x"), "one digit"),
                (("init", "-k", ""), "one digit"),
                (("key", "activate", "11"), "one digit"),
                (("key", "revoke"), "needs a word"),
                (("verify", ""), "null reverse-path"),
                (("verify", "<>"), "null reverse-path"),
                (("verify", "a b@example.org"), "not an address"),
                (("verify", "@example.org"), "not an address"),
                (("decode", "a@b@c"), "not an address"),
                (("sign", "x" * 600 + "@example.org"), "too long"),
                (("sign", "a\n@example.org"), "\\x0a")):
            with self.subTest(words=words):
                self.call(*words, status=USAGE, says=says)
        self.assertFalse(os.path.exists(self.path("state")))

    def test_options_stand_anywhere(self):
        self.call("init", "-k", "4")
        first = self.run_raw("--json", "-c", self.conf, "key", "list")
        last = self.run_raw("key", "list", "-c", self.conf, "--json")
        between = self.run_raw("key", "--json", "list", f"-c{self.conf}")
        self.assertEqual(first.stdout, last.stdout)
        self.assertEqual(first.stdout, between.stdout)
        self.assertEqual(json.loads(first.stdout)["key"], 4)
        posix = self.run_raw("key", "list", "-c", self.conf, "--json",
                             env={**os.environ, "POSIXLY_CORRECT": "1"})
        self.assertEqual(first.stdout, posix.stdout)
        self.call("decode", "--", "-x@example.org", status=1)

    def test_times(self):
        self.call("init")
        for text in ("", "now", "-1", "1e9", "0x10", "2026-01-01",
                     "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
                     "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
                     "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z",
                     "2026-01-01T00:00:00Zx", "2026-01-01t00:00:00z",
                     "1969-12-31T23:59:59Z", " 1", "253402300800",
                     "99999999999999999999"):
            with self.subTest(text=text):
                self.call("--at", text, "sign", "a@example.org",
                          status=USAGE, says="--at")
        for text in ("2026-01-01T00:00:00Z", "1767225600",
                     "2026-01-01T23:59:59Z"):
            result, = self.json("sign", "a@example.org", "--at", text)
            self.assertEqual(result["expires"], "2026-01-11")
            self.assertEqual(result["signed"][6:9], "464")
        leap, = self.json("sign", "a@example.org", "--at",
                          "2024-02-29T00:00:00Z")
        self.assertEqual(leap["expires"], "2024-03-10")

    def test_at_is_refused_by_what_writes(self):
        self.call("init")
        before = self.read("state", "keyring")
        for words in (("init",), ("key", "add"), ("key", "rotate"),
                      ("key", "activate", "1"), ("key", "revoke", "1"),
                      ("key", "purge"), ("store", "confirm-clock"),
                      ("key", "import", "--exim", "-k", "1", "/dev/null")):
            self.call("--at", "0", *words, status=USAGE, says="--at")
        self.assertEqual(self.read("state", "keyring"), before)

    def test_full_standard_output(self):
        self.call("init")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                [PROGRAM, "-c", self.conf, "key", "export"], stdout=full,
                stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, IOERR)
        self.assertIn(b"standard output", done.stderr)

    def test_configuration_that_is_not_good(self):
        self.write("backstop.conf", "domains = example.org\nsign = x\n\n"
                   "colour = blue\n")
        for words in (("init",), ("status",), ("sign", "a@example.org"),
                      ("verify", "a@example.org"), ("key", "rotate")):
            self.call(*words, status=CONFIG, says=f"{self.conf}:2: sign")
            self.call(*words, status=CONFIG, says=f"{self.conf}:4: unknown")
        self.conf = self.path("missing.conf")
        self.call("status", status=NOINPUT, says="backstop.conf(5)")
        self.call("decode", "a@example.org", status=1)


class Checkconf(Case):
    def test_good(self):
        self.call("checkconf", says="no mistakes")
        self.assertEqual(self.json("checkconf"), [])

    def test_mistakes(self):
        path = self.write("other.conf", b"domains = example.org\nsign = x\n"
                          b"[spf]\n[domain x]\n\0\n")
        text = self.call("checkconf", path, status=1).splitlines()
        self.assertEqual(
            [line.split(": ")[0] for line in text],
            [f"{path}:{line}" for line in (2, 3, 4, 5)])
        self.assertIn("warning", text[1])
        faults = self.json("checkconf", path, status=1)
        self.assertEqual([fault["line"] for fault in faults], [2, 3, 4, 5])
        self.assertEqual([fault["level"] for fault in faults],
                         ["error", "warning", "error", "error"])
        self.assertEqual({fault["file"] for fault in faults}, {path})

    def test_what_cannot_be_read(self):
        self.call("checkconf", self.path("none"), status=NOINPUT, says="none")
        self.call("checkconf", self.folder, status=71, says="directory")

    def test_example(self):
        text = self.call("checkconf", os.path.join(
            ROOT, "packaging", "examples", "backstop.conf"))
        self.assertIn("warning: 'domains' names none", text)


class Init(Case):
    def test_once_and_twice(self):
        result, = self.json("init", "-k", "7")
        self.assertEqual(result, {"state": self.path("state"), "key": 7})
        before = self.read("state", "keyring")
        self.call("init", "-k", "3", says="nothing was made")
        again, = self.json("init")
        self.assertIsNone(again["key"])
        self.assertEqual(self.read("state", "keyring"), before)

    def test_modes(self):
        os.umask(0o077)
        self.addCleanup(os.umask, 0o022)
        self.call("init")
        for name, mode in ((".", 0o750), ("keyring", 0o640),
                           ("store.key", 0o640), ("store", 0o700)):
            self.assertEqual(
                os.stat(self.path("state", name)).st_mode & 0o7777, mode)

    @unittest.skipUnless(AS_ROOT, "another's files")
    def test_user_that_is_not_there(self):
        self.write("backstop.conf", "domains = example.org\n"
                   f"state = {self.path('state')}\nuser = _not_here\n")
        self.call("init", status=NOINPUT, says="type: adduser --system "
                  "--group --no-create-home _not_here")

    def test_folder_of_others(self):
        os.mkdir(self.path("state"))
        self.write("state/file", "x")
        self.call("init", status=71, says="holds other things")

    def test_before_init(self):
        for words in (("status",), ("key", "list"), ("key", "rotate"),
                      ("sign", "a@example.org"),
                      ("verify", "prvs=1234abcdef=a@example.org")):
            self.call(*words, status=NOINPUT, says="type: backstop init")


class Keys(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def test_list(self):
        key, = self.json("key", "list")
        self.assertEqual(list(key),
                         ["key", "state", "created", "activated", "retired"])
        self.assertEqual((key["key"], key["state"]), (4, "active"))
        self.assertRegex(key["created"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIsNone(key["retired"])
        secret = self.read("state", "keyring").split()[-2]
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
                          ("sign", "a@example.org"), ("status",)):
                self.call(*words, status=NOPERM, says="chmod 0640")
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
            [PROGRAM, "-c", self.conf, "key", "add"],
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
        self.assertIn(" remade\n", self.read("state", "keyring"))
        self.assertNotIn(" made\n", self.read("state", "keyring"))


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

    def test_export_and_import(self):
        self.call("key", "add", "-k", "8")
        self.call("key", "add", "-k", "9")
        self.call("key", "revoke", "9")
        text = self.call("key", "export")
        self.assertEqual(len(text.splitlines()), 2)
        one = self.call("key", "export", "4")
        self.assertIn(one, text)
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
        self.assertIn(" shared\n", self.read("there", "keyring"))
        self.call("key", "import", input=text, says="here already")

    def test_import_of_another_key_with_our_number(self):
        text = self.call("key", "export")
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


class Tags(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")
        # the key is older than the tags of these tests
        self.rewrite_keyring(created=1)

    def test_sign(self):
        tag = self.sign("Alice@Example.ORG")
        self.assertRegex(
            tag, r"^prvs=4\d{3}[0-9a-f]{6}=Alice@Example\.ORG$")
        self.assertEqual(tag[5:15], self.sign()[5:15])
        self.assertRegex(self.sign("alice@example.net"),
                         r"^alice\+prvs=4\d{3}[0-9a-f]{6}@example\.net$")
        result, = self.json("sign", "<alice@example.org>")
        self.assertEqual(list(result), ["address", "signed", "key",
                                        "expires", "reason"])
        self.assertEqual(result["address"], "alice@example.org")
        self.assertEqual(result["signed"], self.sign())
        self.assertEqual(result["key"], 4)
        self.assertIsNone(result["reason"])
        self.assertEqual(result["expires"], time.strftime(
            "%Y-%m-%d", time.gmtime(time.time() + 10 * DAY)))

    def test_what_is_not_signed(self):
        for address, reason in (
                ("alice@example.com", "not-ours"),
                ("noreply@example.net", "exempt"),
                ("List-BOUNCES@example.net", "exempt"),
                ('"a b"@example.org', "quoted"),
                ("x" * 49 + "@example.org", "too-long"),
                ("\u00e9@example.org", "non-ascii"),
                ("@relay.example:a@example.org", "source-route"),
                ("alice", "no-domain"),
                ("prvs=4123abcdef=a@example.org", "tagged"),
                ("SRS0=hash=tt=b=a@example.org", "foreign-tag")):
            with self.subTest(address=address):
                self.assertEqual(
                    self.call("sign", address, status=1,
                              says="is not signed"), "")
                result, = self.json("sign", address, status=1)
                self.assertEqual(result["reason"], reason)
                self.assertIsNone(result["signed"])
        self.assertTrue(self.sign("x" * 48 + "@example.org"))

    def test_octets_that_are_no_text(self):
        done = subprocess.run(
            [os.fsencode(PROGRAM), b"-c", os.fsencode(self.conf), b"--json",
             b"sign", b"a\xff@example.org"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["address"],
                         "a\\xff@example.org")

    def test_verify(self):
        tag = self.sign()
        other = f"{int(tag[9], 16) ^ 1:x}"
        for days, status, word in ((0, 0, "valid"), (10, 0, "valid"),
                                   (11, 0, "grace"), (17, 0, "grace"),
                                   (18, 1, "stale"), (400, 1, "stale"),
                                   (-1, 0, "valid"), (-2, 1, "stale")):
            with self.subTest(days=days):
                self.assertEqual(self.tag(tag, status, *at(days)), word)
        for address, status, word in (
                (tag.upper(), 0, "valid"),
                (f"<{tag}>", 0, "valid"),
                (tag[:9] + other + tag[10:], 1, "bad"),
                (tag.replace("alice", "bob"), 1, "bad"),
                (tag.replace("prvs=4", "prvs=5"), 2, "unknown-key"),
                ("alice@example.org", 2, "none"),
                ("alice@example.com", 2, "none"),
                (tag.replace("example.org", "example.com"), 2, "foreign"),
                ("msprvs1=17abc=a@example.org", 2, "foreign"),
                ("prvs=a=b@example.org", 2, "foreign")):
            with self.subTest(address=address):
                self.assertEqual(self.tag(address, status), word)

    def test_verify_fields(self):
        result, = self.json("verify", self.sign("Bob@example.net"))
        self.assertEqual(result["address"], "Bob@example.net")
        self.assertEqual(result["key"], 4)
        self.assertEqual(result["expires"], time.strftime(
            "%Y-%m-%d", time.gmtime(time.time() + 10 * DAY)))
        none, = self.json("verify", "bob@example.net", status=2)
        self.assertEqual(none, {"tag": "none", "address": "bob@example.net",
                                "key": None, "expires": None})
        text = self.call("verify", self.sign())
        self.assertTrue(text.startswith("valid: alice@example.org, key 4, "))

    def test_key_is_younger_than_the_tag(self):
        tag = self.sign("alice@example.org", *at(-5))
        forged = tag.replace("alice", "bob")
        self.assertEqual(self.tag(forged, 1), "bad")
        self.rewrite_keyring(created=int(time.time()))
        self.assertEqual(self.tag(forged, 2), "unknown-key")
        self.assertEqual(self.tag(tag, 0), "valid")

    def test_the_roll_of_2027(self):
        tag = self.sign("alice@example.org", "--at", "2027-06-28T00:00:00Z")
        self.assertEqual(tag[6:9], "007")
        for when, status in (("2027-06-30T23:59:59Z", 0),
                             ("2027-07-15T00:00:00Z", 0),
                             ("2027-07-16T00:00:00Z", 1)):
            self.call("verify", tag, "--at", when, status=status)

    def test_lifetime_was_longer(self):
        """What was signed under a longer lifetime is judged by that."""
        conf = self.configured()
        self.write("backstop.conf", conf.replace("= 10", "= 30"))
        tag = self.sign()
        self.write("backstop.conf", conf)
        with Engine(self, conf.replace("= 10", "= 30")):
            pass
        self.assertEqual(self.tag(tag, 0), "valid")


class Decode(Case):
    def take(self, address, status=0):
        result, = self.json("--at", "2026-01-01T00:00:00Z", "decode",
                            address, status=status)
        return result

    def test_ours(self):
        self.conf = self.path("none")
        result = self.take("prvs=4464ABCDEF=a=b@example.org")
        self.assertEqual(result, {
            "dialect": "prvs", "address": "a=b@example.org", "key": 4,
            "digits": "464", "mac": "abcdef",
            "dates": ["2023-04-17", "2026-01-11"]})
        result = self.take("a+prvs=0454abcdef@example.org")
        self.assertEqual(result["dialect"], "prvs-subaddress")
        self.assertEqual(result["address"], "a@example.org")
        self.assertEqual(result["dates"], ["2026-01-01", "2028-09-27"])
        text = self.call("decode", "prvs=4464abcdef=a@example.org", "--at",
                         "2026-01-01T00:00:00Z")
        self.assertIn("day 464, that is 2023-04-17 or 2026-01-11", text)

    def test_foreign(self):
        for address, dialect, plain in (
                ("msprvs1=17abc=bounces-1@x.example", "msprvs1",
                 "bounces-1@x.example"),
                ("btv1==0123abc==al=ice@x.example", "btv1",
                 "al=ice@x.example"),
                ("SRS0=HHH=TT=orig.example=alice@x.example", "srs0",
                 "alice@orig.example"),
                ("SRS0+HHH=TT=orig.example=al=ice@x.example", "srs0",
                 "al=ice@orig.example"),
                ("SRS1=HHH=y.example==HHH=TT=z.example=al@x.example", "srs1",
                 None),
                ("prvs=123abcdef=alice@x.example", "prvs-9",
                 "alice@x.example"),
                ("prvs=alice=4123abcdef@x.example", "prvs-local-first",
                 "alice@x.example"),
                ("prvs=x@x.example", "prvs-malformed", None),
                ("prvs=@x.example", "prvs-malformed", None),
                ("SRS0=x@x.example", "srs0", None),
                ("SRS0=a=b=c@x.example", "srs0", None),
                ("btv1==x@x.example", "btv1", None)):
            with self.subTest(address=address):
                result = self.take(address)
                self.assertEqual(result["dialect"], dialect)
                self.assertEqual(result["address"], plain)
                self.assertIsNone(result["key"])
                self.assertEqual(result["dates"], [])

    def test_none(self):
        for address in ("alice@example.org", "alice+tag@example.org",
                        '"prvs=4464abcdef=a"@example.org', "alice"):
            self.assertEqual(self.take(address, 1)["dialect"], "none")


class Engine:
    """A running backstopd."""

    def __init__(self, case, conf=None):
        self.case = case
        self.conf = case.write("engine.conf", conf or case.configured())

    def __enter__(self):
        self.log = open(self.case.path("engine.log"), "wb")
        self.process = subprocess.Popen([ENGINE, "-c", self.conf],
                                        stderr=self.log)
        for _ in range(200):
            text = self.case.run_raw("-c", self.conf, "--json",
                                     "status").stdout
            if text and json.loads(text)["engine"]["reason"] == "store-ok":
                return self
            time.sleep(0.05)
        self.__exit__()
        raise AssertionError(self.case.read("engine.log"))

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


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
    PROGRAM, ENGINE = (os.path.abspath(path) for path in sys.argv[1:3])
    # a process that gave up root cannot be traced, which the leak check of
    # a sanitized build wants to do
    if not AS_ROOT:
        os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    unittest.main(argv=["test_cli.py", *sys.argv[3:]])
