#!/usr/bin/env python3
"""What counting for "backstop report" costs the engine: the processor's time a
question, of engines and settings in turn, asked the same over the socket.

usage: bench_count.py BACKSTOP OLD_STORE NAME=BACKSTOPD[,LINE] ...

LINE is one more of backstop.conf, as "report = off". The first engine is what
the others are compared with."""

import pathlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 15
# of a round and kind; the store takes some 16,000 new records a second
QUESTIONS = 8000
BATCH = 100
# 200 of these domains have hours of their own; a host of 50 is a large one
DOMAINS = [f"d{number:02}.example" for number in range(50)]
# of the others some mail leaves unsigned, and then nothing is forged
SIGNING = DOMAINS[:40]


def frame(number, **fields):
    lines = ["version=1", f"id={number % BATCH + 1}", "host=opensmtpd"]
    lines += [f"{name}={value}" for name, value in fields.items()]
    return ("\n".join(lines) + "\n\n").encode()


def forged(number, pick):
    """Each from another host: what costs most to count."""
    return frame(number, op="data", mode="in", sender="", kind="dsn",
                 client=f"198.{pick.randrange(256)}.{pick.randrange(256)}.9",
                 helo=f"mx{pick.randrange(5000)}.example.net",
                 recipient=f"u{pick.randrange(5000)}@{pick.choice(SIGNING)}",
                 message_id=f"{number}@{pick.random()}.example")


def ordinary(number, pick):
    return frame(number, op="rcpt", mode="in", client="198.51.100.7",
                 helo="mx.example.net", sender=f"a{number}@b.example",
                 recipient=f"u{pick.randrange(5000)}@{pick.choice(DOMAINS)}")


def left(number, pick):
    """It was not signed."""
    domain = pick.choice(DOMAINS[len(SIGNING):])
    return frame(number, op="sent", mode="out", client="local", recipients=1,
                 sender=f"u{pick.randrange(5000)}@{domain}",
                 recipient_domain="c.example",
                 message_id=f"{number}.{pick.random()}@x.example")


KINDS = {"forged bounce": forged, "ordinary mail, at RCPT": ordinary,
         "mail that left": left}


class Engine:
    def __init__(self, folder, backstop, old_store, word):
        self.name, _, rest = word.partition("=")
        self.program, _, line = rest.partition(",")
        self.home = pathlib.Path(folder, self.name)
        self.home.mkdir()
        conf = self.home / "conf"
        user = subprocess.run(["id", "-un"], capture_output=True, text=True,
                              check=True).stdout.strip()
        conf.write_text(
            f"domains = {', '.join(DOMAINS)}\nsign = yes\noutbound = here\n"
            f"mode = enforce\nstate = {self.home}/state\n"
            f"socket = {self.home}/sock\nuser = {user}\nclients = {user}\n"
            f"{line}\n", encoding="ascii")
        subprocess.run([backstop, "-c", conf, "init"], check=True,
                       capture_output=True)
        subprocess.run([old_store, self.home / "state/store",
                        self.home / "state/store.key", "40+30", *DOMAINS],
                       check=True)
        with open(self.home / "log", "wb") as log:
            self.process = subprocess.Popen([self.program, "-c", conf],
                                            stderr=log)
        self.times = {kind: [] for kind in KINDS}
        self.connect()

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(500):
            try:
                self.socket.connect(str(self.home / "sock"))
                break
            except OSError:
                time.sleep(0.02)
        while b"reason=store-ok" not in self.ask([frame(0, op="ping")]):
            time.sleep(0.02)

    def ask(self, frames):
        self.socket.sendall(b"".join(frames))
        answers = b""
        while answers.count(b"\n\n") < len(frames):
            answers += self.socket.recv(1 << 20)
        return answers

    def used(self):
        """Seconds of the processor."""
        return int(pathlib.Path(f"/proc/{self.process.pid}/schedstat")
                   .read_text(encoding="ascii").split()[0]) / 1e9

    def measure(self, kind, frames):
        before = self.used()
        for at in range(0, len(frames), BATCH):
            answers = self.ask(frames[at:at + BATCH])
        if KINDS[kind] is forged and b"verdict=forged" not in answers:
            sys.exit(f"{self.name}: {answers[:300]}")
        time.sleep(1.5)  # for what it writes each second
        self.times[kind].append((self.used() - before) / len(frames) * 1e6)

    def end(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(60)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    pick = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        engines = [Engine(folder, *sys.argv[1:3], word)
                   for word in sys.argv[3:]]
        try:
            for _ in range(ROUNDS):
                for kind, make in KINDS.items():
                    frames = [make(number, pick)
                              for number in range(QUESTIONS)]
                    for engine in engines:
                        engine.measure(kind, frames)
        finally:
            for engine in engines:
                engine.end()
    for kind in KINDS:
        for engine in engines:
            ratios = [ours / theirs for ours, theirs in
                      zip(engine.times[kind], engines[0].times[kind])]
            print(f"{kind}: {engine.name}: "
                  f"{statistics.median(engine.times[kind]):.2f} us, "
                  f"{statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
