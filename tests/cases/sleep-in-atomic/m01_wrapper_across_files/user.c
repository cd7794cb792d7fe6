/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that uses them, rightly and wrongly.
 */
#include "kernel.h"
#include "wrap.h"

void box_move_ok(struct box *b)
{
	box_lock(b);
	b->n--;
	box_unlock(b);
	box_settle(b);
}

void box_move_bad(struct box *b)
{
	box_lock(b);
	b->n--;
	box_settle(b);
	box_unlock(b);
}
