#!/usr/bin/python3
"""backstop(8) as it is typed: words, options, files that are not right.

usage: test_cli.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import json
import os
import re
import subprocess
import unittest

from cli_case import AS_ROOT, CONFIG, IOERR, NOINPUT, ROOT, USAGE, Case, main, program


with open(os.path.join(ROOT, "common", "cli", "main.c"),
          encoding="ascii") as source:
    COMMANDS = len(re.findall(r'^    \{"[a-z -]+", ?"?', source.read().partition(
        "bs_command commands[]")[2].partition("};")[0], re.M))


class CommandLine(Case):
    def test_help(self):
        text = self.run_raw("--help")
        self.assertEqual(text.returncode, 0)
        names = re.findall(r"^  ((?:key |spf |store )?[a-z-]+)", text.stdout, re.M)
        for name in ("init", "key list", "key import", "sign", "verify",
                     "decode", "explain", "status", "mode", "store check",
                     "store backup", "store forget", "backup", "restore", "spf check", "spf lint",
                     "spf diff", "spf make", "checkconf"):
            self.assertIn(name, names)
        for name in names[:COMMANDS]:
            one = self.run_raw(*name.split(), "--help")
            self.assertEqual(one.returncode, 0)
            self.assertIn(f" {name}", one.stdout.splitlines()[0])
            self.assertEqual(one.stderr, "")
        group = self.run_raw("key", "-h").stdout
        self.assertIn("key rotate", group)
        self.assertNotIn("checkconf", group)

    def test_help_and_man_page_agree(self):
        text = self.run_raw("--help").stdout
        rows = re.findall(r"^  ((?:key |spf |store )?[a-z-]+)((?: [^ ]+)*)",
                          text.split("Options")[0], re.M)
        with open(os.path.join(ROOT, "common", "backstop.8"),
                  encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(len(rows), COMMANDS)
        for name, _ in rows:
            self.assertRegex(page, rf"(?m)^\.It Cm {name}( |$)")
        self.assertEqual(len(re.findall(r"(?m)^\.It Cm ", page)), len(rows))
        for option in re.findall(r"--([a-z-]+)", text):
            self.assertIn(f"-{option}", page.replace("\\", ""))

    def test_config_man_page_has_each_key(self):
        known = self.run_raw("checkconf", self.write("x.conf", "x = y\n"))
        names = re.search(r"known:((?: [a-z_]+)+)", known.stdout)[1].split()
        with open(os.path.join(ROOT, "common", "backstop.conf.5"),
                  encoding="utf-8") as file:
            page = file.read().split(".Ss ")[0]
        self.assertEqual(sorted(re.findall(r"(?m)^\.It Ic ([a-z_]+)", page)),
                         sorted(names))

    def test_version(self):
        done = self.run_raw("--version")
        self.assertRegex(done.stdout, r"^backstop \d+\.\d+\n$")
        self.assertEqual(done.returncode, 0)

    def test_nonsense(self):
        for words, says in (
                ((), "no subcommand is given"),
                (("key",), "type: backstop key --help"),
                (("key", "nonsense"), "no subcommand"),
                (("frobnicate",), "type: backstop --help"),
                (("frobnicate", "more"), "type: backstop --help"),
                (("mode", "example.org", "--dry-run"), "which mode"),
                (("mode", "example.org", "junk", "--at", "0"), "--at"),
                (("status", "--dry-run"), "takes no --dry-run"),
                (("checkconf", "a", "b"), "too many"),
                (("mode",), "needs one more"),
                (("mode", "example.org", "frob"), "frob: no mode"),
                (("mode", "example.org", "--force"), "which mode"),
                (("status", "--force"), "takes no --force"),
                (("spf", "make", "--since", "7d"), "takes no --since"),
                (("why", "x", "--reports", "x"), "takes no --reports"),
                (("store", "backup"), "needs one more"),
                (("store", "forget", "alice"), "a domain"),
                (("--frobnicate",), "--frobnicate"),
                (("-x",), "-x"), (("-c",), "-c"), (("--at",), "--at"),
                (("status", "--json=1"), "--json"),
                (("sign",), "needs one more"),
                (("sign", "a@example.org", "b@example.org"), "too many"),
                (("sign", "-k", "1", "a@example.org"), "takes no -k"),
                (("status", "--exim"), "neither --exim"),
                (("verify", "--no-record", "a@example.org"), "--no-record"),
                (("init", "-k", "10"), "one digit"),
                (("init", "-k", "x"), "one digit"),
                (("init", "-k", ""), "one digit"),
                (("key", "activate", "11"), "one digit"),
                (("key", "revoke"), "needs one more"),
                (("verify", ""), "null reverse-path"),
                (("verify", "<>"), "null reverse-path"),
                (("verify", "a b@example.org"), "not an address"),
                (("verify", "@example.org"), "not an address"),
                (("decode", "a@b@c"), "not an address"),
                (("sign", "x" * 600 + "@example.org"), "too long"),
                (("sign", "a\n@example.org"), "\\x0a")):
            with self.subTest(words=words):
                self.call(*words, status=USAGE, says=says)
                done = self.run_raw("-c", self.conf, *words)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
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
                      ("mode", "example.org", "mark"),
                      ("store", "forget", "a@example.org"),
                      ("key", "import", "--exim", "-k", "1", "/dev/null")):
            self.call("--at", "0", *words, status=USAGE, says="--at")
        self.assertEqual(self.read("state", "keyring"), before)

    def test_full_standard_output(self):
        self.call("init")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                [program(), "-c", self.conf, "key", "export"], stdout=full,
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
        self.conf = self.path()
        self.call("status", status=71,
                  says="Is a directory; name another with -c")
        self.call("decode", "a@example.org", status=1)


class Checkconf(Case):
    def test_good(self):
        self.call("checkconf", says="no mistakes")
        self.assertEqual(self.json("checkconf"), [])

    def test_mistakes(self):
        path = self.write("other.conf", b"domains = example.org\nsign = x\n"
                          b"[spf]\nhelo_temperror = reject\n"
                          b"[domain x]\n\0\n")
        text = self.call("checkconf", path, status=1).splitlines()
        self.assertEqual(
            [line.split(": ")[0] for line in text],
            [f"{path}:{line}" for line in (2, 4, 5, 6)])
        self.assertIn("warning", text[1])
        faults = self.json("checkconf", path, status=1)
        self.assertEqual([fault["line"] for fault in faults], [2, 4, 5, 6])
        self.assertEqual([fault["level"] for fault in faults],
                         ["error", "warning", "error", "error"])
        self.assertEqual({fault["file"] for fault in faults}, {path})

    def test_long_line(self):
        names = ", ".join(f"host{i}.example" for i in range(300))
        self.assertGreater(len(names), 4000)
        path = self.write("long.conf", f"domains = {names}\nsign = x\n")
        text = self.call("checkconf", path, status=1)
        self.assertIn(f"{path}:2: ", text)
        path = self.write("long.conf", f"domains = {names}\nsign = yes\n")
        self.call("checkconf", path, says="no mistakes")

    def test_what_cannot_be_read(self):
        self.call("checkconf", self.path("none"), status=NOINPUT, says="none")
        self.call("checkconf", self.folder, status=71, says="directory")

    def test_example(self):
        text = self.call("checkconf", os.path.join(
            ROOT, "packaging", "examples", "backstop.conf"))
        self.assertIn("warning: 'domains' is empty", text)


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


if __name__ == "__main__":
    main()
