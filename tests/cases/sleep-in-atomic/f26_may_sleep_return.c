/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F26: the callee goes home early when the caller says that it may not sleep.
 */
#include "kernel.h"

struct kaw {
	spinlock_t lock;
	u16 filter;
};

static void async_set_rx_mode(struct kaw *k, bool may_sleep)
{
	k->filter = 1;
	if (!may_sleep)
		return;
	msleep(2); /* expect: sleep-in-atomic "rx_mode_bad -> async_set_rx_mode -> msleep" */
	k->filter = 2;
}

void rx_mode_ok(struct kaw *k)
{
	spin_lock(&k->lock);
	async_set_rx_mode(k, false);
	spin_unlock(&k->lock);
	async_set_rx_mode(k, true);
}

void rx_mode_bad(struct kaw *k)
{
	spin_lock(&k->lock);
	async_set_rx_mode(k, true);
	spin_unlock(&k->lock);
}
