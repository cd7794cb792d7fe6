/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table whose tick does not; set at run time, field by field.
 */
#include "kernel.h"
#include "ops.h"

static struct unit_ops fast_ops;

static void tick_ok(struct unit *u)
{
	(void)u;
	udelay(1);
}

static void idle_ok(struct unit *u)
{
	(void)u;
	msleep(1);
}

void fast_init_ok(struct unit *u)
{
	fast_ops.tick = tick_ok;
	fast_ops.idle = idle_ok;
	u->ops = &fast_ops;
}
