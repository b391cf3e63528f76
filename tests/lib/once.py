"""What several processes of a run need is made once, by the first of them."""

import fcntl
import os
import pathlib


def once(suite, name, make):
    """The path of a thing of a Debian release, which make(path) makes if
    there is none yet. Whoever asks meanwhile waits for it."""
    folder = pathlib.Path(os.environ["BACKSTOP_WORK"]) / f"{suite}.shared"
    folder.mkdir(exist_ok=True)
    path = folder / name
    with open(folder / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = folder / f".{name}"
            make(unfinished)
            unfinished.rename(path)
    return path
