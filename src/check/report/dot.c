// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The chains as a graph in DOT, for graphviz: functions are nodes, calls are edges.
 * All findings share nodes, so what many of them hang on is seen at once.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "report.h"

/* A function is its name and the file that it stands in. */
struct node { char *key; const char *value; };

static void quoted(FILE *to, const char *s)
{
	fputc('"', to);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', to);
		if (*s == '\n')
			fputs("\\n", to);
		else
			fputc(*s, to);
	}
	fputc('"', to);
}

/* The file of a callee without a body is that of its caller, which says nothing. */
static char *key_of(const struct lab_origin *r, int i)
{
	struct lab_buf b = { 0 };
	const struct lab_frame *f = &r->frames[i];

	lab_buf_puts(&b, f->function);
	if (i < arrlen(r->frames) - 1)
		lab_buf_printf(&b, "()\n%s", f->file);
	else
		lab_buf_puts(&b, "()");
	return lab_buf_string(&b);
}

static void chain(FILE *to, const struct lab_origin *r, struct node **seen)
{
	struct lab_buf edge = { 0 };

	for (int i = 0; i < arrlen(r->frames); i++) {
		char *key = key_of(r, i), *next;
		const struct lab_frame *f = &r->frames[i];
		const char *look = i == arrlen(r->frames) - 1 ? "shape=octagon, color=red" :
				   i ? "shape=box" : "shape=house, color=darkorange";

		if (shgeti(*seen, key) < 0) {
			shput(*seen, key, "node");
			fputs("\t", to);
			quoted(to, key);
			fprintf(to, " [%s];\n", look);
		}
		if (i < arrlen(r->frames) - 1) {
			next = key_of(r, i + 1);
			edge.n = 0;
			lab_buf_printf(&edge, "%s -> %s:%u", key, next, f->line);
			lab_buf_byte(&edge, 0);
			if (shgeti(*seen, (char *)edge.p) < 0) {
				shput(*seen, (char *)edge.p, "edge");
				fputs("\t", to);
				quoted(to, key);
				fputs(" -> ", to);
				quoted(to, next);
				fprintf(to, " [label=\"%u\"", f->line);
				if (*f->when) {
					fputs(", tooltip=", to);
					quoted(to, f->when);
				}
				fputs("];\n", to);
			}
			free(next);
		}
		free(key);
	}
	free(edge.p);
}

int lab_report_dot(FILE *to, const struct lab_check *c, const struct lab_report_options *o)
{
	struct node *seen = NULL;

	sh_new_strdup(seen);
	fputs("// the way from atomic context (house) to what may sleep (octagon); edges: lines\n"
	      "digraph labyrinth {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\"];\n", to);
	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *f = &c->f->all[i];

		for (int r = 0; lab_report_tells(o, c, f) && r < arrlen(f->roots); r++)
			chain(to, &f->roots[r], &seen);
	}
	fputs("}\n", to);
	shfree(seen);
	return ferror(to) ? -1 : 0;
}
