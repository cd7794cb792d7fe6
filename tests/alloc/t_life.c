// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How zones begin and end while threads use them and come and go, and what is
 * left of them in a forked child. User space only.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user_zone.h"

/* ---- zones and threads ---- */

static pthread_barrier_t reuse_bar;

static void *remembers_its_slot(void *arg)
{
	struct labyrinth_zone **z = arg;
	void *p[10];
	int i;

	labyrinth_thread_register();
	for (i = 0; i < 10; i++)
		CHECK((p[i] = get(*z, NONE)));
	for (i = 0; i < 10; i++)
		CHECK_EQ(labyrinth_cancel(*z, p[i]), 0);
	pthread_barrier_wait(&reuse_bar);
	pthread_barrier_wait(&reuse_bar);	/* the same structure is another, smaller zone now */
	for (i = 0; i < 5; i++)
		CHECK((p[i] = get(*z, NONE)));
	CHECK(!get(*z, NONE));
	CHECK_EQ(stats(*z).alloc_magazine, 0);	/* its slot is beyond that zone's */
	for (i = 0; i < 5; i++)
		CHECK_EQ(labyrinth_cancel(*z, p[i]), 0);
	return NULL;
}

static void *holds_a_slot(void *arg)
{
	labyrinth_thread_register();
	pthread_barrier_wait(arg);
	pthread_barrier_wait(arg);
	return NULL;
}

/* A zone's structure is used again; what threads remember of the one before must not match. */
static void zone_structure_reused(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .pages = 5, .max_threads = 1, .report = note };
	struct labyrinth_zone *z = make(500), *first = z;
	pthread_barrier_t other;
	pthread_t t, o;
	int i;

	/* slot 0 is ours, 1 will be the small zone's shared one: the thread shall have 2 */
	pthread_barrier_init(&other, NULL, 2);
	pthread_create(&o, NULL, holds_a_slot, &other);
	pthread_barrier_wait(&other);
	pthread_barrier_init(&reuse_bar, NULL, 2);
	pthread_create(&t, NULL, remembers_its_slot, &z);
	pthread_barrier_wait(&reuse_bar);
	for (i = 0; i < 200 && (i == 0 || z != first); i++) {
		CHECK_EQ(labyrinth_zone_destroy(z), 0);
		CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	}
	CHECK(z == first);
	labyrinth_thread_unregister();	/* our own magazine holds none of the five */
	pthread_barrier_wait(&reuse_bar);
	pthread_join(t, NULL);
	pthread_barrier_wait(&other);
	pthread_join(o, NULL);
	labyrinth_thread_register();
	end(z);
}

/* Threads register and leave while zones come and go. */
static int churn_stop;

static void *comes_and_goes(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&churn_stop, __ATOMIC_RELAXED)) {
		labyrinth_thread_register();
		labyrinth_thread_unregister();
		usleep(50);	/* the lock is not fair, and this is about zones */
	}
	return NULL;
}

static void churn(void)
{
	pthread_t t[3];
	int i;

	churn_stop = 0;
	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, comes_and_goes, NULL);
	for (i = 0; i < 80; i++) {
		struct labyrinth_zone *z = make(40);

		CHECK_EQ(labyrinth_cancel(z, get(z, NONE)), 0);
		CHECK_EQ(labyrinth_zone_destroy(z), 0);
	}
	__atomic_store_n(&churn_stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}

/* Every question while the zone goes: an answer or -EINVAL, no crash. */
static struct labyrinth_zone *ask_zone;

static void *asks(void *arg)
{
	struct labyrinth_page_info info;
	struct labyrinth_stats s;
	void *batch[4];

	while (!__atomic_load_n(&churn_stop, __ATOMIC_RELAXED)) {
		struct labyrinth_zone *z = __atomic_load_n(&ask_zone, __ATOMIC_ACQUIRE);
		void *page = __atomic_load_n((void **)arg, __ATOMIC_RELAXED);

		if (!labyrinth_get_stats(z, &s))
			CHECK(s.alloc < 1000000 && s.cancel < 1000000 && s.pages <= 60);
		labyrinth_page_query(z, page, &info);
		labyrinth_phys_to_virt(z, labyrinth_virt_to_phys(z, page));
		labyrinth_handle_page(z, labyrinth_page_handle(z, page));
		labyrinth_register_page(z, page);
		labyrinth_handoff(z, page);
		labyrinth_receive(z, batch, 4);
		labyrinth_free_page(z, page);
		labyrinth_cancel(z, page);
		labyrinth_refill(z);
		labyrinth_drain(z, 50);
		labyrinth_audit(z, 0, NULL, NULL);
		labyrinth_wait(z, 0);
	}
	return NULL;
}

static void questions_to_a_dying_zone(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 60, .flags = LABYRINTH_ZONE_QUIET | LABYRINTH_ZONE_PAGEMAP,
		.prepare = LABYRINTH_PREPARE_POISON,
	};
	static void *page;
	pthread_t t[2];
	int i;

	churn_stop = 0;
	for (i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, asks, &page);
	for (i = 0; i < 50; i++) {
		struct labyrinth_zone *z;

		CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
		__atomic_store_n(&page, get(z, NONE), __ATOMIC_RELAXED);	/* a pointer to try, free again */
		CHECK_EQ(labyrinth_cancel(z, page), 0);
		__atomic_store_n(&ask_zone, z, __ATOMIC_RELEASE);
		sched_yield();
		CHECK_EQ(labyrinth_zone_destroy(z), 0);
	}
	__atomic_store_n(&churn_stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
}

/* Destroy waits for calls in its zone, not for a moment in which nobody calls anything. */
static void *uses_another(void *arg)
{
	if (arg)
		labyrinth_thread_register();
	while (!__atomic_load_n(&churn_stop, __ATOMIC_RELAXED)) {
		void *p = get(__atomic_load_n(&ask_zone, __ATOMIC_ACQUIRE), LABYRINTH_QUALITY_ZERO);

		if (p)
			labyrinth_cancel(ask_zone, p);
	}
	return NULL;
}

static void destroy_beside(struct labyrinth_zone *busy, void *registered, bool the_busy_one)
{
	struct labyrinth_zone *z = the_busy_one ? NULL : make(40);
	pthread_t t[16];
	int i;

	churn_stop = 0;
	ask_zone = busy;
	for (i = 0; i < 16; i++)
		pthread_create(&t[i], NULL, uses_another, registered);
	usleep(20000);
	if (the_busy_one)	/* pages may be out at the first look */
		while (labyrinth_zone_destroy(busy) == -EBUSY && i++ < 1000)
			;
	else
		CHECK_EQ(labyrinth_zone_destroy(z), 0);
	CHECK(i < 1000);
	__atomic_store_n(&churn_stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 16; i++)
		pthread_join(t[i], NULL);
}

static void destroy_beside_a_busy_zone(void)
{
	struct labyrinth_zone *busy = make_with(500, LABYRINTH_ZONE_QUIET, LABYRINTH_PREPARE_ZERO);

	destroy_beside(busy, &busy, false);
	destroy_beside(busy, NULL, true);	/* threads without a slot, which never stop asking */
}

static struct labyrinth_zone *stop_zone;
static int stop_go, stop_served, stop_refused;

static void *runs_into_destroy(void *arg)
{
	(void)arg;
	labyrinth_thread_register();
	while (!__atomic_load_n(&stop_go, __ATOMIC_ACQUIRE)) {
		void *p = get(stop_zone, NONE);

		if (p) {
			labyrinth_cancel(stop_zone, p);
			__atomic_fetch_add(&stop_served, 1, __ATOMIC_RELAXED);
		} else {
			__atomic_fetch_add(&stop_refused, 1, __ATOMIC_RELAXED);
		}
	}
	return NULL;
}

/* Destroying under fire: no crash, and from then on a counted refusal. */
static void destroy_while_in_use(void)
{
	pthread_t t[3];
	int i, round;

	for (round = 0; round < 6; round++) {
		stop_zone = make(300);
		stop_go = stop_served = stop_refused = 0;
		for (i = 0; i < 3; i++)
			pthread_create(&t[i], NULL, runs_into_destroy, NULL);
		while (__atomic_load_n(&stop_served, __ATOMIC_RELAXED) < 1000)
			sched_yield();
		while (labyrinth_zone_destroy(stop_zone) == -EBUSY)	/* a page may be out */
			;
		while (!__atomic_load_n(&stop_refused, __ATOMIC_RELAXED))
			sched_yield();
		__atomic_store_n(&stop_go, 1, __ATOMIC_RELEASE);
		for (i = 0; i < 3; i++)
			pthread_join(t[i], NULL);
	}
}

/* ---- fork ---- */

static int in_child(struct labyrinth_zone *z, void *mine, void *queued)
{
	void *batch[4];
	int i;

	lab_test_bad = 0;
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	CHECK(labyrinth_receive(z, batch, 4) == 1 && batch[0] == queued);
	CHECK_EQ(labyrinth_free_page(z, queued), 0);
	memset(mine, 3, 4096);
	CHECK_EQ(labyrinth_cancel(z, mine), 0);
	for (i = 0; i < 100; i++)	/* the pages of threads that do not exist here came back */
		CHECK(get(z, NONE));
	CHECK(!get(z, NONE));
	return lab_test_bad != 0;
}

static pthread_barrier_t fork_bar;

static void *holds_pages(void *arg)
{
	struct labyrinth_zone *z = arg;
	void *p[5];
	int i;

	labyrinth_thread_register();
	for (i = 0; i < 5; i++)
		p[i] = get(z, NONE);
	pthread_barrier_wait(&fork_bar);
	pthread_barrier_wait(&fork_bar);
	for (i = 0; i < 5; i++)
		CHECK_EQ(labyrinth_cancel(z, p[i]), 0);
	return NULL;
}

static void fork_rebuilds(void)
{
	struct labyrinth_zone *z = make(100);
	void *mine = get(z, NONE), *queued = get(z, NONE), *batch[1];
	int status = -1;
	pthread_t t;
	pid_t pid;

	pthread_barrier_init(&fork_bar, NULL, 2);
	pthread_create(&t, NULL, holds_pages, z);
	pthread_barrier_wait(&fork_bar);
	CHECK_EQ(labyrinth_handoff(z, queued), 0);
	memset(mine, 1, 4096);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(in_child(z, mine, queued));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	pthread_barrier_wait(&fork_bar);
	pthread_join(t, NULL);
	CHECK_EQ(*(char *)mine, 1);	/* the parent's pages are its own */
	CHECK_EQ(labyrinth_cancel(z, mine), 0);
	CHECK(labyrinth_receive(z, batch, 1) == 1 && !labyrinth_free_page(z, batch[0]));
	end(z);
}

/* A child of a child still knows what it holds, and what its budget and its neighbour's pages are. */
static int grandchild(struct labyrinth_zone *a, struct labyrinth_zone *n, void *own, void *lent)
{
	void *batch[4], *p[60];
	int i, k;

	lab_test_bad = 0;
	CHECK_EQ(labyrinth_zone_verify(a), 0);
	CHECK_EQ(labyrinth_zone_verify(n), 0);
	CHECK_EQ(labyrinth_receive(n, batch, 4), 0);
	CHECK(labyrinth_receive(a, batch, 4) == 1 && !labyrinth_free_page(a, batch[0]));
	for (i = 0; i < 60 && (p[i] = get(n, NONE)); i++)
		CHECK(p[i] != own && p[i] != lent);
	CHECK_EQ(i, 39);
	for (k = 0; k < i; k++)
		CHECK_EQ(labyrinth_cancel(n, p[k]), 0);
	CHECK_EQ(labyrinth_cancel(a, own), 0);
	CHECK_EQ(labyrinth_cancel(a, lent), 0);
	for (i = 0; i < 3; i++)		/* the budget is whole again: own, lent and queued are free */
		CHECK((batch[i] = get(a, NONE)));
	CHECK(!get(a, NONE));
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_LIMIT);
	for (i = 0; i < 3; i++)
		CHECK_EQ(labyrinth_cancel(a, batch[i]), 0);
	CHECK_EQ(labyrinth_zone_destroy(a), 0);
	return lab_test_bad != 0;
}

static int fork_again(struct labyrinth_zone *a, struct labyrinth_zone *n, void *own, void *lent)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(grandchild(a, n, own, lent));
	return waitpid(pid, &status, 0) == pid && !status ? 0 : 1;
}

static void fork_twice(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 40, .magazine = 1, .report = note, .prepare = LABYRINTH_PREPARE_KEEP,
	};
	struct labyrinth_zone *a, *n;
	void *own, *lent, *queued, *batch[1];
	int status = -1;
	pid_t pid;

	CHECK_EQ(labyrinth_zone_create(&p, &n), 0);
	p.pages = 1;
	p.budget = 3;
	p.neighbour = n;
	CHECK_EQ(labyrinth_zone_create(&p, &a), 0);
	own = get(a, NONE);
	lent = get(a, NONE);
	queued = get(a, NONE);
	CHECK(own && lent && queued && !get(a, NONE));
	CHECK_EQ(labyrinth_handoff(a, queued), 0);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(fork_again(a, n, own, lent));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(labyrinth_receive(a, batch, 1) == 1 && !labyrinth_free_page(a, batch[0]));
	CHECK(!labyrinth_cancel(a, own) && !labyrinth_cancel(a, lent));
	end(a);
	end(n);
}

#if !defined(SANITIZED)
/* A fork in the middle of an allocation, from a place that does not hold the guard. */
static pid_t forked;

static void fork_in_report(const struct labyrinth_report *r, void *arg)
{
	(void)arg;
	if (r->kind == LABYRINTH_MISUSE_POISON && forked < 0) {
		fflush(stdout);
		forked = fork();
	}
}

static void *moves_a_page(void *arg)
{
	struct labyrinth_zone *z = arg;
	static char *page;
	void *batch[1];

	page = get(z, NONE);
	CHECK(!labyrinth_handoff(z, page) && labyrinth_receive(z, batch, 1) == 1 && !labyrinth_free_page(z, page));
	labyrinth_refill(z);
	return page;
}

static void fork_inside_a_call(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 30, .report = fork_in_report, .prepare = LABYRINTH_PREPARE_POISON,
	};
	struct labyrinth_zone *z;
	void *page, *other;
	int status = -1, i;
	pthread_t t;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	pthread_create(&t, NULL, moves_a_page, z);	/* somebody else held it last */
	pthread_join(t, &page);
	*(char *)page = 1;		/* a stray write, reported while somebody allocates the page */
	forked = -1;
	for (i = 0; i < 30 && forked < 0; i++)
		page = get(z, NONE);
	CHECK(forked >= 0);
	if (!forked) {		/* the child: the call that was under way has given us this page */
		lab_test_bad = 0;
		CHECK_EQ(labyrinth_zone_verify(z), 0);
		while ((other = get(z, NONE)))
			CHECK(other != page);
		CHECK_EQ(labyrinth_cancel(z, page), 0);
		_exit(lab_test_bad != 0);
	}
	CHECK(waitpid(forked, &status, 0) == forked && status == 0);
	labyrinth_zone_destroy(z);
}
#endif

static void fork_of_a_guarded_zone(void)
{
	struct labyrinth_zone *z = make_with(16, LABYRINTH_ZONE_GUARD, LABYRINTH_PREPARE_KEEP);
	int status = -1;
	pid_t pid;

	if (!z)
		return;
	fflush(stdout);
	pid = fork();	/* its memory is shared with the parent: dead in the child */
	if (!pid)
		_exit(get(z, NONE) || labyrinth_last_reason() != LABYRINTH_FAIL_DYING);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_EQ(labyrinth_cancel(z, get(z, NONE)), 0);
	end(z);
}

static const struct lab_test tests[] = {
#define T(f) { #f, f }
	T(zone_structure_reused), T(churn), T(questions_to_a_dying_zone), T(destroy_beside_a_busy_zone),
	T(destroy_while_in_use), T(fork_rebuilds), T(fork_twice),
#ifndef SANITIZED
	T(fork_inside_a_call),
#endif
	T(fork_of_a_guarded_zone),
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	labyrinth_thread_register();
	return lab_test_main(tests, argc, argv);
}
