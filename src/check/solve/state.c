// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States: entering and leaving contexts, comparing, merging.  See state.h.
 *
 * Policy for a leave that no hold matches: it becomes a debt, settled by the
 * caller that had entered.  With several candidates the identity of the lock
 * decides, then the most recent hold of the same kind.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "state.h"

void lab_state_copy(struct lab_state *to, const struct lab_state *from)
{
	memcpy(to, from, offsetof(struct lab_state, holds));
	for (unsigned int i = 0; i < from->nholds; i++)
		to->holds[i] = from->holds[i];
	for (unsigned int i = 0; i < from->ndebts; i++)
		to->debts[i] = from->debts[i];
	if (from->nfacts)
		memcpy(to->facts, from->facts, from->nfacts * sizeof(*to->facts));
	if (from->nenv)
		memcpy(to->env, from->env, from->nenv * sizeof(*to->env));
	if (from->nmem)
		memcpy(to->mem, from->mem, from->nmem * sizeof(*to->mem));
	for (unsigned int i = 0; i < from->nobjs; i++)
		to->objs[i] = from->objs[i];
}

struct lab_state *lab_state_new(struct lab_states *p)
{
	struct lab_state *n = p->waiting;

	if (n)
		p->waiting = n->next;
	else
		n = malloc(sizeof(*n));
	if (!n)
		abort();
	return n;
}

struct lab_state *lab_state_clone(struct lab_states *p, const struct lab_state *s)
{
	struct lab_state *n = lab_state_new(p);

	lab_state_copy(n, s);
	return n;
}

void lab_state_drop(struct lab_states *p, struct lab_state *s)
{
	s->next = p->waiting;
	p->waiting = s;
}

void lab_states_free(struct lab_states *p)
{
	while (p->waiting) {
		struct lab_state *s = p->waiting;

		p->waiting = s->next;
		free(s);
	}
}

unsigned int lab_hold_bits(const struct lab_hold *h)
{
	return h->bits & LAB_H_SLEEPING ? h->bits & ~LAB_H_ATOMIC : h->bits;
}

unsigned int lab_state_bits(const struct lab_state *s)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < s->nholds; i++)
		bits |= lab_hold_bits(&s->holds[i]);
	return bits;
}

#define LAB_H_MARKS (LAB_H_LOCK | LAB_H_MAYBE | LAB_H_LOOP | LAB_H_SLEEPING | LAB_H_SAID)

static void drop_hold(struct lab_state *s, unsigned int i)
{
	if (s->holds[i].bits & LAB_H_LOOP) {
		s->holds[i].bits = LAB_H_GHOST;
		return;
	}
	memmove(&s->holds[i], &s->holds[i + 1], (s->nholds - i - 1) * sizeof(*s->holds));
	s->nholds--;
}

/* The same call takes another lock in the next round of a loop. */
static bool again(struct lab_state *s, unsigned int i, const struct lab_hold *h)
{
	struct lab_hold *x = &s->holds[i];

	if ((x->bits & ~LAB_H_MARKS) != (h->bits & ~LAB_H_MARKS))
		return false;
	x->was = x->bits & ~LAB_H_MARKS;
	x->bits |= LAB_H_LOOP;
	x->lock = LAB_TERM_NONE;
	return true;
}

/* The contract and the lock that it speaks of are one: whatever comes second adds nothing. */
static bool said_already(struct lab_hold *x, unsigned int n, const struct lab_hold *h)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!(x[i].bits & h->bits & LAB_H_LOCK) || x[i].lock != h->lock ||
		    !((x[i].bits ^ h->bits) & LAB_H_SAID))
			continue;
		if (x[i].bits & LAB_H_SAID) {	/* the lock itself: its context, its place */
			uint16_t seq = x[i].fact_seq;

			x[i] = *h;
			x[i].fact_seq = seq;
		}
		return true;
	}
	return false;
}

void lab_state_enter(struct lab_state *s, struct lab_hold h)
{
	h.fact_seq = s->seq;
	if (said_already(s->holds, s->nholds, &h))
		return;
	/* what was owed to the caller is taken up again: unlock, sleep, relock */
	for (unsigned int i = s->ndebts; i-- > 0;) {
		struct lab_hold *d = &s->debts[i];
		unsigned int same = d->bits & h.bits;

		if ((d->bits & LAB_H_LOCK) && (h.bits & LAB_H_LOCK) && d->lock != h.lock)
			continue;
		if (!same || (same == LAB_H_LOCK && d->lock != h.lock))
			continue;
		d->bits &= ~same;
		h.bits &= ~same;
		if (!(d->bits & ~LAB_H_LOCK)) {
			memmove(d, d + 1, (s->ndebts - i - 1) * sizeof(*d));
			s->ndebts--;
		}
	}
	if ((h.bits & LAB_H_IRQ) && s->irq_on && h.token == LAB_TERM_NONE) {
		s->irq_on = 0;		/* local_irq_enable(); ...; local_irq_disable() */
		h.bits &= ~LAB_H_IRQ;
	}
	if (!(h.bits & ~LAB_H_LOCK))
		return;
	for (unsigned int i = 0; i < s->nholds; i++)
		if (s->holds[i].ins == h.ins && s->holds[i].fn == h.fn && h.ins != UINT32_MAX &&
		    s->holds[i].nth == h.nth &&
		    !(s->holds[i].bits & LAB_H_GHOST) && again(s, i, &h))
			return;
	if (s->nholds < LAB_MAX_HOLDS)
		s->holds[s->nholds++] = h;
}

static void owe(struct lab_state *s, struct lab_hold h)
{
	for (unsigned int i = 0; i < s->nholds; i++)
		if (s->holds[i].bits & LAB_H_GHOST)
			h.bits &= ~s->holds[i].was;
	if ((h.bits & ~LAB_H_LOCK) && s->ndebts < LAB_MAX_DEBTS)
		s->debts[s->ndebts++] = h;
}

/* The hold that this leave means, or -1. */
static int find_hold(const struct lab_state *s, const struct lab_hold *h, unsigned int bits)
{
	int best = -1;

	for (int i = s->nholds - 1; i >= 0; i--) {
		const struct lab_hold *x = &s->holds[i];

		if (!(x->bits & bits))
			continue;
		if (h->token != LAB_TERM_NONE && x->token == h->token)
			return i;
		if (h->lock != LAB_TERM_NONE && x->lock == h->lock)
			return i;
		if (best < 0 || ((s->holds[best].bits & LAB_H_LOCK) != (h->bits & LAB_H_LOCK) &&
				 (x->bits & LAB_H_LOCK) == (h->bits & LAB_H_LOCK)))
			best = i;
	}
	return best;
}

static void leave_irq(struct lab_state *s, struct lab_hold *h)
{
	int i;

	if (h->token == LAB_TERM_NONE) {	/* on, whatever it was */
		bool off = false;

		for (i = s->nholds - 1; i >= 0; i--) {
			off |= !!(s->holds[i].bits & LAB_H_IRQ);
			s->holds[i].bits &= ~LAB_H_IRQ;
			if (!(s->holds[i].bits & ~LAB_H_MARKS))
				drop_hold(s, i);
		}
		if (!off)
			s->irq_on = 1;		/* that is the debt */
		h->bits &= ~LAB_H_IRQ;
		return;
	}
	i = find_hold(s, h, LAB_H_IRQ);
	if (i < 0)
		return;		/* stays in h->bits: a debt */
	s->holds[i].bits &= ~LAB_H_IRQ;
	if (!(s->holds[i].bits & ~LAB_H_MARKS))
		drop_hold(s, i);
	h->bits &= ~LAB_H_IRQ;
}

void lab_state_leave(struct lab_state *s, struct lab_hold h)
{
	if (said_already(s->debts, s->ndebts, &h))
		return;
	if (h.bits & LAB_H_IRQ)
		leave_irq(s, &h);
	for (unsigned int bit = 1; bit <= LAB_H_NOFAULT; bit <<= 1) {
		int i;

		if (!(h.bits & bit & ~(LAB_H_MARKS | LAB_H_GHOST)) || bit == LAB_H_IRQ)
			continue;
		i = find_hold(s, &h, bit);
		if (i < 0)
			continue;
		s->holds[i].bits &= ~bit;
		h.bits &= ~bit;
		if (!(s->holds[i].bits & ~LAB_H_MARKS))
			drop_hold(s, i);
	}
	owe(s, h);
}

static bool same_holds(const struct lab_hold *a, const struct lab_hold *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (a[i].bits != b[i].bits || a[i].lock != b[i].lock || a[i].token != b[i].token)
			return false;
	return true;
}

static bool same_objs(const struct lab_state *a, const struct lab_state *b)
{
	for (unsigned int i = 0; i < a->nobjs; i++)
		if (a->objs[i].term != b->objs[i].term || a->objs[i].status != b->objs[i].status ||
		    a->objs[i].flags != b->objs[i].flags)
			return false;
	return true;
}

bool lab_state_same_ctx(const struct lab_state *a, const struct lab_state *b)
{
	return a->nobjs == b->nobjs && same_objs(a, b) && a->nholds == b->nholds && a->ndebts == b->ndebts && a->irq_on == b->irq_on &&
	       same_holds(a->holds, b->holds, a->nholds) &&
	       same_holds(a->debts, b->debts, a->ndebts);
}

uint32_t lab_bind_get(const struct lab_bind *b, unsigned int n, uint32_t key)
{
	for (unsigned int i = 0; i < n; i++)
		if (b[i].key == key)
			return b[i].term;
	return LAB_TERM_NONE;
}

static void bind(struct lab_bind *b, uint8_t *n, unsigned int max, uint32_t key, uint32_t term)
{
	for (unsigned int i = 0; i < *n; i++)
		if (b[i].key == key) {
			b[i].term = term;
			return;
		}
	if (*n == max) {	/* the oldest makes room */
		memmove(b, b + 1, (max - 1) * sizeof(*b));
		(*n)--;
	}
	b[(*n)++] = (struct lab_bind){ key, term };
}

void lab_env_set(struct lab_state *s, uint32_t value, uint32_t term)
{
	s->may_env |= lab_may_bit(value);
	bind(s->env, &s->nenv, LAB_MAX_ENV, value, term);
}

void lab_mem_set(struct lab_state *s, uint32_t addr, uint32_t term)
{
	s->may_mem |= lab_may_bit(addr);
	bind(s->mem, &s->nmem, LAB_MAX_MEM, addr, term);
}

/* States that meet have a history in common: what is at i in one is often there in the other. */
static const struct lab_fact_s *fact_of(const struct lab_state *s, uint32_t term, unsigned int i)
{
	if (i < s->nfacts && s->facts[i].term == term)
		return &s->facts[i];
	if (!(s->may_fact & lab_may_bit(term)))
		return NULL;
	for (i = 0; i < s->nfacts; i++)
		if (s->facts[i].term == term)
			return &s->facts[i];
	return NULL;
}

/* Each binding of a is one of b, too. */
static bool has_binds(const struct lab_bind *b, unsigned int nb, const struct lab_bind *a,
		      unsigned int na)
{
	if (na > nb)
		return false;
	for (unsigned int i = 0; i < na; i++)
		if ((b[i].key == a[i].key ? b[i].term : lab_bind_get(b, nb, a[i].key)) != a[i].term)
			return false;
	return true;
}

bool lab_state_covers(const struct lab_state *a, const struct lab_state *b)
{
	if (a->nfacts > b->nfacts || !has_binds(b->env, b->nenv, a->env, a->nenv) ||
	    !has_binds(b->mem, b->nmem, a->mem, a->nmem))
		return false;
	for (unsigned int i = 0; i < a->nfacts; i++) {
		const struct lab_fact_s *f = fact_of(b, a->facts[i].term, i);

		if (!f || !lab_av_within(&f->av, &a->facts[i].av))
			return false;
	}
	return true;
}

static bool join_binds(struct lab_bind *a, uint8_t *na, const struct lab_bind *b, unsigned int nb)
{
	unsigned int k = 0, n = *na;

	for (unsigned int i = 0; i < n; i++)
		if ((i < nb && b[i].key == a[i].key ? b[i].term :
		     lab_bind_get(b, nb, a[i].key)) == a[i].term)
			a[k++] = a[i];
	*na = k;
	return k != n;
}

bool lab_state_join(struct lab_state *a, const struct lab_state *b)
{
	unsigned int k = 0, n = a->nfacts;
	bool changed = false;

	for (unsigned int i = 0; i < n; i++) {
		const struct lab_fact_s *f = fact_of(b, a->facts[i].term, i);
		struct lab_fact_s g = a->facts[i];

		if (!f)
			continue;
		/* a range that grows once is given up: keeps loops finite */
		if (f->av.lo < g.av.lo)
			g.av.lo = INT64_MIN;
		if (f->av.hi > g.av.hi)
			g.av.hi = INT64_MAX;
		g.av = lab_av_join(g.av, f->av);
		if (f->seq > g.seq)
			g.seq = f->seq;
		changed |= !lab_av_within(&g.av, &a->facts[i].av);
		if (!lab_av_is_top(&g.av))
			a->facts[k++] = g;
	}
	changed |= k != n;
	a->nfacts = k;
	changed |= join_binds(a->env, &a->nenv, b->env, b->nenv);
	changed |= join_binds(a->mem, &a->nmem, b->mem, b->nmem);
	if (b->seq > a->seq)
		a->seq = b->seq;
	return changed;
}

void lab_state_forget(const struct lab_terms *t, struct lab_state *s, uint32_t first)
{
	unsigned int k = 0;

	for (unsigned int i = 0; i < s->nfacts; i++)
		if (lab_term(t, s->facts[i].term)->maxval <= first)
			s->facts[k++] = s->facts[i];
	s->nfacts = k;
	k = 0;
	for (unsigned int i = 0; i < s->nenv; i++)
		if (s->env[i].key < first && lab_term(t, s->env[i].term)->maxval <= first)
			s->env[k++] = s->env[i];
	s->nenv = k;
	k = 0;
	for (unsigned int i = 0; i < s->nmem; i++)
		if (lab_term(t, s->mem[i].term)->maxval <= first &&
		    lab_term(t, s->mem[i].key)->maxval <= first)
			s->mem[k++] = s->mem[i];
	s->nmem = k;
}
