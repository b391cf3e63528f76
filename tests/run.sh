#!/bin/sh
# Every test, in Debian 12 and in Debian 13.
#
# usage: sh tests/run.sh [--suite bookworm|trixie] [--slow] [pytest arguments]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/lib/enter.sh
. "$here/lib/enter.sh"

need_root
install_packages debootstrap iproute2 python3 python3-pytest \
	python3-yaml util-linux
enter "$python" -B "$here/lib/run.py" "$@"
