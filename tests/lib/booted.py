"""Hosts that systemd boots, in namespaces and a cgroup of their own."""

import os
import pathlib
import re
import signal
import subprocess

from debs import PackagedHost
from host import PATH, Daemon, mount, wait_until

# Where the unified tree of cgroups is mounted, beside the hosts. What a run
# makes there bears the name of its folder: enter.sh removes it.
_RUN = pathlib.Path(os.environ.get("BACKSTOP_WORK", "/nowhere"))
_GROUPS = _RUN / "cgroup"

# What becomes the first process: in the host's network, with its own of all
# else, its root the only one.
_INSIDE = r"""
set -e
root=$1
hostname "$2"
mount -t tmpfs -o mode=755 sys "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 run "$root/run"
mkdir "$root/run/lock"
mkdir -p "$root/.old"
cd "$root"
pivot_root . .old
umount -l /.old
# modules are not a container's to load: systemd then does not try
exec env -i container=lxc PATH="$3" setpriv --bounding-set=-sys_module \
    /lib/systemd/systemd --log-target=console systemd.unit=multi-user.target
"""
_OUTSIDE = r"""
set -e
mkdir -p "$1"
echo $$ >"$1/cgroup.procs"
shift
exec unshare --cgroup --pid --mount --uts --ipc --fork --kill-child \
    --propagation private sh -c "$@"
"""


class NoCgroups(Exception):
    """Here no cgroup can be made; the text says why."""


def _groups():
    """The folder in which this run may make cgroups."""
    if not os.path.ismount(_GROUPS):
        _GROUPS.mkdir(exist_ok=True)
        try:
            mount("-t", "cgroup2", "cgroup", _GROUPS)
        except subprocess.CalledProcessError as error:
            raise NoCgroups(f"cgroup2 cannot be mounted: {error}") from error
    ours = _GROUPS / _RUN.name
    try:
        ours.mkdir(exist_ok=True)
    except OSError as error:
        raise NoCgroups(f"no cgroup can be made: {error}") from error
    return ours


def may_boot():
    """Raises NoCgroups where systemd cannot be booted."""
    _groups()


class BootedHost(PackagedHost):
    """A host whose services systemd runs. Its first process is known here by
    its number outside."""

    first = None
    machine = None
    stuck = None  # the step of a story that did not go well

    def settle(self, debs):
        super().settle(debs)
        self.path("/usr/local/bin/systemctl").unlink()
        # its units start as on any other host
        self.path("/usr/sbin/policy-rc.d").unlink()
        self.write("/etc/hostname", f"{self.name}.test\n")

    def boot(self):
        group = _groups() / f"{self.folder.name}"
        self.machine = Daemon(f"systemd on {self.name}", [
            "nsenter", f"--net={self.space}", "sh", "-c", _OUTSIDE, "sh",
            group, _INSIDE, "sh", self.root, f"{self.name}.test", PATH],
            self.folder / "systemd.log")
        self.first = wait_until(self._first_process, lambda:
                                f"systemd to begin:\n{self.machine.text()}")
        wait_until(self._is_up, lambda: f"{self.name} to be up:\n"
                   f"{self.machine.text()}")

    def _first_process(self):
        """The first process, once it is systemd."""
        assert self.machine.alive(), self.machine.text()
        number = self.machine.process.pid
        for child in pathlib.Path(
                f"/proc/{number}/task/{number}/children").read_text().split():
            if pathlib.Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                return int(child)
        return None

    def _is_up(self):
        state = self.run("systemctl", "is-system-running",
                         check=False).stdout.strip()
        if state == "degraded":
            raise AssertionError(self.run(
                "systemctl", "--failed", "--full", "--no-pager").stdout
                + self.journal())
        return state == "running"

    def journal(self, *words):
        return self.run("journalctl", "--no-pager", "-q", *words,
                        check=False).stdout

    def reboot(self):
        """As an administrator has it: services are stopped before."""
        # the answer may be cut off by what it asks for
        self.run("systemctl", "reboot", check=False)
        self.machine.process.wait(180)
        self.first = None
        self.boot()

    def off(self):
        """As when the power fails."""
        if self.machine:
            self.machine.stop(signal.SIGKILL)
            self.machine = self.first = None
            group = _groups() / self.folder.name
            wait_until(lambda: self._remove(group), f"the end of {group}")

    @staticmethod
    def _remove(group):
        """Whether a cgroup and those in it are gone."""
        for folder, _, _ in os.walk(group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                return False
        return True

    def close(self):
        self.off()
        super().close()

    def path(self, inside):
        """What is mounted inside is seen only through its processes."""
        root = f"/proc/{self.first}/root" if self.first else self.root
        return pathlib.Path(root) / str(inside).lstrip("/")

    def command(self, *words, space=None):
        if not self.first:
            return super().command(*words, space=space)
        return ["nsenter", f"--target={self.first}", "--all", "--", "env",
                "-i", f"PATH={PATH}", "HOME=/root", "LC_ALL=C",
                *map(str, words)]

    def logs(self):
        said = super().logs()
        if self.first:
            said += f"\n--- {self.name}: journal\n{self.journal()}"
        return said
