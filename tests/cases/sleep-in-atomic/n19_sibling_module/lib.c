/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N19: a library's object has the functions of the driver that brings it: those of
 * another driver of the same family are not called.
 */
#include "lib.h"

void lib_reset(struct chip *c)
{
	c->write(c, 1);
}
EXPORTED(lib_reset);

void lib_halt(struct chip *c)
{
	spin_lock(&c->lock);
	c->write(c, 0);
	spin_unlock(&c->lock);
}
EXPORTED(lib_halt);
