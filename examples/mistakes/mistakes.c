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

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mistakes that the tools find");
