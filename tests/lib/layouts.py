"""smtpd.conf of our host, made from the examples that packages ship."""

import pathlib
import re

OURS = "example.org"
OURS_TOO = "example.net"  # where a test wants two
BOTH_OURS = f"{OURS}, {OURS_TOO}"
REMOTE = "remote.example"
SINK = "sink.example"

OUR_NAME = "ours.test"
OUR_ADDRESS = "192.0.2.10"
REMOTE_ADDRESS = "192.0.2.20"
SINK_ADDRESS = "192.0.2.30"

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "packaging/examples"

# Another listener of the tests' own, for mail of the host itself.
_SOCKET = re.compile(r"^listen on socket .*\n", re.M)
_SUBMIT = "listen on lo port 587 tag SUBMIT"

# What cannot be had without TLS, such as logins.
_NEEDS_TLS = re.compile(
    r"^(pki|table (credentials|owners)|listen .* auth|match .*from auth).*\n",
    re.M)

_RELAYS = f"""\
action "out" relay host "smtp://{REMOTE_ADDRESS}"
action "sink" relay host "smtp://{SINK_ADDRESS}"
"""


def example(name):
    """smtpd.conf as packages ship it."""
    return (EXAMPLES / f"smtpd/{name}.conf").read_text()


def _edited(text, old, new):
    assert text.count(old) == 1, f"{old!r} in an example:\n{text}"
    return text.replace(old, new)


def _layout(name, has_auth, *added):
    """An example on a wire without DNS, so that relays have names of their
    own, with lines of the tests' own behind its socket. 6.8 of Debian 12 has
    no TLS, so nobody can log in there."""
    text = _edited(example(name), 'action "out" relay\n', _RELAYS)
    text = re.sub('^(match .*)"mail.example.org"', rf'\1"{OUR_NAME}"', text,
                  flags=re.M)
    text = re.sub(r'^(match .*)for any action "out"\n',
                  rf'\1for domain {{ "{SINK}", "*.{SINK}" }} action "sink"\n'
                  r'\g<0>', text,
                  flags=re.M)
    text = _SOCKET.sub(lambda found: found[0] + "".join(
        f"{line}\n" for line in added), text)
    if not has_auth:
        text = _edited(text, " tls pki mail tag MX", " tag MX")
        text = _NEEDS_TLS.sub("", text)
    return text


def one_hop(has_auth):
    return _layout("one-hop", has_auth, f'{_SUBMIT} filter "bs-out"')


def two_hops(has_auth):
    return _edited(
        _layout("two-hops", has_auth, _SUBMIT),
        'match tag LOCAL', 'match tag SUBMIT from local for any '
        'action "sign"\nmatch tag LOCAL')


def reading(layout):
    """A layout whose filters read messages in any case, 6.8 or not."""
    return lambda has_auth: layout(has_auth).replace(
        '" user _bsfilter', ' -i yes" user _bsfilter')


def hasty(layout):
    """A layout whose filters wait for SPF for two seconds, not for
    twenty-five: for tests in which nobody answers."""
    return lambda has_auth: re.sub(
        r'(proc-exec "filter-backstop -m \w+)', r"\1 -T 2000",
        layout(has_auth))


# The other host knows nothing of Backstop. A mailbox that is full makes it
# accept a message and bounce it later, as so many hosts do.
REMOTE_CONF = """\
table aliases file:/etc/aliases
listen on socket
listen on lo
listen on eth0 port 25
action "local" maildir alias <aliases>
action "fail" mda "echo mailbox is full >&2; exit 67"
action "home" relay host "smtp://192.0.2.10"
match from any for rcpt-to "dave@remote.example" action "fail"
match from any for domain "remote.example" action "local"
match from local for domain { "example.org", "ours.test" } action "home"
"""


def sinking(layout):
    """A layout whose mail for others all goes to the sink, over as few
    connections as there can be, and that takes in the mail of both our
    domains."""
    return lambda has_auth: (
        "mta limit session-mail-max 10000\n" +
        layout(has_auth).replace(REMOTE_ADDRESS, SINK_ADDRESS).replace(
            f'for domain {{ "{OURS}"', f'for domain {{ "{OURS}", "{OURS_TOO}"'))
