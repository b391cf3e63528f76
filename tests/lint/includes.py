"""Who includes whom, and functions that nobody may call."""

import re

import rooms
import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)

# What pure modules take of libc: no I/O, clock, malloc, log or globals.
# stdio.h is for snprintf() and arpa/inet.h for inet_pton().
PURE_LIBC = set("""arpa/inet.h assert.h errno.h inttypes.h limits.h stdarg.h
stdbool.h stddef.h stdint.h stdio.h string.h""".split())

PURE_CALLS = """malloc calloc realloc reallocarray free strdup strndup
asprintf fopen fdopen open openat read write close printf fprintf dprintf puts
fputs putchar perror time clock_gettime gettimeofday localtime gmtime getenv
setenv random rand getrandom errno strerror exit abort
bs_log""".split()

# A foreign library's headers, and the only files that may include them. The
# tests may: the bench measures the bare HMAC beside ours.
OWNERS = (
    (r"lmdb\.h", ["common/store/lmdb.c"]),
    (r"spf2/.*", ["common/spf/libspf2.c"]),
    (r"(nettle|openssl|gcrypt|sodium|mbedtls)/.*|gcrypt\.h|sodium\.h",
     ["common/keys/mac.c"]),
    (r"jansson.*\.h", ["common/cli/output.c", "common/cli/output.h"]),
    (r"event2?/.*|event\.h|evutil\.h",
     ["common/engine/server.c", "common/engine/peer.c",
      "common/engine/tracing.c", "common/engine/accept.c",
      "common/engine/client_search.c", "common/dns/dns.c",
      "common/spf/service.c", "common/spf/child.c",
      "common/spf/worker.c",
      "common/cli/spf/batch.c", "common/cli/spf/lookup.c",
      "common/cli/spf/once.c"]),
    (r"expat\.h", ["common/reports/xml.c"]),
    (r"archive(_entry)?\.h", ["common/base/libarchive.h"]),
    (r"idn2\.h", ["common/base/idn.c"]),
    (r"local_scan\.h|exim\.h|dlfunc\.h", [
        "exim/local_scan.c", "exim/dlfunc.c", "exim/envelope.c", "exim/relay.c",
        "exim/outage.c"]),
)

# What prints more than a literal.
PRINTING = "printf fprintf vprintf vfprintf dprintf".split()

INSTEAD = {}
for names, advice in (
        ("strcpy strcat stpcpy sprintf vsprintf gets", "use snprintf() or "
         "memcpy() with a size"),
        ("sscanf vsscanf fscanf scanf", "take the text apart by hand: a "
         "number that is too large is undefined there"),
        ("strtok strtok_r", "use strcspn() or strsep()"),
        ("atoi atol atoll atof", "they tell no error: use strtol() or a loop"),
        ("alloca", "the caller owns buffers"),
        ("isalpha isdigit isalnum isspace isblank isupper islower isxdigit "
         "ispunct isprint isgraph iscntrl toupper tolower strcasecmp "
         "strncasecmp strcasestr setlocale", "it asks the locale: use "
         "common/base/ascii.h")):
    INSTEAD.update(dict.fromkeys(names.split(), advice))


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def check_owner(path, line, header):
    for pattern, owners in OWNERS:
        if re.fullmatch(pattern, header) and str(path) not in owners:
            tree.fault(path, line, f"<{header}> is for {', '.join(owners)} "
                       "alone: use its interface")


def check_layer(path, line, header):
    if not rooms.room(path):
        tree.fault(path, line, "no row of tests/lint/rooms.py has this file")
    elif rooms.room(header) not in rooms.may_know(path):
        tree.fault(path, line, f'"{header}" is not for {rooms.room(path)}: '
                   "see the layers in common/README.md")


def check_include(path, line, quote, header):
    if header == "ctype.h":
        tree.fault(path, line, "<ctype.h> asks the locale: use "
                   "common/base/ascii.h")
    if quote == "<":
        if not str(path).startswith("tests/"):
            check_owner(path, line, header)
        if rooms.is_pure(path) and header not in PURE_LIBC:
            tree.fault(path, line, f"<{header}> is not for pure modules: take "
                       "what it gives as an argument")
        return
    if not (tree.ROOT / header).is_file():
        tree.fault(path, line, f'"{header}" does not exist: write it from the '
                   "root of the repository")
    if not header.endswith(".h"):
        tree.fault(path, line, f'"{header}" is not a header: compile it '
                   "as a file of its own")
    check_layer(path, line, header)


def check_calls(path, text):
    banned = dict(INSTEAD)
    if str(path).startswith("common/cli/") and path.name != "output.c":
        banned.update(dict.fromkeys(PRINTING, "use bs_print(): it shows nothing "
                                    "that a terminal would obey"))
    if rooms.is_pure(path):
        banned.update(dict.fromkeys(PURE_CALLS, "a pure module does not act: "
                                    "take the result as an argument"))
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(banned) + r")\s*\(")
    for match in pattern.finditer(text):
        tree.fault(path, line_of(text, match.start()),
                   f"{match[1]}(): {banned[match[1]]}")


def main():
    graph = {}
    for path in tree.files("*.c", "*.h"):
        text = tree.code(tree.read(path), strings=True)
        graph[str(path)] = []
        for match in INCLUDE.finditer(text):
            line = line_of(text, match.start(1))
            check_include(path, line, match[1], match[2])
            if match[1] == '"':
                graph[str(path)].append(match[2])
        check_calls(path, tree.code(tree.read(path)))
    for circle in rooms.circles(graph):
        tree.fault(min(circle), 0, "includes itself: "
                   + rooms.one_round(graph, circle))
    rooms.check_order()
    rooms.check_page()
    tree.finish()


main()
