#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make deps: installs the packages of deps.list with apt, once.  All there: a
# quick no-op.  Without root it prints the command to run and stops with 2.
set -u
here=$(dirname "$0")
mapfile -t want < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$here/deps.list")

mapfile -t have < <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${want[@]}" 2>/dev/null |
	sed -n 's/^installed //p')
missing=()
for package in "${want[@]}"; do
	[[ " ${have[*]} " == *" $package "* ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
	echo "deps: all ${#want[@]} packages are installed"
	exit 0
fi

release=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-unknown}")
if [[ $release != bookworm ]]; then
	echo "deps: made for Debian 12 (bookworm), this is $release; needed: ${missing[*]}" >&2
	exit 2
fi
if ((EUID != 0)); then
	echo "deps: run as root: apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 2
fi
echo "deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq &&
	apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
	echo "deps: apt-get could not install: ${missing[*]}" >&2
	exit 2
}
echo "deps: done"
