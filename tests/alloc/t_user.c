// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the user-space host has: threads and their exit, handlers, fork,
 * waiting, the worker thread, guard mode, frame numbers of the machine.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab_test.h"

#define NONE LABYRINTH_QUALITY_NONE
#define get labyrinth_void_allocpage_gfpatomic_extra_quality

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static struct labyrinth_report last;
static int reports;

static void note(const struct labyrinth_report *r, void *arg)
{
	(void)arg;
	last = *r;
	reports++;
}

static struct labyrinth_zone *make_with(uint32_t pages, uint32_t flags, enum labyrinth_prepare prepare)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "user", .pages = pages, .report = note,
		.flags = flags, .prepare = prepare,
	};
	struct labyrinth_zone *z = NULL;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	reports = 0;
	return z;
}

static struct labyrinth_zone *make(uint32_t pages)
{
	return make_with(pages, 0, LABYRINTH_PREPARE_KEEP);
}

static struct labyrinth_stats stats(struct labyrinth_zone *z)
{
	struct labyrinth_stats s;

	CHECK_EQ(labyrinth_get_stats(z, &s), 0);
	return s;
}

static void end(struct labyrinth_zone *z)
{
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
}

/* ---- threads ---- */

static void *use_some(void *arg)
{
	struct labyrinth_zone *z = arg;
	void *p[40];
	int i;

	CHECK_EQ(labyrinth_thread_register(), 0);
	CHECK_EQ(labyrinth_thread_register(), 0);	/* twice is once */
	for (i = 0; i < 40; i++)
		CHECK((p[i] = get(z, NONE)));
	for (i = 0; i < 40; i++)
		CHECK_EQ(labyrinth_cancel(z, p[i]), 0);
	return NULL;
}

static void exit_of_a_thread_gives_back(void)
{
	struct labyrinth_zone *z = make(200);
	void *got[200];
	pthread_t t;
	int i;

	for (i = 0; i < 3; i++) {
		pthread_create(&t, NULL, use_some, z);
		pthread_join(t, NULL);
	}
	for (i = 0; i < 200; i++)	/* nothing stays behind in its magazine or slots */
		CHECK((got[i] = get(z, NONE)));
	for (i = 0; i < 200; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	end(z);
}

static void *unregistered(void *arg)
{
	struct labyrinth_zone *z = arg;
	void *p[20];
	int i;

	for (i = 0; i < 20; i++)
		CHECK((p[i] = get(z, NONE)));
	for (i = 0; i < 10; i++)
		CHECK_EQ(labyrinth_cancel(z, p[i]), 0);
	for (; i < 20; i++)
		CHECK_EQ(labyrinth_handoff(z, p[i]), 0);
	return NULL;
}

static void thread_without_magazine(void)
{
	struct labyrinth_zone *z = make(100);
	void *batch[20];
	pthread_t t;
	int i;

	pthread_create(&t, NULL, unregistered, z);
	pthread_join(t, NULL);
	CHECK_EQ(labyrinth_receive(z, batch, 20), 10);
	for (i = 0; i < 10; i++)
		CHECK_EQ(labyrinth_free_page(z, batch[i]), 0);
	CHECK_EQ(stats(z).alloc, 20);
	CHECK_EQ(stats(z).cancel, 10);
	CHECK_EQ(stats(z).alloc_magazine, 0);
	end(z);
}

static struct labyrinth_zone *later_zone;

static void *was_here_before(void *arg)
{
	labyrinth_thread_register();
	pthread_barrier_wait(arg);
	pthread_barrier_wait(arg);	/* the zone exists now */
	CHECK_EQ(labyrinth_handoff(later_zone, get(later_zone, NONE)), 0);
	CHECK_EQ(labyrinth_cancel(later_zone, get(later_zone, NONE)), 0);
	return NULL;
}

/* Threads that registered before the zone was made work with it like others. */
static void zone_made_later(void)
{
	pthread_barrier_t b;
	void *batch[2];
	pthread_t t;

	pthread_barrier_init(&b, NULL, 2);
	pthread_create(&t, NULL, was_here_before, &b);
	pthread_barrier_wait(&b);
	later_zone = make(100);
	pthread_barrier_wait(&b);
	pthread_join(t, NULL);
	CHECK_EQ(labyrinth_receive(later_zone, batch, 2), 1);
	CHECK_EQ(labyrinth_free_page(later_zone, batch[0]), 0);
	end(later_zone);
}

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
	for (i = 0; i < 400; i++) {
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
	for (i = 0; i < 200; i++) {
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

	for (round = 0; round < 20; round++) {
		stop_zone = make(300);
		stop_go = stop_served = stop_refused = 0;
		for (i = 0; i < 3; i++)
			pthread_create(&t[i], NULL, runs_into_destroy, NULL);
		while (__atomic_load_n(&stop_served, __ATOMIC_RELAXED) < 1000)
			;
		while (labyrinth_zone_destroy(stop_zone) == -EBUSY)	/* a page may be out */
			;
		while (!__atomic_load_n(&stop_refused, __ATOMIC_RELAXED))
			;
		__atomic_store_n(&stop_go, 1, __ATOMIC_RELEASE);
		for (i = 0; i < 3; i++)
			pthread_join(t[i], NULL);
	}
}

/* ---- handlers ---- */

static struct labyrinth_zone *sig_zone;
static void *sig_page;
static int sig_result;
static struct labyrinth_page_info sig_info;

static void handler_frees_as_worker(int s)
{
	(void)s;
	labyrinth_atomic_enter();
	sig_result = labyrinth_free_page(sig_zone, sig_page);
	labyrinth_atomic_exit();
}

static void handler_allocates(int s)
{
	(void)s;
	labyrinth_atomic_enter();
	sig_page = get(sig_zone, NONE);
	labyrinth_page_query(sig_zone, sig_page, &sig_info);
	labyrinth_atomic_exit();
}

static void worker_call_in_a_handler(void)
{
	void *batch[2];

	sig_zone = make(64);
	signal(SIGUSR1, handler_allocates);
	raise(SIGUSR1);
	CHECK(sig_page);
	CHECK_EQ(sig_info.context, 1);
	CHECK(!labyrinth_handoff(sig_zone, sig_page) && labyrinth_receive(sig_zone, batch, 2) == 1);
	signal(SIGUSR1, handler_frees_as_worker);
	raise(SIGUSR1);
	CHECK_EQ(sig_result, -EPERM);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_FREE_IN_ATOMIC);
	CHECK_EQ(labyrinth_receive(sig_zone, batch, 2), 1);	/* nothing is lost: the worker has it again */
	CHECK(batch[0] == sig_page);
	labyrinth_atomic_exit();	/* one too many */
	CHECK_EQ(labyrinth_free_page(sig_zone, batch[0]), 0);
	CHECK(!labyrinth_handoff(sig_zone, get(sig_zone, NONE)) && labyrinth_receive(sig_zone, batch, 2) == 1);
	labyrinth_atomic_enter();
	CHECK_EQ(labyrinth_free_page(sig_zone, batch[0]), -EPERM);
	labyrinth_atomic_exit();
	CHECK(labyrinth_receive(sig_zone, batch, 2) == 1 && !labyrinth_free_page(sig_zone, batch[0]));
	signal(SIGUSR1, SIG_DFL);
	end(sig_zone);
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

/* ---- guard mode ---- */

static int status_of_child(void (*touch)(struct labyrinth_zone *z))
{
	int status = -1, out;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct labyrinth_zone_params p = {
			.size = sizeof(p), .name = "guarded", .pages = 16, .flags = LABYRINTH_ZONE_GUARD,
		};
		struct labyrinth_zone *z;

		out = open("/dev/null", O_WRONLY);
		dup2(out, 2);
		signal(SIGSEGV, SIG_DFL);
		if (labyrinth_zone_create(&p, &z))
			_exit(99);
		touch(z);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void touch_own(struct labyrinth_zone *z)
{
	char *p = get(z, NONE), *w;
	void *batch[1];

	p[0] = 1;
	p[4095] = 2;
	labyrinth_handoff(z, p);
	if (labyrinth_receive(z, batch, 1) != 1)
		_exit(1);
	w = batch[0];
	if (w == p || w[0] != 1 || w[4095] != 2 || labyrinth_free_page(z, w))
		_exit(2);
}

static void touch_after_handoff(struct labyrinth_zone *z)
{
	char *p = get(z, NONE);

	labyrinth_handoff(z, p);
	p[100] = 1;
}

static void touch_while_worker_has_it(struct labyrinth_zone *z)
{
	char *p = get(z, NONE);
	void *batch[1];

	labyrinth_handoff(z, p);
	labyrinth_receive(z, batch, 1);
	p[100] = 1;
}

static void touch_after_cancel(struct labyrinth_zone *z)
{
	char *p = get(z, NONE);

	labyrinth_cancel(z, p);
	p[100] = 1;
}

static void touch_after_free(struct labyrinth_zone *z)
{
	char *p = get(z, NONE);
	void *batch[1];

	labyrinth_handoff(z, p);
	labyrinth_receive(z, batch, 1);
	labyrinth_free_page(z, batch[0]);
	*(char *)batch[0] = 1;
}

static sigjmp_buf fault_jump;
#ifndef SANITIZED
static volatile int survived;
#endif

static void on_fault(int s)
{
	(void)s;
	siglongjmp(fault_jump, 1);
}

static void guard_mode(void)
{
	struct labyrinth_zone *z;
	volatile char *p;	/* the fault is the point: keep it where it stands */
#ifndef SANITIZED
	CHECK_EQ(status_of_child(touch_own), 0);
	CHECK_EQ(status_of_child(touch_after_handoff), SIGSEGV);
	CHECK_EQ(status_of_child(touch_while_worker_has_it), SIGSEGV);
	CHECK_EQ(status_of_child(touch_after_cancel), SIGSEGV);
	CHECK_EQ(status_of_child(touch_after_free), SIGSEGV);
#else
	(void)status_of_child;
	(void)touch_own; (void)touch_after_handoff; (void)touch_while_worker_has_it;
	(void)touch_after_cancel; (void)touch_after_free;
#endif
	/* the report names the holder; then the program's own handler runs */
	signal(SIGSEGV, on_fault);
	z = make_with(16, LABYRINTH_ZONE_GUARD, LABYRINTH_PREPARE_ZERO);
	p = get(z, NONE);
	CHECK_EQ(labyrinth_handoff(z, (void *)p), 0);
#ifndef SANITIZED
	if (!sigsetjmp(fault_jump, 1)) {
		p[5] = 1;
		survived = 1;
	}
	CHECK(!survived);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_USE_AFTER_HANDOFF);
	CHECK(last.known && last.info.page == p && last.info.holder && last.info.handoff_site);
	CHECK(last.address == p + 5);
#endif
	{
		void *batch[1];

		CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
		CHECK_EQ(labyrinth_handoff(z, batch[0]), 0);	/* the worker's address is good for every call */
		CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
		CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
	}
	signal(SIGSEGV, SIG_DFL);
	end(z);
}

/* Each page may need mappings of its own, and the system's number of those is limited. */
static void guard_has_room(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 16, .max_pages = 10000, .flags = LABYRINTH_ZONE_GUARD, .report = note,
	};
	struct labyrinth_zone *a, *b;

	CHECK_EQ(labyrinth_zone_create(&p, &a), 0);
	CHECK_EQ(labyrinth_zone_create(&p, &b), -EINVAL);
	CHECK_EQ(labyrinth_zone_destroy(a), 0);
	CHECK_EQ(labyrinth_zone_create(&p, &b), 0);
	CHECK_EQ(labyrinth_zone_destroy(b), 0);
}

/* ---- waiting and the worker ---- */

static struct labyrinth_zone *own_zone;
static int own_stop, own_destroy;

static void ends_its_own_worker(void *page, void *arg)
{
	(void)page;
	(void)arg;
	own_stop = labyrinth_worker_stop(own_zone);
	own_destroy = labyrinth_zone_destroy(own_zone);
}

static void worker_cannot_end_itself(void)
{
	own_zone = make(20);
	CHECK_EQ(labyrinth_worker_start(own_zone, ends_its_own_worker, NULL), 0);
	CHECK_EQ(labyrinth_handoff(own_zone, get(own_zone, NONE)), 0);
	CHECK_EQ(labyrinth_worker_stop(own_zone), 0);
	CHECK_EQ(own_stop, -EDEADLK);
	CHECK_EQ(own_destroy, -EBUSY);
	CHECK_EQ(labyrinth_cancel(own_zone, get(own_zone, NONE)), 0);	/* and it lives on */
	end(own_zone);
}

static int worked;

static void work(void *page, void *arg)
{
	CHECK_EQ(*(int *)page, 42);
	CHECK(arg == &worked);
	__atomic_fetch_add(&worked, 1, __ATOMIC_RELAXED);
}

static void worker_thread(void)
{
	struct labyrinth_zone *z = make_with(200, 0, LABYRINTH_PREPARE_ZERO);
	int i;

	CHECK_EQ(labyrinth_worker_start(z, work, &worked), 0);
	CHECK_EQ(labyrinth_worker_start(z, work, &worked), -EBUSY);
	for (i = 0; i < 5000; i++) {
		int *p;

		while (!(p = get(z, LABYRINTH_QUALITY_ZERO)))
			sched_yield();
		CHECK_EQ(p[0] | p[1023], 0);
		*p = 42;
		CHECK_EQ(labyrinth_handoff(z, p), 0);
	}
	CHECK_EQ(labyrinth_worker_stop(z), 0);
	CHECK_EQ(labyrinth_worker_stop(z), -EINVAL);
	CHECK_EQ(worked, 5000);
	CHECK_EQ(stats(z).alloc, 5000);
	CHECK_EQ(stats(z).free, 5000);
	CHECK_EQ(labyrinth_worker_start(NULL, work, NULL), -EINVAL);
	CHECK_EQ(labyrinth_worker_stop(NULL), -EINVAL);
	/* destroy ends a worker that still runs, after it has emptied the queue */
	CHECK_EQ(labyrinth_worker_start(z, NULL, NULL), 0);
	for (i = 0; i < 50; i++)
		labyrinth_handoff(z, get(z, NONE));
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
}

static void *hands_off_later(void *arg)
{
	struct labyrinth_zone *z = arg;
	struct timespec t = { 0, 30000000 };

	nanosleep(&t, NULL);
	CHECK_EQ(labyrinth_handoff(z, get(z, NONE)), 0);
	return NULL;
}

static int waited = 1;

static void *waits_for_ever(void *arg)
{
	int r;

	while ((r = labyrinth_wait(arg, UINT64_MAX)) >= 0)
		if (r)
			labyrinth_refill(arg);
	__atomic_store_n(&waited, r, __ATOMIC_RELAXED);
	return NULL;
}

/* A destroy ends the wait of who waits for pages; and may itself wait for ever, in words. */
static void destroy_ends_waiting(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 20, .report = note, .destroy_timeout_ns = UINT64_MAX,
	};
	struct labyrinth_zone *z;
	pthread_t t;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	pthread_create(&t, NULL, waits_for_ever, z);
	usleep(20000);
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
	pthread_join(t, NULL);
	CHECK_EQ(waited, -EINVAL);
}

static void *cancels_later(void *arg)
{
	void **page = arg;

	usleep(30000);
	CHECK_EQ(labyrinth_cancel(own_zone, *page), 0);
	return NULL;
}

static void destroy_waits_for_pages(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 20, .report = note, .destroy_timeout_ns = UINT64_MAX,
	};
	void *page;
	pthread_t t;

	CHECK_EQ(labyrinth_zone_create(&p, &own_zone), 0);
	page = get(own_zone, NONE);
	pthread_create(&t, NULL, cancels_later, &page);
	CHECK_EQ(labyrinth_zone_destroy(own_zone), 0);
	pthread_join(t, NULL);
}

static void waiting(void)
{
	struct labyrinth_zone *z = make(64);
	void *batch[1];
	pthread_t t;

	CHECK_EQ(labyrinth_wait(NULL, 0), -EINVAL);
	CHECK_EQ(labyrinth_wait(z, 0), 0);
	CHECK_EQ(labyrinth_wait(z, 1000000), 0);
	pthread_create(&t, NULL, hands_off_later, z);
	CHECK_EQ(labyrinth_wait(z, 60000000000ull), 1);	/* woken, not timed out */
	pthread_join(t, NULL);
	CHECK_EQ(labyrinth_wait(z, 0), 1);
	CHECK(labyrinth_receive(z, batch, 1) == 1 && !labyrinth_free_page(z, batch[0]));
	labyrinth_refill(z);
	CHECK_EQ(labyrinth_wait(z, 0), 0);
	end(z);
}

/* ---- memory that is not there ---- */

static int mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0, c;

	while (f && (c = fgetc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

/* Creation under an address-space limit that ends it at every possible place. */
static int creation_in_little_memory(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "little", .pages = 2000, .extent_pages = 100,
		.flags = LABYRINTH_ZONE_PAGEMAP,
	};
	struct rlimit all, little;
	struct labyrinth_zone *z;
	int before, failed = 0, made = 0, i, err;
	long pages = 0;
	FILE *f;

	lab_test_bad = 0;
	for (i = 0; i < 64; i++) {	/* every zone structure has its slots now */
		CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
		CHECK_EQ(labyrinth_zone_destroy(z), 0);
	}
	getrlimit(RLIMIT_AS, &all);
	before = mappings();
	for (i = 0; i < 300; i++) {
		f = fopen("/proc/self/statm", "r");
		CHECK(f && fscanf(f, "%ld", &pages) == 1);
		fclose(f);
		little = all;
		little.rlim_cur = (rlim_t)pages * 4096 + (rlim_t)i * 40960;
		setrlimit(RLIMIT_AS, &little);
		err = labyrinth_zone_create(&p, &z);
		setrlimit(RLIMIT_AS, &all);
		CHECK(!err || err == -ENOMEM);
		failed += !!err;
		made += !err;
		if (!err)
			CHECK_EQ(labyrinth_zone_destroy(z), 0);
	}
	CHECK(failed > 50 && made > 10);
	CHECK(mappings() <= before + 2);
	return lab_test_bad != 0;
}

static void little_memory(void)
{
#ifndef SANITIZED	/* they need the address space themselves */
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		status = creation_in_little_memory();
		fflush(stdout);
		_exit(status);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
#else
	(void)creation_in_little_memory;
#endif
}

/* What real-time programs do: then a page that was drained stays where it is, but must come back empty. */
static int drained_under_mlockall(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 60, .magazine = 1, .low = 55, .high = 60, .prepare = LABYRINTH_PREPARE_ZERO,
	};
	struct labyrinth_zone *z;
	unsigned char *page[60];
	int i;

	lab_test_bad = 0;
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return 0;
	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	for (i = 0; i < 60; i++) {
		page[i] = get(z, NONE);
		CHECK(page[i] != NULL);
		memset(page[i], 0x77, 4096);
	}
	for (i = 0; i < 60; i++)
		CHECK_EQ(labyrinth_cancel(z, page[i]), 0);
	CHECK(labyrinth_drain(z, 0) >= 50);
	CHECK(labyrinth_refill(z) >= 50);
	for (i = 0; i < 60; i++) {
		page[i] = get(z, LABYRINTH_QUALITY_ZERO);
		CHECK(page[i] && !page[i][0] && !page[i][4095]);
	}
	return lab_test_bad != 0;
}

static void drain_of_locked_memory(void)
{
#ifndef SANITIZED
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		status = drained_under_mlockall();
		fflush(stdout);
		_exit(status);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
#else
	(void)drained_under_mlockall;
#endif
}

static void locked_in_memory(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 64, .flags = LABYRINTH_ZONE_MLOCK, .report = note,
	};
	struct labyrinth_zone *z;
	int err = labyrinth_zone_create(&p, &z);

	CHECK(!err || (err == -ENOMEM && geteuid()));
	if (!err)
		end(z);
}

/* ---- layer 1 per CPU ---- */

extern const unsigned int __rseq_size __attribute__((weak));

static void rseq_magazines(void)
{
	struct labyrinth_zone *z = make_with(400, LABYRINTH_ZONE_RSEQ, LABYRINTH_PREPARE_ZERO);
	bool have = &__rseq_size && __rseq_size;
	void *p[100];
	int i, r;

#if defined(__x86_64__)
	CHECK_EQ(stats(z).rseq, have);
#endif
	for (r = 0; r < 50; r++) {
		for (i = 0; i < 100; i++)
			CHECK((p[i] = get(z, NONE)));
		for (i = 0; i < 100; i++)
			CHECK_EQ(labyrinth_cancel(z, p[i]), 0);
	}
	CHECK(stats(z).alloc_magazine > 500);	/* it is the per-CPU magazine that serves */
	CHECK_EQ(stats(z).alloc, 5000);
	CHECK_EQ(stats(z).cancel, 5000);
	end(z);
}

/* ---- names and numbers ---- */

static void real_frames(void)
{
	struct labyrinth_zone *z = make_with(40, LABYRINTH_ZONE_PAGEMAP, LABYRINTH_PREPARE_KEEP);
	int fd = open("/proc/self/pagemap", O_RDONLY), i;
	uint64_t entry, phys;
	char *p[40];

	for (i = 0; i < 40; i++) {
		p[i] = get(z, NONE);
		phys = labyrinth_virt_to_phys(z, p[i]);
		CHECK(labyrinth_phys_to_virt(z, phys + 12) == p[i] + 12);
		if (!stats(z).frames_real)
			continue;
		CHECK(pread(fd, &entry, 8, (off_t)((size_t)p[i] / 4096 * 8)) == 8);
		CHECK_EQ(phys >> 12, entry & ((1ull << 55) - 1));
	}
	/* the system shows its numbers to root only */
	CHECK(stats(z).frames_real || geteuid());
	close(fd);
	for (i = 0; i < 40; i++)
		CHECK_EQ(labyrinth_cancel(z, p[i]), 0);
	end(z);
}

void known_function(struct labyrinth_zone *z, void **p);
__attribute__((noinline)) void known_function(struct labyrinth_zone *z, void **p)
{
	*p = get(z, NONE);
	__asm__ volatile("" ::: "memory");
}

/* A report about a handle names the caller, too. */
void wrong_handle(struct labyrinth_zone *z);
__attribute__((noinline)) void wrong_handle(struct labyrinth_zone *z)
{
	CHECK_EQ(labyrinth_cancel_handle(z, 0xffffff), -EINVAL);
}

static void handles_name_the_caller(void)
{
	struct labyrinth_zone *z = make(8);
	char name[64];

	wrong_handle(z);
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_FOREIGN);
	CHECK_EQ(last.detail, 0xffffff);
	CHECK(!strncmp(labyrinth_symbol(last.site, name, sizeof(name)), "wrong_handle+", 13));
	end(z);
}

/* An audit at the same moment takes no page away from who allocates. */
static void *audits(void *arg)
{
	while (!__atomic_load_n(&churn_stop, __ATOMIC_RELAXED))
		labyrinth_audit(arg, 0, NULL, NULL);
	return NULL;
}

static void audit_does_not_starve(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 200, .magazine = 1, .report = note, .prepare = LABYRINTH_PREPARE_POISON,
	};
	void *held[190], *page;
	struct labyrinth_zone *z;
	int i, null = 0;
	pthread_t t;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	for (i = 0; i < 190; i++)
		CHECK((held[i] = get(z, NONE)));
	labyrinth_refill(z);
	churn_stop = 0;
	pthread_create(&t, NULL, audits, z);
	for (i = 0; i < 200000; i++) {
		page = get(z, NONE);
		null += !page;
		if (page)
			labyrinth_cancel(z, page);
		if (!(i % 64))
			labyrinth_refill(z);
	}
	__atomic_store_n(&churn_stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
#if !defined(__SANITIZE_ADDRESS__)	/* there the audit does take them out */
	CHECK_EQ(null, 0);
#endif
	for (i = 0; i < 190; i++)
		CHECK_EQ(labyrinth_cancel(z, held[i]), 0);
	end(z);
}

static struct labyrinth_page_info found;

static void note_found(const struct labyrinth_page_info *info, void *arg)
{
	(void)arg;
	found = *info;
}

static void *forgetful(void *arg)
{
	void *p;

	pthread_setname_np(pthread_self(), "forgetful");
	labyrinth_thread_register();
	known_function(arg, &p);
	pthread_barrier_wait(&fork_bar);
	pthread_barrier_wait(&fork_bar);
	labyrinth_cancel(arg, p);
	return NULL;
}

/* The audit names the thread and the function that holds a page too long. */
static void audit_names_the_holder(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .pages = 64, .report = note, .max_hold_ns = 20000000,
		.stamp = LABYRINTH_STAMP_EXACT,
	};
	struct timespec t = { 0, 50000000 };
	struct labyrinth_zone *z;
	char name[64];
	pthread_t th;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	pthread_barrier_init(&fork_bar, NULL, 2);
	pthread_create(&th, NULL, forgetful, z);
	pthread_barrier_wait(&fork_bar);
	nanosleep(&t, NULL);
	CHECK_EQ(labyrinth_audit(z, 0, note_found, NULL), 1);
	CHECK(!strcmp(found.holder_name, "forgetful"));
	CHECK(!strncmp(labyrinth_symbol(found.alloc_site, name, sizeof(name)), "known_function+", 15));
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_HELD_TOO_LONG);
	CHECK(!strcmp(last.info.holder_name, "forgetful"));
	pthread_barrier_wait(&fork_bar);
	pthread_join(th, NULL);
	end(z);
}

static void reports_as_text(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .name = "spoken", .pages = 8 };
	struct labyrinth_zone *z;
	int fd[2], err = dup(2), i;
	char text[4096];
	ssize_t n;
	void *page;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	CHECK(!pipe(fd));
	dup2(fd[1], 2);
	page = get(z, NONE);
	labyrinth_cancel(z, page);
	for (i = 0; i < 40; i++)
		labyrinth_cancel(z, page);	/* 40 times counted, 16 times printed */
	dup2(err, 2);
	close(fd[1]);
	n = read(fd[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	CHECK(strstr(text, "labyrinth: spoken: double-free at 0x"));
	CHECK(strstr(text, "; page is free, last moved by t_user"));
	for (n = 0, i = 0; text[i]; i++)
		n += text[i] == '\n';
	CHECK_EQ(n, 16);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_DOUBLE_FREE], 40);
	close(fd[0]);
	close(err);
	end(z);
}

static const struct lab_test tests[] = {
#define T(f) { #f, f }
	T(exit_of_a_thread_gives_back), T(thread_without_magazine), T(zone_made_later), T(zone_structure_reused),
	T(churn), T(questions_to_a_dying_zone), T(destroy_beside_a_busy_zone), T(destroy_while_in_use),
	T(worker_call_in_a_handler), T(fork_rebuilds), T(fork_twice),
#ifndef SANITIZED
	T(fork_inside_a_call),
#endif
	T(fork_of_a_guarded_zone), T(guard_mode), T(guard_has_room),
	T(worker_thread), T(worker_cannot_end_itself), T(rseq_magazines), T(little_memory),
	T(drain_of_locked_memory), T(locked_in_memory), T(waiting), T(destroy_ends_waiting), T(destroy_waits_for_pages),
	T(real_frames), T(handles_name_the_caller), T(audit_does_not_starve), T(audit_names_the_holder), T(reports_as_text),
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	labyrinth_thread_register();
	return lab_test_main(tests, argc, argv);
}
