"""A filter without smtpd and backstopd: the test plays both by script.

Nothing here decides by time. Waiting has one generous limit, and "nothing more
was said" is shown by asking for something that is answered at once."""

import os
import select
import signal
import socket
import subprocess
import threading

from wire import read_frame, write_frame

LIMIT_S = 300


class Engine:
    """The engine's socket. It accepts, reads and answers when told to."""

    def __init__(self, path):
        self.path = path
        self.listener = None
        self._peer = None
        self._lines = None

    def listen(self):
        self.close()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.settimeout(LIMIT_S)
        self.listener.bind(self.path)
        self.listener.listen()
        return self

    def accept(self):
        self._peer, _ = self.listener.accept()
        self._peer.settimeout(LIMIT_S)
        self._lines = self._peer.makefile("rb")

    def question(self, op=None):
        """The next question, on a new connection if there is none."""
        if self._peer is None:
            self.accept()
        question = read_frame(self._lines)
        assert question is not None, "the filter closed the connection"
        assert op in (None, question["op"]), question
        return question

    def say(self, octets):
        self._peer.sendall(octets)

    def answer(self, question, status="ok", action="none", **fields):
        self.say(write_frame({"id": question["id"], "status": status,
                              "action": action, **fields}))

    def hears_end(self):
        """Whether the filter closed the connection, after all it sent."""
        try:
            while self._peer.recv(65536):
                pass
        except ConnectionResetError:
            pass
        self.hang_up()
        return True

    def hang_up(self):
        if self._peer is not None:
            self._lines.close()
            self._peer.close()
        self._peer = None

    def close(self):
        self.hang_up()
        if self.listener is not None:
            self.listener.close()
            os.unlink(self.path)
        self.listener = None


class Filter:
    """The program, with its standard input and output on one socket pair and
    its standard error on another, as smtpd starts it."""

    def __init__(self, program, *arguments):
        self._ours, theirs = socket.socketpair()
        self._log, errors = socket.socketpair()
        self._ours.settimeout(LIMIT_S)
        self._buffer = b""
        self.process = subprocess.Popen(
            [program, *arguments], stdin=theirs, stdout=theirs, stderr=errors)
        theirs.close()
        errors.close()

    def send(self, octets, piece=None):
        """Writes octets, at once or in pieces of some size."""
        if isinstance(octets, str):
            octets = octets.encode()
        if piece is None:
            self._ours.sendall(octets)
            return
        for at in range(0, len(octets), piece):
            self._ours.sendall(octets[at:at + piece])

    def send_in_background(self, octets):
        """Writes octets while the caller goes on to read."""
        threading.Thread(target=self.send, args=(octets,),
                         daemon=True).start()

    def send_what_fits(self, octets):
        """Writes until nothing more is taken for a while; returns the rest.
        A slow filter takes less, never more."""
        self._ours.setblocking(False)
        while octets and select.select([], [self._ours], [], 0.3)[1]:
            octets = octets[self._ours.send(octets):]
        self._ours.settimeout(LIMIT_S)
        return octets

    def line(self):
        return self.octets().decode()

    def octets(self):
        """The next line of the filter's."""
        while b"\n" not in self._buffer:
            octets = self._ours.recv(1 << 20)
            assert octets, "the filter is gone: " + self.errors()
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def speaks_before(self, engine):
        """Waits for a line of the filter's or for it to connect to an engine
        that listens; whether it was a line."""
        if self._buffer:
            return True
        readable, _, _ = select.select([self._ours, engine.listener], [], [],
                                       LIMIT_S)
        assert readable, "neither a line nor a connection"
        return self._ours in readable

    def speaks_within(self, seconds):
        return bool(select.select([self._ours], [], [], seconds)[0])

    def is_silent(self):
        """Whether nothing waits to be read."""
        readable, _, _ = select.select([self._ours], [], [], 0)
        return not self._buffer and not readable

    def signal(self, number):
        self.process.send_signal(number)

    def stop_reading_errors(self):
        self._log.close()

    def end_input(self):
        self._ours.shutdown(socket.SHUT_WR)

    def finish(self):
        """Ends the input. Returns the exit status and what was logged."""
        if self._ours.fileno() != -1:
            self._ours.close()
        try:
            status = self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            raise
        return status, self.errors()

    def errors(self):
        """What was logged so far."""
        text = b""
        if self._log.fileno() == -1:
            return ""
        self._log.setblocking(False)
        try:
            while octets := self._log.recv(65536):
                text += octets
        except (BlockingIOError, ConnectionResetError):
            pass
        return text.decode(errors="replace")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self._ours.close()
        self._log.close()


class Smtpd:
    """smtpd's lines, of one protocol version."""

    def __init__(self, filter_, version="0.7"):
        self._filter = filter_
        self._version = version
        self._fences = 0

    def hello(self):
        """The handshake; returns what the filter registered."""
        lines = ["config|smtpd-version|7.4.0-portable"]
        if self._version >= "0.7":
            lines.append(f"config|protocol|{self._version}")
        lines += ["config|smtp-session-timeout|300",
                  "config|subsystem|smtp-in", "config|admd|mx.example.org",
                  "config|ready"]
        self._filter.send("".join(line + "\n" for line in lines))
        registered = [self._filter.line()]
        while registered[-1] != "register|ready":
            registered.append(self._filter.line())
        return registered

    def _head(self, kind):
        return f"{kind}|{self._version}|1576146008.006099|smtp-in"

    def report_line(self, event, session, *fields):
        return "|".join([self._head("report"), event, f"{session:016x}",
                         *fields]) + "\n"

    def request_line(self, phase, session, token, argument=""):
        return "|".join([self._head("filter"), phase, f"{session:016x}",
                         f"{token:016x}", argument]) + "\n"

    def report(self, event, session, *fields):
        self._filter.send(self.report_line(event, session, *fields))

    def request(self, phase, session, token, argument=""):
        self._filter.send(self.request_line(phase, session, token, argument))

    def connect(self, session, source="192.0.2.1:4321", helo="mx.example.net",
                listener=None):
        self.report("link-connect", session, "host.example.net", "pass",
                    source, "198.51.100.1:25")
        if listener is not None:
            self.report("link-greeting", session, listener)
        self.report("link-identify", session, "EHLO", helo)

    def auth(self, session, user="alice", result="pass"):
        fields = [result, user] if self._version >= "0.7" else [user, result]
        self.report("link-auth", session, *fields)

    def mail(self, session, token, sender, params=""):
        self.report("protocol-client", session, f"MAIL FROM:<{sender}>{params}")
        self.request("mail-from", session, token, sender)

    def rcpt(self, session, token, recipient, params=""):
        self.report("protocol-client", session,
                    f"RCPT TO:<{recipient}>{params}")
        self.request("rcpt-to", session, token, recipient)

    def rcpt_was(self, session, recipient, result="ok"):
        fields = [result, recipient]
        if self._version < "0.6":
            fields.reverse()
        self.report("tx-rcpt", session, "0badcafe", *fields)

    def commit(self, session):
        self.report("tx-commit", session, "0badcafe", "1234")

    def reply(self, session, token):
        """The next reply, which must be to this request: its decision."""
        ids = [f"{session:016x}", f"{token:016x}"]
        if self._version < "0.5":
            ids.reverse()
        head = "filter-result|" + "|".join(ids) + "|"
        line = self._filter.line()
        assert line.startswith(head), (head, line)
        return line[len(head):]

    def data_line(self, session, token, octets):
        """A line of a message, dot-stuffed, or the "." at its end."""
        if isinstance(octets, str):
            octets = octets.encode()
        head = self.request_line("data-line", session, token)
        self._filter.send(head.encode()[:-1] + octets + b"\n")

    def passed(self, session, token):
        """The lines of a message that the filter lets go, to the "."."""
        lines = []
        while not lines or lines[-1] != b".":
            lines.append(self.passed_line(session, token))
        return lines[:-1]

    def passed_line(self, session, token):
        ids = [f"{session:016x}", f"{token:016x}"]
        if self._version < "0.5":
            ids.reverse()
        head = ("filter-dataline|" + "|".join(ids) + "|").encode()
        line = self._filter.octets()
        assert line.startswith(head), (head, line)
        return line[len(head):]

    def fence(self):
        """All before was read, and nothing more was replied to it."""
        self._fences += 1
        self.request("noop", 0xfefe, self._fences)
        assert self.reply(0xfefe, self._fences) == "proceed"
