/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Maze 1000, a network card that exists only here: registers, rings, and
 * what the parts of its driver share.
 *
 * Lock order: hw_lock (spinning, irqs off), then filter_lock (spinning, bh off).
 * mdio_lock is a mutex: never under a spinning lock.
 */
#ifndef MAZE_H
#define MAZE_H

#include <linux/clk.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#define MAZE_CTRL		0x00
#define   MAZE_CTRL_RESET	BIT(0)
#define   MAZE_CTRL_ENABLE	BIT(1)
#define MAZE_STATUS		0x04
#define   MAZE_STATUS_BUSY	BIT(0)
#define   MAZE_STATUS_LINK	BIT(1)
#define MAZE_IRQ_CAUSE		0x08
#define   MAZE_IRQ_RX		BIT(0)
#define   MAZE_IRQ_TX		BIT(1)
#define   MAZE_IRQ_FAULT	BIT(2)
#define   MAZE_IRQ_LINK		BIT(3)
#define MAZE_IRQ_MASK		0x0c
#define MAZE_TX_TAIL		0x10
#define MAZE_RX_TAIL		0x14
#define MAZE_MDIO		0x18
#define   MAZE_MDIO_GO		BIT(31)
#define MAZE_CMD		0x1c
#define MAZE_FILTER		0x40

#define MAZE_CMD_RX_MODE	1
#define MAZE_CMD_LED		2
#define MAZE_RING		64
#define MAZE_BUF		1536

struct maze_filter {
	struct list_head node;
	u32 hash;
	u32 hits;
};

struct maze_slot {
	struct sk_buff *skb;
	void *buf;
	u32 len;
};

struct maze_priv {
	struct net_device *dev;
	struct device *parent;
	void __iomem *regs;
	struct clk *clk;
	int irq;

	spinlock_t hw_lock;		/* registers, also from the interrupt */
	spinlock_t filter_lock;		/* filters */
	struct mutex mdio_lock;		/* the slow management bus */
	struct list_head filters;

	struct napi_struct napi;
	struct timer_list watchdog;
	struct work_struct reset_work;
	struct completion cmd_done;

	struct maze_slot tx[MAZE_RING];
	struct maze_slot rx[MAZE_RING];
	unsigned int tx_head, tx_tail, rx_head;
	unsigned int faults;
	u32 rx_mode;
	u16 phy_status;
};

static inline u32 maze_read(struct maze_priv *p, unsigned int reg)
{
	return readl(p->regs + reg);
}

static inline void maze_write(struct maze_priv *p, unsigned int reg, u32 value)
{
	writel(value, p->regs + reg);
}

/* maze_hw.c */
void maze_hw_reset(struct maze_priv *p);
void maze_hw_settle(struct maze_priv *p);
int maze_hw_wait_idle(struct maze_priv *p, bool can_sleep);
int maze_hw_command(struct maze_priv *p, u32 op, u32 arg, bool can_sleep);
int maze_mdio_read(struct maze_priv *p, int reg);
int maze_power(struct maze_priv *p, bool on);
int maze_rx_refill(struct maze_priv *p, gfp_t gfp);
int maze_filter_add(struct maze_priv *p, u32 hash);
void maze_filter_flush(struct maze_priv *p);
int maze_filter_load(struct maze_priv *p, const void __user *data, unsigned int words);

/* maze_ethtool.c */
extern const struct ethtool_ops maze_ethtool_ops;
#endif
