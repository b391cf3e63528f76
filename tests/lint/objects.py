"""The objects of a build, and the symbols that they define and want."""

import collections
import json
import pathlib
import re
import subprocess

import tree

PARTS = ("common/", "filter/", "exim/")
SANITIZER = re.compile(r"__(asan|ubsan|tsan|msan|lsan|sanitizer|sancov|gcov)")

# What an object defines for others, what it wants of others, and the variables
# that it keeps, which begin as zero (others may be tables of constants).
Symbols = collections.namedtuple("Symbols", "defined wanted kept")


def _paths(build):
    """source -> object, for what is built of this tree, each source once."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        folder = pathlib.Path(entry["directory"])
        source = (folder / entry["file"]).resolve()
        if tree.ROOT not in source.parents:
            continue
        name = str(source.relative_to(tree.ROOT))
        if name.startswith(PARTS):
            found.setdefault(name, folder / entry["output"])
    return found


def read(build):
    """source -> Symbols of its object. Skips what no compiler alone made."""
    paths = _paths(pathlib.Path(build))
    if len(paths) < 100:
        tree.fail(f"only {len(paths)} objects in {build}: is it built?")
        tree.finish()
    found = {}
    for source, path in sorted(paths.items()):
        try:
            done = subprocess.run(["nm", path], capture_output=True,
                                  text=True, check=False,
                                  env={"LC_ALL": "C"})
        except FileNotFoundError:
            tree.skip("nm is not installed (binutils)")
        symbols = Symbols(set(), set(), set())
        for line in done.stdout.splitlines():
            kind, name = line.split()[-2:]
            if kind in "Uw":
                symbols.wanted.add(name)
            elif kind.isupper():
                symbols.defined.add(name)
            if kind in "bBC":
                symbols.kept.add(name)
        if any(SANITIZER.match(name) for name in symbols.wanted):
            tree.skip("a build with sanitizers calls their functions, too")
        if not symbols.defined and not symbols.wanted:
            tree.fault(source, 0, f"nm finds nothing in {path}: "
                       f"{done.stderr.strip() or 'no symbols'}")
        found[source] = symbols
    return found


def owners(symbols):
    """name -> the sources that define it; there should be one."""
    found = collections.defaultdict(list)
    for source, part in symbols.items():
        for name in part.defined - {"main"}:
            found[name].append(source)
    return found
