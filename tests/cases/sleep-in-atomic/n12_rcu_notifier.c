/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N12: an RCU read-side section forbids sleeping though no counter moves, and an
 * atomic notifier chain calls its members inside one.
 */
#include "kernel.h"

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
	struct notifier_block *next;
};
struct atomic_notifier_head { struct notifier_block *head; };
struct blocking_notifier_head { struct notifier_block *head; };
int atomic_notifier_chain_register(struct atomic_notifier_head *nh, struct notifier_block *nb);
int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *nb);

static struct atomic_notifier_head atomic_list;
static struct blocking_notifier_head blocking_list;

void lookup_bad(struct mutex *m)
{
	rcu_read_lock();
	mutex_lock(m); /* expect: sleep-in-atomic "lookup_bad -> mutex_lock" */
	mutex_unlock(m);
	rcu_read_unlock();
}

void lookup_bh_bad(void)
{
	rcu_read_lock_bh();
	synchronize_rcu(); /* expect: sleep-in-atomic "lookup_bh_bad -> synchronize_rcu" */
	rcu_read_unlock_bh();
}

void lookup_ok(struct mutex *m)
{
	rcu_read_lock();
	barrier();
	rcu_read_unlock();
	mutex_lock(m);
	mutex_unlock(m);
}

static int event_bad(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	(void)data;
	msleep(action); /* expect: sleep-in-atomic "event_bad -> msleep" */
	return 0;
}

static int event_ok(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	(void)data;
	msleep(action);
	return 0;
}

static struct notifier_block atomic_nb = { .notifier_call = event_bad };
static struct notifier_block blocking_nb = { .notifier_call = event_ok };

void events_init_ok(void)
{
	atomic_notifier_chain_register(&atomic_list, &atomic_nb);
	blocking_notifier_chain_register(&blocking_list, &blocking_nb);
}
