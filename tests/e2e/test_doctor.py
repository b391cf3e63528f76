"""backstop doctor with a real smtpd: all is well, then one thing after the
other is broken."""

import json

import pytest

import layouts
from checkup import ELSEWHERE, change, found


@pytest.fixture(scope="module", params=["one_hop", "two_hops"])
def smtpd(request, lab):
    with lab.ours(getattr(layouts, request.param)) as host:
        host.layout = request.param
        yield host


def test_healthy(smtpd):
    assert found(smtpd) == {}
    text = smtpd.backstop("doctor", check=False).stdout
    for line in ("ok       smtpd-socket", "ok       smtpd-in",
                 "ok       engine ", "ok       lifetime"):
        assert line in text, text


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
    was = change(smtpd, "/etc/smtpd.conf", f' filter "{name}"', "")
    try:
        smtpd.run("smtpd", "-n")
        findings = found(smtpd)
    finally:
        smtpd.write("/etc/smtpd.conf", was)
    assert list(findings) == ["smtpd-socket"], findings
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
