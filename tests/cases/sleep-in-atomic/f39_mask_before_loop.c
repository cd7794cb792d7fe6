/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F39: a mask that is chosen before a loop of many states is the same in each round.
 */
#include "kernel.h"

struct dev { spinlock_t lock; int narrow, wide, two; struct list_head *next; };
void *take(struct dev *d);
void give(struct dev *d, void *p, int n);

static void refill_ok(struct dev *d, int dirty)
{
	gfp_t gfp = GFP_ATOMIC;

	if (d->narrow)
		gfp |= __GFP_NOWARN;
	while (dirty-- > 0) {
		void *p, *q = d->wide ? take(d) : d->next;

		if (!q)
			q = kmalloc(64, gfp);
		if (!q)
			break;
		p = d->two ? kmalloc(64, gfp) : q;
		give(d, p, dirty);
	}
}

static int send_ok(struct dev *d, int len, int wait)
{
	gfp_t gfp = wait ? GFP_KERNEL : GFP_ATOMIC;
	int seq, now;
	void *p;

	len += 4;
	for (seq = 0; len > 0; seq++) {
		p = kmalloc(16, gfp);
		if (!p)
			return -1;
		now = len > 12 ? 12 : len;
		if (!seq)
			give(d, p, now - 4);
		else
			give(d, p, now);
		len -= now;
	}
	p = kmalloc(16, gfp);
	if (!p)
		return -1;
	give(d, p, 0);
	return 0;
}

static int send_bad(struct dev *d, int len, int wait)
{
	gfp_t gfp = wait ? GFP_ATOMIC : GFP_KERNEL;
	int seq;

	for (seq = 0; len > 0; seq++) {
		void *p = kmalloc(16, gfp); /* expect: sleep-in-atomic "locked_bad -> send_bad" */

		give(d, p, seq);
		len -= 12;
	}
	return 0;
}

void locked_ok(struct dev *d, int n)
{
	spin_lock(&d->lock);
	refill_ok(d, n);
	send_ok(d, n, 0);
	spin_unlock(&d->lock);
}

void unlocked(struct dev *d, int n)
{
	send_ok(d, n, 1);
	send_bad(d, n, 1);
}

void locked_bad(struct dev *d, int n)
{
	spin_lock(&d->lock);
	send_bad(d, n, 0);
	spin_unlock(&d->lock);
}
