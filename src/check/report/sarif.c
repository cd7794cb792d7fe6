// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SARIF 2.1.0, for code-scanning services and editors: a chain is a code flow, from
 * where it becomes atomic to what may sleep.
 *
 * Services match alerts by fingerprint and path, so paths are as in the other
 * reports (relative with --root), and the fingerprint holds no line number.  The
 * limits are those of GitHub's code scanning: more results than that are counted
 * in a notification, not uploaded in vain.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <stb/stb_ds.h>
#include "report.h"

#define RESULTS_MAX	25000
#define STEPS_MAX	1000	/* of all chains of a result; the shortest chains come first */
#define RELATED_MAX	100

/* A path as a URI reference: what is no plain character of a path is percent-encoded. */
static json_t *uri(const char *path)
{
	struct lab_buf b = { 0 };
	json_t *j;

	if (*path == '/')
		lab_buf_puts(&b, "file://");
	for (; *path; path++) {
		if (isalnum((unsigned char)*path) || strchr("/._-+~,=@", *path))
			lab_buf_byte(&b, (uint8_t)*path);
		else
			lab_buf_printf(&b, "%%%02X", (unsigned char)*path);
	}
	j = json_stringn((const char *)b.p, b.n);
	free(b.p);
	return j;
}

static json_t *message(const char *text)
{
	return json_pack("{s:s}", "text", text);
}

static json_t *location(const char *file, uint32_t line, uint32_t col, const char *text)
{
	json_t *artifact = json_pack("{s:o}", "uri", uri(file)), *region, *o;

	if (*file != '/')
		json_object_set_new(artifact, "uriBaseId", json_string("SRCROOT"));
	region = json_pack("{s:i}", "startLine", line ? (int)line : 1);
	if (col)
		json_object_set_new(region, "startColumn", json_integer(col));
	o = json_pack("{s:{s:o, s:o}}", "physicalLocation", "artifactLocation", artifact, "region",
		      region);
	if (text)
		json_object_set_new(o, "message", message(text));
	return o;
}

static json_t *step(const struct lab_origin *r, int i, json_t **bare)
{
	const struct lab_frame *f = &r->frames[i];
	struct lab_buf b = { 0 };
	char *text;
	json_t *o;

	lab_say_frame(&b, r, i);
	text = lab_buf_string(&b);
	*bare = location(f->file, f->line, f->col, text ? text : "");
	free(text);
	o = json_pack("{s:O, s:i, s:s}", "location", *bare, "nestingLevel", i, "importance",
		      i && i < lab_say_frames(r) - 1 ? "important" : "essential");
	if (*f->when)
		json_object_set_new(o, "state", json_pack("{s:{s:s}}", "when", "text", f->when));
	return o;
}

/* The chains, as many as a service takes; the first one's places also go to related. */
static json_t *flows(const struct lab_finding *f, json_t *related)
{
	json_t *all = json_array();
	int steps = 0;

	for (int r = 0; r < arrlen(f->roots); r++) {
		const struct lab_origin *o = &f->roots[r];
		int n = lab_say_frames(o);
		json_t *places = json_array();

		if (r && steps + n > STEPS_MAX) {
			json_decref(places);
			break;
		}
		for (int i = 0; i < n && i < STEPS_MAX; i++, steps++) {
			json_t *bare;

			json_array_append_new(places, step(o, i, &bare));
			if (!r && i < RELATED_MAX) {
				json_object_set_new(bare, "id", json_integer(i + 1));
				json_array_append(related, bare);
			}
			json_decref(bare);
		}
		json_array_append_new(all, json_pack("{s:{s:s}, s:[{s:o}]}", "message", "text",
			*o->why ? o->why : o->context, "threadFlows", "locations", places));
	}
	return all;
}

static void caveat(void *ctx, const char *text)
{
	json_array_append_new(ctx, json_string(text));
}

static void known(json_t *result, const struct lab_finding *f)
{
	json_t *s = json_pack("{s:s, s:s}", "kind", "external", "status", "accepted");

	if (*f->known)
		json_object_set_new(s, "justification", json_string(f->known));
	json_object_set_new(result, "suppressions", json_pack("[o]", s));
}

static json_t *result(const struct lab_finding *f, const struct lab_report_options *o)
{
	json_t *related = json_array(), *caveats = json_array(), *one, *chains, *place;
	int rule = (int)(f->rule - lab_rules);
	char hash[24];

	place = location(f->file, f->line, f->col, NULL);
	json_object_set_new(place, "logicalLocations", json_pack("[{s:s, s:s}]", "fullyQualifiedName",
								 f->function, "kind", "function"));
	snprintf(hash, sizeof(hash), "%s:1", f->fingerprint);
	lab_origin_caveats(&f->roots[0], caveat, caveats);
	chains = flows(f, related);
	one = json_pack("{s:s, s:i, s:s, s:o, s:[o], s:{s:s, s:s}, s:o, s:o, s:{s:s, s:s, s:o, s:i}}",
		"ruleId", f->rule->id, "ruleIndex", rule,
		"level", f->doubt ? "note" : "warning", "message", message(f->message),
		"locations", place,
		"partialFingerprints", "labyrinth/v1", f->fingerprint, "primaryLocationLineHash", hash,
		"relatedLocations", related, "codeFlows", chains,
		"properties", "context", f->context, "confidence", f->doubt ? "low" : "high",
		"caveats", caveats, "roots", (int)arrlen(f->roots));
	if (one && f->allowed)
		json_object_set_new(one, "suppressions", json_pack("[{s:s, s:s, s:s}]", "kind", "inSource",
			"status", "accepted", "justification", f->allowed));
	else if (one && f->known)
		known(one, f);
	if (one && o->baseline)
		json_object_set_new(one, "baselineState",
				    json_string(f->known ? "unchanged" : "new"));
	return one;
}

/* Without a chain and without a fingerprint of ours: services make one of the line's text. */
static json_t *other(const struct lab_other *x)
{
	struct lab_buf b = { 0 };
	json_t *one;
	char *text;

	lab_buf_printf(&b, "%s (%s)", x->message, x->tool);
	text = lab_buf_string(&b);
	one = json_pack("{s:s, s:s, s:o, s:[o]}", "ruleId", x->rule, "level", "warning",
			"message", message(text ? text : ""), "locations",
			location(x->file, x->line, x->col, NULL));
	free(text);
	return one;
}

static json_t *rules(void)
{
	json_t *a = json_array();

	for (const struct lab_rule *r = lab_rules; r->id; r++)
		json_array_append_new(a, json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:[s, s], s:s}}",
			"id", r->id, "shortDescription", "text", r->title, "help", "text", r->help,
			"defaultConfiguration", "level", "warning",
			"properties", "tags", "kernel", "concurrency", "problem.severity", r->severity));
	return a;
}

static json_t *notifications(const struct lab_check *c, int left_out)
{
	json_t *a = json_array();
	char text[256];

	for (int i = 0; i < arrlen(c->no_facts); i++) {
		snprintf(text, sizeof(text), "no facts in %.200s: not looked at", c->no_facts[i]);
		json_array_append_new(a, json_pack("{s:s, s:o}", "level", "note", "message", message(text)));
	}
	if (left_out) {
		snprintf(text, sizeof(text), "%d more findings than the %d that a service takes are "
			 "left out", left_out, RESULTS_MAX);
		json_array_append_new(a, json_pack("{s:s, s:o}", "level", "error", "message", message(text)));
	}
	return a;
}

int lab_report_sarif(FILE *to, const struct lab_check *c, const struct lab_report_options *o)
{
	json_t *results = json_array(), *doc;
	int left_out = 0, ret;

	for (int i = 0; i < arrlen(c->f->all); i++) {
		if (!lab_report_tells(o, c, &c->f->all[i]))
			continue;
		if (json_array_size(results) < RESULTS_MAX)
			json_array_append_new(results, result(&c->f->all[i], o));
		else
			left_out++;
	}
	for (int i = 0; o->allowed && i < arrlen(c->allowed); i++)
		json_array_append_new(results, result(&c->allowed[i], o));
	for (int i = 0; i < arrlen(c->others); i++)
		json_array_append_new(results, other(&c->others[i]));
	doc = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:{s:{s:{s:s}}}, s:s, s:[{s:b, s:o}], s:o}]}",
		"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		"version", "2.1.0", "runs",
		"tool", "driver", "name", "labyrinth", "version", o->version, "rules", rules(),
		"originalUriBaseIds", "SRCROOT", "description", "text", "the folder that paths in this report begin in",
		"columnKind", "utf16CodeUnits",
		"invocations", "executionSuccessful", 1, "toolExecutionNotifications",
		notifications(c, left_out), "results", results);
	if (!doc)
		return -1;
	ret = json_dumpf(doc, to, JSON_INDENT(1));
	fputc('\n', to);
	json_decref(doc);
	return ret || ferror(to) ? -1 : 0;
}
