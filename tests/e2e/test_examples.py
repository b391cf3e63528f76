"""The examples that packages ship, loaded as they stand."""

import re

import pytest

import layouts

CERTIFICATE = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
               "/CN=mail.example.org", "-keyout", "/etc/ssl/private/mail.key",
               "-out", "/etc/ssl/mail.crt")


@pytest.mark.parametrize("name", sorted(
    path.stem for path in layouts.EXAMPLES.glob("smtpd/*.conf")))
def test_smtpd_takes_its_example(lab, name):
    with lab.bare_ours() as host:
        host.run(*CERTIFICATE)
        for table in ("credentials", "owners"):
            host.write(f"/etc/mail/{table}", "")
        host.write("/etc/smtpd.conf", layouts.example(name))
        assert "configuration OK" in host.run("smtpd", "-n").stderr


def test_smtpd_forwards_by_srs(lab):
    """backstop(7), SRS, put into the example for two hops."""
    shown = re.search(r"^\.Ss SRS\n.*?^\.Bd.*?\n(.*?)^\.Ed", (
        layouts.EXAMPLES.parents[1] / "common/backstop.7").read_text(),
                      re.M | re.S)[1]
    rule = shown.splitlines()[-1].partition(' action ')[0]
    conf, count = re.subn(f"^{re.escape(rule)} .*\n", lambda _: shown,
                          layouts.two_hops(lab.has_auth), flags=re.M)
    assert count == 1
    with lab.bare_ours() as host:
        host.write("/etc/smtpd.conf", conf)
        assert "configuration OK" in host.run("smtpd", "-n").stderr


def test_engine_takes_its_example(lab):
    """As it stands, and with nothing commented out."""
    text = (layouts.EXAMPLES / "backstop.conf").read_text()
    keys = re.sub(r"^#\s*(?=\w+\s*=|\[)", "", text, flags=re.M)
    assert "\nlifetime = 10\n" in keys and "\n[dns]\n" in keys
    keys = keys.replace("\ndomains  =\n", "\ndomains = example.net\n")
    for conf in (text, keys):
        with lab.bare_ours() as host:
            host.write("/etc/backstop/backstop.conf", conf)
            host.backstop("checkconf")
            host.backstop("init")
            host.start_engine()
