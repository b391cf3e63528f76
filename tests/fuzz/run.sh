#!/bin/sh
# Runs every libFuzzer target for so many seconds, from its seeds on, as many
# at once as there are processors.
#
# usage: sh tests/fuzz/run.sh SECONDS BUILD_DIR [TARGET ...]
#
# BUILD_DIR is made if it is not there. What is found on the way is kept in
# BUILD_DIR/fuzz/TARGET, an input that failed in BUILD_DIR/fuzz.
set -eu

if [ $# -lt 2 ]; then
	echo "usage: sh tests/fuzz/run.sh SECONDS BUILD_DIR [TARGET ...]" >&2
	exit 64
fi
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
seconds=$1
build=$2
shift 2

if ! command -v clang >/dev/null; then
	echo "skipped: libFuzzer comes with clang, which is not installed"
	exit 77
fi
if [ ! -f "$build/build.ninja" ]; then
	CC=clang meson setup "$build" "$here/../.." -Dfuzzers=true \
		-Db_sanitize=address,undefined -Dbuildtype=debugoptimized \
		>/dev/null
fi
if [ $# -eq 0 ]; then
	for source in "$here"/fuzz_*.c; do
		name=$(basename "$source" .c)
		set -- "$@" "${name#fuzz_}"
	done
fi
build=$(CDPATH='' cd -- "$build" && pwd)
for name; do
	ninja -C "$build" "tests/fuzz/fuzz_$name" >/dev/null
done

# Real bounces, read in place, are seeds of their parser too.
corpus=${BACKSTOP_CORPUS:-$here/../../../shared/corpus}/bounces/msgs
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

fuzz() {
	name=$1
	found="$build/fuzz/$name"
	mkdir -p "$found"
	set -- -max_total_time="$seconds" -max_len=20000 -timeout=10 \
		-artifact_prefix="$build/fuzz/$name-"
	if [ -f "$here/$name.dict" ]; then
		set -- "$@" -dict="$here/$name.dict"
	fi
	set -- "$@" "$found" "$here/seeds/$name"
	if [ "$name" = dsn ] && [ -d "$corpus" ]; then
		set -- "$@" "$corpus"
	elif [ "$name" = dsn ]; then
		echo "dsn: its seeds alone, there is no corpus at $corpus"
	fi
	if "$build/tests/fuzz/fuzz_$name" "$@" \
		>"$found.log" 2>&1; then
		covered=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$found.log" |
			tail -n 1)
		echo "$name: $(tail -n 1 "$found.log"), $covered"
	else
		: >"$build/fuzz/failed"
		echo "$name: failed; the end of $found.log:"
		tail -n 40 "$found.log"
	fi
}

mkdir -p "$build/fuzz"
rm -f "$build/fuzz/failed"
left=$(nproc)
for name; do
	fuzz "$name" &
	left=$((left - 1))
	# not the first that ends: POSIX knows no wait -n
	if [ "$left" -eq 0 ]; then
		wait
		left=$(nproc)
	fi
done
wait
if [ -e "$build/fuzz/failed" ]; then
	exit 1
fi
