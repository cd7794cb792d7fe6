/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N2: the handler of an interrupt is atomic, its thread is not.
 */
#include "kernel.h"

struct card {
	struct mutex lock;
	volatile u32 *status;
};

static irqreturn_t card_irq_bad(int irq, void *dev)
{
	struct card *c = dev;

	(void)irq;
	while (*c->status & 1)
		usleep_range(10, 20); /* expect: sleep-in-atomic "card_irq_bad -> .*usleep_range" */
	return IRQ_WAKE_THREAD;
}

static irqreturn_t card_thread_ok(int irq, void *dev)
{
	struct card *c = dev;

	mutex_lock(&c->lock);
	msleep(irq);
	mutex_unlock(&c->lock);
	return IRQ_HANDLED;
}

static irqreturn_t card_quick_ok(int irq, void *dev)
{
	struct card *c = dev;

	*c->status = irq;
	return IRQ_HANDLED;
}

static irqreturn_t card_shared_bad(int irq, void *dev)
{
	struct card *c = dev;

	(void)irq;
	mutex_lock(&c->lock); /* expect: sleep-in-atomic "card_shared_bad -> mutex_lock" */
	mutex_unlock(&c->lock);
	return IRQ_HANDLED;
}

int card_probe_ok(struct card *c)
{
	int ret = request_threaded_irq(5, card_irq_bad, card_thread_ok, 0, "card", c);

	if (!ret)
		ret = request_threaded_irq(6, NULL, card_thread_ok, 0x2000, "card", c);
	if (!ret)
		ret = request_irq(7, card_quick_ok, 0, "card", c);
	if (!ret)
		ret = request_irq(8, card_shared_bad, 0x80, "card", c);
	return ret;
}
