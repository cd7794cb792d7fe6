// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Maze 1000: everything that touches registers, rings and filters.  Nothing
 * here knows its caller, which is why some of it goes wrong: read "BUG" where the
 * comment says what was planted, and "fine" where the twin is right.
 */
#include <linux/delay.h>
#include <linux/iopoll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "maze.h"

/* Called with hw_lock held and interrupts off, or with none of it at probe time. */
void maze_hw_reset(struct maze_priv *p)
{
	maze_write(p, MAZE_CTRL, MAZE_CTRL_RESET);
	udelay(5);
	maze_write(p, MAZE_CTRL, MAZE_CTRL_ENABLE);
}

/*
 * BUG 2: the data sheet wants 10 ms after a fault.  Fine from the work item, but
 * the interrupt handler calls it as well.
 */
void maze_hw_settle(struct maze_priv *p)
{
	maze_hw_reset(p);
	msleep(10); /* expect: sleep-in-atomic "maze_interrupt -> .*maze_hw_settle -> msleep" */
}

/*
 * BUG 4: maze_start_xmit() waits for room with can_sleep = true.  The filter code
 * passes false and is fine.
 */
int maze_hw_wait_idle(struct maze_priv *p, bool can_sleep)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (!(maze_read(p, MAZE_STATUS) & MAZE_STATUS_BUSY))
			return 0;
		if (can_sleep)
			usleep_range(20, 40); /* expect: sleep-in-atomic "maze_start_xmit -> maze_tx_room -> maze_hw_wait_idle" */
		else
			udelay(1);
	}
	return -ETIMEDOUT;
}

/*
 * BUG 8: a command is answered by an interrupt; who may not sleep polls instead.
 * maze_set_rx_mode() runs under the address lock and says that it may.
 */
int maze_hw_command(struct maze_priv *p, u32 op, u32 arg, bool can_sleep)
{
	u32 status;

	maze_write(p, MAZE_CMD, op << 16 | arg);
	if (!can_sleep)
		return readl_poll_timeout_atomic(p->regs + MAZE_STATUS, status,
						 !(status & MAZE_STATUS_BUSY), 1, 100);
	if (!wait_for_completion_timeout(&p->cmd_done, HZ / 10)) /* expect: sleep-in-atomic "maze_set_rx_mode -> maze_hw_command -> wait_for_completion_timeout" */
		return -ETIMEDOUT;
	return 0;
}

/*
 * BUG 3: the management bus is slow and has a mutex.  Work item and ethtool may
 * take it, the watchdog is a timer and may not.
 */
int maze_mdio_read(struct maze_priv *p, int reg)
{
	int value;

	mutex_lock(&p->mdio_lock); /* expect: sleep-in-atomic "maze_watchdog -> .*maze_mdio_read -> mutex_lock" */
	maze_write(p, MAZE_MDIO, MAZE_MDIO_GO | reg);
	value = maze_read(p, MAZE_MDIO) & 0xffff;
	mutex_unlock(&p->mdio_lock);
	return value;
}

/*
 * BUG 7: the clock is prepared (which may sleep, and talks to a slow bus on some
 * boards) with the register lock held.  Enabling alone would be fine, and so is
 * the order of the other direction below.
 */
int maze_power(struct maze_priv *p, bool on)
{
	unsigned long flags;
	int ret = 0;

	if (on) {
		spin_lock_irqsave(&p->hw_lock, flags);
		ret = clk_prepare_enable(p->clk); /* expect: sleep-in-atomic "maze_power -> .*clk_prepare" */
		if (!ret)
			maze_hw_reset(p);
		spin_unlock_irqrestore(&p->hw_lock, flags);
	} else {
		spin_lock_irqsave(&p->hw_lock, flags);
		maze_write(p, MAZE_CTRL, 0);
		clk_disable(p->clk);
		spin_unlock_irqrestore(&p->hw_lock, flags);
		clk_unprepare(p->clk);
	}
	return ret;
}

/* Fine: the caller says how it may allocate; NAPI passes GFP_ATOMIC, open() not. */
int maze_rx_refill(struct maze_priv *p, gfp_t gfp)
{
	int n = 0;

	while (!p->rx[p->rx_head].buf) {
		p->rx[p->rx_head].buf = kmalloc(MAZE_BUF, gfp);
		if (!p->rx[p->rx_head].buf)
			break;
		p->rx_head = (p->rx_head + 1) % MAZE_RING;
		n++;
	}
	maze_write(p, MAZE_RX_TAIL, p->rx_head);
	return n;
}

/* BUG 1: GFP_KERNEL, two calls below the lock that maze_filter_add() takes. */
static struct maze_filter *maze_filter_new(u32 hash)
{
	struct maze_filter *f = kzalloc(sizeof(*f), GFP_KERNEL); /* expect: sleep-in-atomic "maze_filter_add -> maze_filter_insert -> maze_filter_new" */

	if (f)
		f->hash = hash;
	return f;
}

static int maze_filter_insert(struct maze_priv *p, u32 hash)
{
	struct maze_filter *f;

	list_for_each_entry(f, &p->filters, node) {
		if (f->hash == hash) {
			f->hits++;
			return 0;
		}
	}
	f = maze_filter_new(hash);
	if (!f)
		return -ENOMEM;
	list_add(&f->node, &p->filters);
	return 1;
}

int maze_filter_add(struct maze_priv *p, u32 hash)
{
	int ret;

	spin_lock_bh(&p->filter_lock);
	ret = maze_filter_insert(p, hash);
	if (ret > 0)
		ret = maze_hw_wait_idle(p, false);
	spin_unlock_bh(&p->filter_lock);
	return ret;
}

/*
 * Fine: takes the entries off under the lock, drops it for each wait, and takes
 * it again.
 */
void maze_filter_flush(struct maze_priv *p)
{
	struct maze_filter *f;

	spin_lock_bh(&p->filter_lock);
	while (!list_empty(&p->filters)) {
		f = list_first_entry(&p->filters, struct maze_filter, node);
		list_del(&f->node);
		spin_unlock_bh(&p->filter_lock);
		maze_hw_wait_idle(p, true);
		kfree(f);
		spin_lock_bh(&p->filter_lock);
	}
	spin_unlock_bh(&p->filter_lock);
}

/*
 * BUG 5: user memory is copied under the lock; the page may have to come from
 * disk.  The copy of the first word before it is fine.
 */
int maze_filter_load(struct maze_priv *p, const void __user *data, unsigned int words)
{
	const u32 __user *from = data;
	u32 table[16], count;
	int ret = 0;

	if (copy_from_user(&count, from, sizeof(count)))
		return -EFAULT;
	count = min3(count, words, 16u);
	spin_lock_bh(&p->filter_lock);
	if (copy_from_user(table, from + 1, count * sizeof(u32))) /* expect: sleep-in-atomic "maze_filter_load -> .*copy_from_user" */
		ret = -EFAULT;
	while (!ret && count--)
		maze_write(p, MAZE_FILTER + 4 * count, table[count]);
	spin_unlock_bh(&p->filter_lock);
	return ret;
}
