"""clang-tidy over all that is built, by the checks of .clang-tidy.

usage: tidy.py BUILD_DIR"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

import tree


def sources(build):
    """What the build compiles of this tree, each once, the long ones first so
    that none is left over at the end."""
    entries = json.loads((build / "compile_commands.json").read_text())
    paths = {(pathlib.Path(entry["directory"]) / entry["file"]).resolve()
             for entry in entries}
    return sorted((path for path in paths if tree.ROOT in path.parents),
                  key=lambda path: -path.stat().st_size)


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
    seen = set()  # what a header has is told once, not by each who includes it
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(lambda path: judge(build, path), paths):
            if text.strip() and text not in seen:
                seen.add(text)
                tree.fail(tree.plain(text.rstrip()))
    tree.finish()


main()
