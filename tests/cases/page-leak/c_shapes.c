/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shapes of whole drivers: polls, verdicts, error ladders, caches, swaps. */
#include "pages.h"

struct desc { u32 status; struct frame *page; };
struct rxq { struct desc d[64]; unsigned int head, tail; struct nic *nic; };
int poll_ok(struct rxq *q, int budget)
{
	int done = 0;

	while (done < budget) {
		struct desc *d = &q->d[q->tail % 64];
		struct frame *fresh;

		if (!(d->status & 1))
			break;
		fresh = ATOMIC_PAGE(q->nic->zone);
		if (!fresh) {
			q->nic->drops++;
			goto next;
		}
		d->page->len = d->status >> 16;
		if (labyrinth_handoff(q->nic->zone, d->page)) {
			labyrinth_cancel(q->nic->zone, fresh);
			goto next;
		}
		d->page = fresh;
next:
		d->status = 0;
		q->tail++;
		done++;
	}
	return done;
}
int poll_use_bad(struct rxq *q, int budget)
{
	int done = 0;

	while (done < budget) {
		struct desc *d = &q->d[q->tail % 64];

		if (!(d->status & 1))
			break;
		if (!labyrinth_handoff(q->nic->zone, d->page))
			q->nic->packets += d->page->len;	/* expect: use-after-hand-off "poll_use_bad" */
		q->tail++;
		done++;
	}
	return done;
}
enum verdict { PASS, DROP, KEEP };
static enum verdict judge(struct nic *nic, struct frame *f)
{
	if (f->len > 64)
		return DROP;
	if (f->status) {
		nic->spare = f;
		return KEEP;
	}
	labyrinth_handoff(nic->zone, f);
	return PASS;
}
void switch_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	switch (judge(nic, f)) {
	case DROP:
		labyrinth_cancel(nic->zone, f);
		break;
	case KEEP:
	case PASS:
		break;
	}
}
void switch_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "switch_bad" */

	if (!f)
		return;
	switch (judge(nic, f)) {
	case DROP:
		nic->drops++;
		break;
	default:
		break;
	}
}
void switch_pass_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (judge(nic, f) != DROP)
		return;
	f->len = 0;
	if (judge(nic, f) == PASS)
		labyrinth_cancel(nic->zone, f);	/* expect: free-after-hand-off "switch_pass_bad" */
}
bool try_send(struct nic *nic, void *p)
{
	return nic->up && labyrinth_handoff(nic->zone, p) == 0;
}
void bool_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p && !try_send(nic, p))
		labyrinth_cancel(nic->zone, p);
}
void bool_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "bool_bad" */

	if (p && try_send(nic, p))
		labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "bool_bad" */
}
int count_sent(struct nic *nic, void *p)	/* above 0: sent */
{
	if (labyrinth_handoff(nic->zone, p))
		return -EIO;
	return 1;
}
int positive_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int n;

	if (!p)
		return -ENOMEM;
	n = count_sent(nic, p);
	if (n <= 0)
		labyrinth_cancel(nic->zone, p);
	return n;
}
void ternary_ok(struct nic *nic, bool a)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	(a ? labyrinth_handoff : labyrinth_cancel)(nic->zone, p);
}
void do_while_bad(struct nic *nic)
{
	struct frame *f;

	do {
		f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "do_while_bad" */
		if (!f)
			return;
	} while (f->status);
	labyrinth_handoff(nic->zone, f);
}
struct pair { void *a, *b; };
int pair_ok(struct nic *nic, struct pair *out)
{
	out->a = ATOMIC_PAGE(nic->zone);
	if (!out->a)
		return -ENOMEM;
	out->b = ATOMIC_PAGE(nic->zone);
	if (!out->b) {
		labyrinth_cancel(nic->zone, out->a);
		out->a = NULL;
		return -ENOMEM;
	}
	return 0;
}
void ladder_bad(struct nic *nic)
{
	void *a, *b, *c;

	a = ATOMIC_PAGE(nic->zone);
	if (!a)
		return;
	b = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "ladder_bad" */
	if (!b)
		goto free_a;
	c = ATOMIC_PAGE(nic->zone);
	if (!c)
		goto free_a;
	labyrinth_handoff(nic->zone, c);
	labyrinth_handoff(nic->zone, b);
free_a:
	labyrinth_cancel(nic->zone, a);
}
void ladder_ok(struct nic *nic)
{
	void *a, *b, *c;

	a = ATOMIC_PAGE(nic->zone);
	if (!a)
		return;
	b = ATOMIC_PAGE(nic->zone);
	if (!b)
		goto free_a;
	c = ATOMIC_PAGE(nic->zone);
	if (!c)
		goto free_b;
	labyrinth_handoff(nic->zone, c);
free_b:
	labyrinth_cancel(nic->zone, b);
free_a:
	labyrinth_cancel(nic->zone, a);
}
static void put(struct nic *nic, struct frame **f)
{
	if (!*f)
		return;
	labyrinth_cancel(nic->zone, *f);
	*f = NULL;
}
void put_twice_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	put(nic, &f);
	put(nic, &f);
}
void cached_ok(struct nic *nic)
{
	struct frame *f = nic->spare;

	if (!f) {
		f = ATOMIC_PAGE(nic->zone);
		if (!f)
			return;
	}
	nic->spare = NULL;
	f->len = 1;
	if (labyrinth_handoff(nic->zone, f))
		nic->spare = f;
}
void swap_ok(struct nic *nic)
{
	void *old = nic->spare;

	nic->spare = ATOMIC_PAGE(nic->zone);
	if (!nic->spare)
		nic->spare = old;
	else if (old)
		labyrinth_cancel(nic->zone, old);
}
void memcpy_bad(struct nic *nic, const void *from)
{
	void *p = ATOMIC_PAGE(nic->zone);

	__builtin_memcpy(p, from, 4);	/* expect: unchecked-page "memcpy_bad" */
	if (p)
		labyrinth_handoff(nic->zone, p);
}
void err_var_ok(struct nic *nic)
{
	int err = 0;
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		err = -ENOMEM;
	else if (!nic_good(nic))
		err = -EIO;
	if (!err)
		err = labyrinth_handoff(nic->zone, p);
	if (err && p)
		labyrinth_cancel(nic->zone, p);
}
void irq_held_bad(struct nic *nic)
{
	unsigned long flags;
	void *p;

	spin_lock_irqsave(&nic->lock, flags);	/* expect: context-imbalance "irq_held_bad" */
	p = ATOMIC_PAGE(nic->zone);
	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	spin_unlock_irqrestore(&nic->lock, flags);
}
