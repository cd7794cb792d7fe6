/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F12: the lock is held only for one return value of the callee, be it this
 * file's own function or one of the kernel's dec_and_lock family.
 */
#include "kernel.h"

struct ref {
	spinlock_t lock;
	int count;
	int fast;
	refcount_t users;
	atomic_t icount;
};

static int put_or_lock(struct ref *r)
{
	if (__atomic_load_n(&r->fast, __ATOMIC_RELAXED))
		return 1;
	spin_lock(&r->lock);
	if (r->count <= 1)
		return 0;
	r->count--;
	spin_unlock(&r->lock);
	return 1;
}

void dput_ok(struct ref *r)
{
	if (put_or_lock(r)) {
		msleep(1);
		return;
	}
	r->count = 0;
	spin_unlock(&r->lock);
	msleep(1);
}

void dput_bad(struct ref *r)
{
	if (put_or_lock(r))
		return;
	msleep(1); /* expect: sleep-in-atomic "dput_bad.* -> msleep" */
	spin_unlock(&r->lock);
}

void iput_ok(struct ref *r)
{
	if (!atomic_dec_and_lock(&r->icount, &r->lock)) {
		msleep(1);
		return;
	}
	spin_unlock(&r->lock);
	if (refcount_dec_and_lock(&r->users, &r->lock))
		spin_unlock(&r->lock);
	msleep(1);
}

void iput_bad(struct ref *r)
{
	if (atomic_dec_and_lock(&r->icount, &r->lock)) {
		msleep(1); /* expect: sleep-in-atomic "iput_bad -> msleep" */
		spin_unlock(&r->lock);
	}
}

void users_bad(struct ref *r)
{
	if (!refcount_dec_and_lock(&r->users, &r->lock))
		return;
	msleep(1); /* expect: sleep-in-atomic "users_bad -> msleep" */
	spin_unlock(&r->lock);
}
