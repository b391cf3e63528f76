"""backstop doctor with a real Exim: healthy, then one thing after the other
broken."""

import pytest

from checkup import change, found
from exim import CONFIG, MODULES, SPLIT


@pytest.fixture(scope="module")
def exims(exim):
    with exim.ours() as host:
        yield host


def test_healthy(exims):
    assert found(exims) == {}
    text = exims.backstop("doctor", check=False).stdout
    for line in ("ok       exim-pieces", "ok       exim-module",
                 "ok       exim-slot", "ok       exim-made"):
        assert line in text, text


@pytest.mark.parametrize("piece", ["main", "router", "transport"])
def test_piece_lost(exims, piece):
    was = exims.read(SPLIT[piece])
    exims.path(SPLIT[piece]).unlink()
    findings = found(exims)
    exims.write(SPLIT[piece], was)
    assert "exim-pieces" in findings, findings
    assert SPLIT[piece] in findings["exim-pieces"]["fix"]


def test_module_lost(exims):
    exims.path(f"{MODULES}/backstop.so").rename(
        exims.path(f"{MODULES}/away"))
    findings = found(exims)
    exims.path(f"{MODULES}/away").rename(
        exims.path(f"{MODULES}/backstop.so"))
    assert "defers all mail" in findings["exim-module"]["text"]


def test_another_module(exims):
    """Exim itself refuses to have two."""
    path = f"{CONFIG}/main/60_other"
    exims.write(path, "local_scan_path = /usr/lib/exim4/other.so\n")
    assert exims.update_exim(check=False).returncode != 0
    findings = found(exims)
    exims.path(path).unlink()
    exims.update_exim()
    assert "other.so" in findings["exim-slot"]["text"]
    assert found(exims) == {}


def test_refused_bounces(exims):
    path = f"{CONFIG}/acl/35_bounces"
    exims.write(path, "acl_no_bounces:\n  deny\n    senders = :\n")
    exims.update_exim()
    findings = found(exims)
    exims.path(path).unlink()
    exims.update_exim()
    assert list(findings) == ["null-sender"], findings
    assert path in findings["null-sender"]["text"]


def test_networks(exims):
    was = change(exims, "/etc/exim4/update-exim4.conf.conf",
                 "dc_relay_nets=''", "dc_relay_nets='198.51.100.0/24'")
    findings = found(exims)
    exims.write("/etc/exim4/update-exim4.conf.conf", was)
    assert "198.51.100.0/24" in findings["exim-trusted"]["fix"]
