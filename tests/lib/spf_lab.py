"""A host for SPF: its engines, ours and the others, asked one way."""

import concurrent.futures
import json
import pathlib
import re

from lab import OurHost

ADDRESS = "192.0.2.40"
AT_ONCE = 4
TOOLS = "/usr/local/share/spf"
_TESTS = pathlib.Path(__file__).resolve().parents[1]


def host(lab, trees):
    """One with our engine's configuration and the drivers of the others."""
    made = OurHost(lab.lan, "spf", ADDRESS, trees)
    made.configure()
    for path in ("tools/peer_pyspf.py", "tools/peer_mail_spf.pl",
                 "lib/dnsd.py", "lib/dnswire.py", "lib/terminal.py"):
        path = _TESTS / path
        made.write(f"{TOOLS}/{path.name}", path.read_text(encoding="utf-8"))
    return made


def line(case):
    """A query as the drivers and spf_many read it."""
    identity = "mailfrom" if case.sender else "helo"
    return f"{identity}\t{case.ip}\t{case.helo}\t{case.sender}\n"


def answers(text):
    """What a driver printed, in the order of the queries: lists of fields."""
    rows = [row.split("\t") for row in text.splitlines()]
    return [row[1:] for row in sorted(rows, key=lambda row: int(row[0]))]


def each(work, items, at_once=AT_ONCE):
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(work, items))


def check(on, ip, sender, helo, *options):
    """What backstop spf check --json says."""
    done = on.run("backstop", "spf", "check", "--json", "-i", ip, "-s",
                  sender or "<>", "-H", helo, *options, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"exit {done.returncode}: {done.stdout!r} "
                             f"{done.stderr!r}") from None


def our_word(on, case, *options):
    """(result, explanation) of a case."""
    said = check(on, case.ip, case.sender, case.helo, *options)
    return said["result"], said["explanation"] or "DEFAULT"


def ours(on, cases):
    """The same of each case."""
    return each(lambda case: our_word(on, case), cases)


def libspf2(on, cases):
    """Debian's libspf2, by its own program."""
    def ask(case):
        done = on.run("spfquery.libspf2", f"--ip={case.ip}",
                        f"--sender={case.sender}", f"--helo={case.helo}",
                        check=False)
        said = done.stdout.splitlines() + ["", ""]
        # StartError and EndError may stand before the result.
        results = [text for text in said if re.fullmatch(
            r"\(?[a-z]+\)?", text)]
        at = said.index(results[0]) if results else 0
        explanation = said[at + 1].removesuffix(" : Reason: mechanism")
        if "Please see" in explanation:
            explanation = "DEFAULT"
        return (results[0] if results else f"exit {done.returncode}",
                explanation)
    return each(ask, cases)


def _driver(*command):
    def ask(on, cases):
        text = "".join(map(line, cases))
        said = answers(on.run(*command, text=text).stdout)
        return [(row[0], row[2]) for row in said]
    return ask


pyspf = _driver("/usr/bin/python3", "-B", f"{TOOLS}/peer_pyspf.py")
mail_spf = _driver("perl", f"{TOOLS}/peer_mail_spf.pl")



def mail_spf_headers(on, queries):
    """The Received-SPF fields of Mail::SPF, in one line each."""
    said = on.run("perl", f"{TOOLS}/peer_mail_spf.pl",
                  text="".join("\t".join(query) + "\n" for query in queries))
    return [row[3] for row in answers(said.stdout)]


OTHERS = {"libspf2": libspf2, "pyspf": pyspf, "Mail::SPF": mail_spf}


class Found:
    """One answer of spf_many."""

    def __init__(self, fields):
        (self.result, self.mechanism, self.explanation, self.problem,
         *counts) = fields
        self.lookups, self.voids, self.queries, self.elapsed_ms = map(
            int, counts)


def many(on, queries, in_flight=200, deadline_ms=20000, *options):
    """What the spf child makes of queries, in one process and its children.
    """
    said = on.run("spf_many", "-n", in_flight, "-d", deadline_ms, *options,
                  text="".join("\t".join(query) + "\n" for query in queries))
    found = [Found(fields) for fields in answers(said.stdout)]
    assert len(found) == len(queries), said.stderr
    return found
