// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading records, strictly: what is accepted is exactly what the writer could
 * have written.  Sizes are believed only after they were compared with the
 * bytes that follow, so a damaged record cannot make us allocate more than a
 * small multiple of its own size.
 *
 * Without bodies a function costs its reference lists and nothing else; the
 * linker reads all of a kernel's records this way and decodes what it keeps.
 */
#include <stdio.h>
#include <stdlib.h>
#include "check/skel/skel_priv.h"

static void fail(struct lab_skel_err *err, uint64_t offset, const char *why)
{
	err->offset = offset;
	err->column = 0;
	snprintf(err->why, sizeof(err->why), "%s", why);
}

/* ---- decoding one body -------------------------------------------------------------- */
/*
 * One block for the function and its arrays.  Every instruction takes a byte at
 * least, every word a third of one (a location: three words, one byte).
 */
static struct lab_fn *alloc_fn(const struct lab_fn *head, size_t left, struct lab_arena *a)
{
	size_t params, locals, blocks, ins, words;
	struct lab_fn *f;
	char *p;

	if (head->nparams > left || head->nlocals > left || head->nblocks > left ||
	    head->nins > left || head->nwords / 3 > left)
		return NULL;
	params = lab_align8(sizeof(*f));
	locals = params + head->nparams * sizeof(*f->params);
	blocks = locals + head->nlocals * sizeof(*f->locals);
	ins = blocks + head->nblocks * sizeof(*f->blocks);
	words = ins + head->nins * sizeof(*f->ins);
	left = words + head->nwords * sizeof(*f->words);
	p = a ? lab_arena_alloc(a, left) : malloc(left);
	if (!p)
		abort();
	f = (struct lab_fn *)p;
	*f = *head;
	f->params = (struct lab_var *)(p + params);
	f->locals = (struct lab_var *)(p + locals);
	f->blocks = (struct lab_block *)(p + blocks);
	f->ins = (struct lab_ins *)(p + ins);
	f->words = (uint32_t *)(p + words);
	return f;
}

static struct lab_fn *decode(const struct lab_fn_raw *raw, const uint32_t *const map[5],
			     struct lab_arena *a, struct lab_skel_err *err)
{
	struct lab_coder c = { .at = raw->code, .end = raw->code + raw->len, .map = map,
			       .in_body = 1 };
	struct lab_fn head = { 0 }, *f = NULL;
	int k;

	for (k = 0; k < 5; k++) {
		c.list[k] = raw->refs[k];
		c.nlist[k] = raw->nrefs[k];
	}
	lab_code_head(&c, &head);
	if (!c.why) {
		f = alloc_fn(&head, (size_t)(c.end - c.at), a);
		if (f)
			lab_code_body(&c, f);
		else
			lab_code_fail(&c, "count is larger than what follows");
	}
	if (c.at != c.end)
		lab_code_fail(&c, "function has bytes left over");
	for (k = 0; k < 5; k++)
		if (c.used[k] != c.nlist[k])
			lab_code_fail(&c, "reference list has unused entries");
	if (!c.why)
		return f;
	fail(err, (uint64_t)(c.bad - raw->code), c.why);
	if (!a)
		free(f);
	return NULL;
}

struct lab_fn *lab_skel_decode(const struct lab_fn_raw *raw, const uint32_t *const map[5],
			       struct lab_skel_err *err)
{
	return decode(raw, map, NULL, err);
}

/* ---- tables --------------------------------------------------------------------------- */
struct reader {
	struct lab_coder c;
	struct lab_unit *u;
	struct lab_arena *a;
	uint32_t *stamp[5];	/* per table entry: the function that listed it last */
	uint8_t *has_body;	/* per symbol */
};

/* An array of n entries that lab_unit_*() can go on with. */
static void *array(struct reader *r, uint32_t n, size_t entry)
{
	return lab_arena_alloc(r->a, lab_arena_cap(n) * entry);
}

static void read_strs(struct reader *r)
{
	struct lab_coder *c = &r->c;
	uint32_t i, n = lab_code_count(c, 1);
	size_t len = (size_t)(c->end - c->at);
	char *s = lab_arena_strn(r->a, (const char *)c->at, len), *stop;
	int is_new;

	lab_ids_reserve(&lab_unit_priv(r->u)->strs, r->a, n);
	r->u->strs = array(r, n, sizeof(*r->u->strs));
	for (i = 0; i < n; i++, s = stop + 1) {
		stop = memchr(s, 0, (size_t)(c->end - c->at));
		if (!stop) {
			lab_code_fail(c, "string is cut off");
			return;
		}
		lab_unit_enter_str(r->u, s, (size_t)(stop - s), &is_new);
		if (!is_new) {
			lab_code_fail(c, "string stands twice");
			return;
		}
		c->at += stop - s + 1;
	}
}

#define ENTER_EACH(r, least, table, ids_, entry, read, enter_, twice) do {			\
	uint32_t i_, n_ = lab_code_count(&(r)->c, least);						\
	int new_;									\
	lab_ids_reserve(&lab_unit_priv((r)->u)->ids_, (r)->a, n_);			\
	(r)->u->table = array((r), n_, sizeof(*(r)->u->table));				\
	for (i_ = 0; i_ < n_ && !(r)->c.why; i_++) {					\
		entry e = { 0 };							\
		const uint8_t *start_ = (r)->c.at;					\
		read;									\
		if ((r)->c.why)								\
			break;								\
		enter_;									\
		if (!new_) {								\
			(r)->c.at = start_;						\
			lab_code_fail(&(r)->c, twice);					\
		}									\
	}										\
} while (0)

#define APPEND_EACH(r, least, table, ntable, read) do {					\
	uint32_t i_, n_ = lab_code_count(&(r)->c, least);						\
	(r)->u->table = array((r), n_, sizeof(*(r)->u->table));				\
	memset((r)->u->table, 0, n_ * sizeof(*(r)->u->table));				\
	for (i_ = 0; i_ < n_ && !(r)->c.why; i_++)					\
		read;									\
	(r)->u->ntable = n_;								\
} while (0)

/* Symbols may name later ones as their alias: the table's size comes first. */
static void read_syms(struct reader *r)
{
	uint32_t i, n = lab_code_count(&r->c, 8);

	r->c.limit[LAB_REF_SYM] = n;
	r->u->syms = array(r, n, sizeof(*r->u->syms));
	for (i = 0; i < n && !r->c.why; i++)
		lab_code_sym(&r->c, &r->u->syms[i]);
	r->u->nsyms = n;
}

static void read_init(struct reader *r, struct lab_init *i)
{
	lab_code_init(&r->c, i, r->a);
	if (i->kind == LAB_INITV_INT)
		i->target = LAB_NONE;
}

/* ---- functions ---------------------------------------------------------------------- */
static void read_list(struct reader *r, struct lab_fn_raw *raw, int k)
{
	struct lab_coder *c = &r->c;
	uint32_t i, n = lab_code_count(c, 1), this = r->u->nraw + 1;
	int64_t expect = 0, diff = 0;

	raw->refs[k] = n ? lab_arena_alloc(r->a, n * sizeof(*raw->refs[k])) : NULL;
	raw->nrefs[k] = n;
	for (i = 0; i < n; i++) {
		lab_code_i64(c, &diff);
		/* an earlier entry below 2^32, so the sum cannot wrap unnoticed */
		if (diff > UINT32_MAX || diff < -(int64_t)UINT32_MAX ||
		    expect + diff < 0 || expect + diff >= c->limit[k]) {
			lab_code_fail(c, "reference list names an entry that does not exist");
			return;
		}
		expect += diff;
		if (r->stamp[k][expect] == this) {
			lab_code_fail(c, "reference list names an entry twice");
			return;
		}
		r->stamp[k][expect] = this;
		raw->refs[k][i] = (uint32_t)expect++;
	}
}

static void read_fn(struct reader *r, struct lab_fn_raw *raw)
{
	struct lab_coder *c = &r->c;
	const uint8_t *end = c->end, *start = c->at;
	uint32_t len = lab_code_count(c, 1);
	int k;

	if (c->why)
		return;
	c->end = c->at + len;
	for (k = 0; k < 5 && !c->why; k++)
		read_list(r, raw, k);
	raw->code = c->at;
	raw->len = (size_t)(c->end - c->at);
	if (c->why)
		return;
	/* The symbol is the first thing in a head, so the first of its list. */
	if (!raw->nrefs[LAB_REF_SYM] || !raw->len || *raw->code) {
		lab_code_fail(c, "function without a symbol");
		return;
	}
	raw->sym = raw->refs[LAB_REF_SYM][0];
	if (r->has_body[raw->sym]) {
		c->at = start;
		lab_code_fail(c, "function has a second body");
		return;
	}
	r->has_body[raw->sym] = 1;
	c->at = c->end;
	c->end = end;
}

static void read_fns(struct reader *r)
{
	struct lab_unit *u = r->u;
	uint32_t n = lab_code_count(&r->c, 12);
	int k;

	for (k = 0; k < 5; k++) {
		size_t size = (r->c.limit[k] + (size_t)1) * sizeof(*r->stamp[k]);

		r->stamp[k] = lab_arena_zalloc(r->a, size);
	}
	r->has_body = lab_arena_zalloc(r->a, u->nsyms + 1u);
	u->raw = lab_arena_alloc(r->a, (n + (size_t)1) * sizeof(*u->raw));
	for (; u->nraw < n && !r->c.why; u->nraw++)
		read_fn(r, &u->raw[u->nraw]);
}

static void decode_all(struct reader *r, const uint8_t *data, struct lab_skel_err *err)
{
	struct lab_unit *u = r->u;
	uint32_t i;

	u->fns = array(r, u->nraw, sizeof(*u->fns));
	for (i = 0; i < u->nraw; i++) {
		u->fns[i] = decode(&u->raw[i], NULL, r->a, err);
		if (!u->fns[i]) {
			err->offset += (uint64_t)(u->raw[i].code - data);
			return;
		}
	}
	u->nfns = u->nraw;
	u->nraw = 0;
	u->raw = NULL;
}

/* ---- sections ------------------------------------------------------------------------- */
static void check_unit(struct reader *r)
{
	struct lab_unit *u = r->u;
	const uint32_t n = u->nstrs;

	if (u->source >= n || u->cwd >= n || u->compiler >= n || u->target >= n ||
	    u->plugin >= n)
		lab_code_fail(&r->c, "unit names a string that does not exist");
}

static void read_section(struct reader *r, enum lab_sec sec)
{
	struct lab_coder *c = &r->c;
	struct lab_unit *u = r->u;

	c->file = LAB_NONE;
	c->line = c->col = 0;
	switch (sec) {
	case LAB_SEC_UNIT:
		lab_code_unit(c, u);
		break;
	case LAB_SEC_STR:
		read_strs(r);
		check_unit(r);
		break;
	case LAB_SEC_FILE:
		ENTER_EACH(r, 1, files, files, uint32_t, lab_code_ref(c, LAB_REF_STR, &e),
			   lab_unit_enter_file(u, e, &new_), "file stands twice");
		break;
	case LAB_SEC_TYPE:
		c->limit[LAB_REF_TYPE] = UINT32_MAX - 1;	/* lab_code_type() is stricter */
		ENTER_EACH(r, 5, types, types, struct lab_type, lab_code_type(c, &e, i_),
			   lab_unit_enter_type(u, &e, &new_), "type stands twice");
		break;
	case LAB_SEC_FIELD:
		ENTER_EACH(r, 5, fields, fields, struct lab_field, lab_code_field(c, &e),
			   lab_unit_enter_field(u, &e, &new_), "field stands twice");
		break;
	case LAB_SEC_SYM:
		read_syms(r);
		break;
	case LAB_SEC_MACRO:
		ENTER_EACH(r, 2, macros, macros, struct lab_macro, lab_code_macro(c, &e),
			   lab_unit_enter_macro(u, e.name, e.value, &new_),
			   "macro stands twice");
		break;
	case LAB_SEC_INIT:
		APPEND_EACH(r, 4, inits, ninits, read_init(r, &u->inits[i_]));
		break;
	case LAB_SEC_TOPASM:
		APPEND_EACH(r, 1, topasm, ntopasm, lab_code_ref(c, LAB_REF_STR, &u->topasm[i_]));
		break;
	case LAB_SEC_NOTE:
		ENTER_EACH(r, 2, notes, notes, struct lab_note, lab_code_note(c, &e),
			   lab_unit_enter_note(u, e.what, e.count, &new_),
			   "note stands twice");
		break;
	default:
		read_fns(r);
	}
	lab_code_limits(c, u);
}

static void read_payload(struct reader *r, const uint8_t *end)
{
	struct lab_coder *c = &r->c;
	int sec;

	lab_unit_priv(r->u)->has_room = 1;
	for (sec = LAB_SEC_UNIT; sec < LAB_SEC_END && !c->why; sec++) {
		c->end = end;
		if (!lab_code_section(c, sec))
			break;
		read_section(r, sec);
		if (c->at != c->end)
			lab_code_fail(c, "section has bytes left over");
	}
	lab_unit_priv(r->u)->has_room = 0;
	c->end = end;
	if (!c->why && c->at != end)
		lab_code_fail(c, "record has bytes left over");
}

/* ---- records ---------------------------------------------------------------------------- */
struct lab_unit *lab_skel_read(const uint8_t *data, size_t len, size_t *pos, int bodies,
			       struct lab_skel_err *err)
{
	struct reader r = { 0 };
	uint32_t length = lab_skel_open(data, len, pos, err);
	size_t at = *pos;

	if (!length)
		return NULL;
	r.u = lab_unit_new_empty();
	r.a = &lab_unit_priv(r.u)->arena;
	r.u->flags = lab_skel_flags(data + at);
	r.c.at = data + at + LABYRINTH_SKEL_HEADER_LENGTH;
	read_payload(&r, data + at + length);
	if (r.c.why)
		fail(err, (uint64_t)(r.c.bad - data), r.c.why);
	else if (bodies)
		decode_all(&r, data, err);
	if (err->why[0]) {
		lab_unit_free(r.u);
		return NULL;
	}
	*pos = at + lab_align8(length);
	return r.u;
}
