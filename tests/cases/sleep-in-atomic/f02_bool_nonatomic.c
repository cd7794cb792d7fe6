/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F2: a lock helper with a bool that picks the mutex or the spinlock; the
 * caller holds the bool in a local and tests it again before it sleeps.
 */
#include "kernel.h"

struct group {
	spinlock_t lock;
	struct mutex mutex;
};

struct stream {
	bool nonatomic;
	struct group self;
};

static void group_lock(struct group *g, bool nonatomic)
{
	if (nonatomic)
		mutex_lock(&g->mutex);
	else
		spin_lock(&g->lock);
}

static void group_unlock(struct group *g, bool nonatomic)
{
	if (nonatomic)
		mutex_unlock(&g->mutex);
	else
		spin_unlock(&g->lock);
}

void stream_stop_ok(struct stream *s)
{
	bool nonatomic = s->nonatomic;

	group_lock(&s->self, nonatomic);
	if (nonatomic)
		msleep(10);
	else
		udelay(10);
	group_unlock(&s->self, nonatomic);
	msleep(1);
}

void stream_drain_ok(struct stream *s)
{
	group_lock(&s->self, true);
	msleep(10);
	group_unlock(&s->self, true);
}

void stream_stop_bad(struct stream *s)
{
	bool nonatomic = s->nonatomic;

	group_lock(&s->self, nonatomic);
	msleep(10); /* expect: sleep-in-atomic "stream_stop_bad -> msleep" */
	group_unlock(&s->self, nonatomic);
}

void stream_drain_bad(struct stream *s)
{
	group_lock(&s->self, false);
	msleep(10); /* expect: sleep-in-atomic "stream_drain_bad -> msleep" */
	group_unlock(&s->self, false);
}
