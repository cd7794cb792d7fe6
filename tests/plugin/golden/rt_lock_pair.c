// SPDX-License-Identifier: GPL-2.0-or-later
/* PREEMPT_RT: two lock types end in the same function; the caller's pointer tells them apart. */
typedef struct raw_spinlock { int raw; } raw_spinlock_t;
typedef struct spinlock { union { struct raw_spinlock rlock; }; } spinlock_t;
typedef struct { spinlock_t inner; } local_lock_t;

void _raw_spin_lock(raw_spinlock_t *l);
void _raw_spin_unlock(raw_spinlock_t *l);

static inline void spin_lock(spinlock_t *l)
{
	_raw_spin_lock(&l->rlock);
}

static inline void spin_unlock(spinlock_t *l)
{
	_raw_spin_unlock(&l->rlock);
}

struct chip { raw_spinlock_t hw; spinlock_t list; local_lock_t cpu; };
extern struct chip chips[4];

void both(struct chip *c, int i)
{
	_raw_spin_lock(&c->hw);
	spin_lock(&c->list);
	spin_unlock(&c->list);
	_raw_spin_unlock(&c->hw);
	_raw_spin_lock(&chips[2].hw);
	_raw_spin_unlock(&chips[i].hw);
	spin_lock(&c->cpu.inner);
}
