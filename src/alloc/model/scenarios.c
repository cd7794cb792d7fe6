// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the explorer runs: each lock-free part of the core with the smallest
 * number of actors and pages that can break it, and what must hold at the end.
 */
#include "explore.h"
#include "core/stack.h"

#define lab_futex_wake(word)		ex_wake_all(word)
#define lab_futex_wait(word, v, t)	((void)(t), ex_block_on((word), (v)))
#include "user/event.h"

static void wait_for_event(struct labyrinth_zone *z)
{
	if (!lab_event_arm(z, &z->host.sleepers))
		lab_futex_wait(&z->host.sleepers, 1u, NULL);
}

#define NONE LABYRINTH_QUALITY_NONE

/* ---- the host's rest ---- */

u64 lab_dummies[16] LAB_ALIGNED(64) = { [0] = 1, [8] = 1 };
static struct labyrinth_zone *zone;

static bool give_up(void)
{
	ex_point();
	return false;
}

/* As the host does it: each thread found outside once, and the visitors gone. */
bool lab_prim_quiesce(struct labyrinth_zone *z)
{
	int i;

#ifdef LAB_SEED_NO_QUIESCE
	return z != NULL;
#endif
	for (i = 0; i < EX_ACTORS; i++)
		while (ex_is_in(i, lab_busy))
			ex_point();
	return lab_visitors_left(z, give_up);
}

/* The memory is gone: who still reads it reads nonsense. */
void lab_prim_zone_close(struct labyrinth_zone *z)
{
	memset(z->page, 0xef, z->npages * sizeof(*z->page));
	memset(z->node, 0xef, z->nnodes * sizeof(*z->node));
}

struct labyrinth_zone *lab_prim_zone_get(void)
{
	return ex_memory(sizeof(struct labyrinth_zone));
}

void *lab_prim_table(size_t bytes) { return ex_memory(bytes); }
struct lab_cpu *lab_prim_slots(struct labyrinth_zone *z, u32 n) { (void)z; return ex_memory(n * sizeof(struct lab_cpu)); }

void lab_prim_table_free(void *p, size_t bytes)
{
	(void)bytes;
	if (!ex_is_shared(p))
		free(p);
}

void lab_prim_zone_put(struct labyrinth_zone *z) { (void)z; }
void lab_prim_zone_ready(struct labyrinth_zone *z) { (void)z; }
bool lab_prim_zone_stop(struct labyrinth_zone *z) { (void)z; return true; }
void lab_prim_page_put(struct labyrinth_zone *z, u32 i, void *va) { (void)z; (void)i; (void)va; }
void lab_prim_guard_page(struct labyrinth_zone *z, void *va, enum labyrinth_state s) { (void)z; (void)va; (void)s; }
void lab_prim_holder_name(u32 holder, char *buf) { (void)holder; buf[0] = 0; }
void lab_prim_print(const struct labyrinth_report *r) { (void)r; }
int lab_prim_frames(struct labyrinth_zone *z) { (void)z; return 0; }
void lab_prim_relax(void) { }
void lab_prim_kick(struct labyrinth_zone *z) { lab_event_signal(&z->host.sleepers); }
struct labyrinth_zone *lab_prim_zone_by_id(u32 id) { (void)id; return zone; }

int lab_prim_zone_room(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	(void)z;
	(void)p;
	return 0;
}

int lab_prim_zone_open(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	(void)p;
	z->ext[0].base = (char *)(1ul << 32);	/* nobody touches the content */
	z->ext[0].bytes = (size_t)z->npages * LABYRINTH_PAGE_SIZE;
	return 0;
}

void *lab_prim_page_get(struct labyrinth_zone *z, u32 i, bool atomic, bool *zeroed)
{
	(void)atomic;
	*zeroed = true;
	return z->ext[0].base + (size_t)i * LABYRINTH_PAGE_SIZE;
}

enum labyrinth_reason labyrinth_last_reason(void) { return LABYRINTH_FAIL_NONE; }

/* ---- helpers ---- */

struct note {		/* in shared memory: what the actors saw */
	void *page;
	int result[EX_ACTORS];
	u32 owner[8];
	void *order[8];
	u32 n, done;
};

static struct note *note;

static void make(u32 pages, u32 magazine)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = pages, .magazine = magazine, .max_threads = 3,
		.prepare = LABYRINTH_PREPARE_KEEP, .stamp = LABYRINTH_STAMP_OFF,
		.flags = LABYRINTH_ZONE_QUIET, .low = 0, .high = 0,
	};

	if (labyrinth_zone_create(&p, &zone))
		abort();
	zone->used = zone->ncpu;
	note = ex_memory(sizeof(*note));
}

/* Our own books: a page that is given out has nobody else. */
static u32 *owner(void *page)
{
	return &note->owner[((size_t)page - (1ul << 32)) >> LABYRINTH_PAGE_SHIFT];
}

static void *take(void)
{
	void *p = labyrinth_alloc_page(zone, NONE);

	if (p)
		EX_CHECK(!(*owner(p))++);
	return p;
}

static void cancel(void *p)
{
	EX_CHECK((*owner(p))-- == 1);
	EX_CHECK(!labyrinth_cancel(zone, p));
}

static void all_free(void)
{
	u32 i;

	EX_CHECK(!lab_zone_pages_out(zone));
	EX_CHECK(!labyrinth_zone_verify(zone));
	for (i = 0; i < 8; i++)
		EX_CHECK(!note->owner[i]);
}

/* ---- the stack: pop, pop, push against a delayed pop ---- */

struct stack_data {
	struct lab_stack stack;
	u32 link[3];
	u32 has[3];
};

static struct stack_data *sd;

static void stack_setup(void)
{
	u32 i;

	sd = ex_memory(sizeof(*sd));
	for (i = 3; i-- > 0;)
		lab_stack_push(&sd->stack.head, sd->link, sizeof(u32), i);
}

static u32 spop(void)
{
	u32 i;

	if (lab_stack_pop(&sd->stack.head, sd->link, sizeof(u32), LAB_RETRY, &i) <= 0)
		return 3;
	EX_CHECK(!sd->has[i]);
	sd->has[i] = 1;
	return i;
}

static void spush(u32 i)
{
	if (i == 3)
		return;
	sd->has[i] = 0;
	lab_stack_push(&sd->stack.head, sd->link, sizeof(u32), i);
}

static void stack_one(void) { spush(spop()); }
static void stack_keep(void) { spop(); }

static void stack_two(void)
{
	u32 a = spop();

	spop();
	spush(a);
}

static void stack_finish(void)
{
	u32 n = sd->has[0] + sd->has[1] + sd->has[2];

	while (spop() != 3)
		n++;
	EX_CHECK(n == 3);
}

/* ---- the guard: a handler cuts into alloc and cancel ---- */

static void nest_setup(void)
{
	make(8, 4);
	lab_emerg_fill(zone, zone->cpu);	/* as the host does when a thread comes */
}

static void pair(void)
{
	void *a = take();

	EX_CHECK(a);
	cancel(a);
}

static void two_pairs(void)
{
	void *a = take(), *b = take();

	EX_CHECK(a && b);
	cancel(a);
	cancel(b);
}

/* ---- depletion: three ask for two pages ---- */

static void few_setup(void) { make(2, 1); }

static void maybe_pair(void)
{
	void *a = take();

	if (a)
		cancel(a);
}

/* ---- hand-off ---- */

/* Every slot has pages of its own: this is about the queue. */
static void handoff_setup(void)
{
	make(8, 4);
	lab_emerg_fill(zone, zone->cpu);
	lab_emerg_fill(zone, zone->cpu + 1);
}

static void hand(void *p)
{
	if (!p)
		return;
	EX_CHECK(!labyrinth_handoff(zone, p));
}

static void give_one(void) { hand(take()); }

static void give_two(void)
{
	hand(take());
	hand(take());
}

static void receive_n(u32 want)
{
	void *batch[2];
	int n, i;

	while (note->n < want) {
		n = labyrinth_receive(zone, batch, 2);
		for (i = 0; i < n; i++) {
			EX_CHECK((*owner(batch[i]))-- == 1);
			EX_CHECK(!labyrinth_free_page(zone, batch[i]));
			note->n++;
		}
		if (!n && lab_load(&zone->want) == 1)
			lab_store(&zone->want, 2u);	/* as refill does */
		if (!n && !lab_event_pending(zone))
			wait_for_event(zone);
	}
}

static void receive_two(void) { receive_n(2); }

static void received_two(void) { EX_CHECK(note->n == 2); all_free(); }

/* ---- two workers, one queue ---- */

static void workers_setup(void)
{
	make(6, 4);
	/* slot-less setup: two pages in the shared queue */
	hand(take());
	hand(take());
}

static void drain_queue(void)
{
	void *batch[1];

	while (labyrinth_receive(zone, batch, 1) == 1) {
		EX_CHECK((*owner(batch[0]))-- == 1);
		EX_CHECK(!labyrinth_free_page(zone, batch[0]));
		(void)lab_add(&note->n, 1u);
	}
}

/*
 * A worker that finds nothing may leave while the other holds the rest in its
 * hands; what the other puts back it must come for itself. So nothing stays.
 */
static void workers_finish(void)
{
	drain_queue();
	EX_CHECK(note->n == 2);
	all_free();
}

/* ---- order of one producer ---- */

#define order_setup handoff_setup

static void send_in_order(void)
{
	void *a = take(), *b = take();

	note->order[0] = a;
	note->order[1] = b;
	hand(a);
	hand(b);
}

static void receive_in_order(void)
{
	void *batch[1];

	while (note->n < 2) {
		if (labyrinth_receive(zone, batch, 1) == 1) {
			EX_CHECK(batch[0] == note->order[note->n]);
			note->n++;
			EX_CHECK((*owner(batch[0]))-- == 1);
			EX_CHECK(!labyrinth_free_page(zone, batch[0]));
		} else if (!lab_event_pending(zone)) {
			wait_for_event(zone);
		}
	}
}

/* ---- misuse at the same moment: exactly one call wins ---- */

static void race_setup(void)
{
	make(6, 4);
	note->page = labyrinth_alloc_page(zone, NONE);
}

static void race_worker_setup(void)
{
	void *batch[1];

	race_setup();
	EX_CHECK(!labyrinth_handoff(zone, note->page) && labyrinth_receive(zone, batch, 1) == 1);
}

static void r_cancel0(void) { note->result[0] = labyrinth_cancel(zone, note->page); }
static void r_cancel1(void) { note->result[1] = labyrinth_cancel(zone, note->page); }
static void r_hand0(void) { note->result[0] = labyrinth_handoff(zone, note->page); }
static void r_hand1(void) { note->result[1] = labyrinth_handoff(zone, note->page); }
static void r_free0(void) { note->result[0] = labyrinth_free_page(zone, note->page); }
static void r_free1(void) { note->result[1] = labyrinth_free_page(zone, note->page); }

static void one_won(void)
{
	void *batch[2];
	int n = labyrinth_receive(zone, batch, 2), i;

	EX_CHECK((note->result[0] == 0) + (note->result[1] == 0) == 1);
	EX_CHECK(n < 2);
	for (i = 0; i < n; i++)
		EX_CHECK(!labyrinth_free_page(zone, batch[i]));
	all_free();
}

/* A late cancel by handle while the page is freed and allocated again. */
static void stale_setup(void)
{
	race_setup();
	note->order[0] = (void *)(size_t)labyrinth_page_handle(zone, note->page);
}

static void stale_late(void)
{
	note->result[0] = labyrinth_cancel_handle(zone, (u64)(size_t)note->order[0]);
}

static void stale_owner(void)
{
	note->result[1] = labyrinth_cancel_handle(zone, (u64)(size_t)note->order[0]);
	note->order[1] = labyrinth_alloc_page(zone, NONE);
	EX_CHECK(note->order[1]);
}

static void stale_finish(void)
{
	/* whoever was first won; the new life of the page was not touched */
	EX_CHECK((note->result[0] == 0) + (note->result[1] == 0) == 1);
	EX_CHECK(lab_zone_pages_out(zone) == 1);
	EX_CHECK(!labyrinth_cancel(zone, note->order[1]));
	all_free();
}

/* ---- returns: a worker sends back, the producer refills, a third steals ---- */

static void returns_setup(void)
{
	make(3, 4);
	hand(take());
	hand(take());
}

static void return_all(void)
{
	drain_queue();
	labyrinth_receive(zone, &note->page, 1);	/* finds nothing: publishes the returns */
}

/* ---- destroy while somebody allocates: a refusal or a page, never a ruin ---- */

static void until_refused(void)
{
	void *p = take();

	if (p)
		cancel(p);
	EX_CHECK(p || !lab_load(&zone->magic) || lab_load(&zone->gate) & LAB_GATE_DYING);
}

static void destroy_it(void)
{
	if (!labyrinth_zone_destroy(zone))
		note->done = 1;
}

static void destroyed(void)
{
	if (note->done)
		EX_CHECK(!labyrinth_alloc_page(zone, NONE));
	else
		all_free();
}

/* ... while somebody cancels a page that is free already, or refills: no look into what is gone. */
static void stale_setup_destroy(void)
{
	nest_setup();
	note->page = take();
	cancel(note->page);
}

static void late_cancel(void) { EX_CHECK(labyrinth_cancel(zone, note->page) == -EINVAL); }

static void late_walk(void)
{
	struct labyrinth_stats s = { 0 };
	int r = labyrinth_get_stats(zone, &s);

	EX_CHECK(r == -EINVAL || (!r && s.state[LABYRINTH_PAGE_FREE] == 8));
	r = labyrinth_refill(zone);
	EX_CHECK(!r || r == -EINVAL);
}

static void late_finish(void)
{
	EX_CHECK(!zone->misuse[LABYRINTH_MISUSE_WRONG_STATE] && !zone->misuse[LABYRINTH_MISUSE_CORRUPTED]);
	EX_CHECK(note->done || !labyrinth_zone_verify(zone));
}

/* ... while a worker waits for pages that will not come: it is woken and told. */
static void waits_for_ever(void)
{
	int there = 0;

	while (!there) {
		there = lab_event_look(zone, &zone->host.sleepers, true);
		if (!there)
			lab_futex_wait(&zone->host.sleepers, 1u, NULL);
	}
	EX_CHECK(there == -EINVAL);
}

static void destroy_for_sure(void)
{
	while (labyrinth_zone_destroy(zone))
		ex_point();
	note->done = 1;
}

#define ON(a, b, c) { a, b, c, 0, 0 }

const struct ex_scenario ex_scenarios[] = {
	{ "stack", stack_setup, { stack_one, stack_two, stack_keep }, ON(0, 1, 2), { 0 }, stack_finish, "tag", false },
	{ "guard", nest_setup, { pair, pair, maybe_pair }, ON(0, 0, 1), { 0, 1, 0 }, all_free, "guard", false },
	{ "guard-twice", nest_setup, { two_pairs, pair, pair }, ON(0, 0, 0), { 0, 1, 2 }, all_free, "guard", false },
	{ "guard-shared-long", nest_setup, { pair, maybe_pair, maybe_pair }, ON(-1, -1, 1), { 0, 1, 0 }, all_free, NULL, false },
	{ "few", few_setup, { maybe_pair, maybe_pair }, ON(0, 1, 2), { 0 }, all_free, NULL, false },
	{ "few-nested-long", few_setup, { maybe_pair, maybe_pair, maybe_pair }, ON(0, 0, 1), { 0, 1, 0 }, all_free, NULL, false },
	{ "handoff", handoff_setup, { give_one, give_one, receive_two }, ON(0, 1, 2), { 0 }, received_two, "arm", false },
	{ "handoff-nested-long", handoff_setup, { give_two, give_one, receive_two }, ON(0, 0, 2), { 0, 1, 0 }, NULL, NULL, false },
	{ "order", order_setup, { send_in_order, receive_in_order }, ON(0, 2, 0), { 0 }, all_free, NULL, false },
	{ "workers", workers_setup, { drain_queue, drain_queue }, ON(0, 1, 0), { 0 }, workers_finish, NULL, false },
	{ "double-cancel", race_setup, { r_cancel0, r_cancel1 }, ON(0, 1, 0), { 0 }, one_won, "cas", false },
	{ "double-handoff", race_setup, { r_hand0, r_hand1 }, ON(0, 1, 0), { 0 }, one_won, "cas", false },
	{ "cancel-handoff", race_setup, { r_cancel0, r_hand1 }, ON(0, 1, 0), { 0 }, one_won, "cas", false },
	{ "double-free", race_worker_setup, { r_free0, r_free1 }, ON(0, 1, 0), { 0 }, one_won, "cas", false },
	{ "free-handoff", race_worker_setup, { r_free0, r_hand1 }, ON(0, 1, 0), { 0 }, one_won, "cas", false },
	{ "stale-handle", stale_setup, { stale_late, stale_owner }, ON(0, 1, 0), { 0 }, stale_finish, NULL, false },
	{ "destroy", nest_setup, { until_refused, destroy_it }, ON(0, 1, 0), { 0 }, destroyed, "quiesce", true },
	{ "destroy-nested", nest_setup, { until_refused, until_refused, destroy_it }, ON(0, 0, 1), { 0, 1, 0 }, destroyed, NULL, true },
	{ "destroy-shared", nest_setup, { until_refused, destroy_it }, ON(-1, 1, 0), { 0 }, destroyed, NULL, true },
	{ "destroy-cancel", stale_setup_destroy, { late_cancel, destroy_it }, ON(0, 1, 0), { 0 }, late_finish, "look", true },
	{ "destroy-walk", nest_setup, { late_walk, destroy_it }, ON(0, 1, 0), { 0 }, late_finish, "look", true },
	{ "destroy-wait", nest_setup, { waits_for_ever, destroy_for_sure }, ON(0, 1, 0), { 0 }, late_finish, NULL, true },
	{ "returns", returns_setup, { return_all, maybe_pair }, ON(2, 1, 0), { 0 }, NULL, NULL, false },
	{ "returns-three-long", returns_setup, { return_all, maybe_pair, maybe_pair }, ON(2, 1, 0), { 0 }, NULL, NULL, false },
	{ NULL, NULL, { NULL }, { 0 }, { 0 }, NULL, NULL, false }
};

