"""How well the installed program tells the labelled bounces."""

import json
import shutil

import pytest

import corpus

# The aims, in per cent; for "wrong" it is the upper limit.
AIMS = {"recall": 99.5, "precision": 99.5, "kind": 96, "message-id": 99.5,
        "final-recipient": 97}
WRONG_AT_MOST = 0
TITLES = {"recall": "bounces that were seen to be bounces",
          "precision": "of what was called a bounce, bounces",
          "kind": "exact kind",
          "message-id": "returned Message-ID right",
          "wrong": "returned Message-ID wrong",
          "final-recipient": "Final-Recipient of the report right"}

EXPLAIN = """
cd /tmp/bounces
while read -r name; do
    backstop --json explain "$name" | head -n 1
done </tmp/names
"""


@pytest.fixture(scope="module")
def told(lab, bounces):
    """Labels and what explain says of their files."""
    labels = corpus.scored(bounces)
    with lab.bare_ours() as host:
        shutil.copytree(bounces / "msgs", host.path("/tmp/bounces"))
        host.write("/tmp/names", "".join(f"{label['file']}\n"
                                         for label in labels))
        said = host.run("sh", "-c", EXPLAIN).stdout.splitlines()
    assert len(said) == len(labels) > 1000
    return list(zip(labels, map(json.loads, said)))


def test_scores(told, record_property):
    score = corpus.Score()
    for label, said in told:
        score.add(label, said["kind"], said["message_ids"],
                  said["final_recipients"])
    for name, title in TITLES.items():
        record_property("figure", f"{score.line(name)} {title}")
    for name, aim in AIMS.items():
        assert score.percent(name) >= aim, (name, score.missed)
    assert score.percent("wrong") <= WRONG_AT_MOST, score.missed
