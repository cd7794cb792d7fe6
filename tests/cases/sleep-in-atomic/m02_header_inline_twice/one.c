/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both files use both inlines; only this one calls the second under a lock.
 */
#include "kernel.h"
#include "shared.h"

void one_bad(spinlock_t *l)
{
	ring_wait_bad(l);
	spin_lock(l);
	ring_pause(1); /* expect: sleep-in-atomic "one_bad -> ring_pause -> msleep" */
	spin_unlock(l);
}
