/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sleep-in-atomic reports of an ordinary kernel is another question: a mutex
 * below a spinlock waits in a place that can be preempted here.
 * args: --rt
 */
#include "kernel.h"

struct dev {
	spinlock_t lock;
	struct mutex mutex;
};

void elsewhere_a_bug_ok(struct dev *d)
{
	spin_lock(&d->lock);
	mutex_lock(&d->mutex);
	mutex_unlock(&d->mutex);
	spin_unlock(&d->lock);
}
