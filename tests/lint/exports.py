"""A module that is loaded into Exim exports what Exim looks up, and nothing
that could stand in for a symbol of Exim's own; and it calls nothing that would
be lost by a longjmp out of it, or end Exim's process.

usage: exports.py MODULE MAP, which is a version script of the linker"""

import re
import subprocess
import sys

import tree


FORBIDDEN = set("""
malloc calloc realloc reallocarray aligned_alloc posix_memalign free strdup
strndup asprintf vasprintf getline getdelim open_memstream fopen opendir
exit _exit _Exit quick_exit abort __assert_fail raise kill fork vfork system
popen longjmp siglongjmp signal sigaction alarm sleep usleep pthread_create
""".split())


def symbols(module, which):
    """Their names, without versions."""
    done = subprocess.run(["nm", "-D", which, module], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        tree.fail(f"nm: {done.stderr}")
    return {line.split()[-1].partition("@")[0]
            for line in done.stdout.splitlines()}


def main():
    if len(sys.argv) != 3:
        tree.fail("which module? exports.py MODULE MAP")
    module, version_map = sys.argv[1:]
    exported = symbols(module, "--defined-only")
    wants = symbols(module, "--undefined-only")
    wanted = set(re.findall(r"^\s*(\w+);$", tree.read(version_map), re.M))
    for name in sorted(exported - wanted):
        tree.fault(version_map, 1, f"{module} exports {name}, "
                   "which is not listed here")
    for name in sorted(wanted - exported):
        tree.fault(version_map, 1, f"{module} does not export {name}")
    if "recv" not in wants:
        tree.fail(f"nm does not show what {module} needs")
    for name in sorted(wants & FORBIDDEN):
        tree.fault("exim/local_scan.c", 1, f"{module} calls {name}(), "
                   "which Exim's process must not (see exports.py)")
    tree.finish()


main()
