"""Builds and tests for each Debian release, and counts; tests/run.sh calls it.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import threading

import roots
from suite import PARTS, Suite
from tally import Tally, since_start


def keep_logs():
    """Copies the logs out of the run's folder, which goes away with it."""
    kept = tempfile.mkdtemp(prefix="backstop-logs.")
    shutil.copytree(pathlib.Path(os.environ["BACKSTOP_WORK"]) / "logs", kept,
                    dirs_exist_ok=True)
    return kept


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/run.sh", usage="sh %(prog)s [options] [TEST ...]",
        epilog="TEST is what meson or pytest calls a test, or an option of "
        "pytest, such as -k WORD; tests/README.md has examples.")
    parser.add_argument("--suite", action="append", choices=roots.SUITES,
                        help="one Debian release (default: both)")
    parser.add_argument("--only", action="append", choices=PARTS,
                        help="one part of the tests (default: all)")
    parser.add_argument("--slow", action="store_true",
                        help="campaigns, and fuzzing of every parser, for ten "
                        "minutes each")
    parser.add_argument("--keep-logs", action="store_true",
                        help="keep the logs even if no test fails")
    return parser.parse_known_args()


def main():
    options, words = arguments()
    tally = Tally()
    threads = [threading.Thread(target=Suite(
        name, tally, set(options.only or PARTS),
        options.slow, words).run)
               for name in options.suite or roots.SUITES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.report()
    if tally.failures or options.keep_logs:
        print(f"\nfull logs: {keep_logs()}")
    print(f"it took {since_start():.0f} s")
    print(tally)
    return 1 if tally.failures or not tally.counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
