/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N1: tables of functions by instance: what an embedded object points to, what a
 * function's own table lacks, and what only another kind of object has.
 */
#include "kernel.h"

struct map;
struct map_ops {
	void (*release)(struct map *m);
	void (*poke)(struct map *m);
	void (*drop)(struct map *m);
};
struct map { const struct map_ops *ops; struct mutex m; spinlock_t lock; };

/* A plain map has no poke: releasing one does not get to the other's. */
static void delete_all(struct map *m)
{
	if (m->ops->poke)
		m->ops->poke(m);
}

static void plain_release_ok(struct map *m)
{
	spin_lock(&m->lock);
	delete_all(m);
	spin_unlock(&m->lock);
}

static void prog_release_bad(struct map *m)
{
	spin_lock(&m->lock);
	delete_all(m);
	spin_unlock(&m->lock);
}

static void prog_poke(struct map *m)
{
	mutex_lock(&m->m); /* expect: sleep-in-atomic "prog_release_bad.* -> mutex_lock" */
	mutex_unlock(&m->m);
}

const struct map_ops plain_ops = { .release = plain_release_ok };
const struct map_ops prog_ops = { .release = prog_release_bad, .poke = prog_poke };

void map_free(struct map *m)
{
	m->ops->release(m);
}

struct phy;
struct phy_ops { void (*vbus)(struct phy *p); };
struct phy { const struct phy_ops *ops; };
struct quick { spinlock_t lock; struct phy phy; };
struct slow { spinlock_t lock; struct phy phy; };

static void quick_vbus(struct phy *p)
{
}

static void slow_vbus(struct phy *p)
{
	msleep(5); /* expect: sleep-in-atomic "slow_plug_bad -> phy_vbus -> slow_vbus -> msleep" */
}

static const struct phy_ops quick_ops = { .vbus = quick_vbus };
static const struct phy_ops slow_ops = { .vbus = slow_vbus };

void phy_vbus(struct phy *p)
{
	p->ops->vbus(p);
}

void quick_probe(struct quick *q)
{
	q->phy.ops = &quick_ops;
}

void slow_probe(struct slow *s)
{
	s->phy.ops = &slow_ops;
}

void quick_plug_ok(struct quick *q)
{
	spin_lock(&q->lock);
	phy_vbus(&q->phy);
	spin_unlock(&q->lock);
}

void slow_plug_bad(struct slow *s)
{
	spin_lock(&s->lock);
	phy_vbus(&s->phy);
	spin_unlock(&s->lock);
}
