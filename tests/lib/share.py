"""Several runs of pytest share the tests of a folder: each takes the next
group that nobody has taken, until none is left.

A group is all tests of one file with one mail server, in their order: what a
file's tests have in common is made once."""

import os
import pathlib

import pytest

# Names the folder, in the environment, where groups are claimed.
CLAIMS = "BACKSTOP_CLAIMS"


def _group(item):
    """The group that a test belongs to, as a name for a file."""
    callspec = getattr(item, "callspec", None)
    server = callspec.params.get("exim", "") if callspec else ""
    return f"{item.path.stem}.{server}"


def _claim(folder, group):
    """Whether the group is ours: the first who makes its file has it."""
    try:
        (folder / group).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _ours(items, folder, first):
    """The tests to run here, each claimed when it comes to it. The files
    named first take longest: begun last, they would be waited for."""
    groups = {}
    for item in items:
        groups.setdefault(_group(item), []).append(item)

    def place(group):
        stem = group.partition(".")[0]
        return first.index(stem) if stem in first else len(first)

    for group in sorted(groups, key=place):
        if _claim(folder, group):
            yield from groups[group]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """As pytest's own, but for whose tests these are."""
    if CLAIMS not in os.environ:
        return None
    if session.testsfailed:
        raise session.Interrupted(
            f"{session.testsfailed} errors in collecting tests")
    if session.config.option.collectonly:
        return True
    items = _ours(session.items, pathlib.Path(os.environ[CLAIMS]),
                  getattr(session.config, "slow_first", ()))
    item = next(items, None)
    while item:
        following = next(items, None)
        item.config.hook.pytest_runtest_protocol(item=item,
                                                 nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True
