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

/* __UNIQUE_ID___addressable_NAME12, which EXPORT_SYMBOL leaves in each unit. */
static bool is_export(const struct lab_prog *p, const struct lab_ginit *in)
{
	static const char mark[] = "__UNIQUE_ID___addressable_";
	const char *s = lab_prog_symname(p, in->sym), *name;

	if (in->target == LAB_NONE || strncmp(s, mark, sizeof(mark) - 1))
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

static void meet(struct lab_prog *p, uint32_t unit, uint32_t sym)
{
	uint32_t fn, a, b;

	if (p->syms[sym].kind != LAB_SYM_FUNC || p->exported[sym] ||
	    (p->syms[sym].flags & (LAB_SYMF_STATIC | LAB_SYMF_BUILTIN)))
		return;
	fn = lab_prog_resolve(p, sym, unit);
	if (fn == LAB_NONE || lab_prog_is_header(p, p->fns[fn].body->file))
		return;
	a = top(p->module, unit);
	b = top(p->module, p->fns[fn].unit);
	p->module[a < b ? b : a] = a < b ? a : b;
}

static void references(struct lab_prog *p, const struct lab_gfn *f)
{
	if (lab_prog_is_header(p, f->body->file))
		return;
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *w = f->body->words + in->words;

		if (in->op == LAB_OP_CALL)
			meet(p, f->unit, w[2]);
		else if (in->op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM)
			meet(p, f->unit, w[2]);
	}
}

/* Which module has tables of functions of which type. */
static void tables(struct lab_prog *p)
{
	for (uint32_t i = 0; i < arrlenu(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];
		uint32_t key[2];

		if (in->field == LAB_NONE || in->target == LAB_NONE ||
		    p->syms[in->target].kind != LAB_SYM_FUNC)
			continue;
		key[0] = p->module[in->unit];
		key[1] = p->fields[in->field].owner;
		lab_intern(p->tables_ix, key, sizeof(key), NULL);
	}
}

void lab_modules(struct lab_prog *p)
{
	uint32_t nunits = arrlenu(p->units), nsyms = arrlenu(p->syms);

	p->module = malloc((nunits + 1) * sizeof(*p->module));
	p->exported = calloc(nsyms + 1, 1);
	p->tables_ix = lab_intern_new();
	if (!p->module || !p->exported)
		abort();
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (is_export(p, &p->inits[i]))
			p->exported[p->inits[i].target] = p->exports = true;
	for (uint32_t u = 0; u < nunits; u++)
		p->module[u] = p->exports ? u : 0;
	if (!p->exports)
		return;
	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++)
		references(p, &p->fns[fn]);
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].target != LAB_NONE)
			meet(p, p->inits[i].unit, p->inits[i].target);
	for (uint32_t u = 0; u < nunits; u++)
		p->module[u] = top(p->module, u);
	tables(p);
}

bool lab_module_has(const struct lab_prog *p, uint32_t module, uint32_t type)
{
	uint32_t key[2] = { module, type };

	return lab_intern_find(p->tables_ix, key, sizeof(key)) != UINT32_MAX;
}
