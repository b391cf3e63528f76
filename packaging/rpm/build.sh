#!/bin/sh
# Builds the RPMs from a copy of this source; Debian's rpmbuild does, too.
#
# usage: sh packaging/rpm/build.sh [FOLDER [OPTION OF RPMBUILD ...]]
#
# FOLDER is where they go; the default is rpms.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$here/../..
folder=${1:-rpms}
[ $# -eq 0 ] || shift
mkdir -p "$folder"
target=$(CDPATH='' cd -- "$folder" && pwd)
name=backstop-$(sed -n 's/^Version: *//p' "$here/backstop.spec")

top=$(mktemp -d "${TMPDIR:-/tmp}/backstop-rpm.XXXXXX")
trap 'rm -rf "$top"' EXIT
trap 'exit 1' HUP INT TERM

# Debian's packages have other names than Fedora's, so what is needed cannot
# be asked for by name.
if [ -e /etc/debian_version ]; then
	set -- --nodeps --load "$here/fedora.macros" "$@"
fi
mkdir "$top/SOURCES" "$top/$name"
cd "$source"
cp -a common exim filter meson.build meson_options.txt packaging tests \
	LICENSE README.md CHANGES.md "$top/$name"
tar -C "$top" -czf "$top/SOURCES/$name.tar.gz" "$name"
cp packaging/systemd/backstop.sysusers "$top/SOURCES"
rpmbuild -ba --define "_topdir $top" "$@" "$here/backstop.spec"
find "$top/RPMS" "$top/SRPMS" -name '*.rpm' -exec cp {} "$target" \;
