/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F14: atomic only while the machine is dying.  A variable of the whole program,
 * tested by the console's writer and by its wait, keeps both apart.
 */
#include "kernel.h"

extern int oops_in_progress;

struct con {
	struct mutex port;
	volatile u32 *status;
};

static void con_wait(struct con *c)
{
	while (*c->status & 1) {
		if (oops_in_progress)
			udelay(1);
		else
			usleep_range(50, 100); /* expect: sleep-in-atomic "con_flush_bad -> con_wait.*usleep_range" */
	}
}

void con_write_ok(struct con *c, const char *s, unsigned int n)
{
	unsigned long flags;

	if (oops_in_progress) {
		local_irq_save(flags);
		while (n--)
			con_wait(c);
		local_irq_restore(flags);
		return;
	}
	mutex_lock(&c->port);
	while (n-- && *s++)
		con_wait(c);
	mutex_unlock(&c->port);
}

void con_flush_bad(struct con *c)
{
	unsigned long flags;

	local_irq_save(flags);
	con_wait(c);
	local_irq_restore(flags);
}
