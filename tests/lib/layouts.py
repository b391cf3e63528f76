"""smtpd.conf of our host, in the layouts that filter-backstop(8) shows."""

OURS = "example.org"
OURS_TOO = "example.net"  # where a test wants two
BOTH_OURS = f"{OURS}, {OURS_TOO}"
REMOTE = "remote.example"
SINK = "sink.example"

OUR_ADDRESS = "192.0.2.10"
REMOTE_ADDRESS = "192.0.2.20"
SINK_ADDRESS = "192.0.2.30"

# What both layouts begin with. Without DNS, relays have names of their own.
_HEAD = """\
table aliases file:/etc/aliases
{auth_tables}
{filters}
action "local" maildir alias <aliases>
action "out" relay host "smtp://{remote}"
action "sink" relay host "smtp://{sink}"
"""

_FILTER = ('filter "bs-{mode}" proc-exec "/usr/libexec/opensmtpd/'
           'filter-backstop -m {mode}" user _bsfilter group _bsfilter\n')

# 6.8 of Debian 12 has no TLS, so nobody can log in there; mail is submitted
# from the host itself.
_AUTH_TABLES = """\
table credentials file:/etc/mail/credentials
table whose file:/etc/mail/senders
pki ours cert "/etc/ssl/ours.crt"
pki ours key "/etc/ssl/ours.key"
"""

_ONE_HOP = _HEAD + """\
listen on socket filter "bs-local"
listen on lo port 587 tag SUBMIT filter "bs-out"
{submission}
listen on eth0 port 25 tag MX filter "bs-in"
match from any for domain "example.org" action "local"
{from_auth}
match from local for domain "sink.example" action "sink"
match from local for any action "out"
"""
_ONE_HOP_AUTH = ('listen on eth0 port 465 smtps pki ours auth <credentials> '
                 'tag SUBMIT filter "bs-out"')
_ONE_HOP_FROM_AUTH = """\
match from auth for domain "sink.example" action "sink"
match from auth for any action "out"
"""

_TWO_HOPS = _HEAD + """\
action "sign" relay host "smtp://127.0.0.1:10026"
listen on socket tag LOCAL filter "bs-untag"
listen on lo port 587 tag SUBMIT
{submission}
listen on lo port 10026 tag SIGN filter "bs-out"
listen on eth0 port 25 tag MX filter "bs-in"
match from any for domain "example.org" action "local"
match tag SIGN from local for domain "sink.example" action "sink"
match tag SIGN from local for any action "out"
match tag MX from local for domain "sink.example" action "sink"
match tag MX from local for any action "out"
{from_auth}
match tag SUBMIT from local for any action "sign"
match tag LOCAL from local for any action "sign"
"""
_TWO_HOPS_AUTH = ('listen on eth0 port 465 smtps pki ours auth <credentials> '
                  'senders <whose> tag SUBMIT')
_TWO_HOPS_FROM_AUTH = 'match tag SUBMIT from auth for any action "sign"\n'


def _layout(text, modes, has_auth, submission, from_auth):
    return text.format(
        remote=REMOTE_ADDRESS, sink=SINK_ADDRESS,
        filters="".join(_FILTER.format(mode=mode) for mode in modes),
        auth_tables=_AUTH_TABLES if has_auth else "",
        submission=submission if has_auth else "",
        from_auth=from_auth if has_auth else "")


def one_hop(has_auth):
    return _layout(_ONE_HOP, ("out", "in", "local"), has_auth,
                   _ONE_HOP_AUTH, _ONE_HOP_FROM_AUTH)


def two_hops(has_auth):
    return _layout(_TWO_HOPS, ("out", "in", "untag"), has_auth,
                   _TWO_HOPS_AUTH, _TWO_HOPS_FROM_AUTH)


def reading(layout):
    """A layout whose filters read messages in any case, 6.8 or not."""
    return lambda has_auth: layout(has_auth).replace(
        '" user _bsfilter', ' -i yes" user _bsfilter')


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
match from local for domain "example.org" action "home"
"""


def sinking(layout):
    """A layout whose mail for others all goes to the sink, over as few
    connections as there can be, and that takes in the mail of both our
    domains."""
    return lambda has_auth: (
        "mta limit session-mail-max 10000\n" +
        layout(has_auth).replace(REMOTE_ADDRESS, SINK_ADDRESS).replace(
            f'for domain "{OURS}"',
            f'for domain {{ "{OURS}", "{OURS_TOO}" }}'))
