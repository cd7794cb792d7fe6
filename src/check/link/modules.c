// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which units make up one module.  A name that is not exported is found by the
 * linker alone, so who uses it and who defines it are linked together; what modules
 * call of each other is exported.  Code that is built in grows together to one.
 *
 * Policy: references from inlines of headers tell nothing, since such a body belongs
 * to all who include it.  A program that exports nothing is one module.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "prog.h"

/* Each module has its own. */
static bool is_entry(const struct lab_prog *p, uint32_t sym)
{
	const char *name = lab_prog_symname(p, sym);

	return !strcmp(name, "init_module") || !strcmp(name, "cleanup_module");
}

/* __UNIQUE_ID___addressable_NAME12, which EXPORT_SYMBOL leaves in each unit. */
static bool is_export(const struct lab_prog *p, const struct lab_ginit *in)
{
	static const char mark[] = "__UNIQUE_ID___addressable_";
	const char *s = lab_prog_symname(p, in->sym), *name;

	if (in->target == LAB_NONE || is_entry(p, in->target) || strncmp(s, mark, sizeof(mark) - 1))
		return false;
	name = lab_prog_symname(p, in->target);
	s += sizeof(mark) - 1;
	return !strncmp(s, name, strlen(name)) &&
	       strspn(s + strlen(name), "0123456789") == strlen(s + strlen(name));
}

static uint32_t top(uint32_t *parent, uint32_t u)
{
	while (parent[u] != u)
		u = parent[u] = parent[parent[u]];
	return u;
}

static void join(struct lab_prog *p, uint32_t unit, uint32_t other)
{
	uint32_t a = top(p->module, unit), b = top(p->module, other);

	p->module[a < b ? b : a] = a < b ? a : b;
}

#define MANY (UINT32_MAX - 1)

/* The unit that defines the variable, of those that are initialised; MANY: names differ by module. */
static uint32_t *find_homes(const struct lab_prog *p)
{
	uint32_t nsyms = arrlenu(p->syms), *home = malloc((nsyms + 1) * sizeof(*home));

	if (!home)
		abort();
	for (uint32_t i = 0; i < nsyms; i++)
		home[i] = LAB_NONE;
	for (uint32_t i = 0; i < arrlenu(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];

		if (home[in->sym] == LAB_NONE)
			home[in->sym] = in->unit;
		else if (home[in->sym] != in->unit)
			home[in->sym] = MANY;
	}
	return home;
}

static void meet(struct lab_prog *p, const uint32_t *home, uint32_t unit, uint32_t sym)
{
	uint32_t fn;

	if (p->exported[sym] || is_entry(p, sym) ||
	    (p->syms[sym].flags & (LAB_SYMF_STATIC | LAB_SYMF_BUILTIN)))
		return;
	if (p->syms[sym].kind != LAB_SYM_FUNC) {
		if (home[sym] < MANY)
			join(p, unit, home[sym]);
		return;
	}
	fn = lab_prog_resolve(p, sym, unit);
	if (fn != LAB_NONE && !lab_prog_is_header(p, p->fns[fn].body->file))
		join(p, unit, p->fns[fn].unit);
}

static void references(struct lab_prog *p, const uint32_t *home, const struct lab_gfn *f)
{
	if (lab_prog_is_header(p, f->body->file))
		return;
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *w = f->body->words + in->words;

		if (in->op == LAB_OP_CALL)
			meet(p, home, f->unit, w[2]);
		else if (in->op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM)
			meet(p, home, f->unit, w[2]);
		else if ((in->op == LAB_OP_LOAD || in->op == LAB_OP_STORE) && w[5] == LAB_BASE_SYM)
			meet(p, home, f->unit, w[6]);
	}
}

static void find_modules(struct lab_prog *p)
{
	uint32_t *home = find_homes(p);

	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++)
		references(p, home, &p->fns[fn]);
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].target != LAB_NONE)
			meet(p, home, p->inits[i].unit, p->inits[i].target);
	free(home);
}

/* ---- who uses whom ------------------------------------------------------------------ */
#define WORD(m)	((m) / 64)
#define BIT(m)	(1ull << ((m) % 64))

static uint64_t *users_of(const struct lab_prog *p, uint32_t module)
{
	return p->users + (size_t)module * p->set_words;
}

static void uses(struct lab_prog *p, uint32_t unit, uint32_t sym)
{
	uint32_t fn;

	if (p->syms[sym].kind != LAB_SYM_FUNC || !p->exported[sym])
		return;
	fn = lab_prog_resolve(p, sym, unit);
	if (fn != LAB_NONE)
		users_of(p, p->module[p->fns[fn].unit])[WORD(p->module[unit])] |= BIT(p->module[unit]);
}

/* Users of a user are users. */
static void close_users(struct lab_prog *p)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t m = 0; m < p->nmodules; m++) {
			uint64_t *own = users_of(p, m);

			for (uint32_t u = 0; u < p->nmodules; u++) {
				const uint64_t *more = users_of(p, u);

				if (u == m || !(own[WORD(u)] & BIT(u)))
					continue;
				for (uint32_t w = 0; w < p->set_words; w++) {
					again |= (more[w] & ~own[w]) != 0;
					own[w] |= more[w];
				}
			}
		}
	}
}

static void find_users(struct lab_prog *p)
{
	p->set_words = WORD(p->nmodules) + 1;
	p->users = calloc((size_t)p->nmodules * p->set_words + 1, sizeof(*p->users));
	if (!p->users)
		abort();
	for (uint32_t m = 0; m < p->nmodules; m++)
		users_of(p, m)[WORD(m)] |= BIT(m);
	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++) {
		const struct lab_gfn *f = &p->fns[fn];

		for (uint32_t i = 0; !lab_prog_is_header(p, f->body->file) && i < f->body->nins; i++) {
			const uint32_t *w = f->body->words + f->body->ins[i].words;

			if (f->body->ins[i].op == LAB_OP_CALL ||
			    (f->body->ins[i].op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM))
				uses(p, f->unit, w[2]);
		}
	}
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].target != LAB_NONE)
			uses(p, p->inits[i].unit, p->inits[i].target);
	close_users(p);
}

struct lab_module_set lab_modules_common(const struct lab_prog *p, const uint32_t *modules, uint32_t n)
{
	struct lab_module_set set = { .words = p->set_words < LAB_MODULE_WORDS ? p->set_words : 0 };

	for (uint32_t w = 0; w < set.words; w++) {
		set.bits[w] = UINT64_MAX;
		for (uint32_t i = 0; i < n; i++)
			set.bits[w] &= users_of(p, modules[i])[w];
		set.some |= set.bits[w] != 0;
	}
	return set;
}

bool lab_module_meets(const struct lab_prog *p, const struct lab_module_set *set, uint32_t module)
{
	const uint64_t *users = users_of(p, module);

	for (uint32_t w = 0; w < set->words; w++)
		if (set->bits[w] & users[w])
			return true;
	return !set->words;	/* more modules than we can hold: nothing is known */
}

/* ---- who fills which tables ---------------------------------------------------------- */
static void stores(struct lab_prog *p, const struct lab_gfn *f)
{
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const uint32_t *w = f->body->words + f->body->ins[i].words;
		uint32_t n;

		if (f->body->ins[i].op != LAB_OP_STORE)
			continue;
		n = w[5 + 2];
		if (n && w[5 + 1 + 2 * n] == LAB_ELEM_FIELD &&
		    lab_value_function(p, f, w[1]) != LAB_NONE)
			lab_pairs_add(&p->providers, p->fields[w[5 + 2 + 2 * n]].owner, p->module[f->unit]);
	}
}

static void find_providers(struct lab_prog *p)
{
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].field != LAB_NONE && p->inits[i].target != LAB_NONE &&
		    p->syms[p->inits[i].target].kind == LAB_SYM_FUNC)
			lab_pairs_add(&p->providers, p->fields[p->inits[i].field].owner,
				      p->module[p->inits[i].unit]);
	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++)
		stores(p, &p->fns[fn]);
	lab_pairs_sort(&p->providers);
}

/* Numbers from 0 on, in the order of the units. */
static void number(struct lab_prog *p)
{
	uint32_t nunits = arrlenu(p->units), *num = malloc((nunits + 1) * sizeof(*num));

	if (!num)
		abort();
	for (uint32_t u = 0; u < nunits; u++) {
		uint32_t t = top(p->module, u);

		num[u] = t == u ? p->nmodules++ : num[t];	/* t is the first of its units */
	}
	free(p->module);
	p->module = num;
}

void lab_modules(struct lab_prog *p)
{
	uint32_t nunits = arrlenu(p->units), nsyms = arrlenu(p->syms);

	p->module = malloc((nunits + 1) * sizeof(*p->module));
	p->exported = calloc(nsyms + 1, 1);
	if (!p->module || !p->exported)
		abort();
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (is_export(p, &p->inits[i]))
			p->exported[p->inits[i].target] = p->exports = true;
	for (uint32_t u = 0; u < nunits; u++)
		p->module[u] = p->exports ? u : 0;
	if (p->exports)
		find_modules(p);
	number(p);
	find_users(p);
	find_providers(p);
}
