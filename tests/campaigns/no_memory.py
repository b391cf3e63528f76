"""Allocations fail, in the engine and in its children: it may leave a question
without an answer, or give up and be started again, but it does not crash, and
no bounce is refused for it."""

import collections
import time

import campaign
from campaign import genuine_bounce

RATES = (3000, 1000, 300, 100, 30)


def ask(war, tags, counts):
    """Questions of all kinds until there is no answer or a while is over."""
    end = time.monotonic() + 0.5
    try:
        # adapters wait for as long
        with war.questions(patience_s=0.5) as questions:
            while time.monotonic() < end:
                answer = questions.sign(f"u{war.chance.randrange(500)}"
                                        "@example.org")
                counts[f"sign {answer['action']}"] += 1
                answer = genuine_bounce(questions, war.chance.choice(tags))
                counts[f"bounce {answer.get('reason', 'error')}"] += 1
                questions.ask(op="sent", mode="out", client="127.0.0.1",
                              sender=war.chance.choice(tags), recipients=1,
                              message_id=f"{war.chance.random()}@example.org",
                              recipient_domain="remote.example")
    except OSError:
        counts["no answer"] += 1


def conduct(war):
    war.started()
    with war.questions() as questions:
        tags = [questions.sign(f"user{number}@example.org")["address"]
                for number in range(50)]
    counts = collections.Counter()
    while war.goes_on():
        war.trouble.set(memory_one_in=war.chance.choice(RATES))
        if war.chance.random() < 0.3:  # while it starts, too
            war.stop()
            war.start()
        ask(war, tags, counts)
        war.trouble.end()
        war.wait_for_store()
        with war.questions() as questions:
            for tag in tags:
                genuine_bounce(questions, tag)
    war.stop()
    return (f"{war.trouble.get('faults')} allocations failed: "
            f"{dict(counts)}")


campaign.run(conduct, library=campaign.library())
