"""Attacks made of the corpus' bounces, and the verdict that each must get.

Nothing here talks to a host: octets go in, octets come out."""

import dataclasses
import pathlib
import re

import corpus
import rebind


@dataclasses.dataclass
class Bounce:
    """A bounce that somebody published."""
    path: pathlib.Path
    label: dict

    @property
    def name(self):
        return self.path.name

    @property
    def octets(self):
        """Without what only files have: a line of a mailbox, blank lines
        before the header."""
        return re.sub(rb"\A(?:[ \t]*\r?\n)+", b"",
                      rebind.without_envelope(self.path.read_bytes()))

    @property
    def names_recipient(self):
        """Whether its report names an address that failed."""
        return (self.label["final_recipient_src"] in
                ("delivery-status", "x-failed-recipients")
                and "@" in self.label["final_recipient"])

    def rebound(self, sent):
        return rebind.rebind(self.octets, self.label, sent)


def genuine_bounces(found):
    """The bounces in the corpus' folder that return a header with a
    Message-ID."""
    return [Bounce(found / "msgs" / row["file"], row)
            for row in corpus.scored(found)
            if row["class"] in corpus.BOUNCES and row["orig_message_id"]
            and row["has_returned_headers"] == "y"]


# What SMTP can carry.

def for_smtp(octets):
    """The octets as SMTP carries them: lines end in CRLF, dots are doubled,
    NUL and lone CR are gone."""
    lines = octets.replace(b"\0", b" ").splitlines()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n"
                    for line in lines)


def is_whole(octets, longest):
    """Whether smtpd is given all of it, and keeps its lines whole."""
    return (b"\0" not in octets and not re.search(rb"\r(?!\n)", octets)
            and max(map(len, octets.splitlines())) <= longest)


# Edits that must not change the verdict on a bounce that returns what was
# sent. Each returns None where it has nothing to edit.

def _fields(message_id):
    """The Message-ID field, with what stands before it on its line."""
    return re.compile(rb"(?im)^([ \t>|]*)(Message-ID:)[ \t]*(<?" +
                      re.escape(message_id.encode()) + rb">?)")


def refolded(octets, sent):
    """The Message-ID on the line behind the field's name."""
    end = rebind.line_end(octets)

    def refold(text):
        return _fields(sent.message_id).sub(
            lambda found: b"%s%s%s%s %s" % (
                found[1], found[2], end, found[1], found[3]), text)
    return _if_changed(octets, rebind.by_part(octets, refold))


def _if_changed(octets, edited):
    return edited if edited != octets else None


def _returned(octets, sent):
    return rebind.returned_header(octets, sent.message_id.encode())


def without_indent(octets, sent):
    """Continued lines begin where fields do."""
    place = _returned(octets, sent)
    if not place:
        return None
    begin, end = place
    header = re.sub(rb"(?m)(?<=\n)[ \t]+(?=\S)", b"", octets[begin:end])
    return _if_changed(octets, octets[:begin] + header + octets[end:])


def headers_only(octets, sent):
    """Without the returned message's text."""
    place = _returned(octets, sent)
    if not place:
        return None
    _, end = place
    close = re.compile(rb"(?m)^--\S").search(octets, end)
    stop = close.start() if close else len(octets)
    return _if_changed(octets, octets[:end] + rebind.line_end(octets) +
                       octets[stop:])


def _part(octets, at):
    """Where the part that holds this place begins and ends, its header
    included; the whole message if it has no parts."""
    marks = rebind.boundaries(octets)
    if not marks:
        return 0, len(octets)
    mark = re.compile(rb"(?m)^(?:" + b"|".join(map(re.escape, marks)) +
                      rb")(?:--)?[ \t]*\r?\n?")
    before = [found for found in mark.finditer(octets) if found.end() <= at]
    after = mark.search(octets, at)
    if not before or not after:
        return None
    return before[-1].end(), after.start()


_ENCODED = re.compile(rb"(?im)^Content-Transfer-Encoding:\s*"
                      rb"(?:base64|quoted-printable)")
_MULTIPART = re.compile(rb"(?im)^Content-Type:\s*multipart/")
_BLANK = re.compile(rb"(?:^|\n)\r?\n")


def encoded(kind):
    """An edit that encodes the part with the returned header in base64 or in
    quoted-printable."""
    def edit(octets, sent):
        place = _returned(octets, sent)
        part = place and _part(octets, place[0])
        if not part:
            return None
        begin, end = part
        blank = _BLANK.search(octets, begin, end)
        # a header that stands in a part's own place has no part to encode
        if not blank or blank.end() > place[0]:
            return None
        header, body = octets[begin:blank.end()], octets[blank.end():end]
        if _ENCODED.search(header) or _MULTIPART.search(header):
            return None
        return (octets[:begin] + _with_encoding(header, kind) +
                rebind.encode(kind, body, rebind.line_end(octets)) +
                octets[end:])
    return edit


def _with_encoding(header, kind):
    end = rebind.line_end(header)
    header = re.sub(rb"(?im)^Content-Transfer-Encoding:.*\n", b"", header)
    return b"Content-Transfer-Encoding: " + kind + end + header


EDITS = {
    "refolded": refolded,
    "indent lost": without_indent,
    "headers only": headers_only,
    "in base64": encoded(b"base64"),
    "in quoted-printable": encoded(b"quoted-printable"),
}


# Evidence in a place where it must not count, put into a bounce of something
# else.

def _block(sent, end):
    """A header such as a bounce returns."""
    return end.join([
        b"Return-Path: <%s>" % sent.return_path.encode(),
        b"Received: " + sent.received.encode(),
        b"From: " + sent.sender.encode(),
        b"To: " + sent.recipients[0].encode(),
        b"Message-ID: <%s>" % sent.message_id.encode(),
        b"Subject: what was sent", b""])


def in_top_header(octets, sent):
    end = rebind.line_end(octets)
    known = b"<%s>" % sent.message_id.encode()
    blank = _BLANK.search(octets)
    own = re.compile(rb"(?im)^(?:Message-ID|References|In-Reply-To|"
                     rb"X-Original-Message-ID):[^\n]*\n(?:[ \t][^\n]*\n)*")
    header = own.sub(b"", octets[:blank.start() + 1])
    added = end.join([b"Message-ID: " + known, b"References: " + known,
                      b"In-Reply-To: " + known,
                      b"X-Original-Message-ID: " + known, b""])
    return added + header + octets[blank.start() + 1:]


def _marks_of_multipart(octets):
    """The first line of the outermost multipart and its last one."""
    blank = _BLANK.search(octets)
    marks = rebind.boundaries(octets[:blank.start()] if blank else b"")
    if not marks or not _MULTIPART.search(octets, 0, blank.start()):
        return None
    found = list(re.finditer(rb"(?m)^" + re.escape(marks[0]) +
                             rb"(--)?[ \t]*\r?\n", octets))
    if len(found) < 2 or not found[-1][1]:
        return None
    return blank, found[0], found[-1]


def in_preamble(octets, sent):
    marks = _marks_of_multipart(octets)
    if not marks:
        return None
    blank, first, _ = marks
    end = rebind.line_end(octets)
    return (octets[:blank.end()] + end + _block(sent, end) + end +
            octets[first.start():])


def in_epilogue(octets, sent):
    marks = _marks_of_multipart(octets)
    if not marks:
        return None
    end = rebind.line_end(octets)
    return octets[:marks[2].end()] + end + _block(sent, end) + end


def in_human_text(octets, sent):
    """In a sentence, as people write."""
    marks = _marks_of_multipart(octets)
    at = marks[1].end() if marks else 0
    blank = _BLANK.search(octets, at)
    if not blank or _ENCODED.search(octets, at, blank.start() + 1):
        return None
    end = rebind.line_end(octets)
    words = (b"The message <%s> that %s sent could not be delivered." %
             (sent.message_id.encode(), sent.sender.encode()))
    return octets[:blank.end()] + words + end + end + octets[blank.end():]


_RETURNED_PART = re.compile(rb"(?im)^Content-Type:\s*(?:message/(?:rfc822|"
                            rb"global)|text/rfc822-headers)\b")


def in_second_message(octets, sent):
    """Another returned message behind the first, which stands in a part of
    its own, too: a part counts for more than running text."""
    marks = _marks_of_multipart(octets)
    if not marks or not _RETURNED_PART.search(octets, marks[1].end(),
                                              marks[2].start()):
        return None
    last = marks[2]
    end = rebind.line_end(octets)
    mark = last[0].rstrip()[:-2]
    return (octets[:last.start()] + mark + end +
            b"Content-Type: message/rfc822" + end + end +
            _block(sent, end) + end + b"Text." + end + end +
            octets[last.start():])


PLACES = {
    "in its own header": in_top_header,
    "in the preamble": in_preamble,
    "in the epilogue": in_epilogue,
    "in the human text": in_human_text,
    "in a second message": in_second_message,
}


# Other forgeries.

def never_sent(sent, number):
    """A Message-ID of the same shape that nobody sent."""
    head, at, tail = sent.message_id.partition("@")
    flipped = head.translate(str.maketrans("0123456789abcdef",
                                           "9876543210fedcba"))
    return dataclasses.replace(sent,
                               message_id=f"{flipped}{number:x}{at}{tail}")


def two_ids(octets, sent, false_first):
    """With a second Message-ID field beside the true one."""
    other = b"<none.of.yours@remote.example>"

    def double(text):
        end = rebind.line_end(text)
        return _fields(sent.message_id).sub(
            lambda found: end.join(
                b"%s%s %s" % (found[1], found[2], value)
                for value in ((other, found[3]) if false_first
                              else (found[3], other))), text)
    return _if_changed(octets, rebind.by_part(octets, double))


def one_changed(tag, number):
    """A signed address with one character changed; the number says which one.
    Returns it with the rows that may refuse or junk it: a key number that was
    never in use is an unknown key, and so is a key of a day before it was
    made."""
    at = len("prvs=") + number % 10
    old = tag[at]
    new = "0123456789abcdef"[(int(old, 16) + 1 + number % 7) % (
        10 if number % 10 < 4 else 16)]
    if new == old:
        new = "0" if old != "0" else "1"
    rows = {0: {9}, 1: {9, 11}, 2: {9, 11}, 3: {9, 11}}.get(number % 10, {11})
    return tag[:at] + new + tag[at + 1:], rows


def of_another(tag, address):
    """The tag of one address before another."""
    return tag[:len("prvs=KDDDSSSSSS=")] + address
