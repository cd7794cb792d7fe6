// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Maze 1000: a driver to try Labyrinth on.  It is built like any network
 * driver, and holds ten planted bugs, numbered in the comments.  All sleep where
 * the kernel forbids it: in the interrupt handler, the timer, the NAPI poll, the
 * transmit path, or under a spinning lock.  The code around them does nearly the
 * same and is right.  "expect" stands on the line that sleeps.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/version.h>
#include "maze.h"

/* ---- interrupt ------------------------------------------------------------ */
static irqreturn_t maze_interrupt(int irq, void *data)
{
	struct maze_priv *p = data;
	u32 cause = maze_read(p, MAZE_IRQ_CAUSE);

	if (!cause)
		return IRQ_NONE;
	if (cause & MAZE_IRQ_FAULT) {
		p->faults++;
		if (p->faults > 3)
			maze_hw_settle(p);	/* BUG 2: sleeps in there */
		else
			schedule_work(&p->reset_work);	/* fine: a process does it */
	}
	if (cause & (MAZE_IRQ_RX | MAZE_IRQ_TX)) {
		disable_irq_nosync(irq);	/* fine: does not wait for itself */
		napi_schedule(&p->napi);
	}
	complete(&p->cmd_done);
	return IRQ_HANDLED;
}

static void maze_rx_one(struct maze_priv *p, struct maze_slot *slot)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(p->dev, slot->len);

	if (!skb) {
		p->dev->stats.rx_dropped++;
		return;
	}
	skb_put_data(skb, slot->buf, slot->len);
	skb->protocol = eth_type_trans(skb, p->dev);
	napi_gro_receive(&p->napi, skb);
}

static int maze_poll(struct napi_struct *napi, int budget)
{
	struct maze_priv *p = container_of(napi, struct maze_priv, napi);
	int done;

	for (done = 0; done < budget; done++) {
		struct maze_slot *slot = &p->rx[(p->rx_head + done) % MAZE_RING];

		if (!slot->buf || !slot->len)
			break;
		maze_rx_one(p, slot);
		slot->len = 0;
	}
	maze_rx_refill(p, GFP_ATOMIC);
	if (done < budget && napi_complete_done(napi, done)) {
		/*
		 * BUG 6: waits for a running handler to end, in softirq context;
		 * disable_irq_nosync() would do.
		 */
		disable_irq(p->irq); /* expect: sleep-in-atomic "maze_poll -> disable_irq" */
		maze_write(p, MAZE_IRQ_MASK, MAZE_IRQ_RX | MAZE_IRQ_TX);
		enable_irq(p->irq);
	}
	return done;
}

/* ---- timer and work --------------------------------------------------------- */
static void maze_check_link(struct maze_priv *p)
{
	p->phy_status = maze_mdio_read(p, 1);	/* BUG 3, when the timer calls */
	if (p->phy_status & 4)
		netif_carrier_on(p->dev);
	else
		netif_carrier_off(p->dev);
}

static void maze_watchdog(struct timer_list *t)
{
	struct maze_priv *p = from_timer(p, t, watchdog);

	/* Fine: trylock never waits. */
	if (mutex_trylock(&p->mdio_lock)) {
		p->phy_status = 0;
		mutex_unlock(&p->mdio_lock);
	}
	maze_check_link(p);
	mod_timer(&p->watchdog, jiffies + HZ);
}

/* Fine: a work item is a process. */
static void maze_reset_task(struct work_struct *work)
{
	struct maze_priv *p = container_of(work, struct maze_priv, reset_work);

	rtnl_lock();
	maze_hw_settle(p);
	maze_check_link(p);
	maze_filter_flush(p);
	maze_rx_refill(p, GFP_KERNEL);
	rtnl_unlock();
}

/* ---- network device ----------------------------------------------------------- */
static bool maze_tx_room(struct maze_priv *p)
{
	if ((p->tx_head + 1) % MAZE_RING != p->tx_tail)
		return true;
	return maze_hw_wait_idle(p, true) == 0;		/* BUG 4: may not sleep */
}

static netdev_tx_t maze_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct maze_priv *p = netdev_priv(dev);
	unsigned long flags;

	if (!maze_tx_room(p)) {
		netif_stop_queue(dev);
		return NETDEV_TX_BUSY;
	}
	spin_lock_irqsave(&p->hw_lock, flags);
	p->tx[p->tx_head].skb = skb;
	p->tx[p->tx_head].len = skb->len;
	p->tx_head = (p->tx_head + 1) % MAZE_RING;
	maze_write(p, MAZE_TX_TAIL, p->tx_head);
	spin_unlock_irqrestore(&p->hw_lock, flags);
	return NETDEV_TX_OK;
}

static void maze_tx_timeout(struct net_device *dev, unsigned int queue)
{
	struct maze_priv *p = netdev_priv(dev);

	schedule_work(&p->reset_work);		/* fine: not here and now */
}

static void maze_set_rx_mode(struct net_device *dev)
{
	struct maze_priv *p = netdev_priv(dev);
	u32 mode = dev->flags & IFF_PROMISC ? 3 : netdev_mc_count(dev) ? 2 : 1;

	if (mode == p->rx_mode)
		return;
	p->rx_mode = mode;
	maze_hw_command(p, MAZE_CMD_RX_MODE, mode, true);	/* BUG 8: must be false */
	maze_hw_command(p, MAZE_CMD_LED, mode & 1, false);	/* fine */
}

static void maze_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct maze_priv *p = netdev_priv(dev);
	unsigned long flags;

	netdev_stats_to_stats64(s, &dev->stats);
	spin_lock_irqsave(&p->hw_lock, flags);
	s->rx_errors += p->faults;
	spin_unlock_irqrestore(&p->hw_lock, flags);
}

static int maze_siocdevprivate(struct net_device *dev, struct ifreq *ifr, void __user *data, int cmd)
{
	struct maze_priv *p = netdev_priv(dev);

	switch (cmd) {
	case SIOCDEVPRIVATE:
		return maze_filter_load(p, data, 16);
	case SIOCDEVPRIVATE + 1:
		return maze_filter_add(p, ifr->ifr_ifru.ifru_ivalue);
	case SIOCDEVPRIVATE + 2:
		return maze_hw_command(p, MAZE_CMD_LED, 1, true);	/* fine: a process */
	default:
		return -EOPNOTSUPP;
	}
}

static int maze_open(struct net_device *dev)
{
	struct maze_priv *p = netdev_priv(dev);
	int ret = maze_power(p, true);

	if (ret)
		return ret;
	ret = request_irq(p->irq, maze_interrupt, IRQF_SHARED, dev->name, p);
	if (ret)
		goto power;
	if (!maze_rx_refill(p, GFP_KERNEL)) {
		ret = -ENOMEM;
		goto irq;
	}
	napi_enable(&p->napi);
	mod_timer(&p->watchdog, jiffies + HZ);
	netif_start_queue(dev);
	return 0;
irq:
	free_irq(p->irq, p);
power:
	maze_power(p, false);
	return ret;
}

/*
 * BUG 9: when the card does not come to rest, the function leaves the locked part
 * without dropping the lock, and then waits for the work item.
 */
static int maze_stop(struct net_device *dev)
{
	struct maze_priv *p = netdev_priv(dev);
	unsigned long flags;
	int ret = 0;

	netif_stop_queue(dev);
	napi_disable(&p->napi);
	del_timer_sync(&p->watchdog);
	spin_lock_irqsave(&p->hw_lock, flags);
	maze_write(p, MAZE_IRQ_MASK, 0);
	if (maze_hw_wait_idle(p, false)) {
		ret = -EIO;
		goto out;
	}
	maze_write(p, MAZE_CTRL, 0);
	spin_unlock_irqrestore(&p->hw_lock, flags);
	free_irq(p->irq, p);
out:
	cancel_work_sync(&p->reset_work); /* expect: sleep-in-atomic "maze_stop -> cancel_work_sync" */
	return ret;
}

static const struct net_device_ops maze_netdev_ops = {
	.ndo_open = maze_open,
	.ndo_stop = maze_stop,
	.ndo_start_xmit = maze_start_xmit,
	.ndo_tx_timeout = maze_tx_timeout,
	.ndo_set_rx_mode = maze_set_rx_mode,
	.ndo_get_stats64 = maze_get_stats64,
	.ndo_siocdevprivate = maze_siocdevprivate,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
};

/* ---- device ---------------------------------------------------------------------- */
static int maze_probe(struct platform_device *pdev)
{
	struct net_device *dev = devm_alloc_etherdev(&pdev->dev, sizeof(struct maze_priv));
	struct maze_priv *p;

	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &pdev->dev);
	p = netdev_priv(dev);
	p->dev = dev;
	p->parent = &pdev->dev;
	p->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(p->regs))
		return PTR_ERR(p->regs);
	p->clk = devm_clk_get(&pdev->dev, NULL);
	if (IS_ERR(p->clk))
		return dev_err_probe(&pdev->dev, PTR_ERR(p->clk), "no clock\n");
	p->irq = platform_get_irq(pdev, 0);
	if (p->irq < 0)
		return p->irq;
	spin_lock_init(&p->hw_lock);
	spin_lock_init(&p->filter_lock);
	mutex_init(&p->mdio_lock);
	init_completion(&p->cmd_done);
	INIT_LIST_HEAD(&p->filters);
	INIT_WORK(&p->reset_work, maze_reset_task);
	timer_setup(&p->watchdog, maze_watchdog, 0);
	netif_napi_add(dev, &p->napi, maze_poll);
	dev->netdev_ops = &maze_netdev_ops;
	dev->ethtool_ops = &maze_ethtool_ops;
	eth_hw_addr_random(dev);
	platform_set_drvdata(pdev, dev);
	maze_check_link(p);
	return register_netdev(dev);
}

static void maze_unbind(struct platform_device *pdev)
{
	struct net_device *dev = platform_get_drvdata(pdev);
	struct maze_priv *p = netdev_priv(dev);

	unregister_netdev(dev);
	cancel_work_sync(&p->reset_work);
	maze_filter_flush(p);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define maze_remove maze_unbind
#else
static int maze_remove(struct platform_device *pdev)
{
	maze_unbind(pdev);
	return 0;
}
#endif

static struct platform_driver maze_driver = {
	.probe = maze_probe,
	.remove = maze_remove,
	.driver = { .name = "maze1000" },
};
module_platform_driver(maze_driver);

MODULE_DESCRIPTION("Maze 1000: an example with planted bugs, never to be loaded");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
