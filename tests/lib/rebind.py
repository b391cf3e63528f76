"""Bounces of the corpus, made to return a message that the test sent.

All is done on octets: what is not replaced stays as its producer wrote it."""

import base64
import dataclasses
import quopri
import re

_FIELD = re.compile(rb"[ \t>|]*([!-9;-?A-~]+)[ \t]*:")
_ADDRESS = re.compile(rb"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]*\w")
_ENCODING = re.compile(rb"^[ \t>]*Content-Transfer-Encoding:[ \t]*"
                       rb"(base64|quoted-printable)\b[^\n]*$", re.I | re.M)
_BOUNDARY = re.compile(rb"boundary[ \t]*=[ \t]*(?:\"([^\"\n]+)\"|([^\s;]+))",
                       re.I)
_BLANK = re.compile(rb"\n[ \t]*\r?\n")

# Fields that name whom a message was for, whatever else they name.
_FOR = {b"final-recipient", b"original-recipient", b"x-failed-recipients",
        b"x-actual-recipient", b"to", b"delivered-to", b"rcpt"}
_REPORTED = re.compile(
    rb"^(?:(?:Final|Original|X-Actual)-Recipient:[ \t]*[\w-]+;[ \t]*"
    rb"|X-Failed-Recipients:[ \t]*)(.*?)[ \t\r]*$"
    rb"|(?:generated|expanded) from:?[ \t]+([^\n]*)", re.I | re.M)


class Unbound(Exception):
    """A bounce whose returned Message-ID was not found to be replaced."""


@dataclasses.dataclass
class Sent:
    """A message that left our test server. The Message-ID is without its
    brackets; return_path is as it left, sender as the user knows it."""
    message_id: str
    sender: str
    recipients: list
    return_path: str = ""
    received: str = "by ours.test (OpenSMTPD) with ESMTP id 0badcafe"


def line_end(octets):
    return b"\r\n" if b"\r\n" in octets else b"\n"


def without_envelope(octets):
    """Without the line that only a mailbox has."""
    return octets.partition(b"\n")[2] if octets.startswith(b"From ") else octets


def boundaries(octets):
    """The lines that begin a part, by all that announces one."""
    return [b"--" + (quoted or bare)
            for quoted, bare in _BOUNDARY.findall(octets)]


# Encoded parts.

def _decode(kind, body):
    if kind == b"base64":
        try:
            return base64.b64decode(body)
        except ValueError:
            return None
    return quopri.decodestring(body)


def encode(kind, text, end):
    """The text in base64 or quoted-printable; its lines end in end."""
    if kind == b"base64":
        return base64.encodebytes(text).replace(b"\n", end)
    return quopri.encodestring(text.replace(b"\r\n", b"\n")).replace(
        b"\n", end)


def _encoded_parts(octets):
    """Where encoded bodies begin and end, and their encoding."""
    marks = set(boundaries(octets))
    stop = re.compile(rb"^(?:" + b"|".join(map(re.escape, marks)) + rb")",
                      re.M) if marks else None
    at = 0
    while found := _ENCODING.search(octets, at):
        blank = _BLANK.search(octets, found.end())
        if not blank:
            return
        end = stop.search(octets, blank.end()) if stop else None
        at = end.start() if end else len(octets)
        yield blank.end(), at, found[1].lower()


def by_part(octets, change):
    """Applies a change to what is written plainly, and to what is encoded:
    that is decoded, changed and encoded again as it was."""
    out, at = [], 0
    for begin, end, kind in _encoded_parts(octets):
        out.append(change(octets[at:begin]))
        body = octets[begin:end]
        text = _decode(kind, body)
        changed = text and change(text)
        out.append(body if not text or changed == text
                   else encode(kind, changed, line_end(body)))
        at = end
    out.append(change(octets[at:]))
    return b"".join(out)


# The returned header.

def returned_header(octets, message_id):
    """Where the header block that has the Message-ID in a field of that name
    begins and ends; None where there is none that is written plainly."""
    lines = octets.splitlines(keepends=True)
    named = next((at for at, line in enumerate(lines)
                  if _names_id(lines, at, line, message_id)), None)
    if named is None:
        return None
    first = last = named
    while first and _is_header(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and _is_header(lines[last + 1]):
        last += 1
    # A continuation belongs to a field before it; MIME's own are not ours.
    while not _FIELD.match(lines[first]) or lines[first][:1] in b" \t":
        first += 1
    begin = sum(map(len, lines[:first]))
    return begin, begin + sum(map(len, lines[first:last + 1]))


def _names_id(lines, at, line, message_id):
    field = _FIELD.match(line)
    if not field or field[1].lower() != b"message-id":
        return False
    ahead = b"".join(lines[at:at + 2])
    return message_id in ahead and not _is_top(lines, at)


def _is_top(lines, at):
    """Whether it stands in the header of the bounce itself."""
    return not any(line.strip() == b"" for line in lines[:at])


def _is_header(line):
    return bool(line.strip()) and not line.startswith(b"--") and (
        line[:1] in b" \t" or bool(_FIELD.match(line)))


def _with_received(text, sent):
    place = returned_header(text, sent.message_id.encode())
    if not place:
        return text
    begin, end = place
    header = re.sub(
        rb"(?im)^([ \t>|]*Received:)[^;\n]*(?:\n\1?[ \t]+[^;\n]*)*",
        lambda found: b"%s %s" % (found[1], sent.received.encode()),
        text[begin:end])
    return text[:begin] + header + text[end:]


# What is replaced.

def _addresses(text):
    return {found.lower() for found in _ADDRESS.findall(text.encode())}


class _Swap:
    """Old texts of a bounce and the new ones."""

    def __init__(self, octets, label, sent):
        self.sent = sent
        self.ids = {label[name].strip("<> ").encode()
                    for name in ("orig_message_id", "alt_orig_message_id")}
        self.ids.discard(b"")
        self.senders = set()
        for name in ("orig_return_path", "orig_from", "alt_orig_sender"):
            self.senders |= _addresses(label[name])
        self.recipients = {}
        named = [item for name in ("final_recipient", "original_recipient")
                 for item in label[name].split(";")]
        by_part(octets, lambda text: self._note(named, text))
        for old in named:
            self._add(old.strip("<> ").lower().encode())
        self.pattern = _pattern(self.senders | self.recipients.keys())

    @staticmethod
    def _note(named, text):
        """Takes down whom the report names."""
        for values in _REPORTED.findall(text):
            found = _ADDRESS.findall(b" ".join(values))
            named += [item.decode("latin-1") for item in found]
        return text

    def _add(self, old):
        if b"@" in old and old not in self.recipients:
            ours = self.sent.recipients
            self.recipients[old] = ours[len(self.recipients) % len(ours)]

    def _new(self, field, found):
        old = found[0].lower()
        is_sender = old in self.senders
        if is_sender and old in self.recipients:
            is_sender = field is not None and field not in _FOR
        if not is_sender:
            return self.recipients[old].encode()
        if field in (b"return-path", b"x-postfix-sender"):
            return (self.sent.return_path or self.sent.sender).encode()
        return self.sent.sender.encode()

    def _line(self, line):
        named = _FIELD.match(line)
        field = named[1].lower() if named else None
        return self.pattern.sub(lambda found: self._new(field, found), line)

    def __call__(self, text):
        for old in self.ids:
            text = text.replace(old, self.sent.message_id.encode())
        if self.pattern:
            text = b"".join(map(self._line, text.splitlines(keepends=True)))
        return _with_received(text, self.sent)


def _pattern(addresses):
    if not addresses:
        return None
    longest_first = sorted(addresses, key=len, reverse=True)
    return re.compile(rb"(?<![\w.+-])(?:" +
                      b"|".join(map(re.escape, longest_first)) +
                      rb")(?![\w-]|\.\w)", re.I)


def rebind(octets, label, sent):
    """The bounce as it would be, had it returned what was sent: with its
    Message-ID, Return-Path, From, Received and recipients."""
    octets = without_envelope(octets)
    swap = _Swap(octets, label, sent)
    counted = []

    def change(text):
        changed = swap(text)
        counted.append(changed.count(sent.message_id.encode()))
        return changed

    bound = by_part(octets, change)
    if not sum(counted):
        raise Unbound(label["file"])
    return bound
