// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One bug, one report: what an atomic section calls by one call may reach many calls that
 * sleep.  The nearest of them stands for all; a finding all of whose origins have a
 * nearer one lies behind that.
 *
 * Policy: an origin is the place that is atomic together with the call made there, so
 * two calls in one section are two reports.  Equally near ones: the first by place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "finding.h"

struct nearest { int steps, finding; };

static uint32_t number_of(struct lab_intern *keys, const struct lab_finding *f, const struct lab_origin *o)
{
	const struct lab_frame *x = o->frames;
	char key[1024];
	int n = snprintf(key, sizeof(key), "%s|%s|%s|%u|%s|%u|%s", f->rule->id, x[0].function,
			 x[0].file, x[0].line, x[0].role, arrlen(x) > 1 ? x[1].line : 0,
			 arrlen(x) > 2 ? x[2].function : "");

	return lab_intern(keys, key, n < (int)sizeof(key) ? n : (int)sizeof(key) - 1, NULL);
}

void lab_findings_fold(struct lab_findings *f)
{
	struct lab_intern *keys = lab_intern_new();
	struct nearest *near = NULL;

	for (int i = 0; i < arrlen(f->all); i++)
		for (int r = 0; f->all[i].in_atomic && r < arrlen(f->all[i].roots); r++) {
			const struct lab_origin *o = &f->all[i].roots[r];
			struct nearest here = { arrlen(o->frames), i };
			uint32_t k = number_of(keys, &f->all[i], o);

			if (k == arrlenu(near))
				arrput(near, here);
			else if (here.steps < near[k].steps)
				near[k] = here;
		}
	for (int i = 0; i < arrlen(f->all); i++) {
		struct lab_finding *x = &f->all[i];
		uint32_t first = 0;

		for (int r = 0; x->in_atomic && r < arrlen(x->roots); r++) {
			int by = near[number_of(keys, x, &x->roots[r])].finding;

			if (by == i) {
				first = 0;
				break;
			}
			if (!r)
				first = by + 1;
		}
		x->behind = first;
	}
	arrfree(near);
	lab_intern_free(keys);
}

bool lab_finding_folded(const struct lab_findings *f, const struct lab_finding *x)
{
	return x->behind && (x->known || !f->all[x->behind - 1].known);
}
