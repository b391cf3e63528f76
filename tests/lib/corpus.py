"""The labelled bounces, read in place, and how well a reader tells them."""

import collections
import csv
import os
import pathlib

_ROOT = pathlib.Path(__file__).resolve().parents[2]
BOUNCES = ("dsn", "nonstandard")


def folder():
    """Where the corpus is: $BACKSTOP_CORPUS, or ../shared/corpus."""
    return pathlib.Path(os.environ.get(
        "BACKSTOP_CORPUS", _ROOT.parent / "shared/corpus")).resolve()


def bounces():
    """The folder of the bounces; None where there is no corpus."""
    found = folder() / "bounces"
    return found if (found / "labels.tsv").is_file() else None


def rows(found):
    """The labels of all files, as dicts of text."""
    with open(found / "labels.tsv", encoding="utf-8", newline="") as labels:
        return list(csv.DictReader(labels, delimiter="\t",
                                   quoting=csv.QUOTE_NONE))


def scored(found):
    """The labels of the files that count."""
    return [row for row in rows(found)
            if row["tier"] == "core" and not row["variant_of"]]


def _addresses(items):
    return {item.strip().strip("<>").lower() for item in items}


class Score:
    """Counts, by the names of issue and README."""

    def __init__(self):
        self.counts = collections.Counter()
        self.missed = []  # (what, file)

    def _count(self, name, right, row):
        self.counts[name, "all"] += 1
        self.counts[name, "right"] += right
        if not right:
            self.missed.append((name, row["file"]))

    def add(self, row, kind, message_ids, final_recipients):
        """What a reader made of a file, and what its label says."""
        is_bounce, said_bounce = row["class"] in BOUNCES, kind in BOUNCES
        if is_bounce:
            self._count("recall", said_bounce, row)
        if said_bounce:
            self._count("precision", is_bounce, row)
        self._count("kind", kind == row["class"], row)
        wanted = row["orig_message_id"].strip().strip("<>").strip()
        if wanted:
            self._count("message-id", message_ids[:1] == [wanted], row)
            self.counts["wrong", "all"] += 1
            self.counts["wrong", "right"] += message_ids[:1] not in (
                [], [wanted])
        if (row["final_recipient"]
                and row["final_recipient_src"] == "delivery-status"):
            self._count("final-recipient",
                        _addresses(row["final_recipient"].split(";"))
                        == _addresses(final_recipients), row)

    def percent(self, name):
        return (100 * self.counts[name, "right"]
                / max(1, self.counts[name, "all"]))

    def line(self, name):
        return (f"{self.percent(name):6.2f} % ({self.counts[name, 'right']}"
                f"/{self.counts[name, 'all']})")
