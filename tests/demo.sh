#!/bin/sh
# The main job, told as a story by two real mail servers.
#
# usage: sh tests/demo.sh [smtpd|exim] [trixie|bookworm]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/lib/enter.sh
. "$here/lib/enter.sh"

need_root
install_packages debootstrap iproute2 python3 util-linux
enter "$python" -B "$here/lib/demo.py" "$@"
