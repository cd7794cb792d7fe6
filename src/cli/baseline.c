// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading lists of known findings.  A list that cannot be read stops the command:
 * taken for empty, it would make everything look new.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <stb/stb_ds.h>
#include "base/buf.h"
#include "cli/baseline.h"
#include "cli/inputs.h"

static bool is_fingerprint(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]) && !(s[i] >= 'a' && s[i] <= 'f'))
			return false;
	return n == 16;
}

static void add(struct lab_baseline *b, const char *fingerprint, char *what, char *reason, uint32_t line)
{
	struct lab_listed one = { .what = what, .reason = reason, .line = line };

	memcpy(one.fingerprint, fingerprint, 16);
	arrput(b->all, one);
}

/* ---- text ------------------------------------------------------------------------------ */
static char *cut(const char *s, size_t n)
{
	while (n && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	return strndup(s, n);
}

/* FILE RULE FINGERPRINT ...  # reason; 0, or -1 where no fingerprint stands in it. */
static int one_line(struct lab_baseline *b, const char *s, size_t n, uint32_t number)
{
	const char *hash = memchr(s, '#', n), *word, *end = hash ? hash : s + n;

	for (word = s; word < end; word++) {
		size_t len = 0;

		while (word < end && isspace((unsigned char)*word))
			word++;
		while (word + len < end && !isspace((unsigned char)word[len]))
			len++;
		if (is_fingerprint(word, len)) {
			add(b, word, cut(s, (size_t)(end - s)),
			    hash ? cut(hash + 1, (size_t)(s + n - hash - 1)) : strdup(""), number);
			return 0;
		}
		word += len;
	}
	for (word = s; word < end && isspace((unsigned char)*word); word++)
		;
	return word < end ? -1 : 0;
}

static int read_text(struct lab_baseline *b, const char *s)
{
	uint32_t number = 1;

	for (const char *next; *s; s = next, number++) {
		size_t n = strcspn(s, "\n");

		next = s + n + (s[n] == '\n');
		if (one_line(b, s, n, number))
			return lab_cli_error("%s:%u: not a known finding: no fingerprint (16 hex digits) in it; "
					     "labyrinth check --format=baseline writes such lists",
					     b->path, number);
	}
	return 0;
}

/* ---- data ------------------------------------------------------------------------------- */
static const char *str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static int no_fingerprint(const struct lab_baseline *b, size_t i)
{
	return lab_cli_error("%s: result %zu has no fingerprint of labyrinth's: not a report of ours?",
			     b->path, i + 1);
}

static int read_sarif(struct lab_baseline *b, const json_t *runs)
{
	json_t *run, *result;
	size_t r, i;

	json_array_foreach(runs, r, run) {
		json_array_foreach(json_object_get(run, "results"), i, result) {
			const char *print = str(json_object_get(result, "partialFingerprints"), "labyrinth/v1");
			const json_t *where = json_array_get(json_object_get(result, "locations"), 0),
				     *place = json_object_get(where, "physicalLocation"),
				     *in = json_array_get(json_object_get(where, "logicalLocations"), 0);
			struct lab_buf what = { 0 };

			if (!is_fingerprint(print, strlen(print)))
				return no_fingerprint(b, i);
			lab_buf_printf(&what, "%s %s %s %s(): %s",
				       str(json_object_get(place, "artifactLocation"), "uri"), str(result, "ruleId"),
				       print, str(in, "fullyQualifiedName"),
				       str(json_object_get(result, "message"), "text"));
			add(b, print, lab_buf_string(&what),
			    strdup(str(json_array_get(json_object_get(result, "suppressions"), 0), "justification")), 0);
		}
	}
	return 0;
}

static int read_report(struct lab_baseline *b, const json_t *findings)
{
	json_t *f;
	size_t i;

	json_array_foreach(findings, i, f) {
		const char *print = str(f, "fingerprint");
		const json_t *sink = json_object_get(f, "sink");
		struct lab_buf what = { 0 };

		if (!is_fingerprint(print, strlen(print)))
			return no_fingerprint(b, i);
		lab_buf_printf(&what, "%s %s %s %s() %s()", str(sink, "file"), str(f, "rule"), print,
			       str(sink, "function"), str(sink, "callee"));
		add(b, print, lab_buf_string(&what), strdup(str(f, "known")), 0);
	}
	return 0;
}

static int read_data(struct lab_baseline *b, const char *s, size_t n)
{
	json_error_t err;
	json_t *doc = json_loadb(s, n, 0, &err), *runs = json_object_get(doc, "runs"),
	       *findings = json_object_get(doc, "findings");
	int ret;

	if (!doc)
		return lab_cli_error("%s:%d: broken JSON: %s; make the report again", b->path, err.line,
				     err.text);
	if (json_is_array(runs))
		ret = read_sarif(b, runs);
	else if (json_is_array(findings))
		ret = read_report(b, findings);
	else
		ret = lab_cli_error("%s: neither SARIF nor a report of labyrinth check --format=json", b->path);
	json_decref(doc);
	return ret;
}

/* ---- all ----------------------------------------------------------------------------------- */
static int by_print(const void *a, const void *b)
{
	const struct lab_listed *x = a, *y = b;
	int c = strcmp(x->fingerprint, y->fingerprint);

	return c ? c : (x->line > y->line) - (x->line < y->line);
}

int lab_baseline_read(struct lab_baseline *b, const char *path)
{
	char *s;
	size_t n;
	int ret = lab_inputs_read(path, "labyrinth check --format=baseline makes one", &s, &n);

	memset(b, 0, sizeof(*b));
	b->path = path;
	if (ret) {
		free(s);
		return ret;
	}
	if (memchr(s, 0, n))
		ret = lab_cli_error("%s: holds a NUL byte: not a list of findings", path);
	else if (s[strspn(s, " \t\r\n")] == '{')
		ret = read_data(b, s, n);
	else
		ret = read_text(b, s);
	free(s);
	if (b->all)
		qsort(b->all, arrlenu(b->all), sizeof(*b->all), by_print);
	return ret;
}

void lab_baseline_free(struct lab_baseline *b)
{
	for (int i = 0; i < arrlen(b->all); i++) {
		free(b->all[i].what);
		free(b->all[i].reason);
	}
	arrfree(b->all);
}

struct lab_listed *lab_baseline_find(const struct lab_baseline *b, const char *fingerprint)
{
	int low = 0, high = arrlen(b->all);

	while (low < high) {
		int mid = (low + high) / 2;

		if (strcmp(b->all[mid].fingerprint, fingerprint) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < arrlen(b->all) && !strcmp(b->all[low].fingerprint, fingerprint) ? &b->all[low] : NULL;
}

int lab_baseline_mark(struct lab_baseline *b, struct lab_findings *f)
{
	int fresh = 0;

	for (int i = 0; i < arrlen(f->all); i++) {
		struct lab_listed *l = lab_baseline_find(b, f->all[i].fingerprint);

		fresh += !l;
		if (!l)
			continue;
		f->all[i].known = l->reason;
		l->met = true;
	}
	return fresh;
}

static int by_line(const void *a, const void *b)
{
	const struct lab_listed *const *x = a, *const *y = b;

	return ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

void lab_baseline_unmatched(const struct lab_baseline *b)
{
	const struct lab_listed **lost = NULL;

	for (int i = 0; i < arrlen(b->all); i++) {
		const struct lab_listed *l = &b->all[i];
		bool twice = i && !strcmp(l->fingerprint, b->all[i - 1].fingerprint);

		if (!l->met && !(twice && b->all[i - 1].met))
			arrput(lost, l);
	}
	if (lost)
		qsort(lost, arrlenu(lost), sizeof(*lost), by_line);
	for (int i = 0; i < arrlen(lost); i++) {
		if (lost[i]->line)
			fprintf(stderr, "%s:%u: no such finding any more: %s\n", b->path, lost[i]->line,
				lost[i]->what);
		else
			fprintf(stderr, "%s: no such finding any more: %s\n", b->path, lost[i]->what);
	}
	arrfree(lost);
}
