#!/usr/bin/python3
"""How long "backstop why" reads a log of 1 GB, of which a quarter are lines of
the engine's, as on a host under attack: plain and compressed.

usage: bench_why.py BACKSTOP [MEGABYTES]"""

import gzip
import lzma
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
ENGINE = (
    "2026-11-{day:02}T08:21:47.{n:06}+00:00 mx backstopd[812]: verdict=forged "
    "reason=untagged row=13 mode=enforce action=reject listener=in "
    "client=203.0.113.{client} helo=mx{n}.example.net sender=<> "
    "recipient=u{n}@example.org kind=dsn evidence=not-found coverage=full "
    "message_id={n:x}.abc@b.example\n")
OTHER = (
    "2026-11-{day:02}T08:21:47.{n:06}+00:00 mx smtpd[{n}]: {n:016x} smtp "
    "connected address=203.0.113.{client} host=mx{n}.example.net\n")
WANTED = ENGINE.format(day=29, n=1234567, client=9)


def lines(octets):
    """A log of so many octets, in which one line is about u1234567."""
    chance = random.Random(18)
    written = 0
    while written < octets:
        block = "".join(
            (OTHER if number % 4 else ENGINE).format(
                day=1 + number % 28, n=chance.randrange(1000000),
                client=chance.randrange(256))
            for number in range(20000)).encode()
        written += len(block)
        yield block
    yield WANTED.encode()


def once(command):
    """(seconds that it took, seconds of the processor)"""
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: {process.returncode}")
    return time.monotonic() - begin, used.ru_utime + used.ru_stime


def tell(words, command):
    took, used = zip(*(once(command) for _ in range(ROUNDS)))
    print(f"{words}: {statistics.median(took):.2f} s, "
          f"{statistics.median(used):.2f} s of the processor", flush=True)


def measure(backstop, folder, octets):
    plain = os.path.join(folder, "mail.log")
    with open(plain, "wb") as file:
        file.writelines(lines(octets))
    paths = {"plain": plain}
    for name, module in ("gz", gzip), ("xz", lzma):
        paths[name] = os.path.join(folder, "packed." + name)
        preset = {"preset": 1} if name == "xz" else {"compresslevel": 6}
        with open(plain, "rb") as source, \
                module.open(paths[name], "wb", **preset) as packed:
            shutil.copyfileobj(source, packed, 1 << 20)
    print(f"{os.path.getsize(plain) / 1e6:.0f} MB, median of {ROUNDS} rounds")
    tell("plain, an address, by grep -iF",
         ["grep", "-iF", "u1234567@example.org", plain])
    for form, what, says in (
            ("plain", "u1234567@example.org", "an address"),
            ("plain", "12d687.abc@b.example", "a Message-ID"),
            ("plain", "203.0.113.9", "a client"),
            ("plain", "203.0.113.0/24", "a network, of every line of ours"),
            ("plain", "example.org", "a domain, of every line of ours"),
            ("gz", "u1234567@example.org", "an address"),
            ("xz", "u1234567@example.org", "an address")):
        tell(f"{form}, {says}", [backstop, "why", what, paths[form]])


def main():
    backstop = os.path.abspath(sys.argv[1])
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        measure(backstop, folder, megabytes * 1000000)


if __name__ == "__main__":
    main()
