// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which functions the facts are of, and the file: a head that says what was
 * exported and how well the language could say it, then the lines in order.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "facts_priv.h"

const char *lab_facts_text(struct lab_facts *f, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return lab_arena_strn(&f->arena, buf, n < (int)sizeof(buf) ? n : (int)sizeof(buf) - 1);
}

const char *lab_facts_place(struct lab_facts *f, uint32_t fn, uint32_t ins)
{
	const struct lab_fn *b = f->s->p->fns[fn].body;
	uint32_t file = b->file, line = b->line;

	if (ins != LAB_NONE && ins < b->nins) {
		const uint32_t *w = b->words + b->ins[ins].words;
		const uint32_t *l = b->ins[ins].op == LAB_OP_CALL ? w + 3 :
				    b->ins[ins].op == LAB_OP_CALLI ? w + 4 :
				    b->ins[ins].op == LAB_OP_STORE ? w + 2 : NULL;

		if (l && l[0] != LAB_NONE) {
			file = l[0];
			line = l[1];
		}
	}
	return lab_facts_text(f, "%s:%u", lab_prog_str(f->s->p, file), line);
}

void lab_facts_line(struct lab_facts *f, const char *name, const char *head,
		    const struct lab_cond *c, const char *why)
{
	struct lab_line n = { name, head, arrlenu(f->lines) };

	for (uint32_t i = 0; i < c->n; i++)
		n.text = lab_facts_text(f, "%s %s %s", n.text, i ? "and" : "if", c->text[i]);
	n.text = lab_facts_text(f, "%s # %s", n.text, why);
	arrput(f->lines, n);
	if (c->unseen)
		f->n->doubtful++;
	else if (c->weak)
		f->n->weakened++;
	else
		f->n->exact++;
}

void lab_facts_case(struct lab_facts *f, struct lab_case **all, struct lab_case n)
{
	int keep = 0;

	if (n.c.never)
		return;
	lab_cond_finish(f, &n.c);
	for (int i = 0; i < arrlen(*all); i++)
		if (!strcmp((*all)[i].head, n.head) && lab_cond_covers(&(*all)[i].c, &n.c))
			return;
	for (int i = 0; i < arrlen(*all); i++)
		if (strcmp((*all)[i].head, n.head) || !lab_cond_covers(&n.c, &(*all)[i].c))
			(*all)[keep++] = (*all)[i];
	if (*all)
		arrsetlen(*all, keep);
	arrput(*all, n);
}

static int by_words(const void *pa, const void *pb)
{
	const struct lab_case *a = pa, *b = pb;
	int d = strcmp(a->head, b->head);

	for (uint32_t i = 0; !d && i < a->c.n && i < b->c.n; i++)
		d = strcmp(a->c.text[i], b->c.text[i]);
	return d ? d : (int)a->c.n - (int)b->c.n;
}

uint32_t lab_facts_cases(struct lab_facts *f, const char *name, struct lab_case *all)
{
	uint32_t n = arrlenu(all);

	if (n)
		qsort(all, n, sizeof(*all), by_words);
	for (uint32_t i = 0; i < n; i++)
		lab_facts_line(f, name, all[i].head, &all[i].c, all[i].why);
	arrfree(all);
	return n;
}

/* ---- which functions ------------------------------------------------------------------ */
/* By symbol: it is exported, or an inline of a header calls it. */
static uint8_t *find_wanted(const struct lab_prog *p)
{
	uint8_t *wanted = calloc(arrlenu(p->syms) + 1, 1);

	if (!wanted)
		abort();
	memcpy(wanted, p->exported, arrlenu(p->syms));
	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++) {
		const struct lab_fn *b = p->fns[fn].body;

		for (uint32_t i = 0; lab_prog_is_header(p, b->file) && i < b->nins; i++)
			if (b->ins[i].op == LAB_OP_CALL)
				wanted[b->words[b->ins[i].words + 2]] = true;
	}
	if (!p->exports)
		memset(wanted, 1, arrlenu(p->syms));
	return wanted;
}

static bool external(const struct lab_prog *p, uint32_t sym)
{
	return p->syms[sym].kind == LAB_SYM_FUNC &&
	       !(p->syms[sym].flags & (LAB_SYMF_STATIC | LAB_SYMF_BUILTIN)) &&
	       !strchr(lab_prog_symname(p, sym), '.');
}

/* Nothing that a caller would notice, as far as the solver followed it. */
static bool is_quiet(const struct lab_summary *sum)
{
	return sum->known && !sum->gave_up && !sum->unbalanced && !sum->may_release &&
	       !arrlen(sum->sleeps) && arrlen(sum->outcomes) == 1;
}

static void one(struct lab_facts *f, uint32_t sym)
{
	uint32_t fn = lab_prog_resolve(f->s->p, sym, LAB_NONE), n, lines = 0;
	const char *name = lab_prog_symname(f->s->p, sym);
	const struct lab_summary *sum = &f->s->sum[fn];
	const struct lab_fact *own = lab_solver_facts(f->s, sym, &n);
	struct lab_cond none = { 0 };

	for (uint32_t i = 0; i < n; i++)
		if (own[i].kind != LAB_FACT_CALLS || own[i].glob)
			return;		/* a model speaks for it */
	if (!sum->returns && sum->known && !sum->gave_up) {
		lab_facts_line(f, name, lab_facts_text(f, "noreturn %s", name), &none,
			       lab_facts_place(f, fn, LAB_NONE));
		f->n->functions++;
		return;
	}
	lines = lab_facts_sleeps(f, name, fn);
	lines += lab_facts_context(f, name, fn);
	if (!n)
		lines += lab_facts_calls(f, name, fn);
	f->n->dropped += arrlenu(sum->cbugs);
	if (!lines && !is_quiet(sum)) {
		f->n->unknown++;
		return;
	}
	f->n->functions++;
	if (!lines) {
		f->n->quiet++;
		lab_facts_line(f, name, lab_facts_text(f, "quiet %s", name), &none,
			       lab_facts_place(f, fn, LAB_NONE));
	}
}

/* ---- the file --------------------------------------------------------------------------- */
static int by_name(const void *pa, const void *pb)
{
	const struct lab_line *a = pa, *b = pb;
	int d = strcmp(a->name, b->name);

	return d ? d : (a->seq > b->seq) - (a->seq < b->seq);
}

static void head(const struct lab_facts *f, const char *title, struct lab_buf *out)
{
	const struct lab_prog *p = f->s->p;
	const struct lab_facts_counts *n = f->n;
	const char *dir = NULL;
	size_t len = 0;
	uint32_t units = 0;

	lab_buf_printf(out, LAB_FACTS_MAGIC "\n# %s\n#\n"
		       "# What external functions do to the context of their callers, for those who check\n"
		       "# code without this program.  Written by labyrinth export; not to be edited.\n"
		       "# The language is that of models: see labyrinth export --help.\n#\n"
		       "# %u functions: %u lines exact, %u weakened (a condition on memory that no caller\n"
		       "# sees was left out), %u doubtful (unseen); %u of the functions are quiet.\n"
		       "# Not carried: %u cases that the language cannot hold, %u functions not known well\n"
		       "# enough.  Units by folder:\n", title, n->functions, n->exact, n->weakened,
		       n->doubtful, n->quiet, n->dropped, n->unknown);
	/* units are in the order of their paths */
	for (uint32_t i = 0; i <= arrlenu(p->units); i++) {
		const char *s = i < arrlenu(p->units) ? lab_prog_str(p, p->units[i].source) : "";
		size_t k = strcspn(s, "/");

		if (!strncmp(s, "drivers/", 8))
			k += 1 + strcspn(s + 8, "/");
		if (dir && (k != len || memcmp(dir, s, k))) {
			lab_buf_printf(out, "#   %.*s %u\n", (int)len, dir, units);
			units = 0;
		}
		dir = s;
		len = k;
		units++;
	}
}

void lab_facts_write(struct lab_solver *s, const char *title, struct lab_buf *out,
		     struct lab_facts_counts *counts)
{
	struct lab_facts f = { .s = s, .n = counts };
	uint8_t *wanted = find_wanted(s->p);
	const char *last = "";

	memset(counts, 0, sizeof(*counts));
	f.regs = calloc(arrlenu(s->p->fns) + 1, sizeof(*f.regs));
	if (!f.regs)
		abort();
	lab_facts_find_regs(&f);
	for (uint32_t i = 0; i < arrlenu(s->p->syms); i++)
		if (wanted[i] && external(s->p, i) && lab_prog_resolve(s->p, i, LAB_NONE) != LAB_NONE)
			one(&f, i);
	lab_facts_fields(&f);
	if (f.lines)
		qsort(f.lines, arrlenu(f.lines), sizeof(*f.lines), by_name);
	head(&f, title, out);
	for (int i = 0; i < arrlen(f.lines); i++) {
		if (strcmp(last, f.lines[i].text))	/* fields, which come from many places */
			lab_buf_printf(out, "%s\n", f.lines[i].text);
		last = f.lines[i].text;
	}
	for (uint32_t i = 0; i < arrlenu(s->p->fns); i++)
		arrfree(f.regs[i]);
	free(f.regs);
	free(wanted);
	arrfree(f.lines);
	lab_arena_free(&f.arena);
}
