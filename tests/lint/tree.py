"""The files of the source tree, and how a lint test reports what it finds."""

import fnmatch
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Not ours to judge: what git and Python keep, and build folders.
_SKIPPED = {".git", "__pycache__", ".pytest_cache"}

_faults = 0


def files(*patterns):
    """Paths below the root, relative to it, that match one of the patterns.

    A pattern without '/' is for the last part of a path."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = pathlib.Path(folder)
        folders[:] = sorted(name for name in folders if name not in _SKIPPED
                            and not (here / name / "meson-info").exists())
        for name in sorted(names):
            path = (here / name).relative_to(ROOT)
            if any(fnmatch.fnmatchcase(str(path) if "/" in pattern else name,
                                       pattern) for pattern in patterns):
                found.append(path)
    if not found:
        fail("no file matches " + ", ".join(patterns))
        finish()
    return found


def read(path):
    """The text of a file; octets that are not UTF-8 come as they may."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


_TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(text, strings=False):
    """C without its comments, and without the insides of its strings unless
    they are asked for. Lines keep their numbers."""
    def blank(match):
        token = match[0]
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token if strings else token[0] + token[-1]
    return _TOKEN.sub(blank, text)


def fault(path, line, text):
    """Reports a finding: where it is, what it is, what to do."""
    global _faults  # pylint: disable=global-statement
    _faults += 1
    print(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def fail(text):
    """Reports what is wrong with no file of its own."""
    global _faults  # pylint: disable=global-statement
    _faults += 1
    print(text)


def faults():
    """How many there are so far."""
    return _faults


def finish():
    """Ends the test; the exit status says whether there were findings."""
    if _faults:
        print(f"{_faults} findings")
    sys.exit(1 if _faults else 0)


def skip(reason):
    """Ends the test as meson's skipped ones do."""
    print(f"skipped: {reason}")
    sys.exit(77)


def need_version(program, wanted):
    """Skips unless the program is of the release whose judgement counts."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True,
                              text=True, check=True)
    except FileNotFoundError:
        skip(f"{program} is not installed")
    version = re.search(r"version (\d+)", done.stdout)
    if not version or version[1] != wanted:
        skip(f"{program} is version {version[1] if version else '?'}, "
             f"and only {wanted} (Debian 12) judges this tree")


def plain(text):
    """A tool's output, its paths relative to the root."""
    return re.sub(rf"[^\s'\":]*{re.escape(str(ROOT))}/", "", text)


def relay(command):
    """Runs a tool in the root; its output and its failure are findings."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", check=False)
    except FileNotFoundError:
        skip(f"{command[0]} is not installed")
    if done.returncode:
        print(plain(done.stdout))
        fail(f"{command[0]} found faults (exit {done.returncode})")
