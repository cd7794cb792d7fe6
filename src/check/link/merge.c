// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Merging units into a program.
 *
 * Each table of a unit is translated to program numbers, entry by entry; equal
 * entries of different units get the same number.  A static function's identity
 * is its name, place of declaration and content hash; the content hash covers
 * the bytes of its body, what its references stand for, and the content of the
 * static functions it refers to (cycles are cut at the function that closes
 * them).  This is what BTF deduplication does for types, bodies instead.
 *
 * Weak definitions go behind strong ones of the same name.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "prog.h"

struct merge {
	struct lab_prog *p;
	struct lab_unit *u;
	uint32_t unit;
	uint32_t *map[5];	/* unit number -> program number, by enum lab_ref */
	uint32_t *raw_of;	/* unit symbol -> raw body, or LAB_NONE */
	uint64_t *hash;		/* content of the raw body; 0: not yet */
	uint8_t *busy;
	struct lab_skel_err *err;
};

static uint32_t *new_map(uint32_t n)
{
	uint32_t *m = malloc((n + 1) * sizeof(*m));

	if (!m)
		abort();
	memset(m, 0xff, (n + 1) * sizeof(*m));
	return m;
}

static uint32_t at(const uint32_t *map, uint32_t i)
{
	return i == LAB_NONE ? LAB_NONE : map[i];
}

static void map_strings(struct merge *m)
{
	struct lab_unit *u = m->u;
	uint32_t *s = new_map(u->nstrs), *f = new_map(u->nfiles);

	for (uint32_t i = 0; i < u->nstrs; i++)
		s[i] = lab_intern(m->p->strs, u->strs[i], strlen(u->strs[i]), NULL);
	for (uint32_t i = 0; i < u->nfiles; i++)
		f[i] = s[u->files[i]];
	m->map[LAB_REF_STR] = s;
	m->map[LAB_REF_FILE] = f;	/* a file is its path in the program */
}

static void map_types(struct merge *m)
{
	struct lab_unit *u = m->u;
	uint32_t *t = new_map(u->ntypes), *f = new_map(u->nfields);
	int fresh;

	for (uint32_t i = 0; i < u->ntypes; i++) {
		struct lab_type k = u->types[i];

		k.name = at(m->map[LAB_REF_STR], k.name);
		k.ref = k.ref == LAB_NONE || k.ref >= i ? LAB_NONE : t[k.ref];
		t[i] = lab_intern(m->p->types_ix, &k, sizeof(k), &fresh);
		if (fresh)
			arrput(m->p->types, k);
	}
	m->map[LAB_REF_TYPE] = t;
	for (uint32_t i = 0; i < u->nfields; i++) {
		struct lab_field k = u->fields[i];

		k.owner = at(t, k.owner);
		k.name = at(m->map[LAB_REF_STR], k.name);
		k.type = at(t, k.type);
		f[i] = lab_intern(m->p->fields_ix, &k, sizeof(k), &fresh);
		if (fresh)
			arrput(m->p->fields, k);
	}
	m->map[LAB_REF_FIELD] = f;
}

static struct lab_gsym program_sym(struct merge *m, const struct lab_sym *s)
{
	struct lab_gsym g = {
		.name = at(m->map[LAB_REF_STR], s->asmname != LAB_NONE ? s->asmname : s->name),
		.kind = s->kind, .flags = s->flags, .fn = LAB_NONE, .alias = LAB_NONE,
		.unit = s->flags & LAB_SYMF_STATIC ? m->unit : LAB_NONE,
		.file = at(m->map[LAB_REF_FILE], s->file), .line = s->line,
		.type = at(m->map[LAB_REF_TYPE], s->type),
	};

	return g;
}

static uint32_t add_sym(struct merge *m, const struct lab_gsym *g)
{
	arrput(m->p->syms, *g);
	return arrlenu(m->p->syms) - 1;
}

/* External symbols first: their numbers are part of the content of static ones. */
static void map_externals(struct merge *m)
{
	struct lab_unit *u = m->u;
	struct lab_prog *p = m->p;
	uint32_t *map = new_map(u->nsyms);
	int fresh;

	for (uint32_t i = 0; i < u->nsyms; i++) {
		struct lab_gsym g = program_sym(m, &u->syms[i]);
		uint32_t n, slot;

		if (u->syms[i].flags & LAB_SYMF_STATIC)
			continue;
		slot = lab_intern(p->syms_ix, &g.name, sizeof(g.name), &fresh);
		if (fresh) {
			n = add_sym(m, &g);
			arrput(p->ext, n);
		} else {
			n = p->ext[slot];
			p->syms[n].flags |= g.flags & ~(uint32_t)LAB_SYMF_WEAK;
			if (p->syms[n].file == LAB_NONE || (g.flags & LAB_SYMF_DEFINED)) {
				p->syms[n].file = g.file;
				p->syms[n].line = g.line;
			}
		}
		map[i] = n;
	}
	m->map[LAB_REF_SYM] = map;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t k[2] = { a, b };

	return XXH3_64bits(k, sizeof(k));
}

static uint64_t body_hash(struct merge *m, uint32_t r);

static uint64_t sym_hash(struct merge *m, uint32_t s)
{
	const struct lab_sym *y = &m->u->syms[s];
	uint64_t h;

	if (!(y->flags & LAB_SYMF_STATIC))
		return m->map[LAB_REF_SYM][s];
	h = mix(at(m->map[LAB_REF_STR], y->name),
		mix(at(m->map[LAB_REF_FILE], y->file), y->line));
	if (m->raw_of[s] != LAB_NONE)
		h = mix(h, body_hash(m, m->raw_of[s]));
	return h;
}

static uint64_t body_hash(struct merge *m, uint32_t r)
{
	const struct lab_fn_raw *raw = &m->u->raw[r];
	uint64_t h;

	if (m->hash[r] || m->busy[r])
		return m->hash[r];
	m->busy[r] = 1;
	h = XXH3_64bits(raw->code, raw->len);
	for (int k = 0; k < 5; k++)
		for (uint32_t i = 0; i < raw->nrefs[k]; i++) {
			uint32_t ref = raw->refs[k][i];

			if (k == LAB_REF_SYM)
				h = mix(h, ref == raw->sym ? 7 : sym_hash(m, ref));
			else
				h = mix(h, at(m->map[k], ref));
		}
	m->busy[r] = 0;
	m->hash[r] = h ? h : 1;
	return m->hash[r];
}

static void map_statics(struct merge *m)
{
	struct lab_unit *u = m->u;
	int fresh;

	for (uint32_t i = 0; i < u->nsyms; i++) {
		struct lab_gsym g = program_sym(m, &u->syms[i]);
		uint64_t key[4];
		uint32_t n;

		if (!(u->syms[i].flags & LAB_SYMF_STATIC))
			continue;
		if (m->raw_of[i] == LAB_NONE) {
			m->map[LAB_REF_SYM][i] = add_sym(m, &g);
			continue;
		}
		key[0] = g.name;
		key[1] = g.file;
		key[2] = g.line;
		key[3] = body_hash(m, m->raw_of[i]);
		n = lab_intern(m->p->statics_ix, key, sizeof(key), &fresh);
		if (fresh)
			arrput(m->p->statics, add_sym(m, &g));
		m->map[LAB_REF_SYM][i] = m->p->statics[n];
	}
	for (uint32_t i = 0; i < u->nsyms; i++)
		if (u->syms[i].alias != LAB_NONE) {
			uint32_t n = m->map[LAB_REF_SYM][i], t = m->map[LAB_REF_SYM][u->syms[i].alias];

			if (n != t)
				m->p->syms[n].alias = t;
		}
}

/* Weak definitions go to the end of the chain. */
static void chain(struct lab_prog *p, uint32_t sym, uint32_t fn, int weak)
{
	uint32_t *at = &p->syms[sym].fn;

	if (*at != LAB_NONE && weak)
		while (*at != LAB_NONE)
			at = &p->fns[*at].next;
	p->fns[fn].next = *at;
	*at = fn;
}

static uint32_t *definitions(const struct lab_fn *f)
{
	uint32_t *def = new_map(f->nvalues);

	for (uint32_t i = 0; i < f->nins; i++)
		if (f->ins[i].res != LAB_NONE)
			def[f->ins[i].res] = i;
	return def;
}

static int add_bodies(struct merge *m)
{
	struct lab_prog *p = m->p;
	const uint32_t *map[5];

	for (int k = 0; k < 5; k++)
		map[k] = m->map[k];
	for (uint32_t i = 0; i < m->u->nraw; i++) {
		const struct lab_sym *s = &m->u->syms[m->u->raw[i].sym];
		struct lab_gfn f = { .unit = m->unit, .next = LAB_NONE };

		f.sym = m->map[LAB_REF_SYM][m->u->raw[i].sym];
		p->nraw++;
		if ((s->flags & LAB_SYMF_STATIC) && p->syms[f.sym].fn != LAB_NONE)
			continue;	/* merged with one that is here already */
		f.body = lab_skel_decode(&m->u->raw[i], map, m->err);
		if (!f.body)
			return -EINVAL;
		f.def = definitions(f.body);
		arrput(p->fns, f);
		chain(p, f.sym, arrlenu(p->fns) - 1, s->flags & LAB_SYMF_WEAK);
		p->units[m->unit].nfns++;
	}
	return 0;
}

/* The last field of the path, or the one before it. */
static uint32_t last_field(const struct merge *m, const struct lab_init *in, int before)
{
	for (uint32_t i = in->npath; i-- > 0;)
		if (in->path[i].kind == LAB_ELEM_FIELD && !before--)
			return m->map[LAB_REF_FIELD][in->path[i].arg];
	return LAB_NONE;
}

static void add_data(struct merge *m)
{
	struct lab_prog *p = m->p;
	struct lab_unit *u = m->u;

	for (uint32_t i = 0; i < u->ninits; i++) {
		const struct lab_init *in = &u->inits[i];
		struct lab_ginit g = { m->map[LAB_REF_SYM][in->sym], last_field(m, in, 0),
				       last_field(m, in, 1), in->kind, LAB_NONE, in->value,
				       in->npath == 1 && in->path[0].kind == LAB_ELEM_FIELD,
				       in->ntpath == 0, m->unit };

		if (in->kind == LAB_INITV_ADDR)
			g.target = m->map[LAB_REF_SYM][in->target];
		arrput(p->inits, g);
	}
	for (uint32_t i = 0; i < u->nmacros; i++) {
		uint32_t name = m->map[LAB_REF_STR][u->macros[i].name];
		int k;

		for (k = 0; k < arrlen(p->macros) && p->macros[k].name != name; k++)
			;
		if (k == arrlen(p->macros)) {
			struct lab_gmacro g = { name, u->macros[i].value, 0 };

			arrput(p->macros, g);
		}
		p->macros[k].units++;
	}
	for (uint32_t i = 0; i < u->nnotes; i++)
		p->units[m->unit].notes += u->notes[i].count;
}

static int merge_unit(struct merge *m)
{
	int ret;

	map_strings(m);
	map_types(m);
	map_externals(m);
	m->raw_of = new_map(m->u->nsyms);
	for (uint32_t i = 0; i < m->u->nraw; i++)
		m->raw_of[m->u->raw[i].sym] = i;
	m->hash = calloc(m->u->nraw + 1, sizeof(*m->hash));
	m->busy = calloc(m->u->nraw + 1, 1);
	if (!m->hash || !m->busy)
		abort();
	map_statics(m);
	ret = add_bodies(m);
	if (!ret)
		add_data(m);
	for (int k = 0; k < 5; k++)
		free(m->map[k]);
	free(m->raw_of);
	free(m->hash);
	free(m->busy);
	return ret;
}

struct order { const char *source; uint32_t record; };

static int by_source(const void *a, const void *b)
{
	return strcmp(((const struct order *)a)->source, ((const struct order *)b)->source);
}

static int link_record(struct lab_prog *p, struct lab_record *r, struct lab_unit *u,
		       struct lab_skel_err *err)
{
	struct merge m = { .p = p, .err = err, .unit = arrlenu(p->units), .u = u };
	struct lab_gunit gu = { .source = r->source, .record = r - p->records };
	int ret;

	gu.object = r->object;
	gu.flags = m.u->flags;
	arrput(p->units, gu);
	r->object = NULL;
	ret = merge_unit(&m);
	lab_unit_free(m.u);
	if (p->keep)
		return ret;
	free(r->bytes);
	r->bytes = NULL;
	return ret;
}

static int by_symbol(const void *pa, const void *pb)
{
	const struct lab_ginit *a = pa, *b = pb;

	if (a->sym != b->sym)
		return a->sym < b->sym ? -1 : 1;
	return (a->field > b->field) - (a->field < b->field);
}

static void sort_inits(struct lab_prog *p)
{
	p->first_init = new_map(arrlenu(p->syms));
	if (p->inits)
		qsort(p->inits, arrlenu(p->inits), sizeof(*p->inits), by_symbol);
	for (uint32_t i = arrlenu(p->inits); i-- > 0;)
		p->first_init[p->inits[i].sym] = i;
}

/*
 * Records are read by several threads, AHEAD at a time, and merged by one in the
 * order of their source paths: the program does not depend on the number of jobs.
 */
#define AHEAD 64

struct batch {
	struct lab_prog *p;
	const struct order *o;
	int first, count;
	atomic_int next;
	struct lab_unit *units[AHEAD];
	struct lab_skel_err errs[AHEAD];
};

static void *read_some(void *arg)
{
	struct batch *b = arg;
	int i;

	while ((i = atomic_fetch_add(&b->next, 1)) < b->count) {
		const struct lab_record *r = &b->p->records[b->o[b->first + i].record];
		size_t pos = 0;

		b->units[i] = lab_skel_read(r->bytes, r->len, &pos, 0, &b->errs[i]);
	}
	return NULL;
}

static void read_batch(struct batch *b)
{
	pthread_t t[16];
	unsigned int n = b->p->jobs > 16 ? 16 : b->p->jobs, started = 0;

	atomic_store(&b->next, 0);
	while (started + 1 < n && !pthread_create(&t[started], NULL, read_some, b))
		started++;
	read_some(b);
	while (started-- > 0)
		pthread_join(t[started], NULL);
}

static int merge_batch(struct batch *b, struct lab_skel_err *err, const char **bad)
{
	struct lab_prog *p = b->p;
	int ret = 0;

	for (int i = 0; i < b->count; i++) {
		struct lab_record *r = &p->records[b->o[b->first + i].record];

		if (ret) {
			lab_unit_free(b->units[i]);
			continue;
		}
		if (!b->units[i]) {
			*err = b->errs[i];
			err->offset += r->offset;
			*bad = r->object;
			ret = -EINVAL;
			continue;
		}
		ret = link_record(p, r, b->units[i], err);
		if (ret)
			*bad = p->units[arrlen(p->units) - 1].object;
	}
	return ret;
}

int lab_prog_link(struct lab_prog *p, struct lab_skel_err *err, const char **bad)
{
	struct batch *b = calloc(1, sizeof(*b));
	struct order *o = NULL;
	int ret = 0;

	if (!b)
		abort();
	for (uint32_t i = 0; i < arrlenu(p->records); i++) {
		struct order e = { lab_prog_str(p, p->records[i].source), i };

		arrput(o, e);
	}
	if (o)
		qsort(o, arrlenu(o), sizeof(*o), by_source);
	b->p = p;
	b->o = o;
	for (; b->first < arrlen(o) && !ret; b->first += AHEAD) {
		b->count = arrlen(o) - b->first < AHEAD ? arrlen(o) - b->first : AHEAD;
		read_batch(b);
		ret = merge_batch(b, err, bad);
	}
	free(b);
	arrfree(o);
	if (ret)
		return ret;
	sort_inits(p);
	lab_modules(p);
	lab_writers(p);
	lab_devirt(p);
	return 0;
}
