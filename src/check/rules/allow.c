// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LABYRINTH_ALLOW(rule, "reason"): a finding that stands in a function which says so is
 * kept, with its reason, and left out of reports.
 */
#include <string.h>
#include <stb/stb_ds.h>
#include "finding.h"

static const char *string_of(const struct lab_prog *p, uint32_t fn, uint32_t value)
{
	const struct lab_gfn *f = &p->fns[fn];
	uint32_t d = value < f->body->nparams ? LAB_NONE : f->def[value];

	if (d == LAB_NONE || f->body->ins[d].op != LAB_OP_STR)
		return "";
	return lab_prog_str(p, f->body->words[f->body->ins[d].words + 1]);
}

void lab_allow_words(const struct lab_prog *p, uint32_t fn, uint32_t ins, const char **rule,
		     const char **reason)
{
	const uint32_t *o = p->fns[fn].body->words + p->fns[fn].body->ins[ins].words;

	*rule = o[6] > 0 ? string_of(p, fn, o[7]) : "";
	*reason = o[6] > 1 ? string_of(p, fn, o[8]) : "";
}

void lab_findings_allow(struct lab_findings *f)
{
	for (int i = 0; i < arrlen(f->all); i++) {
		struct lab_finding *x = &f->all[i];
		uint32_t at = 0;

		while (x->fn != LAB_NONE && lab_statement(f->p, x->fn, "allow", &at)) {
			const char *rule, *reason;

			lab_allow_words(f->p, x->fn, at - 1, &rule, &reason);
			if (!strcmp(rule, x->rule->id) && reason[strspn(reason, " \t")])
				x->allowed = reason;
		}
	}
}
