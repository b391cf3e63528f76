"""What the fuzz targets reach: of each source file that one gets into, how many
of its lines, and the functions that it never enters.

usage: python3 tests/fuzz/coverage.py BUILD_DIR [--found FOLDER] [TARGET ...]

BUILD_DIR is made if it is not there. --found names the folder where run.sh
keeps what libFuzzer found (its BUILD_DIR/fuzz): more seeds."""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def run(*words, **more):
    return subprocess.run(list(map(str, words)), check=True, **more)


def prepare(build, targets):
    if not (build / "build.ninja").exists():
        run("meson", "setup", build, ROOT, "-Db_coverage=true",
            "-Dbuildtype=debug", stdout=subprocess.DEVNULL)
    run("ninja", "-C", build, *(f"tests/fuzz/fuzz_{name}_seeds"
                                for name in targets),
        stdout=subprocess.DEVNULL)


def replay(build, name, folders):
    """Runs a target over seeds, with nothing counted before."""
    for counted in build.rglob("*.gcda"):
        counted.unlink()
    for folder in folders:
        run(build / f"tests/fuzz/fuzz_{name}_seeds", folder,
            stdout=subprocess.DEVNULL)


def counted(build):
    """(file, lines, functions) as gcov has them; a line and a function as
    their number or name to how often."""
    with tempfile.TemporaryDirectory() as folder:
        run("gcov", "-j", *sorted(build.rglob("*.gcda")), cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for path in pathlib.Path(folder).glob("*.gz"):
            with gzip.open(path) as text:
                for file in json.load(text)["files"]:
                    yield file


def tell(build, name):
    """Prints what a target reached."""
    lines = collections.defaultdict(collections.Counter)
    functions = collections.defaultdict(collections.Counter)
    for file in counted(build):
        path = (build / file["file"]).resolve()
        if ROOT not in path.parents or HERE in path.parents:
            continue
        path = path.relative_to(ROOT)
        for line in file["lines"]:
            lines[path][line["line_number"]] += line["count"]
        for function in file["functions"]:
            functions[path][function["name"]] += function["execution_count"]
    print(f"{name}:")
    for path, found in sorted(lines.items()):
        reached = sum(count > 0 for count in found.values())
        if not reached:
            continue
        never = [each for each, count in functions[path].items() if not count]
        print(f"  {100 * reached / len(found):3.0f} % of {len(found):4} lines "
              f"{path}" + (f"; never: {' '.join(never)}" if never else ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--found", type=pathlib.Path)
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    build = options.build.resolve()
    targets = options.targets or sorted(
        path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))
    prepare(build, targets)
    for name in targets:
        folders = [HERE / "seeds" / name]
        if options.found and any((options.found / name).glob("*")):
            folders.append(options.found / name)
        replay(build, name, folders)
        tell(build, name)


main()
