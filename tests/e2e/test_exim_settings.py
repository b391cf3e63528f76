"""Exim configured in each of the ways that backstop-exim(7) shows."""

import pytest

import layouts
from exim import EXAMPLES, MACROS, SPLIT
from smtp import Dialogue
from talk import (ALICE, CAROL, SIGNED, bounce, deliver, envelope, forge,
                  message, send)

TEMPLATE = "/etc/exim4/exim4.conf.template"
OWN = "/etc/exim4/exim4.conf"
FOLDER = "/etc/exim4/backstop"
# The line of Debian's template after which each example is read.
UNSPLIT = {
    "main": "### end main/03_exim4-config_tlsoptions",
    "nodsn": "begin routers",
    "router": "### end router/200_exim4-config_primary",
    "transport": "### end transport/10_exim4-config_transport-macros",
}
HIDDEN = {
    "eximconfig_configtype": "smarthost", "hide_mailname": "true",
    "other_hostnames": "inside.example", "readhost": layouts.OURS,
    "smarthost": layouts.REMOTE_ADDRESS,
}


def manual_command():
    """The command that adds the examples to Debian's template, as the manual
    page has it."""
    page = (EXAMPLES.parents[2] / "exim/backstop-exim.7").read_text()
    lines = page.partition("# sed -i ")[2].partition("# update")[0]
    return "sed -i " + lines.replace("\\e", "\\")


def unsplit(**debconf):
    """Debian's one file, with the examples read in."""
    def layout(host):
        host.configure_exim(use_split_config="false", **debconf)
        for target in SPLIT.values():
            host.path(target).unlink()
        for name in (*UNSPLIT, "rcpt"):
            host.write(f"{FOLDER}/{name}", (EXAMPLES / name).read_text())
        for _ in range(2):  # who does it again changes nothing
            host.run("sh", "-ec", manual_command())
        assert host.read(TEMPLATE).count(".include_if_exists /etc/exim4/back"
                                         ) == len(UNSPLIT)
        for name, line in UNSPLIT.items():
            assert (f"{line}\n.include_if_exists {FOLDER}/{name}\n"
                    in host.read(TEMPLATE))
        host.write("/etc/exim4/conf.d/auth/20_login", "")
    return layout


def split(**debconf):
    return lambda host: host.configure_exim(**debconf)


def by_hand(host):
    """An exim.conf that takes nothing from Debian's."""
    for name in ("main", "nodsn", "router", "transport", "rcpt"):
        host.write(f"{FOLDER}/{name}", (EXAMPLES / name).read_text())
    host.write(OWN, HAND.format(
        macros=MACROS.format(name="ours").partition("MAIN_KEEP")[0].replace(
            "MAIN_HARDCODE_PRIMARY_HOSTNAME", "primary_hostname"),
        ours=layouts.OURS, remote=layouts.REMOTE_ADDRESS))


HAND = """\
{macros}
domainlist local_domains = {ours}
domainlist relay_to_domains =
hostlist relay_from_hosts = 127.0.0.1
qualify_domain = {ours}
acl_smtp_rcpt = check_rcpt
untrusted_set_sender = *
local_from_check = false
.include_if_exists /etc/exim4/backstop/main

begin acl
check_rcpt:
  accept hosts = : +relay_from_hosts
  require domains = +local_domains
          verify = recipient
.ifdef CHECK_RCPT_LOCAL_ACL_FILE
  .include CHECK_RCPT_LOCAL_ACL_FILE
.endif
  accept

begin routers
.include_if_exists /etc/exim4/backstop/nodsn
.include_if_exists /etc/exim4/backstop/router
away:
  driver = manualroute
  domains = ! +local_domains
  route_data = {remote}
  transport = out
users:
  driver = accept
  check_local_user
  transport = home

begin transports
.include_if_exists /etc/exim4/backstop/transport
out:
  driver = smtp
.ifdef REMOTE_SMTP_RETURN_PATH
  return_path = REMOTE_SMTP_RETURN_PATH
.endif
home:
  driver = appendfile
  directory = /home/$local_part_data/Maildir
  maildir_format
  create_directory
  delivery_date_add
  envelope_to_add
  return_path_add
"""

LAYOUTS = {
    "split": split(),
    "unsplit": unsplit(),
    "split, hidden": split(**HIDDEN),
    "unsplit, hidden": unsplit(**HIDDEN),
    "by hand": by_hand,
}


@pytest.fixture(params=LAYOUTS)
def configured(exim, request):
    with exim.ours(LAYOUTS[request.param]) as host:
        host.hidden = "hidden" in request.param
        yield host


def test_mail_leaves_and_its_bounce_comes_home(configured, exim, remote, word):
    """Mail leaves signed; the genuine bounce comes home, the forged one does
    not."""
    sender = "alice@inside.example" if configured.hidden else ALICE
    send(configured, CAROL, word, sender=sender)
    mail = remote.wait_mail("carol", word)
    found = SIGNED.fullmatch(mail.return_path)
    assert found and mail.return_path.endswith("=" + ALICE), mail.text
    verified = configured.backstop("verify", mail.return_path)
    assert "valid" in verified.stdout
    if configured.hidden:  # its bounces come to the host of that domain
        return
    assert bounce(configured, mail.return_path, f"{word}-b").startswith("250")
    assert configured.wait_mail("alice", f"{word}-b").recipient == ALICE
    assert bounce(configured, forge(mail.return_path), word)[:3] == "550"
    reply, = envelope(configured, "", forge(mail.return_path))
    assert reply[:3] == ("550" if exim.at_rcpt else "250")


def pieces(host):
    """The files of each piece, wherever this layout has them."""
    return {name: [path for path in (target, f"{FOLDER}/{name}")
                   if host.path(path).exists()]
            for name, target in SPLIT.items()}


def test_removed_but_for_the_router(configured, remote, word):
    """The router piece is kept as long as bounces to signed addresses may
    come."""
    if configured.hidden:
        pytest.skip("the bounces of this host come to another one")
    tag = configured.sign(ALICE)
    found = pieces(configured)
    assert all(found.values())
    for name in ("main", "transport", "rcpt"):
        for path in found[name]:
            configured.path(path).unlink(missing_ok=True)
    configured.restart_exim()
    assert bounce(configured, tag, word).startswith("250")
    assert configured.wait_mail("alice", word)
    send(configured, CAROL, f"{word}-out")
    assert remote.wait_mail("carol", f"{word}-out").return_path == ALICE


def test_pieces_at_the_end_of_an_own_acl(exim, word):
    """The administrator uses Debian's own hook; -light must work with it,
    too."""
    def own(host):
        host.write("/etc/exim4/conf.d/main/001_own",
                   "CHECK_RCPT_LOCAL_ACL_FILE = /etc/exim4/own\n")
        host.write("/etc/exim4/own", "warn\n  set acl_m_own = yes\n"
                   f".include_if_exists {SPLIT['rcpt']}\n")
    with exim.ours(own) as host:
        tag = host.sign(ALICE)
        assert bounce(host, tag, word).startswith("250")
        assert host.wait_mail("alice", word).recipient == ALICE
        reply, = envelope(host, "", forge(tag))
        assert reply[:3] == ("550" if exim.at_rcpt else "250"), reply
        assert host.exim_log("panic") == ""


def test_more_recipients_than_are_asked_about(exim, word):
    """Without the piece for the ACL there is no limit of recipients. The last
    one is not asked about: the message is put off where all others are to be
    refused, and passes where one is not."""
    def without_rcpt(host):
        host.write(SPLIT["rcpt"], "")
    with exim.ours(without_rcpt, probe_limit="0") as host, Dialogue(
            host.lan.space, host.address) as session:
        tag = host.sign(ALICE)
        bad = forge(tag)
        for recipients, code in (([bad] * 256, "550"), ([bad] * 257, "451"),
                                 ([tag] + [bad] * 256, "250")):
            replies = session.envelope("", *recipients)
            assert all(reply.startswith("250") for reply in replies)
            reply = session.message(message("", tag, word))
            assert reply.startswith(code), (len(recipients), reply)
        assert host.wait_mail("alice", word)


def test_tags_come_off_without_the_router(exim, word):
    """Where an ACL does not ask whether recipients exist, the module's word
    is enough."""
    def without_router(host):
        host.path(SPLIT["router"]).unlink()
        host.write("/etc/exim4/conf.d/main/001_own",
                   "MAIN_ACL_CHECK_RCPT = accept\n")
    with exim.ours(without_router) as host:
        for sender in ("", CAROL):
            tag = host.sign(ALICE)
            said = f"{word}{sender}."
            assert deliver(host, sender, tag, said).startswith("250")
            assert host.wait_mail("alice", said).recipient == ALICE


def test_acl_limits_the_recipients_of_a_bounce(exim, word):
    """The module does not ask about so many; the ACL sees to it that there are
    never so many."""
    with exim.ours() as host, Dialogue(host.lan.space,
                                       host.address) as session:
        replies = session.envelope("", *[ALICE] * 101)
        assert {reply[:9] for reply in replies[:100]} == {"250 Accep"}
        assert replies[100].startswith("452 4.5.3")
        assert session.message(message("", ALICE, word)).startswith("250")
        session.say(f"MAIL FROM:<{CAROL}>")
        assert all(session.say(f"RCPT TO:<{ALICE}>").startswith("250")
                   for _ in range(101))


def test_stale_tag_where_no_record_could_save_it(exim):
    """Then the verdict need not wait for the message."""
    with exim.ours(messages="no") as host:
        tag = host.signed_days_ago(ALICE, 30)
        assert envelope(host, "", tag)[0][:3] == (
            "550" if exim.at_rcpt else "250")
        assert bounce(host, tag, "stale").startswith("550")


def test_mail_of_other_domains_leaves_unchanged(exim, remote, word):
    """dc_hide_mailname still works for mail that is not signed."""
    with exim.ours(split(**HIDDEN), domains="other.example") as host:
        send(host, CAROL, word, sender="alice@inside.example")
        assert remote.wait_mail("carol", word).return_path == ALICE


def test_subaddress_form(exim, remote, word):
    with exim.ours(form="subaddress") as host:
        send(host, "dave@remote.example", word)
        mail = host.wait_mail("alice", word, remote)
        assert mail.recipient == ALICE
        assert host.exim_lines(r"P=<alice\+prvs=\d{4}\w{6}@example.org>")


