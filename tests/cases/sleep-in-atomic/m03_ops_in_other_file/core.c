/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core calls the table under its lock; the tables are in other files.
 */
#include "kernel.h"
#include "ops.h"

static DEFINE_SPINLOCK(core_lock);

void core_tick(struct unit *u)
{
	spin_lock(&core_lock);
	if (u->ops->tick)
		u->ops->tick(u);
	spin_unlock(&core_lock);
	if (u->ops->idle)
		u->ops->idle(u);
}
