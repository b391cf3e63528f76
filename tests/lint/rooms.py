"""The rooms of the house, and whom each may know (common/README.md)."""

import re

import tree

PAGE = "common/README.md"

# A file belongs to the longest name that it begins with. A room knows itself
# and what its row names: rooms that stand above it here, and no others.
CLI = ("base policy mail dns keys bounce spf spf/lint adapter config store "
       "judge engine reports")
ROOMS = (
    ("common/base/", ""),
    ("common/policy/", "base"),
    ("common/mail/", "base policy"),
    ("common/dns/", "base"),
    ("common/keys/", "base policy mail"),
    ("common/bounce/", "base policy mail"),
    ("common/spf/", "base policy dns"),
    ("common/spf/lint/", "base policy dns spf"),
    ("common/adapter/", "base policy mail keys bounce"),
    ("common/config/", "base policy mail keys"),
    ("common/store/", "base policy keys"),
    ("common/judge/", "base policy mail keys adapter config store"),
    ("filter/", "base policy mail keys bounce adapter"),
    ("exim/", "base policy mail keys bounce adapter"),
    ("common/engine/", "base policy keys spf adapter config store judge"),
    ("common/reports/", "base policy mail"),
    ("common/cli/", CLI),
    ("common/cli/store/", f"{CLI} cli"),
    ("common/cli/keys/", f"{CLI} cli cli/store"),
    ("common/cli/spf/", f"{CLI} cli"),
    ("common/cli/explain/", f"{CLI} cli cli/store"),
    ("common/cli/status/", f"{CLI} cli cli/store cli/keys"),
    ("common/cli/metrics/", f"{CLI} cli"),
    ("common/cli/report/", f"{CLI} cli cli/store cli/keys cli/status"),
    ("common/cli/doctor/", f"{CLI} cli cli/store cli/spf cli/status"),
    ("common/cli/main.c", f"{CLI} cli cli/store cli/keys cli/spf cli/explain "
     "cli/status cli/metrics cli/report cli/doctor"),
)

# What takes its result from its arguments alone: it does no input or output,
# asks no clock, takes no memory, writes no log and keeps nothing.
PURE = ("common/policy/", "common/mail/", "common/bounce/", "common/spf/lint/",
        *(f"common/{name}." for name in """base/list base/netblock keys/day
        keys/tag dns/query dns/reply spf/asked spf/hint spf/macro spf/names
        reports/scrub reports/tidy reports/value
        spf/outcome spf/record spf/run spf/run_state spf/shown adapter/fields
        adapter/wire adapter/verdict config/accepted config/domain store/record
        store/change store/cursor store/top_record cli/report/attack
        cli/metrics/http_answer cli/metrics/http_request cli/doctor/exim_conf cli/doctor/smtpd_conf
        cli/doctor/smtpd_line cli/doctor/smtpd_modes cli/doctor/smtpd_route
        cli/doctor/smtpd_rule""".split()))

TESTS = "tests/"
_KNOWN = {room: {room} | {f"common/{name}/" for name in known.split()}
          for room, known in ROOMS}


def room(path):
    """The room of a file, "tests/", or None."""
    names = [name for name in (*_KNOWN, TESTS) if str(path).startswith(name)]
    return max(names, key=len, default=None)


def may_know(path):
    """The rooms whose files this one may include and call."""
    here = room(path)
    return {*_KNOWN, TESTS} if here == TESTS else _KNOWN.get(here, set())


def is_pure(path):
    return str(path).startswith(PURE)


def check_order():
    """A row that names a room below it would let two rooms know each other."""
    above = set()
    for name, _ in ROOMS:
        above.add(name)
        for other in sorted(_KNOWN[name] - above):
            tree.fail(f"rooms.py: {name} knows {other}, which does not stand "
                      "above it")


def check_page():
    """The page has the same table; of the command line, one row."""
    text = tree.read(PAGE)
    found = {}
    for name, known in re.findall(r"^\| `([\w/]+/)` \| [^|]* \| ([^|]*) \|$",
                                  text, re.M):
        found[name] = set(known.split(", ")) - {"nobody"}
    for name, known in ROOMS:
        short = name.removeprefix("common/")
        if short.startswith("cli/") and short != "cli/":
            continue
        if found.pop(short, None) != set(known.split()):
            tree.fault(PAGE, 0, f"{short} knows {known or 'nobody'}")
    for name in found:
        tree.fault(PAGE, 0, f"there is no room {name}")


def circles(graph):
    """The circles of a graph of name -> names: sets of names, each of which
    comes back to itself by way of all others (Tarjan)."""
    found, number, low, stack = [], {}, {}, []

    def visit(name):
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in sorted(graph.get(name, ())):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                found.append(set(stack[at:]))
            del stack[at:]

    for name in sorted(graph):
        if name not in number:
            visit(name)
    return found


def one_round(graph, circle):
    """The shortest way round within a circle, for people to read."""
    best = None
    for start in sorted(circle):
        ways = [[start]]
        seen = {start}
        while ways and (best is None or len(ways[0]) < len(best)):
            way = ways.pop(0)
            for other in sorted(graph[way[-1]]):
                if other == start and (best is None
                                       or len(way) + 1 < len(best)):
                    best = way + [start]
                elif other in circle and other not in seen:
                    seen.add(other)
                    ways.append(way + [other])
    return " -> ".join(best)
