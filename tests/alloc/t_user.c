// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the user-space host has: threads and their exit, handlers, waiting,
 * the worker thread, guard mode, frame numbers of the machine.
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

#include "user_zone.h"

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

static pthread_barrier_t held_bar;

static void *has_a_slot(void *arg)
{
	(void)arg;
	labyrinth_thread_register();
	pthread_barrier_wait(&held_bar);
	pthread_barrier_wait(&held_bar);
	return NULL;
}

/* What lies in another thread's emergency slots serves who finds nothing else, unless that fails, too. */
static void stealing(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .pages = 40, .magazine = 1, .report = note };
	struct labyrinth_zone *z;
	int i, n, less;
	void *got[40];
	pthread_t t;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	pthread_barrier_init(&held_bar, NULL, 2);
	pthread_create(&t, NULL, has_a_slot, NULL);
	pthread_barrier_wait(&held_bar);
	CHECK_EQ(labyrinth_inject(z, LABYRINTH_LAYER_STEAL, 1), 0);
	for (less = 0; less < 40 && (got[less] = get(z, NONE)); less++)
		;
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_FAULT_INJECTED);
	CHECK_EQ(stats(z).alloc_stolen, 0);
	CHECK_EQ(labyrinth_inject(z, LABYRINTH_LAYER_STEAL, 0), 0);
	for (n = less; n < 40 && (got[n] = get(z, NONE)); n++)
		;
	CHECK_EQ(n, less + 4);
	CHECK_EQ(stats(z).alloc_stolen, 4);
	CHECK_EQ(labyrinth_last_reason(), LABYRINTH_FAIL_EMPTY);
	pthread_barrier_wait(&held_bar);
	pthread_join(t, NULL);
	for (i = 0; i < n; i++)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
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

static int churn_stop;

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
	void *held[190], *page[5];
	struct labyrinth_zone *z;
	int i, k, null = 0;
	pthread_t t;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	for (i = 0; i < 190; i++)
		CHECK((held[i] = get(z, NONE)));
	labyrinth_refill(z);
	churn_stop = 0;
	pthread_create(&t, NULL, audits, z);
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < 5; k++)
			null += !(page[k] = get(z, NONE));
		for (k = 0; k < 5; k++)
			if (page[k])
				labyrinth_cancel(z, page[k]);
		labyrinth_refill(z);	/* the reserve's single pages become a chunk, which an audit could take */
	}
	__atomic_store_n(&churn_stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
#ifndef SANITIZED
	CHECK_EQ(null, 0);
#else
	(void)null;	/* with ASan and MSan the audit does take them out */
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
	pthread_barrier_wait(&held_bar);
	pthread_barrier_wait(&held_bar);
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
	pthread_barrier_init(&held_bar, NULL, 2);
	pthread_create(&th, NULL, forgetful, z);
	pthread_barrier_wait(&held_bar);
	nanosleep(&t, NULL);
	CHECK_EQ(labyrinth_audit(z, 0, note_found, NULL), 1);
	CHECK(!strcmp(found.holder_name, "forgetful"));
	CHECK(!strncmp(labyrinth_symbol(found.alloc_site, name, sizeof(name)), "known_function+", 15));
	CHECK_EQ(last.kind, LABYRINTH_MISUSE_HELD_TOO_LONG);
	CHECK(!strcmp(last.info.holder_name, "forgetful"));
	pthread_barrier_wait(&held_bar);
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
	T(exit_of_a_thread_gives_back), T(thread_without_magazine), T(stealing), T(zone_made_later),
	T(worker_call_in_a_handler), T(guard_mode), T(guard_has_room),
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
