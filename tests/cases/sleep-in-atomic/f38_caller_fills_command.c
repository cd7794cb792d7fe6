/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F38: a command lies in an object that the caller fills; all callers of a static
 * function are known.
 */
#include "kernel.h"

struct cmd { int what; struct cmd *next; };
struct port { spinlock_t lock; struct mutex m; struct cmd own; };

enum { START, STOP, DONE };

static void control_ok(struct port *p, struct cmd *c)
{
	if (c->what == STOP) {
		mutex_lock(&p->m);
		mutex_unlock(&p->m);
	}
}

static void route_ok(struct port *p, struct cmd *c)
{
	control_ok(p, c);
}

/* The one caller says DONE. */
static void send_ok(struct port *p, struct cmd *c)
{
	spin_lock(&p->lock);
	route_ok(p, c);
	spin_unlock(&p->lock);
}

void completed(struct port *p)
{
	struct cmd c = { .what = DONE };

	send_ok(p, &c);
}

/* The same two calls further up. */
static void deeper_ok(struct port *p, struct cmd *c)
{
	spin_lock(&p->lock);
	route_ok(p, c);
	spin_unlock(&p->lock);
}

static void between_ok(struct port *p, struct cmd *c)
{
	deeper_ok(p, c);
}

void completed_too(struct port *p)
{
	struct cmd c = { .what = START };

	between_ok(p, &c);
	c.what = DONE;
	between_ok(p, &c);
}

static void control_bad(struct port *p, struct cmd *c)
{
	if (c->what == STOP) {
		mutex_lock(&p->m); /* expect: sleep-in-atomic "(one_of|through|unknown|anyone)_bad" */
		mutex_unlock(&p->m);
	}
}

/* One of several callers says STOP. */
static void one_of_bad(struct port *p, struct cmd *c)
{
	spin_lock(&p->lock);
	control_bad(p, c);
	spin_unlock(&p->lock);
}

void first(struct port *p)
{
	struct cmd c = { .what = DONE };

	one_of_bad(p, &c);
}

void second(struct port *p)
{
	struct cmd c = { .what = STOP };

	one_of_bad(p, &c);
}

/* A caller passes on what it was given. */
static void through_bad(struct port *p, struct cmd *c)
{
	spin_lock(&p->lock);
	control_bad(p, c);
	spin_unlock(&p->lock);
}

void pass(struct port *p, struct cmd *c)
{
	struct cmd d = { .what = DONE };

	through_bad(p, &d);
	through_bad(p, c);
}

/* What the caller has there nobody knows. */
static void unknown_bad(struct port *p, struct cmd *c)
{
	spin_lock(&p->lock);
	control_bad(p, c);
	spin_unlock(&p->lock);
}

void own(struct port *p)
{
	unknown_bad(p, &p->own);
}

/* Others may call it. */
void anyone_bad(struct port *p, struct cmd *c)
{
	spin_lock(&p->lock);
	control_bad(p, c);
	spin_unlock(&p->lock);
}

void once(struct port *p)
{
	struct cmd c = { .what = DONE };

	anyone_bad(p, &c);
}
