// SPDX-License-Identifier: GPL-2.0-or-later
/* The disks that are not there: timers in soft interrupt context, and what they "read". */
#include <linux/version.h>
#include "vault.h"

static bool (*complete_part)(struct vault_disk *disk);

static u32 word_of(u32 stripe, u32 disk, u32 i)
{
	return (stripe * 2654435761u) ^ (disk * 40503u) ^ (i << 8);
}

/* What disk @disk has of stripe @stripe; the last disk has the parity. */
void vault_disk_data(u32 stripe, u32 disk, u32 *words)
{
	u32 i, d;

	for (i = 0; i < VAULT_WORDS; i++) {
		words[i] = 0;
		for (d = 0; d < VAULT_DISKS - 1; d++)
			if (disk == d || disk == VAULT_DISKS - 1)
				words[i] ^= word_of(stripe, d, i);
	}
}

static enum hrtimer_restart disk_tick(struct hrtimer *timer)
{
	struct vault_disk *disk = container_of(timer, struct vault_disk, timer);

	if (disk->stripe >= disk->array->stripes)
		return HRTIMER_NORESTART;
	if (complete_part(disk))
		disk->stripe++;
	hrtimer_forward_now(timer, ns_to_ktime(disk->period_ns));
	return HRTIMER_RESTART;
}

void vault_disk_start(struct vault_disk *disk, bool (*complete)(struct vault_disk *disk))
{
	complete_part = complete;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(&disk->timer, disk_tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
#else
	hrtimer_init(&disk->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	disk->timer.function = disk_tick;
#endif
	hrtimer_start(&disk->timer, ns_to_ktime(disk->period_ns), HRTIMER_MODE_REL_SOFT);
}

void vault_disk_stop(struct vault_disk *disk)
{
	hrtimer_cancel(&disk->timer);
}
