"""Our Received-SPF beside Mail::SPF's, both read by RFC 7208 §9.1."""

import re

import pytest

import spf_lab
from dnsd import Dnsd

ZONE = {
    "d.example": [["TXT", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 "
                          "a:gone.example ~all"]],
    "no.example": [["TXT", "v=spf1 -all exp=why.example"]],
    "why.example": [["TXT", "because"]],
    "broken.example": [["TXT", "v=spf1 ipv4:1.2.3.4"]],
    "dead.example": [["SERVFAIL"]],
}

# identity, client, HELO, reverse-path
QUERIES = [
    ("mailfrom", "192.0.2.1", "mail.example.org", "alice@d.example"),
    ("mailfrom", "2001:db8::25", "mail.example.org", "alice@d.example"),
    ("mailfrom", "198.51.100.9", "mail.example.org", "alice@d.example"),
    ("mailfrom", "198.51.100.9", "mail.example.org", "bob@no.example"),
    ("mailfrom", "198.51.100.9", "mail.example.org", "x+y=z@no.example"),
    ("mailfrom", "198.51.100.9", "mail.example.org", "u@none.example"),
    ("mailfrom", "198.51.100.9", "[198.51.100.9]", "u@broken.example"),
    ("mailfrom", "198.51.100.9", "mail.example.org", "u@dead.example"),
    ("helo", "192.0.2.1", "d.example", ""),
    ("helo", "198.51.100.9", "no.example", ""),
]

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
DOT_ATOM = rf"{ATOM}(?:\.{ATOM})*"
QUOTED = r'"(?:[^"\\]|\\.)*"'
KEY = r"[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
SPACE = r"(?:\r?\n[ \t]+|[ \t])"
PAIR = rf"{SPACE}*({KEY})=({DOT_ATOM}|{QUOTED}){SPACE}*"
INNER = r"\((?:[^()\\]|\\.)*\)"
COMMENT = rf"\((?:[^()\\]|\\.|{INNER})*\)"


def read(field):
    """The result and the pairs of a field, which must be of the grammar."""
    head = re.match(rf"Received-SPF:{SPACE}*([a-z]+){SPACE}+"
                    rf"(?:{COMMENT}{SPACE}*)?", field)
    assert head, field
    pairs, rest = {}, field[head.end():].rstrip()
    while rest:
        pair = re.match(PAIR + r"(?:;|$)", rest)
        assert pair, f"{rest!r} of {field!r}"
        value = pair[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        assert pair[1] not in pairs, field
        pairs[pair[1]] = value
        rest = rest[pair.end():]
    return head[1], pairs


@pytest.fixture(scope="module")
def fields(spf_host):
    """(query, ours, theirs) of each query."""
    with Dnsd("127.0.0.1", 53, ZONE, space=spf_host.space):
        ours = [spf_lab.check(spf_host, query[1], query[3], query[2])["header"]
                for query in QUERIES]
        theirs = spf_lab.mail_spf_headers(spf_host, QUERIES)
    return list(zip(QUERIES, ours, theirs))


def test_filter_and_exim_write_the_same(fields):
    for query, ours, theirs in fields:
        result, pairs = read(ours)
        their_result, their_pairs = read(theirs)
        assert result == their_result, (query, ours, theirs)
        # a null reverse-path is a check of MAIL FROM, for which HELO stands
        # in (RFC 7208 §2.4); Mail::SPF is asked about HELO itself
        keys = ["client-ip", "helo"]
        keys += ["identity", "envelope-from"] if query[3] else []
        for key in keys:
            assert pairs[key] == their_pairs[key], (query, ours, theirs)


def test_lines_are_short(fields):
    for _, ours, _ in fields:
        for line in ours.split("\n"):
            # a quoted string cannot be folded
            assert len(line) < 78 or re.fullmatch(PAIR + ";?", line), ours
