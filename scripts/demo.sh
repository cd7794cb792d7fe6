#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make demo: what Labyrinth does, on real code, in a minute.
# Each step is a function, so that steps can be added; a step that cannot run
# here says why and the next one goes on.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

title() { printf '\n== %s\n' "$*"; }

# The example driver against the installed kernel headers: facts, then findings.
step_driver() {
	title "a small network driver with planted bugs (examples/driver)"
	if ! compgen -G '/lib/modules/*/build' >/dev/null; then
		echo "skipped: no kernel headers; 'make deps' installs them"
		return 0
	fi
	mkdir "$work/driver" && cp examples/driver/{Kbuild,*.c,*.h} "$work/driver/" &&
		LABYRINTH_CACHE="$work/cache" scripts/lab-kernel --plugin "$B/labyrinth.so" \
			module "$work/driver" || return
	"$B/labyrinth" check --root "$work/driver" --coverage "$work/driver"
}

# Unmodified drivers of Debian's kernel source, with the core code they lean on.
# The first run prepares the kernel (minutes); later ones find everything made.
DEMO_DIRS="drivers/usb/core drivers/usb/cdns3 drivers/usb/dwc2 drivers/usb/gadget
	drivers/usb/host drivers/base/power lib/scatterlist.o lib/kobject.o mm/util.o"

step_kernel() {
	title "USB drivers of linux-source-6.1, as they are"
	scripts/lab-kernel prepare || return
	# shellcheck disable=SC2086 # a list of words
	scripts/lab-kernel --plugin "$B/labyrinth.so" facts $DEMO_DIRS || return
	local o args=()
	o=$(scripts/lab-kernel path) || return
	for d in $DEMO_DIRS; do args+=("$o/$d"); done
	"$B/labyrinth" check --coverage "${args[@]}"
}

for step in step_driver step_kernel; do
	$step || { echo "demo: $step failed" >&2; status=1; }
done
exit $status
