// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel host's zones: a table of structures that stay for the module's
 * life, their slots, and what happens to them when CPUs come and go.
 *
 * A zone holds the module. So the module cannot go while a zone lives, and a
 * zone cannot go while its pages are out; labyrinth_zone_destroy() names them.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "host.h"

DEFINE_MUTEX(lab_lock);
struct labyrinth_zone *lab_zones;
static struct lab_cpu *slots[LAB_ZONES];
static u32 turn;
static u64 pages_promised;	/* by all zones */

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
	memset(&z->host, 0, offsetof(struct lab_prim_zone, listeners));
	z->host.used = 1;
	z->id = id;
}

struct labyrinth_zone *lab_prim_zone_get(void)
{
	struct labyrinth_zone *z = NULL;
	u32 i, k;

	if (!try_module_get(THIS_MODULE))
		return NULL;
	mutex_lock(&lab_lock);
	for (i = 0; i < LAB_ZONES && !z; i++) {
		k = turn++ % LAB_ZONES;
		if (lab_zones[k].host.used)
			continue;
		z = &lab_zones[k];
		make_new(z, k);
	}
	mutex_unlock(&lab_lock);
	if (!z)
		module_put(THIS_MODULE);
	return z;
}

void lab_prim_zone_put(struct labyrinth_zone *z)
{
	mutex_lock(&lab_lock);
	z->host.used = 0;
	mutex_unlock(&lab_lock);
	module_put(THIS_MODULE);
}

struct labyrinth_zone *lab_prim_zone_by_id(u32 id)
{
	return id < LAB_ZONES && lab_zone_ok(&lab_zones[id]) ? &lab_zones[id] : NULL;
}

/* Kept for the structure's life: a CPU reads the slot it used last before it knows whether that zone exists. */
struct lab_cpu *lab_prim_slots(struct labyrinth_zone *z, u32 n)
{
	if (!slots[z->id])
		slots[z->id] = lab_prim_table((size_t)n * sizeof(struct lab_cpu));
	else
		memset(slots[z->id], 0, (size_t)n * sizeof(struct lab_cpu));
	return slots[z->id];
}

/* At least a page, so that it is aligned to one. */
void *lab_prim_table(size_t bytes)
{
	return kvzalloc(max_t(size_t, bytes, PAGE_SIZE), GFP_KERNEL | __GFP_NOWARN);
}

void lab_prim_table_free(void *p, size_t bytes)
{
	kvfree(p);
}

int lab_prim_zone_room(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	u64 table = DIV_ROUND_UP((u64)z->npages * (sizeof(struct lab_page) + 40), PAGE_SIZE);
	long free = si_mem_available();
	bool fine;

	if (z->flags & (LABYRINTH_ZONE_GUARD | LABYRINTH_ZONE_RSEQ | LABYRINTH_ZONE_MLOCK))
		return -EOPNOTSUPP;
	if (free < 0 || (u64)p->pages + table > (u64)free)
		return -ENOMEM;
	mutex_lock(&lab_lock);
	fine = !lab_max_pages || pages_promised + z->npages <= lab_max_pages;
	if (fine) {
		z->host.counted = z->npages;
		pages_promised += z->npages;
	}
	mutex_unlock(&lab_lock);
	if (!fine)
		pr_notice("labyrinth: zone %s refused: with its %llu pages the zones would exceed max_pages=%u\n",
			  z->name, z->npages, lab_max_pages);
	return fine ? 0 : -ENOMEM;
}

int lab_prim_zone_open(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	return 0;
}

/* The zone is public. Emergency pages now, so that the first NMI on any CPU finds some. */
void lab_prim_zone_ready(struct labyrinth_zone *z)
{
	unsigned int cpu;

	mutex_lock(&lab_lock);
	for_each_online_cpu(cpu) {
		if (cpu >= z->ncpu)
			break;
		lab_zone_slot_used(z, cpu);
		lab_emerg_fill(z, z->cpu + cpu);
	}
	lab_trace_zone(z);
	mutex_unlock(&lab_lock);
	lab_debugfs_add(z);
}

/* Pages that are present, all of them free: nobody is left who could hold one. */
static void give_back_all(struct labyrinth_zone *z)
{
	u32 i;

	for (i = 0; z->page && i < z->npages; i++)
		if (z->page[i].va && lab_w_state(z->page[i].word) != LABYRINTH_PAGE_ABSENT)
			lab_prim_page_put(z, i, z->page[i].va);
}

void lab_prim_zone_close(struct labyrinth_zone *z)
{
	lab_debugfs_remove(z);
	lab_worker_end(z);
	/* CPUs that come or go look at the zones with this lock held */
	mutex_lock(&lab_lock);
	pages_promised -= z->host.counted;
	z->host.counted = 0;
	mutex_unlock(&lab_lock);
	give_back_all(z);
}

/*
 * Calls run with preemption off or in interrupts; RCU waits for both, on every
 * CPU. The expedited form becomes the normal one where the system says so
 * (rcu_normal, as on PREEMPT_RT).
 */
bool lab_prim_quiesce(struct labyrinth_zone *z)
{
	synchronize_rcu_expedited();
	return true;
}

/* A CPU comes up; it does not run yet. */
void lab_zones_online(unsigned int cpu)
{
	u32 i;

	mutex_lock(&lab_lock);
	for (i = 0; i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]) && cpu < lab_zones[i].ncpu) {
			lab_zone_slot_used(&lab_zones[i], cpu);
			lab_emerg_fill(&lab_zones[i], lab_zones[i].cpu + cpu);
		}
	mutex_unlock(&lab_lock);
}

/* A CPU is dead: what lay in its slots is for everybody. Its queue is received as it is. */
void lab_zones_dead(unsigned int cpu)
{
	u32 i;

	per_cpu(lab_this_cpu, cpu).cpu = lab_idle;
	mutex_lock(&lab_lock);
	for (i = 0; i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]) && cpu < lab_zones[i].ncpu)
			lab_mag_flush_all(&lab_zones[i], lab_zones[i].cpu + cpu);
	mutex_unlock(&lab_lock);
}

int lab_zones_init(void)
{
	u32 i;

	lab_zones = lab_prim_table(LAB_ZONES * sizeof(*lab_zones));
	if (!lab_zones)
		return -ENOMEM;
	for (i = 0; i < LAB_ZONES; i++)
		lab_worker_init(&lab_zones[i]);
	return 0;
}

void lab_zones_exit(void)
{
	u32 i;

	for (i = 0; i < LAB_ZONES; i++)
		kvfree(slots[i]);
	kvfree(lab_zones);
}
