/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F34: lock and unlock under the same test, several times in one function.
 */
#include "kernel.h"

struct eh {
	spinlock_t lock;
	int failed;
};

int recover_ok(struct eh *e, int has_lock)
{
	int ret = 0;

	if (!has_lock)
		spin_lock_irq(&e->lock);
	e->failed++;
	if (!has_lock)
		spin_unlock_irq(&e->lock);
	if (!has_lock)
		msleep(1);
	if (!has_lock)
		spin_lock_irq(&e->lock);
	ret = e->failed;
	if (!has_lock)
		spin_unlock_irq(&e->lock);
	if (!has_lock)
		msleep(1);
	return ret;
}

int recover_bad(struct eh *e, int has_lock)
{
	if (!has_lock)
		spin_lock_irq(&e->lock);
	e->failed++;
	if (has_lock)
		e->failed = 0;
	else
		msleep(1); /* expect: sleep-in-atomic "recover_bad -> msleep" */
	if (!has_lock)
		spin_unlock_irq(&e->lock);
	return 0;
}
