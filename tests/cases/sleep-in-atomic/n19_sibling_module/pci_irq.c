/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib.h"

void pci_probe(struct chip *c);

void pci_open(struct chip *c)
{
	pci_probe(c);
}

void pci_irq_ok(struct chip *c)
{
	spin_lock(&c->lock);
	lib_reset(c);
	spin_unlock(&c->lock);
}
