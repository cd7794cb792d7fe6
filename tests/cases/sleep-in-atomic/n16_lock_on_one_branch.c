/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N16: the lock is taken on one branch, the sleep comes after the merge.
 */
#include "kernel.h"

struct st {
	spinlock_t lock;
	bool locked;
};

void merge_bad(struct st *s, int c)
{
	if (c)
		spin_lock(&s->lock);
	msleep(1); /* expect: sleep-in-atomic "merge_bad -> msleep" */
	if (c)
		spin_unlock(&s->lock);
}

void forgotten_bad(struct st *s, int c)
{
	spin_lock(&s->lock);
	if (c > 3)
		goto out;
	spin_unlock(&s->lock);
out:
	msleep(1); /* expect: sleep-in-atomic "forgotten_bad -> msleep" */
	if (c > 3)
		spin_unlock(&s->lock);
}

void merge_ok(struct st *s, int c)
{
	if (c)
		spin_lock(&s->lock);
	else
		msleep(1);
	if (c)
		spin_unlock(&s->lock);
	msleep(1);
}
