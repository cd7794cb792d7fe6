// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads as slots: registration, exit, fork, and waiting for calls to leave.
 *
 * A slot is a number below 255, claimed by a thread for all zones. The thread's
 * exit flushes its magazines. In a forked child every zone is rebuilt from its
 * descriptors; a fork from inside a call (in a handler) leaves the zones dead,
 * because the interrupted call would resume on lists that are gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>

#include "user.h"
#include "rseq.h"

__thread struct lab_thread lab_self = { .cpu = lab_idle, .slot = LAB_NO_SLOT };
u64 lab_dummies[16] LAB_ALIGNED(64) = { [0] = 1, [8] = 1 };	/* their "zone" is none */
struct lab_thread *lab_threads[LAB_SLOTS_MAX];
u64 lab_bad_zones;
pthread_mutex_t lab_lock = PTHREAD_MUTEX_INITIALIZER;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int init_error;

static void at_exit_of_thread(void *arg)
{
	(void)arg;
	labyrinth_thread_unregister();
}

static void fork_prepare(void)
{
	pthread_mutex_lock(&lab_lock);
}

static void fork_parent(void)
{
	pthread_mutex_unlock(&lab_lock);
}

static void fork_child(void)
{
	u32 i, slot = lab_self.slot, holder = lab_self.tid;
	bool inside = lab_self.cpu == lab_busy;
	struct labyrinth_zone *z;

	lab_self.tid = (u32)syscall(SYS_gettid);
	for (i = 0; i < LAB_SLOTS_MAX; i++)
		if (i != slot)
			lab_threads[i] = NULL;
	for (i = 0; i < LAB_ZONES; i++) {
		z = &lab_zones[i];
		if (!lab_zone_ok(z))
			continue;
		lab_worker_forked(z);
		z->host.visitors[0] = z->host.visitors[1] = 0;
		z->host.sleepers = 0;
		if (inside || z->flags & LABYRINTH_ZONE_GUARD)	/* that memory is shared with the parent */
			(void)lab_or(&z->gate, LAB_GATE_DYING);
		if (!inside)	/* all of them first: zones queue each other's pages */
			lab_zone_forget(z);
	}
	for (i = 0; i < LAB_ZONES && !inside; i++)
		if (lab_zone_ok(&lab_zones[i]))
			lab_zone_rebuild(&lab_zones[i], slot, holder);
	for (i = 0; i < LAB_ZONES && !inside; i++)
		if (lab_zone_ok(&lab_zones[i]) && slot != LAB_NO_SLOT)
			lab_zone_slot_open(&lab_zones[i], slot);
	pthread_mutex_unlock(&lab_lock);
}

static void init(void)
{
	if (pthread_key_create(&key, at_exit_of_thread) ||
	    pthread_atfork(fork_prepare, fork_parent, fork_child)) {
		init_error = -ENOMEM;
		return;
	}
	/* without it (old kernels, valgrind) quiesce falls back to waiting longer */
	(void)syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
	lab_tools_find();
	lab_print_modules();
}

int lab_thread_init(void)
{
	pthread_once(&once, init);
	return init_error;
}

int labyrinth_thread_register(void)
{
	u32 i;

	if (lab_self.registered)
		return 0;
	if (lab_thread_init())
		return -ENOMEM;
	(void)lab_prim_holder();
	pthread_mutex_lock(&lab_lock);
	for (i = 0; i < LAB_SLOTS_MAX && lab_threads[i]; i++)
		;
	if (i == LAB_SLOTS_MAX) {
		pthread_mutex_unlock(&lab_lock);
		return -ENOSPC;
	}
	lab_store(&lab_threads[i], &lab_self);
	pthread_setspecific(key, &lab_self);
	lab_self.registered = 1;
	lab_barrier();
	lab_self.slot = i;
	for (i = 0; i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]))
			lab_zone_slot_open(&lab_zones[i], lab_self.slot);
	pthread_mutex_unlock(&lab_lock);
	return 0;
}

void labyrinth_thread_unregister(void)
{
	u32 i, slot = lab_self.slot;

	if (!lab_self.registered)
		return;
	pthread_mutex_lock(&lab_lock);
	for (i = 0; i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]))
			lab_zone_slot_close(&lab_zones[i], slot);
	/* from here on handlers on this thread work on the reserve; then flush what they put back */
	lab_store(&lab_self.cpu, lab_idle);
	lab_self.slot = LAB_NO_SLOT;
	lab_barrier();
	lab_store(&lab_threads[slot], (struct lab_thread *)NULL);
	for (i = 0; i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]) && slot < lab_zones[i].ncpu)
			lab_mag_flush_all(&lab_zones[i], lab_zones[i].cpu + slot);
	lab_self.registered = 0;
	pthread_setspecific(key, NULL);
	pthread_mutex_unlock(&lab_lock);
}

void labyrinth_atomic_enter(void)
{
	lab_self.atomic++;
	lab_self.context = 1 << LAB_W_CTX_SHIFT;
	lab_barrier();
}

void labyrinth_atomic_exit(void)
{
	lab_barrier();
	if (lab_self.atomic && !--lab_self.atomic)	/* one exit too many does nothing */
		lab_self.context = 0;
}

enum labyrinth_reason labyrinth_last_reason(void)
{
	return (enum labyrinth_reason)lab_self.reason;
}

#define LAB_QUIESCE_NS	3000000000u

static __thread u64 quiesce_end;

static bool give_up(void)
{
	if (lab_prim_now(1) >= quiesce_end)
		return true;
	lab_prim_relax();
	return false;
}

/* A thread in a call; the call is over when the thread is outside, or in a later one, or gone. */
struct caller {
	struct lab_thread *thread;
	u32 entries;
};

static bool is_over(const struct caller *c, u32 slot)
{
	int looks;

	if (lab_threads[slot] != c->thread)
		return true;
	for (looks = 0; looks < 100; looks++)
		if (lab_load_acq(&c->thread->cpu) != lab_busy ||
		    lab_load_acq(&c->thread->entries) != c->entries)
			return true;
	return false;
}

/* How many calls are not over. */
static u32 look_around(struct caller *c)
{
	u32 i, n = 0;

	pthread_mutex_lock(&lab_lock);
	for (i = 0; i < LAB_SLOTS_MAX; i++) {
		if (c[i].thread && is_over(&c[i], i))
			c[i].thread = NULL;
		n += c[i].thread != NULL;
	}
	pthread_mutex_unlock(&lab_lock);
	return n;
}

/*
 * A guard raised after the barrier sees the closed gate; one raised before is
 * seen here. Each such call must end; one that was left by siglongjmp never
 * does: then we give up.
 */
bool lab_prim_quiesce(struct labyrinth_zone *z)
{
	struct caller c[LAB_SLOTS_MAX];
	u32 i;

	quiesce_end = lab_prim_now(1) + LAB_QUIESCE_NS;
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
		lab_prim_relax();
	pthread_mutex_lock(&lab_lock);
	for (i = 0; i < LAB_SLOTS_MAX; i++) {
		c[i].thread = lab_threads[i] != &lab_self ? lab_threads[i] : NULL;
		c[i].entries = c[i].thread ? lab_load_acq(&c[i].thread->entries) : 0;
	}
	pthread_mutex_unlock(&lab_lock);
	while (look_around(c))
		if (give_up())
			return false;
	return lab_visitors_left(z, give_up);
}

/* May run in a handler: system calls only. */
void lab_prim_holder_name(u32 holder, char *buf)
{
	char path[40] = "/proc/self/task/", digits[12];
	int n = 0, at = 16, fd;
	ssize_t got;

	do {
		digits[n++] = (char)('0' + holder % 10);
		holder /= 10;
	} while (holder);
	while (n)
		path[at++] = digits[--n];
	memcpy(path + at, "/comm", 6);
	n = errno;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd >= 0 ? read(fd, buf, 15) : 0;
	if (fd >= 0)
		close(fd);
	errno = n;
	buf[got > 0 ? got - 1 : 0] = 0;
}

/* ---- layer 1 per CPU ---- */

#ifdef LAB_HAVE_RSEQ
u32 lab_prim_percpu(void)
{
	return lab_rseq_ready() && !(lab_tools & LAB_TOOL_VALGRIND) ? (u32)sysconf(_SC_NPROCESSORS_CONF) : 0;
}

bool lab_prim_percpu_pop(struct labyrinth_zone *z, u32 *index)
{
	bool got = lab_rseq_pop(z->percpu, z->npercpu, index);

	lab_san_written(index, sizeof(*index));
	lab_san_acquire(z->percpu);	/* the kernel's switch of threads orders it; TSan cannot see that */
	return got;
}

bool lab_prim_percpu_push(struct labyrinth_zone *z, u32 index)
{
	lab_san_release(z->percpu);
	return lab_rseq_push(z->percpu, z->npercpu, index);
}
#else
u32 lab_prim_percpu(void) { return 0; }
bool lab_prim_percpu_pop(struct labyrinth_zone *z, u32 *i) { (void)z; (void)i; return false; }
bool lab_prim_percpu_push(struct labyrinth_zone *z, u32 i) { (void)z; (void)i; return false; }
#endif
