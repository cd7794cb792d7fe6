/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib.h"

static void usb_write(struct chip *c, int v)
{
	mutex_lock(&c->m); /* expect: sleep-in-atomic "(usb_irq_bad|lib_halt)" */
	mutex_unlock(&c->m);
}

void usb_probe(struct chip *c)
{
	c->write = usb_write;
}

void usb_irq_bad(struct chip *c)
{
	spin_lock(&c->lock);
	lib_reset(c);
	spin_unlock(&c->lock);
}
