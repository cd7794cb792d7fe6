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

# The facts of one small file: what the plugin keeps of it.
step_facts() {
	title "facts of a file: the plugin writes them, 'labyrinth dump' shows them"
	cat >"$work/small.c" <<-'END'
	struct device { int lock, irqs; };
	void lock(int *), unlock(int *), may_sleep(int flags);

	void interrupt(struct device *d, int flags)
	{
		lock(&d->lock);
		if (flags & 0x400)
			may_sleep(flags);
		unlock(&d->lock);
	}
	END
	"${CC:-gcc}" -O2 -fplugin="$B/labyrinth.so" -fplugin-arg-labyrinth-quiet \
		-c "$work/small.c" -o "$work/small.o" && "$B/labyrinth" dump "$work/small.o"
}

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
	if "$B/labyrinth" help check >/dev/null 2>&1; then
		"$B/labyrinth" check "$work/driver"
	else
		"$B/labyrinth" dump "$work"/driver/*.o | wc -l | sed 's/$/ lines of facts/'
	fi
}

# The facts of kernel code, if the kernel was prepared before.
step_kernel() {
	title "facts of kernel code (scripts/lab-kernel facts mm/mempool.o)"
	if ! scripts/lab-kernel path >/dev/null 2>&1; then
		echo "skipped: no prepared kernel; 'make kernel-prepare' makes one, once"
		return 0
	fi
	scripts/lab-kernel --plugin "$B/labyrinth.so" facts mm/mempool.o
}

for step in step_facts step_driver step_kernel; do
	$step || { echo "demo: $step failed" >&2; status=1; }
done
exit $status
