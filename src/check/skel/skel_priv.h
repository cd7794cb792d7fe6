/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room share: the builder's private half of a unit, and
 * the coder.
 *
 * The coder works in both directions with one text: lab_code_*(c, &x) writes x
 * or reads it, so that the format of a table or of an instruction is spelled
 * once.  The first complaint stays in c->why; after it, reading yields zeros
 * and writing nothing, so a walk needs to ask only where it loops.
 */
#ifndef LAB_SKEL_PRIV_H
#define LAB_SKEL_PRIV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/ids.h"
#include "check/skel/skel.h"

struct lab_unit_priv {
	struct lab_arena arena;
	struct lab_ids strs, files, types, fields, macros, notes;
	int has_room;	/* the reader made the tables as large as they get */
};

static inline struct lab_unit_priv *lab_unit_priv(struct lab_unit *u)
{
	return (struct lab_unit_priv *)u->priv;
}

/* A unit without any string, for those who bring the tables. */
struct lab_unit *lab_unit_new_empty(void);

/* ---- skel_unit.c: entries of the tables, entered unless already there ------ */
uint32_t lab_unit_enter_str(struct lab_unit *u, char *s, size_t n, int *is_new);
uint32_t lab_unit_enter_file(struct lab_unit *u, uint32_t str, int *is_new);
uint32_t lab_unit_enter_type(struct lab_unit *u, const struct lab_type *t, int *is_new);
uint32_t lab_unit_enter_field(struct lab_unit *u, const struct lab_field *f, int *is_new);
uint32_t lab_unit_enter_macro(struct lab_unit *u, uint32_t name, int64_t value, int *is_new);
uint32_t lab_unit_enter_note(struct lab_unit *u, uint32_t what, uint32_t count, int *is_new);

/* ---- the coder -------------------------------------------------------------- */
struct lab_coder {
	struct lab_buf *out;		/* where to write; NULL: reading */
	const uint8_t *at, *end;	/* what is left to read */
	const char *why;		/* the first complaint, or NULL */
	const uint8_t *bad;		/* where it arose when reading */

	uint32_t limit[5];		/* sizes of the unit's tables, by enum lab_ref */
	uint32_t file, line, col;	/* the location before this one */

	/* inside a function body references go through its own lists */
	int in_body;
	uint32_t *local[5];		/* writing: unit number -> list index + 1;
					   NULL: only checking, no lists */
	uint32_t *list[5];		/* writing: stb_ds arrays; reading: raw lists */
	uint32_t nlist[5], used[5];	/* reading: length, entries met so far */
	const uint32_t *const *map;	/* reading: unit number -> number to store */

	/* and its words are checked as they pass */
	uint32_t nparams, nlocals, nblocks;
	uint32_t next;			/* the next value number */
	uint32_t phi_max;		/* highest value a phi names, + 1 */
	const uint8_t *phi_at;
	uint32_t *w, *wend;		/* words not yet coded */
	uint32_t fn, ins;		/* function and instruction being coded, or none */
};

void lab_code_fail(struct lab_coder *c, const char *why);
uint64_t lab_code_get_long(struct lab_coder *c);
void lab_code_put_long(struct lab_coder *c, uint64_t x);

static inline int lab_code_reading(const struct lab_coder *c)
{
	return !c->out;
}

/* An unsigned number in its shortest LEB128 form. */
static inline void lab_code_u64(struct lab_coder *c, uint64_t *x)
{
	if (c->out) {
		if (*x < 0x80)
			lab_buf_byte(c->out, (uint8_t)*x);
		else
			lab_code_put_long(c, *x);
	} else if (c->at < c->end && *c->at < 0x80) {
		*x = *c->at++;
	} else {
		*x = lab_code_get_long(c);
	}
}

static inline void lab_code_u(struct lab_coder *c, uint32_t *x)
{
	uint64_t wide = *x;

	lab_code_u64(c, &wide);
	if (wide > UINT32_MAX) {
		lab_code_fail(c, "number does not fit into 32 bits");
		wide = 0;
	}
	*x = (uint32_t)wide;
}

static inline uint64_t lab_zigzag(int64_t x)
{
	return (uint64_t)x << 1 ^ (uint64_t)(x >> 63);
}

static inline int64_t lab_unzigzag(uint64_t x)
{
	return (int64_t)(x >> 1 ^ (0 - (x & 1)));
}

static inline void lab_code_i64(struct lab_coder *c, int64_t *x)
{
	uint64_t z = lab_zigzag(*x);

	lab_code_u64(c, &z);
	*x = lab_unzigzag(z);
}

/* A number below limit; why is the complaint if it is not. */
static inline void lab_code_below(struct lab_coder *c, uint32_t *x, uint32_t limit,
				  const char *why)
{
	lab_code_u(c, x);
	if (*x >= limit) {
		lab_code_fail(c, why);
		if (lab_code_reading(c))
			*x = 0;
	}
}

/* ---- skel_code.c: references, locations, tables, bodies ---------------------- */
void lab_code_ref(struct lab_coder *c, enum lab_ref kind, uint32_t *x);
void lab_code_ref_or_none(struct lab_coder *c, enum lab_ref kind, uint32_t *x);
void lab_code_loc(struct lab_coder *c, uint32_t *file, uint32_t *line, uint32_t *col);
void lab_code_elem(struct lab_coder *c, uint32_t *kind, uint32_t *arg);
/* Tells the coder the sizes of a unit's tables. */
void lab_code_limits(struct lab_coder *c, const struct lab_unit *u);
/* Head and code of a function; reading stores into f, which has room. */
void lab_code_head(struct lab_coder *c, struct lab_fn *f);
void lab_code_body(struct lab_coder *c, struct lab_fn *f);

/* ---- skel_record.c: header and sections when reading --------------------------- */
static inline size_t lab_align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* The length of the next record, whose header is sound; 0: none, or *err is filled. */
uint32_t lab_skel_open(const uint8_t *data, size_t len, size_t *pos, struct lab_skel_err *err);
uint32_t lab_skel_flags(const uint8_t *record);
/* A number of things that take at least so many bytes each. */
uint32_t lab_code_count(struct lab_coder *c, uint32_t bytes_each);
/* Enters section sec, whose end is c->end from here on. */
int lab_code_section(struct lab_coder *c, enum lab_sec sec);

/* ---- skel_table.c: one entry of each table ----------------------------------- */
void lab_code_unit(struct lab_coder *c, struct lab_unit *u);
void lab_code_type(struct lab_coder *c, struct lab_type *t, uint32_t self);
void lab_code_field(struct lab_coder *c, struct lab_field *f);
void lab_code_sym(struct lab_coder *c, struct lab_sym *s);
void lab_code_macro(struct lab_coder *c, struct lab_macro *m);
void lab_code_init(struct lab_coder *c, struct lab_init *i, struct lab_arena *a);
void lab_code_note(struct lab_coder *c, struct lab_note *n);

/* ---- skel_write.c: where lab_skel_verify() found fault ------------------------ */
struct lab_skel_place { uint32_t fn, ins; };	/* LAB_NONE: in no such thing */
int lab_skel_verify_at(const struct lab_unit *u, struct lab_skel_place *place,
		       struct lab_skel_err *err);

/* Would the body pass? */
int lab_fn_is_sound(const struct lab_unit *u, const struct lab_fn *f);

/* ---- skel_ops.c ---------------------------------------------------------------- */
/* Words of one operand of this kind that starts here, or -1. */
int lab_operand_len(char kind, const uint32_t *words, uint32_t left);

#endif
