// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth why: all that is known of one function: can it sleep, under which
 * guard, by which chain; in which contexts can it run, from which root.
 */
#include <stdio.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/check.h"
#include "cli/inputs.h"

#define CALLERS_SHOWN 12
#define PLACES_SHOWN  12

struct why { struct lab_check *c; uint32_t fn; int chains, places; struct lab_findings *f; };

static void print_chain(void *ctx, const struct lab_chain *c)
{
	struct why *w = ctx;
	const struct lab_prog *p = w->c->p;
	char words[400];

	printf("  %s()", lab_prog_symname(p, c->steps[0].sym));
	for (int i = 1; i < arrlen(c->steps); i++)
		printf(" -> %s()", lab_prog_symname(p, c->steps[i].sym));
	printf("\n");
	for (int i = 0; i < arrlen(c->steps) - 1; i++) {
		lab_guard_words(w->c->s, c->steps[i].fn, c->steps[i].when, words, sizeof(words));
		if (*words)
			printf("      in %s(): when %s\n", lab_prog_symname(p, c->steps[i].sym), words);
	}
	w->chains++;
}

/* Each call of its own that may sleep, with the condition of the path. */
static void calls(struct why *w)
{
	const struct lab_prog *p = w->c->p;
	const struct lab_summary *sum = &w->c->s->sum[w->fn];
	const struct lab_fn *b = p->fns[w->fn].body;
	char words[400];

	for (int i = 0; i < arrlen(sum->events); i++) {
		const struct lab_event *e = &sum->events[i];
		const struct lab_ins *in = &b->ins[e->ins];
		const uint32_t *l = b->words + in->words + (in->op == LAB_OP_CALL ? 3 : 4);
		const char *to = e->kind == LAB_EV_MODEL ? lab_prog_symname(p, e->target) :
			e->kind == LAB_EV_FIELD && e->target == LAB_NONE ? "a variable" :
			e->kind == LAB_EV_FIELD ? lab_prog_str(p, p->fields[e->target].name) :
			e->kind == LAB_EV_PARAM ? "what it is given" :
			lab_prog_symname(p, p->fns[e->target].sym);

		lab_guard_words(w->c->s, w->fn, e->g, words, sizeof(words));
		printf("  line %u: %s%s%s%s\n", l[1], to, *words ? ", when " : "", words,
		       e->atomic ? "  (it is atomic there)" : "");
	}
}

static void sleeps(struct why *w)
{
	const struct lab_summary *sum = &w->c->s->sum[w->fn];
	char words[400];

	if (!arrlen(sum->sleeps))
		printf("may it sleep? not by itself%s\n",
		       sum->gave_up ? " as far as seen: it has too many paths to follow all" : "");
	for (int i = 0; i < arrlen(sum->sleeps); i++) {
		lab_guard_words(w->c->s, w->fn, sum->sleeps[i].g, words, sizeof(words));
		printf("may it sleep? yes%s%s", *words ? ", when " : "", words);
		for (int k = 0; k < sum->sleeps[i].d.ndebts; k++)
			printf("; after leaving what its caller holds: %s",
			       lab_context_name(sum->sleeps[i].d.debts[k].bits));
		printf("%s\n", sum->sleeps[i].d.irq_on ? "; with interrupts switched on" : "");
	}
	if (arrlen(sum->events))
		printf("its calls that may sleep:\n");
	calls(w);
	if (arrlen(sum->events))
		printf("chains:\n");
	lab_witness_from(w->c->s, w->fn, print_chain, w);
}

/* How it leaves the context, where it does not leave it as it was. */
static void effects(struct why *w)
{
	const struct lab_summary *sum = &w->c->s->sum[w->fn];
	char words[400];

	for (int i = 0; i < arrlen(sum->outcomes); i++) {
		const struct lab_outcome *o = &sum->outcomes[i];

		if (!o->d.nholds && !o->d.ndebts && !o->d.irq_on)
			continue;
		lab_guard_words(w->c->s, w->fn, o->g, words, sizeof(words));
		for (int k = 0; k < o->d.nholds; k++)
			printf("returns holding: %s%s%s\n", lab_context_name(o->d.holds[k].bits),
			       *words ? ", when " : "", words);
		for (int k = 0; k < o->d.ndebts; k++)
			printf("returns having left what its caller held: %s%s%s\n",
			       lab_context_name(o->d.debts[k].bits), *words ? ", when " : "", words);
		if (o->d.irq_on)
			printf("returns with interrupts switched on%s%s\n", *words ? ", when " : "",
			       words);
	}
	if (sum->unbalanced)
		printf("its paths disagree about the context: taken to leave it as it was\n");
	if (sum->gave_up)
		printf("it has too many paths to follow all\n");
}

static void print_root(const struct lab_solver *s, const struct lab_root *r)
{
	if (r->site_fn != LAB_NONE)
		printf(", passed to %s() by %s()", r->fact->name,
		       lab_prog_symname(s->p, s->p->fns[r->site_fn].sym));
	else
		printf(", held in struct %s.%s", r->fact->name, r->fact->field);
}

/* "runs atomic (hardirq): foo_irq() -> this(), passed to request_irq() by foo_probe()" */
static void print_place(void *ctx, const struct lab_where *at)
{
	struct why *w = ctx;
	const struct lab_prog *p = w->c->p;
	const uint32_t *l;

	if (w->places++ >= PLACES_SHOWN)
		return;
	if (at->bits)
		printf("runs atomic (%s):", lab_context_name(at->bits));
	else
		printf("runs in a context that may sleep:");
	for (int i = 0; i < arrlen(at->path); i++)
		printf("%s %s()", i ? " ->" : "", lab_prog_symname(p, p->fns[at->path[i]].sym));
	if (at->root != LAB_NONE) {
		print_root(w->c->s, &w->c->s->roots[at->root]);
	} else if (at->ins != LAB_NONE) {
		const struct lab_fn *b = p->fns[at->fn].body;

		l = b->words + b->ins[at->ins].words + (b->ins[at->ins].op == LAB_OP_CALL ? 3 : 4);
		if (l[0] != LAB_NONE)
			printf(", since %s:%u", lab_prog_str(p, l[0]), l[1]);
	}
	printf("\n");
}

static void contexts(struct why *w)
{
	const struct lab_prog *p = w->c->p;
	uint32_t callers = 0;
	bool all = lab_where(w->c->s, w->fn, NULL, print_place, w);

	if (w->places > PLACES_SHOWN)
		printf("runs so in %d more ways\n", w->places - PLACES_SHOWN);
	if (!w->places)
		printf("runs in no atomic context that is known\n");
	if (!all)
		printf("its callers were not followed to the end: there are too many\n");
	for (uint32_t f = 0; f < arrlenu(p->fns); f++) {
		const struct lab_fn *b = p->fns[f].body;

		for (uint32_t i = 0; i < b->nins; i++) {
			if (b->ins[i].op != LAB_OP_CALL ||
			    b->words[b->ins[i].words + 2] != p->fns[w->fn].sym)
				continue;
			if (callers++ < CALLERS_SHOWN)
				printf("called by %s() at %s:%u\n", lab_prog_symname(p, p->fns[f].sym),
				       lab_prog_str(p, b->words[b->ins[i].words + 3]),
				       b->words[b->ins[i].words + 4]);
		}
	}
	if (callers > CALLERS_SHOWN)
		printf("called from %u more places\n", callers - CALLERS_SHOWN);
}

/* Chains of findings in which the function stands: it runs atomic there. */
static void atomic(struct why *w)
{
	const char *name = lab_prog_symname(w->c->p, w->c->p->fns[w->fn].sym);

	for (int i = 0; i < arrlen(w->c->f->all); i++) {
		const struct lab_finding *f = &w->c->f->all[i];

		for (int r = 0; r < arrlen(f->roots); r++)
			for (int k = 0; k < arrlen(f->roots[r].frames); k++)
				if (!strcmp(f->roots[r].frames[k].function, name)) {
					printf("finding %s: %s:%u: %s\n", f->fingerprint, f->file,
					       f->line, f->message);
					r = arrlen(f->roots) - 1;
					break;
				}
	}
}

static int answer(struct lab_check *c, const char *name)
{
	struct why w = { .c = c };
	uint32_t n, found = 0;

	for (uint32_t i = 0; i < arrlenu(c->p->fns); i++) {
		const struct lab_gfn *f = &c->p->fns[i];

		if (strcmp(lab_prog_symname(c->p, f->sym), name))
			continue;
		w.fn = i;
		printf("%s%s() at %s:%u\n", found++ ? "\n" : "", name,
		       lab_prog_str(c->p, f->body->file), f->body->line);
		if (lab_solver_facts(c->s, f->sym, &n), n)
			printf("a model speaks for it: labyrinth models\n");
		w.places = 0;
		sleeps(&w);
		effects(&w);
		contexts(&w);
		atomic(&w);
	}
	if (!found && lab_prog_find_str(c->p, name) != LAB_NONE)
		return lab_cli_error("why: %s() has no body in this program", name);
	return found ? 0 : lab_cli_error("why: no function '%s' in this program", name);
}

static int run(const struct lab_args *a)
{
	struct lab_check_options o = { .all = true, .rt = lab_arg(a, "rt") };
	struct lab_skel_err err = { 0 };
	const char *bad = "";
	struct lab_model *m;
	struct lab_check *c;
	int ret;

	if (arrlen(a->operands) < 2)
		return lab_cli_error("why: FUNCTION and an INPUT are needed, as in: labyrinth why probe prog.lab");
	m = lab_inputs_model(a);
	if (!m)
		return LAB_EXIT_ERROR;
	ret = lab_inputs_facts(a, m);
	c = lab_check_new();
	if (!ret)
		ret = lab_inputs_add(c, a->operands + 1, arrlenu(a->operands) - 1);
	if (!ret && lab_check_run(c, m, &o, &err, &bad))
		ret = lab_cli_file_error(bad, 0, &err);
	if (!ret)
		ret = answer(c, a->operands[0]);
	lab_check_free(c);
	lab_model_free(m);
	return ret;
}

static const struct lab_option options[] = {
	{ "model", 0, "FILE", "further facts about names, on top of those built in", NULL },
	{ "rt", 0, NULL, "answer for a PREEMPT_RT kernel", NULL },
	LAB_FACTS_OPTION,
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth why foo_irq prog.lab",
	"can foo_irq() sleep, when, and where does it run?",
	NULL
};

const struct lab_command lab_cmd_why = {
	.name = "why",
	.operands = "FUNCTION INPUT...",
	.brief = "Say whether a function can sleep, why, and in which contexts it runs",
	.about = "Prints the guards under which FUNCTION may sleep, a chain to each sleeping call\n"
		 "it reaches, the contexts in which it runs with the calls that lead there, who\n"
		 "calls it, and the findings it is part of.",
	.options = options,
	.examples = examples,
	.run = run,
};
