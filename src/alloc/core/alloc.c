// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The allocation: fast path, then the layers in order (layers.c), then a counted NULL.
 *
 * The fast path is a guard, a load of the gate, a pop from an array that no
 * other slot touches, and plain stores into the descriptor. FREE -> ATOMIC
 * needs no compare-and-swap: whoever popped the page owns it, and every wrong
 * call on a free page compares against an owned state and so writes nothing.
 */
#include "core.h"

/* FREE -> ATOMIC for a page that we popped. False: somebody wrote over the word. */
static inline bool take(struct lab_page *pg, u64 owned, u32 gate)
{
	u64 w = lab_load_acq(&pg->word);

	if (LAB_UNLIKELY(lab_w_state(w) != LABYRINTH_PAGE_FREE) && !(gate & LAB_GATE_TRUST))
		return false;
	lab_store(&pg->word, lab_w_next(w, owned));
	return true;
}

static inline void record(struct lab_page *pg, const void *site, u64 now)
{
	lab_own_store(&pg->site, site);
	lab_own_store(&pg->holder, lab_prim_holder());
	lab_own_store(&pg->time, now);
}

/* Still under the guard, so that after a fork by a handler it is known whose page this is. */
static inline void claim(struct lab_page *pg, u32 gate)
{
	if (LAB_PRIM_FORKS && !(gate & LAB_GATE_TRUST))
		lab_own_store(&pg->claimed, lab_prim_holder());
}

/*
 * The order of the contract: POISON, ZERO, CL_ALIGN, register. Here and below the
 * arguments stand where labyrinth_alloc_page() has them, so that it moves none.
 */
static LAB_NOINLINE void *finish(struct labyrinth_zone *z, labyrinth_quality_t q, const void *site,
				 struct lab_cpu *c, struct lab_page *pg, u32 tick)
{
	lab_tool_alloc(z, pg->va, pg->content != LAB_DIRTY);
	if (LAB_UNLIKELY(z->flags & LABYRINTH_ZONE_GUARD))
		lab_prim_guard_page(z, pg->va, LABYRINTH_PAGE_ATOMIC);
	if (q & (LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO) ||
	    z->prepare != LABYRINTH_PREPARE_KEEP)
		lab_quality_apply(z, c, pg, q);
	if (q & LABYRINTH_QUALITY_CL_ALIGN &&
	    LAB_UNLIKELY((size_t)pg->va & (LABYRINTH_CACHE_LINE - 1)))
		lab_misuse(z, LABYRINTH_MISUSE_CORRUPTED, pg, pg->va, site, 0, 0);
	if (!(lab_load(&z->gate) & LAB_GATE_TRUST))
		record(pg, site, lab_stamp(z, tick));
	return pg->va;
}

static void *fail(struct labyrinth_zone *z, enum labyrinth_reason why)
{
	(void)lab_add(&z->failed[why], (u64)1);
	lab_prim_reason(why);
	return NULL;
}

static bool budget_take(struct labyrinth_zone *z)
{
	if (!z->budget)
		return true;
	if (lab_add(&z->out, 1u) < z->budget)
		return true;
	(void)lab_add(&z->out, -1u);
	return false;
}

static enum labyrinth_reason why(const struct lab_walk *w)
{
	if (w->injected)
		return LABYRINTH_FAIL_FAULT_INJECTED;
	if (w->contended)
		return LABYRINTH_FAIL_CONTENDED;
	return w->reason != LABYRINTH_FAIL_NONE ? w->reason : LABYRINTH_FAIL_EMPTY;
}

/*
 * The short no: somebody has found every layer empty, nothing came back since,
 * and no slot keeps an emergency page.
 */
static bool is_empty(struct labyrinth_zone *z, struct lab_cpu *c, u32 gate, labyrinth_quality_t q)
{
	u32 i, k, used = lab_load(&z->used);

	if ((gate & ~LAB_GATE_SOFT) || !(gate & LAB_GATE_STARVED) || q & ~LABYRINTH_QUALITY_ALL ||
	    z->neighbour || z->system != LABYRINTH_SYSTEM_NEVER || z->npercpu ||
	    !lab_reserve_empty(z) || c->n || c->stage_used)
		return false;
	for (i = 0; i <= used; i++)
		for (k = 0; k < LAB_EMERG; k++)
			if (lab_load(&lab_slot(z, i, used)->emerg[k]))
				return false;
	return true;
}

/* Everything that is not the plain case; called with the guard raised, lowers it. */
static inline void *alloc_slow(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_guard g,
			       labyrinth_quality_t q, const void *site)
{
	struct lab_walk w = { .zone = z, .c = c, .kind = g.kind };
	enum labyrinth_reason reason = LABYRINTH_FAIL_NONE;
	struct lab_page *pg = NULL;
	u32 gate = lab_load(&z->gate);
	u64 owned = c->owned;

	if (g.kind != LAB_OWNER)
		lab_count(c, LAB_C_nested);
	if (is_empty(z, c, gate, q)) {
		lab_prim_leave(&g);
		return fail(z, LABYRINTH_FAIL_EMPTY);
	}
	if (gate & LAB_GATE_DYING) {
		reason = LABYRINTH_FAIL_DYING;
	} else if (q & ~LABYRINTH_QUALITY_ALL) {
		lab_misuse(z, LABYRINTH_MISUSE_QUALITY_FLAGS, NULL, NULL, site,
			   (LABYRINTH_FORCE u32)q, 0);
		reason = LABYRINTH_FAIL_BADFLAG;
	} else if (!budget_take(z)) {
		reason = LABYRINTH_FAIL_LIMIT;
	}
	if (reason != LABYRINTH_FAIL_NONE) {
		lab_prim_leave(&g);
		return fail(z, reason);
	}
	if (g.kind == LAB_NESTED && !lab_prim_context())
		owned |= 1 << LAB_W_CTX_SHIFT;	/* nobody said so, but it is a handler */
	for (;;) {
		pg = lab_walk_layers(&w);
		if (!pg && LAB_UNLIKELY(w.reason == LABYRINTH_FAIL_CTX_RT))
			pg = lab_walk_system_late(&w, &g);
		if (!pg || take(pg, owned | (w.from != z ? LAB_W_LENT : 0), gate))
			break;
		lab_misuse(w.from, LABYRINTH_MISUSE_CORRUPTED, pg, pg->va, site, lab_load(&pg->word), 0);
	}
	c = w.c;
	if (!pg) {
		if (z->budget)
			(void)lab_add(&z->out, -1u);
		reason = why(&w);
		lab_prim_leave(&g);
		return fail(z, reason);
	}
	claim(pg, lab_load(&w.from->gate));
	if (w.from != z)
		(void)lab_add(&z->borrowed, 1u);
	lab_prim_adopt(&g, c);	/* next time the plain way */
	lab_prim_leave(&g);
	/* the plain way keeps the clock */
	gate = lab_load(&w.from->gate) & ~LAB_GATE_STARVED;
	if (LAB_LIKELY(!(gate | (LABYRINTH_FORCE u32)q)) && g.kind == LAB_OWNER) {
		record(pg, site, lab_load(&w.from->clock));
		return pg->va;
	}
	return finish(w.from, q, site, c, pg, g.kind == LAB_OWNER);
}

static LAB_NOINLINE void *alloc_entry(struct labyrinth_zone *zone, labyrinth_quality_t q, const void *site)
{
	struct lab_guard g;

	if (!lab_zone_enter(zone, &g)) {
		lab_prim_reason(LABYRINTH_FAIL_BADZONE);
		return NULL;
	}
	return alloc_slow(zone, lab_cpu_of(zone, &g), g, q, site);
}

/* The plain case where layer 1 is per CPU and the slot's own magazine is always empty. */
static LAB_NOINLINE void *alloc_percpu(struct labyrinth_zone *zone, labyrinth_quality_t q,
				       const void *site, struct lab_cpu *c, u32 gate)
{
	bool got, fine;
	u32 i;

	got = lab_prim_percpu_pop(zone, &i);
	fine = got && take(zone->page + i, c->owned, gate);
	if (fine) {
		claim(zone->page + i, gate);
		lab_local_inc(&c->count[LAB_C_alloc_magazine]);
	}
	lab_prim_fast_end(c);
	if (fine)
		return finish(zone, q, site, c, zone->page + i, 1);
	if (got)
		lab_misuse(zone, LABYRINTH_MISUSE_CORRUPTED, zone->page + i, zone->page[i].va, site, 0, 0);
	return alloc_entry(zone, q, site);
}

/* The plain case with a wish or prepared content, or after a refill, which keeps the clock. */
static LAB_NOINLINE void *alloc_wish(struct labyrinth_zone *zone, labyrinth_quality_t q,
				     const void *site, struct lab_cpu *c, u32 n, bool refilled)
{
	struct lab_page *pg = zone->page + c->idx[n];
	u32 gate = lab_load(&zone->gate);

	if (LAB_UNLIKELY(!take(pg, c->owned, gate))) {
		lab_prim_fast_end(c);
		return alloc_entry(zone, q, site);	/* it pops the page again and reports */
	}
	lab_own_store(&c->n, n);
	claim(pg, gate);
	lab_prim_fast_end(c);
	if (refilled && !((gate & ~LAB_GATE_STARVED) | (LABYRINTH_FORCE u32)q)) {
		record(pg, site, lab_load(&zone->clock));
		return pg->va;
	}
	return finish(zone, q, site, c, pg, refilled ? 1 : (u32)lab_w_gen(lab_load(&pg->word)));
}

/* The plain case with an empty magazine: filled under the same guard, without the walk over the layers. */
static LAB_NOINLINE void *alloc_refill(struct labyrinth_zone *zone, labyrinth_quality_t q,
				       const void *site, struct lab_cpu *c)
{
	(void)lab_mag_load(zone, c);
	lab_reserve_check(zone);
	if (c->n)
		return alloc_wish(zone, q, site, c, c->n - 1, true);
	lab_prim_fast_end(c);
	return alloc_entry(zone, q, site);
}

/*
 * The plain case by hand: every test that fails leads to the general way, which
 * begins anew. Once lab_prim_fast() said yes nobody else pops from this
 * magazine. Without checks the old word is not even read: the store does not
 * wait for it, and there is no generation.
 */
LAB_HOT void *labyrinth_alloc_page(struct labyrinth_zone *zone, labyrinth_quality_t q)
{
	const void *site = __builtin_return_address(0);
	u32 gate, special, want = (LABYRINTH_FORCE u32)q;
	struct lab_cpu *c = lab_prim_fast(zone);
	struct lab_page *pg;
	u64 w, n;

	if (LAB_UNLIKELY(!c))
		return alloc_entry(zone, q, site);
	n = c->n;
	lab_hide(n);
	if (LAB_UNLIKELY((s64)--n < 0))
		goto slow;
	pg = zone->page + c->idx[n];
	gate = lab_peek(&zone->gate);
	if (LAB_UNLIKELY(gate | want)) {
		gate = lab_peek_more(&zone->gate, gate);
		special = gate | want;
		if (special & ~LAB_GATE_SOFT)
			goto slow;
		if (gate & LAB_GATE_TRUST)
			goto trust;
		return alloc_wish(zone, q, site, c, (u32)n, false);
	}
	w = lab_load_acq(&pg->word);
	if (LAB_UNLIKELY(lab_w_state(w) != LABYRINTH_PAGE_FREE))
		goto slow;	/* it pops the page again and reports */
	w = lab_w_next(w, c->owned);
	lab_store(&pg->word, w);
	lab_own_store(&c->n, (u32)n);
	claim(pg, 0);
	lab_prim_fast_end(c);
	if (LAB_LIKELY(w & ((u64)LAB_SAMPLE << LAB_W_GEN_SHIFT))) {
		record(pg, site, lab_load(&zone->clock));
		return pg->va;
	}
	return finish(zone, q, site, c, pg, (u32)lab_w_gen(w));
trust:
	lab_store(&pg->word, c->owned);
	lab_own_store(&c->n, (u32)n);
	lab_prim_fast_end(c);
	if (LAB_LIKELY(!(want | (gate & LAB_GATE_EXTRA))))
		return pg->va;
	return finish(zone, q, site, c, pg, 1);
slow:
	gate = lab_load(&zone->gate);
	special = (gate | want) & ~LAB_GATE_SOFT;
	if (special == LAB_GATE_RSEQ)
		return alloc_percpu(zone, q, site, c, gate);
	if (!special && !lab_load(&c->n) && !lab_reserve_empty(zone))
		return alloc_refill(zone, q, site, c);
	lab_prim_fast_end(c);
	return alloc_entry(zone, q, site);
}

/*
 * Up to a chunk of pages out of the magazine under one guard, into the caller's array:
 * finished if nothing is special (*plain), else as descriptors that are still to be.
 */
static u32 take_some(struct labyrinth_zone *zone, void **pages, u32 n, u32 want, const void *site,
		     struct lab_cpu **cpu, bool *plain)
{
	struct lab_cpu *c = lab_prim_fast(zone);
	struct lab_page *pg;
	u32 i, have, gate;
	u64 owned, clock;

	if (!c)
		return 0;
	*cpu = c;
	gate = lab_load(&zone->gate);
	have = c->n;
	if (n > have)
		n = have;
	if (n > LAB_CHUNK)
		n = LAB_CHUNK;
	if ((gate | want) & ~LAB_GATE_SOFT)
		n = 0;
	*plain = !(want | (gate & ~LAB_GATE_TRUST));
	owned = c->owned;
	if (*plain && gate) {		/* no checks: the old word is not even read */
		for (i = 0; i < n; i++) {
			pg = zone->page + c->idx[have - 1 - i];
			lab_store(&pg->word, owned);
			pages[i] = pg->va;
		}
	} else {
		clock = lab_load(&zone->clock);
		for (i = 0; i < n; i++) {
			pg = zone->page + c->idx[have - 1 - i];
			if (LAB_UNLIKELY(!take(pg, owned, gate)))
				break;	/* the single call reports it */
			claim(pg, gate);
			if (LAB_LIKELY(*plain))
				record(pg, site, clock);
			pages[i] = LAB_LIKELY(*plain) ? pg->va : (void *)pg;
		}
	}
	lab_own_store(&c->n, have - i);
	lab_prim_fast_end(c);
	return i;
}

int labyrinth_alloc_bulk(struct labyrinth_zone *zone, labyrinth_quality_t q, void **pages, unsigned int n)
{
	const void *site = __builtin_return_address(0);
	u32 got = 0, k, i, want = (LABYRINTH_FORCE u32)q;
	struct lab_cpu *c = NULL;
	bool plain = true;

	if (!pages || n > LAB_BATCH_MAX)
		return -EINVAL;
	while (got < n) {
		k = take_some(zone, pages + got, n - got, want, site, &c, &plain);
		for (i = 0; !plain && i < k; i++)
			pages[got + i] = finish(zone, q, site, c, pages[got + i], 1);
		got += k;
		if (k)
			continue;
		pages[got] = alloc_entry(zone, q, site);	/* refills the magazine, or says why not */
		if (!pages[got])
			break;
		got++;
	}
	return (int)got;
}

int labyrinth_register_page(struct labyrinth_zone *zone, void *page)
{
	const void *site = __builtin_return_address(0);
	struct labyrinth_zone *owner;
	struct lab_guard g;
	struct lab_page *pg;
	int err = 0;

	if (!lab_zone_enter(zone, &g))
		return -EINVAL;
	pg = lab_map_find(zone, page, &owner, &err);
	if (!pg)
		err = lab_misuse_find(zone, err, page, NULL, site);
	else if (lab_w_state(lab_load(&pg->word)) != LABYRINTH_PAGE_ATOMIC)
		err = lab_misuse(owner, LABYRINTH_MISUSE_WRONG_STATE, pg, page, site, 0, -EINVAL);
	if (!err) {
		claim(pg, 0);
		record(pg, site, lab_stamp(owner, 0));
	}
	lab_prim_leave(&g);
	return err;
}
