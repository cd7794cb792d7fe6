/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F27: a local flag says whether the lock is held, and lives through a loop: as
 * lookup-and-delete of a hash table does it, bucket after bucket.
 */
#include "kernel.h"

struct bucket { spinlock_t lock; int count; };
struct table { struct bucket *b; int n, missed; };
extern int look(struct table *t, int i);

int empty_buckets_ok(struct table *t)
{
	bool locked = false;
	int i = 0, ret;

again:
	if (locked)
		spin_lock(&t->b[i].lock);
	ret = look(t, i);
	if (ret > 0 && !locked) {
		locked = true;
		goto again;
	}
	if (locked)
		spin_unlock(&t->b[i].lock);
	locked = false;
	msleep(1);
	if (++i < t->n)
		goto again;
	return ret;
}

int empty_buckets_bad(struct table *t)
{
	bool locked = false;
	int i = 0, ret;

again:
	if (locked)
		spin_lock(&t->b[i].lock);
	ret = look(t, i);
	if (ret > 0 && !locked) {
		locked = true;
		goto again;
	}
	if (!locked)
		msleep(1);
	else
		msleep(2); /* expect: sleep-in-atomic "empty_buckets_bad -> msleep" */
	if (locked)
		spin_unlock(&t->b[i].lock);
	locked = false;
	if (++i < t->n)
		goto again;
	return ret;
}
