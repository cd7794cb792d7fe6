/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A callback's parameter may be zero as well as not; so may the result of an atomic
 * bit operation.  (Of a function that is neither called nor pointed to nobody
 * knows what it is given; that would be a doubt.)
 */
#include "kernel.h"

struct plat {
	spinlock_t lock;
	unsigned long flags;
	int irq;
};

struct info {
	struct plat *priv;
};

static inline bool tset(long nr, volatile unsigned long *addr)
{
	bool c;

	asm volatile("lock; btsq %2,%0" : "+m" (*addr), "=@ccc" (c) : "Ir" (nr) : "memory");
	return c;
}

static int irqcontrol_bad(struct info *i, int on)
{
	struct plat *p = i->priv;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	if (on) {
		if (tset(0, &p->flags))
			enable_irq(p->irq);
	} else {
		if (!tset(0, &p->flags))
			disable_irq(p->irq); /* expect: sleep-in-atomic "irqcontrol_bad -> disable_irq" */
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static void zero_bad(spinlock_t *l, int on)
{
	spin_lock(l);
	if (!on)
		msleep(1); /* expect: sleep-in-atomic "zero_bad -> msleep" */
	spin_unlock(l);
}

static void other_bad(spinlock_t *l, int on)
{
	spin_lock(l);
	if (on)
		msleep(1); /* expect: sleep-in-atomic "other_bad -> msleep" */
	spin_unlock(l);
}

static void arm_bad(spinlock_t *l, int op)
{
	spin_lock(l);
	switch (op) {
	case 0:
		msleep(1); /* expect: sleep-in-atomic "arm_bad -> msleep" */
		break;
	case 5:
		msleep(2); /* expect: sleep-in-atomic "arm_bad -> msleep" */
		break;
	default:
		break;
	}
	spin_unlock(l);
}

struct either_ops {
	int (*irqcontrol)(struct info *i, int on);
	void (*set)(spinlock_t *l, int on);
};

const struct either_ops either_ops[] = {
	{ irqcontrol_bad, zero_bad },
	{ irqcontrol_bad, other_bad },
	{ irqcontrol_bad, arm_bad },
};
