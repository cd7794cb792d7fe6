/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

struct queue { spinlock_t lock; };
struct dev { struct queue q; spinlock_t other; };
int queue_wait(struct queue *q);

void get_ok(struct dev *d)
{
	spin_lock_irq(&d->q.lock);
	queue_wait(&d->q);
	spin_unlock_irq(&d->q.lock);
}

void get_bad(struct dev *d)
{
	spin_lock(&d->other);
	spin_lock_irq(&d->q.lock);
	queue_wait(&d->q);
	spin_unlock_irq(&d->q.lock);
	spin_unlock(&d->other);
}
