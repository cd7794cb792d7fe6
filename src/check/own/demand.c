// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a function asks of the values it is given: that a pointer is not NULL and still the
 * caller's, that a number is a set of quality flags or a small order.  A caller that
 * passes on what it was given itself asks its own callers.
 */
#include <stb/stb_ds.h>
#include <labyrinth/labyrinth.h>
#include "priv.h"

#define POISON	1u	/* LABYRINTH_QUALITY_POISON and so on, as plain numbers */
#define ZERO	2u
#define ALL	7u

static const char *bad_quality(const struct lab_av *v)
{
	if (v->lo == v->hi && ((uint64_t)v->lo & 0xffffffffu & ~(uint64_t)ALL))
		return "bits that no quality has";
	if (v->ones & 0xffffffffu & ~(uint64_t)ALL)
		return "bits that no quality has";
	if ((v->ones & (POISON | ZERO)) == (POISON | ZERO) ||
	    (v->lo == v->hi && (v->lo & (POISON | ZERO)) == (POISON | ZERO)))
		return "POISON and ZERO together";
	return NULL;
}

void lab_own_value(struct lab_flow *w, struct lab_state *s, uint8_t what, uint32_t term, uint32_t trace)
{
	struct lab_av v = lab_eval(w->t, s, term);
	const char *bad = NULL;

	if (what == OWN_QUALITY)
		bad = bad_quality(&v);
	else if (v.lo > 0)
		bad = "more than one page";
	if (bad)
		lab_own_report(w, what == OWN_QUALITY ? LAB_MISUSE_QUALITY : LAB_MISUSE_SIZE, NULL, trace,
			   true, bad, v.lo == v.hi ? v.lo : (int64_t)v.ones);
	else if (v.lo != v.hi)
		lab_own_demand(w, s, what, term, trace, false);
}

void lab_own_import_demands(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
			const struct own_sum *sum, uint32_t via)
{
	struct own *o = lab_own_of(w)->o;

	for (int i = 0; i < arrlen(sum->demands); i++) {
		const struct lab_own_demand *d = &sum->demands[i];
		struct lab_import im = { w, w->spare, c->args, c->nargs, c->res };
		uint32_t t, trace;

		lab_state_copy(w->spare, s);
		if (!lab_import_guard(&im, d->g))
			continue;
		t = lab_import_term(&im, d->term);
		if (t == LAB_TERM_NONE)
			continue;
		trace = lab_own_trace(o, w->fn, c->ins, LAB_OWN_CALLS, o->traces[via].sym, d->trace);
		if (d->what == OWN_QUALITY || d->what == OWN_SIZE)
			lab_own_value(w, w->spare, d->what, t, trace);
		else
			lab_own_touch(w, s, t, trace, d->checked, d->what == OWN_USES);
	}
}
