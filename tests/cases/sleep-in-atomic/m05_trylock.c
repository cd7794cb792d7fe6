/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trylock, in both outcomes, nested and with irqs saved.
 */
#include "kernel.h"

void try_ok(spinlock_t *l)
{
	if (!spin_trylock(l)) {
		msleep(1);
		return;
	}
	spin_unlock(l);
	msleep(1);
}

void try_irq_ok(spinlock_t *l)
{
	unsigned long flags;

	if (spin_trylock_irqsave(l, flags))
		spin_unlock_irqrestore(l, flags);
	else
		msleep(1);
	msleep(1);
}

void try_bad(spinlock_t *l)
{
	if (spin_trylock(l)) {
		msleep(1); /* expect: sleep-in-atomic "try_bad -> .*msleep" */
		spin_unlock(l);
	}
}

void try_irq_bad(spinlock_t *l)
{
	unsigned long flags;
	int got = spin_trylock_irqsave(l, flags);

	if (!got)
		return;
	msleep(1); /* expect: sleep-in-atomic "try_irq_bad -> .*msleep" */
	spin_unlock_irqrestore(l, flags);
}
