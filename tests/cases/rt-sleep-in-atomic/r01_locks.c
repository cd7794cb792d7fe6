/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spinlocks and reader-writer locks sleep, raw locks and bit locks do not: the
 * static type of what is passed to the same _raw_spin_lock() tells them apart.
 * args: --rt
 */
#include "kernel.h"

struct port {
	raw_spinlock_t raw, other;
	spinlock_t lock;
	rwlock_t table;
	unsigned long word;
};

void raw_then_spin_bad(struct port *p)
{
	raw_spin_lock(&p->raw);
	spin_lock(&p->lock); /* expect: rt-sleep-in-atomic "raw lock" */
	spin_unlock(&p->lock);
	raw_spin_unlock(&p->raw);
}

void raw_irqsave_then_irqsave_bad(struct port *p)
{
	unsigned long flags, more;

	raw_spin_lock_irqsave(&p->raw, flags);
	spin_lock_irqsave(&p->lock, more); /* expect: rt-sleep-in-atomic "raw lock, interrupts off" */
	spin_unlock_irqrestore(&p->lock, more);
	raw_spin_unlock_irqrestore(&p->raw, flags);
}

void bit_then_read_bad(struct port *p)
{
	bit_spin_lock(3, &p->word);
	read_lock(&p->table); /* expect: rt-sleep-in-atomic "raw lock" */
	read_unlock(&p->table);
	bit_spin_unlock(3, &p->word);
}

void raw_then_write_bad(struct port *p)
{
	raw_spin_lock_irq(&p->raw);
	write_lock(&p->table); /* expect: rt-sleep-in-atomic "interrupts off" */
	write_unlock(&p->table);
	raw_spin_unlock_irq(&p->raw);
}

void spin_then_anything_ok(struct port *p)
{
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	read_lock(&p->table);
	raw_spin_lock(&p->raw);
	raw_spin_lock(&p->other);
	raw_spin_unlock(&p->other);
	raw_spin_unlock(&p->raw);
	read_unlock(&p->table);
	spin_unlock_irqrestore(&p->lock, flags);
}

void read_then_spin_ok(struct port *p)
{
	read_lock(&p->table);
	spin_lock_irq(&p->lock);
	spin_unlock_irq(&p->lock);
	read_unlock(&p->table);
}

void after_the_raw_lock_ok(struct port *p)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->raw, flags);
	raw_spin_unlock_irqrestore(&p->raw, flags);
	spin_lock_bh(&p->lock);
	spin_unlock_bh(&p->lock);
}
