"""The files of an old store are damaged in every way that a disk, a crash or a
careless hand knows: the engine comes up with a store that it can use, and no
genuine bounce is refused. An engine that ends all the same is started again,
and must know better then."""

import collections
import os
import shutil
import signal
import subprocess

import campaign
from campaign import Wrong, genuine_bounce

PAGE = 4096
USERS = 400
ASKED = 20
ENDS = 3  # of an engine that comes upon damage


class Damage:
    """Ways to damage the file of a store, by their names. Each gets its
    octets and returns others."""

    def __init__(self, chance):
        self.chance = chance
        self.ways = {name.removeprefix("do_"): getattr(self, name)
                     for name in dir(self) if name.startswith("do_")}

    def _flip(self, octets, at):
        octets[at] ^= 1 << self.chance.randrange(8)

    def _page(self, octets, first=0):
        return PAGE * self.chance.randrange(first, len(octets) // PAGE)

    def do_one_bit(self, octets):
        self._flip(octets, self.chance.randrange(len(octets)))
        return octets

    def do_many_bits(self, octets):
        for _ in range(100):
            self._flip(octets, self.chance.randrange(len(octets)))
        return octets

    def do_head_of_a_page(self, octets):
        self._flip(octets, self._page(octets) + self.chance.randrange(16))
        return octets

    def do_both_meta_pages(self, octets):
        for page in (0, PAGE):
            self._flip(octets, page + self.chance.randrange(160))
        return octets

    def do_page_of_zeros(self, octets):
        at = self._page(octets)
        octets[at:at + PAGE] = bytes(PAGE)
        return octets

    def do_page_of_noise(self, octets):
        at = self._page(octets)
        octets[at:at + PAGE] = self.chance.randbytes(PAGE)
        return octets

    def do_pages_change_places(self, octets):
        one, other = self._page(octets, 2), self._page(octets, 2)
        octets[one:one + PAGE], octets[other:other + PAGE] = (
            octets[other:other + PAGE], octets[one:one + PAGE])
        return octets

    def do_page_twice(self, octets):
        one, other = self._page(octets, 2), self._page(octets, 2)
        octets[one:one + PAGE] = octets[other:other + PAGE]
        return octets

    def do_page_of_another_content(self, octets):
        """Its number is its own still."""
        one, other = self._page(octets, 2), self._page(octets, 2)
        octets[one + 8:one + PAGE] = octets[other + 8:other + PAGE]
        return octets

    def do_cut(self, octets):
        return octets[:self.chance.randrange(len(octets))]

    def do_cut_at_a_page(self, octets):
        return octets[:self._page(octets)]

    def do_empty(self, octets):
        return octets[:0]

    def do_noise(self, octets):
        return self.chance.randbytes(len(octets))

    def do_more_behind(self, octets):
        return octets + self.chance.randbytes(self.chance.randrange(9000))

    def do_free_list(self, octets):
        for page in range(2, min(len(octets) // PAGE, 12)):
            if self.chance.random() < .4:
                octets[PAGE * page + 10] ^= 1 << self.chance.randrange(5)
        return octets


def with_version_of(octets, damaged):
    """A store of another version of LMDB is not damaged: it is left alone."""
    for page in (0, PAGE):
        at = slice(page + 20, page + 24)
        if len(damaged) >= at.stop:
            damaged[at] = octets[at]
    return damaged


def lock_files(war, store):
    """Beside the store: scribbled on, cut or gone."""
    path = war.chance.choice(sorted(
        path for path in store.iterdir() if "lock" in path.name))
    kind = war.chance.randrange(3)
    if kind == 0:
        with open(path, "r+b") as file:
            file.write(war.chance.randbytes(war.chance.randrange(1, 9000)))
    elif kind == 1:
        os.truncate(path, war.chance.randrange(200))
    else:
        path.unlink()


def send_all(war):
    """Mail of all users leaves; returns their tags."""
    with war.questions() as questions:
        tags = [questions.sign(f"u{n}@example.org")["address"]
                for n in range(USERS)]
        for number, tag in enumerate(tags):
            questions.ask(
                op="sent", mode="out", client="127.0.0.1", sender=tag,
                recipients=1, message_id=f"m{number}@example.org",
                recipient_domain="remote.example",
                header_from=f"u{number}@example.org")
    return tags


def ask(war, tags):
    """Bounces to tags of ours, and without a tag for what we sent."""
    with war.questions() as questions:
        for number in war.chance.sample(range(USERS), ASKED):
            genuine_bounce(questions, tags[number])
            genuine_bounce(questions, tags[number], f"m{number}@example.org")
            answer = questions.ask(
                op="data", sender="", kind="dsn",
                recipient=f"u{number}@example.org",
                message_id=f"m{number}@example.org",
                final_recipient="x@remote.example")
            if answer["action"] == "reject":
                raise Wrong(f"a bounce of what we sent: {answer}")
            questions.sign(f"new{number}@example.org")


def copy(war, source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for path in (target, *target.iterdir()):
        shutil.chown(path, war.owner.st_uid, war.owner.st_gid)


def prepare(war):
    """Two stores: one that was closed, and one whose engine was killed."""
    store = war.state / "store"
    war.started()
    tags = send_all(war)
    war.stop()
    subprocess.run([war.old_store, store, war.state / "store.key", "40",
                    "example.org"], check=True)
    war.owner = store.stat()
    copies = [war.folder / "closed", war.folder / "killed"]
    shutil.copytree(store, copies[0])
    war.started()
    ask(war, tags)
    war.stop(signal.SIGKILL)
    shutil.copytree(store, copies[1])
    return tags, copies


def is_answered(war, tags):
    """Whether an engine stays that answers."""
    for _ in range(ENDS):
        try:
            ask(war, tags)
            return True
        except OSError:
            war.wait_for_store()
    return False


def conduct(war):
    tags, copies = prepare(war)
    war.may_crash = True
    store = war.state / "store"
    damage = Damage(war.chance)
    counts = collections.Counter()
    ways = [*damage.ways, "lock files"]
    while war.goes_on():
        way = ways[sum(counts.values()) % len(ways)]
        copy(war, war.chance.choice(copies), store)
        if way == "lock files":
            lock_files(war, store)
        else:
            octets = (store / "data.mdb").read_bytes()
            (store / "data.mdb").write_bytes(with_version_of(
                octets, bytearray(damage.ways[way](bytearray(octets)))))
        print(f"{sum(counts.values())}: {way}", flush=True)
        war.started()
        if not is_answered(war, tags):
            raise Wrong(f"{way}: the engine ended {ENDS} times")
        war.stop()
        counts[way] += 1
    return f"{sum(counts.values())} damaged stores: {dict(counts)}"


campaign.run(conduct)
