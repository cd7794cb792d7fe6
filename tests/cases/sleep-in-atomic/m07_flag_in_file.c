/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A contract that depends on a flag the same file sets: the chip says that its
 * accessors sleep, so nobody calls them in atomic context.
 */
#include "kernel.h"

struct gpio_chip {
	const char *label;
	int (*get)(struct gpio_chip *gc, unsigned int offset);
	void (*set)(struct gpio_chip *gc, unsigned int offset, int value);
	bool can_sleep;
};

struct expander { struct gpio_chip gc; struct mutex lock; int bits; };

static int slow_get_ok(struct gpio_chip *gc, unsigned int offset)
{
	struct expander *e = container_of(gc, struct expander, gc);
	int bits;

	mutex_lock(&e->lock);
	bits = e->bits;
	mutex_unlock(&e->lock);
	return bits >> offset & 1;
}

static void slow_set_ok(struct gpio_chip *gc, unsigned int offset, int value)
{
	struct expander *e = container_of(gc, struct expander, gc);

	mutex_lock(&e->lock);
	e->bits = value << offset;
	mutex_unlock(&e->lock);
}

void slow_probe_ok(struct expander *e);
void slow_probe_ok(struct expander *e)
{
	e->gc.label = "slow";
	e->gc.get = slow_get_ok;
	e->gc.set = slow_set_ok;
	e->gc.can_sleep = true;
}
