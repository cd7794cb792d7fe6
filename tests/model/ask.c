// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the model room what the command line does not show:
 *   ask lint FILE...             contradictions within the files, merged in order
 *   ask find FILE... -- NAME...  the facts of functions, or of STRUCT.FIELD
 *   ask stale FILE -- NAME...    facts about other names than these
 * "builtin" as FILE stands for what is compiled in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/model/model.h"

static char **known;
static int nknown;

static struct lab_model *load(const char *path, struct lab_model_err *err)
{
	char *text = NULL;
	size_t len = 0, n;
	FILE *f;
	struct lab_model *m;

	if (!strcmp(path, "builtin"))
		return lab_model_builtin(err);
	f = fopen(path, "r");
	if (!f)
		exit(3);
	do {
		text = realloc(text, len + 65536);
		n = fread(text + len, 1, 65536, f);
		len += n;
	} while (n);
	fclose(f);
	m = lab_model_parse(text, len, path, err);
	free(text);
	return m;
}

static void print(const struct lab_fact *f)
{
	char line[512];

	lab_fact_print(f, line, sizeof(line));
	printf("%s%s%s%s%s\n", line, f->since ? " since " : "", f->since ? f->since : "",
	       f->until ? " until " : "", f->until ? f->until : "");
}

static void clash(void *ctx, const struct lab_fact *a, const struct lab_fact *b, const char *why)
{
	(void)ctx;
	printf("%u %u %s\n", a->line, b->line, why);
}

static void find(const struct lab_model *m, const char *name)
{
	char copy[256], *dot;
	const struct lab_fact *f;
	uint32_t n;

	snprintf(copy, sizeof(copy), "%s", name);
	dot = strchr(copy, '.');
	if (dot)
		*dot++ = 0;
	f = dot ? lab_model_field(m, copy, dot, &n) : lab_model_find(m, copy, &n);
	printf("%s: %u\n", name, n);
	for (uint32_t i = 0; i < n; i++)
		print(&f[i]);
}

static bool has(void *ctx, const char *name, const char *field)
{
	char key[256];

	(void)ctx;
	snprintf(key, sizeof(key), "%s%s%s", name, field ? "." : "", field ? field : "");
	for (int i = 0; i < nknown; i++)
		if (!strcmp(known[i], key))
			return true;
	return false;
}

static void stale(void *ctx, const struct lab_fact *f)
{
	(void)ctx;
	print(f);
}

int main(int argc, char **argv)
{
	struct lab_model_err err = { 0 };
	struct lab_model *m = lab_model_parse("", 0, "", &err);
	int i;

	for (i = 2; i < argc && strcmp(argv[i], "--"); i++) {
		struct lab_model *next = load(argv[i], &err);

		if (!next) {
			printf("%s:%u:%u: %s\n", err.file, err.line, err.col, err.why);
			lab_model_free(m);
			return 2;
		}
		if (lab_model_merge(m, next))
			return 3;
	}
	known = argv + i + 1;
	nknown = argc - i - 1;
	if (!strcmp(argv[1], "lint"))
		printf("%u\n", lab_model_lint(m, clash, NULL));
	if (!strcmp(argv[1], "stale"))
		printf("%u\n", lab_model_stale(m, has, stale, NULL));
	for (int k = 0; !strcmp(argv[1], "find") && k < nknown; k++)
		find(m, known[k]);
	lab_model_free(m);
	return 0;
}
