/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host must give to the core, and nothing else.
 *
 * The core (src/alloc/core) includes this file and its own headers only. A
 * host is one header, chosen below, that defines the types, the atomics and
 * the short primitives inline, and one or more .c files for the long ones.
 *
 * Preconditions, once: addresses of pages are page aligned; zones are live;
 * "any context" primitives neither sleep nor take locks and may be entered
 * again from a nested context at any point; "worker" primitives may sleep.
 *
 * Types		u16 u32 u64 s64 bool size_t, struct lab_guard, struct lab_prim_zone
 * Attributes		LAB_LIKELY LAB_UNLIKELY LAB_ALIGNED(n) LAB_HOT LAB_COLD LAB_NOINLINE
 *			LAB_RACY (reads what others may write: sanitizers look away)
 *
 * Atomics (each on a naturally aligned u32, u64 or pointer)
 *   lab_load(p) lab_load_acq(p) lab_load_sc(p)	relaxed, acquire, seq_cst
 *   lab_store(p, v) lab_store_rel(p, v)	relaxed, release
 *   lab_own_load(p) lab_own_store(p, v)	relaxed; data that one slot alone changes
 *   lab_own_store_rel(p, v)		release; the same
 *   lab_after_rmw()			an atomic before it is done before a load after it
 *   lab_cas(p, old, new)		strong, seq_cst; true on success
 *   lab_xchg(p, v)			seq_cst; the old value
 *   lab_add(p, v) lab_or(p, v) lab_and(p, v)	seq_cst; the old value
 *   lab_local_inc(p)			+1 on this slot's counter: atomic against nesting on this
 *					slot, not against other slots
 *   lab_stray_inc(p)			the same outside the guard; default: as above
 *   lab_barrier()			compiler only
 *   lab_prefetch(p)
 *
 * Entry and identity (any context, inline)
 *   struct lab_guard g = lab_prim_enter(zone)  raise this slot's guard (one for all zones); g.slot, g.kind = LAB_OWNER (first
 *					entry: the magazine is ours), LAB_NESTED (busy below us) or
 *					LAB_NONE (no slot: shared data only)
 *   lab_prim_leave(&g)			and lower it
 *   lab_prim_fast(zone)		the cheap entry: our slot's data if nothing is below us; NULL:
 *					nothing was done, use lab_prim_enter()
 *   lab_prim_fast_end(cpu)		its end
 *   lab_prim_adopt(&g, cpu)		the next cheap entry will find this slot's data
 *   lab_prim_context()			0 task, 1.. atomic contexts; below 4
 *   lab_prim_context_bits()		the same, in place for the ownership word; 0 where the holder tells:
 *   lab_prim_context_of(context, holder)	... then made of both
 *   lab_prim_in_atomic()		true where a worker's call is an error
 *   lab_prim_holder()			number of the running thread
 *   lab_prim_holder_shown(holder)	the same as reports show it
 *   lab_prim_now(exact)		ns, monotonic; exact 0: the cheapest clock
 *   lab_prim_reason(r)			remember why the allocation failed
 *   lab_prim_system_ok(zone)		LABYRINTH_FAIL_NONE, or why layer 3 is barred here
 *   lab_prim_bad_zone() lab_prim_bad_zones()	count a call without a zone, and how many
 *   lab_prim_slot_live(slot)		somebody owns this slot
 *   lab_prim_page_desc(zone, addr)	only if LAB_PRIM_OWN_MAP: address -> descriptor
 *   lab_prim_map_fast(zone, addr, &i, &pg)	only then: true, the page's number and descriptor, if quickly told
 *   lab_prim_frame(va) lab_prim_frame_desc(zone, frame)	only then: frame number, and back
 *
 * Content (any context)
 *   lab_prim_clear(va) lab_prim_fill(va, byte)
 *   lab_tool_alloc(zone, va, init) lab_tool_release(zone, va)	tell sanitizers: handed out, given back
 *   lab_tool_open(va) lab_tool_close(va)	... may, may not be touched for a while
 *   lab_tools_on()			such a tool runs
 *   lab_prim_guard_page(zone, va, state)	debug: who may touch the page in this state
 *
 * The hand-off's bridge (any context)
 *   lab_prim_kick(zone)		wake the worker; called on empty -> non-empty only
 *
 * Pages (page_get with system policy: any context that system_ok allowed; else worker)
 *   lab_prim_page_get(zone, index, atomic, &zeroed)	address or NULL
 *   lab_prim_page_put(zone, index, va)
 *
 * Zones (worker)
 *   lab_prim_zone_get()		a zeroed zone whose struct stays readable for ever, or NULL
 *   lab_prim_zone_put(zone)
 *   lab_prim_zone_room(zone, params)	0, or -errno if the system cannot hold it
 *   lab_prim_zone_open(zone, params)	addresses, extents; 0 or -errno
 *   lab_prim_zone_ready(zone)		it is public now
 *   lab_prim_zone_stop(zone)		it will be destroyed: stop the host's own workers; false: the caller is one
 *   lab_prim_zone_close(zone)
 *   lab_prim_zone_by_id(id)
 *   lab_prim_nslots(params)		slots of a zone; 0: not possible
 *   lab_prim_slots(zone, n)		the array of slots, zeroed; stays mapped when the zone is gone
 *   lab_prim_percpu()			CPUs, if layer 1 can be per CPU beside the slots; else 0
 *   lab_prim_percpu_pop(zone, &i) lab_prim_percpu_push(zone, i)	any context; false: empty, full
 *   lab_prim_table(bytes) lab_prim_table_free(p, bytes)	zeroed, resident memory for tables
 *   lab_prim_quiesce(zone)		true when every call that entered before has left; false: given up
 *   lab_prim_frames(zone)		real frame numbers into zone->frame[]; 0 or -errno
 *   lab_prim_relax()			a short sleep
 *
 * Reports (any context)
 *   lab_prim_holder_name(holder, buf16)
 *   lab_prim_print(report)
 */
#ifndef LABYRINTH_ALLOC_PRIM_H
#define LABYRINTH_ALLOC_PRIM_H

#include <labyrinth/labyrinth.h>

enum lab_entry { LAB_OWNER = 0, LAB_NESTED, LAB_NONE };

struct lab_page;

#ifdef LAB_HOST_HEADER		/* another host than user space: the build says which */
#include LAB_HOST_HEADER
#elif defined(__KERNEL__)
#include "kernel/prim_linux.h"
#else
#include "user/prim_posix.h"
#endif

/* ---- the long ones: the same for every host ---- */

void lab_prim_guard_page(struct labyrinth_zone *z, void *va, enum labyrinth_state state);
void lab_prim_kick(struct labyrinth_zone *z);
void *lab_prim_page_get(struct labyrinth_zone *z, u32 index, bool atomic, bool *zeroed);
void lab_prim_page_put(struct labyrinth_zone *z, u32 index, void *va);
struct labyrinth_zone *lab_prim_zone_get(void);
void lab_prim_zone_put(struct labyrinth_zone *z);
int lab_prim_zone_room(struct labyrinth_zone *z, const struct labyrinth_zone_params *p);
int lab_prim_zone_open(struct labyrinth_zone *z, const struct labyrinth_zone_params *p);
void lab_prim_zone_ready(struct labyrinth_zone *z);
bool lab_prim_zone_stop(struct labyrinth_zone *z);
void lab_prim_zone_close(struct labyrinth_zone *z);
struct labyrinth_zone *lab_prim_zone_by_id(u32 id);
struct lab_cpu *lab_prim_slots(struct labyrinth_zone *z, u32 n);
void *lab_prim_table(size_t bytes);
void lab_prim_table_free(void *p, size_t bytes);
bool lab_prim_quiesce(struct labyrinth_zone *z);
void lab_prim_relax(void);
void lab_prim_holder_name(u32 holder, char *buf);
void lab_prim_print(const struct labyrinth_report *r);

#ifndef LAB_PRIM_PERCPU		/* no magazines per CPU beside the slots */
static inline u32 lab_prim_percpu(void) { return 0; }
static inline bool lab_prim_percpu_pop(struct labyrinth_zone *z, u32 *i) { (void)z; (void)i; return false; }
static inline bool lab_prim_percpu_push(struct labyrinth_zone *z, u32 i) { (void)z; (void)i; return false; }
#endif

#ifndef LAB_PRIM_FORKS		/* a zone may find itself in a forked child */
#define LAB_PRIM_FORKS	1
#endif

#ifndef lab_prim_context_of
#define lab_prim_context_of(context, holder)	(context)
#endif

#ifndef lab_prim_holder_shown
#define lab_prim_holder_shown(holder)	(holder)
#endif

#ifndef lab_copy_numbers	/* n u32; to lies below from where they overlap */
#define lab_copy_numbers(to, from, n)	((void)__builtin_memmove((to), (from), (n) * sizeof(u32)))
#endif

#ifndef lab_peek		/* a load that may become part of a comparison, and what to look at again behind it */
#define lab_peek(p)	lab_load(p)
#define lab_peek_more(p, seen)	(seen)
#endif

/* What the compiler knows of a variable does not make it rewrite a test that is one instruction as it stands. */
#define lab_hide(v)	__asm__("" : "+r" (v))

#ifndef lab_stray_inc
#define lab_stray_inc(p)	lab_local_inc(p)
#endif

#endif /* LABYRINTH_ALLOC_PRIM_H */
