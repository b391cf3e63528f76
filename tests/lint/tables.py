"""Code, --help and manual pages show the same closed tables.

usage: tables.py BACKSTOP    (the built program, for its --help)"""

import re
import subprocess
import sys

import tree
from pages import (ROW, ROWS, ROWS_BEGIN, compare, items, lines, reason_words,
                   table)

# Where the keys of each section stand.
KEYS = (("common/config/keys.c", "bs_config_keys"),
        ("common/config/keys_spf.c", "bs_config_spf_keys"),
        ("common/config/keys_spf.c", "bs_config_dns_keys"))
CONF_MANUAL = "common/backstop.conf.5"
EXAMPLE = "packaging/examples/backstop.conf"
COMMANDS = "common/cli/main.c"
COMMAND_MANUAL = "common/backstop.8"
ROW_MANUAL = "common/backstopd.8"
# Where each program reads its options, and its page.
OPTIONS = (("common/cli/options.c", COMMAND_MANUAL),
           ("common/engine/backstopd.c", ROW_MANUAL),
           ("filter/main.c", "filter/filter-backstop.8"))
# Tables of checks: subcommand, file, beginning of the table, its rows with the
# word and the weight.
CHECKS = (("spf lint", "common/spf/lint/flaws.c", r"flaws\[\] = \{",
           r'\{"([a-z-]+)", BS_SPF_(\w+)\}'),
          ("doctor", "common/cli/doctor/findings.c", r"checks\[\] = \{",
           r'\{"([a-z-]+)", BS_FOUND_(\w+)\}'))

# Rows of the verdict table that only a message which was read can come to. The others
# are logged by any version, so none of them may hide in a range of the page.
NEED_MESSAGE = {12, 13, 14, 15, 17, 18}


def macros():
    """What the paths and users of common/base/backstop.h are by default."""
    return dict(re.findall(r'#define (BS_\w+) "([^"]*)"',
                           tree.read("common/base/backstop.h")))


def fallback(source, known):
    """The value of a C string expression: literals and macros in a row."""
    return "".join(quoted if not name else known[name] for quoted, name in
                   re.findall(r'"([^"]*)"|(\w+)', source))


def config_keys():
    """(section, name) -> (place, scope, fallback). What may stand before the
    first section has the section ""."""
    known = macros()
    keys = {}
    for path, name in KEYS:
        for line, match in table(path, name + r"\[\] = \{", r'\{"(\w+)",\s*'
                                 r'BS_SCOPE_(\w+),\s*((?:"[^"]*"|\w+|\s)+),'):
            section = match[2].lower() if match[2] in ("SPF", "DNS") else ""
            keys[section, match[1]] = (f"{path}:{line}", match[2],
                                       fallback(match[3], known))
    return keys


def manual_keys():
    """(section, name) -> line of the manual page, whose subsections on a
    section of the file name it."""
    headings = [(number, re.search(r"\[(\w+)", line)) for number, line in
                enumerate(tree.read(CONF_MANUAL).split("\n"), 1)
                if line.startswith((".Sh", ".Ss"))]
    found = {}
    for line, depth, words in items(CONF_MANUAL):
        above = [match for number, match in headings if number < line][-1]
        if depth == 1 and words[0] == "Ic":
            found[above[1] if above else "", words[1]] = line
    return found


def example_keys():
    """Yields (line, section or "", name, value); keys may be commented out."""
    section = ""
    for number, line in enumerate(tree.read(EXAMPLE).split("\n"), 1):
        line = re.sub(r"^#[ \t]*", "", line)
        header = re.match(r"\[(\w+)", line)
        key = re.match(r"[ \t]*(\w+)[ \t]*=[ \t]*(.*?)[ \t]*$", line)
        if header:
            section = header[1]
        elif key:
            yield number, section, key[1], key[2]


def check_example(keys):
    found = {}
    for number, section, name, value in example_keys():
        if section == "domain":
            _, scope, _ = keys.get(("", name), ("", "", ""))
            if scope in ("", "HOST"):
                tree.fault(EXAMPLE, number, f"'{name}' is no key of [domain]")
            continue
        _, scope, default = keys.get((section, name), ("", "", ""))
        found[section, name] = number
        if scope == "DOMAIN":
            tree.fault(EXAMPLE, number, f"'{name}' stands in [domain] only")
        elif scope and value != default:
            tree.fault(EXAMPLE, number, f"the default of '{name}' is "
                       f"'{default}', not '{value}'")
    compare({key: row[0] for key, row in keys.items()}, found, EXAMPLE, "key")


def check_config():
    keys = config_keys()
    compare({key: row[0] for key, row in keys.items()}, manual_keys(),
            CONF_MANUAL, "key")
    check_example(keys)


def spelled(words, names):
    """How many words of an item name the subcommand: "Cm key list Ar"."""
    for count in (2, 1):
        if " ".join(words[1:1 + count]) in names:
            return " ".join(words[1:1 + count])
    return words[1]


def help_names(program):
    """The subcommands that --help lists, each with its arguments."""
    done = subprocess.run([program, "--help"], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        tree.fail(f"{program} --help: exit {done.returncode}: {done.stderr}")
    part = done.stdout.partition("Subcommands:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in part.split("\n")
            if re.match(r"  \S", line)]


def check_commands(program):
    commands = {match[1]: (f"{COMMANDS}:{line}", fallback(match[2], {}))
                for line, match in table(
                    COMMANDS, r"commands\[\] = \{",
                    r'\{"([a-z -]+)",\s*((?:"[^"]*"\s*)+),')}
    places = {name: row[0] for name, row in commands.items()}
    compare(places, {spelled(words, commands): line for line, depth, words in
                     items(COMMAND_MANUAL) if depth == 1 and words[0] == "Cm"},
            COMMAND_MANUAL, "subcommand")
    listed = help_names(program)
    shown = {}
    for name, (_, synopsis) in commands.items():
        if any(line.startswith(f"{name} {synopsis}".strip())
               for line in listed):
            shown[name] = 0
    compare(places, shown, f"{program} --help", "subcommand")
    if len(listed) != len(commands):
        tree.fail(f"{program} --help lists {len(listed)} subcommands, the "
                  f"table has {len(commands)}")


def documented_rows():
    """row -> (line, its words), and the rows that stand in a range only."""
    rows, ranged = {}, set()
    for line, _, words in items(ROW_MANUAL):
        part = re.fullmatch(r"(\d+)(?:(?:\\\(en|-|\u2013)(\d+))?", words[0])
        if part and part[2]:
            ranged |= set(range(int(part[1]), int(part[2]) + 1))
        elif part and len(words) > 1:
            rows[int(part[1])] = (line, " ".join(
                word for word in words[1:] if word not in ("Cm", "Li", "Ql")))
    return rows, ranged


def check_rows():
    reasons = reason_words()
    rows = {int(match[1]): (f"{ROWS}:{line}",
                            f"{match[2]} {reasons[match[3]]}".strip())
            for line, match in table(ROWS, ROWS_BEGIN, ROW)}
    found, ranged = documented_rows()
    for number, (place, words) in rows.items():
        if number in found:
            line, page = found[number]
            if page != words:
                tree.fault(ROW_MANUAL, line, f"row {number} is '{words}' in "
                           f"{place}, not '{page}'")
        elif number not in ranged:
            tree.fault(ROW_MANUAL, 0, f"row {number}, '{words}', is missing; "
                       f"it stands in {place}")
        elif number not in NEED_MESSAGE:
            tree.fault(ROW_MANUAL, 0, f"row {number}, '{words}', is hidden in "
                       "a range, but it needs no message: say what it means")
    for number in (found.keys() | ranged) - rows.keys():
        tree.fault(ROW_MANUAL, 0, f"there is no row {number}")


def check_refusals():
    """The page on who may refuse names the rows that the table lets."""
    text = tree.code(tree.read(ROWS), strings=True)
    rows = {part.split(",")[0]: part for part in text.split("    ROW(")[1:]}
    refuse = [row for row, part in rows.items() if "REJECT)" in part]
    strict = [row for row, part in rows.items() if "STRICT," in part]
    wanted = (f"rows {', '.join(refuse[:-1])} and {refuse[-1]} in mode "
              f"`enforce`; {' and '.join(strict)} with `strict`")
    if wanted not in " ".join(tree.read("common/README.md").split()):
        tree.fault("common/README.md", 0, f"it does not say '{wanted}'")


def check_checks(subcommand, path, begin, row):
    """Those of a subcommand, each with its weight as the page groups them."""
    name = subcommand.split()
    weight, found = "", {}
    inside = False
    for line, depth, words in items(COMMAND_MANUAL):
        if depth == 1:
            inside = words[1:1 + len(name)] == name
        elif inside and depth == 2:
            weight = words[1].upper()
        elif inside and depth == 3:
            found[f"{words[1]} ({weight})"] = line
    compare({f"{match[1]} ({match[2]})": f"{path}:{line}" for line, match in
             table(path, begin, row)},
            found, COMMAND_MANUAL, f"{subcommand}: check")


def option_names(path):
    text = tree.code(tree.read(path), strings=True)
    letters = re.search(r'getopt_long\([^"]*"([^"]*)"', text)
    found = [letter for letter in letters[1] if letter.isalpha()]
    found += re.findall(r'\{"([a-z-]+)", (?:no|required|optional)_argument', text)
    return {("-" if len(name) == 1 else "--") + name: path for name in found}


def manual_options(path):
    """Whatever stands behind an Fl up to the next macro; letters in one word
    are options each."""
    found = {}
    for number, line in lines(path):
        is_option = False
        for word in line[1:].split() if line.startswith(".") else []:
            if re.fullmatch("[A-Z][a-z]", word):
                is_option = word == "Fl"
            elif is_option and word not in ("|", ",", ".", ":"):
                found.update({f"-{name}": number for name in
                              ([word] if word[0] == "-" else word)})
    return found


def check_options():
    for path, page in OPTIONS:
        compare(option_names(path), manual_options(page), page, "option")


def main():
    if len(sys.argv) != 2:
        tree.fail("usage: tables.py BACKSTOP")
        tree.finish()
    check_config()
    check_commands(sys.argv[1])
    check_rows()
    check_refusals()
    check_options()
    for checks in CHECKS:
        check_checks(*checks)
    tree.finish()


main()
