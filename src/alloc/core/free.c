// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two ways back: cancel, from an atomic owner, and free, from the worker.
 *
 * The word decides: whoever moves it away from the owner's state has the page
 * for the rest of the call and is the only one who puts it on a list, so a
 * double free finds FREE or CLEANING and stops. Cancel does no work on the
 * content; free prepares it, with the guard down.
 */
#include "core.h"

static int refuse(struct labyrinth_zone *z, struct lab_page *pg, u64 w, const void *addr,
		  const void *site, const u64 *handle)
{
	if (lab_stale(handle, w))
		return lab_misuse(z, LABYRINTH_MISUSE_STALE, pg, addr, site, *handle, -ESTALE);
	switch (lab_w_state(w)) {
	case LABYRINTH_PAGE_FREE:
	case LABYRINTH_PAGE_ABSENT:
	case LABYRINTH_PAGE_CLEANING:
		return lab_misuse(z, LABYRINTH_MISUSE_DOUBLE_FREE, pg, addr, site, 0, -EINVAL);
	case LABYRINTH_PAGE_HANDED_OFF:
		return lab_misuse(z, LABYRINTH_MISUSE_FREE_AFTER_HANDOFF, pg, addr, site, 0, -EALREADY);
	default:
		return lab_misuse(z, LABYRINTH_MISUSE_WRONG_STATE, pg, addr, site, 0, -EINVAL);
	}
}

/* from -> to, for a caller that says it owns the page. *seen is the word found. */
static inline bool move(struct labyrinth_zone *z, struct lab_page *pg, enum labyrinth_state from,
			enum labyrinth_state to, const u64 *handle, u64 *seen)
{
	u64 w = lab_load(&pg->word);

	*seen = w;
	if (LAB_UNLIKELY(lab_load(&z->gate) & LAB_GATE_TRUST)) {
		lab_store_rel(&pg->word, lab_w_to(w, to));
		return true;
	}
	if (LAB_UNLIKELY(lab_w_state(w) != from) || lab_stale(handle, w))
		return false;
	if (LAB_LIKELY(lab_word_cas(pg, w, lab_w_to(w, to))))
		return true;
	*seen = lab_load(&pg->word);
	return false;
}

/* The page left its owner: what was borrowed or budgeted is settled. */
static inline void settle(struct labyrinth_zone *z, struct lab_page *pg, u64 w)
{
	struct labyrinth_zone *b = z;

	if (LAB_UNLIKELY(w & LAB_W_LENT))
		b = lab_prim_zone_by_id(lab_load(&pg->borrower));	/* lives until we have settled */
	if (LAB_UNLIKELY(b && b->budget))
		(void)lab_add(&b->out, -1u);
	if (LAB_UNLIKELY(b && b != z))
		(void)lab_add(&b->borrowed, -1u);
}

static LAB_NOINLINE int cancel(struct labyrinth_zone *zone, void *page, const void *site, const u64 *handle)
{
	struct labyrinth_zone *owner;
	struct lab_guard g;
	struct lab_page *pg;
	struct lab_cpu *c;
	int err = 0;
	u64 seen;

	if (LAB_UNLIKELY(!lab_zone_enter(zone, &g)))
		return -EINVAL;
	c = lab_cpu_of(zone, &g);
	pg = lab_find(zone, page, handle, &owner, &err);
	if (LAB_UNLIKELY(!pg)) {
		err = lab_misuse_find(zone, err, page, handle, site);
		goto out;
	}
	err = 0;
	if (LAB_UNLIKELY(!move(owner, pg, LABYRINTH_PAGE_ATOMIC, LABYRINTH_PAGE_FREE, handle, &seen))) {
		err = refuse(owner, pg, seen, pg->va, site, handle);
		goto out;
	}
	settle(owner, pg, seen);
	lab_tool_release(owner, pg->va);
	if (LAB_UNLIKELY(owner->flags & LABYRINTH_ZONE_GUARD))
		lab_prim_guard_page(owner, pg->va, LABYRINTH_PAGE_FREE);
	lab_count(c, LAB_C_cancel);
	c = lab_cpu_of(owner, &g);
	lab_mag_put(owner, c, g.kind, pg);
out:
	lab_prim_leave(&g);
	return err;
}

/* Under lab_prim_fast(): into our magazine, or nothing is changed. */
static inline bool put_plain(struct labyrinth_zone *zone, struct lab_cpu *c, void *page, bool trust)
{
	struct lab_page *pg;
	u64 w, to, n;
	size_t i;

	if (LAB_UNLIKELY(!lab_map_fast(zone, page, &i, &pg)))
		return false;
	n = c->n;
	lab_hide(n);
	if (LAB_UNLIKELY((u32)n >= c->cap))
		return false;
	if (trust) {
		lab_store_rel(&pg->word, (u64)LABYRINTH_PAGE_FREE);
	} else {
		w = lab_load(&pg->word);
		to = w - LABYRINTH_PAGE_ATOMIC;		/* and FREE is 0 */
		if (LAB_UNLIKELY(to & (LAB_W_STATE | LAB_W_LENT)) || LAB_UNLIKELY(!lab_word_cas(pg, w, to)))
			return false;	/* the general way finds out what is wrong */
	}
	c->idx[n] = (u32)i;
	lab_own_store(&c->n, (u32)n + 1);
	lab_local_inc(&c->pushed);
	return true;
}

/* The plain case with a full magazine: flushed under the same guard. */
static LAB_NOINLINE int cancel_full(struct labyrinth_zone *zone, void *page, const void *site,
				    struct lab_cpu *c, bool trust)
{
	bool done;

	lab_mag_flush(zone, c);
	done = put_plain(zone, c, page, trust);
	lab_prim_fast_end(c);
	return done ? 0 : cancel(zone, page, site, NULL);
}

/* The plain case by hand, as in labyrinth_alloc_page(). */
LAB_HOT int labyrinth_cancel(struct labyrinth_zone *zone, void *page)
{
	struct lab_cpu *c = lab_prim_fast(zone);
	u32 gate;

	if (LAB_UNLIKELY(!c))
		goto slow;
	gate = lab_peek(&zone->gate) & LAB_GATE_ANY;
	if (LAB_UNLIKELY(gate)) {
		gate = lab_peek_more(&zone->gate, gate);
		if (gate & ~(LAB_GATE_TRUST | LAB_GATE_EXTRA) || !put_plain(zone, c, page, gate & LAB_GATE_TRUST))
			goto leave;
	} else if (LAB_UNLIKELY(!put_plain(zone, c, page, false))) {
		goto leave;
	}
	lab_prim_fast_end(c);
	return 0;
leave:
	gate = lab_load(&zone->gate);
	if (lab_load(&c->n) >= lab_load(&c->cap) && !(gate & ~(LAB_GATE_TRUST | LAB_GATE_EXTRA)))
		return cancel_full(zone, page, __builtin_return_address(0), c, gate & LAB_GATE_TRUST);
	lab_prim_fast_end(c);
slow:
	return cancel(zone, page, __builtin_return_address(0), NULL);
}

/* Under one guard as long as nothing is special: how many of the pages went into the magazine. */
static u32 cancel_some(struct labyrinth_zone *zone, void *const *pages, u32 n)
{
	struct lab_cpu *c = lab_prim_fast(zone);
	u32 i, have, gate;
	struct lab_page *pg;
	size_t k;
	u64 w;

	if (!c)
		return 0;
	have = c->n;
	gate = lab_load(&zone->gate);
	if (n > LAB_CHUNK)
		n = LAB_CHUNK;
	if (gate & ~(LAB_GATE_TRUST | LAB_GATE_EXTRA) || have >= c->cap)
		n = 0;
	else if (n > c->cap - have)
		n = c->cap - have;
	if (gate & LAB_GATE_TRUST) {
		for (i = 0; i < n && lab_map_fast(zone, pages[i], &k, &pg); i++) {
			lab_store_rel(&pg->word, (u64)LABYRINTH_PAGE_FREE);
			c->idx[have + i] = (u32)k;
		}
	} else {
		for (i = 0; i < n && lab_map_fast(zone, pages[i], &k, &pg); i++) {
			w = lab_load(&pg->word);
			if (LAB_UNLIKELY((w & (LAB_W_STATE | LAB_W_LENT)) != LABYRINTH_PAGE_ATOMIC) ||
			    LAB_UNLIKELY(!lab_word_cas(pg, w, lab_w_to(w, LABYRINTH_PAGE_FREE))))
				break;
			c->idx[have + i] = (u32)k;
		}
	}
	lab_own_store(&c->n, have + i);
	lab_own_store(&c->pushed, c->pushed + i);
	lab_prim_fast_end(c);
	return i;
}

int labyrinth_cancel_bulk(struct labyrinth_zone *zone, void *const *pages, unsigned int n)
{
	const void *site = __builtin_return_address(0);
	u32 i = 0, k, bad = 0;

	if (!pages || n > LAB_BATCH_MAX)
		return -EINVAL;
	while (i < n) {
		k = cancel_some(zone, pages + i, n - i);
		i += k;
		if (!k)		/* flushes the magazine, or says what is wrong */
			bad += !!cancel(zone, pages[i++], site, NULL);
	}
	return (int)(n - bad);
}

int labyrinth_cancel_handle(struct labyrinth_zone *zone, uint64_t handle)
{
	return cancel(zone, NULL, __builtin_return_address(0), &handle);
}

/* A worker's call where nothing may block: keep the page, say so, let a worker have it again. */
static LAB_COLD int free_in_atomic(struct labyrinth_zone *zone, struct labyrinth_zone *owner,
				   struct lab_page *pg, struct lab_cpu *c, const void *site, const u64 *handle)
{
	u64 seen;

	if (!move(owner, pg, LABYRINTH_PAGE_WORKER, LABYRINTH_PAGE_HANDED_OFF, handle, &seen))
		return refuse(owner, pg, seen, pg->va, site, handle);
	lab_misuse(owner, LABYRINTH_MISUSE_FREE_IN_ATOMIC, pg, pg->va, site, 0, 0);
	lab_own_store(&pg->hsite, site);
	lab_tool_close(pg->va);
	if (owner->flags & LABYRINTH_ZONE_GUARD)
		lab_prim_guard_page(owner, pg->va, LABYRINTH_PAGE_HANDED_OFF);
	lab_count(c, LAB_C_handoff);
	lab_queue_push(zone, c, pg);
	return -EPERM;
}

/* The long part of a free, outside the guard; the state keeps the page and the zone ours. */
static void prepare(struct labyrinth_zone *z, struct lab_page *pg, struct lab_guard *g)
{
	lab_prim_leave(g);
	lab_quality_prepare(z, pg);
	*g = lab_prim_enter(z);
}

static inline int free_page(struct labyrinth_zone *zone, void *page, const void *site, const u64 *handle)
{
	struct labyrinth_zone *owner;
	struct lab_guard g;
	struct lab_page *pg;
	struct lab_cpu *c;
	int err = 0;
	u64 seen;

	if (LAB_UNLIKELY(!lab_zone_enter(zone, &g)))
		return -EINVAL;
	pg = lab_find(zone, page, handle, &owner, &err);
	if (LAB_UNLIKELY(!pg)) {
		err = lab_misuse_find(zone, err, page, handle, site);
		goto out;
	}
	err = 0;
	if (LAB_UNLIKELY(lab_prim_in_atomic() || g.kind == LAB_NESTED)) {
		err = free_in_atomic(zone, owner, pg, lab_cpu_of(zone, &g), site, handle);
		goto out;
	}
	if (LAB_UNLIKELY(!move(owner, pg, LABYRINTH_PAGE_WORKER, LABYRINTH_PAGE_CLEANING, handle, &seen))) {
		err = refuse(owner, pg, seen, pg->va, site, handle);
		goto out;
	}
	lab_own_store(&pg->holder, lab_prim_holder());	/* should we fork in the middle */
	if (owner->prepare != LABYRINTH_PREPARE_KEEP)
		prepare(owner, pg, &g);
	lab_tool_release(owner, pg->va);
	if (LAB_UNLIKELY(owner->flags & LABYRINTH_ZONE_GUARD))
		lab_prim_guard_page(owner, pg->va, LABYRINTH_PAGE_FREE);
	lab_count(lab_cpu_of(zone, &g), LAB_C_free);
	settle(owner, pg, seen);
	lab_store_rel(&pg->word, lab_w_to(seen, LABYRINTH_PAGE_FREE));
	c = lab_cpu_of(owner, &g);
	lab_return_page(owner, c, g.kind, pg, lab_w_slot(seen));
out:
	lab_prim_leave(&g);
	return err;
}

LAB_HOT int labyrinth_free_page(struct labyrinth_zone *zone, void *page)
{
	return free_page(zone, page, __builtin_return_address(0), NULL);
}

int labyrinth_free_handle(struct labyrinth_zone *zone, uint64_t handle)
{
	return free_page(zone, NULL, __builtin_return_address(0), &handle);
}
