#!/bin/sh
# Makes sure that PostgreSQL's server programs are installed, for `make run`
# and `make test`. Looks where the program itself looks; if they are missing,
# installs Debian's or Ubuntu's package when it may, and otherwise says in one
# line what to install.
#
# A DATABASE_URL is enough: then nothing is looked for. What needs the programs
# in any case, as the tests do, calls it with DATABASE_URL empty.
# OMBUDSNETZ_POSTGRES_BIN names their directory; then nothing else is searched.
# ENSURE_POSTGRES_ROOT and ENSURE_POSTGRES_DRY_RUN=1 are for testing this script.
set -eu

min_major=15
root=${ENSURE_POSTGRES_ROOT:-}

# fits DIR: postgres and initdb are there and new enough. Older ones are noted.
too_old=
fits() {
	[ -f "$1/postgres" ] && [ -x "$1/postgres" ] && [ -f "$1/initdb" ] && [ -x "$1/initdb" ] || return 1
	version=$("$1/postgres" --version 2>/dev/null | sed -n 's/^.*PostgreSQL) \([0-9][^ ]*\).*$/\1/p')
	major=$(printf '%s' "$version" | sed 's/[^0-9].*$//')
	[ -n "$major" ] || return 1
	[ "$major" -ge "$min_major" ] || { too_old=$version; return 1; }
}

found() {
	if [ -n "${OMBUDSNETZ_POSTGRES_BIN:-}" ]; then
		fits "$OMBUDSNETZ_POSTGRES_BIN" || fits "$OMBUDSNETZ_POSTGRES_BIN/bin"
		return
	fi
	for dir in "$root"/usr/lib/postgresql/*/bin; do
		if fits "$dir"; then return 0; fi
	done
	if dir=$(pg_config --bindir 2>/dev/null) && [ -n "$dir" ] && fits "$dir"; then return 0; fi
	old_ifs=$IFS
	IFS=:
	for dir in $PATH; do
		case $dir in
		/*) if fits "$dir"; then IFS=$old_ifs; return 0; fi ;;
		esac
	done
	IFS=$old_ifs
	for dir in \
		"$root"/usr/pgsql-*/bin "$root"/usr/libexec/postgresql* \
		"$root"/usr/lib/postgresql*/bin "$root"/usr/lib64/postgresql-*/bin \
		"$root"/opt/homebrew/opt/postgresql*/bin "$root"/usr/local/opt/postgresql*/bin \
		"$root"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin "$root"/usr/local/pgsql/bin \
		"$root"/Applications/Postgres.app/Contents/Versions/*/bin; do
		if fits "$dir"; then return 0; fi
	done
	return 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# hint says how this system gets PostgreSQL.
hint() {
	if have apt-get; then echo 'run `sudo apt-get install postgresql`'
	elif have dnf; then echo 'run `sudo dnf install postgresql-server`'
	elif have apk; then echo 'run `sudo apk add postgresql`'
	elif have pacman; then echo 'run `sudo pacman -S postgresql`'
	elif have zypper; then echo 'run `sudo zypper install postgresql-server`'
	elif have brew; then echo 'run `brew install postgresql@17`'
	else echo "install your system's package of the PostgreSQL server, $min_major or newer"
	fi
}

refuse() {
	echo "ensure-postgres: $1" >&2
	exit 1
}

# install_apt installs the distribution's package without the cluster that it
# would otherwise create and start on port 5432.
install_apt() {
	config=/etc/postgresql-common/createcluster.d
	dropin=$config/ombudsnetz-no-cluster.conf
	echo "ensure-postgres: installing the package postgresql (no cluster is created, nothing listens)"
	[ -z "${ENSURE_POSTGRES_DRY_RUN:-}" ] || exit 0
	# The setting is for this installation only and goes when it is over.
	trap '$as_root rm -f "$dropin"' EXIT
	trap 'exit 1' HUP INT TERM
	$as_root mkdir -p "$config"
	echo 'create_main_cluster = false' | $as_root tee "$dropin" >/dev/null
	log=$(mktemp)
	apt_install >"$log" 2>&1 || { $as_root apt-get update >"$log" 2>&1 && apt_install >>"$log" 2>&1; } || {
		tail -n 20 "$log" >&2
		rm -f "$log"
		refuse "apt-get could not install postgresql, see above"
	}
	rm -f "$log"
}

apt_install() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends postgresql </dev/null
}

[ -z "${DATABASE_URL:-}" ] || exit 0
if found; then exit 0; fi

if [ -n "${OMBUDSNETZ_POSTGRES_BIN:-}" ]; then
	refuse "no usable postgres and initdb ($min_major or newer) in OMBUDSNETZ_POSTGRES_BIN=$OMBUDSNETZ_POSTGRES_BIN"
fi
if have apt-get; then
	if [ "$(id -u)" -eq 0 ]; then
		as_root=
		install_apt
	elif have sudo && sudo -n true 2>/dev/null; then
		as_root='sudo -n'
		install_apt
	fi
	if found; then exit 0; fi
fi
if [ -n "$too_old" ]; then
	refuse "PostgreSQL $min_major or newer is needed, found $too_old: install a newer one (https://www.postgresql.org/download/), or set DATABASE_URL"
fi
refuse "PostgreSQL is not installed: $(hint), or set DATABASE_URL to a server"
