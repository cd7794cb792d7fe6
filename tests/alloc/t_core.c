// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract, point by point: states, layers, flags, misuse, depletion,
 * injection. Only what both worlds have is used, so that the kernel's suite can
 * include this file.
 */
#include "lab_test.h"

#define POISON LABYRINTH_QUALITY_POISON
#define ZERO LABYRINTH_QUALITY_ZERO
#define CL_ALIGN LABYRINTH_QUALITY_CL_ALIGN
#define NONE LABYRINTH_QUALITY_NONE
#define get labyrinth_void_allocpage_gfpatomic_extra_quality

static struct labyrinth_report last;
static int reports;

static void note(const struct labyrinth_report *r, void *arg)
{
	(void)arg;
	last = *r;
	reports++;
}

static struct labyrinth_zone_params params(uint32_t pages)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "test", .pages = pages, .report = note,
	};

	return p;
}

static struct labyrinth_zone *make(const struct labyrinth_zone_params *p)
{
	struct labyrinth_zone *z = NULL;

	CHECK_EQ(labyrinth_zone_create(p, &z), 0);
	reports = 0;
	return z;
}

/* Not on the stack: the kernel's is small. */
static struct labyrinth_stats *stats_now(struct labyrinth_zone *z)
{
	static struct labyrinth_stats s;

	CHECK_EQ(labyrinth_get_stats(z, &s), 0);
	return &s;
}
#define stats(z) (*stats_now(z))

/* Ends a test: all pages free, each in one place, and the zone goes. */
static void end(struct labyrinth_zone *z)
{
	struct labyrinth_stats s = stats(z);

	CHECK_EQ(s.state[LABYRINTH_PAGE_ATOMIC] + s.state[LABYRINTH_PAGE_HANDED_OFF] +
		 s.state[LABYRINTH_PAGE_WORKER], 0);
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	CHECK_EQ(s.alloc, s.cancel + s.free);
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
}

static bool all(const void *page, unsigned char byte)
{
	const unsigned char *p = page;
	size_t i;

	for (i = 0; i < LABYRINTH_PAGE_SIZE; i++)
		if (p[i] != byte)
			return false;
	return true;
}

static void fill(void *page, unsigned char byte)
{
	memset(page, byte, LABYRINTH_PAGE_SIZE);
}

static enum labyrinth_state state(struct labyrinth_zone *z, void *page)
{
	struct labyrinth_page_info info = { .state = LABYRINTH_PAGE_STATES };

	CHECK_EQ(labyrinth_page_query(z, page, &info), 0);
	return info.state;
}

/* ---- states ---- */

static void life_of_a_page(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p);
	void *batch[4], *page = get(z, NONE);

	CHECK(page);
	CHECK(!((size_t)page & (LABYRINTH_PAGE_SIZE - 1)));
	CHECK_EQ(state(z, page), LABYRINTH_PAGE_ATOMIC);
	CHECK_EQ(labyrinth_receive(z, batch, 4), 0);
	fill(page, 7);
	CHECK_EQ(labyrinth_handoff(z, page), 0);
	CHECK_EQ(state(z, page), LABYRINTH_PAGE_HANDED_OFF);
	CHECK_EQ(labyrinth_receive(z, batch, 4), 1);
	CHECK(batch[0] == page);
	CHECK(all(page, 7));
	CHECK_EQ(state(z, page), LABYRINTH_PAGE_WORKER);
	CHECK_EQ(labyrinth_handoff(z, page), 0);	/* re-route */
	CHECK_EQ(labyrinth_receive(z, batch, 4), 1);
	CHECK_EQ(labyrinth_free_page(z, page), 0);
	CHECK_EQ(state(z, page), LABYRINTH_PAGE_FREE);
	page = get(z, NONE);
	CHECK_EQ(labyrinth_register_page(z, page), 0);
	CHECK_EQ(labyrinth_cancel(z, page), 0);
	CHECK_EQ(state(z, page), LABYRINTH_PAGE_FREE);
	CHECK_EQ(reports, 0);
	end(z);
}

/* Every call in every state: what it returns, what it reports, and that nothing moves. */
static void wrong_calls(void)
{
	static const struct {
		enum labyrinth_state in;
		int handoff, cancel, free, reg;
		enum labyrinth_misuse m_handoff, m_cancel, m_free;
	} t[] = {
		{ LABYRINTH_PAGE_FREE, -EINVAL, -EINVAL, -EINVAL, -EINVAL, LABYRINTH_MISUSE_WRONG_STATE,
		  LABYRINTH_MISUSE_DOUBLE_FREE, LABYRINTH_MISUSE_DOUBLE_FREE },
		{ LABYRINTH_PAGE_HANDED_OFF, -EALREADY, -EALREADY, -EALREADY, -EINVAL,
		  LABYRINTH_MISUSE_DOUBLE_HANDOFF, LABYRINTH_MISUSE_FREE_AFTER_HANDOFF,
		  LABYRINTH_MISUSE_FREE_AFTER_HANDOFF },
		{ LABYRINTH_PAGE_ATOMIC, 0, 0, -EINVAL, 0, 0, 0, LABYRINTH_MISUSE_WRONG_STATE },
		{ LABYRINTH_PAGE_WORKER, 0, -EINVAL, 0, -EINVAL, 0, LABYRINTH_MISUSE_WRONG_STATE, 0 },
	};
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p);
	void *batch[1], *page;
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		page = get(z, NONE);
		if (t[i].in == LABYRINTH_PAGE_FREE)
			CHECK_EQ(labyrinth_cancel(z, page), 0);
		if (t[i].in == LABYRINTH_PAGE_HANDED_OFF || t[i].in == LABYRINTH_PAGE_WORKER)
			CHECK_EQ(labyrinth_handoff(z, page), 0);
		if (t[i].in == LABYRINTH_PAGE_WORKER)
			CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
		CHECK_EQ(state(z, page), t[i].in);
		CHECK_EQ(labyrinth_register_page(z, page), t[i].reg);
		if (t[i].handoff) {
			CHECK_EQ(labyrinth_handoff(z, page), t[i].handoff);
			CHECK_EQ(last.kind, t[i].m_handoff);
		}
		if (t[i].cancel) {
			CHECK_EQ(labyrinth_cancel(z, page), t[i].cancel);
			CHECK_EQ(last.kind, t[i].m_cancel);
		}
		if (t[i].free) {
			CHECK_EQ(labyrinth_free_page(z, page), t[i].free);
			CHECK_EQ(last.kind, t[i].m_free);
			CHECK(last.known && last.info.page == page && last.info.holder);
			CHECK(last.info.alloc_site && last.site && last.address == page);
			CHECK(!strcmp(last.rule, labyrinth_misuse_name(last.kind)));
		}
		CHECK_EQ(state(z, page), t[i].in);
		if (t[i].in == LABYRINTH_PAGE_ATOMIC)
			CHECK_EQ(labyrinth_cancel(z, page), 0);
		if (t[i].in == LABYRINTH_PAGE_HANDED_OFF)
			CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
		if (t[i].in == LABYRINTH_PAGE_HANDED_OFF || t[i].in == LABYRINTH_PAGE_WORKER)
			CHECK_EQ(labyrinth_free_page(z, page), 0);
	}
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_DOUBLE_HANDOFF], 1);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_DOUBLE_FREE], 2);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_FREE_AFTER_HANDOFF], 2);
	end(z);
}

static void bad_pointers(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p), *other = make(&p);
	char *page = get(z, NONE);
	static char foreign[2 * 4096];
	void *batch[1];
	uint64_t before;

	CHECK_EQ(labyrinth_cancel(other, page), -EXDEV);
	CHECK_EQ(labyrinth_cancel(z, foreign), -EXDEV);
	CHECK_EQ(labyrinth_handoff(z, NULL), -EXDEV);
	CHECK_EQ(labyrinth_free_page(z, foreign + 64), -EXDEV);
	CHECK_EQ(labyrinth_register_page(z, (void *)(size_t)-4096), -EXDEV);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_FOREIGN);
	CHECK_EQ(labyrinth_cancel(z, page + 8), -EINVAL);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_UNALIGNED);
	CHECK(last.known && last.info.page == page);
	CHECK_EQ(labyrinth_handoff(z, page + 4095), -EINVAL);
	CHECK_EQ(labyrinth_free_page(z, page + 1), -EINVAL);
	CHECK_EQ(labyrinth_register_page(z, page + 1), -EINVAL);
	CHECK_EQ(state(z, page), LABYRINTH_PAGE_ATOMIC);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_UNALIGNED], 4);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_FOREIGN], 4);
	before = stats(z).bad_zone;
	CHECK_EQ(labyrinth_cancel(NULL, page), -EINVAL);
	CHECK_EQ(labyrinth_handoff((struct labyrinth_zone *)foreign, page), -EINVAL);
	CHECK_EQ(labyrinth_free_page(NULL, page), -EINVAL);
	CHECK_EQ(labyrinth_register_page(NULL, page), -EINVAL);
	CHECK_EQ(labyrinth_receive(NULL, batch, 1), -EINVAL);
	CHECK_EQ(labyrinth_refill(NULL), -EINVAL);
	CHECK_EQ(labyrinth_drain(NULL, 0), -EINVAL);
	CHECK_EQ(labyrinth_audit(NULL, 0, NULL, NULL), -EINVAL);
	CHECK_EQ(labyrinth_get_stats(NULL, NULL), -EINVAL);
	CHECK_EQ(labyrinth_zone_destroy(NULL), -EINVAL);
	CHECK_EQ(labyrinth_zone_verify(NULL), -EINVAL);
	CHECK_EQ(labyrinth_inject(NULL, 0, 1), -EINVAL);
	CHECK(!get(NULL, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_BADZONE);
	CHECK_EQ(stats(z).bad_zone, before + 13);
	CHECK_EQ(labyrinth_receive(z, NULL, 1), -EINVAL);
	CHECK_EQ(labyrinth_receive(z, batch, 0), -EINVAL);
	CHECK_EQ(labyrinth_get_stats(z, NULL), -EINVAL);
	CHECK_EQ(labyrinth_page_query(z, page, NULL), -EINVAL);
	CHECK_EQ(labyrinth_page_query(z, foreign, &last.info), -EXDEV);
	CHECK_EQ(labyrinth_inject(z, LABYRINTH_LAYER_COUNT, 1), -EINVAL);
	CHECK_EQ(labyrinth_cancel(z, page), 0);
	end(z);
	end(other);
}

static void handles(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p);
	void *page = get(z, NONE), *again, *batch[1];
	uint64_t h = labyrinth_page_handle(z, page), h2;

	CHECK(h);
	CHECK(labyrinth_handle_page(z, h) == page);
	CHECK_EQ(labyrinth_handoff_handle(z, h), 0);
	CHECK_EQ(labyrinth_handoff_handle(z, h), -EALREADY);
	CHECK_EQ(labyrinth_cancel_handle(z, h), -EALREADY);
	CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
	CHECK_EQ(labyrinth_free_handle(z, h), 0);
	CHECK(!labyrinth_handle_page(z, h));
	do	/* until the same page comes again */
		again = get(z, NONE);
	while (again && again != page && !labyrinth_handoff(z, again));
	labyrinth_refill(z);
	if (!again)
		again = get(z, NONE);
	CHECK(again == page);
	h2 = labyrinth_page_handle(z, again);
	CHECK(h2 != h);
	reports = 0;
	CHECK_EQ(labyrinth_cancel_handle(z, h), -ESTALE);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_STALE);
	CHECK_EQ(labyrinth_handoff_handle(z, h), -ESTALE);
	CHECK_EQ(labyrinth_free_handle(z, h), -ESTALE);
	CHECK(!labyrinth_handle_page(z, h));
	CHECK_EQ(reports, 4);
	CHECK(!labyrinth_handle_page(z, 0));
	CHECK_EQ(labyrinth_cancel_handle(z, 0), -EINVAL);
	CHECK_EQ(labyrinth_handoff_handle(z, 0xffffff), -EINVAL);
	CHECK_EQ(state(z, again), LABYRINTH_PAGE_ATOMIC);
	CHECK_EQ(labyrinth_cancel_handle(z, h2), 0);
	CHECK(!labyrinth_page_handle(z, again));
	while (labyrinth_receive(z, batch, 1) == 1)
		CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
	end(z);
}

/* ---- quality ---- */

static void quality_of(enum labyrinth_prepare prepare, unsigned char pattern)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z;
	unsigned char want = pattern ? pattern : 0xaa;
	labyrinth_quality_t q;
	void *page, *batch[1];
	unsigned int i;

	p.prepare = prepare;
	p.poison_pattern = pattern;
	z = make(&p);
	for (i = 0; i < 8; i++) {
		q = (i & 1 ? POISON : NONE) | (i & 2 ? ZERO : NONE) | (i & 4 ? CL_ALIGN : NONE);
		page = get(z, q);
		CHECK(page);
		if (q & ZERO)
			CHECK(all(page, 0));
		else if (q & POISON)
			CHECK(all(page, want));
		else if (prepare == LABYRINTH_PREPARE_ZERO)
			CHECK(all(page, 0));
		else if (prepare == LABYRINTH_PREPARE_POISON)
			CHECK(all(page, want));
		fill(page, 0x55);
		if (i & 1)
			CHECK_EQ(labyrinth_cancel(z, page), 0);	/* dirty: cleaned before reuse */
		else
			CHECK(!labyrinth_handoff(z, page) && labyrinth_receive(z, batch, 1) == 1 &&
			      !labyrinth_free_page(z, page));
		labyrinth_refill(z);
	}
	CHECK_EQ(stats(z).contradiction, 2);
	end(z);
}

static void quality(void)
{
	quality_of(LABYRINTH_PREPARE_ZERO, 0);
	quality_of(LABYRINTH_PREPARE_POISON, 0);
	quality_of(LABYRINTH_PREPARE_KEEP, 0);
	quality_of(LABYRINTH_PREPARE_POISON, 0x6b);
	quality_of(LABYRINTH_PREPARE_KEEP, 1);
}

static void unknown_quality(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p);
	unsigned int bit;

	for (bit = 3; bit < 32; bit++) {
		CHECK(!get(z, (LABYRINTH_FORCE labyrinth_quality_t)(1u << bit) | ZERO));
		CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_BADFLAG);
		CHECK_EQ(last.kind, LABYRINTH_MISUSE_QUALITY_FLAGS);
		CHECK_EQ(last.detail, 1u << bit | 2);
	}
	CHECK_EQ(stats(z).failed[LABYRINTH_FAIL_BADFLAG], 29);
	end(z);
}

/* The worker prepares; the atomic side pays nothing. */
static void prepared_pages_cost_nothing(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p);
	void *page, *batch[1];
	int i;

	for (i = 0; i < 200; i++) {
		page = get(z, ZERO);
		CHECK(page && all(page, 0));
		fill(page, 1);
		CHECK(!labyrinth_handoff(z, page) && labyrinth_receive(z, batch, 1) == 1);
		CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
	}
	CHECK_EQ(stats(z).inline_clear, 0);
	CHECK_EQ(stats(z).skipped_work, 200);
	end(z);
}

static void stray_write_is_found(void)
{
	struct labyrinth_zone_params p = params(60);
	struct labyrinth_zone *z;
	unsigned char *page;
	void *all_of[60];
	int i;

	p.prepare = LABYRINTH_PREPARE_POISON;
	p.check = LABYRINTH_CHECK_FULL;
	z = make(&p);
	page = get(z, NONE);
	CHECK(page && !labyrinth_handoff(z, page));
	CHECK(labyrinth_receive(z, all_of, 1) == 1 && !labyrinth_free_page(z, page));
#if !defined(__SANITIZE_ADDRESS__)
	page[1234] ^= 4;	/* use after free */
	for (i = 0; i < 60; i++)
		all_of[i] = get(z, NONE);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_POISON], 1);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_POISON);
	CHECK_EQ(last.detail, 1234);
	CHECK(last.info.page == page);
	for (i = 0; i < 60; i++)
		CHECK(all_of[i] && !labyrinth_cancel(z, all_of[i]));
	/* and by the audit, before anybody allocates it */
	for (i = 0; i < 60; i++)
		all_of[i] = get(z, NONE);
	for (i = 0; i < 60; i++)
		CHECK(!labyrinth_handoff(z, all_of[i]));
	for (i = 0; i < 60; i++)
		CHECK(labyrinth_receive(z, all_of, 1) == 1 && !labyrinth_free_page(z, all_of[0]));
	labyrinth_refill(z);
	labyrinth_drain(z, 60);
	((unsigned char *)all_of[0])[4095] = 0;
	labyrinth_audit(z, 0, NULL, NULL);
	for (i = 0; i < 60; i++)
		all_of[i] = get(z, NONE);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_POISON], 2);
	for (i = 0; i < 60; i++)
		CHECK(all_of[i] && !labyrinth_cancel(z, all_of[i]));
#else
	(void)i;
#endif
	end(z);
}

/* ---- layers ---- */

static void depletion_and_recovery(void)
{
	static void *got[301];
	struct labyrinth_zone_params p = params(300);
	struct labyrinth_zone *z = make(&p);
	void *batch[64];
	int i, n, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 300; i++) {
			got[i] = get(z, NONE);
			CHECK(got[i]);
		}
		CHECK(!get(z, NONE));
		CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_EMPTY);
		CHECK_EQ(labyrinth_cancel(z, got[17]), 0);	/* one back: one is served */
		got[17] = get(z, ZERO);
		CHECK(got[17]);
		CHECK(!get(z, NONE));
		CHECK_EQ(labyrinth_handoff(z, got[299]), 0);	/* and through the worker */
		CHECK_EQ(labyrinth_receive(z, batch, 64), 1);
		CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
		got[299] = get(z, NONE);
		CHECK(got[299]);
		for (i = 0; i < 300; i++)
			CHECK_EQ(i % 2 ? labyrinth_cancel(z, got[i]) : labyrinth_handoff(z, got[i]), 0);
		while ((n = labyrinth_receive(z, batch, 64)) > 0)
			for (i = 0; i < n; i++)
				CHECK_EQ(labyrinth_free_page(z, batch[i]), 0);
		labyrinth_refill(z);
	}
	CHECK_EQ(stats(z).failed[LABYRINTH_FAIL_EMPTY], 6);
	CHECK_EQ(stats(z).state[LABYRINTH_PAGE_FREE], 300);
	end(z);
}

static void system_layer(void)
{
	struct labyrinth_zone_params p = params(8);
	struct labyrinth_zone *z;
	void *got[12];
	int i;

	p.max_pages = 12;
	p.system = LABYRINTH_SYSTEM_ATOMIC;
	z = make(&p);
	for (i = 0; i < 12; i++) {
		got[i] = get(z, ZERO);
		CHECK(got[i] && all(got[i], 0));
	}
	CHECK_EQ(stats(z).alloc_system, 4);
	CHECK_EQ(stats(z).pages, 12);
	CHECK(!get(z, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_LIMIT);
	for (i = 0; i < 12; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	end(z);
	p.system = LABYRINTH_SYSTEM_NEVER;	/* the gate: the same demand, no system page */
	z = make(&p);
	for (i = 0; i < 8; i++)
		got[i] = get(z, NONE);
	CHECK(!get(z, NONE));
	CHECK_EQ(stats(z).alloc_system, 0);
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_EMPTY);
	for (i = 0; i < 8; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	end(z);
}

static void neighbour_zone(void)
{
	struct labyrinth_zone_params p = params(8);
	struct labyrinth_zone *a, *n;
	void *got[16], *batch[16];
	int i, k;

	p.pages = 40;
	n = make(&p);
	p.pages = 8;
	p.budget = 12;
	p.neighbour = n;
	a = make(&p);
	CHECK_EQ(labyrinth_zone_destroy(n), -EBUSY);
	for (i = 0; i < 12; i++)
		got[i] = get(a, ZERO);
	CHECK(got[11] && all(got[11], 0));
	CHECK_EQ(stats(a).alloc_neighbour, 4);
	CHECK_EQ(stats(n).lent, 4);
	CHECK(!get(a, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_LIMIT);	/* borrowed pages count in the budget */
	CHECK_EQ(labyrinth_handoff(a, got[11]), 0);
	CHECK_EQ(labyrinth_handoff(a, got[11]), -EALREADY);
	CHECK_EQ(labyrinth_handoff(a, got[0]), 0);
	CHECK_EQ(labyrinth_receive(n, batch, 16), 0);	/* it was handed off to a */
	k = labyrinth_receive(a, batch, 16);
	CHECK_EQ(k, 2);
	CHECK(batch[0] == got[11] && batch[1] == got[0]);
	for (i = 0; i < k; i++)
		CHECK_EQ(labyrinth_free_page(a, batch[i]), 0);
	for (i = 1; i < 11; i++)
		CHECK_EQ(labyrinth_cancel(a, got[i]), 0);
	CHECK_EQ(labyrinth_cancel(a, got[10]), -EINVAL);
	for (i = 0; i < 12; i++)	/* the budget was given back as well */
		CHECK((got[i] = get(a, NONE)));
	for (i = 0; i < 12; i++)
		CHECK_EQ(labyrinth_cancel(a, got[i]), 0);
	CHECK_EQ(labyrinth_zone_verify(n), 0);
	end(a);
	CHECK_EQ(labyrinth_zone_verify(n), 0);
	CHECK_EQ(labyrinth_zone_destroy(n), 0);
}

/* A zone does not go while pages are out that it borrowed; its queue would take them along. */
static void destroy_of_a_borrower(void)
{
	struct labyrinth_zone_params p = params(40);
	struct labyrinth_zone *a, *n = make(&p);
	void *own, *lent, *batch[2];

	p.pages = 1;
	p.magazine = 1;
	p.neighbour = n;
	a = make(&p);
	own = get(a, NONE);
	lent = get(a, NONE);
	CHECK(own && lent && stats(a).alloc_neighbour == 1);
	CHECK_EQ(labyrinth_cancel(a, own), 0);
	CHECK_EQ(labyrinth_handoff(a, lent), 0);
	reports = 0;
	CHECK_EQ(labyrinth_zone_destroy(a), -EBUSY);
	CHECK_EQ(reports, 1);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_LEAK);
	CHECK(last.info.page == lent);
	CHECK_EQ(labyrinth_receive(a, batch, 2), 1);
	CHECK_EQ(labyrinth_free_page(a, batch[0]), 0);
	CHECK_EQ(labyrinth_zone_destroy(a), 0);
	end(n);
}

static void budget(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z;
	void *got[10], *batch[1];
	int i;

	p.budget = 10;
	z = make(&p);
	for (i = 0; i < 10; i++)
		CHECK((got[i] = get(z, NONE)));
	CHECK(!get(z, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_LIMIT);
	CHECK(!labyrinth_handoff(z, got[0]) && labyrinth_receive(z, batch, 1) == 1);
	CHECK(!get(z, NONE));	/* still out */
	CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
	CHECK((got[0] = get(z, NONE)));
	for (i = 0; i < 10; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	CHECK_EQ(stats(z).failed[LABYRINTH_FAIL_LIMIT], 2);
	end(z);
}

static void injection(void)
{
	struct labyrinth_zone_params p = params(120);
	struct labyrinth_zone *z, *n = make(&p);
	void *page;
	int layer, i;

	p.neighbour = n;
	p.max_pages = 240;
	p.system = LABYRINTH_SYSTEM_ATOMIC;
	z = make(&p);
	/* layer by layer: each fails, the next serves */
	for (layer = 0; layer < LABYRINTH_LAYER_REFILL; layer++) {
		CHECK((page = get(z, NONE)));
		CHECK_EQ(labyrinth_cancel(z, page), 0);
		CHECK_EQ(labyrinth_inject(z, layer, 1), 0);
	}
	CHECK(!get(z, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_FAULT_INJECTED);
	CHECK(stats(z).alloc_magazine && stats(z).alloc_emergency);
	CHECK(stats(z).alloc_reserve && stats(z).alloc_neighbour && stats(z).alloc_system);
	CHECK_EQ(labyrinth_inject(z, LABYRINTH_LAYER_RESERVE, 3), 0);
	for (i = 0; i < 30; i++) {	/* every third attempt */
		page = get(z, NONE);
		if (page)
			CHECK_EQ(labyrinth_cancel(z, page), 0);
	}
	CHECK_EQ(stats(z).failed[LABYRINTH_FAIL_FAULT_INJECTED], 11);
	for (layer = 0; layer < LABYRINTH_LAYER_COUNT; layer++)
		CHECK_EQ(labyrinth_inject(z, layer, 0), 0);
	CHECK((page = get(z, NONE)));
	CHECK_EQ(labyrinth_cancel(z, page), 0);
	/* populating */
	CHECK_EQ(labyrinth_inject(z, LABYRINTH_LAYER_REFILL, 1), 0);
	labyrinth_drain(z, 10);
	CHECK_EQ(labyrinth_refill(z), -ENOMEM);
	CHECK_EQ(labyrinth_inject(z, LABYRINTH_LAYER_REFILL, 0), 0);
	CHECK(labyrinth_refill(z) > 0);
	end(z);
	CHECK_EQ(labyrinth_zone_destroy(n), 0);
}

static void refill_and_drain(void)
{
	struct labyrinth_zone_params p = params(100);
	struct labyrinth_zone *z;
	static void *got[400];
	int i, n;

	p.max_pages = 400;
	p.low = 50;
	p.high = 150;
	z = make(&p);
	CHECK_EQ(stats(z).pages, 100);
	for (i = 0; i < 80; i++)
		got[i] = get(z, NONE);
	n = labyrinth_refill(z);	/* the reserve fell below low: up to high */
	CHECK(n > 0);
	CHECK(stats(z).reserve <= 150 && stats(z).reserve >= 140);
	CHECK_EQ(labyrinth_refill(z), 0);	/* hysteresis: nothing to do above low */
	for (n = 80; n < 400 && (got[n] = get(z, ZERO)); n++)
		CHECK(all(got[n], 0));
	CHECK_EQ((uint32_t)n, stats(z).pages);
	while (n < 400) {
		CHECK(labyrinth_refill(z) > 0);
		while (n < 400 && (got[n] = get(z, NONE)))
			n++;
	}
	CHECK_EQ(labyrinth_refill(z), 0);	/* max_pages */
	CHECK_EQ(stats(z).pages, 400);
	for (i = 0; i < 400; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	CHECK_EQ(labyrinth_drain(z, 200), 200);
	CHECK_EQ(stats(z).pages, 200);
	CHECK_EQ(stats(z).state[LABYRINTH_PAGE_ABSENT], 200);
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	for (n = 0; n < 400 && (got[n] = get(z, NONE)); n++)
		;
	CHECK_EQ(n, 200);
	for (i = 0; i < n; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	CHECK(labyrinth_drain(z, 0) > 0);	/* what rests in the magazine stays */
	end(z);
}

/* ---- addresses ---- */

static void addresses_of(uint32_t pages, uint32_t extent)
{
	struct labyrinth_zone_params p = params(pages);
	struct labyrinth_zone *z;
	static char *got[500];
	static uint64_t phys[500];
	uint32_t i, k, holes = 0;

	p.extent_pages = extent;
	z = make(&p);
	for (i = 0; i < pages; i++) {
		got[i] = get(z, NONE);
		CHECK(got[i]);
		phys[i] = labyrinth_virt_to_phys(z, got[i]);
		CHECK_EQ(phys[i] & (LABYRINTH_PAGE_SIZE - 1), 0);
		CHECK(labyrinth_phys_to_virt(z, phys[i]) == got[i]);
		CHECK_EQ(labyrinth_virt_to_phys(z, got[i] + 100), phys[i] + 100);
		CHECK(labyrinth_phys_to_virt(z, phys[i] + 4095) == got[i] + 4095);
		for (k = 0; k < i; k++)
			CHECK(phys[k] != phys[i] && got[k] != got[i]);
	}
#ifdef __KERNEL__	/* pages lie where the system has them */
	(void)holes;
#else
	for (i = 0; i < pages; i++) {	/* after each extent lies a hole that belongs to nobody */
		int err = labyrinth_page_query(z, got[i] + LABYRINTH_PAGE_SIZE, &last.info);

		CHECK(!err || err == -EXDEV);
		holes += err == -EXDEV;
	}
	CHECK_EQ(holes, (pages + extent - 1) / extent);
#endif
	CHECK_EQ(labyrinth_virt_to_phys(z, &p), ~0ull);
	CHECK(!labyrinth_phys_to_virt(z, ~0ull));
	CHECK(!labyrinth_phys_to_virt(z, 0));
	for (i = 0; i < pages; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	end(z);
}

static void addresses(void)
{
	addresses_of(100, 100);
	addresses_of(100, 1);
	addresses_of(100, 7);
	addresses_of(33, 32);
}

/* ---- parameters and ends ---- */

static void parameters(void)
{
	static const struct {
		const char *what;
		size_t offset, size;
		uint64_t value;
	} bad[] = {
#define BAD(field, v) { #field, offsetof(struct labyrinth_zone_params, field),	\
			sizeof(((struct labyrinth_zone_params *)0)->field), v }
		BAD(size, 8), BAD(pages, 0), BAD(pages, 200), BAD(max_pages, 1u << 24), BAD(magazine, 129),
		BAD(max_threads, 256), BAD(low, 200), BAD(high, 200), BAD(low, 90), BAD(prepare, 3),
		BAD(check, 3), BAD(stamp, 4), BAD(system, 3), BAD(flags, 0x40), BAD(flags, 0x80000000u),
	};
	struct labyrinth_zone_params p, good = params(10);
	struct labyrinth_zone *z = (void *)1;
	unsigned int i;

	good.max_pages = 100;
	good.high = 80;
	CHECK_EQ(labyrinth_zone_create(NULL, &z), -EINVAL);
	CHECK_EQ(labyrinth_zone_create(&good, NULL), -EINVAL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p = good;
		memcpy((char *)&p + bad[i].offset, &bad[i].value, bad[i].size);
		CHECK_EQ(labyrinth_zone_create(&p, &z), -EINVAL);
	}
	p = good;
	p.neighbour = (struct labyrinth_zone *)&p;
	CHECK_EQ(labyrinth_zone_create(&p, &z), -EINVAL);
	end(make(&good));
	good.pages = 1;	/* the smallest zone there is */
	good.max_pages = 1;
	good.high = 0;
	z = make(&good);
	for (i = 0; i < 5; i++) {
		void *page = get(z, ZERO);

		CHECK(page && !get(z, ZERO));
		CHECK_EQ(labyrinth_cancel(z, page), 0);
	}
	end(z);
}

static void destroy_with_pages_out(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = make(&p);
	void *a = get(z, NONE), *b = get(z, NONE), *batch[4];

	CHECK_EQ(labyrinth_handoff(z, b), 0);
	CHECK_EQ(labyrinth_zone_destroy(z), -EBUSY);
	CHECK_EQ(reports, 2);	/* each page is named */
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_LEAK);
	CHECK(last.info.holder && last.info.alloc_site);
	CHECK(!get(z, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_DYING);
	CHECK_EQ(labyrinth_refill(z), 0);
	CHECK_EQ(labyrinth_zone_destroy(z), -EBUSY);
	CHECK_EQ(labyrinth_cancel(z, a), 0);	/* what is out still comes back */
	CHECK_EQ(labyrinth_receive(z, batch, 4), 1);
	CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
	CHECK_EQ(stats(z).failed[LABYRINTH_FAIL_DYING], 1);
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
	CHECK_EQ(labyrinth_zone_destroy(z), -EINVAL);
	CHECK(!get(z, NONE));	/* a destroyed zone is no zone */
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_BADZONE);
	CHECK_EQ(labyrinth_cancel(z, a), -EINVAL);
}

static void creation_is_all_or_nothing(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z = (void *)1;
	int i;

	for (i = 0; i < 200; i++) {	/* no slot, memory or descriptor leaks on the way */
		z = make(&p);
		CHECK(z);
		if (z)
			end(z);
	}
	p.pages = p.max_pages = (1u << 24) - 2;	/* 64 GiB */
	CHECK_EQ(labyrinth_zone_create(&p, &z), -ENOMEM);
	CHECK(!z);
}

/* ---- hand-off ---- */

static void handoff_order(void)
{
	struct labyrinth_zone_params p = params(200);
	struct labyrinth_zone *z = make(&p);
	void *sent[100], *batch[7];
	int i, n, at = 0;

	for (i = 0; i < 100; i++) {
		sent[i] = get(z, NONE);
		CHECK_EQ(labyrinth_handoff(z, sent[i]), 0);
	}
	CHECK_EQ(stats(z).kick, 1);	/* one wake-up for all: empty -> non-empty */
	while ((n = labyrinth_receive(z, batch, 7)) > 0)
		for (i = 0; i < n; i++) {
			CHECK(batch[i] == sent[at++]);
			CHECK_EQ(labyrinth_free_page(z, batch[i]), 0);
		}
	CHECK_EQ(at, 100);
	CHECK(stats(z).returned <= 100 / 30 + 2);	/* in batches */
	end(z);
}

/* ---- audit ---- */

static struct labyrinth_page_info held;
static int held_n;

static void note_held(const struct labyrinth_page_info *info, void *arg)
{
	(void)arg;
	held = *info;
	held_n++;
}

static void spend(uint64_t ns);

static void audit_of(enum labyrinth_stamp stamp)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z;
	void *page, *young;

	p.stamp = stamp;
	p.max_hold_ns = 30000000;
	z = make(&p);
	page = get(z, NONE);
	labyrinth_audit(z, 0, NULL, NULL);
	spend(60000000);
	young = get(z, NONE);
	held_n = 0;
	CHECK_EQ(labyrinth_audit(z, 0, note_held, NULL), 1);
	CHECK_EQ(held_n, 1);
	CHECK(held.page == page && held.age_ns >= 30000000 && held.holder && held.holder_name[0]);
	CHECK(held.alloc_site);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_HELD_TOO_LONG);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_HELD_TOO_LONG], 1);
	CHECK_EQ(labyrinth_cancel(z, page), 0);
	CHECK_EQ(labyrinth_audit(z, 1000000000000ull, NULL, NULL), 0);
	CHECK_EQ(labyrinth_cancel(z, young), 0);
	end(z);
}

static void audit_finds_holder(void)
{
	audit_of(LABYRINTH_STAMP_EXACT);
	audit_of(LABYRINTH_STAMP_COARSE);
	audit_of(LABYRINTH_STAMP_SAMPLED);
	audit_of(LABYRINTH_STAMP_OFF);
}

static void trusting_zone(void)
{
	struct labyrinth_zone_params p = params(100);
	struct labyrinth_zone *z;
	static void *got[100], *batch[100];
	int i, n;

	p.flags = LABYRINTH_ZONE_NO_CHECKS;
	z = make(&p);
	for (i = 0; i < 100; i++)
		CHECK((got[i] = get(z, i & 1 ? ZERO : POISON)));
	CHECK(!get(z, NONE));
	for (i = 0; i < 50; i++)
		CHECK_EQ(labyrinth_handoff(z, got[i]), 0);
	for (; i < 100; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	while ((n = labyrinth_receive(z, batch, 100)) > 0)
		for (i = 0; i < n; i++)
			CHECK_EQ(labyrinth_free_page(z, batch[i]), 0);
	end(z);
}

static void bulk_of(uint32_t flags, labyrinth_quality_t q)
{
	struct labyrinth_zone_params p = params(200);
	struct labyrinth_zone *z;
	static void *got[300];
	int n, i, k;

	p.flags = flags;
	p.extent_pages = 150;
	z = make(&p);
	for (n = 1; n <= 200; n += 13) {
		CHECK_EQ(labyrinth_alloc_bulk(z, q, got, (unsigned int)n), n);
		for (i = 0; i < n; i++) {
			CHECK_EQ(state(z, got[i]), LABYRINTH_PAGE_ATOMIC);
			CHECK(!(q & ZERO) || all(got[i], 0));
			fill(got[i], 1);
			for (k = 0; k < i; k++)
				CHECK(got[i] != got[k]);
		}
		CHECK_EQ(labyrinth_cancel_bulk(z, got, (unsigned int)n), n);
	}
	n = labyrinth_alloc_bulk(z, q, got, 300);
	CHECK_EQ(n, 200);
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_EMPTY);
	got[200] = got[7];	/* among good ones: a double, a foreign, an unaligned page */
	got[201] = &p;
	got[202] = (char *)got[9] + 64;
	CHECK_EQ(labyrinth_cancel_bulk(z, got, flags ? 200 : 203), 200);
	CHECK_EQ(reports, flags ? 0 : 3);
	CHECK_EQ(labyrinth_alloc_bulk(z, (LABYRINTH_FORCE labyrinth_quality_t)8u, got, 5), 0);
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_BADFLAG);
	CHECK_EQ(labyrinth_alloc_bulk(z, q, NULL, 5), -EINVAL);
	CHECK_EQ(labyrinth_cancel_bulk(z, NULL, 5), -EINVAL);
	CHECK_EQ(labyrinth_alloc_bulk(NULL, q, got, 5), 0);
	CHECK_EQ(labyrinth_cancel_bulk(NULL, got, 5), 0);
	CHECK_EQ(labyrinth_alloc_bulk(z, q, got, 0), 0);
	end(z);
}

static void bulk(void)
{
	bulk_of(0, NONE);
	bulk_of(0, ZERO);
	bulk_of(LABYRINTH_ZONE_NO_CHECKS, POISON);
}

static void names(void)
{
	int i;

	for (i = 0; i < LABYRINTH_FAIL_COUNT; i++)
		CHECK(strlen(labyrinth_reason_name(i)) > 1);
	for (i = 0; i < LABYRINTH_MISUSE_COUNT; i++)
		CHECK(strlen(labyrinth_misuse_name(i)) > 1);
	for (i = 0; i < LABYRINTH_PAGE_STATES; i++)
		CHECK(strlen(labyrinth_state_name(i)) > 1);
	CHECK(!strcmp(labyrinth_misuse_name(99), "?") && !strcmp(labyrinth_reason_name(99), "?") &&
	      !strcmp(labyrinth_state_name(99), "?"));
}

static const struct lab_test tests[] = {
#define T(f) { #f, f }
	T(life_of_a_page), T(wrong_calls), T(bad_pointers), T(handles), T(quality), T(unknown_quality),
	T(prepared_pages_cost_nothing), T(stray_write_is_found), T(depletion_and_recovery),
	T(system_layer), T(neighbour_zone), T(destroy_of_a_borrower), T(budget), T(injection), T(refill_and_drain), T(addresses),
	T(parameters), T(destroy_with_pages_out), T(creation_is_all_or_nothing), T(handoff_order),
	T(audit_finds_holder), T(trusting_zone), T(bulk), T(names),
	{ NULL, NULL }
};

#ifndef LAB_TEST_HOST
#include <time.h>

static void spend(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };

	nanosleep(&t, NULL);
}

int main(int argc, char **argv)
{
	return lab_test_main(tests, argc, argv);
}
#endif
