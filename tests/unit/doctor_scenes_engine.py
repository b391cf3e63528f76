"""Scenes of doctor: the engine, its files and keys; DNS and SPF."""

import contextlib
import os
import re
import shutil
import signal
import socketserver
import subprocess
import threading
import time

import cli_case
from cli_case import DAY
from doctor_case import MailServer
from doctor_scenes import edited, keys, mode, moved, process, scene, smtpd, zone
from wire import read_frame, write_frame


@scene("config")
def missing_configuration(case):
    before, case.conf = case.conf, case.path("nowhere")
    yield
    case.conf = before


@scene("config")
def mistake_in_the_configuration(case):
    with edited(case, ("sign     = yes", "sign = maybe")):
        yield


@scene("config-mode", root=True)
def configuration_for_root_alone(case):
    with mode(case.conf, 0o600):
        yield


@scene("config-mode", root=True)
def folder_of_the_configuration_is_closed(case):
    os.mkdir(case.path("closed"), 0o700)
    before = case.conf
    case.conf = shutil.copy(before, case.path("closed"))
    yield
    case.conf = before


@scene("config-mode", root=True)
def configuration_of_the_engines_user(case):
    """systemd's engine has not the power to read it."""
    with mode(case.conf, 0o600):
        os.chown(case.conf, 65534, 65534)
        yield
        os.chown(case.conf, 0, 0)


@scene("config-warnings")
def warning_of_the_configuration(case):
    text = case.read("backstop.conf")
    with edited(case, (text, text + "[domain example.org]\n"
                       "exempt = alice@example.net\n")):
        yield


def of_this_host_alone(case, line):
    """A configuration in which a key of the host is another."""
    name = line.split()[0]
    text = re.sub(rf"(?m)^{name}\b.*$", line, case.read("backstop.conf"))
    return edited(case, (case.read("backstop.conf"), text))


@scene("engine-user", "keyring-mode", "state-mode", "store", "store-gaps")
def user_of_the_engine_does_not_exist(case):
    with of_this_host_alone(case, "user = nemo"):
        yield


@scene("clients")
def client_that_does_not_exist(case):
    with of_this_host_alone(case, "clients = nobody, nemo"):
        yield


@scene("filter-user")
def filters_user_is_no_client(case):
    with smtpd(case, ('-m in" user nobody', '-m in" user daemon')):
        yield


@scene("domains", "smtpd-domains")
def no_domains(case):
    with of_this_host_alone(case, "domains ="):
        yield


@scene("sign-off")
def domain_does_not_sign(case):
    with of_this_host_alone(case, "sign = no"):
        yield


@scene("sign-off")
def all_addresses_are_exempt(case):
    with edited(case, ("sign     = yes", "sign = yes\nexempt = *@*")):
        yield


@scene("observe")
def mode_observe_for_a_month(case):
    with of_this_host_alone(case, "mode = observe"):
        yield


@scene("outbound")
def all_mail_seems_to_leave_here(case):
    with of_this_host_alone(case, "outbound = elsewhere"):
        yield


@scene("lifetime")
def tags_live_shorter_than_mail(case):
    with edited(case, ("sign     = yes", "sign = yes\nlifetime = 5")):
        yield


@scene("keyring", "keyring-mode")
def keyring_is_missing(case):
    with moved(case, "state", "keyring"):
        yield


@scene("keyring", "active-key")
def line_of_the_keyring_is_damaged(case):
    text = case.read("state", "keyring")
    with keys(case):
        path = case.path("state", "keyring")
        last = text.splitlines()[-1]
        with open(path, "w", encoding="ascii") as file:
            file.write(text.replace(last, last[:-1] +
                                    ("0" if last[-1] != "0" else "1")))
        yield


@scene("keyring-mode")
def keyring_is_open(case):
    with mode(case.path("state", "store.key"), 0o644):
        yield


@contextlib.contextmanager
def another_store_key(case, text):
    path = case.path("state", "store.key")
    before, what = case.read("state", "store.key"), os.stat(path)
    os.rename(path, path + ".away")
    if text is not None:
        case.write("state/store.key", text(before), 0o640)
        os.chown(path, what.st_uid, what.st_gid)
    yield
    os.rename(path + ".away", path)


@scene("store-key")
def store_key_is_cut(case):
    with another_store_key(case, lambda text: text[:30]):
        yield


@scene("store-key")
def store_key_is_missing(case):
    with another_store_key(case, None):
        yield


@scene("state-mode")
def store_is_open(case):
    with mode(case.path("state", "store"), 0o755):
        yield


@scene("active-key")
def no_key_is_active(case):
    with keys(case, state="verify", retired=int(time.time())):
        yield


@scene("key-age")
def key_is_old(case):
    then = int(time.time()) - 200 * DAY
    with keys(case, created=then, activated=then):
        yield


@scene("key-purge", "active-key")
def key_can_be_purged(case):
    then = int(time.time()) - 100 * DAY
    with keys(case, state="verify", created=then, activated=then,
              retired=then):
        yield


@scene("key-lent")
def key_is_lent(case):
    with keys(case, lent=int(time.time())):
        yield


@scene("engine-socket")
def socket_is_missing(case):
    with moved(case, "sock"):
        yield


@scene("engine-socket")
def socket_is_closed(case):
    os.rename(case.path("sock"), case.path("away"))
    case.write("sock", "")
    yield
    os.rename(case.path("away"), case.path("sock"))


@scene("engine")
def engine_hangs(case):
    case.engine.process.send_signal(signal.SIGSTOP)
    yield
    case.engine.process.send_signal(signal.SIGCONT)


@scene("engine", "engine-socket", "store", root=True)
def systemd_alone_holds_the_socket(case):
    """Nobody may connect: that would start an engine."""
    case.call("init", "-k", "5", conf=resting(case))
    before, case.conf = case.conf, resting(case)
    with process(case, "systemd", holds=case.path("rest.sock")):
        os.chmod(case.path("rest.sock"), 0o666)
        with smtpd(case, (case.path("sock"), case.path("rest.sock"))):
            yield
    os.unlink(case.path("rest.sock"))
    case.conf = before


def resting(case):
    """The configuration of an engine that has never run."""
    return case.write("rest.conf", case.read("backstop.conf").replace(
        case.path("state"), case.path("rest")).replace(
        case.path("sock"), case.path("rest.sock")))


@scene("engine-state", "store")
def engine_works_elsewhere(case):
    other = case.write("else.conf", case.read("backstop.conf").replace(
        case.path("state"), case.path("else")))
    case.call("init", "-k", "5", conf=other)
    before, case.conf = case.conf, other
    case.ignored.add("engine-stale")
    yield
    case.ignored.discard("engine-stale")
    case.conf = before


@scene("engine-stale")
def configuration_is_newer_than_the_engine(case):
    text = case.read("backstop.conf")
    case.write("backstop.conf", text + "# another thought\n")
    case.fixed("engine-stale", f"type: backstop -c {case.conf} reload")
    yield
    case.write("backstop.conf", text)


class Old(socketserver.StreamRequestHandler):
    """An engine of another version."""

    def handle(self):
        while (request := read_frame(self.rfile)) is not None:
            self.wfile.write(write_frame({
                "id": request["id"], "status": "ok", "action": "none",
                "verdict": "up", "reason": self.server.reason,
                "version": self.server.version}))


@contextlib.contextmanager
def another_engine(case, version, reason):
    path = case.path("other.sock")
    with socketserver.ThreadingUnixStreamServer(path, Old) as server:
        server.version, server.reason = version, reason
        os.chmod(path, 0o666)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with edited(case, (case.path("sock"), path)), \
                smtpd(case, (case.path("sock"), path)):
            yield
        server.shutdown()
    os.unlink(path)


@scene("engine-version")
def engine_of_another_version(case):
    with another_engine(case, "0.0", "store-ok"):
        yield


@scene("engine-store")
def engine_without_its_store(case):
    version = case.run_raw("--version").stdout.split()[-1]
    with another_engine(case, version, "store-failing"):
        yield


@scene("store", "engine-state", "observe", "outbound")
def store_is_missing(case):
    """In a copy of the state: the engine would notice that its own is gone, and
    go on without it."""
    copy = case.path("copy")
    subprocess.run(["cp", "-a", case.path("state"), copy], check=True)
    os.unlink(case.path("copy", "store", "data.mdb"))
    with edited(case, (f"state    = {case.path('state')}",
                       f"state    = {copy}")):
        yield
    shutil.rmtree(copy)


@scene("clock-doubt", "key-age", "key-purge", "key-lent", "store-gaps")
def clock_is_far_ahead(_case):
    yield ("--at", str(int(time.time()) + 400 * DAY))


@scene("clock-sync")
def nobody_keeps_the_clock(case):
    library = os.path.join(os.path.dirname(cli_case.old_store()),
                           "unsynced.so")
    case.ignored.discard("clock-sync")
    os.environ["LD_PRELOAD"] = library
    options = os.environ.get("ASAN_OPTIONS", "")
    os.environ["ASAN_OPTIONS"] = options + ":verify_asan_link_order=0"
    yield
    del os.environ["LD_PRELOAD"]
    os.environ["ASAN_OPTIONS"] = options
    case.ignored.add("clock-sync")


@scene("dns")
def dns_fails(case):
    with zone(case, ["SERVFAIL"]):
        yield


@scene("spf-record")
def no_spf_record(case):
    with zone(case, ["A", "192.0.2.1"]):
        yield


@scene("spf-local-part", "spf-hints", "spf-record", "spf-addresses")
def spf_record_asks_for_the_local_part(case):
    with zone(case, ["TXT", "v=spf1 exists:%{l}._spf.example.org -all"]):
        yield


@scene("spf-hints")
def spf_record_could_be_better(case):
    with zone(case, ["TXT", "v=spf1 ip4:192.0.2.1 mx:mx.example.org -all"],
              ["MX", [10, "mx.example.org"]]):
        yield


@scene("spf-addresses")
def spf_record_does_not_name_this_host(case):
    with zone(case, ["TXT", "v=spf1 ip4:192.0.2.25 ~all"]):
        yield


@scene("spf-addresses")
def spf_record_does_not_name_an_address_of_ipv6(_case):
    yield ("--address", "2001:db8::1")


@scene("mx-tags")
def mx_does_not_know_tags(_case):
    with MailServer() as server:
        server.knows_tags = False
        yield (f"--ask-mx={server.server_address[1]}",)
        server.shutdown()


@scene("filter-user", "config-mode", "store", root=True)
def folder_of_the_socket_is_closed(case):
    with mode(case.folder, 0o700):
        yield
