/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side of m07: the chip does not say that its accessors sleep, so they
 * are called in atomic context.  A flag that is set to false is not set.
 */
#include "kernel.h"

struct gpio_chip {
	const char *label;
	int (*get)(struct gpio_chip *gc, unsigned int offset);
	void (*set)(struct gpio_chip *gc, unsigned int offset, int value);
	bool can_sleep;
};

struct expander { struct gpio_chip gc; struct mutex lock; int bits; };

static int fast_get_bad(struct gpio_chip *gc, unsigned int offset)
{
	struct expander *e = container_of(gc, struct expander, gc);
	int bits;

	mutex_lock(&e->lock); /* expect: sleep-in-atomic "fast_get_bad -> mutex_lock" */
	bits = e->bits;
	mutex_unlock(&e->lock);
	return bits >> offset & 1;
}

static void fast_set_ok(struct gpio_chip *gc, unsigned int offset, int value)
{
	struct expander *e = container_of(gc, struct expander, gc);

	e->bits = value << offset;
}

void fast_probe_ok(struct expander *e);
void fast_probe_ok(struct expander *e)
{
	e->gc.label = "fast";
	e->gc.get = fast_get_bad;
	e->gc.set = fast_set_ok;
	e->gc.can_sleep = false;
}
