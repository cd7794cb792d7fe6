/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * irq_work runs in a thread, except what is initialised as IRQ_WORK_HARD_IRQ.
 * args: --rt
 * known-gap: a flag beside the function in a static initialiser does not choose the context
 */
#include "kernel.h"

struct irq_work { unsigned int flags; void (*func)(struct irq_work *work); };
#define IRQ_WORK_HARD_IRQ	0x4

static DEFINE_SPINLOCK(lock);

static void hard_bad(struct irq_work *work)
{
	spin_lock(&lock); /* expect: rt-sleep-in-atomic "hard_bad" */
	spin_unlock(&lock);
}

static void lazy_ok(struct irq_work *work)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

struct irq_work hard = { IRQ_WORK_HARD_IRQ, hard_bad };
struct irq_work lazy = { 0, lazy_ok };
