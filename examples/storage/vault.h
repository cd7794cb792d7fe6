/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The completion path of a storage array, with Labyrinth: what its parts share.
 *
 * A stripe is read from all disks at once. Each disk completes its part in soft
 * interrupt context; the part is copied into a page of the zone and handed to a
 * worker, which checks the parity of the whole stripe. A read may not be lost:
 * a part for which there is no page stays with its disk, which is polled again.
 */
#ifndef VAULT_H
#define VAULT_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <labyrinth/labyrinth.h>

#define VAULT_DISKS	4	/* the last one holds the parity of the others */
#define VAULT_WORDS	64
#define VAULT_OPEN	64	/* stripes that may be incomplete at the same time */

/* The begin of a page on its way to the worker. */
struct vault_part {
	u32 stripe;
	u32 disk;
	u32 data[VAULT_WORDS];
};

struct vault_array;

struct vault_disk {
	struct vault_array *array;
	struct hrtimer timer;		/* the disk: it completes a part now and then */
	u32 number;
	u32 stripe;			/* the next one it reads */
	u64 period_ns;
};

struct vault_array {
	struct labyrinth_zone *zone;
	struct vault_disk disk[VAULT_DISKS];
	u32 stripes;			/* to read in all */
	u32 oldest;			/* stripe that is not complete; the worker moves it on */
	spinlock_t lock;		/* the counters below: disks complete on any CPU */
	u64 completed;
	u64 put_off;			/* completions that come again: no page, or too far ahead */
};

/* disks.c: the hardware */
void vault_disk_data(u32 stripe, u32 disk, u32 *words);
void vault_disk_start(struct vault_disk *disk, bool (*complete)(struct vault_disk *disk));
void vault_disk_stop(struct vault_disk *disk);

#endif
