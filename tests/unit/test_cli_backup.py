#!/usr/bin/python3
"""All that the engine needs in one file, and back: backup and restore.

usage: test_cli_backup.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import hashlib
import hmac
import io
import os
import re
import resource
import shutil
import signal
import tarfile
import time

from cli_case import (AS_ROOT, CONFIG, DATAERR, NOINPUT, PATIENCE_S, ROOT, Case, Engine, Wire,
                      main)

STATE = ("keyring", "store.key", "accepted")
ABOUT = "backstop-backup"


def digest(octets):
    """What common/cli/store/digest.h says."""
    key = bytes(32)
    for at in range(0, len(octets) + 1, 4096):
        key = hmac.new(key, octets[at:at + 4096],
                       hashlib.sha256).digest()[:16] + bytes(16)
    return key[:16].hex()


def sealed(members):
    """The same with the digests that they have now."""
    said = members[ABOUT].split(b"\n")[0] + b"\n"
    for name, octets in members.items():
        if name != ABOUT:
            said += f"{digest(octets)} {name}\n".encode()
    said += f"{digest(said)} {ABOUT}\n".encode()
    return {**members, ABOUT: said}


class Whole(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")
        self.file = self.path("whole.tar")

    def configured(self):
        return super().configured().replace(
            "lifetime = 10", "sign = yes\noutbound = here\nlifetime = 2")

    def engine(self):
        return Engine(self, conf_in_place=True)

    def send(self, message_id):
        with Wire(self.path("sock")) as w:
            return w.send("alice@example.org", message_id)

    def members(self, path=None):
        with tarfile.open(path or self.file) as tar:
            return {member.name: tar.extractfile(member).read()
                    for member in tar.getmembers()}

    def pack(self, name, members):
        """An archive of whatever members: name -> octets, or a TarInfo."""
        with tarfile.open(self.path(name), "w") as tar:
            for member, octets in members.items():
                if isinstance(octets, tarfile.TarInfo):
                    tar.addfile(octets)
                    continue
                info = tarfile.TarInfo(member)
                info.size = len(octets)
                tar.addfile(info, io.BytesIO(octets))
        return self.path(name)

    def all_files(self):
        """What restore may change: path -> octets."""
        found = {}
        for folder, _, names in os.walk(self.path("state")):
            for name in names:
                if not name.endswith((".lock", ".ticket", "lock.mdb")):
                    path = os.path.join(folder, name)
                    with open(path, "rb") as file:
                        found[path] = file.read()
        with open(self.conf, "rb") as file:
            found[self.conf] = file.read()
        return found


class BackAndForth(Whole):
    def test_beside_an_engine_and_on_a_new_host(self):
        self.call("accept", "203.0.113.7")
        with self.engine():
            tag = self.send("a@example.org")
            said, = self.json("backup", self.file)
            self.send("later@example.org")
        self.assertEqual(said["tags"], 1)
        self.assertTrue(said["accepted"] and said["store"])
        self.assertEqual(os.stat(self.file).st_mode & 0o7777, 0o600)
        self.assertEqual([name for name in os.listdir(self.folder)
                          if name.startswith("whole.tar.")], [])
        before = {name: self.read("state", name) for name in STATE}
        owners = {name: (os.stat(self.path("state", name)).st_uid,
                         os.stat(self.path("state", name)).st_gid,
                         os.stat(self.path("state", name)).st_mode)
                  for name in ("", "store", "store/data.mdb", *STATE)}
        conf = self.read("backstop.conf")
        shutil.rmtree(self.path("state"))
        os.unlink(self.conf)
        said, = self.json("restore", self.file)
        self.assertIsNone(said["replaced"])
        self.assertIsNone(said["replaced_store"])
        self.assertGreater(said["entries"], 2)
        self.assertEqual(before, {name: re.sub(
            "^restored .*\n", "", self.read("state", name), flags=re.M)
                                  for name in STATE})
        self.assertEqual(conf, self.read("backstop.conf"))
        self.assertEqual(owners, {name: (
            os.stat(self.path("state", name)).st_uid,
            os.stat(self.path("state", name)).st_gid,
            os.stat(self.path("state", name)).st_mode) for name in owners})
        self.assertEqual([name for name in os.listdir(self.path("state"))
                          if name.startswith("restore.")], [])
        self.call("store", "check")
        self.assertEqual(self.tag(tag, 0), "valid")
        time.sleep(1.1)
        with self.engine(), Wire(self.path("sock")) as w:
            status, = self.json("status")
            answer = w.bounce(tag)
        self.assertEqual(answer["verdict"], "genuine")
        gap, = status["store"]["gaps"]
        self.assertEqual(gap["start"], said["gap_start"])

    def test_what_is_replaced_is_kept(self):
        with self.engine():
            self.send("a@example.org")
        self.call("backup", self.file, says="can sign in your name")
        self.call("key", "add")
        self.call("accept", "203.0.113.7")
        self.write("backstop.conf", self.configured() + "# more\n", 0o600)
        now = {name: self.read("state", name) for name in STATE}
        text = self.call("restore", self.file, says="start the engine")
        self.assertIn("is a gap", text)
        self.assertFalse(os.path.exists(self.path("state", "accepted")))
        self.assertEqual(self.read("backstop.conf"), self.configured())
        # the rights of the configuration are those of the one that was there
        self.assertEqual(os.stat(self.conf).st_mode & 0o777, 0o600)
        folder, = (name for name in os.listdir(self.path("state"))
                   if name.startswith("replaced-"))
        kept = self.path("state", folder)
        self.assertEqual(os.stat(kept).st_mode & 0o777, 0o700)
        self.assertEqual(now, {name: self.read("state", folder, name)
                               for name in STATE})
        self.assertIn("# more", self.read("state", folder, "backstop.conf"))
        self.assertTrue([name for name in
                         os.listdir(self.path("state", "store"))
                         if name.startswith("data.mdb.replaced-")])

    def test_a_stop_after_it_is_a_gap(self):
        """Though the copy was made of a store that was stopped cleanly, just
        now, and nothing else has changed."""
        with self.engine():
            self.send("a@example.org")
        self.call("backup", self.file)
        time.sleep(1.1)
        self.call("restore", self.file)
        with self.engine():
            status, = self.json("status")
        self.assertEqual(len(status["store"]["gaps"]), 1)
        self.assertNotIn("pause", status["store"])

    def test_before_the_first_start(self):
        self.call("backup", self.file)
        self.assertNotIn("store/data.mdb", self.members())
        self.call("restore", self.file)
        self.assertEqual(self.keys(), {4: "active"})

    def test_no_bounce_to_a_key_that_was_lost_is_forged(self):
        """A key that was made since the backup is gone, and its number given
        to another: a bounce of what it signed may be genuine."""
        self.call("backup", self.file)
        self.call("key", "add", "-k", "7")
        self.call("key", "activate", "7")
        lost = self.sign()
        self.assertEqual(self.tag(lost, 0), "valid")
        self.call("restore", self.file)
        self.assertEqual(self.tag(lost, 2), "unknown-key")
        self.call("key", "add", "-k", "7")
        self.call("key", "activate", "7")
        self.assertEqual(self.tag(lost, 2), "unknown-key")
        with self.engine(), Wire(self.path("sock")) as wire:
            answer = wire.ask(op="rcpt", sender="", recipient=lost, mode="in",
                              client="203.0.113.9")
        self.assertNotIn(answer.get("action"), ("reject", "defer"), answer)
        # of what is signed from tomorrow on, a forged tag is forged again
        tomorrow = ("--at", str(int(time.time()) + 86400))
        forged = self.sign("alice@example.org", *tomorrow)
        forged = forged[:9] + f"{int(forged[9:15], 16) ^ 1:06x}" + forged[15:]
        self.assertEqual(self.tag(forged, 1, *tomorrow), "bad")

    def test_an_engine_runs(self):
        """What is to be typed ends this engine alone, and starts one with
        this configuration."""
        with self.engine() as engine:
            self.call("backup", self.file)
            self.call("store", "backup", self.path("copy"))
            before = self.all_files()
            for line in (("restore", self.file),
                         ("store", "restore", self.path("copy"))):
                self.call(*line, status=1, says="stop it first: "
                          f"kill {engine.process.pid}\n")
            self.assertEqual(before.keys(), self.all_files().keys())
            self.send("a@example.org")

    def test_how_to_start(self):
        self.call("backup", self.file)
        self.call("restore", self.file,
                  says=f"start the engine: backstopd -c {self.conf}\n")

    def test_one_or_more(self):
        with self.engine():
            self.send("a@example.org")
        self.call("backup", self.file,
                  says=" 1 tag, 1 message, 1 sender, ")
        self.call("store", "backup", self.path("copy"),
                  says=" 1 tag, 1 message, 1 sender, ")

    def test_a_disk_that_is_full(self):
        """It is not the store's, which is only read."""
        def no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (12288, 12288))

        with self.engine():
            self.send("a@example.org")
        for line in (("backup", self.file), ("store", "backup", self.file)):
            done = self.run_raw("-c", self.conf, *line, preexec_fn=no_room)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stderr,
                             f"backstop: {self.file}: File too large\n")
            self.assertEqual([name for name in os.listdir(self.folder)
                              if name.startswith("whole.tar")], [])

    def test_nothing_is_overwritten(self):
        self.write("whole.tar", "mine")
        self.call("backup", self.file, status=1, says="there already")
        self.assertEqual(self.read("whole.tar"), "mine")
        self.call("backup", self.path("no", "such"), status=NOINPUT,
                  says="No such file")
        self.call("restore", self.path("none"), status=NOINPUT)


class NotWritten(Whole):
    """What a restore would refuse is not written."""

    def refuse(self, status, *says):
        done = self.run_raw("-c", self.conf, "backup", self.file)
        self.assertEqual(done.returncode, status, done)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertEqual([name for name in os.listdir(self.folder)
                          if name.startswith("whole.tar")], [])

    def test_keyring(self):
        whole = self.read("state", "keyring")
        path = self.path("state", "keyring")
        self.write("state/keyring", "", 0o640)
        self.refuse(DATAERR, f"{path}: there is no key in it",
                    "backstop key rotate")
        # a digit of the secret
        line = whole.splitlines()[-1].split(" ")
        line[5] = f"{int(line[5][0], 16) ^ 1:x}{line[5][1:]}"
        self.write("state/keyring", "\n".join(
            [*whole.splitlines()[:-1], " ".join(line), ""]), 0o640)
        self.refuse(DATAERR, f"{path}:3: the line is damaged",
                    "backstop key rotate")
        self.write("state/keyring", "nonsense\n", 0o640)
        self.refuse(DATAERR, f"{path}:1: ", "no backup was written")

    def test_store_key(self):
        self.write("state/store.key", "00\n", 0o640)
        self.refuse(DATAERR, self.path("state", "store.key"), "backstop init")

    def test_accepted(self):
        self.write("state/accepted", b"\xff\n", 0o640)
        self.refuse(DATAERR, self.path("state", "accepted") + ":1: ")

    def test_configuration(self):
        self.write("backstop.conf", self.configured() + "nonsense\n")
        self.refuse(CONFIG, self.conf)

    def test_store(self):
        with self.engine():
            self.send("a@example.org")
        key = self.read("state", "store.key")
        self.write("state/store.key", f"{int(key[0], 16) ^ 1:x}{key[1:]}",
                   0o640)
        self.refuse(DATAERR, "another store.key")
        self.write("state/store.key", key, 0o640)
        with open(self.path("state", "store", "data.mdb"), "r+b") as file:
            file.seek(8192)
            file.write(b"x" * 8192)
        self.refuse(DATAERR, "restart backstopd")

    def test_no_key_is_active(self):
        """Such a keyring is sound."""
        self.rewrite_keyring(state="verify", retired=int(time.time()))
        for line in (("backup", self.file), ("restore", self.file)):
            done = self.run_raw("-c", self.conf, *line)
            self.assertEqual(done.returncode, 0, done)
            self.assertIn("warning: no key is active: nothing is signed",
                          done.stderr)
        self.assertEqual(self.keys(), {4: "verify"})


class Manual(Whole):
    """The lines that backstop(8) shows, typed."""

    def test_its_lines(self):
        with open(os.path.join(ROOT, "common", "backstop.8"),
                  encoding="ascii") as page:
            lines = re.findall(r"^# backstop ((?:backup|restore) .*)$",
                               page.read(), re.M)
        self.assertEqual([line.split()[0] for line in lines],
                         ["backup", "restore"])
        with self.engine():
            tag = self.send("a@example.org")
        for line in lines:
            self.call(*(word.replace("/root/", self.path(""))
                        for word in line.split()))
        with self.engine(), Wire(self.path("sock")) as w:
            self.assertEqual(w.bounce(tag)["verdict"], "genuine")


class Hostile(Whole):
    """Nothing is changed by a file that is no whole, sound backup."""

    def setUp(self):
        super().setUp()
        with self.engine():
            self.send("a@example.org")
        self.call("backup", self.file)
        self.good = self.members()
        self.before = self.all_files()

    def refuse(self, path, says="nothing was changed"):
        self.call("restore", path, status=1, says=says)
        self.assertEqual(self.before, self.all_files())
        self.assertEqual([name for name in os.listdir(self.path("state"))
                          if name.startswith("re")], [])

    def changed(self, **members):
        return self.pack("bad.tar", sealed({
            **self.good, **{name.replace("_", ".").replace("9", "/"): octets
                            for name, octets in members.items()}}))

    def test_it_is_taken_apart_and_packed_again(self):
        self.assertEqual(self.good, sealed(self.good))
        self.call("restore", self.pack("same.tar", self.good))

    def test_an_octet_in_it_has_changed(self):
        """Also one that leaves the part well-formed."""
        with open(self.file, "rb") as file:
            whole = file.read()
        secret = self.good["keyring"].splitlines()[-1].split(b" ")[5]
        flipped = secret[:-1] + b"%x" % (int(secret[-1:], 16) ^ 1)
        said = self.good[ABOUT]
        for name, old, new in (
                ("keyring", secret, flipped),
                ("backstop.conf", b"example.org", b"fxample.org"),
                ("store.key", self.good["store.key"],
                 self.good["store.key"].swapcase()),
                ("store/data.mdb", self.good["store/data.mdb"][-512:],
                 bytes(511) + b"x"),
                (ABOUT, said[:12], said[:11] + bytes([said[11] ^ 1]))):
            with self.subTest(name=name):
                self.assertIn(old, whole)
                self.assertNotEqual(old, new)
                self.refuse(self.write("bad.tar", whole.replace(old, new, 1)),
                            f"{name} in it is damaged")
        for digits in (bytes(64), b""):
            self.refuse(self.pack("bad.tar", {**self.good, "keyring": digits}),
                        "keyring in it is damaged")

    def test_without_digests(self):
        first = self.good[ABOUT].split(b"\n")[0] + b"\n"
        self.refuse(self.pack("bad.tar", {**self.good, ABOUT: first}))
        lines = self.good[ABOUT].splitlines(keepends=True)
        for gone in range(1, len(lines)):
            self.refuse(self.pack("bad.tar", {
                **self.good,
                ABOUT: b"".join(lines[:gone] + lines[gone + 1:])}))

    def test_what_has_no_end(self):
        self.refuse("/dev/zero", "/dev/zero: is no file")
        os.mkfifo(self.path("fifo"))
        self.refuse(self.path("fifo"), "fifo: is no file")

    def test_a_keyring_that_is_sound_but_for(self):
        lines = self.good["keyring"].splitlines(keepends=True)
        secret = lines[-1].split(b" ")[5]
        for bad, says in (
                (b"", "keyring: there is no key in it"),
                (b"".join(lines[:-1]), "keyring: there is no key in it"),
                (self.good["keyring"].replace(secret, secret[::-1]),
                 "keyring:3: the line is damaged")):
            self.refuse(self.changed(keyring=bad), says)

    def test_no_archive(self):
        whole = self.path("whole.tar")
        with open(whole, "rb") as file:
            octets = file.read()
        for bad in (b"", b"x" * 10240, octets[:len(octets) // 2],
                    octets[512:], octets[:1500]):
            self.refuse(self.write("bad", bad))
        self.refuse(self.path("state"))
        self.call("store", "backup", self.path("store.copy"))
        self.refuse(self.path("store.copy"), "store restore")

    def test_damaged_parts(self):
        for members in ({"keyring": b"nonsense\n"}, {"store_key": b"00\n"},
                        {"backstop_conf": b"domains = \x00\nnot a line\n"},
                        {"accepted": b"\xff\n"},
                        {"store9data_mdb": b"x" * 8192},
                        {"store9data_mdb": b""},
                        {"store_key": b"0" * 64 + b"\n"}):
            with self.subTest(members=members):
                self.refuse(self.changed(**members))

    def test_parts_that_are_missing(self):
        for name in ("backstop-backup", "backstop.conf", "keyring",
                     "store.key"):
            with self.subTest(name=name):
                rest = {key: value for key, value in self.good.items()
                        if key != name}
                self.refuse(self.pack(
                    "bad.tar", rest if name == ABOUT else sealed(rest)))
        self.call("accept", "203.0.113.7")
        os.unlink(self.file)
        self.call("backup", self.file)
        self.before = self.all_files()
        self.good = self.members()
        for name in ("accepted", "store/data.mdb"):
            self.refuse(self.pack("bad.tar", {
                key: value for key, value in self.good.items()
                if key != name}))

    def test_newer(self):
        said = self.good["backstop-backup"]
        self.refuse(self.pack("bad.tar", {
            **self.good, "backstop-backup": b"2" + said[1:]}), "newer version")
        self.refuse(self.pack("bad.tar", {**self.good, "more": b"x"}),
                    "newer version")

    def test_names_of_elsewhere(self):
        for name in ("../escaped", "/tmp/backstop-escaped", "./keyring",
                     "store/../keyring"):
            with self.subTest(name=name):
                self.refuse(self.pack("bad.tar", {**self.good, name: b"x"}))
        self.assertFalse(os.path.exists(self.path("escaped")))
        self.assertFalse(os.path.exists("/tmp/backstop-escaped"))

    def special(self, kind, name="accepted", **more):
        info = tarfile.TarInfo(name)
        info.type = kind
        for key, value in more.items():
            setattr(info, key, value)
        return self.pack("bad.tar", {**self.good, "special": info})

    def test_what_is_no_file(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            self.refuse(self.special(kind, linkname="/etc/passwd"))
        for kind in (tarfile.DIRTYPE, tarfile.FIFOTYPE):
            self.refuse(self.special(kind))
        self.refuse(self.special(tarfile.CHRTYPE, devmajor=1, devminor=3))

    def test_a_part_that_comes_twice(self):
        with tarfile.open(self.pack("bad.tar", self.good), "a") as tar:
            info = tarfile.TarInfo("keyring")
            info.size = len(self.good["keyring"])
            tar.addfile(info, io.BytesIO(self.good["keyring"]))
        self.refuse(self.path("bad.tar"))

    def test_sizes(self):
        """Larger than the file, and as large as holes make it."""
        huge = tarfile.TarInfo("accepted")
        huge.size = 1 << 40
        head = self.pack("head.tar", self.good)
        with open(head, "rb") as file:
            octets = file.read()
        end = octets.rstrip(b"\0")
        end += bytes(-len(end) % 512)
        self.refuse(self.write("bad.tar", end + huge.tobuf() + b"x" * 2048))
        sparse = tarfile.TarInfo("accepted")
        sparse.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                              "GNU.sparse.name": "accepted",
                              "GNU.sparse.realsize": str(1 << 50)}
        body = f"1\n{1 << 49}\n1\n".encode()
        sparse.size = 513
        octets = sparse.tobuf(tarfile.PAX_FORMAT)
        body += bytes(512 - len(body)) + b"x"
        self.refuse(self.write(
            "bad.tar", end + octets + body + bytes(-len(body) % 512 + 1024)))


class Replaced(Whole):
    """data.mdb is replaced under an engine that runs."""

    def check(self, replace):
        with self.engine() as engine, Wire(self.path("sock")) as w:
            self.send("a@example.org")
            self.call("store", "backup", self.path("copy"))
            replace(self.path("state", "store", "data.mdb"))
            end = time.monotonic() + PATIENCE_S
            answer = {}
            while answer.get("reason") != "store-failing":
                self.assertLess(time.monotonic(), end)
                time.sleep(0.1)
                answer = w.ask(op="ping")
            self.assertIn("replaced", answer["store_error"])
            self.assertIn("restart backstopd", self.call("status", status=1))
            # mail goes on, and is not refused for the want of a record
            answer = w.ask(op="sign", mode="out", client="127.0.0.1",
                           sender="bob@example.org")
            self.assertEqual(answer["reason"], "unrecorded")
            self.assertTrue(answer["address"].startswith("prvs="))
            answer = w.bounce("alice@example.org", message_id="x@example.org")
            self.assertEqual(answer["verdict"], "unknown")
            self.assertIsNone(engine.process.poll())
        self.assertIn("nothing is recorded until backstopd is restarted",
                      self.read("engine.log"))
        with self.engine():
            pass

    def test_removed(self):
        self.check(os.unlink)

    def test_another_in_its_place(self):
        def replace(path):
            owner = os.stat(path)
            shutil.copy(self.path("copy"), path + ".new")
            if AS_ROOT:
                os.chown(path + ".new", owner.st_uid, owner.st_gid)
            os.rename(path + ".new", path)

        self.check(replace)


if __name__ == "__main__":
    main()
