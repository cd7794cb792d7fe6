/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N10: flipping a static key takes the CPU hotplug lock; testing it does not.
 */
#include "kernel.h"

struct static_key { int enabled; };
void static_key_enable(struct static_key *key);
void static_key_disable(struct static_key *key);
void static_key_slow_inc(struct static_key *key);
static inline bool key_on(struct static_key *key) { return READ_ONCE(key->enabled); }

struct feature {
	spinlock_t lock;
	struct static_key key;
};

void feature_ok(struct feature *f)
{
	spin_lock(&f->lock);
	if (key_on(&f->key))
		barrier();
	spin_unlock(&f->lock);
	static_key_enable(&f->key);
}

void feature_enable_bad(struct feature *f)
{
	spin_lock(&f->lock);
	static_key_enable(&f->key); /* expect: sleep-in-atomic "feature_enable_bad -> static_key_enable" */
	spin_unlock(&f->lock);
}

void feature_inc_bad(struct feature *f)
{
	rcu_read_lock();
	static_key_slow_inc(&f->key); /* expect: sleep-in-atomic "feature_inc_bad -> static_key_slow_inc" */
	rcu_read_unlock();
}
