#!/usr/bin/python3
"""backstop metrics, for who scrapes it: by a request on standard input, as
systemd's socket has it, and by a file for node-exporter.

usage: test_cli_metrics.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import email.utils
import os
import re
import socket
import stat
import subprocess
import time
import unittest

import cli_case
from cli_case import AS_ROOT, NOPERM, PATIENCE_S, USAGE, Case, Engine, main

CANTCREAT = 73
GET = b"GET /metrics HTTP/1.1\r\nHost: localhost:10625\r\n\r\n"
DOWN = "backstop_up 0\n"


class Connection:
    """A connection that is standard input and output of the program."""

    def __init__(self, case, *words, **more):
        self.case = case
        self.ours, theirs = socket.socketpair()
        self.ours.settimeout(PATIENCE_S)
        with theirs:
            self.process = subprocess.Popen(
                [cli_case.program(), "-c", case.conf, *words, "metrics",
                 "--http"], stdin=theirs, stdout=theirs,
                stderr=subprocess.PIPE, text=True, **more)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.ours.close()
        self.process.stderr.close()
        self.process.wait(PATIENCE_S)

    def send(self, octets):
        self.ours.sendall(octets)

    def read(self):
        """What comes until the other side has said all."""
        found = b""
        while piece := self.ours.recv(65536):
            found += piece
        return found

    def ends(self, status=0, says=""):
        said = self.process.stderr.read()
        self.case.assertEqual(self.process.wait(PATIENCE_S), status, said)
        self.case.assertIn(says, said)
        if status == 0:
            self.case.assertEqual(said, "")


class Answer:
    """Status, header fields and body of an answer."""

    def __init__(self, case, octets, has_body=True):
        head, _, body = octets.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        self.status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) [\w ]+", first)[1])
        self.fields = dict(line.split(": ", 1) for line in lines)
        self.body = body.decode()
        case.assertEqual(self.fields["Connection"], "close")
        # RFC 9110, section 5.6.7: of this hour
        when = email.utils.parsedate_to_datetime(self.fields["Date"])
        case.assertEqual(email.utils.format_datetime(when, usegmt=True),
                         self.fields["Date"])
        case.assertLess(abs(when.timestamp() - time.time()), 3600)
        self.length = int(self.fields["Content-Length"])
        case.assertEqual(len(body), self.length if has_body else 0)


class Http(Case):
    def ask(self, octets, has_body=True, **more):
        with Connection(self, **more) as connection:
            connection.send(octets)
            found = connection.read()
            connection.ours.close()
            connection.ends()
            return Answer(self, found, has_body)

    def test_engine(self):
        """The same as on standard output; and HEAD says how much."""
        self.call("init")
        with Engine(self):
            answer = self.ask(GET)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.fields["Content-Type"],
                             "text/plain; version=0.0.4; charset=utf-8")
            self.assertIn("\nbackstop_up 1\n", answer.body)
            names = re.compile(r"^[^#{ ]+", re.M)
            self.assertEqual(set(names.findall(answer.body)),
                             set(names.findall(self.call("metrics"))))
            head = self.ask(GET.replace(b"GET", b"HEAD"), has_body=False)
            self.assertEqual(head.status, 200)
            self.assertGreater(head.length, 1000)

    def test_no_engine(self):
        """To find that out is no error."""
        self.assertIn(DOWN, self.ask(GET).body)

    def test_piece_by_piece(self):
        """A slow scraper; and the answer does not wait for its end."""
        with Connection(self) as connection:
            for octet in GET:
                connection.send(bytes([octet]))
            self.assertIn(DOWN.encode(), connection.read())
            connection.ours.close()
            connection.ends()

    def test_others(self):
        for request, status in (
                (b"GET / HTTP/1.0\r\n\r\n", 404),
                (b"PUT /metrics HTTP/1.0\r\n\r\n", 405),
                (b"GET /metrics HTTP/1.1\r\n\r\n", 400),
                (b"\x16\x03\x01\x02\x00\x01\x00", 400),
                (b"GET /metrics HTTP/1.0\r\nA: " + 8192 * b"a", 400)):
            answer = self.ask(request)
            self.assertEqual(answer.status, status, request)
            self.assertTrue(answer.body.endswith("\n"))
        self.assertEqual(self.ask(b"PUT /metrics HTTP/1.0\r\n\r\n").fields[
            "Allow"], "GET, HEAD")
        head = self.ask(b"HEAD / HTTP/1.0\r\n\r\n", has_body=False)
        self.assertEqual(head.status, 404)

    def test_body_that_nobody_reads(self):
        """It does not take the answer away from who sent it."""
        answer = self.ask(b"POST /metrics HTTP/1.0\r\nContent-Length: 100000"
                          b"\r\n\r\n" + 100000 * b"a")
        self.assertEqual(answer.status, 405)

    def test_end_before_the_request(self):
        """Who only looks whether the port is open gets no answer."""
        for sent, status in ((GET[:-1], 400), (b"", None)):
            with Connection(self) as connection:
                connection.send(sent)
                connection.ours.shutdown(socket.SHUT_WR)
                found = connection.read()
                if status:
                    self.assertEqual(Answer(self, found).status, status)
                else:
                    self.assertEqual(found, b"")
                connection.ours.close()
                connection.ends()

    def test_time_is_up(self):
        """Nobody is waited for without end."""
        with Connection(self) as slow, Connection(self) as silent:
            slow.send(GET[:-1])
            self.assertEqual(Answer(self, slow.read()).status, 400)
            slow.ours.close()
            slow.ends()
            self.assertEqual(silent.read(), b"")
            silent.ends()

    def test_gone(self):
        """Who does not wait for the answer is no trouble."""
        for sent in (b"", GET[:9], GET):
            with Connection(self) as connection:
                connection.send(sent)
                connection.ours.close()
                connection.ends()

    def test_pipes(self):
        done = self.run_raw("-c", self.conf, "metrics", "--http",
                            input=GET.decode())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(DOWN, done.stdout)

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_user_whom_the_engine_does_not_answer(self):
        """Whoever scrapes sees that something is wrong, and the journal says
        what."""
        self.call("init")
        with Engine(self), Connection(self, user=65533,
                                      group=65533) as connection:
            connection.send(GET)
            self.assertEqual(Answer(self, connection.read()).status, 500)
            connection.ours.close()
            connection.ends(NOPERM, 'name the user in "clients"')

    def test_options(self):
        self.call("metrics", "--http", "--textfile", self.folder,
                  status=USAGE, says="exclude each other")
        self.call("--json", "metrics", "--http", status=USAGE, says="--json")
        self.call("status", "--http", status=USAGE, says="neither")

    def test_terminal(self):
        """Who types it is told what is meant."""
        ours, theirs = os.openpty()
        try:
            self.call("metrics", "--http", status=USAGE, stdin=theirs,
                      says="systemctl enable --now backstop-metrics.socket")
        finally:
            os.close(ours)
            os.close(theirs)


class Names(Case):
    """What is told, and what else speaks of it."""

    def configured(self):
        return super().configured().replace(
            "[domain", "sign = yes\noutbound = here\n[domain", 1)

    def source(self, *names):
        with open(os.path.join(cli_case.ROOT, *names),
                  encoding="utf-8") as file:
            return file.read()

    def test_names(self):
        """The manual has each of them, and no other; alerts and dashboard
        ask for none that nobody tells."""
        self.call("init")
        with Engine(self):
            told = set(re.findall(r"(?m)^# TYPE (\S+) ",
                                  self.call("metrics")))
        self.assertEqual(told, set(re.findall(
            r"(?m)^\.It Cm (backstop_\w+)$",
            self.source("common", "backstop.7"))))
        for name in ("alerts.yml", "dashboard.json"):
            asked = {re.sub("_bucket$", "", found) for found in re.findall(
                r"\bbackstop_\w+", self.source("packaging", "prometheus",
                                               name))}
            self.assertLess(asked, told)
            self.assertGreater(len(asked), 10)


class Textfile(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("text"))
        self.file = self.path("text", "backstop.prom")

    def textfile(self, *words, **more):
        return self.call("metrics", "--textfile", self.path("text"), *words,
                         **more)

    def test_engine(self):
        """It can be read by node-exporter's user, whoever writes it; nothing
        else is left there, and the old one is replaced."""
        self.call("init")
        with Engine(self):
            self.textfile(umask=0o077)
            self.assertIn("\nbackstop_up 1\n",
                          self.read("text", "backstop.prom"))
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o644)
        self.textfile()
        self.assertIn(DOWN, self.read("text", "backstop.prom"))
        self.assertEqual(os.listdir(self.path("text")), ["backstop.prom"])

    def test_link(self):
        """What it points to stays as it is."""
        self.write("else", "precious\n")
        os.symlink(self.path("else"), self.file)
        self.textfile()
        self.assertEqual(self.read("else"), "precious\n")
        self.assertFalse(os.path.islink(self.file))
        self.assertIn(DOWN, self.read("text", "backstop.prom"))

    def test_no_folder(self):
        for name in ("nowhere", "backstop.conf"):
            self.call("metrics", "--textfile", self.path(name),
                      status=CANTCREAT,
                      says="backstop metrics --textfile /var/lib/prometheus/"
                           "node-exporter")
        self.assertFalse(os.path.exists(self.path("nowhere")))

    def test_what_is_in_the_way(self):
        os.mkdir(self.file)
        self.textfile(status=CANTCREAT, says="backstop.prom: ")
        self.assertEqual(os.listdir(self.path("text")), ["backstop.prom"])

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_other_user(self):
        self.textfile(status=NOPERM, says="run as root", user=65533,
                      group=65533)

    def test_option_without_folder(self):
        self.call("metrics", "--textfile", status=USAGE, says="value")


if __name__ == "__main__":
    main()
