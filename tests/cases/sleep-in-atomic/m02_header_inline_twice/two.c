/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The innocent user of the same header.
 */
#include "kernel.h"
#include "shared.h"

void two_ok(spinlock_t *l, int n)
{
	spin_lock(l);
	spin_unlock(l);
	ring_pause(n);
}

void two_uses(spinlock_t *l)
{
	ring_wait_bad(l);
}
