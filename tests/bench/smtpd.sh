#!/bin/sh
# Messages a second through real smtpd; see bench_smtpd.py and bench_flood.py.
#
# usage: sh tests/bench/smtpd.sh smtpd|flood [bookworm|trixie ...]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/lib/enter.sh
. "$here/../lib/enter.sh"

# 77 tells meson that there was nothing to measure.
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
	say "this needs root and debootstrap"
	exit 77
fi
bench=$here/bench_$1.py
shift

BACKSTOP_DISK=$(mktemp -d "${BACKSTOP_BENCH:-/var/tmp}/backstop-bench.XXXXXX")
export BACKSTOP_DISK
trap 'rm -rf --one-file-system "$BACKSTOP_DISK"' EXIT
trap 'exit 143' HUP INT TERM
(enter "$python" -B "$bench" "$@")
