"""The clock of a running engine leaps: no tag of ours is refused, neither
while it is wrong nor when it is right again."""

import collections

import campaign
from campaign import genuine_bounce
from host import wait_until

DAYS = (-4000, -400, -31, -2, -1, 1, 5, 10, 17, 18, 19, 25, 29, 31, 45, 400,
        4000)


def leap(war, counts, days, seconds):
    tags = []
    with war.questions() as questions:
        for number in range(3):
            answer = questions.sign(f"user{number}@example.org")
            tags.append(answer["address"])

        def judged():
            for tag in tags:
                genuine_bounce(questions, tag)
            return questions.ask(op="rcpt", sender="",
                                 recipient=tags[0])["reason"]
        war.trouble.set(clock_offset_s=days * 86400 + seconds)
        # now and once the engine's timers have seen it
        counts["wrong: " + judged()] += 1
        questions.sign("other@example.org")
        for _ in range(20):
            counts["wrong: " + judged()] += 1
        war.trouble.set(clock_offset_s=0)
        counts["right again: " + judged()] += 1
        # in doubt it signs nothing; the next leap is for one that does
        war.call("store", "confirm-clock")
        wait_until(lambda: questions.sign("x@example.org")["action"] !=
                   "none", "the engine to trust its clock")
        counts["right again: " + judged()] += 1


def conduct(war):
    war.started()
    counts, leaps = collections.Counter(), 0
    while war.goes_on():
        leap(war, counts, war.chance.choice(DAYS),
             war.chance.randrange(-86400, 86400))
        leaps += 1
    war.stop()
    return f"{leaps} leaps: {dict(counts)}"


campaign.run(conduct, library=campaign.library())
