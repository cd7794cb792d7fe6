// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-off: from whom may not block to whom may.
 *
 * One queue per slot, newest first (llist): push by compare-and-swap, drain by
 * exchange; nobody pops single elements, so there is no ABA. The one who makes
 * a queue non-empty sees to it that a sleeping worker wakes; a worker that does
 * not sleep costs the producer one look at a word that nobody writes meanwhile.
 * The worker looks at the heads of all slots that were ever used.
 *
 * Policy: a page is queued only by the one who moved its word to HANDED_OFF, so
 * a second hand-off cannot make the list cycle.
 */
#include "core.h"

void lab_queue_push(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_page *pg)
{
	struct lab_page *h;

	do {
		h = lab_load(&c->queue);
		lab_store(lab_qlink(z, pg), h);
	} while (!lab_cas(&c->queue, h, pg));
	/* the page may be freed by now; our guard keeps the zone's tables */
	if (!h) {
		lab_count(c, LAB_C_kick);
		lab_prim_kick(z);
	}
}

/* Why a page in state s cannot be handed off, and what to return. */
static int refuse_handoff(struct labyrinth_zone *z, struct lab_page *pg, u64 w, const void *addr,
			  const void *site, const u64 *handle)
{
	if (lab_stale(handle, w))
		return lab_misuse(z, LABYRINTH_MISUSE_STALE, pg, addr, site, *handle, -ESTALE);
	if (lab_w_state(w) == LABYRINTH_PAGE_HANDED_OFF)
		return lab_misuse(z, LABYRINTH_MISUSE_DOUBLE_HANDOFF, pg, addr, site, 0, -EALREADY);
	return lab_misuse(z, LABYRINTH_MISUSE_WRONG_STATE, pg, addr, site, 0, -EINVAL);
}

/* ATOMIC or WORKER -> HANDED_OFF. */
static inline bool give(struct labyrinth_zone *z, struct lab_page *pg, const u64 *handle, u64 *seen)
{
	u64 w = lab_load(&pg->word), to = lab_w_to(w, LABYRINTH_PAGE_HANDED_OFF);

	*seen = w;
	if (LAB_UNLIKELY(lab_load(&z->gate) & LAB_GATE_TRUST)) {
		lab_store_rel(&pg->word, to);
		return true;
	}
	for (;;) {
		if (LAB_UNLIKELY(lab_w_state(w) != LABYRINTH_PAGE_ATOMIC &&
				 lab_w_state(w) != LABYRINTH_PAGE_WORKER) || lab_stale(handle, w))
			return false;
		if (LAB_LIKELY(lab_word_cas(pg, w, to)))
			return true;
		/* somebody else moved it: one more look says what it is now */
		w = lab_load(&pg->word);
		to = lab_w_to(w, LABYRINTH_PAGE_HANDED_OFF);
		*seen = w;
	}
}

static inline int handoff(struct labyrinth_zone *zone, void *page, const void *site, const u64 *handle)
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
	if (LAB_UNLIKELY(!give(owner, pg, handle, &seen))) {
		err = refuse_handoff(owner, pg, seen, pg->va, site, handle);
		goto out;
	}
	/* the word is ours alone until the push: no other call accepts HANDED_OFF */
	if (LAB_LIKELY(!(lab_load(&owner->gate) & LAB_GATE_TRUST))) {
		lab_own_store(&pg->hsite, site);
		lab_own_store(&pg->holder, lab_prim_holder());
		lab_own_store(&pg->time, lab_stamp(owner, (u32)lab_w_gen(seen)));
	}
	lab_tool_close(pg->va);
	if (LAB_UNLIKELY(owner->flags & LABYRINTH_ZONE_GUARD))
		lab_prim_guard_page(owner, pg->va, LABYRINTH_PAGE_HANDED_OFF);
	lab_count(c, LAB_C_handoff);
	lab_queue_push(zone, c, pg);
out:
	lab_prim_leave(&g);
	return err;
}

LAB_HOT int labyrinth_handoff(struct labyrinth_zone *zone, void *page)
{
	return handoff(zone, page, __builtin_return_address(0), NULL);
}

int labyrinth_handoff_handle(struct labyrinth_zone *zone, uint64_t handle)
{
	return handoff(zone, NULL, __builtin_return_address(0), &handle);
}

/* Newest first -> oldest first. */
static struct lab_page *reverse(struct labyrinth_zone *z, struct lab_page *pg)
{
	struct lab_page *head = NULL, *next;

	while (pg) {
		lab_prefetch(pg);
		next = lab_load(lab_qlink(z, pg));
		lab_store(lab_qlink(z, pg), head);
		head = pg;
		pg = next;
	}
	return head;
}

/* Move up to n pages of a FIFO chain into the batch; the rest stays in *chain. */
static u32 claim(struct labyrinth_zone *z, struct lab_page **chain, void **batch, u32 n)
{
	struct labyrinth_zone *owner;
	struct lab_page *pg, *next;
	u64 now = lab_stamp(z, 1);
	u32 i = 0;

	for (pg = *chain; pg && i < n; pg = next) {
		next = lab_load(lab_qlink(z, pg));
		owner = LAB_LIKELY(lab_is_ours(z, pg)) ? z : z->neighbour;
		lab_own_store(&pg->time, now);
		lab_own_store(&pg->holder, lab_prim_holder());
		lab_store_rel(&pg->word, lab_w_to(lab_load_acq(&pg->word), LABYRINTH_PAGE_WORKER));
		lab_tool_open(lab_worker_va(owner, pg));
		if (LAB_UNLIKELY(owner->flags & LABYRINTH_ZONE_GUARD))
			lab_prim_guard_page(owner, pg->va, LABYRINTH_PAGE_WORKER);
		batch[i++] = lab_worker_va(owner, pg);
	}
	*chain = pg;
	return i;
}

/* What did not fit waits, in order, in front of what other receivers left. */
static void keep_backlog(struct labyrinth_zone *z, struct lab_page *chain)
{
	struct lab_page *tail = chain, *old;

	if (!chain || lab_cas(&z->backlog, (struct lab_page *)NULL, chain))
		return;
	/* another receiver left something as well */
	while (lab_load(lab_qlink(z, tail)))
		tail = lab_load(lab_qlink(z, tail));
	do {
		old = lab_load(&z->backlog);
		lab_store(lab_qlink(z, tail), old);
	} while (!lab_cas(&z->backlog, old, chain));
}

/* One slot's queue: returns how many pages of n it yielded. */
static u32 receive_slot(struct labyrinth_zone *z, struct lab_cpu *c, void **batch, u32 n)
{
	struct lab_page *chain;
	u32 got;

	if (!lab_load(&c->queue))
		return 0;
	chain = reverse(z, lab_xchg(&c->queue, (struct lab_page *)NULL));
	got = claim(z, &chain, batch, n);
	keep_backlog(z, chain);
	return got;
}

int labyrinth_receive(struct labyrinth_zone *zone, void **batch, unsigned int n)
{
	struct lab_page *chain;
	struct lab_guard g;
	struct lab_cpu *c;
	u32 got, i, used;

	if (!lab_zone_enter(zone, &g))
		return -EINVAL;
	if (!batch || !n || n > LAB_BATCH_MAX) {
		lab_prim_leave(&g);
		return -EINVAL;
	}
	c = lab_cpu_of(zone, &g);
	chain = lab_load(&zone->backlog) ? lab_xchg(&zone->backlog, (struct lab_page *)NULL) : NULL;
	got = claim(zone, &chain, batch, n);
	keep_backlog(zone, chain);
	used = lab_load_acq(&zone->used);
	for (i = 0; i <= used && got < n; i++)
		got += receive_slot(zone, lab_slot(zone, i, used), batch + got, n - got);
	for (i = 0; i < got; i++)
		lab_count(c, LAB_C_receive);
	if (!got && g.kind == LAB_OWNER)
		lab_stage_flush(zone, c);
	lab_prim_leave(&g);
	return (int)got;
}
