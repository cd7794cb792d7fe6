/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receive path of a network card, with Labyrinth: what its parts share.
 *
 * The interrupt takes fresh pages for the ring and hands the full ones to a
 * worker, which may sleep, looks at the packets and gives the pages back. The
 * card is a timer, so that this runs without hardware.
 */
#ifndef MAZE_RX_H
#define MAZE_RX_H

#include <linux/hrtimer.h>
#include <linux/types.h>
#include <labyrinth/labyrinth.h>

#define RX_RING		64
#define RX_PAYLOAD	1500

/* What the card writes into a page. */
struct rx_packet {
	u32 seq;
	u32 len;
	u32 sum;
	u8 payload[];
};

struct rx_slot {
	void *page;		/* the card's, until it is done */
	bool done;
};

struct rx_card {
	struct hrtimer timer;
	struct rx_slot ring[RX_RING];
	unsigned int at;	/* the card's next slot */
	unsigned int seen;	/* the interrupt's next slot */
	u32 seq;
	unsigned int burst;
	u64 period_ns;
	u64 missed;		/* packets that found no free slot */
	void (*interrupt)(struct rx_card *card);
};

/* rx_card.c: the hardware */
void rx_card_start(struct rx_card *card);
void rx_card_stop(struct rx_card *card);
u32 rx_sum(const struct rx_packet *packet);

#endif
