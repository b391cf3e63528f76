"""backstop-protocol(7) is right: its tables and its example are spoken to a
running engine, octet by octet."""

import os
import pathlib
import re
import shutil
import socket
import subprocess

import cli_case

PAGE = os.path.join(cli_case.ROOT, "common", "backstop-protocol.7")
LINE_MAX = 1024

# What makes each operation do its work; the test adds one attribute.
BASES = {
    "sign": {"mode": "out", "client": "local", "sender": "alice@example.org"},
    "rcpt": {"client": "192.0.2.9", "sender": "",
             "recipient": "alice@example.org"},
    "data": {"client": "192.0.2.9", "sender": "", "kind": "dsn",
             "recipient": "alice@example.org"},
    "sent": {"mode": "out", "client": "local", "sender": "bob@example.org",
             "recipients": "1"},
    "spf": {"client": "192.0.2.9", "sender": "bob@invalid"},
    "ping": {},
    "reload": {},
    "trace": {},
    "metrics": {},
}
# Values of each kind, the smallest and the largest, and wrong ones.
SAMPLES = {"number": ("0", "4294967295"),
           "long": ("0", "18446744073709551615"), "flag": ("0", "1"),
           "list": ("a@example.net", "b%20c%25%C3%A9@example.net")}
WRONG = {"number": ("", "-1", "+1", "1.5", "0x1", "4294967296"),
         "long": ("", "-1", "18446744073709551616"),
         "flag": ("", "2", "yes"), "word": ("", "nonsense", "SIGN"),
         "list": ("a b", "%", "%4", "%zz", "%00"),
         "text": ("a b", "a%", "a%4", "a%zz", "a%00", "\x7f")}


def page():
    """The page, its continued lines in one."""
    with open(PAGE, encoding="ascii") as file:
        return file.read().replace("\\\n", "")


def table(title):
    """attribute -> (kind, largest text or None, operations, required)."""
    part = page().partition(f"\n.Sh {title}\n")[2].partition("\n.Sh ")[0]
    found = {}
    for name, kind, size, used in re.findall(
            r"^\.It Cm (\w+) Ta (\w+) ?(\d*) Ta (.*)$", part, re.M):
        required = used.endswith(", required")
        used = used.removesuffix(", required")
        operations = list(BASES) if used == "every" else (
            [] if used == "none" else used.split())
        found[name] = (kind, int(size or 0), operations, required)
    assert len(found) > 8, title
    return found


def words(name):
    """The words that the page lists for an attribute."""
    part = page().partition(f"\n.It Cm {name}\n")[2]
    part = part.partition("\n.El\n")[0]
    return re.findall(r"^\.It Cm (\w+)$", part, re.M)


def example():
    """The frames of the page's session: (request, answer) as lists of lines."""
    part = page().partition("\n.Sh EXAMPLES\n")[2].partition("\n.Sh ")[0]
    frames = []
    for block in re.findall(r"^\.Bd [^\n]*\n(version=.*?)\n\.Ed", part,
                            re.M | re.S):
        frames.append([frame.split("\n") for frame in block.split("\n\n")])
    return frames


class Talk:
    """A connection that shows each octet of an answer."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.file.close()
        self.socket.close()

    def send(self, lines):
        self.socket.sendall("".join(
            f"{line}\n" for line in [*lines, ""]).encode("latin-1"))

    def answer(self):
        """The lines of an answer; None at the end of the connection."""
        lines = []
        while line := self.line():
            assert len(line) <= LINE_MAX and line.endswith(b"\n"), line
            if line == b"\n":
                return lines
            lines.append(line[:-1].decode("ascii"))
        assert not lines, lines
        return None

    def line(self):
        """One, or nothing at the end. A connection that is closed while the
        engine has not read all of what was sent ends by a reset."""
        try:
            return self.file.readline()
        except ConnectionResetError:
            return b""

    def ask(self, **fields):
        self.send([f"{name}={value}" for name, value in fields.items()])
        answer = self.answer()
        return None if answer is None else dict(
            line.split("=", 1) for line in answer)


class Typed(Talk):
    """The same, through the page's own command."""

    def __init__(self, path):  # pylint: disable=super-init-not-called
        command, = re.findall(r"^# (socat .*)$", page(), re.M)
        words = command.replace("/run/backstop/engine.sock", path).split()
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.file = self.process.stdout

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(30)
        self.file.close()

    def send(self, lines):
        self.process.stdin.write("".join(
            f"{line}\n" for line in [*lines, ""]).encode("latin-1"))
        self.process.stdin.flush()


class Protocol(cli_case.Case):
    def configured(self):
        return super().configured() + (
            "[spf]\nmode = mark\ndsn = authenticated\n")

    def setUp(self):
        super().setUp()
        conf = self.configured().replace(
            "domains  = example.org", "sign = yes\nmode = enforce\n"
            "domains  = example.org")
        self.write("backstop.conf", conf)
        self.call("init", "-k", "4")
        engine = cli_case.Engine(self, conf)
        engine.__enter__()  # pylint: disable=unnecessary-dunder-call
        self.addCleanup(engine.__exit__)
        self.requests = table("REQUESTS")
        self.answers = table("ANSWERS")
        self.seen = set()

    def talk(self):
        return Talk(self.path("sock"))

    def check(self, answer, sent):
        """An answer that the page allows."""
        self.assertIsNotNone(answer, sent)
        self.seen |= answer.keys()
        for name, value in answer.items():
            self.assertIn(name, self.answers, sent)
            kind, size, operations, _ = self.answers[name]
            self.assertIn(sent["op"], operations, (sent, answer))
            if kind == "word":
                self.assertIn(value, words(name), sent)
            if kind == "text":
                plain = re.sub("%..", "x", value)
                self.assertLessEqual(len(plain), size, sent)
        for name, (_, _, _, required) in self.answers.items():
            if required:
                self.assertIn(name, answer, sent)

    def accepts(self, talk, **fields):
        """The engine reads it, whatever it makes of it."""
        sent = {"version": 1, "id": 7, **fields}
        answer = talk.ask(**sent)
        self.check(answer, sent)
        self.assertEqual((answer["id"], answer["status"]),
                         (str(sent["id"]), "ok"), sent)
        return answer

    def refuses(self, lines):
        """It answers with an error, and hangs up."""
        with self.talk() as talk:
            talk.send(lines)
            answer = talk.answer()
            self.assertIsNotNone(answer, lines)
            self.assertIn("status=error", answer, lines)
            self.assertIsNone(talk.answer(), lines)

    def values(self, name):
        kind, size, _, _ = self.requests[name]
        if kind == "word":
            return words(name)
        if kind == "text":
            return ("", "x" * size)
        return SAMPLES[kind]

    def test_operations(self):
        self.assertEqual(sorted(words("op")), sorted(BASES))

    def test_each_attribute_of_each_operation(self):
        """Its values, the smallest and the largest, are read, and also where
        the page says that nobody looks at it."""
        with self.talk() as talk:
            for op, base in BASES.items():
                for name in self.requests.keys() - {"version", "op"}:
                    for value in self.values(name):
                        self.accepts(talk, **{**base, "op": op, name: value})

    def test_wrong_values(self):
        for name, (kind, size, _, _) in self.requests.items():
            wrong = WRONG[kind]
            if kind == "text":
                wrong += ("x" * (size + 1),) if size < 1000 else ()
            for value in wrong:
                fields = {"version": 1, "id": 7, "op": "ping", name: value}
                self.refuses([f"{key}={text}" for key, text in fields.items()])

    def test_required(self):
        fields = {"version": "1", "id": "7", "op": "ping"}
        self.assertEqual({name for name, row in self.requests.items()
                          if row[3]}, fields.keys())
        for name in fields:
            self.refuses([f"{key}={value}" for key, value in fields.items()
                          if key != name])
        self.refuses(["version=2", "id=7", "op=ping"])

    def test_lists_alone_may_repeat(self):
        for name, (kind, _, _, _) in self.requests.items():
            value = str(self.values(name)[-1])
            fields = {"version": "1", "id": "7", "op": "ping", name: value}
            lines = [f"{key}={text}" for key, text in fields.items()]
            lines.append(f"{name}={fields[name]}")
            if kind != "list":
                self.refuses(lines)
                continue
            with self.talk() as talk:
                talk.send(lines)
                self.assertIn("status=ok", talk.answer())

    def test_limits(self):
        """Of a line, of lines, of a request."""
        ping = ["version=1", "id=7", "op=ping"]
        longest = "later=" + "x" * (LINE_MAX - len("later=") - 1)
        with self.talk() as talk:
            talk.send(ping + [longest])
            self.assertIn("status=ok", talk.answer())
            talk.send(ping + ["later=1"] * 61)
            self.assertIn("status=ok", talk.answer())
        self.refuses(ping + [longest + "x"])
        self.refuses(ping + ["later=1"] * 62)
        self.refuses(ping + [longest] * 16)
        self.refuses(["Version=1"])
        self.refuses(["no equals sign"])

    def test_any_order_and_unknown_names(self):
        with self.talk() as talk:
            talk.send(["op=ping", "later_2=what", "id=18", "version=1"])
            self.assertIn("id=18", talk.answer())

    def test_many_in_flight(self):
        """Each request gets one answer, which its id finds."""
        with self.talk() as talk:
            for number in range(50):
                talk.send(["version=1", f"id={number}", "op=sign", "mode=out",
                           "client=local", f"sender=user{number}@example.org"])
            got = {dict(line.split("=", 1) for line in talk.answer())["id"]
                   for _ in range(50)}
        self.assertEqual(got, {str(number) for number in range(50)})

    def test_each_attribute_of_an_answer(self):
        """There is none on the page that the engine does not write. Only
        log_lost takes an engine whose log nobody reads, store_error one whose
        disk fails, and asks one that was stopped (test_pause.py)."""
        with self.talk() as talk:
            for op, base in BASES.items():
                self.accepts(talk, **{**base, "op": op})
            tag = self.accepts(talk, **{**BASES["sign"], "op": "sign"})
            forged = re.sub("......=alice", "000000=alice", tag["address"])
            self.accepts(talk, **{**BASES["rcpt"], "op": "rcpt",
                                  "recipient": forged})
        self.assertEqual(self.seen | {"asks", "log_lost", "store_error"},
                         self.answers.keys())

    def test_absent_sender_is_not_the_null_one(self):
        """Only the null reverse-path has no sender to look up in SPF."""
        with self.talk() as talk:
            for more, verdict in (({}, None), ({"sender": ""}, None),
                                  ({"sender": "bob@invalid"}, "none")):
                answer = self.accepts(talk, op="spf", client="192.0.2.9",
                                      **more)
                self.assertEqual(answer.get("verdict"), verdict, more)

    def test_the_example_session(self):
        """All that the page shows, typed as it stands there. Only the tag is
        of another key, and made today, and the configuration another."""
        frames = example()
        self.assertGreater(len(frames), 4)
        shown = re.search(r"prvs=(\d{4})(\w{6})=", page())
        tag = self.call("sign", "alice@example.org").strip()
        digits, mac = tag[5:9], tag[9:15]
        version = subprocess.run(
            [cli_case.program(), "--version"], capture_output=True, text=True,
            check=True).stdout.split()[-1]

        # FNV-1a, as the page says
        digest = 0xcbf29ce484222325
        for octet in pathlib.Path(self.path("engine.conf")).read_bytes():
            digest = (digest ^ octet) * 0x100000001b3 % 2**64

        def today(line):
            line = re.sub(r"^version=\d+\..*", f"version={version}", line)
            line = re.sub(r"^config=\d+$", f"config={digest}", line)
            return line.replace(shown[1] + shown[2], digits + mac).replace(
                f"{shown[1]}000000", f"{digits}000000")

        for kind in (Talk, Typed) if shutil.which("socat") else (Talk,):
            with kind(self.path("sock")) as talk:
                for request, answer in frames:
                    talk.send([today(line) for line in request])
                    self.assertEqual(talk.answer(),
                                     [today(line) for line in answer])

    def test_strangers(self):
        """Nobody else is answered."""
        if not cli_case.AS_ROOT:
            self.skipTest("only root can become somebody else")
        asked = subprocess.run(
            ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups",
             "python3", "-c",
             "import socket, sys\n"
             "s = socket.socket(socket.AF_UNIX)\n"
             "s.connect(sys.argv[1])\n"
             "try:\n"
             " s.sendall(b'version=1\\nid=1\\nop=ping\\n\\n')\n"
             " print(s.recv(100))\n"
             "except (BrokenPipeError, ConnectionResetError):\n"
             " print(b'')\n", self.path("sock")],
            capture_output=True, text=True, timeout=30, check=True)
        self.assertEqual(asked.stdout, "b''\n")


if __name__ == "__main__":
    cli_case.main()
