/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N2: a hook in a pointer variable, set in another file or where it is defined,
 * called with a lock held.
 */
#include "kernel.h"
#include "hooks.h"

static DEFINE_SPINLOCK(lock);
void (*notify)(int event);
void (*quiet)(int event);
void (*never_set)(int event);
static void (*log)(int event) = default_log;

void core_event(int event)
{
	spin_lock(&lock);
	if (notify)
		notify(event);
	if (quiet)
		quiet(event);
	if (never_set)
		never_set(event);
	spin_unlock(&lock);
	log(event);
}

void core_log(int event)
{
	preempt_disable();
	log(event);
	preempt_enable();
}
