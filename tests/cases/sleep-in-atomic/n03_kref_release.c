/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N3: the release function of a reference runs under the lock that the last put
 * is made under.
 */
#include "kernel.h"

struct sess {
	struct kref ref;
	struct mutex lock;
};

static void sess_release_bad(struct kref *kref)
{
	struct sess *s = container_of(kref, struct sess, ref);

	mutex_lock(&s->lock); /* expect: sleep-in-atomic "sess_put_bad -> .*sess_release_bad -> mutex_lock" */
	mutex_unlock(&s->lock);
}

static void sess_release_ok(struct kref *kref)
{
	struct sess *s = container_of(kref, struct sess, ref);

	mutex_lock(&s->lock);
	mutex_unlock(&s->lock);
	kfree(s);
}

static void sess_free_ok(struct kref *kref)
{
	kfree(container_of(kref, struct sess, ref));
}

void sess_put_ok(struct sess *s, spinlock_t *l)
{
	spin_lock(l);
	kref_put(&s->ref, sess_free_ok);
	spin_unlock(l);
	kref_put(&s->ref, sess_release_ok);
}

void sess_put_bad(struct sess *s, spinlock_t *l)
{
	spin_lock(l);
	kref_put(&s->ref, sess_release_bad);
	spin_unlock(l);
}
