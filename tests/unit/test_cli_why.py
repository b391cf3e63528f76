#!/usr/bin/python3
"""backstop why: the log of a real engine, and logs that were rotated.

usage: test_cli_why.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import bz2
import gzip
import lzma
import os
import pty
import time

from cli_case import (IOERR, NOINPUT, NOPERM, USAGE, Case, Engine, Wire, main,
                      program)

CLIENT = "203.0.113.9"
LINE = ("{when} mx backstopd[812]: verdict=forged reason=untagged row=13 "
        "mode=enforce action=reject listener=in client=203.0.113.9 "
        "helo=mx.example.net sender=<> recipient={recipient} kind=dsn "
        "evidence=not-found coverage=full message_id={id}\n")


def line(day, recipient="bob@example.org", message_id="a@b.example"):
    return LINE.format(when=f"2026-11-{day:02}T08:21:47.123456+00:00",
                       recipient=recipient, id=message_id)


class OfAnEngine(Case):
    def configured(self):
        return super().configured() + (
            "[domain example.org]\nsign = yes\nexempt = news@example.org\n")

    def setUp(self):
        super().setUp()
        self.call("init")
        self.age()

    def test_what_it_logs_is_told(self):
        with Engine(self), Wire(self.path("sock")) as wire:
            for recipient in ("bob@example.org",
                              "prvs=0000abcdef=bob@example.org"):
                wire.ask(op="data", sender="", recipient=recipient,
                         kind="dsn", client=CLIENT, helo="mx.example.net",
                         message_id="never@sent.example", mode="in")
            wire.ask(op="sign", client="127.0.0.1", mode="out",
                     sender="news@example.org")
        log = self.path("engine.log")
        told = self.call("why", "bob@example.org", log,
                         says="2 decisions about bob@example.org")
        self.assertIn(f"{CLIENT} (mx.example.net) sent a bounce to bob@", told)
        self.assertIn("It returns the message <never@sent.example>.", told)
        self.assertIn("enforce would have", told)
        for what in (CLIENT, "203.0.113.0/24", "never@sent.example",
                     "<never@sent.example>", "BOB@example.ORG",
                     "mx.example.net"):
            self.assertIn("sent a bounce to", self.call("why", what, log))
        self.call("why", "news@example.org", log,
                  says="exempt in backstop.conf names the sender")
        self.call("why", "example.org", log, says="3 decisions")


class OfFiles(Case):
    def why(self, *words, **more):
        return self.call("why", *words, **more)

    def log(self, *lines, name="mail.log"):
        return self.write(name, "".join(lines))

    def test_rotated_and_compressed(self):
        """The oldest first, however they are named and compressed."""
        packed = {"mail.log.4.gz": gzip.compress, "mail.log.3.xz":
                  lzma.compress, "mail.log.2.bz2": bz2.compress,
                  "mail.log.1": bytes, "mail.log": bytes}
        now = time.time()
        for number, (name, pack) in enumerate(packed.items()):
            path = self.write(name, pack(line(
                10 + number, message_id=f"m{number}@x").encode()))
            os.utime(path, (now, now - 86400 * (4 - number)))
        self.write("mail.log.gz", "not rotated")
        self.write("mail.log.old", line(1))
        self.write("mail.login", line(1))
        told = self.json("why", "bob@example.org", self.path("mail.log"))
        self.assertEqual([one["message_id"] for one in told],
                         [f"m{number}@x" for number in range(5)])
        self.assertEqual(told[0]["time"], "2026-11-10T08:21:47Z")
        told = self.json("why", "bob@example.org", "--since", "2d",
                         self.path("mail.log"), "--at",
                         "2026-11-14T10:00:00Z")
        self.assertEqual([one["message_id"] for one in told],
                         ["m3@x", "m4@x"])
        # one that is named is read alone
        self.why("bob@example.org", self.path("mail.log.3.xz"),
                 says="1 decision about")

    def test_names_of_rotated_files(self):
        """By number, by day, by second, and with logrotate's extension."""
        names = ("mail.log.12", "mail.log-20261130", "mail-20261130.log.gz",
                 "mail.log-20261130-1764489600.gz", "mail.2.log", "mail.log")
        for number, name in enumerate(names):
            text = line(10, message_id=f"m{number}@x").encode()
            self.write(name, gzip.compress(text) if ".gz" in name else text)
        for name in ("mail.log-", "mail.log.x", "mail-.log", "mail-1.logs",
                     "mail.log.1.rpmsave", "mailer.1.log", "mail.1"):
            self.write(name, line(11, message_id=f"no-{name}@x"))
        told = self.json("why", "bob@example.org", self.path("mail.log"))
        self.assertEqual({one["message_id"] for one in told},
                         {f"m{number}@x" for number in range(len(names))})

    def test_what_to_type(self):
        """backstop accept with the client; where it is not known, with whom
        the bounce was for."""
        path = self.log(line(10), line(10).replace(f"client={CLIENT} ", "")
                        .replace("recipient=", "recipient=prvs=4790xxxxxx="))
        told = self.why("bob@example.org", path)
        self.assertIn(f"type: backstop accept {CLIENT}\n", told)
        self.assertIn("type: backstop accept bob@example.org\n", told)

    def test_what_to_type_is_one_word(self):
        """Root pastes it into a shell: what a stranger wrote stays a word."""
        for recipient, word in (("$(id)@example.org", "'$(id)@example.org'"),
                                ("o'x;`id`@example.org",
                                 "'o'\\''x;`id`@example.org'"),
                                ("a+b_c=d-e@example.org",
                                 "a+b_c=d-e@example.org")):
            path = self.log(line(10, recipient=recipient).replace(
                f"client={CLIENT} ", "client=local "))
            self.why("example.org", path,
                     says=f"type: backstop accept {word}\n")

    def test_old_files_are_not_opened(self):
        """With --since, what was last written before is passed over."""
        os.utime(self.write("mail.log.1", b"\x1f\x8b broken"), (1, 1))
        self.log(line(14))
        self.why("bob@example.org", "--since", "2026-11-01",
                 self.path("mail.log"), says="1 decision about")

    def test_damaged_file(self):
        path = self.write("mail.log.gz", gzip.compress(
            line(10).encode() * 1000)[:-20])
        done = self.run_raw("why", "bob@example.org", path)
        self.assertEqual(done.returncode, IOERR)
        self.assertIn("cannot be read to its end", done.stderr)
        self.assertRegex(done.stdout, r"\d+ decisions about bob@")
        self.call("why", "nobody@example.org", path, status=IOERR)

    def test_damaged_file_among_others(self):
        """It takes nothing from what stands in the others."""
        cut = gzip.compress(os.urandom(1000))[:500]
        os.utime(self.write("mail.log.2.gz", cut), (1, 1))
        self.write("mail.log.1", line(13))
        done = self.run_raw("why", "bob@example.org", self.path("none"),
                            self.log(line(14)))
        self.assertEqual(done.returncode, NOINPUT)
        self.assertIn("No such file", done.stderr)
        self.assertIn("mail.log.2.gz: it cannot be read", done.stderr)
        self.assertIn("2 decisions about bob@", done.stdout)

    def test_standard_input(self):
        self.why("bob@example.org", "-", input=line(14),
                 says="1 decision about bob@")

    def test_across_blocks(self):
        """Lines lie across the blocks that are read, and some are longer than
        any of ours."""
        filler = line(10, recipient="x" * 300 + "@example.org")
        lines = []
        for number in range(9000):
            lines.append(filler)
            if number % 1000 == 0:
                lines.append(line(11, message_id=f"m{number}@x"))
                lines.append("bob@example.org " * 100000 + "\n")
        lines.append(line(12, message_id="last@x").rstrip("\n"))
        told = self.json("why", "bob@example.org", self.log(*lines))
        self.assertEqual([one["message_id"] for one in told],
                         [f"m{number}@x" for number in range(0, 9000, 1000)]
                         + ["last@x"])

    def test_the_newest_hundred(self):
        path = self.log(*(line(10, message_id=f"m{number}@x")
                          for number in range(250)))
        told = self.json("why", "bob@example.org", path)
        self.assertEqual([one["message_id"] for one in told],
                         [f"m{number}@x" for number in range(150, 250)])
        self.assertEqual(len(self.json("why", "--all", "bob@example.org",
                                       path)), 250)
        self.why("bob@example.org", path,
                 says="250 decisions about bob@example.org: 250 refused.\n"
                      "These are the newest 100")

    def test_addresses_with_a_tag(self):
        path = self.log(
            line(10, "prvs=4790xxxxxx=bob@example.org"),
            line(10, "bob+prvs=4790xxxxxx@example.org"),
            line(10, "al+prvs=4790xxxxxx@example.org"),
            line(10, "notbob@example.org"), line(10, "o\\x27b@example.org"))
        self.why("bob@example.org", path, says="2 decisions")
        self.why("prvs=5797abcdef=bob@example.org", path, says="2 decisions")
        self.why("al@example.org", path, says="1 decision about")
        self.why("o'b@example.org", path, says="1 decision about")
        self.why("example.org", path, says="5 decisions")

    def test_forms_of_a_client(self):
        path = self.log(line(10).replace(CLIENT, "2001:db8::9"))
        for what in ("2001:db8::9", "2001:DB8:0::9", "[2001:db8::9]",
                     "2001:db8::/32"):
            self.why(what, path, says="1 decision about")

    def test_what_is_typed_holds_no_command(self):
        """A stranger chose the sender's address: root copies the line."""
        spf = ("Nov 30 08:21:47 mx backstopd[812]: spf=fail identity=mailfrom "
               "domain=evil.example mode=enforce action=reject client=CLIENT "
               "sender={}\n").replace("CLIENT", CLIENT)
        for sender, typed in (("`id`@evil.example", "'`id`@evil.example'"),
                              ("$(id)@evil.example", "'$(id)@evil.example'"),
                              ("<>", "''"), ("a@evil.example",
                                             "a@evil.example")):
            told = self.why("evil.example", self.log(spf.format(sender)))
            self.assertIn(f"type: backstop spf check -i {CLIENT} -s {typed}\n",
                          told)
        path = self.log(line(10, "-x@example.org").replace(CLIENT, "local"))
        self.why("example.org", path,
                 says="type: backstop accept -- -x@example.org\n")

    def test_without_libarchive(self):
        """It is loaded where it is needed, and only there."""
        self.write("libarchive.so.13", "none")
        env = {**os.environ, "LD_LIBRARY_PATH": self.folder}
        self.call("--version", says="backstop", env=env)
        self.call("why", "bob@example.org", self.log(line(10)),
                  status=IOERR, says="libarchive is needed for this", env=env)

    def test_what_another_user_may_not_read(self):
        """Nothing found is not said where nothing was read."""
        done = self.run_raw("why", "bob@example.org", **(
            {"user": "nobody"} if os.geteuid() == 0 else {}))
        if done.returncode == 1:
            self.assertRegex(done.stdout, "^(The journal|/var/log/)")
        else:
            self.assertIn(done.returncode, (0, NOINPUT, NOPERM, IOERR))

    def test_hostile_text_is_shown_not_obeyed(self):
        path = self.log(line(10, message_id="\\x1b[2J\\u202e\\x80@x"))
        told = self.why("bob@example.org", path)
        self.assertIn("\\x1b[2J", told)
        self.assertNotIn("\x1b", told)

    def test_nothing(self):
        done = self.run_raw("why", "nobody@example.org", self.log(line(10)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("The log has no decision about nobody@example.org",
                      done.stdout)
        done = self.run_raw("--json", "why", "nobody@example.org",
                            self.log(""))
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_what_cannot_be_asked(self):
        path = self.log(line(10))
        self.call("why", status=USAGE)
        for what in ("", "a b", "<>"):
            if what != "<>":
                self.call("why", what, path, status=USAGE,
                          says="is no address")
        self.call("why", "x@y", self.path("none"), status=NOINPUT,
                  says="No such file")
        self.call("why", "x@y", self.folder, status=NOINPUT,
                  says="Is a directory")
        self.call("why", "x@y", path, "--since", "yesterday", status=USAGE,
                  says="2026-01-31")
        self.call("status", "--since", "7d", status=USAGE)

    def test_progress_at_a_terminal(self):
        """A fifo that is slow: the bar comes, and goes."""
        path = self.path("mail.log")
        os.mkfifo(path)
        reader, writer = pty.openpty()
        pid = os.fork()
        if pid == 0:
            os.dup2(writer, 2)
            os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
            os.execv(program(), [program(), "why", "bob@example.org", path])
        os.close(writer)
        with open(path, "w", encoding="ascii") as log:
            seen = b""
            while b"read" not in seen:
                log.write(line(10) * 10000)
                log.flush()
                os.set_blocking(reader, False)
                try:
                    seen += os.read(reader, 10000)
                except BlockingIOError:
                    time.sleep(0.01)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        os.set_blocking(reader, True)
        try:
            while True:
                seen += os.read(reader, 10000)
        except OSError:
            pass
        self.assertTrue(seen.endswith(b"\x1b[K"), seen)


if __name__ == "__main__":
    main()
