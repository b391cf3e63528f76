"""The disk is full, broken, slow to keep its word: mail flows, no bounce is
refused for it, and what was acknowledged as signed is known afterwards."""

import collections
import itertools
import time

import campaign
from campaign import (DISK_BROKEN, DISK_FULL, DISK_NOT_SYNCED, DISK_SHORT,
                      Wrong, genuine_bounce)

KINDS = {DISK_FULL: "full", DISK_BROKEN: "broken", DISK_SHORT: "short writes",
         DISK_NOT_SYNCED: "not synced"}
numbers = itertools.count()


def sign(war, signed, counts, seconds):
    """Signs for new senders; keeps what was acknowledged."""
    end = time.monotonic() + seconds
    try:
        with war.questions() as questions:
            while time.monotonic() < end:
                answer = questions.sign(f"u{next(numbers)}@example.org")
                counts[answer["reason"]] += 1
                if answer["reason"] == "signed":
                    signed.append(answer["address"])
                if signed:
                    genuine_bounce(questions, war.chance.choice(signed))
    except OSError:
        counts["no answer"] += 1


def check(war, signed):
    """Nothing of it is lost, unless the store was found damaged: then what
    was in it is not known, but no bounce is refused for that."""
    damaged = list(war.state.glob("store/*damaged*"))
    with war.questions() as questions:
        for tag in signed:
            genuine_bounce(questions, tag)
            reason = questions.bounce_to(tag)["reason"]
            if reason != "tag" and not damaged:
                raise Wrong(f"{tag} was signed and is now {reason}")
    if damaged:
        signed.clear()
        for path in damaged:
            path.unlink()


def conduct(war):
    war.started()
    signed, counts = [], collections.Counter()
    sign(war, signed, counts, 0.2)
    while war.goes_on():
        kind = war.chance.choice(list(KINDS))
        war.trouble.set(disk=kind, disk_one_in=war.chance.choice((1, 2, 10)))
        if war.chance.random() < 0.2:
            war.stop()
            war.start()
        sign(war, signed, counts, 0.5)
        war.trouble.end()
        war.wait_for_store()
        signed[:-2000] = []
        check(war, signed)
        counts[KINDS[kind]] += 1
    war.stop()
    return f"{war.trouble.get('faults')} calls failed: {dict(counts)}"


campaign.run(conduct, library=campaign.library())
