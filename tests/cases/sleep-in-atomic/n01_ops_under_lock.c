/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N1: a pointer of an ops table is called under a lock; the table's function
 * sleeps.  Once with the kernel's own table, once with a driver's private one.
 */
#include "kernel.h"

struct phy;
struct phy_ops {
	void (*kick)(struct phy *p);
	void (*wait)(struct phy *p);
};

struct phy {
	spinlock_t lock;
	const struct phy_ops *ops;
};

static void usb_kick_bad(struct phy *p)
{
	msleep(p ? 1 : 2); /* expect: sleep-in-atomic "phy_kick -> usb_kick_bad -> msleep" */
}

static void pci_kick_ok(struct phy *p)
{
	(void)p;
	udelay(1);
}

static void usb_wait_ok(struct phy *p)
{
	(void)p;
	msleep(1);
}

const struct phy_ops usb_phy_ops = { .kick = usb_kick_bad, .wait = usb_wait_ok };
const struct phy_ops pci_phy_ops = { .kick = pci_kick_ok, .wait = usb_wait_ok };

void phy_kick(struct phy *p)
{
	spin_lock(&p->lock);
	p->ops->kick(p);
	spin_unlock(&p->lock);
	p->ops->wait(p);
}

static void foo_set_rx_mode_bad(struct net_device *dev)
{
	struct mutex *m = dev->priv;

	mutex_lock(m); /* expect: sleep-in-atomic "foo_set_rx_mode_bad -> mutex_lock" */
	mutex_unlock(m);
}

static void foo_tx_timeout_bad(struct net_device *dev, unsigned int q)
{
	(void)dev;
	msleep(q); /* expect: sleep-in-atomic "foo_tx_timeout_bad -> msleep" */
}

static netdev_tx_t foo_start_xmit_bad(struct sk_buff *skb, struct net_device *dev)
{
	dev->priv = kmalloc(skb->len, GFP_KERNEL); /* expect: sleep-in-atomic "foo_start_xmit_bad -> " */
	return NETDEV_TX_OK;
}

static int foo_open_ok(struct net_device *dev)
{
	dev->priv = kmalloc(64, GFP_KERNEL);
	msleep(1);
	return dev->priv ? 0 : -ENOMEM;
}

const struct net_device_ops foo_ops = {
	.ndo_open = foo_open_ok,
	.ndo_start_xmit = foo_start_xmit_bad,
	.ndo_set_rx_mode = foo_set_rx_mode_bad,
	.ndo_tx_timeout = foo_tx_timeout_bad,
};
