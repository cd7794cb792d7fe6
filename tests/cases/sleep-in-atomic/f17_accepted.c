/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F17: the maintainer accepts it and says why; the excuse stands in the source
 * and silences this one place.
 */
#include "kernel.h"
#include <labyrinth/annotate.h>

struct blocks {
	spinlock_t lock;
	struct mutex inv;
};

void blocks_release_ok(struct blocks *b)
{
	spin_lock(&b->lock);
	LABYRINTH_ALLOW(sleep-in-atomic, "single owner: nobody else can hold inv here");
	mutex_lock(&b->inv);
	mutex_unlock(&b->inv);
	spin_unlock(&b->lock);
}

void blocks_release_bad(struct blocks *b)
{
	spin_lock(&b->lock);
	mutex_lock(&b->inv); /* expect: sleep-in-atomic "blocks_release_bad -> mutex_lock" */
	mutex_unlock(&b->inv);
	spin_unlock(&b->lock);
}
