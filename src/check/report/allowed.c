// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every LABYRINTH_ALLOW() of the program: where, which rule, why, and how much it silences,
 * so that an excuse does not outlive what it excused.
 */
#include <string.h>
#include <stb/stb_ds.h>
#include "report.h"

static void one(FILE *to, const struct lab_check *c, uint32_t fn, uint32_t ins)
{
	struct lab_frame at = { 0 };
	const char *rule, *reason;
	int silences = 0;

	lab_allow_words(c->p, fn, ins, &rule, &reason);
	lab_findings_locate(c->f, fn, ins, &at);
	for (int i = 0; i < arrlen(c->allowed); i++)
		silences += c->allowed[i].fn == fn && !strcmp(c->allowed[i].rule->id, rule);
	fprintf(to, "%s:%u:%u: allowed: %s in %s(): %s ", at.file, at.line, at.col, rule,
		lab_prog_symname(c->p, c->p->fns[fn].sym), reason);
	if (silences)
		fprintf(to, "(silences %d finding%s)\n", silences, silences == 1 ? "" : "s");
	else
		fputs("(silences nothing: it may go)\n", to);
}

void lab_report_allowed(FILE *to, const struct lab_check *c)
{
	for (uint32_t fn = 0; fn < arrlenu(c->p->fns); fn++) {
		uint32_t at = 0;

		while (lab_statement(c->p, fn, "allow", &at))
			one(to, c, fn, at - 1);
	}
}
