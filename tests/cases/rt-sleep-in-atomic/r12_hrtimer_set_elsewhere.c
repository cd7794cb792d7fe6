/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same, started far from where its function is set.
 * args: --rt
 * known-gap: the functions of all hrtimers are one set; which of them belong to HARD timers is not told apart
 */
#include "kernel.h"

struct pump {
	struct hrtimer timer;
	spinlock_t lock;
};

static enum hrtimer_restart tick_bad(struct hrtimer *t)
{
	struct pump *p = container_of(t, struct pump, timer);

	spin_lock(&p->lock); /* expect: rt-sleep-in-atomic "tick_bad" */
	spin_unlock(&p->lock);
	return HRTIMER_NORESTART;
}

void init(struct pump *p)
{
	hrtimer_init(&p->timer, 1, HRTIMER_MODE_REL_HARD);
	p->timer.function = tick_bad;
}

void start(struct pump *p)
{
	hrtimer_start(&p->timer, 1000, HRTIMER_MODE_REL_HARD);
}
