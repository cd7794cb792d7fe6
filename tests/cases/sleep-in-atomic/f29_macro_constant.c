/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F29: a macro keeps its argument in a local; with 0 the sleep is dead, but
 * nothing has folded it when the facts are taken.
 */
#include "kernel.h"

extern u64 ktime_get_us(void);

#define read_poll(op, val, cond, sleep_us, timeout_us, sleep_before, args...) ({ \
	u64 __timeout_us = (timeout_us); \
	unsigned long __sleep_us = (sleep_us); \
	u64 __end = ktime_get_us() + __timeout_us; \
	might_sleep_if((__sleep_us) != 0); \
	if (sleep_before && __sleep_us) \
		usleep_range((__sleep_us >> 2) + 1, __sleep_us); \
	for (;;) { \
		(val) = op(args); \
		if (cond) \
			break; \
		if (__timeout_us && ktime_get_us() > __end) { \
			(val) = op(args); \
			break; \
		} \
		if (__sleep_us) \
			usleep_range((__sleep_us >> 2) + 1, __sleep_us); \
		cpu_relax(); \
	} \
	(cond) ? 0 : -ETIMEDOUT; })

struct dev {
	spinlock_t lock;
	volatile u32 *reg;
};

static u32 dev_read(struct dev *d)
{
	return *d->reg;
}

int dev_wait_ok(struct dev *d)
{
	u32 v;
	int ret;

	spin_lock(&d->lock);
	ret = read_poll(dev_read, v, v & 1, 0, 100, false, d);
	spin_unlock(&d->lock);
	return ret ? ret : read_poll(dev_read, v, v & 2, 10, 100, true, d);
}

int dev_wait_bad(struct dev *d)
{
	u32 v;
	int ret;

	spin_lock(&d->lock);
	ret = read_poll(dev_read, v, v & 1, 10, 100, false, d); /* expect: sleep-in-atomic "dev_wait_bad -> " */
	spin_unlock(&d->lock);
	return ret;
}
