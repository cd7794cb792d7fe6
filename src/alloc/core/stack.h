/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stack of numbers that anybody may push and pop in any context.
 *
 * Treiber's stack; the links lie in an array, so a popped element's link stays
 * readable, and the head carries a 40-bit tag that every pop changes, so a
 * delayed pop cannot succeed on a head that went away and came back (ABA). At
 * 10^8 pops a second the tag repeats after three hours, and a delayed pop would
 * have to meet exactly that value. Pops give up after LAB_RETRY lost races.
 */
#ifndef LABYRINTH_ALLOC_STACK_H
#define LABYRINTH_ALLOC_STACK_H

#include "prim.h"

#define LAB_STACK_IDX	((1ULL << 24) - 1)
#ifndef LAB_STACK_TAG	/* the model checker seeds a bug here */
#define LAB_STACK_TAG	(1ULL << 24)
#endif

/* The link of element i: a u32 at a fixed stride. */
static inline u32 *lab_stack_link(void *base, size_t stride, u32 i)
{
	return (u32 *)(void *)((char *)base + (size_t)i * stride);
}

/* 1: got one; 0: empty; -1: contended */
static inline int lab_stack_pop(u64 *head, void *base, size_t stride, u32 retry, u32 *index)
{
	u64 h;
	u32 i, next;

	for (; retry; retry--) {
		h = lab_load_acq(head);
		i = (u32)(h & LAB_STACK_IDX);
		if (!i)
			return 0;
		next = lab_load(lab_stack_link(base, stride, i - 1));
		if (lab_cas(head, h, ((h & ~LAB_STACK_IDX) + LAB_STACK_TAG) | next)) {
			*index = i - 1;
			return 1;
		}
	}
	return -1;
}

static inline void lab_stack_push(u64 *head, void *base, size_t stride, u32 index)
{
	u32 *link = lab_stack_link(base, stride, index);
	u64 h;

	do {
		h = lab_load(head);
		lab_store(link, (u32)(h & LAB_STACK_IDX));
	} while (!lab_cas(head, h, (h & ~LAB_STACK_IDX) | (index + 1)));
}

#endif /* LABYRINTH_ALLOC_STACK_H */
