/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of hosts whose slots are interrupted strictly last in, first out:
 * a thread and its signal handlers. Plain loads and stores of one word do.
 *
 * A host includes this after it has defined lab_self: one struct per slot with
 * .cpu, .slot and .entries, reachable in any context. The model checker runs this text.
 */
#ifndef LABYRINTH_ALLOC_NEST_H
#define LABYRINTH_ALLOC_NEST_H

#define LAB_NO_SLOT	0xffffffffu

extern u64 lab_dummies[] __attribute__((visibility("hidden")));	/* begin like a lab_cpu of no zone */
#define lab_busy	((struct lab_cpu *)(void *)&lab_dummies[0])
#define lab_idle	((struct lab_cpu *)(void *)&lab_dummies[8])

struct lab_guard {
	struct lab_cpu *before;	/* lab_self.cpu, to be put back */
	u32 *visitors;
	u32 slot;
	u32 kind;
};

#define lab_prim_enter(zone)	lab_enter((zone)->host.visitors, &(zone)->host.phase)
#define lab_prim_leave(g)	lab_leave(g)

#ifndef LAB_IS_NESTED	/* the model checker seeds a bug here */
#define LAB_IS_NESTED(before)	((before) == lab_busy)
#endif

#ifndef LAB_PIN		/* hosts that could move a caller to another slot keep it here from enter to leave */
#define LAB_PIN()	((void)0)
#define LAB_UNPIN()	((void)0)
#endif

#ifndef lab_self_cpu	/* hosts that reach the word in one step */
#define lab_self_cpu()		lab_own_load(&lab_self.cpu)
#define lab_self_set(c)		lab_own_store(&lab_self.cpu, (c))
#define lab_self_set_rel(c)	lab_own_store_rel(&lab_self.cpu, (c))
#endif

#ifndef LAB_COUNT_ENTRY	/* so that who waits for a call sees that another one has begun */
#define LAB_COUNT_ENTRY()	lab_own_store_rel(&lab_self.entries, lab_self.entries + 1)
#endif

/*
 * The guard is one word: lab_self.cpu reads lab_busy while a call runs. What was
 * there before is put back at the end. A handler between our load and our store
 * has put back what it found, so the load stays good.
 */
static inline struct lab_guard lab_enter(u32 *visitors, const u32 *phase)
{
	struct lab_guard g;

	LAB_PIN();
	g.before = lab_self_cpu();
	lab_self_set(lab_busy);
	g.slot = lab_self.slot;
	g.kind = LAB_IS_NESTED(g.before) ? LAB_NESTED : LAB_OWNER;
	if (g.kind == LAB_OWNER)
		LAB_COUNT_ENTRY();
	g.visitors = NULL;
	if (LAB_UNLIKELY(g.slot == LAB_NO_SLOT)) {
		g.kind = LAB_NONE;
		g.visitors = visitors + (lab_load(phase) & 1);
		(void)lab_add(g.visitors, 1u);
		lab_after_rmw();	/* the gate is read after that */
	}
	lab_barrier();
	return g;
}

static inline void lab_leave(struct lab_guard *g)
{
	lab_barrier();
	lab_self_set_rel(g->before);
	if (LAB_UNLIKELY(g->visitors != NULL))
		(void)lab_add(g->visitors, -1u);
	LAB_UNPIN();
}

/*
 * Those without a slot are counted, in two columns: wait for the one that new
 * ones do not use, twice, so that callers who never stop do not hold us up. A
 * latecomer in the wrong column has seen the closed gate already.
 */
#define lab_visitors_left(zone, give_up)							\
	(lab_visitors_wait((zone)->host.visitors, &(zone)->host.phase, give_up) &&		\
	 lab_visitors_wait((zone)->host.visitors, &(zone)->host.phase, give_up))

static inline bool lab_visitors_wait(u32 *visitors, u32 *phase, bool (*give_up)(void))
{
	u32 was = lab_load(phase) & 1;

	(void)lab_xchg(phase, was ^ 1);
	while (lab_load_acq(&visitors[was]))
		if (give_up())
			return false;
	return true;
}

/* A slot begins with the zone it belongs to. Slots stay mapped for ever (arena.c). */
#define lab_cpu_zone(c)		(*(struct labyrinth_zone **)(void *)(c))
#ifndef lab_cpu_zone_now
#define lab_cpu_zone_now(c)	lab_own_load(&lab_cpu_zone(c))
#endif

/*
 * The cheap entry: the slot that this thread used last is of the zone we want,
 * so the zone is alive or its gate is closed, and no call is below us.
 */
static inline struct lab_cpu *lab_prim_fast(struct labyrinth_zone *z)
{
	struct lab_cpu *c;

	LAB_PIN();
	c = lab_self_cpu();
	if (LAB_UNLIKELY(lab_cpu_zone_now(c) != z)) {
		LAB_UNPIN();
		return NULL;
	}
	if (!c)
		__builtin_unreachable();
	lab_self_set(lab_busy);
	lab_barrier();
	return c;
}

static inline void lab_prim_fast_end(struct lab_cpu *c)
{
	lab_barrier();
	lab_self_set_rel(c);
	LAB_UNPIN();
}

static inline void lab_prim_adopt(struct lab_guard *g, struct lab_cpu *c)
{
	if (g->kind == LAB_OWNER)
		g->before = c;
}

#endif /* LABYRINTH_ALLOC_NEST_H */
