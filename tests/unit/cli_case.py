"""What the tests of backstop(8) share: a folder, a call, a running engine."""

import atexit
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "lib"))
import wire  # noqa: E402

USAGE, DATAERR, NOINPUT, IOERR, NOPERM, CONFIG = 64, 65, 66, 74, 77, 78
DAY = 86400
# Ends a test that waits in vain; no result depends on it.
PATIENCE_S = 300
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
AS_ROOT = os.geteuid() == 0
PROGRAM = ENGINE = OLD_STORE = None

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


def fnv(text):
    """FNV-1a of 32 bits: the check of a key's line."""
    check = 0x811c9dc5
    for octet in text.encode():
        check = (check ^ octet) * 0x01000193 % 2**32
    return check


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
                              text=True, check=False, timeout=PATIENCE_S, **more)

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

    def age(self, days=30, starts=False):
        """Recording and signing began so long ago, and the engine lives; or it
        starts within half a minute, and finds no gap."""
        subprocess.run(
            [OLD_STORE, self.path("state", "store"),
             self.path("state", "store.key"),
             f"{days}+{30 if starts else 0}", "example.org"],
            check=True)

    def rewrite_keyring(self, **columns):
        """Changes columns of the (only) key: as if time had passed."""
        names = ["number", "state", "created", "activated", "retired",
                 "secret", "origin", "lent", "returned"]
        lines = self.read("state", "keyring").splitlines()
        fields = dict(zip(names, lines[-1].split()))
        fields.update({name: str(value) for name, value in columns.items()})
        lines[-1] = " ".join(fields[name] for name in names)
        rest = " ".join(fields[name] for name in names if name != "created")
        lines[-1] += f" {fnv(rest):08x}{fnv(fields['created']):08x}"
        with open(self.path("state", "keyring"), "w",
                  encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")


class Engine:
    """A running backstopd."""

    def __init__(self, case, conf=None, conf_in_place=False):
        self.case = case
        self.conf = case.conf if conf_in_place else case.write(
            "engine.conf", conf or case.configured())

    def __enter__(self):
        self.log = open(self.case.path("engine.log"), "wb")
        self.process = subprocess.Popen([ENGINE, "-c", self.conf],
                                        stderr=self.log)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            text = self.case.run_raw("-c", self.conf, "--json",
                                     "status").stdout
            if text and json.loads(text)["engine"]["reason"] == "store-ok":
                return self
            time.sleep(0.05)
        self.__exit__()
        raise AssertionError(self.case.read("engine.log"))

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.log.close()


class Wire:
    """What an adapter asks the engine."""

    def __init__(self, path):
        self.questions = wire.Questions(pathlib.Path(path))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.questions.__exit__()

    def ask(self, **fields):
        return self.questions.ask(**fields)

    def sign(self, address):
        answer = self.questions.sign(address)
        assert answer["reason"] == "signed", answer
        return answer["address"]

    def send(self, sender, message_id, domain="example.com", **more):
        """A mail that leaves, signed; returns its return path."""
        tag = self.sign(sender)
        self.ask(op="sent", mode="out", client="127.0.0.1", sender=tag,
                 recipients=1, message_id=message_id, header_from=sender,
                 recipient_domain=domain, **more)
        return tag

    def bounce(self, recipient, **more):
        """A bounce that is accepted; returns what is to be done with it."""
        answer = self.ask(op="data", sender="", recipient=recipient,
                          kind="dsn", **more)
        self.ask(op="sent", sender="", recipient=recipient, kind="dsn",
                 **more)
        return answer


def program():
    return PROGRAM


def old_store():
    return OLD_STORE


def for_all(program):
    """A copy that any user can start: root may have built in a folder that is
    root's alone, such as one below /root or one that mktemp made."""
    folder = tempfile.mkdtemp(prefix="backstop-program.")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    return shutil.copy(program, folder)


def main(*more):
    """Runs the tests of the file that is started: FILE BACKSTOP BACKSTOPD
    OLD_STORE [TEST ...]. Of more programs the paths come before the tests, and
    are put into the lists that are given."""
    global PROGRAM, ENGINE, OLD_STORE
    for paths in more:
        paths.append(os.path.abspath(sys.argv.pop(4)))
    PROGRAM, ENGINE, OLD_STORE = (
        os.path.abspath(path) for path in sys.argv[1:4])
    if AS_ROOT:
        PROGRAM = for_all(PROGRAM)
    # a process that gave up root cannot be traced, which the leak check of
    # a sanitized build wants to do
    if not AS_ROOT:
        os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[4:]])
