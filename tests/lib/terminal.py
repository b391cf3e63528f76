"""Runs a program at a terminal and types answers, as its user would.

usage: terminal.py ANSWERS.json PROGRAM WORD...

ANSWERS is a list of [pattern, answer, ...]: to a prompt that a pattern matches
its next answer is typed, by the first pattern that has one left; to all others
Enter. "^D" ends the input. All that the terminal shows is printed, then the
exit status alone in a line."""

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios

# How prompts end: [Y/n], [y/N/a], "(Enter: none):", "[postmaster@...]:".
PROMPT = re.compile(r"(\[[Yy]/[Nn](/a)?\]|[)\]]:) $")
PROMPTS_MAX = 400


def read(master):
    """What comes next; None at the end."""
    try:
        return os.read(master, 65536) or None
    except OSError:
        return None


def answer_to(prompt, answers):
    for pattern, *left in answers:
        if left and re.search(pattern, prompt):
            index = next(n for n, rule in enumerate(answers)
                         if rule[0] == pattern and rule[1:])
            return answers[index].pop(1)
    return ""


def talk(master, answers):
    """Answers until the program ends; what the terminal showed."""
    shown, prompts = b"", 0
    seen = 0
    ended = False
    while (octets := read(master)) is not None:
        shown += octets
        new = shown[seen:].decode("utf-8", "replace")
        # It still shows its prompts then; what is typed would stand anywhere.
        if ended or not PROMPT.search(new):
            continue
        prompts += 1
        if prompts > PROMPTS_MAX:
            raise SystemExit("it asks without end: " + new[-300:])
        answer = answer_to(new.splitlines()[-1], answers)
        seen = len(shown)
        ended = answer == "^D"
        os.write(master, b"\x04" if ended else
                 answer.encode("utf-8", "surrogateescape") + b"\n")
    return shown.decode("utf-8", "replace").replace("\r\n", "\n")


def run(answers, command):
    """(exit status, what the terminal showed)"""
    child, master = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    shown = talk(master, [list(rule) for rule in answers])
    _, status = os.waitpid(child, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), shown


def show(command, columns=80, env=None):
    """(exit status, what a terminal of that width showed), of a program that
    asks nothing"""
    child, master = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        os.execvpe(command[0], command, env or os.environ)
    shown = b""
    while (octets := read(master)) is not None:
        shown += octets
    _, status = os.waitpid(child, 0)
    os.close(master)
    return (os.waitstatus_to_exitcode(status),
            shown.decode("utf-8", "replace").replace("\r\n", "\n"))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        status, shown = run(json.load(file), sys.argv[2:])
    print(shown)
    print(status)


if __name__ == "__main__":
    main()
