"""The commands of backstop(7), typed as they stand there."""

import os
import re
import subprocess

import cli_case

MANUAL = os.path.join(cli_case.ROOT, "common", "backstop.7")

CONF = """\
domains = example.org
sign    = yes
state   = {folder}/state-{host}
socket  = {folder}/sock-{host}
user    = {user}
"""

# For the shell: what a host's name before a command, and ssh, come to.
SHELL = """\
set -eu
cd "$1"
backstop() { "$PROGRAM" -c "$HOST.conf" "$@"; }
ssh() { HOST=$1; shift; "$@"; }
"""


def commands(section):
    """The displayed lines of a subsection: (host or "", command)."""
    with open(MANUAL, encoding="ascii") as page:
        text = page.read().partition(f"\n.Ss {section}\n")[2]
    text = re.split(r"^\.S[sh] ", text, maxsplit=1, flags=re.M)[0]
    return re.findall(r"^(\w*)# (backstop .*)$", text, re.M)


class Manual(cli_case.Case):
    def type(self, section, home="here"):
        """Types all that a subsection shows."""
        lines = commands(section)
        self.assertTrue(lines, section)
        for host, command in lines:
            self.on(host or home, command)

    def on(self, host, command):
        name = f"{host}.conf"
        if not os.path.exists(self.path(name)):
            self.write(name, CONF.format(
                folder=self.folder, host=host,
                user="nobody" if cli_case.AS_ROOT else "me"))
        done = subprocess.run(
            ["sh", "-c", SHELL + command, "sh", self.folder],
            env=dict(os.environ, PROGRAM=cli_case.program(), HOST=host),
            capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0,
                         f"{host}# {command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_one_key_on_several_hosts(self):
        """Each takes the tags of the other, before and after the change."""
        self.on("mx1", "backstop init -k 4")
        old = self.on("mx1", "backstop sign alice@example.org")
        self.type("One key on several hosts")
        for here, there in (("mx1", "mx2"), ("mx2", "mx1")):
            tag = self.on(here, "backstop sign alice@example.org")
            self.assertEqual(tag[5], "5")
            self.on(there, f"backstop verify {tag}")
        self.on("mx2", f"backstop verify {old}")

    def test_from_exim(self):
        """Its tags verify, mixed case and all, until the key is revoked."""
        self.write("exim-secret", "secret\n")
        # a vector of the real Exim binary
        tag = "prvs=0461d4c0ad=alice@example.com"
        lines = [command.replace("/root/", "")
                 for _, command in commands("From Exim's ${prvs}")]
        self.assertEqual([line.split()[1:3] for line in lines],
                         [["init", "-k"], ["key", "import"],
                          ["key", "activate"], ["key", "revoke"]])
        self.on("here", lines[0])
        self.write("here.conf", self.read("here.conf").replace(
            "domains = example.org", "domains = example.org, example.com"))
        self.on("here", lines[1])
        verify = f"backstop --at 2026-01-01T00:00:00Z verify {tag}"
        self.assertIn("valid", self.on("here", verify))
        self.on("here", lines[3])
        self.assertIn("unknown-key", self.on("here", f"{verify} || :"))

    def test_from_batv_tools(self):
        self.write("key", b"\x01\xff octets\n")
        self.on("here", "backstop init -k 4")
        (_, line), = commands("From batv-tools")
        self.on("here", line.replace("/etc/batv/", ""))


if __name__ == "__main__":
    cli_case.main()
