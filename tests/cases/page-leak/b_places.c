/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages in other places than a variable: out-parameters, arrays, structures, messages. */
#include "pages.h"

static int take(struct nic *nic, void **out)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return -ENOMEM;
	*out = p;
	return 0;
}

void out_parameter_bad(struct nic *nic)
{
	void *p;

	if (take(nic, &p))	/* expect: page-leak "out_parameter_bad -> take" */
		return;
	nic->drops++;
}

void out_parameter_ok(struct nic *nic)
{
	void *p;

	if (take(nic, &p))
		return;
	if (labyrinth_handoff(nic->zone, p))
		labyrinth_cancel(nic->zone, p);
}

static int take_again(struct nic *nic, void **out)
{
	if (!nic->up)
		return -EIO;
	return take(nic, out);
}

void two_deep_bad(struct nic *nic)
{
	void *p;

	if (take_again(nic, &p) == 0)	/* expect: page-leak "two_deep_bad -> take_again -> take" */
		nic->packets++;
}

void into_the_nic_ok(struct nic *nic)
{
	if (take(nic, &nic->spare))
		nic->drops++;
}

void one_of_two_bad(struct nic *nic)
{
	void *p[2];

	p[0] = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "one_of_two_bad" */
	p[1] = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "one_of_two_bad" */
	if (!p[0] || !p[1])
		return;
	labyrinth_handoff(nic->zone, p[0]);
	labyrinth_handoff(nic->zone, p[1]);
}

void each_of_two_ok(struct nic *nic)
{
	void *p[2];

	p[0] = ATOMIC_PAGE(nic->zone);
	p[1] = ATOMIC_PAGE(nic->zone);
	if (p[0])
		labyrinth_handoff(nic->zone, p[0]);
	if (p[1])
		labyrinth_handoff(nic->zone, p[1]);
}

struct message { void *page; int kind; };
void post(struct nic *nic, struct message *m);

void in_message_ok(struct nic *nic)
{
	struct message m = { .kind = 1 };

	m.page = ATOMIC_PAGE(nic->zone);
	if (m.page)
		post(nic, &m);
}

void message_forgotten_bad(struct nic *nic)
{
	struct message m = { .kind = 1 };

	m.page = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "message_forgotten_bad" */
	if (m.page && nic->up)
		post(nic, &m);
}

struct message wrapped_ok(struct nic *nic)
{
	struct message m = { .kind = 2 };

	m.page = ATOMIC_PAGE(nic->zone);
	return m;
}

void chain_ok(struct nic *nic)
{
	struct frame *first = ATOMIC_PAGE(nic->zone), *second;

	if (!first)
		return;
	second = ATOMIC_PAGE(nic->zone);
	if (second)
		list_put(&second->node, &first->node);
	nic->spare = first;
}

void replaced_ok(struct nic *nic, struct frame *f)
{
	if (nic->up) {
		struct frame *n = ATOMIC_PAGE(nic->zone);

		if (!n)
			return;
		labyrinth_cancel(nic->zone, f);
		f = n;
	}
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void carried_over_ok(struct nic *nic)
{
	void *last = NULL;
	int i;

	for (i = 0; i < 4; i++) {
		void *p = ATOMIC_PAGE(nic->zone);

		if (!p)
			break;
		if (last)
			labyrinth_cancel(nic->zone, last);
		last = p;
	}
	if (last)
		labyrinth_handoff(nic->zone, last);
}
