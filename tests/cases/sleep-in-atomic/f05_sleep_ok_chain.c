/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F5: a bool goes through three calls and says in a loop at the bottom whether
 * to sleep or to spin.
 */
#include "kernel.h"

struct adapter {
	spinlock_t stats_lock;
	volatile u32 *mbox;
};

static int wr_mbox_core(struct adapter *a, u32 cmd, bool sleep_ok)
{
	int i;

	*a->mbox = cmd;
	for (i = 0; i < 500; i++) {
		if (sleep_ok)
			msleep(i < 10 ? 1 : 10); /* expect: sleep-in-atomic "get_stats_bad -> .*wr_mbox_core -> msleep" */
		else
			udelay(1000);
		if (*a->mbox == 0)
			return 0;
	}
	return -ETIMEDOUT;
}

static int wr_mbox_ns(struct adapter *a, u32 cmd)
{
	return wr_mbox_core(a, cmd, false);
}

static int port_cmd(struct adapter *a, int port, bool sleep_ok)
{
	return wr_mbox_core(a, 0x80 | port, sleep_ok);
}

static int port_stats(struct adapter *a, int port, bool sleep_ok)
{
	int ret = port_cmd(a, port, sleep_ok);

	return ret ? ret : port_cmd(a, port + 1, sleep_ok);
}

int get_stats_ok(struct adapter *a)
{
	int ret;

	spin_lock(&a->stats_lock);
	ret = port_stats(a, 1, false);
	if (!ret)
		ret = wr_mbox_ns(a, 7);
	spin_unlock(&a->stats_lock);
	return ret ? ret : port_stats(a, 2, true);
}

int get_stats_bad(struct adapter *a)
{
	int ret;

	spin_lock(&a->stats_lock);
	ret = port_stats(a, 1, true);
	spin_unlock(&a->stats_lock);
	return ret;
}
