/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N2: the handler reaches request_irq() through a wrapper of another file.
 */
#include "kernel.h"

int card_register(unsigned int irq, irq_handler_t fn, void *data)
{
	if (!irq)
		return -EIO;
	return request_irq(irq, fn, 0, "wrapped", data);
}
