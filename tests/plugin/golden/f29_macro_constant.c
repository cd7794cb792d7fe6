// SPDX-License-Identifier: GPL-2.0-or-later
/* F29: the macro's parameter is a constant, kept in a local and tested there. */
typedef unsigned long long u64;

void usleep_range(unsigned long lo, unsigned long hi);
void udelay(unsigned long us);
unsigned int readl(const volatile void *addr);
u64 now(void);

#define poll_timeout(op, val, cond, sleep_us, timeout_us, args...) ({ \
	u64 __timeout_us = (timeout_us); \
	unsigned long __sleep_us = (sleep_us); \
	u64 __end = now() + __timeout_us; \
	for (;;) { \
		(val) = op(args); \
		if (cond) \
			break; \
		if (__timeout_us && now() > __end) { \
			(val) = op(args); \
			break; \
		} \
		if (__sleep_us) \
			usleep_range((__sleep_us >> 2) + 1, __sleep_us); \
	} \
	(cond) ? 0 : -110; \
})

int wait_busy(void *reg)
{
	unsigned int v;

	return poll_timeout(readl, v, v & 1, 0, 100, reg);
}

int wait_sleeping(void *reg)
{
	unsigned int v;

	return poll_timeout(readl, v, v & 1, 10, 100, reg);
}
