"""A module that is loaded into Exim exports what Exim looks up, and nothing
that could stand in for a symbol of Exim's own.

usage: exports.py MODULE MAP, which is a version script of the linker"""

import re
import subprocess
import sys

import tree


def main():
    if len(sys.argv) != 3:
        tree.fail("which module? exports.py MODULE MAP")
    module, version_map = sys.argv[1:]
    done = subprocess.run(["nm", "-D", "--defined-only", module],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        tree.fail(f"nm: {done.stderr}")
    exported = {line.split()[-1] for line in done.stdout.splitlines()}
    wanted = set(re.findall(r"^\s*(\w+);$", tree.read(version_map), re.M))
    for name in sorted(exported - wanted):
        tree.fault(version_map, 1, f"{module} exports {name}, too")
    for name in sorted(wanted - exported):
        tree.fault(version_map, 1, f"{module} does not export {name}")
    tree.finish()


main()
