// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * maze_rx.ko: the driver. Ownership of each page, in order: the zone's, the
 * ring's (ATOMIC, this driver's), the queue's (handed off), the worker's, the
 * zone's again. A packet whose page cannot be replaced is dropped, and its page
 * stays in the ring: the card never runs dry.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include "rx.h"

static unsigned int period_us = 500;
module_param(period_us, uint, 0444);
MODULE_PARM_DESC(period_us, "time between interrupts, 10 to 1000000");

static unsigned int burst = 16;
module_param(burst, uint, 0444);
MODULE_PARM_DESC(burst, "packets an interrupt, 1 to 64");

static unsigned int pages = 256;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "pages of the zone, 128 to 65536");

struct rx_stats {
	u64 handed_off;		/* the interrupt's */
	u64 dropped;
	u64 processed;		/* the worker's */
	u64 bytes;
	u64 damaged;
};

static struct labyrinth_zone *zone;
static struct rx_card card;
static struct rx_stats stats;

/* ---- interrupt ---- */

/* Gives the full page away and puts an empty one in its place, or nothing changes. */
static bool rx_replace(struct rx_slot *slot)
{
	void *fresh = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_CL_ALIGN);

	if (!fresh)
		return false;
	if (labyrinth_handoff(zone, slot->page)) {
		labyrinth_cancel(zone, fresh);
		return false;
	}
	slot->page = fresh;
	return true;
}

static void rx_interrupt(struct rx_card *c)
{
	struct rx_slot *slot;

	for (slot = &c->ring[c->seen % RX_RING]; slot->done; slot = &c->ring[c->seen % RX_RING]) {
		if (rx_replace(slot))
			stats.handed_off++;
		else
			stats.dropped++;
		slot->done = false;
		c->seen++;
	}
}

/* ---- worker: may sleep; the page is freed when it returns ---- */

static void rx_process(void *page, void *arg)
{
	const struct rx_packet *packet = page;
	struct rx_stats *s = arg;

	might_sleep();
	if (packet->len > RX_PAYLOAD || packet->sum != rx_sum(packet)) {
		s->damaged++;
		return;
	}
	s->processed++;
	s->bytes += packet->len;
}

/* ---- begin and end ---- */

static void rx_drain_ring(void)
{
	unsigned int i;

	for (i = 0; i < RX_RING; i++) {
		if (card.ring[i].page)
			labyrinth_cancel(zone, card.ring[i].page);
		card.ring[i].page = NULL;
	}
}

static int rx_fill_ring(void)
{
	unsigned int i;

	for (i = 0; i < RX_RING; i++) {
		card.ring[i].page = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_NONE);
		if (!card.ring[i].page)
			return -ENOMEM;
	}
	return 0;
}

static int __init rx_init(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .name = "maze_rx", .destroy_timeout_ns = 1000000000 };
	int err;

	if (period_us < 10 || period_us > 1000000 || !burst || burst > RX_RING || pages < 2 * RX_RING ||
	    pages > 65536) {
		pr_err("maze_rx: period_us=%u burst=%u pages=%u: see modinfo for the ranges\n", period_us, burst, pages);
		return -EINVAL;
	}
	p.pages = pages;
	err = labyrinth_zone_create(&p, &zone);
	if (err)
		return err;
	err = rx_fill_ring();
	if (!err)
		err = labyrinth_worker_start(zone, rx_process, &stats);
	if (err) {
		rx_drain_ring();
		labyrinth_zone_destroy(zone);
		return err;
	}
	card.interrupt = rx_interrupt;
	card.burst = burst;
	card.period_ns = (u64)period_us * 1000;
	rx_card_start(&card);
	return 0;
}

static void __exit rx_exit(void)
{
	rx_card_stop(&card);
	rx_drain_ring();
	labyrinth_worker_stop(zone);	/* after it has processed what was handed off */
	pr_info("maze_rx: %llu handed off, %llu processed, %llu bytes, %llu dropped, %llu missed, %llu damaged\n",
		stats.handed_off, stats.processed, stats.bytes, stats.dropped, card.missed, stats.damaged);
	if (labyrinth_zone_destroy(zone))
		pr_err("maze_rx: pages are still out, the zone stays\n");
}

module_init(rx_init);
module_exit(rx_exit);
MODULE_DESCRIPTION("Maze 1000: a receive path with Labyrinth, on a card made of a timer");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
