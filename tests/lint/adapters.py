"""An adapter needs libc and nothing else: what it linked besides would lie in
the mail server's own process (common/README.md, Processes).

usage: adapters.py PROGRAM..."""

import re
import subprocess
import sys

import tree

LIBC = re.compile(r"libc\.so\.\d+|libc\.musl.*|ld-(linux|musl).*\.so\.\d+")
SANITIZER = re.compile(r"lib(a|ub|t|l|m)san\.so.*|libclang_rt\..*")


def needed(program):
    try:
        done = subprocess.run(["readelf", "-d", program], capture_output=True,
                              text=True, check=False, env={"LC_ALL": "C"})
    except FileNotFoundError:
        tree.skip("readelf is not installed (binutils)")
    if done.returncode or "Dynamic section" not in done.stdout:
        tree.fail(f"{program}: readelf finds no dynamic section: "
                  f"{done.stderr}")
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", done.stdout)


def main():
    if len(sys.argv) < 2:
        tree.fail("which programs? adapters.py PROGRAM...")
    for program in sys.argv[1:]:
        libraries = needed(program)
        if any(SANITIZER.fullmatch(library) for library in libraries):
            tree.skip("a build with sanitizers needs their libraries")
        if not libraries:
            tree.fail(f"{program}: needs no library at all, not even libc")
        for library in libraries:
            if not LIBC.fullmatch(library):
                tree.fail(f"{program}: needs {library}; an adapter links "
                          "libcore.a and libc alone")
    tree.finish()


main()
