/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHARED_H
#define SHARED_H
/* Present in two translation units, reported once: here if the bug is here, else
   where a source file calls in. */
static inline void ring_wait_bad(spinlock_t *l)
{
	spin_lock(l);
	msleep(1); /* expect: sleep-in-atomic "ring_wait_bad -> msleep" */
	spin_unlock(l);
}
static inline void ring_pause(int ms)
{
	msleep(ms);
}
#endif
