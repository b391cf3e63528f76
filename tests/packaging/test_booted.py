"""The documents, typed on a clean Debian that systemd has booted: from the
first installation to the last line of the removal, for each layout.

A run types one layout for each release, suite slow all of them. The tests of a
layout are one story on one host and stand in its order."""

import email
import email.policy
import json
import os

import pytest

import layouts
import roots
from booted import BootedHost, NoCgroups, may_boot
from debs import FOLDER, copy_source, smtpd_conf
from dnsd import Dnsd
from documents import manual, one_with, readme, typed
from exim import EximHost
from hooks import REPORT
from host import wait_until
from lab import STATE
from talk import ALICE, CAROL, SIGNED, bounce, deliver, forge, send

CONF = "/etc/backstop/backstop.conf"
MX = {
    layouts.REMOTE: [["MX", [10, "mx.remote.example"]]],
    "mx.remote.example": [["A", layouts.REMOTE_ADDRESS]],
}
BARE_SMTPD = """\
table aliases file:/etc/aliases
listen on socket
listen on eth0
action "local" maildir alias <aliases>
action "out" relay
match from any for domain "example.org" action "local"
match from local for local action "local"
match from local for any action "out"
"""


class Packaged(BootedHost):
    """By the packages, which are built already."""

    def install_engine(self):
        lines = one_with(readme("Set it up"), "build.sh")
        self.shell(lines.partition("build.sh")[2].split("\n", 1)[1])

    def install_adapter(self):
        self.shell(one_with(readme(self.section), "apt install"))

    def remove(self):
        first, second = typed(one_with(readme("To be rid of it"), "purge"))
        self.shell(first)
        yield
        self.shell(second)


class FromSource(BootedHost):
    """By the README's way without packages."""

    def settle(self, debs):
        super().settle(debs)
        copy_source(self.path(FOLDER))

    def _lines(self, word):
        return one_with(readme("Without packages"), word)

    def install_engine(self):
        self.shell(self._lines("meson setup"))

    def install_adapter(self):
        """All of it is there already."""

    def remove(self):
        lines = self._lines("ninja -C build uninstall").splitlines()
        kept = next(number for number, line in enumerate(lines)
                    if line.startswith("rm "))
        self.shell("\n".join(lines[:kept]))
        yield
        self.shell("\n".join(lines[kept:]))


class WithSmtpd(BootedHost):
    """The layout of two hops, as the README shows it."""

    server, section = "opensmtpd", "OpenSMTPD"

    def install_server(self):
        self.apt("install", "opensmtpd")
        for name in ("credentials", "owners"):
            self.write(f"/etc/mail/{name}", "")
        self.write("/etc/smtpd.conf", BARE_SMTPD)
        self.run("systemctl", "restart", "opensmtpd")

    def put_to_use(self):
        if self.debs.suite != "bookworm":
            self.make_certificate()
        self.write("/etc/smtpd.conf", smtpd_conf(
            self.debs.suite, layouts.example("two-hops")))
        self.shell(one_with(readme("OpenSMTPD"), "smtpd -n"))

    def make_certificate(self):
        """As everybody has one who offers TLS."""
        self.run("mkdir", "-p", "/etc/ssl/private")
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                 "/CN=ours.test", "-keyout", "/etc/ssl/private/mail.key",
                 "-out", "/etc/ssl/mail.crt")

    def take_out(self):
        self.write("/etc/smtpd.conf", BARE_SMTPD)
        self.run("systemctl", "restart", "opensmtpd")


class WithExim(EximHost, BootedHost):
    """As Debian configures it."""

    server, section, split = "exim4", "Exim", "true"
    daemon = "light"

    def install_server(self):
        self.apt("install", f"exim4-daemon-{self.daemon}")
        self.configure_exim(use_split_config=self.split)
        self.shell("update-exim4.conf && systemctl restart exim4")

    def put_to_use(self):
        self.shell(one_with(readme("Exim"), "ln -s"))

    def take_out(self):
        """The package takes itself out."""


class TwoHops(WithSmtpd, Packaged):
    pass


class EximLightSplit(WithExim, Packaged):
    pass


class EximHeavyUnsplit(WithExim, Packaged):
    split, daemon = "false", "heavy"

    def put_to_use(self):
        self.shell(one_with(manual("exim/backstop-exim.7"), "sed"))


class SourceSmtpd(WithSmtpd, FromSource):
    pass


class SourceExim(WithExim, FromSource):
    def install_engine(self):
        self.apt("install", "exim4-dev")
        super().install_engine()

    def install_adapter(self):
        self.shell(self._lines("/etc/exim4/backstop"))

    def take_out(self):
        self.shell(self._lines("rm /usr/lib/exim4"))


LAYOUTS = {"two-hops": TwoHops, "exim-light": EximLightSplit,
           "exim-heavy": EximHeavyUnsplit, "source-smtpd": SourceSmtpd,
           "source-exim": SourceExim}
# What an ordinary run types.
ORDINARY = {"bookworm": ["source-exim"], "trixie": ["two-hops"]}


def pytest_generate_tests(metafunc):
    suites = metafunc.config.getoption("suite") or roots.SUITES
    every = metafunc.config.getoption("slow")
    pairs = [(suite, name) for suite in suites
             for name in (LAYOUTS if every else ORDINARY[suite])]
    metafunc.parametrize("debs, layout", pairs, indirect=True,
                         scope="session", ids=map("-".join, pairs))


@pytest.fixture(scope="session")
def layout(request):
    return LAYOUTS[request.param]


@pytest.fixture(scope="module")
def host(debs, layout):
    """The host of the story."""
    try:
        may_boot()
    except NoCgroups as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"systemd cannot be booted here: {error}")
    made = layout(debs.lan, "ours", layouts.OUR_ADDRESS,
                  [roots.root(debs.suite, kind="booted")])
    with made:
        made.settle(debs)
        made.boot()
        names = Dnsd("127.0.0.1", 53, MX, made.space)
        try:
            yield made
        finally:
            names.close()


@pytest.fixture(autouse=True)
def step(request, host):
    """A step begins where all before it went well."""
    assert not host.stuck, f"{host.stuck} went wrong before"
    host.stuck = request.node.name
    yield
    report = request.node.stash.get(REPORT, None)
    if report is None or report.passed:
        host.stuck = None


def out_and_back(host, remote, word):
    """Mail leaves signed, and a bounce of it comes home; returns its tag."""
    send(host, CAROL, word)
    tag = remote.wait_mail("carol", word).return_path
    assert SIGNED.fullmatch(tag), tag
    comes_home(host, tag, f"{word}-back")
    return tag


def comes_home(host, tag, word):
    reply = bounce(host, tag, word)
    assert reply.startswith("250"), reply
    assert host.wait_mail("alice", word).recipient == ALICE


def works_without(host, remote, word):
    """Mail leaves unsigned and comes in: the mail server is well."""
    send(host, CAROL, f"{word}-out")
    assert remote.wait_mail("carol", f"{word}-out").return_path == ALICE
    assert deliver(host, CAROL, ALICE, f"{word}-in").startswith("250")
    host.wait_mail("alice", f"{word}-in")


def active(host, *units):
    return host.run("systemctl", "is-active", *units,
                    check=False).stdout.split()


def gaps(host):
    return json.loads(host.backstop("--json", "status",
                                    check=False).stdout)["store"]["gaps"]


def main_process(host):
    return int(host.run("systemctl", "show", "--property=MainPID", "--value",
                        "backstopd").stdout)


def type_lines(host, word):
    """The README's lines for what comes from then on."""
    return host.shell(one_with(readme("From then on"), word))


def test_server_before(host, remote, word):
    """A mail server of Debian's that sends and takes mail."""
    host.add_aliases()
    host.install_server()
    wait_until(host.greets, lambda: host.logs())
    works_without(host, remote, word)


def test_installed(host, remote, word):
    host.install_engine()
    host.shell(one_with(readme("Set it up"), "checkconf"))
    assert active(host, "backstopd.socket", "backstopd.service") == [
        "active", "active"]
    host.install_adapter()
    works_without(host, remote, word)  # nothing is changed yet
    host.put_to_use()
    wait_until(host.greets, lambda: host.logs())


def test_first_mail_and_its_bounce(host, remote, word):
    host.tag = out_and_back(host, remote, word)
    assert "verdict=genuine" in host.journal("-u", "backstopd")


def test_forged_bounce_passes_at_first(host, word):
    assert bounce(host, forge(host.tag), word).startswith("250")
    assert "would=reject" in host.journal("-u", "backstopd")


def test_modes(host, remote, word):
    """From what doctor says to the first refusal: a host so young has to be
    forced."""
    told, status, mode = typed(one_with(readme("From then on"), "backstop mode"))
    for line in (told, status):
        done = host.shell(line, check=False)
        assert done.returncode < 2, done.stdout + done.stderr
    done = host.shell(mode, check=False)
    if done.returncode:
        assert "--force" in done.stdout + done.stderr
        host.shell(f"{mode} --force")
    assert bounce(host, forge(host.tag), word).startswith("550 5.7.1")
    out_and_back(host, remote, word)


def test_why(host):
    """The README's lines. The journal tells of her who got the bounces; who
    asks about others, or on a host so young, is told that, too."""
    lines = typed(one_with(readme("See what it does"), "backstop why"))
    for line in lines:
        done = host.shell(line, check=False)
        assert done.returncode < 2 and not done.stderr, f"{line}: {done}"
        assert done.stdout or "--html" in line, line
    assert "</svg>" in host.read("/root/backstop.html")
    ask = lines[1]
    said = host.shell(ask.replace("bob@", "alice@")).stdout
    assert "sent a bounce to prvs=" in said, said
    assert "It was refused." in said, said
    assert "Its tag is forged: nobody here signed it." in said, said


def test_report_by_mail(host):
    """The README's line; and the mail that postmaster gets, who is alice."""
    host.write("/etc/aliases",
               host.read("/etc/aliases") + "postmaster: alice\n")
    if host.server == "opensmtpd":
        host.run("smtpctl", "update", "table", "aliases")
    host.shell(one_with(readme("See what it does"), "backstop-report.timer"))
    assert active(host, "backstop-report.timer") == ["active"]
    host.run("systemctl", "start", "backstop-report.service")
    find = "grep -rl 'filename=\"backstop-' /home/alice /var/mail"
    path = wait_until(lambda: host.shell(find, check=False).stdout,
                      lambda: "the report in alice's mailbox:\n" +
                      host.journal("-n", "50")).splitlines()[0]
    message = email.message_from_bytes(host.path(path).read_bytes(),
                                       policy=email.policy.default)
    text, page = message.iter_parts()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] and message["Message-ID"]
    assert "bounces refused as forged" in text.get_content()
    assert "</svg>" in page.get_content()


def test_spf_section(host, remote, word):
    """As the README has it at the end of backstop.conf."""
    lines = one_with(readme("From then on"), "[spf]")
    host.write(CONF, host.read(CONF) + "\n" + lines)
    host.shell(one_with(readme("Set it up"), "checkconf").split("backstop.conf")
               [-1])
    out_and_back(host, remote, word)


def test_new_key(host, remote, word):
    type_lines(host, "key rotate")
    new = out_and_back(host, remote, word)
    assert SIGNED.fullmatch(new)[1] != SIGNED.fullmatch(host.tag)[1]
    comes_home(host, host.tag, f"{word}-old")
    type_lines(host, "rotate.timer")
    assert active(host, "backstop-rotate.timer") == ["active"]
    host.run("systemctl", "start", "backstop-rotate.service")
    assert out_and_back(host, remote, f"{word}-again") != new


def test_reload_with_a_mistake(host, remote, word):
    """It is refused with the reason, and what was in force stays so. A start
    is refused, too, but uses nothing up: once mended, one start is enough."""
    sound = host.read(CONF)
    host.write(CONF, "moode = enforce\n" + sound)
    reload_it = typed(one_with(readme("Set it up"), "checkconf"))[-1]
    assert reload_it == "systemctl reload backstopd"
    assert host.shell(reload_it, check=False).returncode
    assert "moode" in host.journal("-u", "backstopd")
    out_and_back(host, remote, word)
    for _ in range(9):
        assert host.shell("systemctl restart backstopd",
                          check=False).returncode
    assert active(host, "backstopd.socket") == ["active"]
    host.write(CONF, sound)
    host.shell("systemctl start backstopd")
    out_and_back(host, remote, f"{word}-mended")
    host.shell(reload_it)


def test_restarts(host, remote, word):
    host.run("systemctl", "restart", "backstopd", host.server)
    wait_until(host.greets, lambda: host.logs())
    out_and_back(host, remote, word)
    before = main_process(host)
    host.run("systemctl", "kill", "--signal=KILL", "backstopd")
    wait_until(lambda: main_process(host) not in (0, before)
               and active(host, "backstopd") == ["active"],
               lambda: f"the engine to be back:\n{host.journal()}")
    out_and_back(host, remote, f"{word}-killed")


def test_reboot(host, remote, word):
    """All of it is back, and nobody typed anything; and nothing was missed."""
    before = gaps(host)
    host.reboot()
    wait_until(host.greets, lambda: host.logs())
    out_and_back(host, remote, word)
    assert gaps(host) == before
    assert bounce(host, forge(host.tag), word).startswith("550 5.7.1")


def test_backup_and_restore(host, remote, word):
    """By backstop(8). What was made since is gone, and the time a gap; all
    else is as it was."""
    page = manual("common/backstop.8")
    host.shell(one_with(page, "backstop backup "))
    keys, before = host.backstop("key", "list").stdout, gaps(host)
    host.backstop("key", "rotate")
    host.shell(one_with(page, "backstop restore "))
    assert active(host, "backstopd.socket", "backstopd.service") == [
        "active", "active"]
    assert host.backstop("key", "list").stdout == keys
    # one that ends where the next begins is the same gap
    assert gaps(host)[-1]["end"] > (before[-1]["end"] if before else "")
    comes_home(host, host.tag, f"{word}-old")
    out_and_back(host, remote, word)


def test_removed(host, remote, word):
    host.take_out()
    removing = host.remove()
    next(removing)
    works_without(host, remote, word)
    assert active(host, "backstopd.socket", "backstopd.service") == [
        "inactive", "inactive"]
    assert host.path(f"{STATE}/keyring").exists()
    assert not list(removing)
    assert not host.path("/etc/backstop").exists()
    assert not host.path("/usr/sbin/backstopd").exists()
    host.reboot()
    wait_until(host.greets, lambda: host.logs())
    works_without(host, remote, f"{word}-purged")
