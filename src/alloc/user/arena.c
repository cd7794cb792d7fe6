// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The user-space host's memory: one reserved range per zone, extents in it with
 * a hole after each, populated before the zone opens so that the atomic path
 * meets no page fault.
 *
 * Zone structures are static: a pointer to a destroyed zone still reads as "no
 * zone". In guard mode the range is a memfd mapped twice, so that the producer
 * can lose a page while the worker keeps it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "user.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define GUARD_PAGES_MAX 16384u	/* of all zones: each page may become two mappings, the system allows 65,530 */

struct labyrinth_zone lab_zones[LAB_ZONES];
static u32 next_zone;
static u64 guarded;	/* pages in zones with a guard */

/*
 * A late caller of the zone before may still look: the gate stays closed all the
 * time, and what such callers count themselves in is not touched.
 */
static void make_new(struct labyrinth_zone *z, u32 id)
{
	u32 walkers = offsetof(struct labyrinth_zone, walkers), from = offsetof(struct labyrinth_zone, page);

	lab_store(&z->gate, LAB_GATE_DYING);
	memset((char *)z + from, 0, walkers - from);
	from = walkers + sizeof(z->walkers);
	memset((char *)z + from, 0, offsetof(struct labyrinth_zone, host) - from);
	z->host.alias = NULL;
	z->host.arena = NULL;
	z->host.worker = NULL;
	z->host.pool = z->host.sleepers = z->host.bulk = 0;
	z->host.used = 1;
	z->host.fd = -1;
	z->id = id;
	z->frame_base = ((u64)id + 1) << 24;
}

struct labyrinth_zone *lab_prim_zone_get(void)
{
	struct labyrinth_zone *z = NULL;
	u32 i, k;

	if (lab_thread_init())
		return NULL;
	pthread_mutex_lock(&lab_lock);
	for (i = 0; i < LAB_ZONES && !z; i++) {
		k = next_zone++ % LAB_ZONES;
		if (lab_zones[k].host.used)
			continue;
		z = &lab_zones[k];
		make_new(z, k);
	}
	pthread_mutex_unlock(&lab_lock);
	return z;
}

void lab_prim_zone_put(struct labyrinth_zone *z)
{
	pthread_mutex_lock(&lab_lock);
	z->host.used = 0;
	pthread_mutex_unlock(&lab_lock);
}

struct labyrinth_zone *lab_prim_zone_by_id(u32 id)
{
	return id < LAB_ZONES && lab_zone_ok(&lab_zones[id]) ? &lab_zones[id] : NULL;
}

/*
 * The slots of a zone's structure, for ever: a thread's cheap entry reads the
 * slot it used last before it knows whether that zone still exists.
 */
struct lab_cpu *lab_prim_slots(struct labyrinth_zone *z, u32 n)
{
	static struct lab_cpu *slots[LAB_ZONES];
	static u32 had[LAB_ZONES];
	size_t bytes = (LAB_SLOTS_MAX + 1) * sizeof(struct lab_cpu);
	void *p = slots[z->id];

	if (!p) {
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (p == MAP_FAILED)
			return NULL;
		slots[z->id] = p;
	}
	/* a thread may still point at a slot that only the zone before had: it must not match */
	if (had[z->id] < n)
		had[z->id] = n;
	memset(p, 0, had[z->id] * sizeof(struct lab_cpu));
	return p;
}

void *lab_prim_table(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void lab_prim_table_free(void *p, size_t bytes)
{
	if (p)
		munmap(p, bytes);
}

/* Counts the zone's pages; its close takes them off again. */
static bool guard_room(struct labyrinth_zone *z)
{
	bool fine;

	pthread_mutex_lock(&lab_lock);
	guarded += z->npages;
	fine = guarded <= GUARD_PAGES_MAX;
	pthread_mutex_unlock(&lab_lock);
	return fine;
}

int lab_prim_zone_room(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	u64 table = (u64)z->npages * (sizeof(struct lab_page) + 40);

	if (z->flags & LABYRINTH_ZONE_GUARD && !guard_room(z))
		return -EINVAL;
	if ((u64)p->pages * LABYRINTH_PAGE_SIZE + table > lab_room())
		return -ENOMEM;
	return 0;
}

static int map_arena(struct labyrinth_zone *z)
{
	struct lab_prim_zone *h = &z->host;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	if (z->flags & LABYRINTH_ZONE_GUARD) {
		flags = MAP_SHARED;
		h->fd = memfd_create("labyrinth", MFD_CLOEXEC);
		if (h->fd < 0 || ftruncate(h->fd, (off_t)h->bytes))
			return -ENOMEM;
		h->alias = mmap(NULL, h->bytes, PROT_READ | PROT_WRITE, flags, h->fd, 0);
		if (h->alias == MAP_FAILED) {
			h->alias = NULL;
			return -ENOMEM;
		}
	}
	h->arena = mmap(NULL, h->bytes, PROT_READ | PROT_WRITE, flags, h->fd, 0);
	if (h->arena == MAP_FAILED) {
		h->arena = NULL;
		return -ENOMEM;
	}
	if (h->alias)
		z->alias = h->alias - h->arena;
	return 0;
}

static int populate(struct labyrinth_zone *z, char *va, size_t bytes)
{
	size_t i;

	if (z->flags & LABYRINTH_ZONE_MLOCK && mlock(va, bytes))
		return -ENOMEM;
	if (!madvise(va, bytes, MADV_POPULATE_WRITE))
		return 0;
	if (errno != EINVAL)
		return -ENOMEM;
	for (i = 0; i < bytes; i += LABYRINTH_PAGE_SIZE)	/* older kernels */
		*(volatile char *)(va + i) = 0;
	return 0;
}

int lab_prim_zone_open(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	size_t run = ((size_t)z->extent_pages + 1) * LABYRINTH_PAGE_SIZE;
	struct lab_prim_zone *h = &z->host;
	u32 i, left = z->npages, fill = p->pages, n;
	struct lab_extent *e;
	int err;

	h->bytes = run * z->n_ext;
	err = map_arena(z);
	if (!err && z->flags & LABYRINTH_ZONE_GUARD)
		err = lab_guard_init();
	for (i = 0; i < z->n_ext && !err; i++) {
		e = &z->ext[i];
		n = left < z->extent_pages ? left : z->extent_pages;
		e->base = h->arena + run * i;
		e->bytes = (size_t)n * LABYRINTH_PAGE_SIZE;
		e->first = i * z->extent_pages;
		left -= n;
		if (mprotect(e->base + e->bytes, run - e->bytes, PROT_NONE))
			err = -ENOMEM;
		n = fill < n ? fill : n;
		fill -= n;
		if (!err && n)
			err = populate(z, e->base, (size_t)n * LABYRINTH_PAGE_SIZE);
	}
	h->bulk = p->pages;
	if (lab_tools & LAB_TOOL_VALGRIND && !err) {
		lab_told_alloc(z, NULL, false);
		h->pool = 1;
	}
	return err;
}

void lab_prim_zone_close(struct labyrinth_zone *z)
{
	struct lab_prim_zone *h = &z->host;
	u32 i;

	/* threads that came or went meanwhile have looked at the zone's slots with this lock held */
	pthread_mutex_lock(&lab_lock);
	if (z->flags & LABYRINTH_ZONE_GUARD)
		guarded -= z->npages;
	pthread_mutex_unlock(&lab_lock);
	if (h->pool)
		lab_told_release(z, NULL);
	for (i = 0; h->arena && z->page && i < z->npages; i++)
		if (z->page[i].va)
			lab_tool_open(z->page[i].va);	/* the range will be somebody else's */
	if (h->arena)
		munmap(h->arena, h->bytes);
	if (h->alias)
		munmap(h->alias, h->bytes);
	if (h->fd >= 0)
		close(h->fd);
	h->arena = h->alias = NULL;
	h->fd = -1;
}

/*
 * The zone is public: give the creating thread its magazine. Threads that were
 * there before have slots in it, too: their queues are to be looked at.
 */
void lab_prim_zone_ready(struct labyrinth_zone *z)
{
	u32 i;

	z->host.bulk = 0;
	pthread_mutex_lock(&lab_lock);
	for (i = 0; i < z->ncpu; i++)
		if (lab_threads[i])
			lab_zone_slot_used(z, i);
	pthread_mutex_unlock(&lab_lock);
	if (lab_self.registered)
		lab_zone_slot_open(z, lab_self.slot);
	else
		labyrinth_thread_register();
}

static char *address(struct labyrinth_zone *z, u32 i)
{
	struct lab_extent *e = &z->ext[i / z->extent_pages];

	return e->base + (size_t)(i - e->first) * LABYRINTH_PAGE_SIZE;
}

void *lab_prim_page_get(struct labyrinth_zone *z, u32 i, bool atomic, bool *zeroed)
{
	char *va = address(z, i);

	*zeroed = true;
	if (i < z->host.bulk)
		return va;
	if (z->flags & LABYRINTH_ZONE_GUARD) {
		if (mprotect(va, LABYRINTH_PAGE_SIZE, PROT_READ | PROT_WRITE) ||
		    mprotect(va + z->alias, LABYRINTH_PAGE_SIZE, PROT_READ | PROT_WRITE))
			return NULL;
	}
	lab_tool_open(va);
	if (atomic) {
		*(volatile char *)va = 0;
		return va;
	}
	return populate(z, va, LABYRINTH_PAGE_SIZE) ? NULL : va;
}

void lab_prim_page_put(struct labyrinth_zone *z, u32 i, void *va)
{
	(void)i;
	if (z->flags & LABYRINTH_ZONE_MLOCK)
		munlock(va, LABYRINTH_PAGE_SIZE);
	if (z->host.fd >= 0) {
		if (!fallocate(z->host.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       (char *)va - z->host.arena, LABYRINTH_PAGE_SIZE))
			return;
		lab_prim_guard_page(z, va, LABYRINTH_PAGE_ATOMIC);
	} else if (!madvise(va, LABYRINTH_PAGE_SIZE, MADV_DONTNEED)) {
		return;
	}
	/* a locked page, by mlockall() perhaps: it stays, but comes back empty, as page_get() says */
	if (munlock(va, LABYRINTH_PAGE_SIZE) || madvise(va, LABYRINTH_PAGE_SIZE, MADV_DONTNEED))
		memset(va, 0, LABYRINTH_PAGE_SIZE);
}

/* The machine's frame numbers; the system shows zeroes to those who may not know. */
int lab_prim_frames(struct labyrinth_zone *z)
{
	long sys = sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	u64 e, any = 0;
	u32 i;

	if (fd < 0 || sys != (long)LABYRINTH_PAGE_SIZE) {
		if (fd >= 0)
			close(fd);
		return -EPERM;
	}
	for (i = 0; i < z->npages; i++) {
		e = 0;
		if (pread(fd, &e, 8, (off_t)((size_t)address(z, i) / LABYRINTH_PAGE_SIZE * 8)) != 8)
			e = 0;
		e = e >> 63 ? e & ((1ULL << 55) - 1) : 0;
		lab_store(&z->frame[i], e);
		any |= e;
	}
	close(fd);
	return any ? 0 : -EPERM;
}

void lab_prim_relax(void)
{
	struct timespec t = { 0, 200000 };

	nanosleep(&t, NULL);
}
