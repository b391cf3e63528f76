#!/bin/sh
# Messages a second through real mail servers, and checks a second with real
# DNS; see bench_smtpd.py, bench_flood.py, bench_exim.py and bench_spf.py.
#
# usage: sh tests/bench/real.sh smtpd|flood|exim|spf [bookworm|trixie ...]
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
