// SPDX-License-Identifier: GPL-2.0-or-later
/* F7: the callee drops the caller's lock, allocates, and takes it again. */
typedef unsigned int gfp_t;
typedef struct spinlock { int held; } spinlock_t;
#define ___GFP_DIRECT_RECLAIM 0x400u
#define __GFP_DIRECT_RECLAIM ((gfp_t)___GFP_DIRECT_RECLAIM)

void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
void *cache_alloc(void *cache, gfp_t gfp);

struct tree { spinlock_t lock; void *root; };
struct cursor { struct tree *tree; void *spare; int error; };
extern void *node_cache;

static _Bool refill(struct cursor *c, gfp_t gfp)
{
	if (c->error != -12)
		return 0;
	if (gfp & __GFP_DIRECT_RECLAIM) {
		spin_unlock(&c->tree->lock);
		c->spare = cache_alloc(node_cache, gfp);
		spin_lock(&c->tree->lock);
	} else {
		c->spare = cache_alloc(node_cache, gfp);
	}
	return c->spare != (void *)0;
}

int insert(struct tree *t, gfp_t gfp)
{
	struct cursor c = { .tree = t };

	spin_lock(&t->lock);
	do {
		c.error = t->root ? 0 : -12;
	} while (refill(&c, gfp));
	spin_unlock(&t->lock);
	return c.error;
}
