"""Records and answers that are meant to hurt, and how a check of each ends.

What is lawful by the grammar but longer than Backstop reads (terms of 480
octets, records of 4 kB) is a temperror: it must not refuse mail."""

import collections

import dnswire

CLIENT = "192.0.2.99"
# Octets of an answer by TCP.
REPLY_MAX = 65535

# name is the domain, queries the most questions that a check of it may cost
# where each is asked but once; None where they are asked again, as lies are.
Trap = collections.namedtuple("Trap", "name results queries records")


TERM_MAX = 480
RECORD_MAX = 4096


def _too_long(records):
    """Whether the one SPF record among them is longer than is read."""
    texts = ["".join(entry[1]) for entry in records if entry[0] == "TXT"]
    texts = [text for text in texts if text.startswith("v=spf1 ")]
    return len(texts) == 1 and (
        len(texts[0]) > RECORD_MAX
        or max(map(len, texts[0].split(" "))) > TERM_MAX)


def _trap(name, results, queries, record, **below):
    """below: what stands at a label under the domain; "any" is a wildcard."""
    base = f"{name}.trap.example"
    records = {base: record if isinstance(record, list)
               else [["TXT", record]]}
    for label, listed in below.items():
        label = "*" if label == "any" else label.replace("_", "-")
        records[f"{label}.{base}"] = (
            listed if isinstance(listed, list) else [["TXT", listed]])
    if _too_long(records[base]):
        results = "temperror"
    return Trap(base, results.split(), queries, records)


def _macros(count, literal=""):
    return "%{d}" * count + literal


def _long_names():
    """Macros that outgrow a name, and a stack (CVE-2023-42118)."""
    for count in (63, 126, 127, 128, 250):
        for literal in ("", "x"):
            word = f"{count}{literal}"
            macros = _macros(count, literal)
            yield _trap(f"exp-{word}", "fail", 2, "v=spf1 -all exp=e.%{d}",
                        e=macros)
            yield _trap(f"exp-inline-{word}", "fail permerror", 2,
                        f"v=spf1 -all exp={macros}.%{{d}}")
            for term in ("exists:", "a:", "mx:", "ptr:", "include:",
                         "redirect="):
                kind = term.rstrip(":=")
                yield _trap(f"{kind}-{word}", "fail permerror", 3,
                            f"v=spf1 {term}{macros}.%{{d}} -all")
            yield _trap(f"unknown-{word}", "fail permerror", 1,
                        f"v=spf1 unknown={macros} -all")


def _long_literals():
    word = "x" * 20000
    yield _trap("exp-literal", "fail", 2, "v=spf1 -all exp=e.%{d}", e=word)
    for term in ("exists:", "a:", "include:", "redirect=", "unknown="):
        kind = term.rstrip(":=")
        yield _trap(f"{kind}-literal", "permerror", 1,
                    f"v=spf1 {term}{word}.example -all")
        # a literal alone that is as long as a term, and longer
        for size in (470, 500, 4000):
            yield _trap(f"{kind}-{size}", "permerror fail", 2,
                        f"v=spf1 {term}{'x' * size}.example -all")
    # where libspf2 of Debian 12 writes beyond its stack
    for size in (1, 300, 5000, 20000):
        macros = _macros(127, "y" * size)
        yield _trap(f"exp-127-{size}", "fail", 2, "v=spf1 -all exp=e.%{d}",
                    e=macros)
        for term in ("exists:", "a:", "include:", "redirect=", "unknown="):
            yield _trap(f"{term.rstrip(':=')}-127-{size}", "permerror fail",
                        1, f"v=spf1 {term}{macros}.%{{d}} -all")
    yield _trap("terms", "permerror", 1,
                "v=spf1 " + "ip4:198.51.100.1 " * 3000 + "-all")


def _names():
    """Names that nobody can ask for: no match, RFC 7208 §4.3, §4.8, §5."""
    label = "l" * 63
    long = ".".join([label] * 4)
    yield _trap("long-name", "fail", 1, f"v=spf1 a:{long}.example -all")
    yield _trap("long-label", "fail permerror", 1,
                f"v=spf1 a:{label}l.example -all")
    yield _trap("long-include", "permerror", 1,
                f"v=spf1 include:{long}.example -all")
    yield _trap("doubling", "permerror fail", 12,
                "v=spf1 include:a.%{d}.b.%{d} -all",
                any="v=spf1 include:a.%{d}.b.%{d} -all")
    yield _trap("pointers", "fail", 12, [
        ["TXT", "v=spf1 mx -all"], ["MX", [0, "x.pointers.trap.example"]]],
        x=[["A", "198.51.100.1"]])


def _level(depth, name):
    return "v=spf1 " + "".join(
        f"include:{at}.l{depth}.{name}.trap.example " for at in range(10)) \
        + "?all"


def _trees():
    """Records without an end; RFC 7208 §4.6.4 ends them."""
    includes = " ".join(f"include:{at}.%{{d}}" for at in range(10))
    yield _trap("tree", "permerror", 12, f"v=spf1 {includes} -all",
                any=f"v=spf1 {includes} -all")
    yield _trap("neutral-tree", "permerror", 12, f"v=spf1 {includes} -all",
                any=f"v=spf1 {includes} ?all")
    # 18 levels of 10 includes each, with an end that nobody lives to see
    levels = _trap("levels", "permerror", 12, _level(0, "levels"))
    for at in range(18):
        levels.records[f"*.l{at}.{levels.name}"] = [
            ["TXT", _level(at + 1, "levels") if at < 17 else "v=spf1 ?all"]]
    yield levels
    yield _trap("chain", "permerror", 12, "v=spf1 include:x.%{d} -all",
                any="v=spf1 include:x.%{d} -all")
    yield _trap("redirects", "permerror", 12, "v=spf1 redirect=x.%{d}",
                any="v=spf1 redirect=x.%{d}")
    yield _trap("itself", "permerror", 12, "v=spf1 include:%{d} -all")
    yield _trap("to-itself", "permerror", 12, "v=spf1 redirect=%{d}")
    yield _trap("exp-tree", "permerror", 12,
                f"v=spf1 {includes} -all exp=e.%{{d}}",
                any=f"v=spf1 {includes} -all exp=e.%{{d}}")
    yield _trap("eleven", "permerror", 12, "v=spf1 " + " ".join(
        f"a:{at}.%{{d}}" for at in range(11)) + " -all",
        any=[["A", "198.51.100.1"]])
    yield _trap("ten", "fail", 11, "v=spf1 " + " ".join(
        f"a:{at}.%{{d}}" for at in range(10)) + " -all",
        any=[["A", "198.51.100.1"]])
    yield _trap("voids", "permerror", 4, "v=spf1 " + " ".join(
        f"exists:{at}.%{{d}}" for at in range(10)) + " -all")
    yield _trap("many-voids", "permerror", 4, "v=spf1 " + " ".join(
        f"mx:{at}.%{{d}}" for at in range(10)) + " -all")


def _exchangers():
    """The most that is lawful: 10 MX, each of 10 hosts; then more."""
    mx = " ".join(f"mx:{at}.%{{d}}" for at in range(10))
    # another host for each, so that no answer serves twice
    made = _trap("mx", "fail", 111, f"v=spf1 {mx} -all",
                 any=[["A", "198.51.100.1"]])
    for at in range(10):
        made.records[f"{at}.{made.name}"] = [
            ["MX", [host, f"h{host}.{at}.{made.name}"]] for host in range(10)]
        made.records[f"*.{at}.{made.name}"] = [["A", "198.51.100.1"]]
    yield made
    made = _trap("mx-11", "permerror", 12, "v=spf1 mx -all",
                 any=[["A", "198.51.100.1"]])
    made.records[made.name] += [["MX", [host, f"h{host}.{made.name}"]]
                                for host in range(11)]
    yield made
    made = _trap("mx-1000", "permerror", 12, "v=spf1 mx -all",
                 any=[["A", "198.51.100.1"]])
    made.records[made.name] += [["MX", [host, f"h{host}.{made.name}"]]
                                for host in range(1000)]
    yield made


def _octets():
    """NUL and others in TXT: a record ends where its length says."""
    yield _trap("nul-in-ip4", "permerror", 1, "v=spf1 ip4:192.0.2.99\0 -all")
    yield _trap("nul-before-all", "permerror", 1, "v=spf1 \0-all")
    yield _trap("nul-after", "permerror", 1, "v=spf1 +all\0")
    yield _trap("nul-in-name", "permerror", 1,
                "v=spf1 a:x.%{d}\0.example -all", x=[["A", CLIENT]])
    yield _trap("nul-first", "none", 1, "v=spf1\0 +all")
    yield _trap("nul-in-exp", "fail", 2, "v=spf1 -all exp=e.%{d}",
                e="go\0 away")
    yield _trap("control", "none", 1, "v=spf1\t+all -all")
    yield _trap("escapes", "fail", 2, "v=spf1 -all exp=e.%{d}",
                e="\x1b[2J\r\n550 5.7.1 x\r\n\x9b")
    yield _trap("strings", "permerror", 1, [["TXT", ["v=spf1 "] + [
        "x"] * 3000 + [" -all"]]])
    yield _trap("empty-strings", "fail", 1, [["TXT", [""] * 1000 + [
        "v=spf1 -all"] + [""] * 1000]])


def _big():
    """Answers as large as TCP has them."""
    yield _trap("big", "fail", 1, [["LIE", "big"]])
    yield _trap("big-two", "permerror", 1, [["TXT", "v=spf1 +all"]] * 2 + [
        ["TXT", "y" * 255]] * 200)
    yield _trap("big-record", "permerror", 1, "v=spf1 " + "a " * 31000)
    yield _trap("big-address", "fail", 2, "v=spf1 a:x.%{d} -all",
                x=[["A", f"198.51.{at >> 8}.{at & 255}"]
                   for at in range(3000)])
    yield _trap("big-exp", "fail", 2, "v=spf1 -all exp=e.%{d}",
                e="e" * 60000)
    yield _trap("big-prefix", "fail", 1, "v=spf1 ip4:198.51.100.0/24 -all")


def _aliases():
    loop = [["CNAME", "a.loop.trap.example"]]
    yield Trap("a.loop.trap.example", ["temperror", "none"], None,
               {"a.loop.trap.example": loop})
    yield Trap("b.loop.trap.example", ["temperror", "none"], None, {
        "b.loop.trap.example": [["CNAME", "c.loop.trap.example"]],
        "c.loop.trap.example": [["CNAME", "b.loop.trap.example"]]})
    yield _trap("a-loop", "temperror fail", None, "v=spf1 a:x.%{d} -all",
                x=[["CNAME", "x.a-loop.trap.example"]])
    chain = _trap("alias-chain", "pass temperror", None,
                  "v=spf1 a:n0.%{d} -all")
    for at in range(12):
        chain.records[f"n{at}.{chain.name}"] = [
            ["CNAME", f"n{at + 1}.{chain.name}"]]
    chain.records[f"n12.{chain.name}"] = [["A", CLIENT]]
    yield chain


# How a check ends whose TXT answer is such a lie. None of them is a pass.
_LIE_RESULTS = {
    "owner": "none temperror", "no-count": "none temperror",
    "trailing": "fail temperror",
    # these servers answer who asks without EDNS
    "bad-version": "fail temperror", "swallows-edns": "fail temperror",
    "refuses-edns": "fail temperror",
}


def _lies():
    for lie in list(dnswire.LIES):
        if lie == "big":
            continue
        ends = _LIE_RESULTS.get(lie, "temperror")
        yield _trap(f"lie-{lie}", ends, None,
                    [["TXT", "v=spf1 -all"], ["LIE", lie]])
        # the same below an honest record: a malformed address
        yield _trap(f"below-{lie}", "fail temperror", None,
                    "v=spf1 a:x.%{d} -all",
                    x=[["A", "198.51.100.1"], ["LIE", lie]])
    yield _trap("lie-tcp", "temperror", None,
                [["TXT", "v=spf1 +all"]] + [["TXT", "y" * 255]] * 20
                + [["LIE", "tcp-length"]])
    yield _trap("lie-refused", "temperror", None, [["RCODE", 5]])
    yield _trap("lie-formerr", "temperror", None, [["RCODE", 1]])
    yield _trap("lie-notimp", "temperror", None, [["RCODE", 4]])


def _reverse():
    """A client with more names than anybody may ask for."""
    name = f"{'.'.join(reversed(CLIENT.split('.')))}.in-addr.arpa"
    made = _trap("ptr", "fail", 12, "v=spf1 ptr -all",
                 any=[["A", "198.51.100.1"]])
    made.records[name] = [["PTR", f"p{at}.{made.name}"]
                          for at in range(500)]
    yield made


def traps():
    made = []
    for family in (_long_names, _long_literals, _names, _trees, _exchangers,
                   _octets, _big, _aliases, _lies, _reverse):
        made += family()
    assert len({trap.name for trap in made}) == len(made)
    return made


def zone(made):
    joined = {}
    for trap in made:
        joined.update(trap.records)
    return joined
