"""Ours against pyspf: random but valid zones; each disagreement is explained.

BACKSTOP_SPF_SEED and BACKSTOP_SPF_WORLDS set the seed and how many."""

import collections
import json
import os
import random
import threading

import spf_lab
import spf_random
from dnsd import Dnsd

RESOLVER = "127.0.0.1", 53
BATCH = 2500
WORLDS = int(os.environ.get("BACKSTOP_SPF_WORLDS", "20000"))
SEED = os.environ.get("BACKSTOP_SPF_SEED") or str(random.randrange(10 ** 9))

Pair = collections.namedtuple("Pair", "world ours theirs")
Word = collections.namedtuple(
    "Word", "result explanation problem lookups voids")

# Where pyspf is known to differ. Each is an amendment of it in peer_pyspf.py:
# a disagreement is explained when pyspf says the same as we do once it is
# amended so, and in nothing else.
RULES = {
    "ptr-voids": "RFC 7208 4.6.4: void look-ups under ptr and p, whose names "
                 "are the client's, are not counted",
    "ptr-errors": "RFC 7208 5.5: a DNS error under ptr is no match",
    "alias-once": "RFC 7208 4.6.4: an alias to nothing is one void look-up",
    "alias-cache": "RFC 7208 4.5: a record is one however often it is read",
    "self-include": "RFC 7208 5.2: an include of itself matters only when it "
                    "is come to",
    "modifier-case": "RFC 7208 4.6.1: names of modifiers are in any case",
    "mx-eager": "RFC 7208 5.4: hosts of an mx after the one that matches need "
                "not be asked for",
    "redirect-read": "RFC 7208 4.6.4: a redirect that is not followed is no "
                     "look-up",
}


def agree(pair):
    mine, theirs = pair.ours, pair.theirs
    if mine.result != theirs.result:
        return False
    return mine.result != "fail" or mine.explanation == theirs.explanation


def theirs(host, worlds, *amendments):
    """pyspf's words, from the zone itself."""
    host.write("/tmp/zone.json", json.dumps(spf_random.joined(worlds)))
    said = host.run("/usr/bin/python3", "-B", f"{spf_lab.TOOLS}/peer_pyspf.py",
                    "--zone", "/tmp/zone.json", "--amend",
                    ",".join(amendments), text=lines(worlds)).stdout
    return [Word(row[0], row[2], row[3], *(int(count or 0)
                                           for count in row[4:6]))
            for row in spf_lab.answers(said)]


def explain(host, pairs):
    """Which amendment makes pyspf agree, or all of them together; (pair,
    reasons) for each, with none of them where nothing does."""
    found = {}
    for names in [(name,) for name in RULES] + [tuple(RULES)]:
        left = [pair for pair in pairs if id(pair) not in found]
        said = theirs(host, [pair.world for pair in left], *names)
        for pair, word in zip(left, said):
            if agree(pair._replace(theirs=word)):
                found[id(pair)] = names
    return [(pair, found.get(id(pair), ())) for pair in pairs]


def ours(host, worlds):
    """Ours, over DNS."""
    found = spf_lab.many(host, [world.query for world in worlds], 200, 20000,
                         "-r", "receiver.example")
    return [Word(one.result, one.explanation or "DEFAULT", one.problem,
                 one.lookups, one.voids) for one in found]


def still_strange(host, dns, pairs):
    """Those that differ without a reason when each is asked again, alone: with
    200 at a time on a busy machine, a late datagram costs an explanation or makes
    a temperror."""
    if pairs:
        dns.load(spf_random.joined([pair.world for pair in pairs]))
    again = [pair._replace(ours=ours(host, [pair.world])[0])
             for pair in pairs]
    left = [pair for pair in again if not agree(pair)]
    return [pair for pair, names in explain(host, left)
            if not names] if left else []


def lines(worlds):
    return "".join("\t".join(world.query) + "\n" for world in worlds)


def compare(host, dns, numbers):
    """Pairs of what both say of worlds; pyspf works beside ours."""
    worlds = spf_random.worlds(SEED, numbers)
    dns.load(spf_random.joined(worlds))
    said = []
    thread = threading.Thread(
        target=lambda: said.extend(theirs(host, worlds)))
    thread.start()
    mine = ours(host, worlds)
    thread.join()
    assert len(said) == len(mine) == len(worlds)
    return [Pair(world, one, other)
            for world, one, other in zip(worlds, mine, said)]


def story(pair):
    """All that is needed to look into a disagreement."""
    return "\n".join([
        f"world {pair.world.base} of seed {SEED}: {pair.world.query}",
        f"  ours:  {pair.ours}", f"  pyspf: {pair.theirs}",
        *(f"    {name} {entry}" for name, entries in pair.world.zone.items()
          for entry in entries)])


def test_pyspf(spf_host, record_property):
    print(f"BACKSTOP_SPF_SEED={SEED}")
    results, differ = collections.Counter(), []
    with Dnsd(*RESOLVER, {}, space=spf_host.space) as dns:
        for first in range(0, WORLDS, BATCH):
            numbers = range(first, min(first + BATCH, WORLDS))
            for pair in compare(spf_host, dns, numbers):
                results[pair.ours.result] += 1
                if not agree(pair):
                    differ.append(pair)
        reasons, strange = collections.Counter(), []
        for pair, names in explain(spf_host, differ):
            reasons[names[0] if len(names) == 1 else "several"] += 1
            if not names:
                strange.append(pair)
        strange = still_strange(spf_host, dns, strange)
    record_property(
        "figure", f"SPF beside pyspf, seed {SEED}: {WORLDS - len(differ)} of "
        f"{WORLDS} worlds the same" + "".join(
            f"; {count} by {why}" for why, count in reasons.most_common()))
    assert not strange, f"{len(strange)} not explained:\n" + "\n".join(
        map(story, strange[:20]))
    # No result may be rare, or the test shows little.
    assert len(results) == 6 and min(results.values()) > WORLDS / 200, results
