// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Merging by (rule, location): see others.h.
 *
 * A line names its rule as [labyrinth::ID]; sparse has no such names, but what it says of
 * labyrinth_quality_t is quality-flags, whose owner it is.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "cli/inputs.h"
#include "cli/others.h"

/* "file:line:col" at the start of a line; where the text behind it begins, or NULL. */
static const char *place(const char *s, size_t n, struct lab_other *x)
{
	const char *end = s + n, *colon = memchr(s, ':', n);
	char *stop;

	for (; colon; colon = memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
		if (colon + 1 >= end || !isdigit((unsigned char)colon[1]) || colon == s)
			continue;
		x->line = (uint32_t)strtoul(colon + 1, &stop, 10);
		if (*stop != ':' || !isdigit((unsigned char)stop[1]))
			continue;
		x->col = (uint32_t)strtoul(stop + 1, &stop, 10);
		if (*stop == '-') {	/* Coccinelle: from the first column to the last, from 0 on */
			x->col++;
			(void)strtoul(stop + 1, &stop, 10);
		}
		if (*stop != ':')
			continue;
		x->file = strndup(s, (size_t)(colon - s));
		return stop + 1;
	}
	return NULL;
}

/* Behind the word that says how bad it is, which tells whose it is; NULL if there is none. */
static const char *skip(const char *s, const char *end, struct lab_other *x)
{
	static const struct { const char *word, *tool; } words[] = {
		{ "ERROR:", "Coccinelle" }, { "WARNING:", "Coccinelle" },
		{ "error:", "the plugin" }, { "warning:", "the plugin" } };

	x->tool = "the plugin";
	while (s < end && *s == ' ')
		s++;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = strlen(words[i].word);

		if ((size_t)(end - s) > n && !strncmp(s, words[i].word, n)) {
			x->tool = words[i].tool;
			return s + n + 1;
		}
	}
	/* sparse names the types in lines of their own behind the warning */
	return (size_t)(end - s) > 9 && !strncmp(s, "expected ", 9) ? s : NULL;
}

/* The rule and the message of a line; 0 if it is none of ours. */
static int said(const char *s, const char *end, struct lab_other *x)
{
	static const char mark[] = "[labyrinth::";
	const char *id = NULL, *p;
	size_t n;

	for (p = s; p + sizeof(mark) < end; p++)
		if (!strncmp(p, mark, sizeof(mark) - 1))
			id = p;
	if (id) {
		n = strcspn(id, "]");
		x->rule = strndup(id + sizeof(mark) - 1, n - (sizeof(mark) - 1));
		x->message = strndup(s, (size_t)(id - s - (id > s && id[-1] == ' ')));
		return 1;
	}
	x->message = strndup(s, (size_t)(end - s));
	if (x->message && strstr(x->message, "labyrinth_quality_t")) {
		x->rule = strdup("quality-flags");
		x->tool = "sparse";
		return 1;
	}
	return 0;
}

static void forget(struct lab_other *x)
{
	free(x->file);
	free(x->rule);
	free(x->message);
}

/* Two names of one file: one may have more folders in front. */
static int same_file(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (n < m)
		return same_file(b, a);
	return !strcmp(a + n - m, b) && (n == m || a[n - m - 1] == '/' || *b == '/');
}

/* At the sink, or at a step of a chain: a local rule names the call that it sees. */
static int is_ours(const struct lab_check *c, const struct lab_other *x)
{
	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *f = &c->f->all[i];

		if (strcmp(f->rule->id, x->rule))
			continue;
		if (f->line == x->line && same_file(f->file, x->file))
			return 1;
		for (int r = 0; r < arrlen(f->roots); r++)
			for (int k = 0; k < arrlen(f->roots[r].frames); k++)
				if (f->roots[r].frames[k].line == x->line &&
				    same_file(f->roots[r].frames[k].file, x->file))
					return 1;
	}
	return 0;
}

int lab_others_read(struct lab_check *c, const char *path, const char *root)
{
	char *text;
	size_t len, rootlen = root ? strlen(root) : 0;
	int ret = lab_inputs_read(path, NULL, &text, &len);

	if (ret) {
		free(text);
		return ret;
	}
	for (const char *s = text, *next; *s; s = next) {
		const char *end = s + strcspn(s, "\n"), *p;
		struct lab_other x = { .tool = NULL };

		next = end + (*end == '\n');
		p = place(s, (size_t)(end - s), &x);
		p = p ? skip(p, end, &x) : NULL;
		if (!p || !said(p, end, &x)) {
			forget(&x);
			continue;
		}
		if (rootlen && !strncmp(x.file, root, rootlen) && x.file[rootlen] == '/')
			memmove(x.file, x.file + rootlen + 1, strlen(x.file + rootlen));
		if (is_ours(c, &x))
			forget(&x);
		else
			arrput(c->others, x);
	}
	free(text);
	return 0;
}

static int by_place(const void *pa, const void *pb)
{
	const struct lab_other *a = pa, *b = pb;
	int c = strcmp(a->file, b->file);

	if (!c)
		c = (a->line > b->line) - (a->line < b->line);
	return c ? c : strcmp(a->rule, b->rule);
}

void lab_others_finish(struct lab_check *c)
{
	int n = 0;

	if (c->others)
		qsort(c->others, arrlenu(c->others), sizeof(*c->others), by_place);
	for (int i = 0; i < arrlen(c->others); i++) {
		if (n && !by_place(&c->others[n - 1], &c->others[i]))
			forget(&c->others[i]);
		else
			c->others[n++] = c->others[i];
	}
	if (c->others)
		arrsetlen(c->others, n);
}
