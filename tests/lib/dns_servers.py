"""Debian's DNS servers on a host: nsd for all names, unbound in front of it.

nsd is the root, so that nothing is asked for elsewhere. Zones are those of
dnsd.py, records only."""

import ipaddress

RECORDS = ("A", "AAAA", "CNAME", "MX", "PTR", "SPF", "TXT")
NSD = "127.0.0.2"
ROOT_SERVER = "ns.root-servers.example"

NSD_CONF = f"""\
server:
    ip-address: {NSD}@53
    zonesdir: /etc/nsd
    database: ""
    pidfile: ""
    username: nsd
    server-count: 1
    rrl-ratelimit: 0
    hide-version: yes
remote-control:
    control-enable: no
zone:
    name: "."
    zonefile: root.zone
"""

# Names of tests are those that a resolver knows better by itself.
UNBOUND_CONF = """\
server:
    interface: 127.0.0.1
    port: 53
    access-control: 127.0.0.0/8 allow
    chroot: ""
    username: unbound
    pidfile: ""
    use-syslog: no
    logfile: ""
    num-threads: 1
    module-config: "iterator"
    do-ip6: no
    do-not-query-localhost: no
    root-hints: /etc/unbound/hints
    qname-minimisation: no
    local-zone: "test." nodefault
    local-zone: "invalid." nodefault
    unblock-lan-zones: yes
    insecure-lan-zones: yes
    msg-cache-size: 32m
    rrset-cache-size: 64m
    num-queries-per-thread: 4096
    outgoing-range: 8192
    infra-cache-min-rtt: 50
    %s
remote-control:
    control-enable: no
"""


def _escaped(text, plain):
    return "".join(c if c.isascii() and (c.isalnum() or c in plain)
                   else f"\\{ord(c):03d}" for c in text)


def _text(value):
    """TXT strings as a zone file has them, any octet escaped."""
    parts = [value[at:at + 255] for at in range(0, len(value), 255)] or [""] \
        if isinstance(value, str) else value
    return " ".join(f'"{_escaped(part, " =:./-+~?_%{}@,")}"'
                    for part in parts)


def _name(name):
    return _escaped(name.rstrip("."), "-_.*") + "."


def _data(kind, value):
    if kind in ("TXT", "SPF"):
        return _text(value)
    if kind in ("A", "AAAA"):
        return str(ipaddress.ip_address(value))
    if kind == "MX":
        return f"{value[0]} {_name(value[1])}"
    return _name(value)


def zone_file(zone, ttl_seconds=300):
    """The root zone with all these names in it."""
    head = (f"$TTL {ttl_seconds}\n. SOA {ROOT_SERVER}. root.{ROOT_SERVER}. "
            f"1 3600 600 86400 300\n. NS {ROOT_SERVER}.\n"
            f"{ROOT_SERVER}. A {NSD}\n")
    lines = {f"{_name(name)} IN {entry[0]} {_data(*entry)}": None
             for name, entries in zone.items() for entry in entries}
    return head + "\n".join(lines) + "\n"


def start_nsd(host, zone, ttl_seconds=300):
    host.write("/etc/nsd/nsd.conf", NSD_CONF)
    host.write("/etc/nsd/root.zone", zone_file(zone, ttl_seconds))
    host.run("nsd-checkzone", ".", "/etc/nsd/root.zone")
    daemon = host.start("nsd", "nsd", "-d", "-c", "/etc/nsd/nsd.conf")
    daemon.wait_for(r"nsd started")
    return daemon


def start_unbound(host, *settings):
    """settings are lines of its server clause."""
    host.write("/etc/unbound/hints", f". 3600000 NS {ROOT_SERVER}.\n"
               f"{ROOT_SERVER}. 3600000 A {NSD}\n")
    host.write("/etc/unbound/unbound.conf",
               UNBOUND_CONF % "\n    ".join(settings))
    daemon = host.start("unbound", "unbound", "-d", "-c",
                        "/etc/unbound/unbound.conf")
    daemon.wait_for(r"start of service")
    return daemon


def lawful(zone):
    """What real servers can be given of a zone: its records alone, and no
    TXT without a string."""
    return {name: records for name, entries in zone.items()
            if (records := [entry for entry in entries
                            if entry[0] in RECORDS and entry[1] != []])}
