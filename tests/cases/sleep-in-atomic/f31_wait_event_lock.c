/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F31: waiting that drops the lock around each sleep, as the kernel's macro
 * writes it out.
 */
#include "kernel.h"

struct wait_queue_head { spinlock_t lock; };
struct wait_queue_entry { unsigned int flags; };
void init_wait_entry(struct wait_queue_entry *e, int flags);
long prepare_to_wait_event(struct wait_queue_head *h, struct wait_queue_entry *e, int state);
void finish_wait(struct wait_queue_head *h, struct wait_queue_entry *e);

#define ___wait_event(wq, condition, state, cmd) ({ \
	struct wait_queue_entry __e; \
	init_wait_entry(&__e, 0); \
	for (;;) { \
		prepare_to_wait_event(&wq, &__e, state); \
		if (condition) \
			break; \
		cmd; \
	} \
	finish_wait(&wq, &__e); })
#define wait_event_lock_irq(wq, condition, lock) do { \
	if (condition) \
		break; \
	___wait_event(wq, condition, 2, spin_unlock_irq(&lock); schedule(); spin_lock_irq(&lock)); \
} while (0)
#define wait_event(wq, condition) do { \
	might_sleep(); \
	if (condition) \
		break; \
	___wait_event(wq, condition, 2, schedule()); \
} while (0)

struct queue {
	struct wait_queue_head wq;
	spinlock_t lock;
	int busy;
};

void drain_ok(struct queue *q)
{
	spin_lock_irq(&q->lock);
	wait_event_lock_irq(q->wq, !q->busy, q->lock);
	q->busy = 1;
	spin_unlock_irq(&q->lock);
	wait_event(q->wq, !q->busy);
}

void drain_bad(struct queue *q)
{
	spin_lock_irq(&q->lock);
	wait_event(q->wq, !q->busy); /* expect: sleep-in-atomic "drain_bad -> " */
	spin_unlock_irq(&q->lock);
}
