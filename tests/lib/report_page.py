"""The page that backstop report --html writes: its elements, and its numbers
beside those of --json."""

import html.parser
import re

# Elements that need no end.
VOID = {"meta", "rect", "line", "circle", "br"}


class Node:
    def __init__(self, name, words, parent):
        self.name, self.words, self.parent = name, dict(words), parent
        self.parts = []  # nodes and texts

    def all(self, *names):
        for part in self.parts:
            if isinstance(part, Node):
                if not names or part.name in names:
                    yield part
                yield from part.all(*names)

    def one(self, name):
        found = list(self.all(name))
        assert len(found) == 1, (name, len(found))
        return found[0]

    def text(self):
        return "".join(part if isinstance(part, str) else part.text()
                       for part in self.parts)

    def has(self, style):
        return style in self.words.get("class", "").split()


class Tree(html.parser.HTMLParser):
    """Fails where an element is not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.top = self.here = Node("", (), None)
        self.feed(text)
        self.close()
        assert self.here is self.top, f"{self.here.name} is not closed"

    def handle_starttag(self, tag, attrs):
        self.here.parts.append(Node(tag, attrs, self.here))
        if tag not in VOID:
            self.here = self.here.parts[-1]

    def handle_startendtag(self, tag, attrs):
        self.here.parts.append(Node(tag, attrs, self.here))

    def handle_endtag(self, tag):
        assert tag == self.here.name, (tag, self.here.name, self.getpos())
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.parts.append(data)


def number(text):
    """1,234 as a number; other words as they are."""
    if re.fullmatch(r"\d{1,3}(,\d{3})*", text):
        return int(text.replace(",", ""))
    return text


def figures(tree):
    """The pictures by their names."""
    return {node.words["id"]: node for node in tree.all("figure")}


def rows(node):
    """What stands in the rows of the one table in there."""
    return [[number(cell.text()) for cell in row.all("th", "td")]
            for row in node.one("tbody").all("tr")]


def hints(figure):
    """What a pointer is shown at each column: its time, and its numbers."""
    found = []
    for group in figure.all("g"):
        if group.has("column"):
            when, _, text = group.one("title").text().rpartition(": ")
            found.append([when, *(number(words.split()[0]) for words
                                  in text.split(", "))])
    return found


def _days(report, *names):
    return [[day["day"], *((day["bounces"][name] for name in names)
                           if day["known"] else len(names) * ["not kept"])]
            for day in report["days"]]


def _hours(report, begin, end):
    return [[hour["hour"][:16].replace("T", " "),
             *(hour[name] for name in ("forged", "suspect", "unknown",
                                       "refused", "genuine"))]
            for hour in report["hours"]
            if begin <= hour["hour"][:16].replace("T", " ") <= end]


def _counts(top):
    """Names may be shown otherwise than they are; their order is the same."""
    with_error = any(row["error"] for row in top["rows"])
    return [[row["count"]] + ([row["error"]] if with_error else [])
            for row in top["rows"]]


def _results(report):
    names = "none neutral pass fail softfail temperror permerror".split()
    return sorted(([name, report["spf"][name]] for name in names
                   if report["spf"][name]), key=lambda row: -row[1])


def _same(name, found, wanted):
    assert found == wanted, f"{name}:\n{found}\nis not\n{wanted}"


def _compare_columns(name, figure, wanted, drawn):
    _same(name, rows(figure), wanted)
    shown = [row[:1 + (drawn if row[1] != "not kept" else 0)]
             for row in wanted]
    _same(f"hints of {name}", [
        hint if hint[1:] != ["not"] else hint[:1] for hint in hints(figure)],
          shown)
    greatest = [number(text.text()) for text in figure.all("text")
                if text.has("greatest")]
    _same(f"greatest of {name}", greatest,
          [max(sum(row[1:]) for row in shown)])


def _compare_days(known, report):
    for name, drawn, names in (
            ("forged", 2, "forged suspect rejected junked deferred"),
            ("genuine", 1, "genuine"), ("unknown", 1, "unknown")):
        wanted = _days(report, *names.split())
        some = any(sum(row[1:1 + drawn]) for row in wanted
                   if row[1] != "not kept")
        assert some == (name in known), name
        if some:
            _compare_columns(name, known[name], wanted, drawn)


def _compare_glance(tree, report):
    found = [number(node.text()) for node in tree.all("dd")
             if node.has("figure")]
    bounces = report["bounces"]
    _same("the four numbers", found[:4], [bounces[name] for name in (
        "rejected", "genuine", "refused_later_known", "unknown")])
    if not report["attacks"]:
        assert found[4] in ("none", "none yet", "not known")
        return
    worst = max(report["attacks"], key=lambda attack: attack["bounces"])
    _same("the attack", found[4], " to ".join(
        "now" if name == "end" and worst["goes_on"]
        else worst[name][:16].replace("T", " ") for name in ("start", "end")))


def _compare_names(known, report):
    for name, member in (("networks", "networks"), ("users", "users"),
                         ("reporters", "reporters"),
                         ("spf-domains", "spf_failed_domains")):
        wanted = _counts(report[member])
        if not wanted or (name == "spf-domains" and not report["spf_check"]):
            assert name not in known, name
            continue
        figure = known[name]
        others = report[member]["total"] - sum(row[0] for row in wanted)
        _same(f"others of {name}", [number(bold.text()) for bold
                                    in figure.all("b")],
              [others] if others > 0 else [])
        _same(name, [row[1:] for row in rows(figure)], wanted)
        _same(f"numbers of {name}", [
            number(text.text()) for text in figure.all("text")
            if text.has("count")], [row[0] for row in wanted])


def compare(text, report):
    """Fails where a number of the page is not that of --json."""
    tree = Tree(text).top
    known = figures(tree)
    _compare_glance(tree, report)
    _compare_days(known, report)
    if "hours" in known:
        found = rows(known["hours"])
        _compare_columns("hours", known["hours"],
                         _hours(report, found[0][0], found[-1][0]), 3)
    assert ("hours" in known) == bool(report["attacks"])
    _compare_names(known, report)
    if report["spf_check"]:
        if _results(report):
            found = rows(known["spf-results"])
            _same("results of SPF", sorted(found), sorted(_results(report)))
            assert [row[1] for row in found] == sorted(
                (row[1] for row in found), reverse=True)
    if report["unsigned_reasons"]:
        _same("reasons", sorted(row[1] for row in rows(known["unsigned"])),
              sorted(report["unsigned_reasons"].values()))
    _compare_coverage(known, report)
    _compare_gaps(tree, report)


def _compare_gaps(tree, report):
    found = [rows(card) for card in tree.all("div") if card.has("card")
             and any(head.words.get("id") == "gaps" for head
                     in card.all("h3"))]
    wanted = [[gap[name][:16].replace("T", " ") for name in ("start", "end")]
              for gap in report["gaps"][-20:]]
    _same("gaps", found, [wanted] if wanted else [])


def _compare_coverage(known, report):
    """Each day of each domain."""
    if not report["domains"]:
        assert "coverage" not in known
        return
    wanted = {(domain["domain"], day["day"]): day["coverage"] == "full"
              for domain in report["domains"] for day in domain["days"]}
    found = {}
    for name, first, last, state in rows(known["coverage"]):
        for day in (day["day"] for day in report["days"]):
            if first <= day <= last:
                assert (name, day) not in found
                found[name, day] = state == "full"
    if all(name.isprintable() for name, _ in wanted):
        _same("coverage", found, wanted)
