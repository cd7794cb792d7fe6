// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program's tables: making one, taking in records, looking names up.  The
 * merging of units is in merge.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "prog.h"

struct lab_prog *lab_prog_new(void)
{
	struct lab_prog *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->strs = lab_intern_new();
	p->types_ix = lab_intern_new();
	p->fields_ix = lab_intern_new();
	p->syms_ix = lab_intern_new();
	p->statics_ix = lab_intern_new();
	p->sources_ix = lab_intern_new();
	return p;
}

static void drop_record(struct lab_record *r)
{
	free(r->bytes);
	free(r->object);
	memset(r, 0, sizeof(*r));
}

void lab_prog_free(struct lab_prog *p)
{
	if (!p)
		return;
	lab_devirt_free(p);
	for (int i = 0; i < arrlen(p->fns); i++) {
		free(p->fns[i].body);
		free(p->fns[i].def);
	}
	for (int i = 0; i < arrlen(p->units); i++)
		free(p->units[i].object);
	for (int i = 0; i < arrlen(p->records); i++)
		drop_record(&p->records[i]);
	lab_intern_free(p->strs);
	lab_intern_free(p->types_ix);
	lab_intern_free(p->fields_ix);
	lab_intern_free(p->syms_ix);
	lab_intern_free(p->statics_ix);
	lab_intern_free(p->sources_ix);
	arrfree(p->types);
	arrfree(p->fields);
	arrfree(p->syms);
	arrfree(p->ext);
	arrfree(p->statics);
	arrfree(p->fns);
	arrfree(p->units);
	arrfree(p->inits);
	arrfree(p->macros);
	free(p->first_init);
	free(p->module);
	free(p->exported);
	free(p->users);
	free(p->anybody);
	lab_pairs_free(&p->providers);
	lab_pairs_free(&p->writers);
	arrfree(p->records);
	free(p);
}

/* The source path alone decides which record survives, so read no more than that. */
int lab_prog_add(struct lab_prog *p, const uint8_t *bytes, size_t len, const char *object,
		 uint64_t offset, struct lab_skel_err *err)
{
	size_t pos = 0;
	const char *path = lab_skel_peek(bytes, len, &pos, err);
	struct lab_record r = { 0 };
	uint32_t source;
	int fresh;

	if (!path) {
		if (!err->why[0])
			return 0;
		err->offset += offset;
		return -EINVAL;
	}
	source = lab_intern(p->strs, path, strlen(path), NULL);
	r.bytes = malloc(pos);
	r.object = strdup(object);
	if (!r.bytes || !r.object)
		abort();
	memcpy(r.bytes, bytes, pos);
	r.len = pos;
	r.source = source;
	r.offset = offset;
	lab_intern(p->sources_ix, &source, sizeof(source), &fresh);
	if (!fresh) {
		for (int i = 0; i < arrlen(p->records); i++)
			if (p->records[i].source == source) {
				drop_record(&p->records[i]);
				p->records[i] = r;
				p->replaced++;
				return 0;
			}
	}
	arrput(p->records, r);
	return 0;
}

const char *lab_prog_str(const struct lab_prog *p, uint32_t str)
{
	return str == LAB_NONE ? "" : lab_intern_key(p->strs, str);
}

bool lab_prog_is_header(const struct lab_prog *p, uint32_t file)
{
	const char *s = lab_prog_str(p, file);
	size_t n = strlen(s);

	return n > 2 && !strcmp(s + n - 2, ".h");
}

uint32_t lab_prog_find_str(const struct lab_prog *p, const char *s)
{
	return lab_intern_find(p->strs, s, strlen(s));
}

/* External symbols are keyed by their name's number. */
uint32_t lab_prog_find_sym(const struct lab_prog *p, const char *name)
{
	uint32_t s = lab_prog_find_str(p, name), n;

	if (s == LAB_NONE)
		return LAB_NONE;
	n = lab_intern_find(p->syms_ix, &s, sizeof(s));
	return n == UINT32_MAX ? LAB_NONE : p->ext[n];
}

int lab_prog_macro(const struct lab_prog *p, const char *name, int64_t *value)
{
	uint32_t s = lab_prog_find_str(p, name);

	if (s == LAB_NONE)
		return -ENOENT;
	for (int i = 0; i < arrlen(p->macros); i++)
		if (p->macros[i].name == s) {
			*value = p->macros[i].value;
			return 0;
		}
	return -ENOENT;
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	while (n && a[n - 1] != '/')
		n--;
	return n;
}

uint32_t lab_prog_resolve(const struct lab_prog *p, uint32_t sym, uint32_t unit)
{
	uint32_t best = LAB_NONE, hops = 0;
	size_t best_score = 0;

	while (p->syms[sym].fn == LAB_NONE && p->syms[sym].alias != LAB_NONE && hops++ < 8)
		sym = p->syms[sym].alias;
	for (uint32_t f = p->syms[sym].fn; f != LAB_NONE; f = p->fns[f].next) {
		size_t score;

		if (p->fns[f].next == LAB_NONE && best == LAB_NONE)
			return f;
		if (p->fns[f].unit == unit)
			return f;
		score = unit == LAB_NONE ? 1 :
			1 + common_prefix(lab_prog_str(p, p->units[unit].source),
					  lab_prog_str(p, p->units[p->fns[f].unit].source));
		if (score > best_score) {
			best_score = score;
			best = f;
		}
	}
	return best;
}

bool lab_prog_const_object(const struct lab_prog *p, uint32_t sym)
{
	const uint32_t want = LAB_SYMF_CONST | LAB_SYMF_DEFINED;

	return (p->syms[sym].flags & want) == want && p->first_init[sym] != LAB_NONE;
}

const struct lab_ginit *lab_prog_init(const struct lab_prog *p, uint32_t sym, uint32_t field)
{
	for (uint32_t i = p->first_init[sym]; i < arrlenu(p->inits) && p->inits[i].sym == sym; i++)
		if (p->inits[i].field == field && p->inits[i].direct)
			return &p->inits[i];
	return NULL;
}
