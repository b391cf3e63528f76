"""Tags of Exim's own ${prvs}, and ours for its ${prvscheck}: one key."""

import hashlib
import hmac
import json
import random
import time

import pytest

from talk import ALICE, bounce

COUNT = 1000
SECRET = "s3cret of both"
THEIR_DAYS = 7
ATOMS = "abcdefghijklmnopqrstuvwxyz0123456789-_.+=~^&*/?!#'|"


def addresses(seed, letters=ATOMS):
    """Random local parts at a domain of ours, with dots only where they are
    allowed."""
    chance = random.Random(seed)
    found = set()
    while len(found) < COUNT:
        local = "".join(chance.choices(letters, k=chance.randint(1, 40)))
        if (".." not in local and local[0] not in ".#" and local[-1] != "."
                and "prvs=" not in local and "=" not in local[:5]):
            found.add(f"{local}@example.org")
    return sorted(found)


def expand(host, lines, clock=()):
    """Expands strings with Exim; the test fails where Exim cannot."""
    done = host.run(*clock, "exim4", "-be", text="\n".join(lines) + "\n")
    made = [line.removeprefix("> ") for line in done.stdout.splitlines()]
    assert made.pop().strip() == ""  # the prompt after the last one
    assert len(made) == len(lines), done.stdout[-2000:]
    assert not [line for line in made if line.startswith("Failed")], made
    return made


def quoted(text):
    return f"\\N{text}\\N"


def theirs(host, found, clock=()):
    return expand(host, [
        f"${{prvs{{{quoted(each)}}}{{{SECRET}}}{{{host.key}}}}}"
        for each in found], clock)


def check_theirs(host, tags, clock=()):
    """For each tag, the address that Exim finds behind it, or "no"."""
    return expand(host, [
        f"${{prvscheck{{{quoted(tag)}}}{{{SECRET}}}"
        "{${if eq{$prvscheck_result}{1}{$prvscheck_address}{no}}}}"
        for tag in tags], clock)


@pytest.fixture(scope="module")
def shared(exim):
    """Our host, whose key is Exim's, with Exim's lifetime."""
    with exim.bare_ours(lifetime=str(THEIR_DAYS)) as host:
        host.backstop("init")
        host.write("/root/secret", SECRET)
        used = int(host.sign(ALICE)[len("prvs=")])
        host.key, host.other_key = (used + 1) % 10, (used + 2) % 10
        host.backstop("key", "import", "--exim", "-k", str(host.key),
                      "/root/secret")
        host.backstop("key", "activate", str(host.key))
        host.pass_seconds(0)
        host.start_engine()
        exim.start_server(host, None)
        yield host


def verdicts(host, tags):
    with host.questions() as questions:
        return [questions.ask(op="rcpt", host="exim", sender="",
                              recipient=tag) for tag in tags]


def test_engine_accepts_tags_of_exim(shared):
    found = addresses(1)
    for answer, plain in zip(verdicts(shared, theirs(shared, found)), found):
        assert answer["verdict"] == "genuine", (answer, plain)
        assert answer["address"] == plain


def test_engine_accepts_mixed_case_tags_of_exim(shared):
    """Exim's recipe does not fold case; we must recognise its tag all the
    same."""
    found = addresses(2, ATOMS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert any(each != each.lower() for each in found)
    for answer, plain in zip(verdicts(shared, theirs(shared, found)), found):
        assert answer["verdict"] == "genuine", (answer, plain)


def test_exim_accepts_tags_of_the_engine(shared):
    """On each of its days."""
    found = addresses(3)
    with shared.questions() as questions:
        tags = [questions.sign(each)["address"] for each in found]
    assert all(tag.startswith(f"prvs={shared.key}") for tag in tags)
    for days, good in ((0, True), (THEIR_DAYS, True), (THEIR_DAYS + 1, False)):
        shared.pass_days(days)
        checked = check_theirs(shared, tags, shared.clock())
        assert checked == (found if good else ["no"] * COUNT), days
    shared.pass_seconds(0)


def test_stale_tags_that_exim_accepts(shared):
    """Exim compares days modulo 1000 without an upper limit, so a tag that
    expired long ago becomes valid again. Ours does not."""
    found = addresses(4)[:100]
    today = int(time.time()) // 86400
    # it would not show on some days near the turn of the thousand
    ahead = (1300 - today % 1000) % 1000 if today % 1000 >= 900 else 0
    shared.pass_days(ahead + 100 - 1000 - THEIR_DAYS)
    old = theirs(shared, found, shared.clock())
    digits = (today + ahead + 100) % 1000
    assert all(tag[6:9] == f"{digits:03}" for tag in old)
    shared.pass_days(ahead)
    assert check_theirs(shared, old, shared.clock()) == found
    shared.pass_seconds(0)
    for answer in verdicts(shared, old):
        assert answer["verdict"] != "genuine", answer
    done = shared.backstop("--at", str((today + ahead) * 86400 + 3600),
                           "--json", "verify", old[0], check=False)
    assert json.loads(done.stdout)["tag"] in ("stale", "unknown-key")


def test_mixed_case_comes_home_through_exim(shared, word):
    """RCPT's ACL has the address in lower case, where such a tag is bad."""
    tag, = theirs(shared, ["Alice@Example.Org"])
    assert bounce(shared, tag, word).startswith("250")
    mail = shared.wait_mail("alice", word)
    assert mail.recipient.lower() == ALICE
    assert mail["X-Backstop"].startswith("genuine ")


def test_batv_tools(shared):
    """All octets of the key file belong to the key, the newline too."""
    secret = bytes(range(1, 100)) + b"\n"
    shared.path("/root/batv").write_bytes(secret)
    shared.backstop("key", "import", "--batv-tools", "-k",
                    str(shared.other_key), "/root/batv")
    day = (int(time.time()) // 86400 + THEIR_DAYS) % 1000
    found = addresses(5)[:200]
    tags = []
    for each in found:
        head = f"{shared.other_key}{day:03}"
        mac = hmac.new(secret, (head + each).encode(), hashlib.sha1)
        tags.append(f"prvs={head}{mac.hexdigest()[:6]}={each}")
    for answer, plain in zip(verdicts(shared, tags), found):
        assert answer["verdict"] == "genuine", (answer, plain)
    wrong = hmac.new(secret[:-1], (head + plain).encode(), hashlib.sha1)
    answer, = verdicts(shared, [f"prvs={head}{wrong.hexdigest()[:6]}={plain}"])
    assert answer["verdict"] != "genuine"
