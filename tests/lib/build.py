"""Backstop built in a Debian tree, against the libraries it will run with."""

import pathlib
import subprocess

import corpus
import exim
import roots
import spf_lab
from host import Host, mount
from lab import Lab, USERS
from once import once


LIBRARIES = ("-lspf2 -levent_core -lidn2 -llmdb -lnettle -ljansson -lexpat "
             "-larchive")


KEPT = "/kept"

# However busy the machine is: who waits for more waits in vain.
BUILD_SECONDS = 1800


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
        # What a compiler and clang-tidy have found of the same text before.
        self.path(KEPT).mkdir()
        mount("--bind", roots.work_folder(tree), self.path(KEPT))

    def command(self, *words):
        return super().command(f"BACKSTOP_KEPT={KEPT}",
                               f"CCACHE_DIR={KEPT}/ccache",
                               "CCACHE_MAXSIZE=2G", *words)

    def do(self, *words):
        done = self.run(*words, check=False, seconds=BUILD_SECONDS)
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

    def stage(self, folder):
        """Installs a build apart, beside what lies in /build/stage already;
        returns where furnish() finds it once the workshop is closed."""
        modules = f"/build/stage{exim.MODULES}"
        self.do("mkdir", "-p", modules)
        self.do("gcc", "-shared", "-fPIC", "-isystem/usr/include/exim4", "-o",
                f"{modules}/wrong-abi.so", "/src/tests/lib/wrong_abi.c")
        self.tool("spf_many", folder)
        self.tool("report_page", folder)
        self.do("DESTDIR=/build/stage", "meson", "install", "-C", folder,
                "--no-rebuild")
        kept = self.folder / "stage"
        subprocess.run(["cp", "-a", self.path("/build/stage"), kept],
                       check=True)
        return kept

    def tool(self, name, folder):
        """Compiles one of tests/tools into the stage: a build for tests alone
        may lack it."""
        where = "/build/stage/usr/local/bin"
        self.do("mkdir", "-p", where)
        self.do("sh", "-c", f"gcc -std=c11 -O2 -D_GNU_SOURCE -I/src -o "
                f"{where}/{name} /src/tests/tools/{name}.c "
                f"-Wl,--start-group {folder}/common/*.a -Wl,--end-group "
                f"-Wl,--as-needed {LIBRARIES}")


def furnish(lan, suite, tree, stage):
    """Lays what was installed over a tree and makes the users; returns the
    layer that hosts have over the same tree."""
    return once(suite, f"over-{tree.name}",
                lambda path: _furnish(lan, tree, stage, path))


def _furnish(lan, tree, stage, path):
    with Host(lan, "furnished", "192.0.2.200", [tree]) as host:
        subprocess.run(["cp", "-a", f"{stage}/.", host.root], check=True)
        for user in ("_backstop", "_bsfilter", "_bsspf"):
            host.run("useradd", "--system", "--user-group", "--badname",
                     "--shell", "/usr/sbin/nologin", user)
        for user in USERS:
            host.run("useradd", "--create-home", "--user-group", "--shell",
                     "/bin/sh", user)
    subprocess.run(["mv", host.folder / "upper", path], check=True)


def source():
    """The folder with the whole of the source."""
    return pathlib.Path(__file__).resolve().parents[2]


def plain_stage(suite, lan, say=print):
    """Backstop as the demo and single test runs need it: without the unit
    tests."""
    def make(path):
        with Workshop(lan, roots.root(suite, say), source()) as workshop:
            made = workshop.stage(workshop.build(
                "plain", "-Dtests=disabled", "-Ddocs=disabled"))
        made.rename(path)
    return once(suite, "stage", make)


def lab_of(suite, lan, stage, say=print):
    """A lab whose hosts have Backstop beside OpenSMTPD."""
    tree = roots.root(suite, say)
    return Lab(suite, lan, [furnish(lan, suite, tree, stage), tree])


def exim_lab_of(lab, daemon, stage, say=print):
    """A lab on the same network whose hosts have Backstop beside Exim, light
    or heavy."""
    tree = roots.root(lab.suite, say, f"exim-{daemon}")
    return exim.EximLab(lab, daemon, [
        furnish(lab.lan, lab.suite, tree, stage), tree])


def spf_host_of(lab, stage, say=print):
    """A host on the same network that has Backstop beside other programs for
    SPF."""
    tree = roots.root(lab.suite, say, "spf")
    return spf_lab.host(lab, [furnish(lab.lan, lab.suite, tree, stage), tree])


def browser_of(lab, say=print):
    """A host on the same network that has Chromium and nothing of ours."""
    tree = roots.root(lab.suite, say, "browser")
    return Host(lab.lan, "browser", "192.0.2.50", [tree])
