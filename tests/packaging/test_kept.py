"""What is kept between runs: trees and packages."""

import os
import time

import pytest

import roots

WEEK = 7 * 86400


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKSTOP_CACHE", str(tmp_path))
    return tmp_path


def test_made_once(cache):
    made = []

    def make(path):
        made.append(path)
        path.mkdir()

    first = roots.keep("sid-thing", "one way", make)
    assert first.parent == cache and first.is_dir()
    assert roots.keep("sid-thing", "one way", make) == first
    assert roots.keep("sid-thing", "another", make) != first
    assert len(made) == 2


def test_half_made_is_gone(cache):
    def fail(path):
        path.mkdir()
        raise roots.RootError("half made")

    with pytest.raises(roots.RootError):
        roots.keep("sid-thing", "one way", fail)
    assert not [path for path in cache.iterdir() if path.is_dir()]


def test_unused_for_weeks_is_gone(cache):
    """As long as it was used, it stays; others are none of its business."""
    paths = {}
    for name, weeks in (("sid-thing", 4), ("sid-thing", 2),
                        ("sid-thing-too", 4)):
        path = roots.keep(name, f"{weeks}", lambda path: path.mkdir())
        used = time.time() - weeks * WEEK
        os.utime(path, (used, used))
        paths[name, weeks] = path
    roots.keep("sid-thing", "new", lambda path: path.mkdir())
    assert [key for key, path in paths.items() if not path.exists()] == [
        ("sid-thing", 4)]
    again = roots.keep("sid-thing", "2", lambda path: path.mkdir())
    assert time.time() - again.stat().st_mtime < WEEK
