// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GCC's form: one warning per finding, one note per frame, the place where it
 * became atomic first.  Editors and reviewers' tools parse it.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "report.h"

#define ROOTS_SHOWN 3
#define BEHIND_SHOWN 3
#define BLIND_SHOWN 20	/* objects without facts */

static const char *paint(const struct lab_report_options *o, const char *code)
{
	return o->colour ? code : "";
}

static void note(FILE *to, const char *file, uint32_t line, uint32_t col,
		 const struct lab_report_options *o)
{
	fprintf(to, "%s:%u:%u: %snote:%s ", file, line, col, paint(o, "\033[36m"),
		paint(o, "\033[m"));
}

static void chain(FILE *to, const struct lab_origin *r, const struct lab_report_options *o)
{
	struct lab_buf b = { 0 };

	for (int i = 0; i < lab_say_frames(r); i++) {
		const struct lab_frame *f = &r->frames[i];

		b.n = 0;
		lab_say_frame(&b, r, i);
		note(to, f->file, f->line, f->col, o);
		fprintf(to, "%.*s\n", (int)b.n, (const char *)b.p);
	}
	free(b.p);
}

struct line { FILE *to; const struct lab_finding *f; const struct lab_report_options *o; };

static void caveat(void *ctx, const char *text)
{
	struct line *l = ctx;

	note(l->to, l->f->file, l->f->line, l->f->col, l->o);
	fprintf(l->to, "doubtful: %s\n", text);
}

/* Further calls that sleep and that the same bug reaches. */
static void behind(FILE *to, const struct lab_check *c, const struct lab_finding *f)
{
	uint32_t me = 1 + (uint32_t)(f - c->f->all);
	int n = 0;

	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *x = &c->f->all[i];

		if (x->behind != me || n++ >= BEHIND_SHOWN)
			continue;
		if (n == 1)
			fprintf(to, "%s:%u:%u: note: the same way leads to ", f->file, f->line, f->col);
		fprintf(to, "%s%s() in %s()", n == 1 ? "" : ", ", x->callee, x->function);
	}
	if (n > BEHIND_SHOWN)
		fprintf(to, " and %d more", n - BEHIND_SHOWN);
	if (n)
		fputs(" (--all shows each)\n", to);
}

static void finding(FILE *to, const struct lab_check *c, const struct lab_finding *f,
		    const struct lab_report_options *o)
{
	int n = arrlen(f->roots);

	fprintf(to, "%s:%u:%u: %swarning:%s %s [labyrinth::%s]\n", f->file, f->line, f->col,
		paint(o, "\033[1;35m"), paint(o, "\033[m"), f->message, f->rule->id);
	for (int r = 0; r < n && r < ROOTS_SHOWN; r++) {
		if (r)
			fprintf(to, "%s:%u:%u: note: also reached like this:\n", f->file, f->line,
				f->col);
		chain(to, &f->roots[r], o);
		if (f->roots[r].doubt)
			lab_origin_caveats(&f->roots[r], caveat, &(struct line){ to, f, o });
	}
	if (n > ROOTS_SHOWN)
		fprintf(to, "%s:%u:%u: note: and from %d more places (--format=json lists them)\n",
			f->file, f->line, f->col, n - ROOTS_SHOWN);
	behind(to, c, f);
}

static void blind(FILE *to, const struct lab_check *c)
{
	int n = arrlen(c->no_facts);

	for (int i = 0; i < n && i < BLIND_SHOWN; i++)
		fprintf(to, "coverage: no facts in %s: not looked at\n", c->no_facts[i]);
	if (n > BLIND_SHOWN)
		fprintf(to, "coverage: no facts in %d more objects (--format=json names them)\n",
			n - BLIND_SHOWN);
}

static void coverage(FILE *to, const struct lab_check *check)
{
	const struct lab_coverage *c = &check->cov;

	fprintf(to, "coverage: %u units, %u functions (%u equal ones merged)\n", c->units,
		c->functions, c->merged);
	if (c->replaced)
		fprintf(to, "coverage: %u units given twice, the later one counts\n", c->replaced);
	blind(to, check);
	fprintf(to, "coverage: %u indirect calls, %u of them not resolved (%u with more than %d "
		"possible functions)\n", c->indirect, c->unresolved, c->wide, LAB_WIDE);
	fprintf(to, "coverage: %u functions called have neither body nor model%s: taken not to sleep\n",
		c->external, c->facts ? " nor facts" : "");
	if (c->facts)
		fprintf(to, "coverage: %u functions called have no body here and are known by %s\n",
			c->beyond, c->facts);
	fprintf(to, "coverage: %u callbacks with a context of their own\n", c->roots);
	fprintf(to, "coverage: %u functions have too many paths to follow all; in %u the paths "
		"disagree about the context\n", c->gave_up, c->unbalanced);
	if (c->notes)
		fprintf(to, "coverage: %u things in the source that facts cannot hold\n", c->notes);
	fprintf(to, "coverage: %u doubtful findings left out (--all shows them)\n", c->doubtful);
}

static void refuted(FILE *to, const struct lab_refuted *r, const struct lab_report_options *o)
{
	note(to, r->file, r->line, r->col, o);
	fprintf(to, "refuted: %s() calls %s() [labyrinth::%s]: %s\n", r->function, r->callee,
		r->rule->id, r->by);
}

static void other(FILE *to, const struct lab_other *x, const struct lab_report_options *o)
{
	fprintf(to, "%s:%u:%u: %swarning:%s %s (%s) [labyrinth::%s]\n", x->file, x->line, x->col,
		paint(o, "\033[1;35m"), paint(o, "\033[m"), x->message, x->tool, x->rule);
}

/* What is known already is not said again. */
int lab_report_text(FILE *to, const struct lab_check *c, const struct lab_report_options *o)
{
	for (int i = 0; i < arrlen(c->f->all); i++)
		if (!c->f->all[i].known && !lab_finding_folded(c->f, &c->f->all[i]))
			finding(to, c, &c->f->all[i], o);
	for (int i = 0; i < arrlen(c->others); i++)
		other(to, &c->others[i], o);
	for (int i = 0; o->refuted && i < arrlen(c->refuted); i++)
		refuted(to, &c->refuted[i], o);
	if (o->allowed)
		lab_report_allowed(to, c);
	if (o->coverage)
		coverage(to, c);
	return ferror(to) ? -1 : 0;
}
