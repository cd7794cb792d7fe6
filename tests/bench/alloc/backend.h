/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One benchmark text, three ways to get a page. Every backend is inlined into
 * its own program: BE_LAB (this project, static library), BE_MALLOC (whatever
 * malloc is preloaded), BE_DPDK (rte_mempool).
 *
 * be_alloc/be_free: the pair of one thread. be_free_far: a consumer gives back
 * what another thread allocated. Configurations come as a word in argv[1].
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096

#if defined(BE_LAB)
#include <labyrinth/labyrinth.h>

static struct labyrinth_zone *zone;
static labyrinth_quality_t quality;

static bool be_init(const char *config, unsigned int pages)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "bench", .pages = pages,
		.prepare = LABYRINTH_PREPARE_KEEP, .flags = LABYRINTH_ZONE_QUIET,
	};

	if (strstr(config, "trust"))
		p.flags |= LABYRINTH_ZONE_NO_CHECKS;
	if (strstr(config, "mag128"))
		p.magazine = 128;
	if (strstr(config, "rseq"))
		p.flags |= LABYRINTH_ZONE_RSEQ;
	if (strstr(config, "exact"))
		p.stamp = LABYRINTH_STAMP_EXACT;
	if (strstr(config, "coarse"))
		p.stamp = LABYRINTH_STAMP_COARSE;
	if (strstr(config, "zero"))
		p.prepare = LABYRINTH_PREPARE_ZERO;
	if (strstr(config, "poison"))
		p.prepare = LABYRINTH_PREPARE_POISON;
	if (strstr(config, "full"))
		p.check = LABYRINTH_CHECK_FULL;
	if (strstr(config, "nocheck"))
		p.check = LABYRINTH_CHECK_OFF;
	return !labyrinth_zone_create(&p, &zone);
}

static void be_thread(void) { labyrinth_thread_register(); }
static inline void *be_alloc(void)
{
	return labyrinth_void_allocpage_gfpatomic_extra_quality(zone, quality);
}
static inline void be_free(void *p) { labyrinth_cancel(zone, p); }
static inline void be_free_far(void *p) { labyrinth_cancel(zone, p); }
#define BE_BULK 1
static inline int be_alloc_bulk(void **p, unsigned int n) { return labyrinth_alloc_bulk(zone, quality, p, n); }
static inline void be_free_bulk(void **p, unsigned int n) { labyrinth_cancel_bulk(zone, p, n); }

#elif defined(BE_MALLOC)
#include <malloc.h>

static bool aligned;

static bool be_init(const char *config, unsigned int pages)
{
	(void)pages;
	aligned = strstr(config, "aligned") != NULL;
#ifdef M_TRIM_THRESHOLD
	if (strstr(config, "notrim")) {
		mallopt(M_TRIM_THRESHOLD, 1 << 30);
		mallopt(M_TOP_PAD, 1 << 28);
		mallopt(M_MMAP_THRESHOLD, 1 << 30);
	}
#endif
	return true;
}

static void be_thread(void) { }
static inline void *be_alloc(void)
{
	return aligned ? aligned_alloc(PAGE, PAGE) : malloc(PAGE);
}
static inline void be_free(void *p) { free(p); }
static inline void be_free_far(void *p) { free(p); }

#elif defined(BE_DPDK)
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

static struct rte_mempool *pool;

static bool be_init(const char *config, unsigned int pages)
{
	char *args[] = { "bench", "--no-huge", "--no-pci", "--no-shconf", "-m", "512", "--no-telemetry",
			 "--log-level=5", "-l", "0", "-d", DPDK_DRIVERS, NULL };
	unsigned int cache = strstr(config, "cache256") ? 256 : strstr(config, "cache32") ? 32 : 0;

	if (rte_eal_init(12, args) < 0)
		return false;
	pool = rte_mempool_create_empty("bench", pages, PAGE, cache, 0, SOCKET_ID_ANY,
					RTE_MEMPOOL_F_NO_SPREAD);
	if (!pool || rte_mempool_set_ops_byname(pool, strstr(config, "lfstack") ? "lf_stack" : "ring_mp_mc", NULL))
		return false;
	return rte_mempool_populate_default(pool) > 0;
}

static void be_thread(void)
{
	if (rte_lcore_id() == LCORE_ID_ANY)
		rte_thread_register();
}
static inline void *be_alloc(void)
{
	void *p;

	return rte_mempool_get(pool, &p) ? NULL : p;
}
static inline void be_free(void *p) { rte_mempool_put(pool, p); }
static inline void be_free_far(void *p) { rte_mempool_put(pool, p); }
#define BE_BULK 1
static inline int be_alloc_bulk(void **p, unsigned int n) { return rte_mempool_get_bulk(pool, p, n) ? 0 : (int)n; }
static inline void be_free_bulk(void **p, unsigned int n) { rte_mempool_put_bulk(pool, p, n); }
#endif

#endif /* BACKEND_H */
