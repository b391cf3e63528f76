"""backstop doctor on real hosts: healthy, then one thing after the other
broken."""

import json

import pytest

import layouts
from exim import CONFIG, MODULES, SPLIT

# There is no DNS on the wire, and who keeps this machine's clock is not for a
# test to say.
ELSEWHERE = {"dns", "clock-sync"}


def doctor(host, *words):
    """Findings that are not fine, and the exit status."""
    done = host.backstop("--json", "doctor", *words, check=False)
    assert not done.stderr, done.stderr
    result = json.loads(done.stdout)
    return {one["check"]: one for one in result["findings"]
            if one["severity"] != "ok"}, done.returncode


def found(host):
    findings, status = doctor(host)
    assert status == 1, findings  # there is no DNS
    return {check: one for check, one in findings.items()
            if check not in ELSEWHERE}


def change(host, path, old, new):
    text = host.read(path)
    assert old in text, text
    host.write(path, text.replace(old, new))
    return text


@pytest.fixture(scope="module", params=["one_hop", "two_hops"])
def smtpd(request, lab):
    with lab.ours(getattr(layouts, request.param)) as host:
        host.layout = request.param
        yield host


@pytest.fixture(scope="module")
def exims(exim):
    with exim.ours() as host:
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
    ("smtpd-program", "/usr/libexec/opensmtpd/", "/usr/nowhere/", "install"),
    ("null-sender", 'match from any for domain "example.org"',
     'match from any mail-from "<>" for any reject\n'
     'match from any for domain "example.org"', "take that line out"),
    ("lifetime", 'action "local" ', 'queue ttl 9d\naction "local" ',
     "lifetime = 14"),
])
def test_smtpd_conf(smtpd, check, old, new, fix):
    was = change(smtpd, "/etc/smtpd.conf", old, new)
    try:
        # smtpd reads it as it is meant here
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
    """What it says to type mends it."""
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


def test_exim_healthy(exims):
    assert found(exims) == {}
    text = exims.backstop("doctor", check=False).stdout
    for line in ("ok       exim-pieces", "ok       exim-module",
                 "ok       exim-slot", "ok       exim-made"):
        assert line in text, text


@pytest.mark.parametrize("piece", ["main", "router", "transport"])
def test_exim_piece_lost(exims, piece):
    was = exims.read(SPLIT[piece])
    exims.path(SPLIT[piece]).unlink()
    findings = found(exims)
    exims.write(SPLIT[piece], was)
    assert "exim-pieces" in findings, findings
    assert SPLIT[piece] in findings["exim-pieces"]["fix"]


def test_exim_module_lost(exims):
    exims.path(f"{MODULES}/backstop.so").rename(
        exims.path(f"{MODULES}/away"))
    findings = found(exims)
    exims.path(f"{MODULES}/away").rename(
        exims.path(f"{MODULES}/backstop.so"))
    assert "defers all mail" in findings["exim-module"]["text"]


def test_another_module(exims):
    exims.write(f"{CONFIG}/main/60_other",
                "local_scan_path = /usr/lib/exim4/local_scan/other.so\n")
    exims.update_exim()
    findings = found(exims)
    exims.path(f"{CONFIG}/main/60_other").unlink()
    exims.update_exim()
    assert "other.so" in findings["exim-slot"]["text"]
    assert found(exims) == {}


def test_exim_that_refuses_bounces(exims):
    path = f"{CONFIG}/acl/35_bounces"
    exims.write(path, "acl_no_bounces:\n  deny\n    senders = :\n")
    exims.update_exim()
    findings = found(exims)
    exims.path(path).unlink()
    exims.update_exim()
    assert list(findings) == ["null-sender"], findings
    assert path in findings["null-sender"]["text"]


def test_exim_networks(exims):
    was = change(exims, "/etc/exim4/update-exim4.conf.conf",
                 "dc_relay_nets=''", "dc_relay_nets='198.51.100.0/24'")
    findings = found(exims)
    exims.write("/etc/exim4/update-exim4.conf.conf", was)
    assert "198.51.100.0/24" in findings["exim-trusted"]["fix"]
