"""How the story of tests/demo.sh is told: steps, claims, what was said."""

import sys
import textwrap

from smtp import Dialogue

TICK = "✓" if "utf" in (sys.stdout.encoding or "").lower() else "ok"


class Differs(Exception):
    """Something is not as the story has it."""


def show(lines):
    for line in lines:
        print("\n".join(textwrap.wrap(
            line, 92, initial_indent=" " * 6, subsequent_indent=" " * 9,
            break_long_words=False, break_on_hyphens=False)))


def show_command(host, *words, first=None, check=True):
    """A command of ours and what it printed, or the first lines of that;
    returns all of it."""
    print(f"      # backstop {' '.join(words)}")
    printed = host.backstop(*words, check=check).stdout.rstrip()
    if first:
        show(printed.splitlines()[:first])
    else:
        print(textwrap.indent(printed, " " * 6))
    return printed


def step(number, title):
    print(f"\n {number:2}. {title}")


def check(true, claim):
    if not true:
        raise Differs(claim)
    print(f"    {TICK} {claim}", flush=True)


def session(host, sender, recipient, text=None):
    """An SMTP session from a stranger's address, shown as it was; returns
    its last reply."""
    with Dialogue(host.lan.space, host.address) as dialogue:
        reply, = dialogue.envelope(sender, recipient)
        if text and reply.startswith("250"):
            reply = dialogue.message(text)
    lines = dialogue.lines
    show(lines[lines.index(f"C: MAIL FROM:<{sender}>"):])
    return reply


def received_from(host, word):
    """The reverse-path of the message that a host's log says it took in."""
    found = host.smtpd.wait_for(
        rf"smtp envelope .*from=<([^>]*)> to=<[^>]*{word}[^>]*>")
    show([found[0]])
    return found[1]
