/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N15: helpers that return with a lock held, or NULL without it.
 */
#include "kernel.h"

struct rq { raw_spinlock_t lock; };
struct sighand { spinlock_t siglock; int users; };
struct task { struct rq *rq; struct sighand *sighand; };

static struct rq *task_lock_rq(struct task *t, unsigned long *flags)
{
	for (;;) {
		struct rq *rq = t->rq;

		raw_spin_lock_irqsave(&rq->lock, *flags);
		if (likely(rq == t->rq))
			return rq;
		raw_spin_unlock_irqrestore(&rq->lock, *flags);
	}
}

static struct sighand *lock_sighand(struct task *t, unsigned long *flags)
{
	struct sighand *s = t->sighand;

	if (!s)
		return NULL;
	spin_lock_irqsave(&s->siglock, *flags);
	if (s->users)
		return s;
	spin_unlock_irqrestore(&s->siglock, *flags);
	return NULL;
}

void rq_ok(struct task *t)
{
	unsigned long flags;
	struct rq *rq = task_lock_rq(t, &flags);

	raw_spin_unlock_irqrestore(&rq->lock, flags);
	msleep(1);
}

void rq_bad(struct task *t)
{
	unsigned long flags;
	struct rq *rq = task_lock_rq(t, &flags);

	msleep(1); /* expect: sleep-in-atomic "rq_bad.* -> msleep" */
	raw_spin_unlock_irqrestore(&rq->lock, flags);
}

void sighand_ok(struct task *t)
{
	unsigned long flags;
	struct sighand *s = lock_sighand(t, &flags);

	if (!s) {
		msleep(1);
		return;
	}
	spin_unlock_irqrestore(&s->siglock, flags);
	msleep(1);
}

void sighand_bad(struct task *t)
{
	unsigned long flags;
	struct sighand *s = lock_sighand(t, &flags);

	if (s) {
		msleep(1); /* expect: sleep-in-atomic "sighand_bad.* -> msleep" */
		spin_unlock_irqrestore(&s->siglock, flags);
	}
}
