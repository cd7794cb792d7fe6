// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a record: the header, the sections in their order, padding.  A
 * section's body goes to a scratch buffer first, because its length stands
 * before it; so does each function, whose reference lists stand before its code
 * but are known only after it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <stb/stb_ds.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "check/skel/skel_priv.h"

static void put_le(uint8_t *p, uint64_t x, unsigned int bytes)
{
	for (; bytes; bytes--, x >>= 8)
		*p++ = (uint8_t)x;
}

static void put_number(struct lab_coder *c, uint32_t x)
{
	lab_code_u(c, &x);
}

/*
 * Every entry is copied before it goes through the coder, which may write to
 * what it is given; the unit is const.
 */
#define TABLE(c, n, type, array, call) do {					\
	uint32_t i_, n_ = (n);							\
	put_number(c, n_);							\
	for (i_ = 0; i_ < n_ && !(c)->why; i_++) {				\
		type e = (array)[i_];						\
		call;								\
	}									\
} while (0)

/* ---- functions ---------------------------------------------------------------------- */
/* The reference lists: each number as the distance from the one before it + 1. */
static void put_refs(struct lab_coder *c)
{
	int k;

	for (k = 0; k < 5; k++) {
		size_t i, n = arrlenu(c->list[k]);
		int64_t expect = 0;

		put_number(c, (uint32_t)n);
		for (i = 0; i < n; i++) {
			int64_t diff = c->list[k][i] - expect;

			lab_code_i64(c, &diff);
			expect = (int64_t)c->list[k][i] + 1;
			c->local[k][c->list[k][i]] = 0;
		}
		if (c->list[k])
			arrsetlen(c->list[k], 0);
	}
}

static void put_fn(struct lab_coder *c, struct lab_buf *code, const struct lab_fn *fn)
{
	struct lab_buf *section = c->out, refs = { 0 };
	struct lab_fn f = *fn;

	code->n = 0;
	c->out = code;
	c->in_body = 1;
	lab_code_head(c, &f);
	lab_code_body(c, &f);
	c->in_body = 0;
	c->out = &refs;
	put_refs(c);
	c->out = section;
	put_number(c, (uint32_t)(refs.n + code->n));
	lab_buf_add(section, refs.p, refs.n);
	lab_buf_add(section, code->p, code->n);
	section->oom |= refs.oom | code->oom;
	free(refs.p);
}

/* A body that was never decoded goes out as it came in. */
static void put_raw(struct lab_coder *c, struct lab_buf *code, const struct lab_fn_raw *raw)
{
	struct lab_buf *section = c->out;
	uint32_t i;
	int k;

	for (k = 0; k < 5; k++)
		for (i = 0; i < raw->nrefs[k]; i++)
			arrput(c->list[k], raw->refs[k][i]);
	code->n = 0;
	c->out = code;
	put_refs(c);
	c->out = section;
	lab_buf_add(code, raw->code, raw->len);
	put_number(c, (uint32_t)code->n);
	lab_buf_add(section, code->p, code->n);
	section->oom |= code->oom;
}

static void put_fns(struct lab_coder *c, const struct lab_unit *u)
{
	struct lab_buf code = { 0 };
	uint8_t *has_body;
	uint32_t i;
	int k;

	for (k = 0; k < 5; k++) {
		c->local[k] = calloc(c->limit[k] + 1u, sizeof(*c->local[k]));
		if (!c->local[k])
			c->out->oom = 1;
	}
	put_number(c, u->nfns + u->nraw);
	has_body = calloc(u->nsyms + 1u, 1);
	for (i = 0; i < u->nfns && !c->why && !c->out->oom; i++) {
		c->fn = i;
		if (u->fns[i]->sym < u->nsyms && has_body && has_body[u->fns[i]->sym]++)
			lab_code_fail(c, "function has a second body");
		put_fn(c, &code, u->fns[i]);
	}
	free(has_body);
	if (!c->why)
		c->fn = LAB_NONE;
	for (i = 0; i < u->nraw && !c->why && !c->out->oom; i++)
		put_raw(c, &code, &u->raw[i]);
	for (k = 0; k < 5; k++) {
		free(c->local[k]);
		arrfree(c->list[k]);
	}
	free(code.p);
}

/* ---- sections ------------------------------------------------------------------------- */
static void put_unit(struct lab_coder *c, const struct lab_unit *u)
{
	const uint32_t strs[] = { u->source, u->cwd, u->compiler, u->target, u->plugin };
	struct lab_unit copy = *u;
	size_t i;

	for (i = 0; i < sizeof(strs) / sizeof(*strs); i++)
		if (strs[i] >= u->nstrs)
			lab_code_fail(c, "unit names a string that does not exist");
	lab_code_unit(c, &copy);
}

static void put_section(struct lab_coder *c, const struct lab_unit *u, enum lab_sec sec)
{
	c->file = LAB_NONE;
	c->line = c->col = 0;
	switch (sec) {
	case LAB_SEC_UNIT:
		put_unit(c, u);
		break;
	case LAB_SEC_STR:
		TABLE(c, u->nstrs, const char *, u->strs, lab_buf_add(c->out, e, strlen(e) + 1));
		break;
	case LAB_SEC_FILE:
		TABLE(c, u->nfiles, uint32_t, u->files, lab_code_ref(c, LAB_REF_STR, &e));
		break;
	case LAB_SEC_TYPE:
		TABLE(c, u->ntypes, struct lab_type, u->types, lab_code_type(c, &e, i_));
		break;
	case LAB_SEC_FIELD:
		TABLE(c, u->nfields, struct lab_field, u->fields, lab_code_field(c, &e));
		break;
	case LAB_SEC_SYM:
		TABLE(c, u->nsyms, struct lab_sym, u->syms, lab_code_sym(c, &e));
		break;
	case LAB_SEC_MACRO:
		TABLE(c, u->nmacros, struct lab_macro, u->macros, lab_code_macro(c, &e));
		break;
	case LAB_SEC_INIT:
		TABLE(c, u->ninits, struct lab_init, u->inits, lab_code_init(c, &e, NULL));
		break;
	case LAB_SEC_TOPASM:
		TABLE(c, u->ntopasm, uint32_t, u->topasm, lab_code_ref(c, LAB_REF_STR, &e));
		break;
	case LAB_SEC_NOTE:
		TABLE(c, u->nnotes, struct lab_note, u->notes, lab_code_note(c, &e));
		break;
	default:
		put_fns(c, u);
	}
}

static void put_payload(struct lab_coder *c, const struct lab_unit *u)
{
	struct lab_buf *record = c->out, body = { 0 };
	int sec;

	lab_code_limits(c, u);
	for (sec = LAB_SEC_UNIT; sec < LAB_SEC_END && !c->why; sec++) {
		body.n = 0;
		c->out = &body;
		put_section(c, u, sec);
		c->out = record;
		put_number(c, sec);
		put_number(c, (uint32_t)body.n);
		lab_buf_add(record, body.p, body.n);
		record->oom |= body.oom;
	}
	free(body.p);
}

static void put_header(struct lab_buf *b, uint32_t flags)
{
	uint8_t *h = b->p;

	put_le(h, LABYRINTH_SKEL_MAGIC, 4);
	put_le(h + 4, LABYRINTH_SKEL_VERSION, 2);
	put_le(h + 6, LABYRINTH_SKEL_HEADER_LENGTH, 2);
	put_le(h + 8, b->n, 4);
	put_le(h + 12, flags, 4);
	put_le(h + 16, XXH3_64bits_withSeed(h + LABYRINTH_SKEL_HEADER_LENGTH,
					    b->n - LABYRINTH_SKEL_HEADER_LENGTH,
					    LABYRINTH_SKEL_SEED(flags)), 8);
	put_le(h + 24, 0, 8);
}

/* The complaint of the coder, with the function it stood in. */
static void explain(const struct lab_unit *u, const struct lab_coder *c,
		    const struct lab_skel_place *at, struct lab_skel_err *err)
{
	const char *name = NULL;

	if (at->fn != LAB_NONE && u->fns[at->fn]->sym < u->nsyms &&
	    u->syms[u->fns[at->fn]->sym].name < u->nstrs)
		name = u->strs[u->syms[u->fns[at->fn]->sym].name];
	if (name && at->ins != LAB_NONE)
		snprintf(err->why, sizeof(err->why), "%s (%.60s, instruction %u)", c->why, name,
			 at->ins);
	else if (name)
		snprintf(err->why, sizeof(err->why), "%s (%.60s)", c->why, name);
	else
		snprintf(err->why, sizeof(err->why), "%s", c->why);
}

static int write_unit(const struct lab_unit *u, struct lab_buf *b, struct lab_skel_place *place,
		      struct lab_skel_err *err)
{
	static const uint8_t zeros[LABYRINTH_SKEL_HEADER_LENGTH];
	struct lab_coder c = { .out = b, .fn = LAB_NONE, .ins = LAB_NONE };

	err->offset = 0;
	err->column = 0;
	err->why[0] = 0;
	lab_buf_add(b, zeros, sizeof(zeros));
	put_payload(&c, u);
	if (!c.why && b->n > UINT32_MAX - LABYRINTH_SKEL_ALIGN)
		c.why = "unit is larger than a record can be";
	if (!c.why && u->flags & ~LABYRINTH_SKEL_F_ALL)
		c.why = "unknown flags of the unit";
	if (c.why) {
		*place = (struct lab_skel_place){ c.fn, c.ins };
		explain(u, &c, place, err);
		return -EINVAL;
	}
	if (b->oom)
		return -ENOMEM;
	put_header(b, u->flags);
	lab_buf_add(b, zeros, -b->n % LABYRINTH_SKEL_ALIGN);
	return b->oom ? -ENOMEM : 0;
}

int lab_skel_write(const struct lab_unit *u, uint8_t **out, size_t *len)
{
	struct lab_buf b = { 0 };
	struct lab_skel_place place;
	struct lab_skel_err err;
	int ret = write_unit(u, &b, &place, &err);

	if (ret) {
		free(b.p);
		b.p = NULL;
		b.n = 0;
	}
	*out = b.p;
	*len = b.n;
	return ret;
}

int lab_skel_verify_at(const struct lab_unit *u, struct lab_skel_place *place,
		       struct lab_skel_err *err)
{
	struct lab_buf b = { 0 };
	int ret = write_unit(u, &b, place, err);

	free(b.p);
	return ret;
}

int lab_skel_verify(const struct lab_unit *u, struct lab_skel_err *err)
{
	struct lab_skel_place place;

	return lab_skel_verify_at(u, &place, err);
}

int lab_fn_is_sound(const struct lab_unit *u, const struct lab_fn *f)
{
	struct lab_buf code = { 0 };
	struct lab_coder c = { .out = &code, .in_body = 1 };
	struct lab_fn copy = *f;

	lab_code_limits(&c, u);
	lab_code_head(&c, &copy);
	lab_code_body(&c, &copy);
	free(code.p);
	return !c.why;
}
