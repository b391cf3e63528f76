"""An authoritative DNS server that answers by a script, lies too.

A zone is a dict, as JSON has it: a name without its last dot to a list of
entries. "*.name" is what any name below it has that is not in the zone itself
(RFC 4592, without its finer points).

    ["TXT", "text"] ["TXT", ["string", "string"]] ["SPF", ...]  octets: latin-1
    ["A", "192.0.2.1"] ["AAAA", "2001:db8::1"]
    ["MX", [10, "mx.example"]] ["PTR", name] ["CNAME", name]
    ["SERVFAIL"] ["SILENT"] ["RCODE", 5]    instead of an answer
    ["DELAY", 50]                           before it, in milliseconds
    ["LIE", "cut"]                          see dnswire.LIES, and tcp-length

What is not a record is so for all types; with one more word it is so for that
type, or for "else": the types that the name has no record of.

usage: dnsd.py [--log] ADDRESS PORT ZONE.json    (until a signal ends it)"""

import collections
import errno
import heapq
import json
import os
import signal
import socket
import struct
import sys
import threading
import time

import dnswire
from dnswire import Malformed, Question

ACTS = ("SERVFAIL", "SILENT", "RCODE", "DELAY", "LIE")
CNAMES_MAX = 16
TCP_PATIENCE = 30
MEMO_MAX = 50000


class Zone:
    """Names and what they have; finds answers, keeps nothing."""

    def __init__(self, data):
        self.names = {
            name.rstrip(".").lower(): [tuple(entry) for entry in entries]
            for name, entries in data.items()}
        self._parents = set()  # names that exist by what is below them
        for name in self.names:
            while "." in name:
                name = name.split(".", 1)[1]
                self._parents.add(name)

    def entries(self, name):
        """What a name has; None if there is no such name."""
        if name in self.names:
            return self.names[name]
        if name in self._parents:
            return []
        above = name
        while "." in above:
            above = above.split(".", 1)[1]
            if f"*.{above}" in self.names:
                return self.names[f"*.{above}"]
            if above in self.names or above in self._parents:
                return None
        return None

    def act(self, name, kind, what):
        """The argument of an act on questions of a kind, True for none; or
        None if the name does not act so."""
        entries = self.entries(name) or []
        for entry in entries:
            if entry[0] != what:
                continue
            words = list(entry[1:])
            argument = words.pop(0) if what in (
                "RCODE", "DELAY", "LIE") else True
            only = words[0] if words else kind
            if only == kind or (only == "else" and not any(
                    other[0] == kind for other in entries)):
                return argument
        return None

    def records(self, name, kind):
        """Follows CNAMEs: the response code and (owner, type, value) of each
        record, owner None for the name that was asked for. An alias of what
        fails has failed, as a resolver would say."""
        found, owner, seen = [], None, set()
        while name not in seen and len(seen) < CNAMES_MAX:
            seen.add(name)
            if self.act(name, kind, "SERVFAIL"):
                return dnswire.SERVFAIL, []
            entries = self.entries(name)
            if entries is None:
                return dnswire.NXDOMAIN, found
            found += [(owner, entry[0], entry[1]) for entry in entries
                      if entry[0] == kind
                      or (kind == "ANY" and entry[0] not in ACTS)]
            alias = [entry[1] for entry in entries if entry[0] == "CNAME"]
            if kind in ("CNAME", "ANY") or not alias:
                return 0, found
            found.append((owner, "CNAME", alias[0]))
            name = owner = alias[0].rstrip(".").lower()
        return 0, found

    def honest(self, question):
        """The whole answer to a question, or None for none."""
        name, kind = question.name, question.type
        if self.act(name, kind, "SILENT"):
            return None
        rcode = self.act(name, kind, "RCODE")
        if rcode:
            return dnswire.reply(question, rcode)
        rcode, found = self.records(name, kind)
        records = [dnswire.record_octets(
            dnswire.POINTER if owner is None else owner, type_, value)
                   for owner, type_, value in found]
        authority = [] if any(type_ == kind for _, type_, _ in found) else [
            dnswire.record_octets(
                b"\0", "SOA", (".", ".", 1, 3600, 600, 86400,
                               dnswire.TTL_SECONDS))]
        return dnswire.reply(question, rcode, records, authority)


class Dnsd:
    """The server, in threads of this process.

    port 0 is any that is free; self.port tells which. space is the network
    namespace in which it listens, as Host.space. asked counts questions by
    (name, type), those by TCP in asked_by_tcp as well. delay_ms is before
    every answer."""

    def __init__(self, address, port, zone, space=None, delay_ms=0,
                 log=None):
        self.address = address
        self.delay_ms, self.log = delay_ms, log
        self.load(zone)
        self._udp, self._tcp, self.port = _listeners(space, address, port)
        self._late = []  # heap of (when, number, what to call)
        self._soon = threading.Condition()
        self._number = 0
        self._closed = False
        for work in (self._serve_udp, self._serve_tcp, self._serve_late):
            threading.Thread(target=work, daemon=True).start()

    def load(self, zone):
        """Serves another zone from now on, and counts anew."""
        self.zone = zone if isinstance(zone, Zone) else Zone(zone)
        self.forget()
        self._made = {}  # answers to questions that were asked before

    def forget(self):
        self.asked = collections.Counter()
        self.asked_by_tcp = collections.Counter()

    def questions(self, name=None, kind=None):
        """How many questions were asked, of all, of a name or of a type."""
        return sum(count for (asked, type_), count in list(self.asked.items())
                   if name in (None, asked) and kind in (None, type_))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._closed = True
        with self._soon:
            self._soon.notify()
        for listener in (self._udp, self._tcp):
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()

    def _count(self, key, by_tcp):
        self.asked[key] += 1
        if by_tcp:
            self.asked_by_tcp[key] += 1
        if self.log:
            self.log.write(f"{key[1]} {key[0]} {'tcp' if by_tcp else 'udp'}"
                           "\n")
            self.log.flush()

    def _answer(self, message, by_tcp):
        """The octets to send, or None, and after how many milliseconds."""
        made = self._made
        memo = made.get((message[2:], by_tcp))
        if memo is None:
            if len(made) > MEMO_MAX:
                made.clear()
            memo = made[message[2:], by_tcp] = self._make(message, by_tcp)
        key, octets, delay_ms, fixed_id = memo
        if key:
            self._count(key, by_tcp)
        if octets and not fixed_id:
            octets = message[:2] + octets[2:]
        return octets, delay_ms + self.delay_ms

    def _make(self, message, by_tcp):
        try:
            question = Question(message)
        except Malformed:
            return None, None, 0, False
        key = question.name, question.type
        delay_ms = self.zone.act(*key, "DELAY") or 0
        try:
            octets = self.zone.honest(question)
        except (Malformed, ValueError, struct.error) as error:
            raise ValueError(f"{key} has what no answer can hold: {error}"
                             ) from None
        lie = self.zone.act(*key, "LIE")
        if lie == "id":
            # of this question, not of those that the memo answers later
            octets = dnswire.LIES[lie](question, octets)
            return key, octets, delay_ms, True
        if octets and lie in dnswire.LIES:
            octets = dnswire.LIES[lie](question, octets)
        if octets and not by_tcp:
            octets = dnswire.fit(question, octets)
        return key, octets, delay_ms, False

    def _later(self, delay_ms, call):
        if not delay_ms:
            call()
            return
        with self._soon:
            self._number += 1
            heapq.heappush(self._late, (time.monotonic() + delay_ms / 1000,
                                        self._number, call))
            if self._late[0][1] == self._number:
                self._soon.notify()

    def _serve_late(self):
        with self._soon:
            while not self._closed:
                now = time.monotonic()
                due = []
                while self._late and self._late[0][0] <= now:
                    due.append(heapq.heappop(self._late)[2])
                if due:
                    self._soon.release()
                    for call in due:
                        call()
                    self._soon.acquire()
                    continue
                self._soon.wait(self._late[0][0] - now
                                if self._late else None)

    def _serve_udp(self):
        while True:
            try:
                message, peer = self._udp.recvfrom(65535)
            except ConnectionError:
                continue
            except OSError:
                return
            if self._closed:
                return
            octets, delay_ms = self._answer(message, False)
            if octets is not None:
                self._later(delay_ms, lambda octets=octets, peer=peer:
                            self._send_udp(octets, peer))

    def _send_udp(self, octets, peer):
        try:
            self._udp.sendto(octets, peer)
        except OSError:
            pass

    def _serve_tcp(self):
        while True:
            try:
                peer, _ = self._tcp.accept()
            except ConnectionError:
                continue
            except OSError:
                return
            threading.Thread(target=self._converse, args=(peer,),
                             daemon=True).start()

    def _converse(self, peer):
        peer.settimeout(TCP_PATIENCE)
        try:
            with peer, peer.makefile("rb") as lines:
                while self._converse_once(peer, lines):
                    pass
        except OSError:
            pass

    def _converse_once(self, peer, lines):
        head = lines.read(2)
        if len(head) < 2:
            return False
        message = lines.read(struct.unpack(">H", head)[0])
        octets, delay_ms = self._answer(message, True)
        if octets is None:
            return True
        time.sleep(delay_ms / 1000)
        lies = self._lies_by_tcp(message)
        length = 0xffff if lies else len(octets)
        peer.sendall(struct.pack(">H", length) + octets)
        return not lies

    def _lies_by_tcp(self, message):
        """Whether more is announced than is sent."""
        try:
            question = Question(message)
        except Malformed:
            return False
        return self.zone.act(question.name, question.type,
                             "LIE") == "tcp-length"


def _socket(space, address, kind):
    """A socket for that address, in a namespace if one is named."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if space:
        import net  # pylint: disable=import-outside-toplevel
        made = net.socket_in(space, family, kind)
    else:
        made = socket.socket(family, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def _listeners(space, address, port):
    """The sockets for UDP and TCP, and their port.

    A port that is free for UDP may be taken for TCP: then another is tried,
    where any will do."""
    for last in [False] * 99 + [True]:
        udp = _socket(space, address, socket.SOCK_DGRAM)
        tcp = _socket(space, address, socket.SOCK_STREAM)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            udp.bind((address, port))
            both = udp.getsockname()[1]
            tcp.bind((address, both))
            tcp.listen(64)
            return udp, tcp, both
        except OSError as error:
            udp.close()
            tcp.close()
            if port or last or error.errno != errno.EADDRINUSE:
                raise


def main():
    words = sys.argv[1:]
    log = sys.stdout if "--log" in words else None
    address, port, path = [word for word in words if word != "--log"]
    with open(path, encoding="utf-8") as zone:
        data = json.load(zone)
    with Dnsd(address, int(port), data, log=log):
        print("ready", flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        os._exit(0)


if __name__ == "__main__":
    main()
