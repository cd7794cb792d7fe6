/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F16: the innocent namesake.
 */
#include "kernel.h"

static void chip_wait(int us)
{
	udelay(us);
}

void b_poll_ok(spinlock_t *l)
{
	spin_lock(l);
	chip_wait(10);
	spin_unlock(l);
}
