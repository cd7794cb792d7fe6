/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N2: the file that hands its handler to the wrapper.
 */
#include "kernel.h"

int card_register(unsigned int irq, irq_handler_t fn, void *data);

static irqreturn_t card_irq_bad(int irq, void *data)
{
	struct mutex *m = data;

	(void)irq;
	mutex_lock(m); /* expect: sleep-in-atomic "card_irq_bad -> mutex_lock" */
	mutex_unlock(m);
	return IRQ_HANDLED;
}

int card_probe_ok(struct mutex *m)
{
	mutex_lock(m);
	mutex_unlock(m);
	return card_register(3, card_irq_bad, m);
}
