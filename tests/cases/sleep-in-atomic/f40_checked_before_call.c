/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F40: what was checked before the call is so in the callee, also of a value that only
 * this function has a name for; what else the callee does is asked by itself.
 */
#include "kernel.h"

struct node { struct mutex m; };
struct net { spinlock_t lock; struct mutex m; int slow; };
struct node *node_find(int id);

static void start(struct net *n, struct node *node)
{
	if (!node) {
		mutex_lock(&n->m);
		mutex_unlock(&n->m);
	}
	if (n->slow)
		msleep(1); /* expect: sleep-in-atomic "create_bad -> start" */
}

void create_bad(struct net *n, int id)
{
	struct node *node;

	spin_lock(&n->lock);
	node = node_find(id);
	if (node)
		start(n, node);
	spin_unlock(&n->lock);
}
