"""The tables of backstop-protocol(7) are those of the code."""

import re

import tree
from pages import compare, items

PAGE = "common/backstop-protocol.7"
WIRE = "common/adapter/wire.c"
STRUCTS = "common/adapter/wire.h"
BASE = "common/base/backstop.h"
LIST = "common/base/list.h"
FIELDS = "common/adapter/fields.h"

ROW = re.compile(r'\b(VALUE|TEXT|SPARE_TEXT|WORD|LIST)\(([^()]*)\)', re.S)
KINDS = {"BS_FIELD_NUMBER": "number", "BS_FIELD_ID": "long",
         "BS_FIELD_FLAG": "flag"}
WORDS = {name: ("common/policy/bounce.c", "bs_action_names")
         for name in ("action", "outcome")}


def code(path):
    return tree.code(tree.read(path), strings=True)


def constants():
    """Those of the headers that are plain numbers."""
    return {name: int(value) for path in (BASE, LIST, FIELDS)
            for name, value in re.findall(r"^#define (BS_\w+) (\d+)\b",
                                          code(path), re.M)}


def sizes(struct):
    """member -> octets of its array, from the struct's declaration."""
    body = re.search(rf"^struct {struct} \{{(.*?)^\}};", code(STRUCTS),
                     re.M | re.S)[1]
    known = constants()
    return {name: known[size] if size in known else int(size) for name, size in
            re.findall(r"\bchar (\w+)\[(\w+)\]", body)}


def fields(struct, table):
    """name -> its kind as the page has it, "text 255", and "required"."""
    body = re.search(rf"\b{table}\[\] = \{{(.*?)^\}};", code(WIRE),
                     re.M | re.S)
    found, room = {}, sizes(struct)
    for macro, inside in ROW.findall(body[1] if body else ""):
        words = [word.strip().strip('"') for word in inside.split(",")]
        if macro == "VALUE":
            name, kind = words[1], KINDS[words[2]]
        elif macro in ("TEXT", "SPARE_TEXT"):
            name, kind = words[1], f"text {room[words[1]] - 1}"
        elif macro == "WORD":
            name, kind = words[1], "word"
        else:
            name, kind = words[1], "list"
        found[name] = f"{kind} required" if words[-1] == "MUST" else kind
    if len(found) < 8:
        tree.fault(WIRE, 0, f"{table}: tests/lint/protocol.py cannot read it")
    return found


def words(name):
    """The words that an attribute can have."""
    path, table = WORDS.get(name, (WIRE, f"{name}_names"))
    if name == "mode":
        table = "listener_names"
    body = re.search(rf"\b{table}\[[^]]*\] = \{{(.*?)^\}};", code(path),
                     re.M | re.S)
    return {word: path for word in re.findall(r'"([a-z]+)"',
                                              body[1] if body else "")}


def sections():
    """title -> (rows of its table, its explanations, words of those)."""
    lines = tree.read(PAGE).split("\n")
    starts = [(number, line[4:]) for number, line in enumerate(lines, 1)
              if line.startswith(".Sh ")]
    found = {title: ({}, {}, {}) for _, title in starts}
    current = ""
    for line, depth, said in items(PAGE):
        title = [title for number, title in starts if number < line][-1]
        rows, told, listed = found[title]
        names = [word for word in said if word not in ("Cm", ",")]
        if not said:
            continue
        if said[0] == "Cm" and "Ta" in said:
            cells = " ".join(said[1:]).split(" Ta ")
            rows[cells[0]] = (line, cells[1] + (
                " required" if cells[2].endswith(", required") else ""))
        elif said[0] == "Cm" and depth == 1:
            told.update(dict.fromkeys(names, line))
            current = names[-1]
        elif said[0] == "Cm":
            listed.setdefault(current, {}).update(dict.fromkeys(names, line))
    return found


def check(title, struct, table):
    wanted = fields(struct, table)
    rows, told, listed = sections()[title]
    compare(dict.fromkeys(wanted, WIRE),
            {name: line for name, (line, _) in rows.items()}, PAGE,
            "attribute")
    compare(dict.fromkeys(wanted, WIRE), told, PAGE,
            "explanation of attribute")
    for name in wanted.keys() & rows.keys():
        line, kind = rows[name]
        if kind != wanted[name]:
            tree.fault(PAGE, line, f"{name} is '{wanted[name]}' in {WIRE}, "
                       f"not '{kind}'")
        if wanted[name].startswith("word"):
            compare(words(name), listed.get(name, {}), PAGE,
                    f"value of {name}=")


def check_limits():
    """The numbers of the text."""
    text = " ".join(tree.read(PAGE).replace(",", "").split())
    known = constants()
    for form in ("at most {BS_WIRE_LINE} octets",
                 "at most {BS_WIRE_LINES} lines and {BS_WIRE_MAX} octets",
                 "more than {BS_LIST_ITEMS} different items "
                 "or more than {BS_LIST_SIZE} octets"):
        if form.format(**known) not in text:
            tree.fault(PAGE, 0, f"it does not say '{form.format(**known)}'")


def main():
    check("REQUESTS", "bs_request", "request_fields")
    check("ANSWERS", "bs_answer", "answer_fields")
    compare(words("op"), {name: line for name, line in
                          sections()["DESCRIPTION"][1].items()
                          if name.isalpha()}, PAGE, "operation")
    check_limits()
    tree.finish()


main()
