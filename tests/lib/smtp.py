"""SMTP spoken line by line, and kept to be shown; a sink that listens."""

import socket
import socketserver
import ssl
import threading

from net import socket_in

# Ends a test that waits in vain; no result depends on it.
PATIENCE = 180


class Dialogue:
    """A client's session from a namespace. lines holds both sides of it."""

    def __init__(self, space, address, port=25, source=None):
        self.lines = []
        self._socket = socket_in(space)
        self._socket.settimeout(PATIENCE)
        if source:
            self._socket.bind((source, 0))
        self._socket.connect((address, port))
        self._file = self._socket.makefile("rb")
        self.reply()

    def start_tls(self):
        """EHLO and STARTTLS; anybody's certificate will do."""
        self.say("EHLO client.example")
        assert self.say("STARTTLS").startswith("220")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket)
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def reply(self):
        """Reads a reply of one or more lines; returns its last line."""
        while True:
            line = self._file.readline().decode(errors="replace")
            line = line.rstrip("\r\n")
            self.lines.append(f"S: {line}")
            if line[3:4] != "-":
                return line

    def say(self, line, shown=None):
        self.lines.append(f"C: {shown or line}")
        self._socket.sendall(line.encode() + b"\r\n")
        return self.reply()

    def say_nothing_after(self, line):
        """Sends a command and leaves without its reply."""
        self._socket.sendall(line.encode() + b"\r\n")
        self._socket.shutdown(socket.SHUT_RDWR)

    def envelope(self, sender, *recipients, helo="client.example"):
        """EHLO to RCPT; returns the replies to the recipients."""
        self.say(f"EHLO {helo}")
        self.say(f"MAIL FROM:<{sender}>")
        return [self.say(f"RCPT TO:<{recipient}>")
                for recipient in recipients]

    def message(self, text):
        """DATA to its reply. Dots are stuffed here."""
        self.say("DATA")
        body = text.rstrip("\n").replace("\n.", "\n..").replace("\n", "\r\n")
        return self.say(f"{body}\r\n.", shown="(the message) .")

    def begin_data(self):
        return self.say("DATA")

    def send(self, octets):
        """Part of a message, as it goes over the wire."""
        self._socket.sendall(octets)

    def end_data(self):
        self._socket.sendall(b".\r\n")
        return self.reply()

    def close(self):
        try:
            self._socket.sendall(b"QUIT\r\n")
        except OSError:
            pass
        self._file.close()
        self._socket.close()


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def lines(self):
        """What the client says. TCP acknowledges each line at once, as smtpd
        waits for that in the middle of a message."""
        while True:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            line = self.rfile.readline()
            if not line:
                return
            yield line

    def answer(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self):
        self.answer("220 sink.example")
        mail = None
        for raw in self.lines():
            line = raw.decode(errors="replace").rstrip("\r\n")
            verb = line[:4].upper()
            if verb == "MAIL":
                mail = {"mail": line, "rcpt": []}
            elif verb == "RCPT":
                mail["rcpt"].append(line)
            if verb == "EHLO":
                self.answer("250-sink.example", "250-8BITMIME", "250 DSN")
            elif verb == "RCPT" and "refused" in line:
                self.answer("550 5.1.1 no such user")
            elif (verb == "RCPT" and "<later@" in line
                  and not self.server.sink.patient):
                self.answer("451 4.2.1 not now")
            elif verb == "DATA":
                self.answer("354 go on")
                mail["text"] = self.read_message()
                self.server.sink.mails.append(mail)
                self.answer("250 2.0.0 taken")
            elif verb == "QUIT":
                self.answer("221 2.0.0 bye")
                return
            else:
                self.answer("250 2.0.0 ok")

    def read_message(self):
        lines = []
        for raw in self.lines():
            if raw.rstrip(b"\r\n") == b".":
                break
            lines.append(raw.decode(errors="replace").rstrip("\r\n"))
        return "\n".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


class Sink:
    """A listener that shows the raw commands of what is relayed to it.
    mails are dicts: mail and rcpt (command lines), text."""

    def __init__(self, lan, address):
        self.mails = []
        self.patient = False  # takes what is to come later
        self._lan = lan
        self.space = lan.join("sink", address)
        self._server = _Server((address, 25), _Session,
                               bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = socket_in(self.space)
        self._server.allow_reuse_address = True
        self._server.sink = self
        self._server.server_bind()
        self._server.server_activate()
        threading.Thread(target=self._server.serve_forever,
                         daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._lan.leave(self.space)
