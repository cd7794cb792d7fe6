/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F8: a condition computed once; its negation guards lock and unlock, itself the
 * sleep in the loop between them.
 */
#include "kernel.h"

struct mapping {
	unsigned long flags;
	spinlock_t i_lock;
	spinlock_t i_pages;
	int nr;
};

static void clear_entry(struct mapping *m) { m->nr--; }

void truncate_batch_ok(struct mapping *m, int n)
{
	bool dax = m->flags & 4;
	int i;

	if (!dax) {
		spin_lock(&m->i_lock);
		spin_lock_irq(&m->i_pages);
	}
	for (i = 0; i < n; i++) {
		if (unlikely(dax)) {
			msleep(1);
			continue;
		}
		clear_entry(m);
	}
	if (!dax) {
		spin_unlock_irq(&m->i_pages);
		spin_unlock(&m->i_lock);
	}
	msleep(1);
}

void truncate_batch_bad(struct mapping *m, int n)
{
	bool dax = m->flags & 4;
	int i;

	if (dax)
		spin_lock(&m->i_lock);
	for (i = 0; i < n; i++) {
		if (dax) {
			msleep(1); /* expect: sleep-in-atomic "truncate_batch_bad -> msleep" */
			continue;
		}
		clear_entry(m);
	}
	if (dax)
		spin_unlock(&m->i_lock);
}
