"""What a stranger wrote must not become the name of a file, also not by way of
Backstop: Exim refuses that, as it does for any address."""

import pytest

from exim import CONFIG
from talk import ALICE, CAROL, bounce, deliver, send

# For each case, where the address appears in the name of a file.
CASES = {
    "stripped": ("router/240_taint", """\
taint:
  driver = accept
  domains = +local_domains
  condition = ${lookup{x}lsearch{/etc/exim4/$local_part}{yes}{no}}
  transport = maildir_home
"""),
    "signed": ("router/110_taint", """\
taint:
  driver = accept
  domains = ! +local_domains
  condition = ${lookup{x}lsearch{/etc/exim4/$local_scan_data}{yes}{no}}
  transport = remote_smtp
"""),
}


@pytest.mark.parametrize("case", CASES)
def test_an_address_names_no_file(exim, case, word):
    name, text = CASES[case]
    with exim.ours(lambda host: host.write(f"{CONFIG}/{name}", text)) as host:
        if case == "signed":
            send(host, CAROL, word)
        else:
            assert bounce(host, host.sign(ALICE), word).startswith("250")
        host.wait_for_line(r"(?i)taint(ed)? ")
        assert not host.mails("alice")


def test_the_next_message_of_a_session_names_no_file(exim, word):
    """What is left of one message when the next one comes in the same
    session."""
    def layout(host):
        host.write(f"{CONFIG}/main/001_own",
                   "acl_smtp_quit = warn logwrite = looked up: "
                   "${lookup{x}lsearch{/etc/exim4/$local_scan_data}"
                   "{yes}{no}}\n")
    with exim.ours(layout, trusted="192.0.2.0/24") as host:
        assert deliver(host, ALICE, "bob@example.org", word).startswith("250")
        host.wait_for_line("Completed")
        assert host.exim_lines(r"(?i)taint(ed)? ")
