"""A network of namespaces: one bridge, a host at each end of a wire."""

import ctypes
import itertools
import os
import pathlib
import socket
import subprocess
import threading

CLONE_NEWNET = 0x40000000
OUTSIDE = "192.0.2.99"  # who is on the wire, but none of the hosts

_libc = ctypes.CDLL(None, use_errno=True)


def ip(space, *words):
    subprocess.run(["nsenter", f"--net={space}", "ip", *words], check=True)


def _hardware(address):
    """The same for the same address, so that others need not learn a new one
    when another host takes it."""
    return "02:00:" + ":".join(f"{int(part):02x}"
                               for part in address.split("."))


class Lan:
    """The wire. Its own end has the address of a stranger on the internet."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count(1)
        self.space = self._space("lan")
        ip(self.space, "link", "add", "wire", "type", "bridge")
        ip(self.space, "address", "add", f"{OUTSIDE}/24", "dev", "wire")
        ip(self.space, "link", "set", "wire", "up")

    def _space(self, name):
        """A network namespace, pinned to a file for as long as the run."""
        pin = self.folder / f"{name}.{next(self._numbers)}.net"
        pin.touch()
        subprocess.run(["unshare", f"--net={pin}", "ip", "link", "set", "lo",
                        "up"], check=True)
        return pin

    def join(self, name, address):
        """A new namespace whose eth0 is on the wire."""
        space = self._space(name)
        end = f"end{next(self._numbers)}"
        ip(self.space, "link", "add", end, "master", "wire", "up", "type",
            "veth", "peer", "name", "eth0", "address", _hardware(address),
            "netns", str(space))
        ip(space, "address", "add", f"{address}/24", "dev", "eth0")
        # A link-local address could not be bound to while it is tentative.
        ip(space, "link", "set", "eth0", "addrgenmode", "none", "up")
        return space

    def leave(self, space):
        """Gives a namespace up.

        Its end of the wire goes first: the kernel takes its time with the
        rest, and would answer for the address of the next host meanwhile.
        """
        if space != self.space:
            ip(space, "link", "delete", "eth0")
        subprocess.run(["umount", space], check=True)
        space.unlink()

    def close(self):
        self.leave(self.space)


_own = itertools.count(1)


def own_lan(name):
    """A wire of this process: others have theirs, with the same addresses."""
    return Lan(pathlib.Path(os.environ["BACKSTOP_WORK"]) /
               f"{name}.{os.getpid()}.{next(_own)}")


def socket_in(space, family=socket.AF_INET, kind=socket.SOCK_STREAM):
    """A socket that belongs to a namespace, usable from anywhere.

    A thread of its own enters the namespace, as that is a thread's property.
    """
    made = []

    def make():
        with open(space, "rb") as pin:
            if _libc.setns(pin.fileno(), CLONE_NEWNET):
                made.append(OSError(ctypes.get_errno(),
                                    os.strerror(ctypes.get_errno())))
                return
        made.append(socket.socket(family, kind))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]
