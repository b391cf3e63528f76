"""The scenarios of the RFC 7208 test suite, as zones of dnsd.py."""

import collections

import corpus

COUNT = 203
Case = collections.namedtuple(
    "Case", "scenario name ip helo sender results explanation")


def path():
    """The suite; None where there is no corpus."""
    found = corpus.folder() / "spf/rfc7208-tests.yml"
    return found if found.is_file() else None


def _entries(listed, timeout):
    """A name's records. A name that has SPF but no TXT serves it as TXT too;
    TIMEOUT is what happens to types without a record before it."""
    made, kinds = [], set()
    for item in listed:
        if item == "TIMEOUT":
            made.append((timeout, "else"))
            continue
        (kind, value), = item.items()
        kinds.add(kind)
        if value == "TIMEOUT":
            made.append((timeout, kind))
        elif value != "NONE":
            made.append((kind, value))
    if "SPF" in kinds and "TXT" not in kinds:
        made += [("TXT", entry[1]) if entry[0] == "SPF" else (timeout, "TXT")
                 for entry in made if "SPF" in entry]
    return made


def zone(scenario, timeout="SERVFAIL"):
    """timeout is what TIMEOUT means: SERVFAIL or SILENT."""
    made = collections.defaultdict(list)
    for name, listed in scenario["zonedata"].items():
        made[name.lower()] += _entries(listed, timeout)
    return dict(made)


def scenarios(found=None):
    """The suite's documents, as YAML has them."""
    import yaml  # pylint: disable=import-outside-toplevel
    with open(found or path(), encoding="utf-8") as text:
        return list(yaml.safe_load_all(text))


def cases(scenario):
    """The tests of a scenario. explanation is None where none is asked for,
    "DEFAULT" where the domain has none to give."""
    for name, test in scenario["tests"].items():
        wanted = test["result"]
        yield Case(scenario["description"], name, test["host"], test["helo"],
                   test["mailfrom"],
                   [wanted] if isinstance(wanted, str) else wanted,
                   test.get("explanation"))
