/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kind of the lock must survive helpers: a pointer to it handed down, a lock
 * of either kind chosen by a flag and dropped by the same flag.
 * args: --rt
 */
#include "kernel.h"

struct map {
	raw_spinlock_t raw;
	spinlock_t lock;
	spinlock_t other;
	bool use_raw;
};

static void take(raw_spinlock_t *l)
{
	raw_spin_lock(l);
}

static void drop(raw_spinlock_t *l)
{
	raw_spin_unlock(l);
}

static void map_lock(struct map *m)
{
	if (m->use_raw)
		raw_spin_lock(&m->raw);
	else
		spin_lock(&m->lock);
}

static void map_unlock(struct map *m)
{
	if (m->use_raw)
		raw_spin_unlock(&m->raw);
	else
		spin_unlock(&m->lock);
}

static void inner(spinlock_t *l)
{
	spin_lock(l); /* expect: rt-sleep-in-atomic "handed_down_bad -> inner" */
	spin_unlock(l);
}

void handed_down_bad(struct map *m)
{
	take(&m->raw);
	inner(&m->lock);
	drop(&m->raw);
}

void dropped_by_helper_ok(struct map *m)
{
	take(&m->raw);
	drop(&m->raw);
	inner(&m->lock);
}

void chosen_bad(struct map *m)
{
	m->use_raw = true;
	map_lock(m);
	spin_lock(&m->other); /* expect: rt-sleep-in-atomic "chosen_bad -> " */
	spin_unlock(&m->other);
	map_unlock(m);
}

void chosen_ok(struct map *m)
{
	m->use_raw = false;
	map_lock(m);
	spin_lock(&m->other);
	spin_unlock(&m->other);
	map_unlock(m);
}

void chosen_and_dropped_ok(struct map *m)
{
	map_lock(m);
	map_unlock(m);
	inner(&m->other);
}
