/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library: one function for each thing that a facts file can say.
 */
#include "lib.h"

gfp_t lib_gfp;
int lib_random(void);

void lib_wait(struct box *b)
{
	b->ready = 1;
	msleep(3);
}

void *lib_alloc(struct box *b, gfp_t gfp)
{
	return kmalloc(b->ready, gfp);
}

void lib_sync(struct box *b, bool wait)
{
	if (wait)
		msleep(3);
}

void lib_mode(struct box *b, int mode)
{
	switch (mode) {
	case 2:
		msleep(3);
		break;
	case 3:
		b->ready = 1;
		break;
	}
}

void lib_level(struct box *b, int level)
{
	if (level > 4)
		msleep(b->ready);
}

/* may sleep unless told not to */
void lib_quick(struct box *b, unsigned int flags)
{
	if (!(flags & 8))
		msleep(b->ready);
}

void lib_ready(struct box *b)
{
	if (b->next->in.deep == 7)
		msleep(3);
}

void lib_lock(struct box *b)
{
	spin_lock_bh(&b->lock);
}

void lib_unlock(struct box *b)
{
	spin_unlock_bh(&b->lock);
}

int lib_trylock(struct box *b)
{
	if (!b->ready)
		return 0;
	spin_lock(&b->lock);
	return 1;
}

/* called with the lock held */
void lib_flush(struct box *b)
{
	spin_unlock(&b->lock);
	msleep(3);
	spin_lock(&b->lock);
}

void lib_each(struct box *b, void (*fn)(void *), void *data)
{
	spin_lock(&b->lock);
	fn(data);
	spin_unlock(&b->lock);
}

int lib_request(unsigned int irq, irq_handler_t fn, void *data)
{
	return request_irq(irq, fn, 0, "lib", data);
}

void lib_rare(struct box *b)
{
	kmalloc(b->ready, lib_gfp);
}

int lib_count(struct box *b)
{
	return b->ready + 1;
}

/* whether it drops the lock nobody outside can tell */
void lib_shaky(struct box *b)
{
	if (lib_random())
		spin_unlock(&b->lock);
}

void lib_nap(struct box *b)
{
	if (!in_interrupt())
		msleep(b->ready);
}

void lib_stop(struct box *b)
{
	for (;;)
		b->ready++;
}

static void deeper(struct box *b)
{
	mutex_lock(&b->mutex);
	mutex_unlock(&b->mutex);
}

static void deep(struct box *b)
{
	deeper(b);
}

void lib_far(struct box *b)
{
	deep(b);
}

void lib_range(struct box *b, int level)
{
	if (level > 4 && level <= 9)
		msleep(b->ready);
}
