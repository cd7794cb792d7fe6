/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F20: a small inline says whether the mask blocks; its result is a guard on the
 * argument, also when it is kept in a local or negated.
 */
#include "kernel.h"

static int charge(gfp_t gfp)
{
	if (!gfpflags_allow_blocking(gfp))
		return -ENOMEM;
	schedule_timeout(1); /* expect: sleep-in-atomic "charge_bad -> charge -> schedule_timeout" */
	return 0;
}

static int charge_local(gfp_t gfp)
{
	bool can_block = gfpflags_allow_blocking(gfp);

	barrier();
	if (can_block)
		schedule_timeout(1); /* expect: sleep-in-atomic "charge_bad -> charge_local -> schedule_timeout" */
	return 0;
}

void charge_ok(spinlock_t *l)
{
	spin_lock(l);
	charge(GFP_ATOMIC);
	charge_local(GFP_NOWAIT | __GFP_NOWARN);
	spin_unlock(l);
	charge(GFP_KERNEL);
}

void charge_bad(spinlock_t *l)
{
	spin_lock(l);
	charge(GFP_KERNEL);
	charge_local(GFP_NOIO);
	spin_unlock(l);
}
