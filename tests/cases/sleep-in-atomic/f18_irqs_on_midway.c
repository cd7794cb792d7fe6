/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F18: interrupts are off at entry and go on in the middle, around the sleep.
 */
#include "kernel.h"

struct waiter {
	unsigned long work;
	bool hashed;
};

void wait_schedule_ok(struct waiter *w)
{
	local_irq_disable();
	while (!w->hashed) {
		local_irq_enable();
		schedule();
		local_irq_disable();
	}
	local_irq_enable();
}

static void exit_loop_ok(struct waiter *w)
{
	while (w->work & 7) {
		local_irq_enable();
		if (w->work & 1)
			schedule();
		local_irq_disable();
	}
}

void exit_to_user_ok(struct waiter *w)
{
	local_irq_disable();
	exit_loop_ok(w);
	local_irq_enable();
}

void wait_schedule_bad(struct waiter *w)
{
	local_irq_disable();
	while (!w->hashed)
		schedule(); /* expect: sleep-in-atomic "wait_schedule_bad -> schedule" */
	local_irq_enable();
}
