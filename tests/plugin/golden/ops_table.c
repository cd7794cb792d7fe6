// SPDX-License-Identifier: GPL-2.0-or-later
/* Ops tables: static, nested, in arrays, assigned at run time, copied; exports in asm. */
struct net;
struct ops {
	int (*open)(struct net *);
	void (*set_mode)(struct net *, int);
	const char *name;
	unsigned int flags;
	struct { void (*notify)(void *); void *arg; } hook;
};
struct net { const struct ops *ops; struct ops own; void (*destructor)(struct net *); };

void mutex_lock(void *m);
static int big;

static int nic_open(struct net *n)
{
	return 0;
}

static void nic_mode(struct net *n, int on)
{
	mutex_lock(&big);
}

static void nic_note(void *arg)
{
}

static const struct ops nic_ops = {
	.open = nic_open,
	.set_mode = nic_mode,
	.name = "nic",
	.flags = 0x11,
	.hook = { nic_note, &big },
};

struct { int id; const struct ops *ops; } table[] = {
	{ 3, &nic_ops },
	{ 4 },
	[4 ... 5] = { .ops = &nic_ops },
};

void (*late)(struct net *, int) = nic_mode;
static const int limit = 7;

static void nic_free(struct net *n)
{
}

void set_up(struct net *n)
{
	n->ops = &nic_ops;
	n->own = nic_ops;
	n->destructor = nic_free;
}

int use(struct net *n, int i)
{
	if (n->ops->set_mode)
		n->ops->set_mode(n, limit);
	n->own.hook.notify(n->own.hook.arg);
	late(n, 1);
	return table[i].ops->open(n);
}

int aka(struct net *n, int i) __attribute__((alias("use")));
asm(".section \"___ksymtab+use\",\"a\"\n\t.long use - .\n\t.previous");
