// SPDX-License-Identifier: GPL-2.0-or-later
/* F25: the lock is dropped by a cleanup; the guard is an aggregate returned by value. */
typedef struct spinlock { int held; } spinlock_t;

unsigned long lock_save(spinlock_t *l);
void unlock_restore(spinlock_t *l, unsigned long flags);
int work(void);

typedef struct { spinlock_t *lock; unsigned long flags; } guard_t;

static inline guard_t guard_ctor(spinlock_t *l)
{
	guard_t g = { .lock = l }, *p = &g;

	p->flags = lock_save(p->lock);
	return g;
}

static inline void guard_dtor(guard_t *g)
{
	if (g->lock)
		unlock_restore(g->lock, g->flags);
}

static inline void *guard_ptr(guard_t *g)
{
	return g->lock;
}

#define GUARD(name, l) \
	guard_t name __attribute__((cleanup(guard_dtor))) = guard_ctor(l)
#define SCOPED(l) \
	for (guard_t scope __attribute__((cleanup(guard_dtor))) = guard_ctor(l), \
	     *done = (guard_t *)0; guard_ptr(&scope) && !done; done = (guard_t *)1)

struct dev { spinlock_t lock; int n; };

int guarded(struct dev *d)
{
	GUARD(g, &d->lock);

	if (!d->n)
		return -1;
	return work();
}

void scoped(struct dev *d)
{
	SCOPED(&d->lock)
		d->n = work();
	work();
}
