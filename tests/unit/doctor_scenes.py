"""How a sound installation is broken for doctor, and mended again."""

import contextlib
import os
import shutil
import subprocess

from doctor_case import ZONE

# By server: (check, what else it shows, what it takes, the scene). A scene
# breaks something, yields, perhaps with options for doctor, and mends it.
SCENES = {"smtpd": [], "exim": []}

def scene(check, *also, server="smtpd", root=False):
    def keep(function):
        SCENES[server].append((check, set(also), root, function))
        return function
    return keep


@contextlib.contextmanager
def edited(case, *changes, name="backstop.conf"):
    """The configuration with texts replaced; the engine does not know."""
    text = case.read(name)
    for old, new in changes:
        case.assertIn(old, text)
        text = text.replace(old, new)
    before = case.conf
    case.conf = case.write("other.conf", text)
    case.ignored.add("engine-stale")
    yield
    case.ignored.discard("engine-stale")
    case.conf = before


@contextlib.contextmanager
def smtpd(case, *changes, more=""):
    """smtpd.conf with texts replaced, and with others behind it."""
    text = case.smtpd_text()
    for old, new in changes:
        case.assertIn(old, text)
        text = text.replace(old, new)
    case.write("smtpd.conf", text + more)
    yield
    case.write("smtpd.conf", case.smtpd_text())


@contextlib.contextmanager
def moved(case, *names):
    os.rename(case.path(*names), case.path("away"))
    yield
    os.rename(case.path("away"), case.path(*names))


@contextlib.contextmanager
def mode(path, wrong):
    right = os.stat(path).st_mode & 0o7777
    os.chmod(path, wrong)
    yield
    os.chmod(path, right)


@contextlib.contextmanager
def keys(case, **columns):
    """The keyring with one key, of which columns are changed."""
    text = case.read("state", "keyring")
    case.rewrite_keyring(**columns)
    yield
    with open(case.path("state", "keyring"), "w", encoding="ascii") as file:
        file.write(text)


@contextlib.contextmanager
def zone(case, *entries):
    case.dns.load({**ZONE, "example.org": list(entries)})
    yield
    case.dns.load(ZONE)


def copied(case, program, name):
    """A copy of a program, so that a process has this name."""
    os.makedirs(case.path("programs"), exist_ok=True)
    return shutil.copy(os.path.realpath(shutil.which(program)),
                       case.path("programs", name))


@contextlib.contextmanager
def process(case, name, *words, holds=None):
    """A process of this name, with these words behind it, which waits; or that
    listens at a socket."""
    program = copied(case, "python3" if holds else "sh", name)
    script = ["-c", "import socket, sys\n"
              "listener = socket.socket(socket.AF_UNIX)\n"
              "listener.bind(sys.argv[1])\n"
              "listener.listen()\n"
              "print(flush=True)\n"
              "listener.settimeout(0.1)\n"
              "import select\n"
              "while not select.select([sys.stdin], [], [], 0)[0]:\n"
              "    try:\n"
              "        listener.accept()\n"
              "        print('asked', flush=True)\n"
              "    except TimeoutError:\n"
              "        pass\n",
              holds] if holds else ["-c", "echo; read x", name]
    with subprocess.Popen([program, *script, *words], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as made:
        made.stdout.readline()
        yield made
        said, _ = made.communicate("\n")
        if holds:
            case.assertNotIn("asked", said)
