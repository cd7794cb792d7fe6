// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking at what is out, and proving that nothing is lost.
 *
 * The audit walks the descriptors, not the lists, so it needs no lock. Sampled
 * stamps may be older than the event they mark; so that no page is accused too
 * early, the audit remembers when it first saw a page in its present state, and
 * the younger of both times counts.
 */
#include "core.h"
#include "stack.h"

#define AUDIT_FREE 512u	/* free pages that one audit looks at */

static u64 held_for(struct labyrinth_zone *z, u32 i, u64 w, u64 now)
{
	u32 key = (u32)(lab_w_gen(w) << 3 | lab_w_state(w));
	u64 t = lab_load(&z->page[i].time);

	if (z->stamp == LABYRINTH_STAMP_COARSE || z->stamp == LABYRINTH_STAMP_EXACT)
		return now > t ? now - t : 0;
	if (z->seen[i] != key) {
		z->seen[i] = key;
		z->seen_at[i] = now;
	}
	if (z->stamp == LABYRINTH_STAMP_OFF || t < z->seen_at[i])
		t = z->seen_at[i];
	return now > t ? now - t : 0;
}

/*
 * A look at a page that may be somebody's by now. In the same life of the page
 * before and after, it is good for a suspicion; taking pages out of the reserve
 * to be certain each time would let allocations fail.
 */
static LAB_RACY bool looks_wrong(const struct labyrinth_zone *z, const struct lab_page *pg)
{
	u64 w = lab_load_acq(&pg->word), want = 0x0101010101010101ULL * z->pattern;
	const volatile u64 *p = pg->va;
	u32 i;

	if (lab_w_state(w) != LABYRINTH_PAGE_FREE || !p || pg->content != LAB_POISONED)
		return false;
	for (i = 0; i < LABYRINTH_PAGE_SIZE / 8; i++)
		if (p[i] != want)
			return lab_load_acq(&pg->word) == w;
	return false;
}

static void check_node(struct labyrinth_zone *z, struct lab_node *node)
{
	struct lab_page *pg;
	u64 off;
	u32 k;

	for (k = 0; k < node->n; k++) {
		pg = z->page + node->idx[k];
		if (pg->content != LAB_POISONED)
			continue;
		lab_tool_open(pg->va);
		if (!lab_quality_intact(z, pg->va, true, &off)) {
			lab_misuse(z, LABYRINTH_MISUSE_POISON, pg, pg->va, NULL, off, 0);
			pg->content = LAB_DIRTY;
		}
		lab_tool_close(pg->va);
	}
}

/* There is a suspicion: the reserve's pages one by one, while nobody can have them. */
static void check_reserve(struct labyrinth_zone *z)
{
	struct lab_node *node;
	u32 held = 0, i;

	while (lab_reserve_pop(z, &z->full, &node) > 0) {
		lab_store(&node->next, held);
		held = (u32)(node - z->node) + 1;
	}
	while ((i = held)) {
		node = z->node + (i - 1);
		held = lab_load(&node->next);
		check_node(z, node);
		lab_reserve_push(z, &z->full, node);
	}
}

/* Some of the free pages, others next time. */
static void check_free(struct labyrinth_zone *z)
{
	u32 n = z->npages < AUDIT_FREE ? z->npages : AUDIT_FREE;
	bool wrong = lab_tools_on();	/* they would see us look */

	if (z->flags & LABYRINTH_ZONE_GUARD)
		return;
	for (; n && !wrong; n--) {
		wrong = looks_wrong(z, z->page + z->audit_at);
		z->audit_at = (z->audit_at + 1) % z->npages;
	}
	if (wrong)
		check_reserve(z);
}

int labyrinth_audit(struct labyrinth_zone *zone, uint64_t age_ns,
		    void (*found)(const struct labyrinth_page_info *info, void *arg), void *arg)
{
	struct labyrinth_page_info info;
	u64 w, age, now, limit;
	u32 i;
	int n = 0;

	if (!lab_walk_begin(zone))
		return -EINVAL;
	if (!lab_cas(&zone->auditing, 0u, 1u)) {
		lab_walk_end(zone);
		return -EBUSY;
	}
	limit = age_ns ? age_ns : zone->max_hold_ns;
	now = lab_prim_now(1);
	lab_store(&zone->clock, now);
	for (i = 0; i < zone->npages; i++) {
		w = lab_load(&zone->page[i].word);
		if (lab_w_state(w) == LABYRINTH_PAGE_FREE || lab_w_state(w) == LABYRINTH_PAGE_ABSENT)
			continue;
		age = held_for(zone, i, w, now);
		if (zone->max_hold_ns && age >= zone->max_hold_ns)
			lab_misuse(zone, LABYRINTH_MISUSE_HELD_TOO_LONG, zone->page + i,
				   zone->page[i].va, lab_load(&zone->page[i].site), age, 0);
		if (age < limit)
			continue;
		n++;
		if (found) {
			lab_page_info(zone, zone->page + i, &info);
			info.age_ns = age;
			found(&info, arg);
		}
	}
	if (zone->prepare == LABYRINTH_PREPARE_POISON)
		check_free(zone);
	lab_store_rel(&zone->auditing, 0u);
	lab_walk_end(zone);
	return n;
}

/* ---- verify: every descriptor in exactly one place ---- */

struct verify {
	struct labyrinth_zone *z;
	unsigned char *mark;
	u32 bad;
};

static void seen(struct verify *v, u32 i, enum labyrinth_state want)
{
	struct labyrinth_zone *z = v->z;
	struct lab_page *pg = i < z->npages ? z->page + i : NULL;

	if (pg && !v->mark[i] && lab_w_state(lab_load(&pg->word)) == want) {
		v->mark[i] = 1;
		return;
	}
	v->bad++;
	lab_misuse(z, LABYRINTH_MISUSE_CORRUPTED, pg, pg ? pg->va : NULL, NULL, i, 0);
}

static u32 walk_nodes(struct verify *v, struct lab_stack *s, bool full)
{
	u32 i = (u32)(lab_load_acq(&s->head) & LAB_STACK_IDX), k, n = 0, guard = 0;
	struct lab_node *node;

	for (; i; i = lab_load(&node->next)) {
		if (i > v->z->nnodes || guard++ > v->z->nnodes) {
			v->bad++;
			return n;
		}
		node = v->z->node + (i - 1);
		for (k = 0; full && k < node->n; k++, n++)
			seen(v, node->idx[k], LABYRINTH_PAGE_FREE);
	}
	return n;
}

static u32 walk_single(struct verify *v, struct lab_stack *s, enum labyrinth_state want)
{
	u32 i = (u32)(lab_load_acq(&s->head) & LAB_STACK_IDX), n = 0;

	for (; i; i = lab_load(&v->z->page[i - 1].next), n++) {
		if (n > v->z->npages) {
			v->bad++;
			return n;
		}
		seen(v, i - 1, want);
	}
	return n;
}

static void walk_queue(struct verify *v, struct lab_page *pg)
{
	u32 n = 0;

	for (; pg && n <= v->z->npages; pg = lab_load(lab_qlink(v->z, pg)), n++)
		if (lab_is_ours(v->z, pg))
			seen(v, lab_index(v->z, pg), LABYRINTH_PAGE_HANDED_OFF);
	if (pg)
		v->bad++;
}

static u32 walk_slot(struct verify *v, struct lab_cpu *c)
{
	u32 i, k;

	for (i = 0; i < c->n; i++)
		seen(v, c->idx[i], LABYRINTH_PAGE_FREE);
	for (i = 0; i < LAB_EMERG; i++)
		if (lab_load(&c->emerg[i]))
			seen(v, lab_load(&c->emerg[i]) - 1, LABYRINTH_PAGE_FREE);
	for (k = 0; k < LAB_STAGES; k++)
		for (i = 0; i < c->stage[k].n; i++)
			seen(v, c->stage[k].idx[i], LABYRINTH_PAGE_FREE);
	walk_queue(v, lab_load_acq(&c->queue));
	return walk_nodes(v, &c->returns, true);
}

static void walk_percpu(struct verify *v, const struct lab_percpu *c)
{
	u32 i;

	for (i = 0; i < c->n; i++)
		seen(v, c->idx[i], LABYRINTH_PAGE_FREE);
}

static int verify(struct labyrinth_zone *zone)
{
	struct verify v = { .z = zone };
	u32 i, reserve = 0;

	v.mark = lab_prim_table(zone->npages);
	if (!v.mark)
		return -ENOMEM;
	reserve += walk_nodes(&v, &zone->full, true);
	walk_nodes(&v, &zone->empty, false);
	reserve += walk_single(&v, &zone->loose, LABYRINTH_PAGE_FREE);
	walk_single(&v, &zone->absent, LABYRINTH_PAGE_ABSENT);
	for (i = 0; i <= zone->ncpu; i++)
		reserve += walk_slot(&v, zone->cpu + i);
	for (i = 0; i < zone->npercpu; i++)
		walk_percpu(&v, zone->percpu + i);
	walk_queue(&v, lab_load_acq(&zone->backlog));
	for (i = 0; i < zone->npages; i++) {
		enum labyrinth_state s = lab_w_state(lab_load(&zone->page[i].word));

		/* out: held by somebody, or queued in the zone that borrowed it */
		if (v.mark[i] || s == LABYRINTH_PAGE_ATOMIC || s == LABYRINTH_PAGE_WORKER ||
		    (s == LABYRINTH_PAGE_HANDED_OFF && lab_load(&zone->page[i].word) & LAB_W_LENT))
			continue;
		v.bad++;
		lab_misuse(zone, LABYRINTH_MISUSE_CORRUPTED, zone->page + i, zone->page[i].va, NULL, i, 0);
	}
	if ((s64)reserve != lab_load(&zone->reserved))
		v.bad++;
	lab_prim_table_free(v.mark, zone->npages);
	return v.bad ? -EUCLEAN : 0;
}

int labyrinth_zone_verify(struct labyrinth_zone *zone)
{
	int err;

	if (!lab_walk_begin(zone))
		return -EINVAL;
	err = verify(zone);
	lab_walk_end(zone);
	return err;
}
