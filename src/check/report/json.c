// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON: every root of every finding, and the coverage.  Key order is fixed, so
 * equal findings are equal bytes.
 */
#include <stdlib.h>
#include <jansson.h>
#include <stb/stb_ds.h>
#include "report.h"

static json_t *frames(const struct lab_origin *r)
{
	json_t *a = json_array();

	for (int i = 0; i < arrlen(r->frames); i++) {
		const struct lab_frame *f = &r->frames[i];

		json_t *o = json_pack("{s:s, s:s, s:i, s:s}", "function", f->function,
				      "file", f->file, "line", (int)f->line, "role", f->role);

		if (f->text)
			json_object_set_new(o, "text", json_string(f->text));
		if (*f->when)
			json_object_set_new(o, "when", json_string(f->when));
		if (*f->by)
			json_object_set_new(o, "by", json_string(f->by));
		json_array_append_new(a, o);
	}
	return a;
}

static void caveat(void *ctx, const char *text)
{
	json_array_append_new(ctx, json_string(text));
}

static json_t *caveats(const struct lab_origin *r)
{
	json_t *a = json_array();

	lab_origin_caveats(r, caveat, a);
	return a;
}

static json_t *finding(const struct lab_finding *f)
{
	json_t *roots = json_array();

	for (int i = 0; i < arrlen(f->roots); i++) {
		const struct lab_origin *r = &f->roots[i];

		json_array_append_new(roots, json_pack("{s:s, s:s, s:s, s:o, s:o}",
			"context", r->context, "why", r->why,
			"confidence", r->doubt ? "low" : "high", "caveats", caveats(r),
			"chain", frames(r)));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:i, s:s}, s:o}",
		"rule", f->rule->id, "fingerprint", f->fingerprint, "message", f->message,
		"context", f->context, "confidence", f->doubt ? "low" : "high",
		"sink", "function", f->function, "file", f->file, "line", (int)f->line,
		"callee", f->callee, "roots", roots);
}

/* Findings that the source allows, each with its reason. */
static json_t *allowed(const struct lab_finding *list)
{
	json_t *a = json_array();

	for (int i = 0; i < arrlen(list); i++) {
		json_t *one = finding(&list[i]);

		json_object_set_new(one, "reason", json_string(list[i].allowed));
		json_array_append_new(a, one);
	}
	return a;
}

static json_t *refuted(const struct lab_refuted *list)
{
	json_t *a = json_array();

	for (int i = 0; i < arrlen(list); i++) {
		const struct lab_refuted *r = &list[i];

		json_array_append_new(a, json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s}",
			"rule", r->rule->id, "fingerprint", r->fingerprint,
			"function", r->function, "file", r->file, "line", (int)r->line,
			"callee", r->callee, "by", r->by));
	}
	return a;
}

/* NULL where no other tool's report was given, or nothing of it is left. */
static json_t *others(const struct lab_other *list)
{
	json_t *a = arrlen(list) ? json_array() : NULL;

	for (int i = 0; i < arrlen(list); i++)
		json_array_append_new(a, json_pack("{s:s, s:s, s:s, s:s, s:i}", "tool", list[i].tool,
			"rule", list[i].rule, "message", list[i].message, "file", list[i].file,
			"line", (int)list[i].line));
	return a;
}

static json_t *coverage(const struct lab_check *c)
{
	const struct lab_coverage *v = &c->cov;
	json_t *blind = json_array();

	for (int i = 0; i < arrlen(c->no_facts); i++)
		json_array_append_new(blind, json_string(c->no_facts[i]));
	return json_pack("{s:i, s:i, s:i, s:i, s:o, s:i, s:i, s:i, s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:i}",
		"units", (int)v->units, "functions", (int)v->functions, "merged", (int)v->merged,
		"replaced", (int)v->replaced, "no_facts", blind,
		"indirect_calls", (int)v->indirect, "unresolved_calls", (int)v->unresolved,
		"wide_calls", (int)v->wide, "external_functions", (int)v->external,
		"facts", v->facts ? v->facts : "", "functions_by_facts", (int)v->beyond,
		"callbacks", (int)v->roots, "gave_up", (int)v->gave_up,
		"unbalanced", (int)v->unbalanced, "unrepresented", (int)v->notes,
		"doubtful", (int)v->doubtful);
}

int lab_report_json(FILE *to, const struct lab_check *c, const struct lab_report_options *o)
{
	json_t *all = json_array(), *doc;
	int ret;

	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *f = &c->f->all[i];
		json_t *one = lab_report_shows(o, f) ? finding(f) : NULL;

		if (one && f->behind)
			json_object_set_new(one, "behind", json_string(c->f->all[f->behind - 1].fingerprint));
		if (one && f->known)
			json_object_set_new(one, "known", json_string(f->known));
		if (one)
			json_array_append_new(all, one);
	}
	doc = json_pack("{s:s, s:s, s:o, s:o*, s:o*, s:o*, s:o}", "tool", "labyrinth", "version", o->version,
			"findings", all, "others", others(c->others),
			"allowed", o->allowed ? allowed(c->allowed) : NULL,
			"refuted", o->refuted ? refuted(c->refuted) : NULL,
			"coverage", coverage(c));
	if (!doc)
		return -1;
	ret = json_dumpf(doc, to, JSON_INDENT(1));
	fputc('\n', to);
	json_decref(doc);
	return ret;
}
