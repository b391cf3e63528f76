"""cppcheck over all C; what is let pass, and why, is in cppcheck.allowed."""

import os

import tree


def main():
    tree.relay(["cppcheck", "--quiet", "--error-exitcode=1",
                "--enable=warning,portability,performance", "--std=c11",
                "--library=posix", "--library=tests/lint/cppcheck.cfg",
                "-D_GNU_SOURCE", '-DBS_VERSION="0"', "-I.", f"-j{os.cpu_count()}",
                "--suppressions-list=tests/lint/cppcheck.allowed",
                *map(str, tree.files("*.c"))])
    tree.finish()


main()
