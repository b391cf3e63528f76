"""Each rule fails where it is broken: faults are planted in a copy of the tree,
one at a time, and the lint that is for it has to find them.

usage: violations.py BUILD_DIR"""

import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import tree

PARTS = ("common", "filter", "exim", "tests", "packaging", ".github")
FILES = ("README.md", "CHANGES.md", "meson.build")
HEADER = "/* A file. */\n"
SKIPPED = 77


class Copy:
    """A copy of the tree, and of what its build compiled."""

    def __init__(self, folder, build):
        self.root = pathlib.Path(folder, "tree")
        self.build = pathlib.Path(folder, "build")
        self.build.mkdir()
        for part in PARTS:
            shutil.copytree(tree.ROOT / part, self.root / part,
                            ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(tree.ROOT / name, self.root / name)
        self.entries = list(self._entries(pathlib.Path(build)))

    def _entries(self, build):
        """The compiled files, as if they were those of the copy."""
        for entry in json.loads(
                (build / "compile_commands.json").read_text()):
            folder = pathlib.Path(entry["directory"])
            source = (folder / entry["file"]).resolve()
            if tree.ROOT in source.parents:
                name = source.relative_to(tree.ROOT)
                yield {"directory": str(folder),
                       "file": str(self.root / name),
                       "output": str(folder / entry["output"])}

    def compile(self, name, text):
        """Adds a source and its object, or puts them in another's place."""
        path = self.root / name
        path.write_text(HEADER + text)
        output = self.build / (name.replace("/", "_") + ".o")
        subprocess.run(["cc", "-c", "-I", self.root, "-o", output, path],
                       check=True)
        return {"directory": str(self.build), "file": str(path),
                "output": str(output)}

    def run(self, lint, entries=()):
        """Runs a lint: its exit status and what it prints."""
        replaced = {entry["file"] for entry in entries}
        (self.build / "compile_commands.json").write_text(json.dumps(
            [entry for entry in self.entries
             if entry["file"] not in replaced] + list(entries)))
        needs_build = lint in ("calls", "pure", "declared")
        done = subprocess.run(
            [sys.executable, "-B", self.root / "tests/lint" / f"{lint}.py",
             *([self.build] if needs_build else [])],
            capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    @contextlib.contextmanager
    def changed(self, name, change):
        """A file whose text is changed for a moment, or made."""
        path = self.root / name
        before = path.read_text() if path.exists() else None
        path.write_text(change(before or ""))
        try:
            yield
        finally:
            if before is None:
                path.unlink()
            else:
                path.write_text(before)


def append(text):
    return lambda before: before + text


def replace(old, new):
    def change(before):
        assert old in before, old
        return before.replace(old, new, 1)
    return change


LONG = "/* A file. */\n" + "\n" * 999
LONG_FUNCTION = HEADER + "int\nbs_long(void)\n{\n" + "\t;\n" * 90 + "}\n"

# The lint, the file, what happens to it, and a part of what is found; nothing
# is to be found where that is empty.
TEXTS = (
    ("includes", "common/base/ascii.h",
     append('#include "common/judge/judge.h"\n'), "is not for common/base/"),
    ("includes", "common/base/list.h",
     append('#include "common/cli/cli.h"\n'), "is not for common/base/"),
    ("includes", "common/store/record.h",
     append('#include "common/store/meta.h"\n'), "includes itself"),
    ("includes", "common/keys/tag.c", append("#include <time.h>\n"),
     "is not for pure modules"),
    ("includes", "common/judge/judge.c", append("#include <lmdb.h>\n"),
     "is for common/store/lmdb.c alone"),
    ("includes", "common/judge/judge.c",
     append("void f(void) { strcpy(a, b); }\n"), "strcpy(): use snprintf()"),
    ("includes", "common/README.md",
     replace("| `dns/` | a resolver: query, reply, cache, servers | base |",
             "| `dns/` | a resolver | base, mail |"), "dns/ knows base"),
    ("sizes", "common/base/made.c", append(LONG + "\n" * 3),
     "more than 1000"),
    ("sizes", "common/base/made.c", append(LONG), ""),
    ("sizes", "common/base/made.c", append(LONG_FUNCTION), "bs_long() has"),
    ("sizes", "common/base/made.c", append("int x;\n"), "say what the file"),
    ("places", "common/base/ascii.h", append("/* DES" "IGN 5 */\n"),
     "is not in this tree"),
    ("places", "README.md", append("see /ho" "me/somebody\n"),
     "a path of somebody's machine"),
    ("programs", "tests/meson.build", replace("'cli_spf_make',", ""),
     "nobody runs this"),
    ("ports", "packaging/alpine/APKBUILD", replace("\npkgver=", "\npkgver=9"),
     "in meson.build"),
    ("ports", "CHANGES.md", replace("\n## ", "\n## 9"), "in meson.build"),
    ("documents", "common/README.md", append("`common/no/file.c`\n"),
     "there is no common/no/file.c"),
    ("documents", "common/README.md", append("`bs_no" "_such()`\n"),
     "no file has bs_no" "_such()"),
    ("documents", "common/README.md",
     append("`keys/tag.c`, `bs_server_run()`\n"), "has no bs_server_run()"),
    ("documents", "README.md", append("[no](no.md)\n"), "there is no no.md"),
    ("protocol", "common/backstop-protocol.7",
     replace(".It Cm helo Ta text 255", ".It Cm helo Ta text 254"),
     "helo is 'text 255'"),
    ("protocol", "common/backstop-protocol.7",
     replace(".It Cm auth Ta flag", ".It Cm autz Ta flag"),
     "attribute 'auth' is missing"),
    ("protocol", "common/adapter/wire.c",
     replace("    TEXT(bs_request, helo),\n", ""), "'helo' is not in"),
    ("protocol", "common/backstop-protocol.7",
     replace(".It Cm mdn\n", ".It Cm mdm\n"), "'mdn' is missing"),
)

# The lint, sources that are compiled, and a part of what is found.
OBJECTS = (
    ("calls", {"common/base/made_a.c": "void bs_b(void);void bs_a(void);"
               "void bs_a(void) { bs_b(); }\n",
               "common/base/made_b.c": "void bs_b(void);void bs_a(void);"
               "void bs_b(void) { bs_a(); }\n"},
     "2 files call each other in a circle"),
    ("calls", {"common/base/made.c": "void bs_server_run(void);void bs_a(void);"
               "void bs_a(void) { bs_server_run(); }\n"},
     "calls common/engine/server.c, which is not for common/base/"),
    ("calls", {"common/base/made.c": "void bs_tag_parse(void);"
               "void bs_tag_parse(void) { }\n"}, "is defined in"),
    ("pure", {"common/mail/made.c": "#include <time.h>\nlong bs_a(void);"
              "long bs_a(void) { return time(0); }\n"},
     "is pure, and calls time()"),
    ("pure", {"common/mail/made.c": "void bs_log(void);void bs_a(void);"
              "void bs_a(void) { bs_log(); }\n"},
     "calls bs_log() of common/base/log.c"),
    ("pure", {"common/mail/made.c": "int bs_a(void);"
              "int bs_a(void) { static int n; return n++; }\n"},
     "from call to call"),
    ("declared", {"common/mail/made.c": "int bs_a(void);"
                  "int bs_a(void) { return 1; }\n"},
     "there is no common/mail/made.h"),
)


def expect(what, found, part):
    status, text = found
    if part and (status != 1 or part not in text):
        tree.fail(f"{what}: '{part}' is not found (exit {status}):\n{text}")
    elif not part and status != 0:
        tree.fail(f"{what}: something is found:\n{text}")


def check_texts(copy):
    for lint in sorted({lint for lint, *_ in TEXTS}):
        expect(f"{lint}.py, as it is", copy.run(lint), "")
    for lint, name, change, part in TEXTS:
        with copy.changed(name, change):
            expect(f"{lint}.py, {name}", copy.run(lint), part)


def check_objects(copy):
    for lint in sorted({lint for lint, *_ in OBJECTS}):
        found = copy.run(lint)
        if found[0] == SKIPPED:
            tree.skip(found[1].strip())
        expect(f"{lint}.py, as it is", found, "")
    for lint, sources, part in OBJECTS:
        entries = [copy.compile(name, text) for name, text in sources.items()]
        expect(f"{lint}.py, {', '.join(sources)}", copy.run(lint, entries),
               part)
        for name in sources:
            (copy.root / name).unlink()


def main():
    if len(sys.argv) != 2:
        tree.fail("usage: violations.py BUILD_DIR")
        tree.finish()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(folder, sys.argv[1])
        check_texts(copy)
        if tree.faults() == 0:
            check_objects(copy)
    tree.finish()


main()
