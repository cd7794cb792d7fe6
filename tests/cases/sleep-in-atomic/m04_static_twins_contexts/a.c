/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two static handlers of the same name, one registered as an interrupt handler,
 * the other as work.
 */
#include "kernel.h"

static irqreturn_t handle(int irq, void *data)
{
	(void)data;
	msleep(irq); /* expect: sleep-in-atomic "handle -> msleep" */
	return IRQ_HANDLED;
}

int a_init_ok(void)
{
	return request_irq(1, handle, 0, "a", NULL);
}
