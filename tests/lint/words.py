"""What Backstop says to logs and to other hosts stands in its manual pages, word
for word."""

import re

import tree
from pages import (ROW, ROWS, ROWS_BEGIN, compare, items, lines, reason_words,
                   table)

MANUAL = "common/backstop.7"

# Writes what only somebody who traces reads: its words stand in a section of
# another page.
TRACE = "common/engine/tracing.c"
TRACE_MANUAL = "common/backstopd.8"

# Where messages in plain words are explained: those of the files of a folder.
MESSAGES = (
    (tuple(f"common/{room}/*.c" for room in "base dns keys spf config store "
           "judge engine".split()), "common/backstopd.8"),
    (("filter/*.c",), "filter/filter-backstop.8"),
    (("exim/*.c",), "exim/backstop-exim.7"),
)

# Names whose values are those of another name.
LIKE = {"would": "action", "was": "mode", "helo_spf": "spf",
        "mailfrom_spf": "spf"}

# What stands for a value in the texts of spf_policy.c.
PLACES = {"%d": "DOMAIN", "%c": "CLIENT", "%p": "PROBLEM", "%r": "RESULT"}

LITERAL = r'"((?:\\.|[^"\\])*)"'
STRING = rf"{LITERAL}(?:[\s\\]*{LITERAL})*"
WORD = re.compile(r'"([a-z]+(?:-[a-z]+)*)"')
LOGGED = re.compile(
    r'(?:bs_log_add(?:_number)?|add_address)\(\s*&?\w+,\s*"(\w+)"([^;]*);')
SPOKEN = re.compile(r"(?:\d\d\d )?[245]\.\d\.\d+ |SPF: |\. The domain ")
SAID = re.compile(rf'(?:bs_log|bs_supervise_warn|\bLOG)\(([^;"{{}}]*)({STRING})')


def joined(source):
    """The text of one C string or of several in a row."""
    return re.sub(r"\\(.)", r"\1", "".join(re.findall(LITERAL, source)))


def code(path):
    return tree.code(tree.read(path), strings=True)


def function(path, name):
    """The body of a function, or nothing and a fault."""
    found = re.search(rf"^(?:\w[\w \t*]*)?\b{name}\([^;]*?^\{{(.*?)^\}}",
                      code(path), re.M | re.S)
    if not found:
        tree.fault(path, 0, f"no {name}(): tell tests/lint/words.py where it "
                   "went")
    return found[1] if found else ""


def words_of(source, place):
    return {word: place for word in WORD.findall(source)}


def names(path, begin):
    """The words of a table that is indexed by an enumeration."""
    return {match[1]: f"{path}:{line}" for line, match in
            table(path, begin, r'\[BS_\w+\] = "([a-z-]+)"')}


def reasons_of(source, place):
    """The words of the reasons that a piece of code names."""
    known = reason_words()
    return {known[name]: place for name in
            re.findall(r"\bBS_REASON_(\w+)", source) if known.get(name)}


def rows(verdicts):
    """The verdicts of the table of rows, or their reasons."""
    known = reason_words()
    found = {match[2] if verdicts else known[match[3]]: f"{ROWS}:{line}"
             for line, match in table(ROWS, ROWS_BEGIN, ROW)}
    found.pop("", None)
    return found


def unsigned_reasons():
    """Why a sender stays unsigned, but for what nobody is told of."""
    path = "common/judge/sign.c"
    found = reasons_of(code(path), path)
    for path, name in (("common/judge/case.c", "bs_case_unsigned"),
                       ("common/keys/tag.c", "bs_tag_obstacle")):
        found.update(reasons_of(function(path, name), path))
    for word in re.findall(r'\{"([^"]+)", true\}',
                           code("common/policy/reason.c")):
        found.pop(word, None)
    return found


def closed():
    """name -> word -> place, for the values that tables of the code hold."""
    coverage = reasons_of(code("common/judge/coverage.c"),
                          "common/judge/coverage.c")
    evidence = reasons_of(code("common/judge/evidence.c"),
                          "common/judge/evidence.c")
    evidence["unrecorded"] = coverage.pop("unrecorded")
    evidence["key-trouble"] = "common/judge/facts.c"
    step = "common/cli/status/next_mode.c"
    return {
        "verdict": rows(True),
        "reason": {**rows(False), **unsigned_reasons(),
                   **reasons_of(function(ROWS, "bs_policy_reason"), ROWS)},
        "mode": names("common/policy/bounce.c", r"mode_names\[\] = \{"),
        "action": names("common/policy/bounce.c",
                        r"bs_action_names\[BS_ACTIONS\] = \{"),
        "listener": names("common/adapter/wire.c", r"listener_names\[\] = \{"),
        "kind": names("common/adapter/wire.c", r"kind_names\[\] = \{"),
        "spf": names("common/policy/spf_words.c", r"names\[BS_SPF_RESULTS\] = \{"),
        "identity": words_of(function("common/policy/spf_words.c",
                                      "bs_spf_identity_name"),
                             "common/policy/spf_words.c"),
        "coverage": coverage,
        "evidence": evidence,
        "against": {word: step for word in
                    re.findall(r'against\(out, "([a-z-]+)"', code(step))},
    }


def logged():
    """name -> word -> place: all that lines of key=value are made of. A name
    without words has values that nobody can list."""
    found = {}
    for path in tree.files("common/*.c", "filter/*.c", "exim/*.c"):
        if str(path) == TRACE:
            continue
        for name, rest in LOGGED.findall(code(path)):
            found.setdefault(name, {}).update(words_of(rest, str(path)))
    for name, words in closed().items():
        if name not in found:
            tree.fail(f"tests/lint/words.py: no line has '{name}'")
        found.setdefault(name, {}).update(words)
    for name, other in LIKE.items():
        found[name] = found[other]
    return found


def section(title, page=MANUAL):
    """The items of a section of a page: (line, depth, words)."""
    first, last, inside = 0, 0, False
    for number, line in lines(page):
        if line.startswith(".Sh"):
            if inside:
                last = number
                break
            inside = line == f".Sh {title}"
            first = number
    return [item for item in items(page) if first < item[0] < last]


def documented():
    """name -> word -> line."""
    found, current = {}, []
    for line, depth, words in section("LOG WORDS"):
        listed = [word for word in words if word not in ("Cm", ",")]
        if depth == 1:
            current = listed
            found.update({name: {"": line} for name in listed})
        else:
            for name in current:
                found[name].update({word: line for word in listed})
    return found


def check_words():
    wanted, page = logged(), documented()
    compare({name: ", ".join(sorted(set(words.values()))) or "a bs_log_add()"
             for name, words in wanted.items()},
            {name: words[""] for name, words in page.items()}, MANUAL,
            "log word")
    for name in wanted.keys() & page.keys():
        page[name].pop("")
        compare(wanted[name], page[name], MANUAL, f"value of {name}=")


def check_traced():
    compare({name: TRACE for name, _ in LOGGED.findall(code(TRACE))},
            {word: line for line, depth, words in section("TRACING",
                                                          TRACE_MANUAL)
             for word in words if depth == 2 and word not in ("Cm", ",")},
            TRACE_MANUAL, "traced word")


def spoken():
    """text -> place: all that SMTP clients are told, as the page writes it."""
    found = {}
    for path in tree.files("common/*.c", "filter/*.c", "exim/*.c"):
        if str(path).startswith("common/cli/"):
            continue  # what only administrators are told
        for match in re.finditer(STRING, code(path)):
            text = joined(match[0])
            if not SPOKEN.match(text):
                continue
            if text[1] == ".":  # Exim writes the code itself
                text = ("451 " if text[0] == "4" else "550 ") + text
            for short, place in PLACES.items():
                text = text.replace(short, place)
            found[text.removeprefix(". ").strip()] = str(path)
    return found


def check_texts():
    compare(spoken(), {" ".join(words): line for line, _, words in
                       section("SMTP TEXTS")}, MANUAL, "SMTP text")


def plain(path):
    """The words of a page without its macros and quotes."""
    kept = []
    for _, line in lines(path):
        if line.startswith("."):
            line = re.sub(r"(^\.|(?<=\s))[A-Z][a-z]\b", "", line)
        kept.append(line.replace('"', "").replace("\\&", ""))
    return re.sub(r"\s+", " ", " ".join(kept)).replace(" ,", ",")


def constant(message):
    """The first part of a message that is always the same, if it tells one
    message from others."""
    for part in re.split(r"%[-.\d]*[hlzj]*[a-zA-Z]?", message):
        part = part.replace('"', "").strip(" :;(),")
        if len(part) > 8:
            return part
    return ""


def check_messages():
    for patterns, page in MESSAGES:
        known = plain(page)
        for path in tree.files(*patterns):
            for match in SAID.finditer(code(path)):
                part = constant(joined(match[2]))
                if part not in known and "BS_LOG_DEBUG" not in match[1]:
                    tree.fault(page, 0, f"the message '{part}' is missing; "
                               f"it stands in {path}")


BY_NUMBER = re.compile(
    r"\brow\w*(?:->|\.)number\b(?!\s*[,)])|switch \(\w*row\w*\b[^)]*number|"
    r"bs_policy_row_at\(")
NAMED = re.compile(r"\brows?\s+\d+", re.I)


def check_rows():
    """No code but the table itself knows a row by its number: it asks the row
    for what it needs. A number is only handed on, to be shown."""
    for path in tree.files("common/*.c", "common/*.h", "filter/*.c",
                           "filter/*.h", "exim/*.c", "exim/*.h"):
        if str(path).startswith("common/policy/bounce."):
            continue
        text = tree.read(path)
        for pattern, source in ((BY_NUMBER, tree.code(text)), (NAMED, text)):
            for match in pattern.finditer(source):
                tree.fault(path, source.count("\n", 0, match.start()) + 1,
                           f"'{match[0]}' knows a row by its number: add a "
                           f"column to the table of {ROWS}")


def main():
    check_words()
    check_traced()
    check_rows()
    check_texts()
    check_messages()
    tree.finish()


main()
