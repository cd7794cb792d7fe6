/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F28: begin and end are guarded by the same pure inline, which often returns a
 * constant.
 */
#include "kernel.h"

struct seq_mutex {
	seqcount_t seq;
	struct mutex *lock;
};

static inline bool seqprop_plain(const seqcount_t *s) { (void)s; return false; }
static inline bool seqprop_mutex(const struct seq_mutex *s) { (void)s; return true; }

#define write_begin(s, prop) do { \
	if (prop(s)) \
		preempt_disable(); \
	barrier(); \
} while (0)
#define write_end(s, prop) do { \
	barrier(); \
	if (prop(s)) \
		preempt_enable(); \
} while (0)

struct table {
	seqcount_t gen;
	struct seq_mutex mgen;
	struct mutex lock;
	bool rt;
	void *hash;
};

static inline bool table_preemptible(const struct table *t) { return t->rt; }

void resize_ok(struct table *t)
{
	mutex_lock(&t->lock);
	write_begin(&t->gen, seqprop_plain);
	t->hash = NULL;
	write_end(&t->gen, seqprop_plain);
	msleep(1);
	write_begin(&t->mgen, seqprop_mutex);
	t->hash = t;
	write_end(&t->mgen, seqprop_mutex);
	msleep(1);
	mutex_unlock(&t->lock);
}

void resize_field_ok(struct table *t)
{
	write_begin(t, table_preemptible);
	t->hash = NULL;
	write_end(t, table_preemptible);
	msleep(1);
}

void resize_plain_ok(struct table *t)
{
	write_begin(&t->gen, seqprop_plain);
	msleep(1);
	write_end(&t->gen, seqprop_plain);
}

void resize_bad(struct table *t)
{
	write_begin(&t->mgen, seqprop_mutex);
	msleep(1); /* expect: sleep-in-atomic "resize_bad -> msleep" */
	write_end(&t->mgen, seqprop_mutex);
}
