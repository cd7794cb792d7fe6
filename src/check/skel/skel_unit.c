// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building a unit: tables that merge equal entries, functions that grow block
 * by block.  All memory is in the unit's arena.
 *
 * The lab_unit_enter_*() calls are shared by builder, reader and parser: the
 * builder wants the old number of an entry that is already there, the other two
 * must refuse it, since it could not be written back as it was.
 */
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "check/skel/skel_priv.h"

struct lab_unit *lab_unit_new_empty(void)
{
	struct lab_unit *u = calloc(1, sizeof(*u));
	struct lab_unit_priv *p = calloc(1, sizeof(*p));

	if (!u || !p)
		abort();
	u->priv = p;
	return u;
}

struct lab_unit *lab_unit_new(void)
{
	struct lab_unit *u = lab_unit_new_empty();

	u->source = u->cwd = u->compiler = u->target = u->plugin = lab_unit_str(u, "");
	return u;
}

void lab_unit_free(struct lab_unit *u)
{
	if (!u)
		return;
	lab_arena_free(&lab_unit_priv(u)->arena);
	free(u->priv);
	free(u);
}

#define APPEND(u, array, n, ...) do {						\
	if (!lab_unit_priv(u)->has_room)					\
		(array) = lab_arena_grow(&lab_unit_priv(u)->arena, (array), (n),	\
					 sizeof(*(array)));			\
	(array)[(n)++] = __VA_ARGS__;						\
} while (0)

/* ---- tables ------------------------------------------------------------------- */
struct span { const char *s; size_t n; };

static int same_str(const void *ctx, uint32_t id, const void *key)
{
	const struct lab_unit *u = ctx;
	const struct span *k = key;

	return !strncmp(u->strs[id], k->s, k->n) && !u->strs[id][k->n];
}

static int same_file(const void *ctx, uint32_t id, const void *key)
{
	return ((const struct lab_unit *)ctx)->files[id] == *(const uint32_t *)key;
}

static int same_type(const void *ctx, uint32_t id, const void *key)
{
	return !memcmp(&((const struct lab_unit *)ctx)->types[id], key,
		       sizeof(struct lab_type));
}

static int same_field(const void *ctx, uint32_t id, const void *key)
{
	return !memcmp(&((const struct lab_unit *)ctx)->fields[id], key,
		       sizeof(struct lab_field));
}

static int same_macro(const void *ctx, uint32_t id, const void *key)
{
	return ((const struct lab_unit *)ctx)->macros[id].name == *(const uint32_t *)key;
}

static int same_note(const void *ctx, uint32_t id, const void *key)
{
	return ((const struct lab_unit *)ctx)->notes[id].what == *(const uint32_t *)key;
}

/*
 * Looks key up among the entries of one table.  Returns its number, or enters
 * the number n, the next one, and says that it is new.
 */
static uint32_t enter(struct lab_unit *u, struct lab_ids *ids, lab_ids_same same,
		      const void *key, const void *bytes, size_t len, uint32_t n, int *is_new)
{
	uint64_t hash = XXH3_64bits(bytes, len);
	uint32_t id = lab_ids_find(ids, hash, same, u, key);

	*is_new = id == LAB_IDS_NONE;
	if (*is_new) {
		lab_ids_add(ids, &lab_unit_priv(u)->arena, hash, n);
		id = n;
	}
	return id;
}

/* s is NUL terminated, lives as long as the unit, and is not copied. */
uint32_t lab_unit_enter_str(struct lab_unit *u, char *s, size_t n, int *is_new)
{
	struct span key = { s, n };
	uint32_t id = enter(u, &lab_unit_priv(u)->strs, same_str, &key, s, n, u->nstrs, is_new);

	if (*is_new)
		APPEND(u, u->strs, u->nstrs, s);
	return id;
}

uint32_t lab_unit_enter_file(struct lab_unit *u, uint32_t str, int *is_new)
{
	uint32_t id = enter(u, &lab_unit_priv(u)->files, same_file, &str, &str, sizeof(str),
			    u->nfiles, is_new);

	if (*is_new)
		APPEND(u, u->files, u->nfiles, str);
	return id;
}

uint32_t lab_unit_enter_type(struct lab_unit *u, const struct lab_type *t, int *is_new)
{
	uint32_t id = enter(u, &lab_unit_priv(u)->types, same_type, t, t, sizeof(*t),
			    u->ntypes, is_new);

	if (*is_new)
		APPEND(u, u->types, u->ntypes, *t);
	return id;
}

uint32_t lab_unit_enter_field(struct lab_unit *u, const struct lab_field *f, int *is_new)
{
	uint32_t id = enter(u, &lab_unit_priv(u)->fields, same_field, f, f, sizeof(*f),
			    u->nfields, is_new);

	if (*is_new)
		APPEND(u, u->fields, u->nfields, *f);
	return id;
}

uint32_t lab_unit_enter_macro(struct lab_unit *u, uint32_t name, int64_t value, int *is_new)
{
	uint32_t id = enter(u, &lab_unit_priv(u)->macros, same_macro, &name, &name,
			    sizeof(name), u->nmacros, is_new);

	if (*is_new)
		APPEND(u, u->macros, u->nmacros, (struct lab_macro){ name, value });
	return id;
}

uint32_t lab_unit_enter_note(struct lab_unit *u, uint32_t what, uint32_t count, int *is_new)
{
	uint32_t id = enter(u, &lab_unit_priv(u)->notes, same_note, &what, &what,
			    sizeof(what), u->nnotes, is_new);

	if (*is_new)
		APPEND(u, u->notes, u->nnotes, (struct lab_note){ what, count });
	return id;
}

uint32_t lab_unit_strn(struct lab_unit *u, const char *s, size_t n)
{
	struct span key = { s, strnlen(s, n) };
	struct lab_unit_priv *p = lab_unit_priv(u);
	uint64_t hash = XXH3_64bits(key.s, key.n);
	uint32_t id = lab_ids_find(&p->strs, hash, same_str, u, &key);

	if (id != LAB_IDS_NONE)
		return id;
	lab_ids_add(&p->strs, &p->arena, hash, u->nstrs);
	APPEND(u, u->strs, u->nstrs, lab_arena_strn(&p->arena, key.s, key.n));
	return u->nstrs - 1;
}

uint32_t lab_unit_str(struct lab_unit *u, const char *s)
{
	return lab_unit_strn(u, s, strlen(s));
}

uint32_t lab_unit_file(struct lab_unit *u, const char *path)
{
	int is_new;

	return lab_unit_enter_file(u, lab_unit_str(u, path), &is_new);
}

uint32_t lab_unit_type(struct lab_unit *u, const struct lab_type *t)
{
	int is_new;

	return lab_unit_enter_type(u, t, &is_new);
}

uint32_t lab_unit_field(struct lab_unit *u, const struct lab_field *f)
{
	int is_new;

	return lab_unit_enter_field(u, f, &is_new);
}

uint32_t lab_unit_sym(struct lab_unit *u, const struct lab_sym *s)
{
	APPEND(u, u->syms, u->nsyms, *s);
	return u->nsyms - 1;
}

void lab_unit_macro(struct lab_unit *u, const char *name, int64_t value)
{
	int is_new;
	uint32_t id = lab_unit_enter_macro(u, lab_unit_str(u, name), value, &is_new);

	u->macros[id].value = value;
}

static struct lab_elem_s *copy_path(struct lab_unit *u, const struct lab_elem_s *path,
				    uint32_t n)
{
	struct lab_elem_s *copy;

	if (!n)
		return NULL;
	copy = lab_arena_alloc(&lab_unit_priv(u)->arena, n * sizeof(*copy));
	return memcpy(copy, path, n * sizeof(*copy));
}

void lab_unit_init(struct lab_unit *u, const struct lab_init *i)
{
	struct lab_init copy = *i;

	copy.path = copy_path(u, i->path, i->npath);
	copy.tpath = copy_path(u, i->tpath, i->ntpath);
	APPEND(u, u->inits, u->ninits, copy);
}

void lab_unit_topasm(struct lab_unit *u, const char *text)
{
	APPEND(u, u->topasm, u->ntopasm, lab_unit_str(u, text));
}

void lab_unit_note(struct lab_unit *u, const char *what, uint32_t count)
{
	int is_new;
	uint32_t id = lab_unit_enter_note(u, lab_unit_str(u, what), count, &is_new);

	if (!is_new)
		u->notes[id].count += count;
}

/* ---- functions ------------------------------------------------------------------ */
struct lab_fn *lab_fn_new(struct lab_unit *u, uint32_t sym)
{
	struct lab_fn *f = lab_arena_zalloc(&lab_unit_priv(u)->arena, sizeof(*f));

	f->sym = sym;
	f->type = f->file = LAB_NONE;
	/* so that words + 0 is an address even where there are no words */
	f->words = lab_arena_alloc(&lab_unit_priv(u)->arena, sizeof(*f->words));
	APPEND(u, u->fns, u->nfns, f);
	return f;
}

uint32_t lab_fn_param(struct lab_unit *u, struct lab_fn *f, uint32_t name, uint32_t type)
{
	APPEND(u, f->params, f->nparams, (struct lab_var){ name, type });
	f->nvalues++;
	return f->nparams - 1;
}

uint32_t lab_fn_local(struct lab_unit *u, struct lab_fn *f, uint32_t name, uint32_t type)
{
	APPEND(u, f->locals, f->nlocals, (struct lab_var){ name, type });
	return f->nlocals - 1;
}

void lab_fn_block(struct lab_unit *u, struct lab_fn *f)
{
	APPEND(u, f->blocks, f->nblocks, (struct lab_block){ f->nins, 0 });
}

/* The pool of words grows by many at a time, unlike the other arrays. */
static uint32_t *more_words(struct lab_unit *u, struct lab_fn *f, uint32_t n)
{
	size_t cap = lab_arena_cap(f->nwords), want = lab_arena_cap((size_t)f->nwords + n);
	uint32_t *pool;

	if (want > cap) {
		pool = lab_arena_alloc(&lab_unit_priv(u)->arena, want * sizeof(*pool));
		if (f->nwords)
			memcpy(pool, f->words, f->nwords * sizeof(*pool));
		f->words = pool;
	}
	return f->words + f->nwords;
}

uint32_t lab_fn_ins(struct lab_unit *u, struct lab_fn *f, unsigned int op,
		    const uint32_t *words, uint32_t nwords)
{
	struct lab_ins ins = { .op = (uint8_t)op, .res = LAB_NONE, .words = f->nwords,
			       .nwords = nwords };

	if (op >= LAB_OP_COUNT || !f->nblocks)
		abort();	/* a programming error of the caller, not of its input */
	if (lab_op_sig[op][0] == 'r')
		ins.res = f->nvalues++;
	if (nwords)
		memcpy(more_words(u, f, nwords), words, nwords * sizeof(*words));
	f->nwords += nwords;
	APPEND(u, f->ins, f->nins, ins);
	f->blocks[f->nblocks - 1].count++;
	return ins.res;
}
