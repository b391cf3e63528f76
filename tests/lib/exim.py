"""Hosts whose mail server is Exim, configured by Debian's own means."""

import pathlib
import re

import layouts
from host import wait_until
from lab import Lab, MailHost, OurHost

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / (
    "packaging/examples/exim")
CONFIG = "/etc/exim4/conf.d"
MODULES = "/usr/lib/exim4/local_scan"
LOGS = "/var/log/exim4"

# Where each example goes in Debian's split scheme.
SPLIT = {
    "main": f"{CONFIG}/main/50_backstop",
    "nodsn": f"{CONFIG}/router/050_backstop",
    "router": f"{CONFIG}/router/250_backstop",
    "transport": f"{CONFIG}/transport/11_backstop",
    "rcpt": "/etc/exim4/backstop/rcpt",
}

# What debconf asks for, as update-exim4.conf reads it.
DEBCONF = {
    "eximconfig_configtype": "internet",
    "other_hostnames": layouts.OURS,
    "local_interfaces": "",
    "readhost": "",
    "relay_domains": "",
    "minimaldns": "false",
    "relay_nets": "",
    "smarthost": "",
    "use_split_config": "true",
    "hide_mailname": "false",
    "mailname_in_oh": "true",
    "localdelivery": "maildir_home",
}

# The machine's name is not ours, and a clock that is faked is so by its
# environment.
MACROS = """\
MAIN_HARDCODE_PRIMARY_HOSTNAME = {name}.test
MAIN_KEEP_ENVIRONMENT = LD_PRELOAD : ^.*FAKE
smtp_accept_max = 600
smtp_accept_max_per_connection = 1000000
smtp_connect_backlog = 600
MAIN_LOG_SELECTOR = +smtp_protocol_error +received_recipients +sender_on_delivery +return_path_on_delivery
"""
HUBS = f"""\
{layouts.REMOTE}: {layouts.REMOTE_ADDRESS}
{layouts.SINK}: {layouts.SINK_ADDRESS}
*.{layouts.SINK}: {layouts.SINK_ADDRESS}
"""
LOGIN = """\
plain_login:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{open sesame}}
  server_set_id = $auth2
  server_advertise_condition = *
"""


class EximHost(MailHost):
    """A host whose mail server is Debian's Exim."""

    exim = None

    def configure_exim(self, **debconf):
        """Writes what Debian's configuration is made from; nothing of ours.
        """
        conf = {**DEBCONF, **debconf}
        self.write("/etc/exim4/update-exim4.conf.conf", "".join(
            f"dc_{name}='{value}'\n" for name, value in conf.items()) +
            "CFILEMODE='644'\n")
        self.write("/etc/exim4/hubbed_hosts", HUBS)
        self.write(f"{CONFIG}/auth/20_login", LOGIN)
        self.write(self.macros_file(conf), MACROS.format(name=self.name))

    @staticmethod
    def macros_file(conf):
        """Where macros go that stand before all else."""
        return (f"{CONFIG}/main/000_localmacros"
                if conf["use_split_config"] == "true"
                else "/etc/exim4/exim4.conf.localmacros")

    def update_exim(self, check=True):
        return self.run("update-exim4.conf", check=check)

    def start_exim(self):
        self.update_exim()
        self.exim = self.start("exim", "exim4", "-bdf")
        wait_until(self._greets, lambda: f"exim on {self.name} to greet:\n"
                   f"{self.exim.text()}{self.exim_log()}")
        return self.exim

    def restart_exim(self):
        self.exim.stop()
        return self.start_exim()

    def _greets(self):
        assert self.exim.alive(), self.exim.text() + self.exim_log()
        return self.greets()

    def exim_log(self, name="main"):
        path = self.path(f"{LOGS}/{name}log")
        return path.read_text(errors="replace") if path.exists() else ""

    def exim_lines(self, pattern):
        return [line for line in self.exim_log().splitlines()
                if re.search(pattern, line)]

    def wait_for_line(self, pattern):
        """Waits for a line of the main log; returns its match."""
        return wait_until(
            lambda: re.search(pattern, self.exim_log(), re.M),
            lambda: f"{pattern!r} in the log of {self.name}:\n"
                    f"{self.exim_log()}")

    def queue(self):
        return self.run("exim4", "-bp").stdout

    def try_queue(self):
        self.run("exim4", "-qff", check=False)

    def logs(self):
        return super().logs() + "".join(
            f"\n--- {self.name}: {name}log\n{self.exim_log(name)}"
            for name in ("main", "panic", "reject"))


class OurEximHost(EximHost, OurHost):
    """With the engine, the module and the command line."""

    def add_backstop(self):
        """Puts the examples where backstop-exim(7) says."""
        for name, target in SPLIT.items():
            self.write(target, (EXAMPLES / name).read_text())

    def queue_ids(self):
        return re.findall(r"^ *\S+ +\S+ (\S+-\S+-\S+) <", self.queue(), re.M)

    def frozen(self):
        return re.findall("frozen", self.queue())


def sinking(host):
    """Has mail for others go to the sink, and that of both our domains come
    in."""
    host.configure_exim(other_hostnames=f"{layouts.OURS};{layouts.OURS_TOO}")
    host.write("/etc/exim4/hubbed_hosts",
               f"{layouts.REMOTE}: {layouts.SINK_ADDRESS}\n"
               f"{layouts.SINK}: {layouts.SINK_ADDRESS}\n")


class EximLab(Lab):
    """Hosts with Exim on the wire of a lab, light or heavy."""

    def __init__(self, lab, daemon, trees):
        super().__init__(lab.suite, lab.lan, trees)
        self.lab, self.daemon = lab, daemon
        self.at_rcpt = daemon == "heavy"
        self.has_auth = True

    def old_state(self):
        return self.lab.old_state()

    def version(self):
        with EximHost(self.lan, "version", "192.0.2.201",
                      self.trees) as host:
            said = host.run("exim4", "-bV").stdout
        return "Exim " + re.search(r"Exim version (\S+)", said)[1]

    def bare_ours(self, **changes):
        host = OurEximHost(self.lan, "ours", layouts.OUR_ADDRESS, self.trees)
        host.add_aliases()
        host.configure(**{"clients": "Debian-exim", **changes})
        return host

    def ours(self, layout=None, **changes):
        return super().ours(layout, **changes)

    def old_ours(self, layout=None, **changes):
        return super().old_ours(layout, **changes)

    def bring_up(self, host, layout=None):
        return super().bring_up(host, layout)

    def start_server(self, host, layout):
        """Exim with Backstop in it; layout may change its configuration
        before."""
        host.configure_exim()
        host.add_backstop()
        if layout:
            layout(host)
        host.start_exim()

    def remote(self):
        """A host without Backstop."""
        host = EximHost(self.lan, "remote", layouts.REMOTE_ADDRESS,
                        self.trees)
        host.write("/etc/aliases", "")
        host.configure_exim(other_hostnames=layouts.REMOTE)
        host.write("/etc/exim4/hubbed_hosts",
                   f"{layouts.OURS}: {layouts.OUR_ADDRESS}\n"
                   f"{layouts.OUR_NAME}: {layouts.OUR_ADDRESS}\n")
        host.start_exim()
        return host
