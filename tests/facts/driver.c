/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver that has the library's headers only: each call once rightly, once wrongly.
 */
#include "lib.h"

static DEFINE_SPINLOCK(own);

void drv_wait(struct box *b)
{
	lib_wait(b);
	spin_lock(&own);
	lib_wait(b);		/* bad */
	spin_unlock(&own);
}

void drv_alloc(struct box *b)
{
	spin_lock(&own);
	lib_alloc(b, GFP_ATOMIC);
	lib_alloc(b, GFP_KERNEL);	/* bad */
	spin_unlock(&own);
}

void drv_sync(struct box *b)
{
	spin_lock(&own);
	lib_sync(b, false);
	lib_sync(b, true);		/* bad */
	spin_unlock(&own);
}

void drv_mode(struct box *b)
{
	spin_lock(&own);
	lib_mode(b, 3);
	lib_mode(b, 2);			/* bad */
	spin_unlock(&own);
}

void drv_level(struct box *b)
{
	spin_lock(&own);
	lib_level(b, 4);
	lib_level(b, 9);		/* bad */
	spin_unlock(&own);
}

void drv_quick(struct box *b)
{
	spin_lock(&own);
	lib_quick(b, 8 | 1);
	lib_quick(b, 1);		/* bad */
	spin_unlock(&own);
}

void drv_ready(struct box *b)
{
	spin_lock(&own);
	lib_ready(b);			/* bad */
	spin_unlock(&own);
}

void drv_not_ready(struct box *b)
{
	spin_lock(&own);
	b->next->in.deep = 1;
	lib_ready(b);
	spin_unlock(&own);
}

void drv_lock(struct box *b)
{
	lib_lock(b);
	msleep(1);			/* bad */
	lib_unlock(b);
	msleep(1);
}

void drv_trylock(struct box *b)
{
	if (!lib_trylock(b)) {
		msleep(1);
		return;
	}
	msleep(1);			/* bad */
	spin_unlock(&b->lock);
}

void drv_flush(struct box *b)
{
	spin_lock(&b->lock);
	lib_flush(b);
	spin_unlock(&b->lock);
	spin_lock(&own);
	spin_lock(&b->lock);
	lib_flush(b);			/* bad */
	spin_unlock(&b->lock);
	spin_unlock(&own);
}

static void under_lock(void *data)
{
	(void)data;
	msleep(1);			/* bad */
}

static irqreturn_t drv_irq(int irq, void *data)
{
	(void)irq;
	(void)data;
	msleep(1);			/* bad */
	return IRQ_HANDLED;
}

int drv_probe(struct box *b)
{
	lib_each(b, under_lock, b);
	return lib_request(3, drv_irq, b);
}

void drv_rare(struct box *b)
{
	spin_lock(&own);
	lib_rare(b);			/* doubtful */
	spin_unlock(&own);
}

static void rarely(struct box *b)
{
	lib_rare(b);			/* doubtful */
}

void drv_rarely(struct box *b)
{
	spin_lock(&own);
	rarely(b);
	spin_unlock(&own);
}

/* who does not know lib_count() must fear that it drops the lock */
void drv_count(struct box *b)
{
	spin_lock(&b->lock);
	lib_count(b);
	msleep(1);			/* bad */
	spin_unlock(&b->lock);
}

void drv_shaky(struct box *b)
{
	spin_lock(&b->lock);
	lib_shaky(b);
	msleep(1);			/* doubtful */
}

void drv_nap(struct box *b)
{
	local_bh_disable();
	lib_nap(b);
	local_bh_enable();
	spin_lock(&own);
	lib_nap(b);			/* bad: a spinlock alone is no interrupt */
	spin_unlock(&own);
}

void drv_stop(struct box *b)
{
	spin_lock(&own);
	lib_stop(b);
	msleep(1);
}

void drv_far(struct box *b)
{
	spin_lock(&own);
	lib_far(b);			/* bad */
	spin_unlock(&own);
}
