/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F19: a NULL argument selects the variant that sleeps.
 */
#include "kernel.h"

struct obj {
	int payload;
	struct rcu_head rcu;
};

static void free_call_rcu(struct rcu_head *head, void *ptr)
{
	if (!head) {
		might_sleep(); /* expect: sleep-in-atomic "drop_headless_bad -> free_call_rcu" */
		synchronize_rcu(); /* expect: sleep-in-atomic "drop_headless_bad -> free_call_rcu -> synchronize_rcu" */
		kfree(ptr);
		return;
	}
	call_rcu(head, (rcu_callback_t)ptr);
}

void drop_ok(struct obj *o, spinlock_t *l)
{
	spin_lock(l);
	free_call_rcu(&o->rcu, o);
	spin_unlock(l);
	free_call_rcu(NULL, o);
}

void drop_headless_bad(struct obj *o, spinlock_t *l)
{
	spin_lock(l);
	free_call_rcu(NULL, o);
	spin_unlock(l);
}
