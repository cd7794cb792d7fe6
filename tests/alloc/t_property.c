// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random calls against a model: t_property SEED STEPS.
 *
 * The model is an array of states and a FIFO. Right and wrong calls are mixed;
 * each must return what the model says, the content of every page must stay
 * what its owner wrote, and no page may be given out twice. Every 1,000 steps
 * the zone is verified. A failure prints the seed and the step.
 */
#include "lab_test.h"

#define PAGES 97
#define get labyrinth_void_allocpage_gfpatomic_extra_quality

static uint64_t rng;

static uint32_t rnd(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 33) % n;
}

struct model {
	char *page;
	enum labyrinth_state state;
	uint64_t handle, stale;
	unsigned char stamp;
};

static struct model m[PAGES];
static uint32_t known, fifo[PAGES + 1], head, tail, out;
static struct labyrinth_zone *z;
static struct labyrinth_zone_params p;
static uint64_t misuses;

static void note(const struct labyrinth_report *r, void *arg)
{
	(void)arg;
	(void)r;
	misuses++;
}

static struct model *find(const char *page)
{
	uint32_t i;

	for (i = 0; i < known; i++)
		if (m[i].page == page)
			return &m[i];
	CHECK(known < PAGES);
	m[known].page = (char *)(size_t)page;
	m[known].state = LABYRINTH_PAGE_FREE;
	return &m[known++];
}

static void stamp(struct model *x)
{
	x->stamp = (unsigned char)(rnd(254) + 1);
	memset(x->page, x->stamp, 4096);
}

static bool intact(const struct model *x)
{
	return x->page[0] == (char)x->stamp && x->page[2048] == (char)x->stamp &&
	       x->page[4095] == (char)x->stamp;
}

static void step_alloc(void)
{
	static const labyrinth_quality_t qs[] = {
		LABYRINTH_QUALITY_NONE, LABYRINTH_QUALITY_ZERO, LABYRINTH_QUALITY_POISON,
		LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_POISON, LABYRINTH_QUALITY_CL_ALIGN
	};
	labyrinth_quality_t q = qs[rnd(5)];
	uint32_t limit = p.budget ? p.budget : PAGES;
	char *page = get(z, q);
	struct model *x;

	if (!page) {
		CHECK_EQ(out, limit);
		return;
	}
	CHECK(out < limit);
	x = find(page);
	CHECK_EQ(x->state, LABYRINTH_PAGE_FREE);	/* nobody else has it */
	if (q & LABYRINTH_QUALITY_ZERO)
		CHECK(!page[0] && !page[777] && !page[4095]);
	else if (q & LABYRINTH_QUALITY_POISON)
		CHECK(page[0] == (char)0xaa && page[777] == (char)0xaa && page[4095] == (char)0xaa);
	else if (p.prepare == LABYRINTH_PREPARE_ZERO)
		CHECK(!page[0] && !page[777] && !page[4095]);
	x->stale = x->handle;
	x->handle = labyrinth_page_handle(z, page);
	x->state = LABYRINTH_PAGE_ATOMIC;
	stamp(x);
	out++;
}

/* What each call must return for a page in each state. */
static int expect_handoff(enum labyrinth_state s)
{
	return s == LABYRINTH_PAGE_ATOMIC || s == LABYRINTH_PAGE_WORKER ? 0 :
	       s == LABYRINTH_PAGE_HANDED_OFF ? -EALREADY : -EINVAL;
}

static int expect_back(enum labyrinth_state s, enum labyrinth_state right)
{
	return s == right ? 0 : s == LABYRINTH_PAGE_HANDED_OFF ? -EALREADY : -EINVAL;
}

static void step_handoff(struct model *x)
{
	int want = expect_handoff(x->state), got;

	if (x->state == LABYRINTH_PAGE_ATOMIC || x->state == LABYRINTH_PAGE_WORKER)
		CHECK(intact(x));
	got = x->handle && rnd(2) && x->state != LABYRINTH_PAGE_FREE ?
	      labyrinth_handoff_handle(z, x->handle) : labyrinth_handoff(z, x->page);
	CHECK_EQ(got, want);
	if (!want) {
		x->state = LABYRINTH_PAGE_HANDED_OFF;
		fifo[tail++ % (PAGES + 1)] = (uint32_t)(x - m);
	}
}

static void step_back(struct model *x, bool cancel)
{
	enum labyrinth_state right = cancel ? LABYRINTH_PAGE_ATOMIC : LABYRINTH_PAGE_WORKER;
	int want = expect_back(x->state, right), got;

	if (x->state == right)
		CHECK(intact(x));
	got = cancel ? labyrinth_cancel(z, x->page) : labyrinth_free_page(z, x->page);
	CHECK_EQ(got, want);
	if (!want) {
		x->state = LABYRINTH_PAGE_FREE;
		out--;
	}
}

static void step_stale(struct model *x)
{
	if (!x->stale || x->stale == x->handle)
		return;
	CHECK_EQ(labyrinth_cancel_handle(z, x->stale), -ESTALE);
	CHECK_EQ(labyrinth_handoff_handle(z, x->stale), -ESTALE);
	CHECK_EQ(labyrinth_free_handle(z, x->stale), -ESTALE);
}

static void step_receive(void)
{
	void *batch[PAGES];
	uint32_t n = rnd(8) + 1, waiting = tail - head;
	int got = labyrinth_receive(z, batch, n), i;

	CHECK_EQ(got, waiting < n ? waiting : n);
	for (i = 0; i < got; i++) {
		struct model *x = &m[fifo[head++ % (PAGES + 1)]];

		CHECK(batch[i] == x->page);	/* in order */
		CHECK_EQ(x->state, LABYRINTH_PAGE_HANDED_OFF);
		CHECK(intact(x));
		x->state = LABYRINTH_PAGE_WORKER;
	}
}

static void step(void)
{
	struct model *x = known ? &m[rnd(known)] : NULL;
	uint32_t what = rnd(20);

	if (what < 6 || !x)
		step_alloc();
	else if (what < 9)
		step_handoff(x);
	else if (what < 12)
		step_back(x, true);
	else if (what < 16)
		step_back(x, false);
	else if (what < 18)
		step_receive();
	else if (what < 19)
		step_stale(x);
	else
		CHECK(labyrinth_refill(z) >= 0);
}

static int one_seed(uint64_t seed, uint32_t steps)
{
	struct labyrinth_stats s;
	uint32_t i;

	rng = seed * 0x9e3779b97f4a7c15ull + 1;
	memset(m, 0, sizeof(m));
	known = head = tail = out = 0;
	memset(&p, 0, sizeof(p));
	p.size = sizeof(p);
	p.pages = PAGES;
	p.extent_pages = rnd(2) ? 0 : 1 + rnd(40);
	p.magazine = 1 + rnd(128);
	p.prepare = rnd(3);
	p.stamp = rnd(4);
	p.budget = rnd(3) ? 0 : 1 + rnd(PAGES);
	p.report = note;
	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	for (i = 0; i < steps && !lab_test_bad; i++) {
		step();
		if (i % 1000 == 999)
			CHECK_EQ(labyrinth_zone_verify(z), 0);
	}
	if (lab_test_bad) {
		printf("# seed %llu, step %u\n", (unsigned long long)seed, i);
		return 1;
	}
	for (i = 0; i < known; i++)
		if (m[i].state == LABYRINTH_PAGE_ATOMIC)
			step_back(&m[i], true);
	while (head != tail)
		step_receive();
	for (i = 0; i < known; i++)
		if (m[i].state == LABYRINTH_PAGE_WORKER)
			step_back(&m[i], false);
	CHECK_EQ(out, 0);
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	CHECK(!labyrinth_get_stats(z, &s));
	CHECK_EQ(s.alloc, s.cancel + s.free);
	CHECK_EQ(s.handoff, s.receive);
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
	return lab_test_bad;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	uint32_t steps = argc > 2 ? (uint32_t)atoi(argv[2]) : 20000, n = argc > 3 ? (uint32_t)atoi(argv[3]) : 1, i;

	for (i = 0; i < n; i++)
		if (one_seed(seed + i, steps))
			return 1;
	printf("ok: %u seeds from %llu, %u steps each, %llu wrong calls refused\n", n,
	       (unsigned long long)seed, steps, (unsigned long long)misuses);
	return 0;
}
