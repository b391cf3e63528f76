"""What the campaigns share: a time, a seed, an engine that lives with trouble.

A campaign does what nobody thought of, again and again. It says with which
seed; with that it does the same again, as far as processes allow:

    BACKSTOP_SEED=N BACKSTOP_SECONDS=N meson test -C build engine_questions
"""

import json
import mmap
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from wire import Questions  # noqa: E402

AS_ROOT = os.geteuid() == 0
PATIENCE = 60
# The engine gives a child a minute to come to an end with a store, twice.
STORE_PATIENCE = 200

CONF = """\
domains = example.org
sign = yes
mode = enforce
outbound = here
strict = yes
state = {folder}/state
socket = {folder}/engine.sock
user = {user}
{more}
[spf]
check = {spf}
[dns]
servers = 127.0.0.1:{dns_port}
"""
FIELDS = ("clock_offset_s", "memory_one_in", "disk", "disk_one_in", "seed",
          "faults")
DISK_FULL, DISK_BROKEN, DISK_SHORT, DISK_NOT_SYNCED = 1, 2, 3, 4


class Wrong(Exception):
    """What must never be was so."""


class Trouble:
    """The file that tells trouble.c what to do."""

    def __init__(self, path, seed):
        self.path = path
        path.write_bytes(bytes(8 * len(FIELDS)))
        path.chmod(0o666)
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.set(seed=seed)

    def set(self, **fields):
        for name, value in fields.items():
            struct.pack_into("q", self._map, 8 * FIELDS.index(name), value)

    def get(self, name):
        return struct.unpack_from("q", self._map, 8 * FIELDS.index(name))[0]

    def end(self):
        self.set(memory_one_in=0, disk=0, clock_offset_s=0)


class Campaign:
    """A folder with a key and an engine that this user may run."""

    def __init__(self, programs, library=None, conf="", spf="no", dns_port=1):
        self.backstop, self.backstopd, self.old_store = programs
        self.seed = int(os.environ.get("BACKSTOP_SEED") or
                        random.SystemRandom().randrange(10 ** 9))
        self.chance = random.Random(self.seed)
        seconds = float(os.environ.get("BACKSTOP_SECONDS", "15"))
        print(f"BACKSTOP_SEED={self.seed} BACKSTOP_SECONDS={seconds:g}",
              flush=True)
        self.end = time.monotonic() + seconds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="backstop."))
        self.folder.chmod(0o755)
        self.socket = self.folder / "engine.sock"
        self.state = self.folder / "state"
        self.conf = self.folder / "conf"
        self.conf.write_text(CONF.format(
            folder=self.folder, user="nobody" if AS_ROOT else "me",
            more=conf, spf=spf, dns_port=dns_port))
        self.log = open(self.folder / "log", "a+b")
        self.trouble = Trouble(self.folder / "trouble", self.seed)
        self._library = library
        self.engine = None
        self.may_crash = False
        self.call("init")

    def close(self):
        if self.engine:
            self.engine.kill()
            self.engine.wait()
        self.log.close()
        shutil.rmtree(self.folder)

    def goes_on(self):
        return time.monotonic() < self.end

    def call(self, *words):
        """backstop(8), to its end; without trouble."""
        return subprocess.run(
            [self.backstop, "-c", self.conf, *words], check=True, text=True,
            capture_output=True, timeout=PATIENCE).stdout

    def said(self, since=0):
        self.log.flush()
        self.log.seek(since)
        return self.log.read().decode(errors="replace")

    def start(self):
        environment = dict(os.environ)
        if self._library:
            environment.update(LD_PRELOAD=self._library,
                               TROUBLE=str(self.trouble.path))
        # a reload may come before the program has begun
        self.engine = subprocess.Popen(
            [self.backstopd, "-c", self.conf], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, env=environment,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))

    def started(self):
        """Starts it and waits until its store is there."""
        self.start()
        self.wait_for_store()

    def wait_for_store(self):
        """The engine answers and has a store; one that ended is started
        again, as a service manager does."""
        end = time.monotonic() + STORE_PATIENCE
        state = "no answer"
        while time.monotonic() < end:
            if self.engine.poll() is not None:
                self.was_an_end()
                self.start()
            try:
                with self.questions() as questions:
                    state = questions.ask(op="ping")["reason"]
                if state == "store-ok":
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise Wrong(f"no store within {STORE_PATIENCE} s: {state}")

    def was_an_end(self):
        """An engine may give up, but it may not crash."""
        status = self.engine.returncode
        if status < 0 and -status != signal.SIGKILL and not self.may_crash:
            raise Wrong(f"the engine crashed: {signal.Signals(-status).name}")

    def stop(self, number=signal.SIGTERM):
        self.engine.send_signal(number)
        try:
            self.engine.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Wrong(f"SIGTERM: no end within {PATIENCE} s") from None
        self.was_an_end()

    def questions(self, **more):
        return Questions(self.socket, **more)

    def status(self):
        return json.loads(self.call("--json", "status"))


def genuine_bounce(questions, tag, message_id="never.sent@example.org"):
    """A bounce to a tag of ours, as RCPT and at the end of DATA. Nothing that
    happened to us may have it refused."""
    for fields in ({"op": "rcpt"},
                   {"op": "data", "kind": "dsn", "message_id": message_id}):
        answer = questions.ask(sender="", recipient=tag, **fields)
        if answer["status"] == "ok" and answer["action"] == "reject":
            raise Wrong(f"a genuine bounce is refused: {answer}")
    return answer


def library():
    """trouble.c as it was built, where the command line ends with it."""
    return os.path.abspath(sys.argv[4])


def run(conduct, **more):
    """Runs the campaign that a file is: FILE BACKSTOP BACKSTOPD OLD_STORE.
    conduct(campaign) returns what to print of it."""
    programs = [os.path.abspath(word) for word in sys.argv[1:4]]
    campaign = Campaign(programs, **more)
    try:
        print(conduct(campaign), flush=True)
    except BaseException:
        print(f"the end of the log:\n{campaign.said()[-6000:]}", flush=True)
        raise
    finally:
        campaign.close()
