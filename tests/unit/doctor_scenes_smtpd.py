"""Scenes of doctor: smtpd.conf, its filters, and the smtpd that runs."""

import os
import re
import subprocess
import time

from cli_case import ROOT
from doctor_scenes import copied, edited, process, scene, smtpd
from host import wait_until


@scene("mail-server")
def smtpd_does_not_name_us(case):
    case.write("smtpd.conf", "listen on eth0\n")
    yield
    case.write("smtpd.conf", case.smtpd_text())


@scene("smtpd-conf")
def included_file_is_missing(case):
    with smtpd(case, more=f'include "{case.path("nowhere")}"\n'):
        yield


@scene("smtpd-conf")
def listener_names_a_filter_that_is_not_there(case):
    with smtpd(case, ('tag SUBMIT\n', 'tag SUBMIT filter "rspamd"\n')):
        yield


@scene("smtpd-runs", root=True)
def smtpd_runs_without_a_filter(case):
    """It was started before its configuration named ours."""
    with process(case, "smtpd", "-f", case.path("smtpd.conf")):
        yield


@scene("smtpd-stale", root=True)
def smtpd_is_older_than_its_configuration(case):
    conf = case.path("smtpd.conf")
    ours = copied(case, "sh", "filter-backstop")
    with subprocess.Popen(
            [copied(case, "sh", "smtpd"), "-c",
             f"{ours} -c 'echo; read x'; :", "smtpd", "-f", conf],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as made:
        made.stdout.readline()
        # the kernel tells ages to a hundredth, the file system to the second
        wait_until(lambda: rewrite(case) and "smtpd-stale" in case.found(),
                   "smtpd to be older than its configuration")
        rewrite(case)
        yield
        made.communicate("\n")


def rewrite(case):
    case.write("smtpd.conf", case.smtpd_text())
    time.sleep(0.3)
    return True


@scene("smtpd-socket")
def socket_takes_no_tags_off(case):
    with smtpd(case, (' tag LOCAL filter "bs-untag"', " tag LOCAL")):
        yield


@scene("smtpd-socket")
def socket_refuses_mail(case):
    with smtpd(case, ('LOCAL filter "bs-untag"', 'LOCAL filter "bs-in"')):
        yield


@scene("smtpd-in")
def mail_comes_in_unjudged(case):
    with smtpd(case, (' tag MX filter "bs-in"', " tag MX")):
        yield


@scene("smtpd-in")
def mail_comes_in_by_a_filter_for_mail_that_leaves(case):
    with smtpd(case, ('tag MX filter "bs-in"', 'tag MX filter "bs-out"')):
        yield


@scene("smtpd-dsn")
def listener_offers_no_dsn(case):
    text = case.read("backstop.conf")
    with edited(case, (text, text + "[spf]\ndsn = authenticated\n")), \
            smtpd(case, ("tag MX", "no-dsn tag MX")):
        yield


@scene("smtpd-senders")
def senders_at_a_listener_that_signs(case):
    with smtpd(case, ("senders <owners> tag SUBMIT",
                      'senders <owners> tag SUBMIT filter "bs-out"')):
        yield


@scene("smtpd-mode")
def filter_without_a_mode(case):
    with smtpd(case, more="filter x proc-exec \"filter-backstop -s "
               f"{case.path('sock')} -m all\" user nobody group nobody\n"):
        yield


@scene("smtpd-program")
def filter_is_not_installed(case):
    with smtpd(case, ('"filter-backstop -s', '"/nowhere/filter-backstop -s')):
        yield


@scene("smtpd-stand-in")
def stand_in_of_a_removed_package(case):
    """As the package leaves it: word by word from its script."""
    with open(os.path.join(
            ROOT, "packaging/debian/opensmtpd-filter-backstop.postrm"),
            encoding="ascii") as script:
        text = re.search(r"<<-'EOF'\n(.*?)\tEOF", script.read(), re.S)[1]
    case.write("filter-backstop", text.replace("\t", ""), 0o755)
    with smtpd(case, ('"filter-backstop -s',
                      f'"{case.path("filter-backstop")} -s')):
        yield
    os.unlink(case.path("filter-backstop"))


@scene("filter-user")
def user_of_a_filter_does_not_exist(case):
    with smtpd(case, ('-m in" user nobody', '-m in" user nemo')):
        yield


@scene("filter-socket")
def filter_asks_elsewhere(case):
    with smtpd(case, (f"-s {case.path('sock')} -m in", "-m in")):
        yield


@scene("smtpd-user")
def filter_has_no_user_of_its_own(case):
    with smtpd(case, ('-m in" user nobody group nobody', '-m in"')):
        yield


@scene("smtpd-chain")
def filter_in_the_middle_of_a_chain(case):
    with smtpd(case, more='filter all chain { "bs-in", "rspamd" }\n'):
        yield


@scene("smtpd-chain")
def filter_in_the_middle_of_a_listeners_list(case):
    with smtpd(case, ("listen on socket",
                      "filter rdns phase connect match !rdns junk\n"
                      "filter rspamd proc-exec filter-rspamd\n"
                      "listen on socket"),
               ('tag MX filter "bs-in"',
                'tag MX filter { rdns, "bs-in", rspamd }')):
        yield


@scene("smtpd-out")
def no_listener_signs(case):
    with smtpd(case, (' tag SIGN filter "bs-out"', " tag SIGN")):
        yield


@scene("smtpd-out")
def what_users_send_leaves_unsigned(case):
    with smtpd(case, ('match tag SUBMIT from auth for any action "sign"',
                      'match tag SUBMIT from auth for any action "out"')):
        yield


@scene("smtpd-out")
def listener_with_smtps_does_not_sign(case):
    """In one hop, beside one at port 587 that does."""
    case.write("smtpd.conf", one_hop(case).replace(
        "listen on eth0 tls", "listen on eth0 smtps pki mail auth\n"
        "listen on eth0 tls"))
    yield
    case.write("smtpd.conf", case.smtpd_text())


def one_hop(case):
    with open(os.path.join(ROOT, "packaging/examples/smtpd/one-hop.conf"),
              encoding="ascii") as example:
        return as_here(case, example.read())


def as_here(case, text):
    """An example as it would be here."""
    return (text.replace("filter-backstop -m",
                         f"filter-backstop -s {case.path('sock')} -m")
            .replace("_bsfilter", "nobody")
            .replace(', "mail.example.org"', ""))


@scene("smtpd-mail-from")
def signed_senders_are_moved_to_another_domain(case):
    with smtpd(case, ('action "out" relay',
                      'action "out" relay mail-from "@example.net"')):
        yield


@scene("smtpd-mail-from")
def signed_senders_are_replaced(case):
    with smtpd(case, ('action "out" relay',
                      'action "out" relay host smtp://192.0.2.25 '
                      'mail-from "noreply@example.org"')):
        yield


@scene("smtpd-own-name")
def mail_to_root_goes_round(case):
    with smtpd(case, ("match from local for local action \"local\"\n", "")):
        yield


@scene("smtpd-own-name")
def mail_to_root_meets_another_rule_first(case):
    with smtpd(case, ("match from any for domain",
                      'match from local for any action "sign"\n'
                      "match from any for domain")):
        yield


@scene("smtpd-domains")
def smtpd_takes_mail_of_a_domain_that_is_not_ours(case):
    with smtpd(case, ('for domain "example.org"',
                      'for domain { "example.org", "example.net" }')):
        yield


@scene("smtpd-domains")
def file_of_smtpd_has_a_domain_that_is_not_ours(case):
    case.write("domains", "# ours\nexample.org\nexample.net\n")
    with smtpd(case, ("listen on socket",
                      f"table d file:{case.path('domains')}\n"
                      "listen on socket"),
               ('for domain "example.org"', "for domain <d>")):
        yield


@scene("smtpd-domains")
def smtpd_takes_no_mail_of_a_domain_of_ours(case):
    with smtpd(case, ('for domain "example.org"',
                      'for domain "mail.example.org"'),
               ('match from local for local',
                'match from local for domain "mail.example.org" action '
                '"local"\nmatch from local for local')):
        case.ignored.add("smtpd-own-name")
        yield
        case.ignored.discard("smtpd-own-name")


@scene("null-sender")
def all_bounces_are_refused(case):
    with smtpd(case, more='match !from local mail-from "<>" for any reject\n'):
        yield


@scene("lifetime")
def smtpd_tries_for_long(case):
    with smtpd(case, more="queue ttl 7d\n"):
        yield


@scene("smtpd-program", root=True)
def filter_is_not_for_its_user_to_run(case):
    path = case.write("filter-backstop", "\x7fELF", 0o700)
    with smtpd(case, ('"filter-backstop -s', f'"{path} -s')):
        yield
    os.unlink(path)


@scene("smtpd-out")
def nobody_listens_at_the_next_hop(case):
    with smtpd(case, ('"smtp://127.0.0.1:10026"', '"smtp://127.0.0.1:1"')):
        yield
