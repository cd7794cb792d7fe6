/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F34: a lock is taken and dropped under the same predicate, whose answer nobody
 * can see to be the same; and two locks taken in the order of their addresses.
 */
#include "kernel.h"

struct cpu { spinlock_t lock; unsigned long flags; int work; };
extern void step(struct cpu *c);
extern unsigned long ask(int what);

static bool offloaded(struct cpu *c)
{
	return *(volatile unsigned long *)&c->flags & 1;
}

static void lock_if(struct cpu *c)
{
	if (offloaded(c))
		spin_lock(&c->lock);
}

static void unlock_if(struct cpu *c)
{
	if (offloaded(c))
		spin_unlock(&c->lock);
}

void pair_ok(struct cpu *c)
{
	lock_if(c);
	c->flags = ask(1);
	unlock_if(c);
	msleep(1);
}

void pair_bad(struct cpu *c)
{
	lock_if(c);
	msleep(1); /* expect: sleep-in-atomic "pair_bad -> msleep" */
	unlock_if(c);
}

void in_place_ok(struct cpu *c)
{
	if (ask(1) & 2)
		spin_lock(&c->lock);
	step(c);
	if (ask(1) & 2)
		spin_unlock(&c->lock);
	msleep(1);
}

/* Not the same: the lock is held on all paths, and one way out forgets it. */
void forgets_bad(struct cpu *c)
{
	spin_lock(&c->lock);
	if (ask(1) & 2) {
		spin_unlock(&c->lock);
		return;
	}
	msleep(1); /* expect: sleep-in-atomic "forgets_bad -> msleep" */
	spin_unlock(&c->lock);
}

static void lock_both(struct cpu *a, struct cpu *b)
{
	struct cpu *x;

	if (a > b) {
		x = a;
		a = b;
		b = x;
	}
	spin_lock(&a->lock);
	if (a != b)
		spin_lock(&b->lock);
}

static void unlock_both(struct cpu *a, struct cpu *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

void both_ok(struct cpu *a, struct cpu *b)
{
	lock_both(a, b);
	a->work++;
	unlock_both(a, b);
	msleep(1);
}

void both_bad(struct cpu *a, struct cpu *b)
{
	lock_both(a, b);
	msleep(1); /* expect: sleep-in-atomic "both_bad -> msleep" */
	unlock_both(a, b);
}
