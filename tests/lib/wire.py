"""The engine's socket: questions asked and answers read (backstop-protocol(7))."""

import contextlib
import os
import socket
import threading
import urllib.parse


# Ends a test that waits in vain; no result depends on it.
PATIENCE_S = 120


def _encode(value):
    return "".join(chr(octet) if 0x20 < octet < 0x7f and octet != 0x25
                   else f"%{octet:02x}" for octet in str(value).encode())


def read_frame(lines):
    """Reads name=value lines to the empty one; None at the end of input."""
    frame = {}
    for line in lines:
        line = line.decode().rstrip("\n")
        if not line:
            return frame
        name, _, value = line.partition("=")
        frame[name] = urllib.parse.unquote(value)
    return None


def write_frame(fields):
    return "".join(f"{name}={_encode(value)}\n"
                   for name, value in fields.items()).encode() + b"\n"


@contextlib.contextmanager
def short(path):
    """Another name of a path: a socket's address has room for 107 octets."""
    folder = os.open(path.parent, os.O_PATH)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class Questions:
    """A connection to the engine that waits for each answer."""

    def __init__(self, path, patience_s=PATIENCE_S):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience_s)
        try:
            with short(path) as address:
                self._socket.connect(address)
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rb")
        self._id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def ask(self, **fields):
        """Asks and returns the answer; ConnectionError when there is none."""
        self._id += 1
        question = {"version": 1, "id": self._id, "host": "opensmtpd",
                    "mode": "in", "client": "192.0.2.99", "auth": 0,
                    "deadline_ms": 20000}
        question.update(fields)
        self._socket.sendall(write_frame(question))
        answer = read_frame(self._file)
        if answer is None:
            raise ConnectionError("the engine closed the connection")
        assert int(answer["id"]) == self._id, answer
        return answer

    def exchange(self, frame):
        """Sends a whole question and drops what is answered."""
        self._socket.sendall(frame)
        read_frame(self._file)

    def sign(self, sender):
        return self.ask(op="sign", mode="out", client="127.0.0.1",
                        sender=sender)

    def bounce_to(self, recipient):
        return self.ask(op="rcpt", sender="", recipient=recipient)


class LyingEngine:
    """Takes the engine's place and answers each question with octets that
    the test chose."""

    def __init__(self, path, lie):
        self.asked = []
        self._peers = []
        self._lie = lie
        self._socket = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        with short(path) as address:
            self._socket.bind(address)
        path.chmod(0o666)
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            self._peers.append(peer)
            threading.Thread(target=self._answer, args=(peer,),
                             daemon=True).start()

    def _answer(self, peer):
        with peer, peer.makefile("rb") as lines:
            while True:
                try:
                    question = read_frame(lines)
                    if question is None:
                        return
                    self.asked.append(question)
                    lie = self._lie(question)
                    if lie is None:
                        return
                    peer.sendall(lie)
                except OSError:
                    return

    def close(self):
        """As a process that ends: the peers' connections end too."""
        for end in (self._socket, *self._peers):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
