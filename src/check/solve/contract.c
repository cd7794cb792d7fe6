// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Contracts in the source (include/labyrinth/annotate.h).  A statement is a call to a
 * function labyrinth_says_*, of which the model labyrinth.model speaks like of any other.
 * One beside a declaration arrives as a symbol whose name says it all, "function: fact":
 * its facts stand before those of all models.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define SAYS "labyrinth_says_"

bool lab_is_statement(const struct lab_prog *p, uint32_t sym)
{
	return sym != LAB_NONE && !strncmp(lab_prog_symname(p, sym), SAYS, strlen(SAYS));
}

bool lab_says(const struct lab_prog *p, uint32_t sym)
{
	return !strcmp(lab_prog_symname(p, sym), "labyrinth_says");
}

static bool is_statement(const struct lab_prog *p, uint32_t sym, const char *what)
{
	return lab_is_statement(p, sym) && !strcmp(lab_prog_symname(p, sym) + strlen(SAYS), what);
}

const struct lab_ins *lab_statement(const struct lab_prog *p, uint32_t fn, const char *what,
				    uint32_t *from)
{
	const struct lab_fn *b = p->fns[fn].body;

	for (uint32_t i = *from; i < b->nins; i++)
		if (b->ins[i].op == LAB_OP_CALL &&
		    is_statement(p, b->words[b->ins[i].words + 2], what)) {
			*from = i + 1;
			return &b->ins[i];
		}
	return NULL;
}

static void wrong(struct lab_solver *s, uint32_t sym, const char *why)
{
	struct lab_bad_contract b = { .sym = sym, .fn = LAB_NONE, .ins = LAB_NONE, .why = strdup(why) };

	arrput(s->bad_contracts, b);
}

/* "function: verb rest" as the line "verb function rest # provenance". */
static void read_one(struct lab_solver *s, uint32_t sym, const char *said, size_t n)
{
	const char *fact = said + n + 2;
	size_t verb = strcspn(fact, " \t");
	const struct lab_gsym *y = &s->p->syms[sym];
	struct lab_model_err err = { .why = "" };
	struct lab_model *m;
	char *line = NULL;
	int len;

	if (y->kind != LAB_SYM_FUNC) {
		wrong(s, sym, "it stands on something that is no function");
		return;
	}
	if (fact[strcspn(fact, "#\n")]) {
		wrong(s, sym, "a fact is one line without '#'");
		return;
	}
	len = snprintf(NULL, 0, "%.*s %.*s%s # contract", (int)verb, fact, (int)n, said, fact + verb);
	line = malloc((size_t)len + 1);
	if (!line)
		abort();
	snprintf(line, (size_t)len + 1, "%.*s %.*s%s # contract", (int)verb, fact, (int)n, said,
		 fact + verb);
	m = lab_model_parse(line, (size_t)len, lab_prog_str(s->p, y->file), &err);
	free(line);
	if (!m)
		wrong(s, sym, err.why);
	else if (!m->nfacts)
		wrong(s, sym, "it says nothing");
	if (!m || !m->nfacts || !s->contracts) {
		if (m && m->nfacts)
			s->contracts = m;
		else
			lab_model_free(m);
		return;
	}
	if (lab_model_add(s->contracts, m))
		abort();
}

void lab_contracts(struct lab_solver *s)
{
	for (uint32_t i = 0; i < arrlenu(s->p->syms); i++) {
		const char *said = lab_prog_symname(s->p, i), *colon = strstr(said, ": ");

		if (colon)
			read_one(s, i, said, (size_t)(colon - said));
	}
}

void lab_contracts_free(struct lab_solver *s)
{
	lab_model_free(s->contracts);
	for (int i = 0; i < arrlen(s->bad_contracts); i++)
		free(s->bad_contracts[i].why);
	arrfree(s->bad_contracts);
}

/* Functions that say that they must be atomic run so, whoever calls them. */
void lab_contract_roots(struct lab_solver *s)
{
	static const struct lab_fact said = { .kind = LAB_FACT_CALLS, .ctx = LAB_CTX_ATOMIC,
					      .name = "LABYRINTH_MUST_BE_ATOMIC", .why = "" };

	for (uint32_t fn = 0; fn < arrlenu(s->p->fns); fn++) {
		uint32_t at = 0;

		if (lab_statement(s->p, fn, "must_be_atomic", &at)) {
			struct lab_root r = { .fn = fn, .ctx = LAB_CTX_ATOMIC, .site_fn = LAB_NONE,
					      .site_ins = at - 1, .field = LAB_NONE, .fact = &said };

			arrput(s->roots, r);
		}
	}
}
