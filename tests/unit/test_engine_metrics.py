#!/usr/bin/python3
"""What backstop metrics prints of a running engine.

usage: test_engine_metrics.py BACKSTOP BACKSTOPD OLD_STORE [TEST ...]
"""

import contextlib
import os
import re
import socket
import subprocess
import threading
import time
import unittest

import cli_case
from cli_case import (AS_ROOT, NOPERM, PATIENCE_S, ROOT, USAGE, Case, Engine,
                      Wire, main)

OUTSIDE = "192.0.2.1"
LABEL = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(r'([a-z_]+)(?:\{(' + LABEL + r'(?:,' + LABEL + r')*)\})?'
                    r' ([0-9.]+)')
SUFFIX = re.compile("_(bucket|sum|count)$")
# Every metric of a running engine, with its type and its labels.
METRICS = {
    "backstop_up": ("gauge", ""),
    "backstop_build_info": ("gauge", "version"),
    "backstop_alive_timestamp_seconds": ("gauge", ""),
    "backstop_bounces_total": ("counter", "domain verdict reason action"),
    "backstop_would_reject_total": ("counter", ""),
    "backstop_refused_later_known_total": ("counter", ""),
    "backstop_tags_home_total": ("counter", ""),
    "backstop_signed_total": ("counter", ""),
    "backstop_unsigned_total": ("counter", "domain reason"),
    "backstop_coverage_full": ("gauge", "domain"),
    "backstop_coverage_full_timestamp_seconds": ("gauge", "domain"),
    "backstop_key_created_timestamp_seconds": ("gauge", "key state"),
    "backstop_clock_in_doubt": ("gauge", ""),
    "backstop_probing_clients": ("gauge", ""),
    "backstop_spf_checks_total": ("counter", "identity result"),
    "backstop_spf_actions_total": ("counter", "action"),
    "backstop_no_dsn_total": ("counter", ""),
    "backstop_spf_duration_seconds": ("histogram", ""),
    "backstop_requests_total": ("counter", "op status"),
    "backstop_request_duration_seconds": ("histogram", "op"),
    "backstop_late_answers_total": ("counter", ""),
    "backstop_store_healthy": ("gauge", ""),
    "backstop_store_entries": ("gauge", "table"),
    "backstop_store_bytes": ("gauge", ""),
    "backstop_store_gaps": ("gauge", ""),
    "backstop_store_commit_duration_seconds": ("histogram", ""),
    "backstop_process_cpu_seconds_total": ("counter", ""),
    "backstop_process_open_fds": ("gauge", ""),
    "backstop_process_max_fds": ("gauge", ""),
    "backstop_process_virtual_memory_bytes": ("gauge", ""),
    "backstop_process_resident_memory_bytes": ("gauge", ""),
    "backstop_process_start_time_seconds": ("gauge", ""),
}


def key(name, **labels):
    return (f"backstop_{name}", tuple(labels.items()))


def bounce(verdict, reason, action, domain="example.org"):
    return key("bounces_total", domain=domain, verdict=verdict, reason=reason,
               action=action)


def request(op, status="ok"):
    return key("requests_total", op=op, status=status)


def parse(case, text):
    """(name, labels) -> number; what breaks the format fails."""
    found, types, helps, order = {}, {}, {}, []
    for line in text.splitlines():
        case.assertTrue(line.isascii(), line)
        if line.startswith("# "):
            _, word, name, said = line.split(" ", 3)
            table = {"HELP": helps, "TYPE": types}[word]
            case.assertNotIn(name, table)
            table[name] = said
            continue
        match = SAMPLE.fullmatch(line)
        case.assertIsNotNone(match, line)
        name, labels, value = match.groups()
        base = name if name in types else SUFFIX.sub("", name)
        case.assertIn(base, types, line)
        if not order or order[-1] != base:
            order.append(base)
        labels = tuple(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"',
                                  labels or ""))
        case.assertNotIn((name, labels), found, line)
        found[name, labels] = float(value)
    # samples of one metric follow each other, behind its HELP and TYPE
    case.assertEqual(len(order), len(set(order)))
    case.assertEqual((set(order), set(helps)), (set(types), set(types)))
    return found, types


class Metrics(Case):
    more = ""

    def configured(self):
        return super().configured().replace(
            "[domain", "sign = yes\nmode = enforce\noutbound = here\n"
            f"{self.more}[domain", 1)

    def setUp(self):
        super().setUp()
        self.call("init", "-k", "1")

    @contextlib.contextmanager
    def running(self):
        with Engine(self), Wire(self.path("sock")) as wire:
            yield wire

    def scrape(self):
        return parse(self, self.call("metrics"))[0]

    def counters(self):
        """All that only grows, but for what a scrape itself makes grow."""
        return {key: value for key, value in self.scrape().items()
                if key[0].endswith("_total")
                and key[0] not in ("backstop_requests_total",
                                   "backstop_process_cpu_seconds_total")}

    @contextlib.contextmanager
    def moves(self, *wanted):
        """These counters grow by one, each as often as it is named, and no
        others."""
        before = self.counters()
        yield
        after = self.counters()
        grown = {key: value - before.get(key, 0)
                 for key, value in after.items()
                 if value != before.get(key, 0)}
        self.assertEqual(grown, {key: wanted.count(key) for key in wanted})
        self.assertEqual(before.keys() - after.keys(), set())


class Told(Metrics):
    def test_all_metrics_and_labels(self):
        """All names are there, and each label, before anything happened."""
        with self.running():
            found, types = parse(self, self.call("metrics"))
        self.assertEqual(types, {name: row[0] for name, row in
                                 METRICS.items()})
        for name, labels in found:
            base = name if name in METRICS else SUFFIX.sub("", name)
            want = METRICS[base][1].split()
            if name != base and name.endswith("_bucket"):
                want = want + ["le"]
            self.assertEqual([label for label, _ in labels], want, name)
        self.assertEqual(found[key("up")], 1)
        self.assertEqual(found[key("store_healthy")], 1)
        self.assertEqual(found[key("clock_in_doubt")], 0)

    def test_the_page_has_all(self):
        """backstop(7) has an item for each, and for each reason why mail left
        without a tag."""
        with open(os.path.join(ROOT, "common", "backstop.7"),
                  encoding="ascii") as file:
            page = file.read()
        named = re.findall(r"^\.It Cm (backstop_\w+)", page, re.M)
        self.assertEqual(sorted(named), sorted(METRICS))
        part = page.partition(".It Cm backstop_unsigned_total")[2]
        words = re.findall(r"[a-z-]+", " ".join(re.findall(
            r"^\.It Cm (.*)$", part.partition(".El")[0], re.M)))
        with self.running():
            reasons = [dict(labels)["reason"] for name, labels in
                       self.scrape() if name == "backstop_unsigned_total"]
        self.assertEqual(sorted(words), sorted(reasons))

    def test_from_the_start(self):
        """Before the first event each counter is 0, of no domain."""
        with self.running():
            found = self.counters()
        self.assertEqual(set(found.values()), {0})
        self.assertEqual({dict(labels).get("domain", "")
                          for _, labels in found}, {""})
        for wanted in (bounce("forged", "untagged", "reject", ""),
                       bounce("forged", "untagged", "junk", ""),
                       bounce("suspect", "unknown-key", "header", ""),
                       bounce("unknown", "none", "none", ""),
                       bounce("none", "probing", "defer", ""),
                       key("would_reject_total"), key("signed_total"),
                       key("refused_later_known_total"),
                       key("unsigned_total", domain="", reason="no-key"),
                       key("spf_checks_total", identity="helo",
                           result="permerror"),
                       key("spf_actions_total", action="defer")):
            self.assertIn(wanted, found)
        for missing in (bounce("genuine", "tag", "reject", ""),
                        bounce("genuine", "tag", "defer", ""),
                        bounce("trusted", "none", "none", ""),
                        bounce("not-a-bounce", "none", "none", "")):
            self.assertNotIn(missing, found)

    def test_no_engine(self):
        self.assertEqual(self.call("metrics").splitlines()[-1],
                         "backstop_up 0")
        self.assertEqual(self.scrape(), {key("up"): 0})

    def test_a_restart_begins_anew(self):
        with self.running() as wire:
            wire.send("alice@example.org", "1@example.org")
            self.assertEqual(self.scrape()[key("signed_total")], 1)
        with self.running():
            self.assertEqual(self.scrape()[key("signed_total")], 0)

    def test_refuses_what_it_cannot_do(self):
        self.call("--json", "metrics", status=USAGE, says="--json")
        self.call("--at", "0", "metrics", status=USAGE)
        self.call("metrics", "more", status=USAGE)

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_who_may_ask(self):
        """Whoever may connect: a user of "clients", too."""
        conf = self.configured()
        with Engine(self, conf):
            self.call("metrics", status=NOPERM, says="run as root",
                      user=65533, group=65533, extra_groups=[])
            self.call("metrics", says="backstop_up 1", user="nobody",
                      group="nogroup", extra_groups=[])
        with Engine(self, conf.replace("domains ", "clients = daemon\ndomains ",
                                       1)):
            self.call("metrics", says="backstop_up 1", user="daemon",
                      group="daemon", extra_groups=[])

    def test_the_process(self):
        before = time.time()
        with Engine(self) as engine:
            found = self.scrape()
            pid = engine.process.pid
            with open(f"/proc/{pid}/limits", encoding="ascii") as file:
                limit = re.search(r"Max open files +(\d+)", file.read())[1]
        value = {name: found[name, ()] for name, _ in found
                 if name.startswith("backstop_process_")}
        self.assertEqual(value["backstop_process_max_fds"], float(limit))
        self.assertTrue(3 < value["backstop_process_open_fds"] < 100, value)
        self.assertGreater(value["backstop_process_cpu_seconds_total"], 0)
        self.assertGreater(value["backstop_process_virtual_memory_bytes"],
                           value["backstop_process_resident_memory_bytes"])
        self.assertGreater(value["backstop_process_resident_memory_bytes"],
                           100000)
        self.assertTrue(
            before - 2 < value["backstop_process_start_time_seconds"]
            <= found[key("alive_timestamp_seconds")])


class Bounces(Metrics):
    def test_a_forged_tag(self):
        with self.running() as wire:
            tag = wire.sign("alice@example.org")
            mac = "000000" if tag[9:15] != "000000" else "111111"
            with self.moves(bounce("forged", "bad-tag", "reject")):
                answer = wire.ask(op="rcpt", client=OUTSIDE, sender="",
                                  recipient=tag[:9] + mac + tag[15:])
            self.assertEqual(answer["action"], "reject")

    def test_a_tag_comes_home(self):
        """It is told of in a header field, and counted once for the three
        questions about it."""
        with self.running() as wire:
            tag = wire.send("alice@example.org", "1@example.org")
            with self.moves(bounce("genuine", "tag", "header"),
                            key("tags_home_total")):
                wire.ask(op="rcpt", client=OUTSIDE, sender="", recipient=tag,
                         inspect=1)
                answer = wire.bounce(tag, client=OUTSIDE)
            self.assertEqual(answer["action"], "header")

    def test_several_recipients(self):
        """What is weighed counts when it is decided, as it was decided."""
        with self.running() as wire:
            tag = wire.sign("alice@example.org")
            mac = "000000" if tag[9:15] != "000000" else "111111"
            asked = {"op": "data", "client": OUTSIDE, "sender": "",
                     "kind": "dsn", "recipient": tag[:9] + mac + tag[15:]}
            with self.moves():
                self.assertEqual(wire.ask(weighs=1, **asked)["action"],
                                 "reject")
            with self.moves(bounce("forged", "bad-tag", "header"),
                            key("would_reject_total")):
                wire.ask(weighed=1, outcome="header", **asked)

    def test_ordinary_mail_is_no_bounce(self):
        with self.running() as wire, self.moves():
            for recipient in ("alice@example.org", "bob@elsewhere.example",
                              "not an address"):
                wire.ask(op="rcpt", client=OUTSIDE, sender="bob@example.com",
                         recipient=recipient)
            wire.ask(op="rcpt", client=OUTSIDE, sender="", inspect=1,
                     recipient="alice@example.org")
            wire.ask(op="data", client=OUTSIDE, sender="", kind="auto",
                     recipient="alice@example.org")

    def test_a_refusal_that_was_wrong(self):
        """A message whose record comes late was ours, and its bounce was
        refused: it counts once."""
        with self.running() as wire:
            tag = wire.sign("alice@example.org")
            mac = "000000" if tag[9:15] != "000000" else "111111"
            with self.moves(bounce("forged", "bad-tag", "reject")):
                answer = wire.ask(op="data", client=OUTSIDE, sender="",
                                  recipient=tag[:9] + mac + tag[15:],
                                  kind="dsn", message_id="late@example.org")
            self.assertEqual(answer["action"], "reject")
            with self.moves(key("signed_total"),
                            key("refused_later_known_total")):
                wire.send("alice@example.org", "late@example.org")
            with self.moves(key("signed_total")):
                wire.send("alice@example.org", "late@example.org")


class Observed(Metrics):
    def configured(self):
        return super().configured().replace("enforce", "observe")

    def test_what_enforce_would_refuse(self):
        with self.running() as wire:
            tag = wire.sign("alice@example.org")
            mac = "000000" if tag[9:15] != "000000" else "111111"
            with self.moves(bounce("forged", "bad-tag", "none"),
                            key("would_reject_total")):
                wire.ask(op="data", client=OUTSIDE, sender="", kind="dsn",
                         recipient=tag[:9] + mac + tag[15:])


class Probing(Metrics):
    more = "probe_limit = 2\n"

    def test_who_guesses_is_put_off(self):
        asked = {"op": "rcpt", "client": OUTSIDE, "sender": "", "inspect": 1,
                 "recipient": "alice@example.org"}
        with self.running() as wire:
            self.assertEqual(self.scrape()[key("probing_clients")], 0)
            # more than must be, as a full hour may end meanwhile
            for number in range(6):
                wire.ask(op="sent", client=OUTSIDE, sender="", refused=1,
                         recipient=f"guess{number}@example.org")
            self.assertEqual(self.scrape()[key("probing_clients")], 1)
            with self.moves(bounce("none", "probing", "defer")):
                self.assertEqual(wire.ask(**asked)["action"], "defer")
            with self.moves():
                wire.ask(**{**asked, "client": "192.0.2.2"})


class Left(Metrics):
    def left(self, wire, sender, mode="out"):
        wire.ask(op="sent", mode=mode, client="127.0.0.1", sender=sender,
                 recipients=1, message_id="1@example.org",
                 recipient_domain="example.com")

    def test_signed(self):
        with self.running() as wire:
            tag = wire.sign("alice@example.org")
            with self.moves(key("signed_total")):
                self.left(wire, tag)
            # an address that is signed has not left yet
            with self.moves():
                wire.sign("bob@example.org")

    def test_unsigned(self):
        def lacks(reason, domain="example.org"):
            return key("unsigned_total", domain=domain, reason=reason)

        long = "x" * 60
        with self.running() as wire:
            for sender, mode, wanted in (
                    ("alice@example.org", "out", lacks("late")),
                    ("alice@example.org", "in", lacks("outbound-elsewhere")),
                    ("noreply@example.net", "out",
                     lacks("exempt", "example.net")),
                    ('"a b"@example.org', "out", lacks("quoted")),
                    (f"{long}@example.org", "out", lacks("too-long"))):
                with self.subTest(sender=sender, mode=mode), \
                        self.moves(wanted):
                    self.left(wire, sender, mode)
            with self.moves():
                self.left(wire, "somebody@elsewhere.example")
            # the host will add one of our domains
            with self.moves(lacks("no-domain", "")):
                wire.ask(op="sign", mode="out", client="local", sender="alice")

    def test_no_key(self):
        os.remove(self.path("state", "keyring"))
        with self.running() as wire, self.moves(
                key("unsigned_total", domain="example.org", reason="no-key")):
            self.assertEqual(wire.ask(op="sign", mode="out", client="local",
                                      sender="alice@example.org")["reason"],
                             "no-key")
            self.left(wire, "alice@example.org")

    def test_whatever_the_report_keeps(self):
        """"report" is of the store, not of what the engine counts."""
        conf = self.configured().replace("sign = yes",
                                         "sign = yes\nreport = off")
        with Engine(self, conf), Wire(self.path("sock")) as wire, \
                self.moves(key("unsigned_total", domain="example.org",
                               reason="late")):
            self.left(wire, "alice@example.org")


class Spf(Metrics):
    def test_checks(self):
        """A name without a dot has no record, and no server is asked."""
        none = key("spf_checks_total", identity="mailfrom", result="none")
        with self.running() as wire:
            with self.moves(none, key("spf_checks_total", identity="helo",
                                      result="none"),
                            key("spf_actions_total", action="header")):
                answer = wire.ask(op="spf", client=OUTSIDE, helo="host",
                                  sender="bob@invalid")
            self.assertEqual(answer["verdict"], "none")
            found = self.scrape()
            self.assertEqual(found[key("spf_duration_seconds_count")], 2)
            self.assertEqual(found[key("spf_duration_seconds_bucket",
                                       le="+Inf")], 2)
            # one that is not checked
            with self.moves():
                wire.ask(op="spf", mode="out", client=OUTSIDE,
                         helo="host", sender="bob@invalid")


class ToldOfNothing(Metrics):
    more = "[spf]\ncheck = yes\ndsn = authenticated\n"

    def test_dsn(self):
        with self.running() as wire:
            with self.moves(key("spf_checks_total", identity="mailfrom",
                                result="none"),
                            key("spf_checks_total", identity="helo",
                                result="none"),
                            key("spf_actions_total", action="header"),
                            key("no_dsn_total")):
                wire.ask(op="spf", client=OUTSIDE, helo="host",
                         sender="bob@invalid")


class Traffic(Metrics):
    def test_requests(self):
        """Each answer by its operation and status, and how long it took."""
        with self.running() as wire:
            before = self.scrape()
            for op in ("ping", "ping", "rcpt", "data", "sent", "spf",
                       "trace", "reload"):
                wire.ask(op=op)
            wire.sign("alice@example.org")
            after = self.scrape()
        for op, count in (("ping", 2), ("rcpt", 1), ("data", 1), ("sent", 1),
                          ("spf", 1), ("sign", 1), ("trace", 1),
                          ("reload", 1)):
            times = key("request_duration_seconds_count", op=op)
            self.assertEqual(after[request(op)] - before[request(op)], count)
            self.assertEqual(after[times] - before[times], count)
        for (name, labels), value in after.items():
            if name == "backstop_requests_total" and value > 0:
                self.assertEqual(dict(labels)["status"], "ok")

    @unittest.skipUnless(AS_ROOT, "only root can become somebody else")
    def test_what_is_for_root_alone(self):
        conf = self.configured().replace("domains ",
                                         "clients = daemon\ndomains ", 1)
        with Engine(self, conf):
            self.call("trace", status=NOPERM, user="daemon", group="daemon",
                      extra_groups=[])
            self.assertEqual(self.scrape()[request("trace", "error")], 1)

    def test_unreadable(self):
        with self.running():
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(self.path("sock"))
                peer.sendall(b"nonsense\n\n")
                self.assertIn(b"status=error", peer.recv(1000))
            self.assertEqual(
                self.scrape()[request("unreadable", "error")], 1)

    def test_late(self):
        """Who hangs up does not wait for the answer. Without a store it would
        come after a part of the deadline."""
        os.rename(self.path("state", "store"), self.path("kept"))
        self.write("state/store", "no folder")
        with open(self.path("engine.log"), "wb") as log:
            engine = subprocess.Popen([cli_case.ENGINE, "-c", self.conf],
                                      stderr=log)
            try:
                self.wait_for(lambda: self.scrape()[key("up")] == 1)
                found = self.scrape()
                self.assertEqual(found[key("store_healthy")], 0)
                self.assertNotIn(key("store_bytes"), found)
                self.assertNotIn(key("store_gaps"), found)
                self.assertNotIn(key("store_entries", table="tag"), found)
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.connect(self.path("sock"))
                    peer.sendall(b"version=1\nid=1\nop=sign\nmode=out\n"
                                 b"client=local\nsender=a@example.org\n"
                                 b"deadline_ms=600000\n\n")
                    self.wait_for(lambda: key(
                        "bounces_total", domain="example.org",
                        verdict="genuine", reason="tag",
                        action="none") in self.scrape())
                    self.assertEqual(
                        self.scrape()[key("late_answers_total")], 0)
                self.wait_for(lambda: self.scrape()[
                    key("late_answers_total")] == 1)
                self.assertEqual(self.scrape()[request("sign")], 0)
            finally:
                engine.terminate()
                engine.wait(PATIENCE_S)

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)


class State(Metrics):
    def test_keys(self):
        with self.running():
            first, = (labels for name, labels in self.scrape()
                      if name == "backstop_key_created_timestamp_seconds")
            self.assertEqual(first, (("key", "1"), ("state", "active")))
            self.call("key", "rotate")
            states = {labels: value for (name, labels), value in
                      self.scrape().items()
                      if name == "backstop_key_created_timestamp_seconds"}
        self.assertEqual(sorted(dict(labels)["state"] for labels in states),
                         ["active", "verify"])
        for value in states.values():
            self.assertLess(abs(value - time.time()), 3600)

    def test_store(self):
        with self.running() as wire:
            before = self.scrape()
            wire.sign("alice@example.org")
            after = self.scrape()
            self.assertEqual(before[key("store_entries", table="tag")], 0)
            self.assertEqual(after[key("store_entries", table="tag")], 1)
            self.assertGreaterEqual(
                after[key("store_bytes")],
                os.stat(self.path("state", "store", "data.mdb")).st_size / 2)
            count = key("store_commit_duration_seconds_count")
            self.assertGreater(after[count], before[count])
            # mail of an hour ago was not told
            wire.ask(op="sent", mode="out", client="local", sender="",
                     missed_seconds=3600)
            self.assertGreater(self.scrape()[key("store_gaps")], 0)


class Many(Metrics):
    DOMAINS = [f"d{number:03}.example" for number in range(230)]

    def configured(self):
        return super().configured().replace(
            "example.org, example.net",
            ", ".join(["example.net", *self.DOMAINS]), 1)

    def test_more_domains_than_have_a_place(self):
        """Those that mail came of first have a name; all are counted."""
        with self.running() as wire:
            for domain in reversed(self.DOMAINS):
                wire.ask(op="rcpt", client=OUTSIDE, sender="",
                         recipient=f"a@{domain}")
            found = self.scrape()
        self.assertEqual({dict(labels)["domain"]: value
                          for (name, labels), value in found.items()
                          if name == "backstop_bounces_total" and value > 0},
                         {"": 30, **{domain: 1 for domain in
                                     self.DOMAINS[30:]}})
        self.assertEqual({dict(labels)["domain"] for name, labels in found
                          if name == "backstop_coverage_full"},
                         set(self.DOMAINS[30:]))
        domains = {dict(labels).get("domain", "") for _, labels in found}
        self.assertEqual(len(domains), 201)


def pages(path):
    """All pages of a scrape, as (config, samples), asked for by hand."""
    found, start = [], 0
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(path)
        file = peer.makefile("rb")
        while True:
            peer.sendall(f"version=1\nid=1\nop=metrics\nfrom={start}\n\n"
                         .encode())
            lines = []
            while (line := file.readline().rstrip(b"\n")):
                lines.append(line.partition(b"="))
            names = [name for name, _, _ in lines]
            samples = [value for name, _, value in lines if name == b"sample"]
            found.append((len(lines), sum(len(name) + len(value) + 2
                                          for name, _, value in lines),
                          samples))
            if b"next" not in names:
                return found
            following = int(dict((name, value) for name, _, value in
                                 lines)[b"next"])
            assert following > start
            start = following


class Wired(Metrics):
    def test_pages(self):
        with self.running() as wire:
            wire.sign("alice@example.org")
            found = pages(self.path("sock"))
            self.assertGreater(len(found), 10)
            for lines, octets, samples in found:
                self.assertLessEqual(lines, 64)
                self.assertLess(octets, 16384)
                self.assertGreater(len(samples), 0)
            # a histogram is that of one moment
            for _, _, samples in found:
                bases = [re.sub(rb"_(bucket|sum|count)\b.*", b"", sample)
                         for sample in samples
                         if re.search(rb"seconds_(bucket|sum|count)\b",
                                      sample)]
                for base in set(bases):
                    self.assertEqual(bases.count(base) % 20, 0, samples)
            everything = [sample for _, _, samples in found
                          for sample in samples]
            self.assertEqual(len(everything), len(set(everything)))
            # behind the end there is nothing
            for start in (2**64 - 1, 2**63, 1000 * 2**32):
                answer = wire.ask(op="metrics", **{"from": start})
                self.assertNotIn("sample", answer)
                self.assertNotIn("next", answer)

    def served(self, *answers, complaint=""):
        """What is printed where an engine gives these answers, one after the
        other, to whoever asks."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path("sock"))
        listener.listen()

        def serve():
            left = list(answers)
            while left:
                peer, _ = listener.accept()
                with peer, peer.makefile("rb") as file:
                    while left:
                        asked = {}
                        while (line := file.readline().rstrip(b"\n")):
                            name, _, value = line.partition(b"=")
                            asked[name] = value
                        if not asked:
                            break
                        peer.sendall(b"id=" + asked[b"id"] + b"\n" +
                                     left.pop(0) + b"\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with listener:
            done = self.run_raw("-c", self.conf, "metrics")
        thread.join(PATIENCE_S)
        self.assertEqual((done.returncode, done.stderr), (0, complaint))
        return done.stdout

    def test_a_change_between_pages(self):
        """The configuration changed, and with it which sample has which
        number: all begins anew."""
        first = b"status=ok\nconfig=1\nnext=5\nsample=backstop_signed_total%207\n"
        other = b"status=ok\nconfig=2\nnext=5\nsample=backstop_signed_total%208\n"
        last = b"status=ok\nconfig=2\nsample=backstop_late_answers_total%209\n"
        found = parse(self, self.served(first, last, other, last))[0]
        self.assertEqual(found, {key("up"): 1, key("signed_total"): 8,
                                 key("late_answers_total"): 9})

    def test_an_older_engine(self):
        """It does not know the question, but it is there; and who asks is told
        why there is no more."""
        found = self.served(
            b"status=error\n",
            complaint="backstop: the running engine is older than this "
            f"program: restart it (backstopd -c {self.conf} &)\n")
        self.assertEqual(parse(self, found)[0], {key("up"): 1})

    def test_a_newer_engine(self):
        """What has no help here is passed on as it is."""
        found = self.served(b"status=ok\nsample=backstop_new{a=%22b%22}%201\n")
        self.assertEqual(found.splitlines()[-1], 'backstop_new{a="b"} 1')

    def test_an_engine_that_goes_round(self):
        found = self.served(b"status=ok\nnext=5\n", b"status=ok\nnext=5\n")
        self.assertEqual(parse(self, found)[0], {key("up"): 1})


if __name__ == "__main__":
    main()
