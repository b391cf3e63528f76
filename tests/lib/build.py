"""Backstop built in a Debian tree, against the libraries it will run with."""

import os
import pathlib

import corpus
import roots
from host import Host, mount
from lab import Lab, USERS
from net import Lan


class BuildError(Exception):
    """A command of the build or a meson test failed; text is its output."""


class Workshop(Host):
    """A host with the source at /src, for reading only."""

    def __init__(self, lan, tree, source):
        super().__init__(lan, "workshop", "192.0.2.200", [tree])
        self.path("/src").mkdir()
        mount("--bind", source, self.path("/src"))
        mount("-o", "remount,bind,ro", self.path("/src"))
        if corpus.folder().is_dir():  # where /src/../shared/corpus is
            self.path("/shared/corpus").mkdir(parents=True)
            mount("--bind", corpus.folder(), self.path("/shared/corpus"))
            mount("-o", "remount,bind,ro", self.path("/shared/corpus"))
        # Builds stay out of the layer that the other hosts are given.
        self.path("/build").mkdir()
        mount("-t", "tmpfs", "-o", "size=75%", "build", self.path("/build"))

    def do(self, *words):
        done = self.run(*words, check=False)
        if done.returncode:
            raise BuildError(f"{' '.join(words)}: exit {done.returncode}\n"
                             f"{done.stdout[-6000:]}{done.stderr[-3000:]}")
        return done.stdout

    def build(self, name, *options):
        """Configures and compiles into /build/NAME."""
        folder = f"/build/{name}"
        self.do("meson", "setup", folder, "/src", "--prefix=/usr",
                *options)
        self.do("ninja", "-C", folder)
        return folder

    def furnish(self, folder):
        """Installs a build and makes the users; returns the layer that
        hosts lay over the tree once the workshop is closed."""
        self.do("meson", "install", "-C", folder, "--no-rebuild")
        for user in ("_backstop", "_bsfilter"):
            self.do("useradd", "--system", "--user-group", "--badname",
                    "--shell", "/usr/sbin/nologin", user)
        for user in USERS:
            self.do("useradd", "--create-home", "--user-group", "--shell",
                    "/bin/sh", user)
        return self.folder / "upper"


def source():
    """The folder with the whole of the source."""
    return pathlib.Path(__file__).resolve().parents[2]


def plain_lab(suite, say=print):
    """A lab whose hosts have Backstop: what the demo and single test runs
    need, built without the unit tests."""
    tree = roots.root(suite, say)
    lan = Lan(pathlib.Path(os.environ["BACKSTOP_WORK"]) / suite)
    with Workshop(lan, tree, source()) as workshop:
        layer = workshop.furnish(workshop.build(
            "plain", "-Dtests=disabled", "-Ddocs=disabled"))
    return Lab(suite, lan, [layer, tree])
