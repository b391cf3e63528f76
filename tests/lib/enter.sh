# Sourced by the commands of this folder: what they need of the machine, and
# the private namespaces in which they work.
#
# All mounts, processes and networks are made inside one mount and one process
# namespace. However a run ends, the kernel takes them away with it; on the
# machine only an empty folder and empty cgroups could stay, and the trap
# removes those.
# shellcheck shell=sh

# The distribution's own Python, not one that PATH may put before it.
# shellcheck disable=SC2034 # for those who source this
python=/usr/bin/python3

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Installs what is missing of the packages named, without a question and
# without anything merely recommended.
install_packages()
{
	missing=
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Abbrev}\n' "$package" 2>/dev/null |
			grep -q '^.i' || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "installing:$missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q -o DPkg::Lock::Timeout=600 update >/dev/null ||
		die "apt-get update failed: is this Debian, and is it online?"
	# shellcheck disable=SC2086 # a list of words
	apt-get -q -y -o DPkg::Lock::Timeout=600 install \
		--no-install-recommends $missing </dev/null >/dev/null ||
		die "apt-get could not install:$missing"
}

need_root()
{
	[ "$(id -u)" -eq 0 ] ||
		die "run this as root: it makes namespaces (sudo sh $0)"
	command -v apt-get >/dev/null || die "this needs Debian 12 or 13"
}

# Removes the cgroups of hosts that were booted (lib/booted.py): they bear the
# run's name, and do not go away with what was in them.
remove_cgroups()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --propagation private -- sh -c '
		mount -t cgroup2 cgroup "$1" 2>/dev/null || exit 0
		[ ! -d "$1/$2" ] || find "$1/$2" -depth -type d -exec rmdir {} +
		' sh "$BACKSTOP_WORK" "${BACKSTOP_WORK##*/}" || :
}

# Ends a run from outside: the first process of a process namespace takes all
# the others with it.
leave()
{
	trap - EXIT HUP INT TERM
	if [ -n "$inside" ]; then
		kill -KILL "$inside" 2>/dev/null || :
		wait "$inside" 2>/dev/null || :
	fi
	remove_cgroups
	# Empty: what was mounted on it was so in the namespace alone.
	rmdir "$BACKSTOP_WORK" || :
}

# Runs a command in the namespaces, with BACKSTOP_WORK a tmpfs of its own, and
# ends with its status.
enter()
{
	inside=
	BACKSTOP_WORK=$(mktemp -d "${TMPDIR:-/tmp}/backstop.XXXXXX")
	export BACKSTOP_WORK
	trap leave EXIT
	trap 'leave; exit 130' HUP INT
	trap 'leave; exit 143' TERM
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --propagation private --pid --fork --kill-child \
		--mount-proc -- sh -c '
		mount -t tmpfs -o mode=755,size=75% backstop "$BACKSTOP_WORK" &&
		"$@"' sh "$@" &
	inside=$!
	status=0
	wait "$inside" || status=$?
	inside=
	leave
	exit "$status"
}
