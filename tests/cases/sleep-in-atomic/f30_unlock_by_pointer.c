/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F30: the callee drops the caller's lock, through a function pointer.
 * known-gap: a release through a pointer with one target is not believed
 */
#include "kernel.h"

struct host {
	spinlock_t lock;
	void (*unlock)(struct host *h);
};

static void host_unlock(struct host *h)
{
	spin_unlock(&h->lock);
}

void host_init(struct host *h)
{
	h->unlock = host_unlock;
}

void function_pointer_ok(struct host *h)
{
	spin_lock(&h->lock);
	h->unlock(h);
	msleep(1);
}

void function_pointer_bad(struct host *h)
{
	spin_lock(&h->lock);
	if (!h->unlock)
		return;
	msleep(1); /* expect: sleep-in-atomic "function_pointer_bad -> msleep" */
	h->unlock(h);
}
