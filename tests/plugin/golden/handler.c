// SPDX-License-Identifier: GPL-2.0-or-later
/* Registered handlers: an interrupt, a timer, a callback in a local struct. */
typedef enum { NONE, HANDLED } irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int, void *);
#define IRQF_SHARED 0x00000080

int request_threaded_irq(unsigned int irq, irq_handler_t h, irq_handler_t thread,
			 unsigned long flags, const char *name, void *dev);

static inline int request_irq(unsigned int irq, irq_handler_t h, unsigned long flags,
			      const char *name, void *dev)
{
	return request_threaded_irq(irq, h, (irq_handler_t)0, flags, name, dev);
}

struct timer { void (*function)(struct timer *); unsigned int flags; };
void init_timer(struct timer *t, void (*fn)(struct timer *), unsigned int flags);
struct block { int (*call)(struct block *, unsigned long); struct block *next; };
int register_block(const struct block *b);

struct nic { int irq; struct timer poll; struct block *nb; };

void msleep(unsigned int ms);

static irqreturn_t on_irq(int irq, void *data)
{
	struct nic *n = data;

	if (n->irq != irq)
		return NONE;
	msleep(1);
	return HANDLED;
}

static void on_timer(struct timer *t)
{
	struct nic *n = (struct nic *)((char *)t - __builtin_offsetof(struct nic, poll));

	on_irq(n->irq, n);
}

static int on_event(struct block *b, unsigned long what)
{
	switch (what) {
	case 1 ... 3:
		return 1;
	case 7:
		msleep(2);
	}
	return 0;
}

int probe(struct nic *n)
{
	struct block b = { .call = on_event };
	int ret = request_irq(n->irq, on_irq, IRQF_SHARED, "nic", n);

	if (ret)
		return ret;
	init_timer(&n->poll, on_timer, 0);
	n->nb->call = on_event;
	return register_block(&b);
}
