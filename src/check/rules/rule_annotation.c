// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rule annotation: contracts of annotate.h that say nothing: a fact that does not parse, a
 * rule that does not exist, a reason that is empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "finding.h"

static void say(struct lab_findings *f, struct lab_finding x, struct lab_frame at, const char *why)
{
	struct lab_origin o = { .context = "contract", .ends = "", .why = "" };
	char buf[512];

	x.rule = lab_rule_find("annotation");
	x.file = at.file;
	x.line = at.line;
	x.col = at.col;
	lab_findings_hash(&x, why);
	at.role = "in";
	at.when = at.by = "";
	at.text = "the contract stands here";
	arrput(o.frames, at);
	at.text = lab_findings_text(f, why);
	arrput(o.frames, at);
	snprintf(buf, sizeof(buf), "this contract says nothing: %s", why);
	lab_findings_add(f, x, buf, o);
}

static void declaration(struct lab_solver *s, const struct lab_bad_contract *b, struct lab_findings *f)
{
	const struct lab_gsym *y = &s->p->syms[b->sym];
	struct lab_finding x = { .fn = LAB_NONE };
	struct lab_frame at = { .file = lab_prog_str(s->p, y->file), .line = y->line, .col = 1 };
	char name[128];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(lab_prog_symname(s->p, b->sym), ":"),
		 lab_prog_symname(s->p, b->sym));
	x.function = x.callee = at.function = lab_findings_text(f, name);
	say(f, x, at, b->why);
}

static void statements(struct lab_solver *s, uint32_t fn, struct lab_findings *f)
{
	uint32_t at = 0;

	while (lab_statement(s->p, fn, "allow", &at)) {
		const char *rule, *reason;
		struct lab_frame place = { .function = lab_prog_symname(s->p, s->p->fns[fn].sym) };
		struct lab_finding x = { .fn = fn, .function = place.function,
					 .callee = "LABYRINTH_ALLOW" };
		char buf[300];

		lab_allow_words(s->p, fn, at - 1, &rule, &reason);
		lab_findings_locate(f, fn, at - 1, &place);
		if (!lab_rule_find(rule)) {
			snprintf(buf, sizeof(buf), "no rule is called '%s' (labyrinth explain lists them)", rule);
			say(f, x, place, buf);
		} else if (!reason[strspn(reason, " \t")]) {
			say(f, x, place, "the reason is empty");
		}
	}
}

void lab_rule_annotation(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)doubts;
	for (int i = 0; i < arrlen(s->bad_contracts); i++)
		declaration(s, &s->bad_contracts[i], out);
	for (uint32_t fn = 0; fn < arrlenu(s->p->fns); fn++)
		statements(s, fn, out);
}
