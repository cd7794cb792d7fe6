/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F13: an iterator on the stack is started with a flag, which decides in the step
 * function whether mapping a page sleeps.
 */
#include "kernel.h"

#define MITER_ATOMIC 1

struct miter {
	unsigned int flags;
	int left;
	void *addr;
};

static void miter_start(struct miter *m, int n, unsigned int flags)
{
	m->flags = flags;
	m->left = n;
	m->addr = NULL;
}

static bool miter_next(struct miter *m)
{
	if (!m->left)
		return false;
	m->left--;
	if (!(m->flags & MITER_ATOMIC))
		might_sleep(); /* expect: sleep-in-atomic "copy_locked_bad -> miter_next" */
	m->addr = m;
	return true;
}

void copy_ok(void)
{
	struct miter m;

	miter_start(&m, 4, 0);
	while (miter_next(&m))
		barrier();
}

void copy_locked_ok(spinlock_t *l)
{
	struct miter m;

	miter_start(&m, 4, MITER_ATOMIC);
	spin_lock(l);
	while (miter_next(&m))
		barrier();
	spin_unlock(l);
}

void copy_locked_bad(spinlock_t *l)
{
	struct miter m;

	miter_start(&m, 4, 0);
	spin_lock(l);
	while (miter_next(&m))
		barrier();
	spin_unlock(l);
}
