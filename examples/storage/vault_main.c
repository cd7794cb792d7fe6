// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vault.ko: the driver. Completions (soft interrupt) copy and hand off; a thread
 * of our own waits for pages, puts stripes together and frees.
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/string.h>
#include "vault.h"

#define BATCH		16

static unsigned int stripes = 2000;
module_param(stripes, uint, 0444);
MODULE_PARM_DESC(stripes, "stripes to read, 1 to 1000000");

static unsigned int pages = 64;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "pages of the zone, 8 to 65536; few make completions wait");

static unsigned int period_us = 200;
module_param(period_us, uint, 0444);
MODULE_PARM_DESC(period_us, "time between completions of a disk, 10 to 1000000");

/* The worker's alone. */
struct stripe {
	u32 number;
	u32 parts;
	u32 sum[VAULT_WORDS];
};

static struct vault_array array;
static struct stripe open_stripes[VAULT_OPEN];
static u32 settled[VAULT_OPEN];	/* number + 1 of the last stripe that was here */
static u64 good, bad;
static struct task_struct *worker;

/* ---- completion: soft interrupt ---- */

static void count_completion(struct vault_array *a, bool done)
{
	unsigned long flags;

	spin_lock_irqsave(&a->lock, flags);
	if (done)
		a->completed++;
	else
		a->put_off++;
	spin_unlock_irqrestore(&a->lock, flags);
}

/* False: not now; the disk comes again with the same part. */
static bool vault_complete(struct vault_disk *disk)
{
	struct vault_array *a = disk->array;
	struct vault_part *part = NULL;

	if (disk->stripe - READ_ONCE(a->oldest) < VAULT_OPEN)
		part = labyrinth_void_allocpage_gfpatomic_extra_quality(a->zone, LABYRINTH_QUALITY_ZERO);
	if (!part) {
		count_completion(a, false);
		return false;
	}
	part->stripe = disk->stripe;
	part->disk = disk->number;
	vault_disk_data(disk->stripe, disk->number, part->data);
	if (labyrinth_handoff(a->zone, part)) {
		labyrinth_cancel(a->zone, part);
		return false;
	}
	count_completion(a, true);
	return true;
}

/* ---- worker: a thread ---- */

static void finish_stripe(struct stripe *s)
{
	u32 i, any = 0;

	for (i = 0; i < VAULT_WORDS; i++)
		any |= s->sum[i];
	if (any)
		bad++;
	else
		good++;
	settled[s->number % VAULT_OPEN] = s->number + 1;
	while (settled[array.oldest % VAULT_OPEN] == array.oldest + 1)
		WRITE_ONCE(array.oldest, array.oldest + 1);
	memset(s, 0, sizeof(*s));
}

static void add_part(const struct vault_part *part)
{
	struct stripe *s = &open_stripes[part->stripe % VAULT_OPEN];
	u32 i;

	s->number = part->stripe;
	for (i = 0; i < VAULT_WORDS; i++)
		s->sum[i] ^= part->data[i];
	if (++s->parts == VAULT_DISKS)
		finish_stripe(s);
}

static int vault_worker(void *data)
{
	struct vault_array *a = data;
	void *batch[BATCH];
	int i, n;

	while (!kthread_should_stop()) {
		labyrinth_wait(a->zone, 20000000);
		while ((n = labyrinth_receive(a->zone, batch, BATCH)) > 0)
			for (i = 0; i < n; i++) {
				add_part(batch[i]);
				labyrinth_free_page(a->zone, batch[i]);
			}
		labyrinth_refill(a->zone);
	}
	return 0;
}

/* ---- begin and end ---- */

static int vault_open(void)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "vault", .pages = pages, .destroy_timeout_ns = 1000000000,
		.max_hold_ns = 2000000000,
	};
	u32 i;
	int err = labyrinth_zone_create(&p, &array.zone);

	if (err)
		return err;
	worker = kthread_run(vault_worker, &array, "vault");
	if (IS_ERR(worker)) {
		labyrinth_zone_destroy(array.zone);
		return PTR_ERR(worker);
	}
	spin_lock_init(&array.lock);
	array.stripes = stripes;
	for (i = 0; i < VAULT_DISKS; i++) {
		array.disk[i] = (struct vault_disk){
			.array = &array, .number = i, .period_ns = (u64)period_us * 1000,
		};
		vault_disk_start(&array.disk[i], vault_complete);
	}
	return 0;
}

static int __init vault_init(void)
{
	if (!stripes || stripes > 1000000 || pages < 8 || pages > 65536 || period_us < 10 || period_us > 1000000) {
		pr_err("vault: stripes=%u pages=%u period_us=%u: see modinfo for the ranges\n", stripes, pages, period_us);
		return -EINVAL;
	}
	return vault_open();
}

static void __exit vault_exit(void)
{
	void *batch[BATCH];
	int i, n;

	for (i = 0; i < VAULT_DISKS; i++)
		vault_disk_stop(&array.disk[i]);
	kthread_stop(worker);
	while ((n = labyrinth_receive(array.zone, batch, BATCH)) > 0)
		for (i = 0; i < n; i++) {
			add_part(batch[i]);
			labyrinth_free_page(array.zone, batch[i]);
		}
	pr_info("vault: %llu parts completed, %llu put off, %llu stripes good, %llu bad\n", array.completed,
		array.put_off, good, bad);
	if (labyrinth_zone_destroy(array.zone))
		pr_err("vault: pages are still out, the zone stays\n");
}

module_init(vault_init);
module_exit(vault_exit);
MODULE_DESCRIPTION("A storage array's completion path with Labyrinth, on disks made of timers");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
