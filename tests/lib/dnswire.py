"""DNS messages as octets, RFC 1035 §4, and how they can lie."""

import ipaddress
import struct

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15,
         "TXT": 16, "AAAA": 28, "OPT": 41, "SPF": 99, "ANY": 255}
NAMES = {number: name for name, number in TYPES.items()}
SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5
ANSWER, AUTHORITATIVE, TRUNCATED, RECURSIVE = 0x8000, 0x0400, 0x0200, 0x0080
TTL_SECONDS = 300


class Malformed(Exception):
    """Octets that are no DNS message."""


def name_octets(name):
    """A name on the wire; what fits no label is refused."""
    octets = b""
    for label in name.rstrip(".").split(".") if name.rstrip(".") else []:
        raw = label.encode("latin-1")
        if not 0 < len(raw) < 64:
            raise Malformed(f"a label of {len(raw)} octets in {name!r}")
        octets += bytes([len(raw)]) + raw
    if len(octets) > 254:
        raise Malformed(f"a name of {len(octets)} octets")
    return octets + b"\0"


def read_name(message, at):
    """A name in lower case and where it ends."""
    labels, end, hops = [], None, 0
    while True:
        if at >= len(message):
            raise Malformed("a name beyond the end")
        length = message[at]
        if length >= 0xc0:
            if at + 1 >= len(message) or hops > 20:
                raise Malformed("a pointer to nowhere")
            end = at + 2 if end is None else end
            at = (length & 0x3f) << 8 | message[at + 1]
            hops += 1
            continue
        at += 1
        if not length:
            return ".".join(labels).lower(), at if end is None else end
        labels.append(message[at:at + length].decode("latin-1"))
        at += length


class Question:
    """What a client asks: one name and type."""

    def __init__(self, message):
        if len(message) < 17:
            raise Malformed("too short")
        self.id, self.flags, count, *_, more = struct.unpack(
            ">6H", message[:12])
        if self.flags & ANSWER or count != 1:
            raise Malformed("no question")
        self.name, end = read_name(message, 12)
        if end + 4 > len(message):
            raise Malformed("a question without its type")
        number, self.klass = struct.unpack(">2H", message[end:end + 4])
        self.type = NAMES.get(number, str(number))
        self.octets = message[12:end + 4]  # in the client's case
        self.size = self._size(message, end + 4) if more else 0

    @staticmethod
    def _size(message, at):
        """Octets that the client takes by UDP, RFC 6891 §6.2.3."""
        _, at = read_name(message, at)
        if at + 4 > len(message):
            raise Malformed("half an additional record")
        number, size = struct.unpack(">2H", message[at:at + 4])
        return size if number == TYPES["OPT"] else 0


def text_octets(text):
    """TXT data: a text, or the list of its strings; latin-1 is octets."""
    if isinstance(text, str):
        raw = text.encode("latin-1")
        parts = [raw[at:at + 255] for at in range(0, len(raw), 255)] or [b""]
    else:
        parts = [part.encode("latin-1") for part in text]
    return b"".join(bytes([len(part)]) + part for part in parts)


def data_octets(kind, value):
    if kind in ("TXT", "SPF"):
        return text_octets(value)
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "MX":
        return struct.pack(">H", int(value[0])) + name_octets(value[1])
    if kind == "SOA":
        return (name_octets(value[0]) + name_octets(value[1])
                + struct.pack(">5I", *value[2:]))
    return name_octets(value)


def record_octets(owner, kind, value):
    """owner is a name, or octets such as a pointer to the question's."""
    if isinstance(owner, str):
        owner = name_octets(owner)
    data = data_octets(kind, value)
    return owner + struct.pack(">2HIH", TYPES[kind], 1, TTL_SECONDS,
                               len(data)) + data


def reply(question, rcode=0, records=(), authority=(), flags=0):
    """An answer to a question; records are octets."""
    opt = question.size > 0
    return (struct.pack(
        ">6H", question.id,
        ANSWER | AUTHORITATIVE | question.flags & 0x7900 | flags | rcode, 1,
        len(records), len(authority), opt)
        + question.octets + b"".join(records) + b"".join(authority)
        + (b"\0" + struct.pack(">2HIH", TYPES["OPT"], 4096, 0, 0)
           if opt else b""))


def fit(question, message):
    """The message as UDP can carry it: whole, or cut and marked."""
    if len(message) <= max(512, question.size):
        return message
    return reply(question, message[3] & 15, flags=TRUNCATED)


# What follows makes a lie of an answer: from the question and the honest
# message to what is sent. POINTER is to the question's name.
POINTER = b"\xc0\x0c"


def _header(message, at, number):
    return message[:at] + struct.pack(">H", number) + message[at + 2:]


def _with_answer(question, record):
    return reply(question, 0, [record])


def _other_question(question, _):
    other = Question(struct.pack(">6H", question.id, question.flags, 1, 0, 0,
                                 0) + name_octets("other.example")
                     + question.octets[-4:])
    return reply(other, 0, [record_octets(
        POINTER, "TXT", "v=spf1 +all")])


def _long_data(question, _):
    return _with_answer(question, POINTER + struct.pack(
        ">2HIH", TYPES["TXT"], 1, TTL_SECONDS, 60000) + b"\x0bv=spf1 +all")


def _long_string(question, _):
    return _with_answer(question, POINTER + struct.pack(
        ">2HIH", TYPES["TXT"], 1, TTL_SECONDS, 12) + b"\xffv=spf1 +all")


def _loop(question, _):
    at = 12 + len(question.octets)
    return _with_answer(question, struct.pack(">H", 0xc000 | at)
                        + record_octets(b"", "TXT", "v=spf1 +all"))


def _two_loops(question, _):
    at = 12 + len(question.octets)
    return _with_answer(question, struct.pack(">2H", 0xc002 + at, 0xc000 | at)
                        + record_octets(b"", "TXT", "v=spf1 +all"))


def _beyond(question, _):
    return _with_answer(question, b"\xff\xff" + record_octets(
        b"", "TXT", "v=spf1 +all"))


def _big(question, _):
    """As much as TCP can carry: 65,535 octets at most."""
    filler = record_octets(POINTER, "TXT", ["x" * 255] * 15)
    count = (65000 - len(question.octets)) // len(filler)
    return reply(question, 0, [filler] * count + [
        record_octets(POINTER, "TXT", "v=spf1 -all")])


def _bad_version(question, message):
    """What who knows a later EDNS alone says: BADVERS, RFC 6891 §9."""
    if not question.size:
        return message
    opt = b"\0" + struct.pack(">2HIH", TYPES["OPT"], 4096, 1 << 24, 0)
    return reply(question)[:-len(opt)] + opt


def _without_edns(question, rcode):
    """A server that does not know EDNS refuses what has it."""
    return struct.pack(">6H", question.id, ANSWER | rcode, 1, 0, 0,
                       0) + question.octets


def _referral(question, _):
    return reply(question, 0, [], [record_octets(
        "example", "NS", "ns.example")])


LIES = {
    "bad-version": _bad_version,
    "swallows-edns": lambda question, message: (
        None if question.size else message),
    "refuses-edns": lambda question, message: (
        _without_edns(question, 4) if question.size else message),
    "referral": _referral,
    "half-alias": lambda question, _: _with_answer(question, record_octets(
        POINTER, "CNAME", "target.example")),
    "id": lambda question, message: _header(message, 0, question.id ^ 0x5555),
    "question": _other_question,
    "owner": lambda question, _: _with_answer(
        question, record_octets("other.example", "TXT", "v=spf1 +all")),
    "cut": lambda _, message: message[:len(message) * 2 // 3],
    "stub": lambda _, message: message[:5],
    "nothing": lambda *_: b"",
    "not-an-answer": lambda _, message: message[:2] + bytes(
        [message[2] & 0x7f]) + message[3:],
    "garbage": lambda question, message: message[:2] + bytes(
        (7 * at ^ question.id) & 0xff for at in range(200)),
    "counts": lambda _, message: _header(message, 6, 0xffff),
    "no-count": lambda _, message: _header(message, 6, 0),
    "long-data": _long_data,
    "long-string": _long_string,
    "loop": _loop,
    "two-loops": _two_loops,
    "beyond": _beyond,
    "big": _big,
    "trailing": lambda _, message: message + b"\0" * 300,
    "always-cut": lambda question, _: reply(question, flags=TRUNCATED),
}
