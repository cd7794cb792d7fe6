/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host whose machine is a model checker: every atomic step of the core is a
 * place where another thread may run or a handler may cut in (explore.c). The
 * core's text is the real one, and so are nest.h and event.h.
 *
 * Steps are sequentially consistent: the explorer finds wrong protocols, not
 * missing fences (TSan and the C11 orders of the code are for those).
 */
#ifndef LABYRINTH_ALLOC_PRIM_EXPLORE_H
#define LABYRINTH_ALLOC_PRIM_EXPLORE_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define LAB_LIKELY(x)	(x)
#define LAB_UNLIKELY(x)	(x)
#define LAB_ALIGNED(n)	__attribute__((aligned(n)))
#define LAB_HOT
#define LAB_COLD	__attribute__((noinline))
#define LAB_NOINLINE	__attribute__((noinline))
#define LAB_RACY		__attribute__((noinline))
#define LAB_NO_COUNTERS	1

/* A place to switch: before every access that others can see; ... that only our own handlers can see. */
void ex_point(void);
void ex_point_own(void);

#define lab_load(p)		({ ex_point(); *(volatile __typeof__(*(p)) *)(p); })
#define lab_load_acq(p)		lab_load(p)
#define lab_load_sc(p)		lab_load(p)
#define lab_store(p, v)		({ ex_point(); *(volatile __typeof__(*(p)) *)(p) = (v); })
#define lab_store_rel(p, v)	lab_store((p), (v))
#define lab_own_load(p)		({ ex_point_own(); *(volatile __typeof__(*(p)) *)(p); })
#define lab_own_store(p, v)	({ ex_point_own(); *(volatile __typeof__(*(p)) *)(p) = (v); })
#define lab_own_store_rel(p, v)	lab_own_store((p), (v))
#define lab_after_rmw()		lab_barrier()
#define lab_cas(p, old, new)	({							\
	bool lab_ok;									\
	ex_point();									\
	lab_ok = *(p) == (old);								\
	*(p) = lab_ok ? (new) : *(p);							\
	lab_ok; })
#define lab_rmw(p, expr)	({ __typeof__(*(p)) lab_o; ex_point(); lab_o = *(p);	\
				   *(p) = (expr); lab_o; })
#define lab_xchg(p, v)		lab_rmw((p), (v))
#define lab_add(p, v)		lab_rmw((p), lab_o + (v))
#define lab_or(p, v)		lab_rmw((p), lab_o | (v))
#define lab_and(p, v)		lab_rmw((p), lab_o & (v))
#define lab_barrier()		__asm__ volatile("" ::: "memory")
#define lab_prefetch(p)		((void)(p))
#define lab_local_inc(p)	((void)(p))

struct lab_cpu;
struct labyrinth_zone;

struct ex_thread {
	struct lab_cpu *cpu;
	u64 context;
	u32 slot;
};

struct ex_thread *ex_self(void);
#define lab_self (*ex_self())

#define LAB_COUNT_ENTRY()	((void)0)	/* equal states shall look equal */
#include "nest.h"

struct lab_prim_zone {
	u32 visitors[2];
	u32 phase;
	u32 sleepers;
};

static inline u64 lab_prim_context_bits(void) { return lab_self.context; }
static inline u32 lab_prim_context(void) { return lab_self.context != 0; }
static inline bool lab_prim_in_atomic(void) { return lab_self.context != 0; }
static inline u32 lab_prim_holder(void) { return lab_self.slot + 1; }
static inline u64 lab_prim_now(int exact) { (void)exact; return 1; }
static inline void lab_prim_reason(enum labyrinth_reason r) { (void)r; }
static inline u32 lab_prim_nslots(const struct labyrinth_zone_params *p) { return p->max_threads; }
#define lab_prim_system_ok(zone) LABYRINTH_FAIL_NONE
static inline void lab_prim_bad_zone(void) { }
static inline u64 lab_prim_bad_zones(void) { return 0; }
static inline bool lab_prim_slot_live(u32 slot) { (void)slot; return true; }
static inline void lab_prim_clear(void *va) { (void)va; }
static inline void lab_prim_fill(void *va, int b) { (void)va; (void)b; }
static inline bool lab_tools_on(void) { return false; }
static inline void lab_tool_alloc(struct labyrinth_zone *z, void *va, bool i) { (void)z; (void)va; (void)i; }
static inline void lab_tool_release(struct labyrinth_zone *z, void *va) { (void)z; (void)va; }
static inline void lab_tool_open(void *va) { (void)va; }
static inline void lab_tool_close(void *va) { (void)va; }

int lab_prim_frames(struct labyrinth_zone *z);

#endif /* LABYRINTH_ALLOC_PRIM_EXPLORE_H */
