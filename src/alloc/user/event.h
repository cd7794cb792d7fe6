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

/* Is there anything for a worker? */
static inline bool lab_event_pending(struct labyrinth_zone *z)
{
	u32 i, used = lab_load_sc(&z->used);

	for (i = 0; i <= used; i++)
		if (lab_load_sc(&lab_slot(z, i, used)->queue))
			return true;
	return lab_load_sc(&z->backlog) || lab_load_sc(&z->want) == 1;
}

/* True: there is. False: slept once, or something woke us. */
static inline bool lab_event_wait(struct labyrinth_zone *z, u32 *sleepers, const struct timespec *t)
{
#ifdef LAB_SEED_LATE_ARM	/* the model checker's seeded bug */
	if (lab_event_pending(z))
		return true;
	(void)lab_xchg(sleepers, 1u);
#else
	(void)lab_xchg(sleepers, 1u);
	if (lab_event_pending(z))
		return true;
#endif
	lab_futex_wait(sleepers, 1u, t);
	return false;
}

#endif /* LABYRINTH_ALLOC_EVENT_H */
