#!/usr/bin/python3
"""What a change costs the engine: the processor's time of two of them, side by
side.

usage: bench_cost.py BACKSTOP OLD_BACKSTOPD NEW_BACKSTOPD

Both run at once, each with a folder of its own; they are asked in turn, always
the same questions, and the kernel says how long each was on the processor. The
median of the rounds' ratios is what counts."""

import os
import pathlib
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import wire  # noqa: E402

ROUNDS = 41
QUESTIONS = 10000  # a round and engine
IN_FLIGHT = 50
CONF = """\
domains = example.org
sign = yes
mode = enforce
outbound = here
probe_limit = 0
state = {folder}/state
socket = {folder}/sock
user = {user}
"""


def frame(number, **fields):
    return wire.write_frame({"version": 1, "id": number, **fields})


class Engine:
    def __init__(self, backstop, program, folder):
        user = pwd.getpwuid(os.geteuid()).pw_name
        conf = folder / "conf"
        conf.write_text(CONF.format(folder=folder, user=user))
        subprocess.run([backstop, "-c", conf, "init", "-k", "1"], check=True,
                       stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen([program, "-c", conf],
                                        stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            try:
                self.questions = wire.Questions(folder / "sock")
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        while self.questions.ask(op="ping")["reason"] != "store-ok":
            time.sleep(0.05)

    def cpu_ns(self):
        """How long it was on the processor (proc(5), schedstat)."""
        with open(f"/proc/{self.process.pid}/schedstat",
                  encoding="ascii") as file:
            return int(file.read().split()[0])

    def cost_us(self, asked):
        """Of one question."""
        batch = b"".join(frame(number, **asked)
                         for number in range(IN_FLIGHT))
        peer = self.questions._socket  # pylint: disable=protected-access
        before = self.cpu_ns()
        for _ in range(QUESTIONS // IN_FLIGHT):
            peer.sendall(batch)
            answers = 0
            while answers < IN_FLIGHT:
                answers += peer.recv(1 << 20).count(b"\n\n")
        return (self.cpu_ns() - before) / QUESTIONS / 1000

    def end(self):
        self.process.terminate()
        self.process.wait(60)


def kinds(engine):
    tag = engine.questions.sign("alice@example.org")["address"]
    mac = "000000" if tag[9:15] != "000000" else "111111"
    incoming = {"client": "192.0.2.1", "helo": "mx.example.com"}
    return {
        "rcpt, ordinary mail": {
            "op": "rcpt", **incoming, "sender": "bob@example.com",
            "recipient": "alice@example.org"},
        "rcpt, a bounce to a forged tag": {
            "op": "rcpt", **incoming, "sender": "", "inspect": 1,
            "recipient": tag[:9] + mac + tag[15:]},
        "data, a bounce that says nothing": {
            "op": "data", **incoming, "sender": "", "kind": "dsn",
            "recipient": "alice@example.org"},
        "sign, a sender who has signed today": {
            "op": "sign", "mode": "out", "client": "local",
            "sender": "alice@example.org", "deadline_ms": 20000},
        "sent, signed": {
            "op": "sent", "mode": "out", "client": "local", "sender": tag,
            "recipients": 1, "header_from": "alice@example.org",
            "message_id": "1@example.org",
            "recipient_domain": "example.com"},
    }


def main():
    backstop, *programs = sys.argv[1:]
    top = pathlib.Path(tempfile.mkdtemp(prefix="backstop-cost."))
    engines = []
    try:
        for number, program in enumerate(programs):
            folder = top / str(number)
            folder.mkdir()
            engines.append(Engine(backstop, program, folder))
        asked = [kinds(engine) for engine in engines]
        print("| question | old | new | ratio |\n|---|---|---|---|")
        for name in asked[0]:
            costs = [[] for _ in engines]
            for turn in range(ROUNDS):
                order = range(len(engines))
                for at in reversed(order) if turn % 2 else order:
                    costs[at].append(engines[at].cost_us(asked[at][name]))
            ratio = statistics.median(new / old for old, new in zip(*costs))
            old, new = (statistics.median(cost) for cost in costs)
            print(f"| {name} | {old:.2f} µs | {new:.2f} µs | {ratio:.3f} |")
    finally:
        for engine in engines:
            engine.end()
        shutil.rmtree(top)


main()
