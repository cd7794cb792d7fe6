/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N13: interrupts off without any lock, and callbacks that run so.
 */
#include "kernel.h"

void save_bad(struct completion *c)
{
	unsigned long flags;

	local_irq_save(flags);
	wait_for_completion(c); /* expect: sleep-in-atomic "save_bad -> wait_for_completion" */
	local_irq_restore(flags);
}

void disable_bad(void)
{
	local_irq_disable();
	schedule_timeout(1); /* expect: sleep-in-atomic "disable_bad -> schedule_timeout" */
	local_irq_enable();
}

void save_ok(struct completion *c)
{
	unsigned long flags;

	local_irq_save(flags);
	complete(c);
	local_irq_restore(flags);
	wait_for_completion(c);
}

static int stopped_bad(void *data)
{
	struct mutex *m = data;

	mutex_lock(m); /* expect: sleep-in-atomic "stopped_bad -> mutex_lock" */
	mutex_unlock(m);
	return 0;
}

static int stopped_ok(void *data)
{
	*(int *)data = 1;
	return 0;
}

void patch_ok(struct mutex *m)
{
	stop_machine(stopped_bad, m, NULL);
	stop_machine(stopped_ok, m, NULL);
}
