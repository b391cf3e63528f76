#!/bin/sh
# Builds the Debian packages from a copy of this source.
#
# usage: sh packaging/debian/build.sh [FOLDER]
#
# FOLDER is where they go; the default is debs. What it needs is installed by: apt build-dep ./packaging
set -eu
source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
mkdir -p "${1:-debs}"
target=$(CDPATH='' cd -- "${1:-debs}" && pwd)

copy=$(mktemp -d "${TMPDIR:-/tmp}/backstop-deb.XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM

# dpkg-buildpackage leaves what it makes in the folder above the source.
mkdir "$copy/backstop"
cd "$source"
cp -a common exim filter meson.build meson_options.txt packaging tests \
	LICENSE README.md CHANGES.md "$copy/backstop"
cp -a packaging/debian "$copy/backstop/debian"
cd "$copy/backstop"
dpkg-buildpackage --build=binary --no-sign
cd ..
mv -- *.deb *.buildinfo *.changes "$target"
