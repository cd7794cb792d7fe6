/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waking without losing a wake-up: one futex word per zone.
 *
 * The producer makes the queue non-empty, then looks at "sleepers"; the worker
 * sets "sleepers", then looks at the queue. All four steps are sequentially
 * consistent, so one of the two sees the other. The model checker runs this text.
 */
#ifndef LABYRINTH_ALLOC_EVENT_H
#define LABYRINTH_ALLOC_EVENT_H

static inline void lab_event_signal(u32 *sleepers)
{
	if (lab_load_sc(sleepers) && lab_xchg(sleepers, 0u))
		lab_futex_wake(sleepers);
}

/* Is there anything for a worker? Also if the zone is gone: then there is nothing to wait for. */
static inline bool lab_event_pending(struct labyrinth_zone *z)
{
	u32 i, used = lab_load_sc(&z->used);

	if (lab_load_sc(&z->magic) != LAB_MAGIC)
		return true;
	for (i = 0; i <= used; i++)
		if (lab_load_sc(&lab_slot(z, i, used)->queue))
			return true;
	return lab_load_sc(&z->backlog) || lab_load_sc(&z->want) == 1;
}

/* True: there is. False: now sleep on the word as long as it is 1. */
static inline bool lab_event_arm(struct labyrinth_zone *z, u32 *sleepers)
{
#ifdef LAB_SEED_LATE_ARM	/* the model checker's seeded bug */
	if (lab_event_pending(z))
		return true;
	(void)lab_xchg(sleepers, 1u);
	return false;
#else
	(void)lab_xchg(sleepers, 1u);
	return lab_event_pending(z);
#endif
}

/*
 * 1: there is something. 0: no; with @arm, sleep now. -EINVAL: no zone, or none
 * any more. Who sleeps does not hold up a destroy: that wakes him, and he looks again.
 */
static inline int lab_event_look(struct labyrinth_zone *z, u32 *sleepers, bool arm)
{
	int there;

	if (!lab_walk_begin(z))
		return -EINVAL;
	there = arm ? lab_event_arm(z, sleepers) : lab_event_pending(z);
	if (lab_load(&z->magic) != LAB_MAGIC)
		there = -EINVAL;
	lab_walk_end(z);
	return there;
}

#endif /* LABYRINTH_ALLOC_EVENT_H */
