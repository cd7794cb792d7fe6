// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of findings that --baseline reads: one a line, sorted, no line numbers,
 * so that it can be kept beside the source and merged.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "report.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int lab_report_list(FILE *to, const struct lab_check *c, const struct lab_report_options *o)
{
	char **lines = NULL;

	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *f = &c->f->all[i];
		struct lab_buf b = { 0 };

		if (!lab_report_shows(o, f))
			continue;
		lab_buf_printf(&b, "%s %s %s %s() %s()%s%s", f->file, f->rule->id, f->fingerprint,
			       f->function, f->callee, f->known && *f->known ? "  # " : "",
			       f->known ? f->known : "");
		arrput(lines, lab_buf_string(&b));
	}
	if (lines)
		qsort(lines, arrlenu(lines), sizeof(*lines), by_text);
	fputs("# findings that are known: file, rule, fingerprint, function, callee; the reason behind #\n", to);
	for (int i = 0; i < arrlen(lines); i++) {
		if (!i || strcmp(lines[i], lines[i - 1]))
			fprintf(to, "%s\n", lines[i]);
	}
	for (int i = 0; i < arrlen(lines); i++)
		free(lines[i]);
	arrfree(lines);
	return ferror(to) ? -1 : 0;
}
