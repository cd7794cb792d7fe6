// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Maze 1000: ethtool operations.  They run in a process, with the RTNL held,
 * and may sleep until they take a lock of their own.
 */
#include <linux/delay.h>
#include <linux/ethtool.h>
#include <linux/rcupdate.h>
#include "maze.h"

static u32 maze_get_link(struct net_device *dev)
{
	struct maze_priv *p = netdev_priv(dev);

	return maze_mdio_read(p, 1) & 4 ? 1 : 0;	/* fine: a process */
}

static int maze_set_phys_id(struct net_device *dev, enum ethtool_phys_id_state state)
{
	struct maze_priv *p = netdev_priv(dev);

	switch (state) {
	case ETHTOOL_ID_ACTIVE:
		return 2;
	case ETHTOOL_ID_ON:
		return maze_hw_command(p, MAZE_CMD_LED, 1, true);	/* fine */
	default:
		return maze_hw_command(p, MAZE_CMD_LED, 0, true);
	}
}

/*
 * BUG 10: the statistics are read in an RCU section, which forbids sleeping
 * though no lock is held.
 */
static void maze_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct maze_priv *p = netdev_priv(dev);
	int i;

	rcu_read_lock();
	for (i = 0; i < stats->n_stats; i++) {
		data[i] = maze_read(p, MAZE_FILTER + 4 * i);
		if (!(i & 15))
			usleep_range(50, 100); /* expect: sleep-in-atomic "maze_get_ethtool_stats -> .*usleep_range" */
	}
	rcu_read_unlock();
	usleep_range(50, 100);
}

const struct ethtool_ops maze_ethtool_ops = {
	.get_link = maze_get_link,
	.set_phys_id = maze_set_phys_id,
	.get_ethtool_stats = maze_get_ethtool_stats,
};
