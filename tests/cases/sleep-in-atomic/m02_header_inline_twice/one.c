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
	ring_pause(1);
	spin_unlock(l);
}
