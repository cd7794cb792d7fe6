// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Planted mistakes with pages of labyrinth's, each for the tool that owns it (docs/owners.md).
 * Not to be loaded: it is compiled and looked at.
 *
 *	make C=2 CHECK="labyrinth kcheck --also sparse"		the solver and sparse
 *	lab-cocci mistakes.c					Coccinelle
 *	labyrinth check --merge FILE				all of it, each once
 */
#include <linux/module.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <labyrinth/annotate.h>
#include <labyrinth/labyrinth.h>

struct port {
	struct labyrinth_zone *zone;
	spinlock_t lock;
	u32 *last;
	u32 seen;
};

/* ---- the solver's: what the whole program shows ---- */
static void settle(struct port *p, bool wait)
{
	if (wait)
		msleep(1); /* expect: sleep-in-atomic solver */
	p->seen++;
}

void reset_port(struct port *p)
{
	settle(p, true);
	spin_lock(&p->lock);
	settle(p, p->seen > 3);
	spin_unlock(&p->lock);
}

/* Coccinelle sees this one, too, and mends it; the finding is the solver's. */
void grow_port(struct port *p)
{
	spin_lock_bh(&p->lock);
	p->last = kmalloc(64, GFP_KERNEL); /* expect: sleep-in-atomic solver */
	spin_unlock_bh(&p->lock);
}

/* ---- sparse's: flags are a type of their own ---- */
void *number(struct port *p)
{
	return labyrinth_alloc_page(p->zone, 2); /* expect: quality-flags sparse */
}

void *foreign(struct port *p)
{
	return labyrinth_alloc_page(p->zone, (__force unsigned int)GFP_ATOMIC); /* expect: quality-flags sparse */
}

void *sum(struct port *p)
{
	return labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_ZERO + LABYRINTH_QUALITY_CL_ALIGN); /* expect: quality-flags sparse */
}

/* ---- the solver's again: who owns a page. Coccinelle sees these shapes in the text, too ---- */
void *both(struct port *p)
{
	return labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO); /* expect: quality-flags solver */
}

void count(struct port *p)
{
	u32 *page = labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_ZERO);

	*page = p->seen; /* expect: unchecked-page solver */
	labyrinth_handoff(p->zone, page);
	p->seen += *page; /* expect: use-after-hand-off solver */
}

void drop(struct port *p, void *page)
{
	labyrinth_handoff(p->zone, page);
	labyrinth_cancel(p->zone, page); /* expect: free-after-hand-off solver */
}

void again(struct port *p, void *page)
{
	labyrinth_handoff(p->zone, page);
	labyrinth_handoff(p->zone, page); /* expect: double-hand-off solver */
}

void worker_free(struct port *p, void *page)
{
	spin_lock(&p->lock);
	labyrinth_free_page(p->zone, page); /* expect: free-in-atomic solver */
	spin_unlock(&p->lock);
}

void waiting(struct port *p)
{
	void *page = labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_NONE);

	if (!page)
		return;
	msleep(2); /* expect: sleep-holding-page solver */
	labyrinth_handoff(p->zone, page);
}

void *lost(struct port *p)
{
	u32 *page = labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_ZERO); /* expect: page-leak solver */

	if (!page || p->seen > 9)
		return NULL;
	return page;
}

void drain(struct port *p)
{
	void *page;

	while ((page = labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_NONE))) /* expect: atomic-size solver */
		labyrinth_handoff(p->zone, page);
}

void forgets(struct port *p)
{
	spin_lock(&p->lock); /* expect: context-imbalance solver */
	if (!p->last)
		return;
	p->seen++;
	spin_unlock(&p->lock);
}

static struct port *the_port;

static void refill(struct work_struct *work)
{
	(void)work;
	the_port->last = kmalloc(64, GFP_ATOMIC); /* expect: needless-atomic solver */
}

void refill_later(struct work_struct *work, struct port *p)
{
	the_port = p;
	INIT_WORK(work, refill);
}

/* A ring of the driver's own: what its functions do with a page is said beside them. */
struct ring;
void *ring_page(struct ring *ring);
LABYRINTH_CONTRACT(ring_page, "allocates");
int ring_send(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_send, "hands-off arg1 if ret == 0");

void ring_fill(struct ring *ring)
{
	u32 *page = ring_page(ring);

	if (page && !ring_send(ring, page))
		*page = 1; /* expect: use-after-hand-off solver */
	else if (page)
		ring_send(ring, page);
}

void excused(struct port *p)
{
	void *page = labyrinth_alloc_page(p->zone, LABYRINTH_QUALITY_ZERO);

	LABYRINTH_ALLOW(page-leak, "the card writes into it until the machine is off");
	if (page)
		p->seen++;
}

void vague(struct port *p)
{
	LABYRINTH_ALLOW(page-leak, ""); /* expect: annotation solver */
	p->seen++;
}

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mistakes that the tools find");
