"""backstop doctor with a real smtpd: all is well, then one thing after the
other is broken."""

import json
import re

import pytest

import checkup
import layouts
from checkup import ELSEWHERE, change
from host import wait_until

FILTER = "/usr/libexec/opensmtpd/filter-backstop"


def found(host):
    """smtpd.conf is written anew beneath an smtpd that runs."""
    return {check: one for check, one in checkup.found(host).items()
            if check != "smtpd-stale"}


@pytest.fixture(scope="module", params=["one_hop", "two_hops"])
def smtpd(request, lab):
    with lab.ours(getattr(layouts, request.param)) as host:
        host.layout = request.param
        yield host


def test_healthy(smtpd):
    assert checkup.found(smtpd) == {}
    text = smtpd.backstop("doctor", check=False).stdout
    for line in ("ok       smtpd-socket", "ok       smtpd-in",
                 "ok       engine ", "ok       lifetime",
                 "ok       smtpd-runs", "ok       smtpd-stale",
                 "ok       smtpd-own-name", "ok       smtpd-domains",
                 "ok       smtpd-out", "ok       engine-stale"):
        assert line in text, text


def test_old_smtpd(smtpd):
    """Its configuration was changed; then the filter was replaced; then it does
    not run."""
    conf = smtpd.read("/etc/smtpd.conf")
    wait_until(lambda: not smtpd.write("/etc/smtpd.conf", conf) and
               "smtpd-stale" in checkup.found(smtpd), "smtpd to be older")
    smtpd.smtpd.stop()
    assert list(found(smtpd)) == ["smtpd-runs"]
    smtpd.start_smtpd(conf)
    assert checkup.found(smtpd) == {}
    smtpd.run("cp", FILTER, f"{FILTER}.new")
    smtpd.run("mv", f"{FILTER}.new", FILTER)
    assert list(checkup.found(smtpd)) == ["smtpd-stale"]
    smtpd.smtpd.stop()
    smtpd.start_smtpd(conf)
    assert checkup.found(smtpd) == {}


def test_smtpd_of_another_configuration(smtpd):
    conf = smtpd.read("/etc/smtpd.conf")
    smtpd.smtpd.stop()
    bare = re.sub(r' filter "[^"]*"', "",
                  re.sub(r"(?m)^filter .*\n", "", conf))
    smtpd.start_smtpd(bare)
    smtpd.write("/etc/smtpd.conf", conf)
    without = found(smtpd)
    smtpd.smtpd.stop()
    smtpd.write("/etc/other.conf", conf)
    smtpd.smtpd = smtpd.start("smtpd", "smtpd", "-d", "-f", "/etc/other.conf")
    other = found(smtpd)
    smtpd.smtpd.stop()
    smtpd.start_smtpd(conf)
    assert "without filter-backstop" in without["smtpd-runs"]["text"]
    assert "--smtpd-conf /etc/other.conf" in other["smtpd-runs"]["fix"]


def test_stand_in(smtpd):
    """What the package leaves when it is removed while smtpd.conf names it."""
    conf = smtpd.read("/etc/smtpd.conf")
    smtpd.smtpd.stop()
    smtpd.run("mv", FILTER, f"{FILTER}.away")
    gone = found(smtpd)
    smtpd.write(FILTER, "#!/bin/sh\necho 'register|ready'\n"
                "exec cat >/dev/null\n", mode=0o755)
    smtpd.start_smtpd(conf)
    findings = checkup.found(smtpd)
    smtpd.smtpd.stop()
    smtpd.run("mv", f"{FILTER}.away", FILTER)
    smtpd.start_smtpd(conf)
    assert set(gone) == {"smtpd-program", "smtpd-runs"}, gone
    assert list(findings) == ["smtpd-stand-in"], findings
    assert checkup.found(smtpd) == {}


@pytest.mark.parametrize("check, old, new, fix", [
    ("smtpd-in", ' tag MX filter "bs-in"', " tag MX", 'filter "bs-in"'),
    ("filter-user", "user _bsfilter", "user nemo", "adduser"),
    ("smtpd-user", " group _bsfilter", "", "group _bsfilter"),
    ("smtpd-program", 'proc-exec "', 'proc-exec "/usr/nowhere/', "install"),
    ("null-sender", 'match from any for domain ',
     'match from any mail-from "<>" for any reject\n'
     'match from any for domain ', "take that line out"),
    ("lifetime", 'action "local" ', 'queue ttl 9d\naction "local" ',
     "lifetime = 14"),
])
def test_smtpd_conf(smtpd, check, old, new, fix):
    was = change(smtpd, "/etc/smtpd.conf", old, new)
    try:
        # smtpd takes it for what it should mean here
        if check not in ("filter-user", "smtpd-program"):
            smtpd.run("smtpd", "-n")
        findings = found(smtpd)
    finally:
        smtpd.write("/etc/smtpd.conf", was)
    assert list(findings) == [check], findings
    assert fix in findings[check]["fix"]


def test_socket_without_filter(smtpd):
    name = "bs-local" if smtpd.layout == "one_hop" else "bs-untag"
    line = re.search("listen on socket.*", smtpd.read("/etc/smtpd.conf"))[0]
    was = change(smtpd, "/etc/smtpd.conf", line,
                 line.replace(f' filter "{name}"', ""))
    try:
        smtpd.run("smtpd", "-n")
        findings = found(smtpd)
    finally:
        smtpd.write("/etc/smtpd.conf", was)
    # in one hop it is that filter that signs, too
    also = ["smtpd-out"] if smtpd.layout == "one_hop" else []
    assert list(findings) == ["smtpd-socket", *also], findings
    assert (f'listen on socket filter "{name}"'
            in findings["smtpd-socket"]["fix"])


@pytest.mark.parametrize("path, mode, check", [
    ("/var/lib/backstop/keyring", 0o640, "keyring-mode"),
    ("/var/lib/backstop/store.key", 0o640, "keyring-mode"),
    ("/var/lib/backstop/store", 0o700, "state-mode"),
    ("/var/lib/backstop", 0o750, "state-mode"),
])
def test_modes(smtpd, path, mode, check):
    """Typing what it says mends it."""
    smtpd.run("chmod", "0755", path)
    smtpd.run("chown", "nobody", path)
    finding = found(smtpd)[check]
    command = finding["fix"].removeprefix("type: ")
    assert command != finding["fix"]
    smtpd.run("sh", "-ec", command)
    assert smtpd.path(path).stat().st_mode & 0o7777 == mode
    assert found(smtpd) == {}


def test_as_a_user(smtpd):
    done = smtpd.run("backstop", "--json", "doctor", user="alice",
                     check=False)
    findings = [one for one in json.loads(done.stdout)["findings"]
                if one["severity"] in ("error", "warning")]
    assert {one["check"] for one in findings} <= ELSEWHERE, findings


def test_engine_away(smtpd):
    smtpd.engine.stop()
    findings = found(smtpd)
    assert "engine-socket" in findings or "engine" in findings, findings
    smtpd.start_engine()
    assert not {"engine", "engine-socket"} & set(found(smtpd))
