/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table whose tick sleeps.
 */
#include "kernel.h"
#include "ops.h"

static void tick_bad(struct unit *u)
{
	mutex_lock(&u->lock); /* expect: sleep-in-atomic "core_tick -> tick_bad -> mutex_lock" */
	mutex_unlock(&u->lock);
}

static void idle_ok(struct unit *u)
{
	mutex_lock(&u->lock);
	mutex_unlock(&u->lock);
}

const struct unit_ops slow_ops = { .tick = tick_bad, .idle = idle_ok };
