/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pointer that is called below a raw lock, and operations of which the model
 * says that a raw lock is held; a contract that means a spinlock is no such one.
 * args: --rt
 */
#include "kernel.h"

struct bus;
struct irq_data { void *chip_data; };
struct irq_chip {
	void (*irq_mask)(struct irq_data *d);
	void (*irq_bus_lock)(struct irq_data *d);
};
struct uart_port { spinlock_t lock; };
struct uart_ops { void (*start_tx)(struct uart_port *port); };
struct bus_ops { int (*read)(struct bus *bus, int where); };
struct bus { const struct bus_ops *ops; spinlock_t cfg; };
static raw_spinlock_t config_lock;

static int read_bad(struct bus *bus, int where)
{
	unsigned long flags;

	spin_lock_irqsave(&bus->cfg, flags); /* expect: rt-sleep-in-atomic "bus_read -> read_bad" */
	spin_unlock_irqrestore(&bus->cfg, flags);
	return where;
}

static const struct bus_ops slow_ops = { .read = read_bad };

int bus_read(struct bus *bus, int where)
{
	unsigned long flags;
	int v;

	raw_spin_lock_irqsave(&config_lock, flags);
	v = bus->ops->read(bus, where);
	raw_spin_unlock_irqrestore(&config_lock, flags);
	return v;
}

void bus_init(struct bus *bus)
{
	bus->ops = &slow_ops;
}

static void mask_bad(struct irq_data *d)
{
	struct bus *bus = d->chip_data;

	spin_lock(&bus->cfg); /* expect: rt-sleep-in-atomic "mask_bad" */
	spin_unlock(&bus->cfg);
}

static void bus_lock_ok(struct irq_data *d)
{
	struct bus *bus = d->chip_data;

	spin_lock(&bus->cfg);
	spin_unlock(&bus->cfg);
}

const struct irq_chip chip = { .irq_mask = mask_bad, .irq_bus_lock = bus_lock_ok };

static void start_tx_ok(struct uart_port *port)
{
	kfree(kmalloc(sizeof(*port), GFP_ATOMIC));
}

const struct uart_ops ops = { .start_tx = start_tx_ok };
