/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A timer started in a HARD mode runs in hard interrupt context, others in a
 * softirq that can be preempted.
 * args: --rt
 */
#include "kernel.h"

static DEFINE_SPINLOCK(lock);
static struct hrtimer hard, soft;

static enum hrtimer_restart hard_bad(struct hrtimer *t)
{
	spin_lock(&lock); /* expect: rt-sleep-in-atomic "hard_bad" */
	spin_unlock(&lock);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart soft_ok(struct hrtimer *t)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	return HRTIMER_NORESTART;
}

void arm(void)
{
	hrtimer_init(&hard, 1, HRTIMER_MODE_REL_HARD);
	hard.function = hard_bad;
	hrtimer_start(&hard, 1000, HRTIMER_MODE_REL_HARD);
	hrtimer_init(&soft, 1, HRTIMER_MODE_REL);
	soft.function = soft_ok;
	hrtimer_start(&soft, 1000, HRTIMER_MODE_REL);
}
