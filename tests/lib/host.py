"""A test host: a Debian tree of its own on the wire, and what runs there."""

import os
import pathlib
import re
import signal
import subprocess
import time

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Who is who on the wire, as there is no DNS.
HOSTS = """\
192.0.2.10 ours.test
192.0.2.20 remote.test
192.0.2.30 sink.test
192.0.2.99 stranger.test
"""

# Ends a test that waits in vain; no result depends on it.
PATIENCE = 180


class Timeout(AssertionError):
    """What was waited for did not come."""


def wait_until(met, what, patience=PATIENCE):
    """Calls met() until it returns something true, and returns that. what
    says what was waited for: a text, or a function that makes one."""
    end = time.monotonic() + patience
    while True:
        result = met()
        if result:
            return result
        if time.monotonic() > end:
            raise Timeout(f"not within {patience} s: "
                          f"{what() if callable(what) else what}")
        time.sleep(0.02)


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True)


class Daemon:
    """A process in the foreground, its output in a file."""

    def __init__(self, name, command, log, **more):
        self.name = name
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as out:
            self._from = out.tell()
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, **more)

    def text(self):
        """What it has said since it was started."""
        with open(self.log, "rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def lines(self, pattern):
        return [line for line in self.text().splitlines()
                if re.search(pattern, line)]

    def wait_for(self, pattern):
        """Waits for a line; returns its match."""
        return wait_until(
            lambda: re.search(pattern, self.text(), re.M),
            lambda: f"{pattern!r} in the log of {self.name}:\n{self.text()}")

    def alive(self):
        return self.process.poll() is None

    def send(self, number):
        os.kill(self.process.pid, number)

    def stop(self, number=signal.SIGTERM):
        """Ends it and what it started in its process group."""
        if self.alive():
            self.send(signal.SIGCONT)
            self.send(number)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return self.process.wait()

    def kill(self):
        return self.stop(signal.SIGKILL)


class Host:
    """An overlay on read-only trees, with a network namespace."""

    living = []  # all hosts that are not closed

    def __init__(self, lan, name, address, trees):
        self.lan, self.name, self.address = lan, name, address
        assert not any(host.lan is lan and host.address == address
                       for host in Host.living), f"two hosts at {address}"
        self.folder = lan.folder / f"{name}-{time.monotonic_ns():x}"
        self.root = self.folder / "root"
        self.daemons = []
        self.space = None
        self._mount(trees)
        try:
            self.space = lan.join(name, address)
            self._name_itself()
            Host.living.append(self)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _mount(self, trees):
        for part in ("root", "upper", "scratch"):
            (self.folder / part).mkdir(parents=True)
        lower = ":".join(str(tree) for tree in trees)
        mount("-t", "overlay", "-o", f"lowerdir={lower},upperdir="
              f"{self.folder}/upper,workdir={self.folder}/scratch",
              "overlay", self.root)
        mount("-t", "proc", "proc", self.root / "proc")
        mount("--rbind", devices(self.lan.folder), self.root / "dev")

    def _name_itself(self):
        self.write("/etc/mailname", f"{self.name}.test\n")
        self.write("/etc/hosts", "127.0.0.1 localhost\n" + HOSTS)
        # No DNS anywhere: answered by a refusal at once, not by silence.
        self.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")

    def path(self, inside):
        return self.root / str(inside).lstrip("/")

    def write(self, inside, text, mode=0o644):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def read(self, inside):
        return self.path(inside).read_text(errors="replace")

    def command(self, *words, space=None):
        """A command line that runs these words on this host."""
        return ["nsenter", f"--net={space or self.space}",
                f"--root={self.root}", f"--wd={self.root}", "--",
                "env", "-i", f"PATH={PATH}", "HOME=/root", "LC_ALL=C",
                *map(str, words)]

    def run(self, *words, check=True, text=None, user=None, seconds=300):
        """Runs a command to its end; words may begin with NAME=value."""
        if user:
            words = ("setpriv", f"--reuid={user}", f"--regid={user}",
                     "--init-groups", *words)
        done = subprocess.run(
            self.command(*words), input=text or "", capture_output=True,
            encoding="utf-8", errors="replace", check=False,
            timeout=seconds)
        if check and done.returncode:
            raise AssertionError(
                f"{self.name}: {' '.join(map(str, words))}: exit "
                f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, name, *words):
        daemon = Daemon(f"{name} on {self.name}", self.command(*words),
                        self.folder / f"{name}.log")
        self.daemons.append(daemon)
        return daemon

    def stop_all(self):
        for daemon in reversed(self.daemons):
            daemon.stop()
        self.daemons.clear()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: not self.processes(), "the end of all processes")

    def processes(self, name=None):
        """What runs in our tree, all of it started from here; or those of a
        name."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(entry / "root") != str(self.root):
                    continue
                # The kernel keeps 15 octets of it.
                if name and (entry / "comm").read_text() != name[:15] + "\n":
                    continue
                found.append(int(entry.name))
            except OSError:
                continue
        return found

    def close(self):
        if self in Host.living:
            Host.living.remove(self)
        self.stop_all()
        subprocess.run(["umount", "-R", "-l", self.root], check=True)
        if self.space:
            self.lan.leave(self.space)

    def logs(self):
        """All logs, for the report of a failed test."""
        return "\n".join(
            f"--- {self.name}: {log.name}\n{log.read_text(errors='replace')}"
            for log in sorted(self.folder.glob("*.log")))


def devices(folder):
    """A /dev with the harmless devices only, and terminals of its own: no way to
    the machine's log."""
    made = pathlib.Path(folder) / "dev"
    if made.exists():
        return made
    made.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", "mode=755,size=1m", "dev", made)
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (made / name).touch()
        mount("--bind", f"/dev/{name}", made / name)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (made / name).symlink_to(f"/proc/self/fd/{number}")
    (made / "fd").symlink_to("/proc/self/fd")
    (made / "pts").mkdir()
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620", "devpts",
          made / "pts")
    (made / "ptmx").symlink_to("pts/ptmx")
    (made / "shm").mkdir()
    (made / "shm").chmod(0o1777)
    return made
