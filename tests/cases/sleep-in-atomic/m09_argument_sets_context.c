/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A contract that an argument decides: the callback runs under RCU when its flags
 * say so, and may sleep otherwise.
 */
#include "kernel.h"

#define LOOKUP_RCU	0x0040
#define ECHILD		10

struct dentry { void *inode; struct mutex *lock; };
struct dentry_operations { int (*d_revalidate)(struct dentry *d, unsigned int flags); };

static int ask_server(struct dentry *d)
{
	mutex_lock(d->lock); /* expect: sleep-in-atomic "always_asks_bad -> ask_server -> mutex_lock" */
	mutex_unlock(d->lock);
	return d->inode != NULL;
}

static int asks_ok(struct dentry *d, unsigned int flags)
{
	if (flags & LOOKUP_RCU)
		return -ECHILD;
	mutex_lock(d->lock);
	mutex_unlock(d->lock);
	return 1;
}

static int always_asks_bad(struct dentry *d, unsigned int flags)
{
	return ask_server(d) && !(flags & 1);
}

const struct dentry_operations careful = { .d_revalidate = asks_ok };
const struct dentry_operations careless = { .d_revalidate = always_asks_bad };
