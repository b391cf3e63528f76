"""clang-tidy over all that is built, by the checks of .clang-tidy.

usage: tidy.py BUILD_DIR

It takes minutes. Where BACKSTOP_KEPT names a folder, a file without a finding
is remembered there by all that could change that: what it is compiled from and
with, the checks, and clang-tidy itself."""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import tree

UNUSED_SECONDS = 21 * 86400


def sources(build):
    """What the build compiles of this tree, each once with its command and its
    object; the long ones first so that none is left over at the end."""
    entries = json.loads((build / "compile_commands.json").read_text())
    paths = {}
    for entry in entries:
        path = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        if tree.ROOT in path.parents:
            paths.setdefault(path, entry)
    return sorted(paths.items(), key=lambda item: -item[0].stat().st_size)


@functools.cache
def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Memory:
    """The files that had no finding."""

    def __init__(self, build):
        folder = os.environ.get("BACKSTOP_KEPT")
        self.folder = pathlib.Path(folder) / "tidy" if folder else None
        if not self.folder:
            return
        self.folder.mkdir(exist_ok=True)
        for old in self.folder.iterdir():
            if time.time() - old.stat().st_mtime > UNUSED_SECONDS:
                old.unlink(missing_ok=True)
        self.build = build
        self.tool = subprocess.run(
            ["clang-tidy", "--version"], capture_output=True, text=True,
            check=True).stdout + digest(tree.ROOT / ".clang-tidy")
        self.made_from = {}
        made = None
        for line in subprocess.run(
                ["ninja", "-C", build, "-t", "deps"], capture_output=True,
                text=True, check=True).stdout.splitlines():
            if line.startswith("    "):
                made.append(line.strip())
            elif ": #deps" in line:
                made = self.made_from[line.split(":")[0]] = []

    def place(self, entry):
        """Where it is remembered of a file; None where that is not known."""
        names = self.folder and self.made_from.get(entry["output"])
        if not names:
            return None
        parts = [self.tool, entry["command"]]
        for name in names:
            parts += [name, digest((self.build / name).resolve())]
        return self.folder / hashlib.sha256(
            "\n".join(parts).encode()).hexdigest()


def judge(build, path):
    """The findings in one file, as text. gcc's own options are no finding."""
    done = subprocess.run(
        ["clang-tidy", "-p", build, "--quiet",
         "--extra-arg=-Wno-unknown-warning-option", path],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout:
        return done.stderr or f"{path}: exit {done.returncode}"
    return done.stdout


def main():
    if len(sys.argv) != 2:
        tree.fail("usage: tidy.py BUILD_DIR")
        tree.finish()
    tree.need_version("clang-tidy", "14")
    build = pathlib.Path(sys.argv[1])
    paths = sources(build)
    if not paths:
        tree.fail(f"{build} compiles nothing of {tree.ROOT}")
    memory = Memory(build)

    def findings(item):
        path, entry = item
        place = memory.place(entry)
        if place and place.exists():
            place.touch()
            return ""
        text = judge(build, path).strip()
        if place and not text:
            place.touch()
        return text

    seen = set()  # what a header has is told once, not by each who includes it
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(findings, paths):
            if text and text not in seen:
                seen.add(text)
                tree.fail(tree.plain(text))
    tree.finish()


main()
