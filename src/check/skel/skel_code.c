// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The coder of numbers, references and locations, in both directions; function
 * bodies, which are made of them, are code_fn.c's.
 *
 * Locations: one number holds the difference to the line before (zigzag, from
 * bit 2), bit 1 "same column", bit 0 "other file"; the file and the column
 * follow only if they differ.
 */
#include <stb/stb_ds.h>
#include "check/skel/skel_priv.h"

void lab_code_fail(struct lab_coder *c, const char *why)
{
	if (c->why)
		return;
	c->why = why;
	c->bad = c->at;
	c->at = c->end;
}

uint64_t lab_code_get_long(struct lab_coder *c)
{
	const uint8_t *start = c->at;
	uint64_t x = 0;
	unsigned int shift = 0;

	for (; c->at < c->end; shift += 7) {
		uint8_t byte = *c->at++;

		if (shift == 63 && byte > 1)
			break;
		x |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (byte || !shift)
			return x;
		c->at = start;
		lab_code_fail(c, "number is not in its shortest form");
		return 0;
	}
	if (!c->why) {
		c->at = start;
		lab_code_fail(c, c->end - start >= 10 ? "number does not fit into 64 bits"
						      : "number is cut off");
	}
	return 0;
}

void lab_code_put_long(struct lab_coder *c, uint64_t x)
{
	for (; x >= 0x80; x >>= 7)
		lab_buf_byte(c->out, (uint8_t)(x | 0x80));
	lab_buf_byte(c->out, (uint8_t)x);
}

/* ---- references ------------------------------------------------------------------- */
static const char *const out_of_table[5] = {
	[LAB_REF_STR] = "reference to a string that does not exist",
	[LAB_REF_FILE] = "reference to a file that does not exist",
	[LAB_REF_TYPE] = "reference to a type that does not exist",
	[LAB_REF_FIELD] = "reference to a field that does not exist",
	[LAB_REF_SYM] = "reference to a symbol that does not exist",
};

void lab_code_limits(struct lab_coder *c, const struct lab_unit *u)
{
	c->limit[LAB_REF_STR] = u->nstrs;
	c->limit[LAB_REF_FILE] = u->nfiles;
	c->limit[LAB_REF_TYPE] = u->ntypes;
	c->limit[LAB_REF_FIELD] = u->nfields;
	c->limit[LAB_REF_SYM] = u->nsyms;
}

/* Writing in a body: the index in its list, at the end of it if it is new. */
static uint32_t to_list(struct lab_coder *c, enum lab_ref kind, uint32_t x)
{
	if (x >= c->limit[kind]) {
		lab_code_fail(c, out_of_table[kind]);
		return 0;
	}
	if (!c->local[kind])
		return x;
	if (!c->local[kind][x]) {
		arrput(c->list[kind], x);
		c->local[kind][x] = (uint32_t)arrlenu(c->list[kind]);
	}
	return c->local[kind][x] - 1;
}

/* Reading in a body: entries of the list must come up in their order. */
static uint32_t from_list(struct lab_coder *c, enum lab_ref kind, uint32_t x)
{
	if (x >= c->nlist[kind]) {
		lab_code_fail(c, "reference beyond the list of the function");
		return 0;
	}
	if (x > c->used[kind]) {
		lab_code_fail(c, "reference list is not in the order of use");
		return 0;
	}
	if (x == c->used[kind])
		c->used[kind]++;
	return c->list[kind][x];
}

static uint32_t mapped(const struct lab_coder *c, enum lab_ref kind, uint32_t x)
{
	return c->map && c->map[kind] && x != LAB_NONE ? c->map[kind][x] : x;
}

void lab_code_ref(struct lab_coder *c, enum lab_ref kind, uint32_t *x)
{
	if (!c->in_body) {
		lab_code_below(c, x, c->limit[kind], out_of_table[kind]);
	} else if (c->out) {
		uint32_t local = to_list(c, kind, *x);

		lab_code_u(c, &local);
	} else {
		lab_code_u(c, x);
		*x = from_list(c, kind, *x);
		if (!c->why)
			*x = mapped(c, kind, *x);
	}
}

/* None is 0, all others are one higher.  The number is that of the unit. */
void lab_code_ref_or_none(struct lab_coder *c, enum lab_ref kind, uint32_t *x)
{
	uint32_t up = *x + 1;

	if (c->out && up && c->in_body)
		up = to_list(c, kind, *x) + 1;
	lab_code_u(c, &up);
	if (!up)
		*x = LAB_NONE;
	else if (!c->out && c->in_body)
		*x = from_list(c, kind, up - 1);
	else if (!c->in_body && up > c->limit[kind])
		lab_code_fail(c, out_of_table[kind]);
	else if (!c->out)
		*x = up - 1;
}

/* ---- locations ---------------------------------------------------------------------- */
#define LOC_OTHER_FILE 1u
#define LOC_SAME_COL   2u

/* Files are compared as the unit numbers them: a linker may map two to one. */
void lab_code_loc(struct lab_coder *c, uint32_t *file, uint32_t *line, uint32_t *col)
{
	uint64_t head = 0;
	int64_t to;

	if (c->out)
		head = lab_zigzag((int64_t)*line - c->line) << 2 |
		       (*col == c->col ? LOC_SAME_COL : 0) |
		       (*file != c->file ? LOC_OTHER_FILE : 0);
	lab_code_u64(c, &head);
	to = lab_unzigzag(head >> 2) + c->line;
	if (head >> 40 || to < 0 || to > UINT32_MAX)
		lab_code_fail(c, "line number out of range");
	*line = (uint32_t)to;
	if (!c->out)
		*file = c->file;
	if (head & LOC_OTHER_FILE) {
		lab_code_ref_or_none(c, LAB_REF_FILE, file);
		if (*file == c->file)
			lab_code_fail(c, "location repeats the file before it");
	}
	if (head & LOC_SAME_COL) {
		*col = c->col;
	} else {
		lab_code_u(c, col);
		if (*col == c->col)
			lab_code_fail(c, "location repeats the column before it");
	}
	c->file = *file;
	c->line = *line;
	c->col = *col;
	if (!c->out && c->in_body && !c->why)
		*file = mapped(c, LAB_REF_FILE, *file);
}
