/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F16: the same static name in two files, one sleeps and the other does not; both
 * are called under a lock.
 */
#include "kernel.h"

static void chip_wait(int us)
{
	usleep_range(us, 2 * us); /* expect: sleep-in-atomic "a_poll_bad -> chip_wait.*usleep_range" */
}

void a_poll_bad(spinlock_t *l)
{
	spin_lock(l);
	chip_wait(10);
	spin_unlock(l);
}
