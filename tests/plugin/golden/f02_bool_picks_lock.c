// SPDX-License-Identifier: GPL-2.0-or-later
/* F2: a helper takes a mutex or a spinlock; a bool argument says which. */
struct mutex { int owner; };
typedef struct spinlock { int held; } spinlock_t;

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
void spin_lock_irq(spinlock_t *l);
void spin_unlock_irq(spinlock_t *l);

struct stream {
	_Bool nonatomic;
	struct mutex big;
	spinlock_t small;
};

static void group_lock(struct stream *s, _Bool nonatomic)
{
	if (nonatomic)
		mutex_lock(&s->big);
	else
		spin_lock_irq(&s->small);
}

static void group_unlock(struct stream *s, _Bool nonatomic)
{
	if (nonatomic)
		mutex_unlock(&s->big);
	else
		spin_unlock_irq(&s->small);
}

void start_stream(struct stream *s, void (*trigger)(struct stream *))
{
	group_lock(s, s->nonatomic);
	trigger(s);
	group_unlock(s, s->nonatomic);
}
