// SPDX-License-Identifier: GPL-2.0-or-later
/* F15: the caller sets a bit-field around the call, the callee asks it. */
struct mutex { int owner; };
typedef struct spinlock { int held; } spinlock_t;

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
unsigned long spin_lock_irqsave(spinlock_t *l);
void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
void msleep(unsigned int ms);
void mdelay(unsigned long ms);

struct board {
	unsigned int type;
	unsigned int in_timeout:1;
	unsigned int in_suspend:1;
	unsigned int wake:1;
	struct mutex addr_lock;
	spinlock_t lock;
};

static void nap(struct board *b, unsigned int ms)
{
	if (b->in_suspend || b->in_timeout)
		mdelay(ms);
	else
		msleep(ms);
}

static void phy_write(struct board *b)
{
	if (!b->in_timeout)
		mutex_lock(&b->addr_lock);
	nap(b, 1);
	if (!b->in_timeout)
		mutex_unlock(&b->addr_lock);
}

void on_timeout(struct board *b)
{
	unsigned long flags = spin_lock_irqsave(&b->lock);

	b->in_timeout = 1;
	phy_write(b);
	b->in_timeout = 0;
	spin_unlock_irqrestore(&b->lock, flags);
}
