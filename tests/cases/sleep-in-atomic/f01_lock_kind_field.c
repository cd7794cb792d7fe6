/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F1: a field says which kind of lock is taken, and the same field guards the
 * sleep.  Both tests read memory, so only the identity of the field helps.
 */
#include "kernel.h"

struct fwd {
	bool can_sleep;
	spinlock_t slock;
	struct mutex mlock;
	int raw;
};

static int fwd_read(struct fwd *f)
{
	if (f->can_sleep)
		msleep(1); /* expect: sleep-in-atomic "fwd_get_bad -> fwd_read -> msleep" */
	return f->raw;
}

int fwd_get_ok(struct fwd *f)
{
	unsigned long flags;
	int v;

	if (f->can_sleep) {
		mutex_lock(&f->mlock);
		v = fwd_read(f);
		mutex_unlock(&f->mlock);
	} else {
		spin_lock_irqsave(&f->slock, flags);
		v = fwd_read(f);
		spin_unlock_irqrestore(&f->slock, flags);
	}
	return v;
}

int fwd_get_bad(struct fwd *f)
{
	unsigned long flags;
	int v;

	if (!f->can_sleep) {
		mutex_lock(&f->mlock);
		v = fwd_read(f);
		mutex_unlock(&f->mlock);
	} else {
		spin_lock_irqsave(&f->slock, flags);
		v = fwd_read(f);
		spin_unlock_irqrestore(&f->slock, flags);
	}
	return v;
}
