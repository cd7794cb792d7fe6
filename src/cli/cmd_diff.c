// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth diff: two reports held against each other.
 */
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <stb/stb_ds.h>
#include "cli/baseline.h"
#include "cli/cli.h"

static int is_first(const struct lab_baseline *b, int i)
{
	return !i || strcmp(b->all[i].fingerprint, b->all[i - 1].fingerprint);
}

struct side { const char *name; const struct lab_listed **all; };

static int by_what(const void *a, const void *b)
{
	const struct lab_listed *const *x = a, *const *y = b;

	return strcmp((*x)->what, (*y)->what);
}

/* Those of a that are in b, or that are not. */
static void pick(struct side *s, const char *name, const struct lab_baseline *a,
		 const struct lab_baseline *b, bool in)
{
	s->name = name;
	for (int i = 0; i < arrlen(a->all); i++)
		if (is_first(a, i) && !lab_baseline_find(b, a->all[i].fingerprint) != in)
			arrput(s->all, &a->all[i]);
	if (s->all)
		qsort(s->all, arrlenu(s->all), sizeof(*s->all), by_what);
}

static void text(const struct side *s, int n, bool new_only)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; (!new_only || !i) && k < arrlen(s[i].all); k++)
			printf("%s: %s\n", s[i].name, s[i].all[k]->what);
	printf("%d new, %d fixed, %d same\n", (int)arrlen(s[0].all), (int)arrlen(s[1].all),
	       (int)arrlen(s[2].all));
}

static int data(const struct side *s, int n, bool new_only)
{
	json_t *doc = json_object();
	int ret;

	for (int i = 0; i < n; i++) {
		json_t *list = json_array();

		for (int k = 0; k < arrlen(s[i].all); k++)
			json_array_append_new(list, json_pack("{s:s, s:s}", "fingerprint",
				s[i].all[k]->fingerprint, "what", s[i].all[k]->what));
		if (new_only && i)
			json_decref(list);
		else
			json_object_set_new(doc, s[i].name, list);
	}
	ret = json_dumpf(doc, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(doc);
	return ret ? lab_cli_error("diff: cannot write") : 0;
}

static int run(const struct lab_args *a)
{
	struct lab_baseline from = { 0 }, to = { 0 };
	struct side s[3] = { 0 };
	const char *format = lab_arg(a, "format");
	bool new_only = lab_arg(a, "new-only") != NULL;
	int ret;

	ret = lab_baseline_read(&from, a->operands[0]);
	if (!ret)
		ret = lab_baseline_read(&to, a->operands[1]);
	if (!ret) {
		pick(&s[0], "new", &to, &from, false);
		pick(&s[1], "fixed", &from, &to, false);
		pick(&s[2], "same", &to, &from, true);
		if (format && !strcmp(format, "json"))
			ret = data(s, 3, new_only);
		else
			text(s, 3, new_only);
	}
	if (!ret && arrlen(s[0].all))
		ret = LAB_EXIT_NEW;
	for (int i = 0; i < 3; i++)
		arrfree(s[i].all);
	lab_baseline_free(&from);
	lab_baseline_free(&to);
	return ret;
}

static const struct lab_option options[] = {
	{ "format", 0, "FORMAT", "how to report", "text|json" },
	{ "new-only", 0, NULL, "list what is new alone", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth diff old.json new.json",
	"what came, what went, what stayed, of two runs of labyrinth check --format=json -o FILE",
	"labyrinth diff --new-only known.txt report.sarif",
	"what is new since a list of --format=baseline was made",
	NULL
};

const struct lab_command lab_cmd_diff = {
	.name = "diff",
	.operands = "OLD NEW",
	.brief = "Compare two reports: new, fixed, same",
	.about = "OLD and NEW are reports of labyrinth check: JSON, SARIF or a baseline.  Findings are\n"
		 "the same if their fingerprints are: rule, file, function, callee and which call of it\n"
		 "there, so that moved lines change nothing.\n"
		 "\n"
		 "The exit status is 1 if there are new findings, 0 if there are none.",
	.options = options,
	.examples = examples,
	.run = run,
};
