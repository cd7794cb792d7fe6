/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the discipline's cases share: a driver's structures around labyrinth pages. */
#ifndef CASE_PAGES_H
#define CASE_PAGES_H

#include "kernel.h"
#include <labyrinth/labyrinth.h>
#include <labyrinth/annotate.h>

#define ATOMIC_PAGE(z) \
	labyrinth_void_allocpage_gfpatomic_extra_quality((z), LABYRINTH_QUALITY_NONE)

struct frame {
	u32 len;
	u32 status;
	struct list_head node;
	u8 data[64];
};

struct ring {
	void *slot[16];
	unsigned int head, tail;
};

struct nic {
	struct labyrinth_zone *zone;
	spinlock_t lock;
	raw_spinlock_t raw;
	struct list_head done;
	struct ring rx;
	void *spare;
	u32 drops, packets;
	bool up;
};

extern struct labyrinth_zone *rx_zone;
u32 nic_read(struct nic *nic, int reg);
int nic_good(struct nic *nic);

static inline void list_put(struct list_head *item, struct list_head *head)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}
#endif
