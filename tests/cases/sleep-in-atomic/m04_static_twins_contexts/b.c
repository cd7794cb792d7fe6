/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The namesake that may sleep.
 */
#include "kernel.h"

static void handle(struct work_struct *w)
{
	(void)w;
	msleep(1);
}

void b_init_ok(struct work_struct *w)
{
	INIT_WORK(w, handle);
}
