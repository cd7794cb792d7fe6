// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the text form: units, their tables and function headers, line by
 * line.  The lexer is in parse_lex.c, the instructions are in parse_ins.c.
 *
 * Lines of tables may stand in any order as long as what they name stands
 * before them, and strings need no line at all: those that have none are
 * entered as they are met.  So a test is written by hand with little effort,
 * while the text that labyrinth dump prints gives back the very same record.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "check/skel/parse.h"

/* ---- the tables ------------------------------------------------------------------------ */
static void expect_next(struct lab_parser *p, uint32_t next, const char *what)
{
	lab_parse_blanks(p);
	if (lab_parse_u32(p) != next && !p->failed)
		lab_parse_fail(p, "%s %u, they are numbered in order", what, next);
}

static void entered(struct lab_parser *p, int is_new, const char *what)
{
	if (!p->failed && !is_new)
		lab_parse_fail(p, "a %s that is not in the table already", what);
}

static void line_str(struct lab_parser *p)
{
	uint32_t next = p->u->nstrs;

	expect_next(p, next, "string");
	entered(p, lab_parse_string(p) == next, "string");
}

static void line_unit(struct lab_parser *p)
{
	struct lab_unit *u = p->u;
	const struct { const char *word; uint32_t *str; } words[] = {
		{ "source", &u->source }, { "cwd", &u->cwd }, { "compiler", &u->compiler },
		{ "target", &u->target }, { "plugin", &u->plugin },
	};
	size_t i;

	if (p->has_unit)
		lab_parse_fail(p, "one unit line only");
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		lab_parse_expect(p, words[i].word);
		*words[i].str = lab_parse_string(p);
	}
	lab_parse_expect(p, "ptr");
	u->ptr_size = lab_parse_u32(p);
	p->has_unit = 1;
}

static void line_file(struct lab_parser *p)
{
	uint32_t str;
	int is_new = 1;

	expect_next(p, p->u->nfiles, "file");
	str = lab_parse_string(p);
	if (!p->failed)
		lab_unit_enter_file(p->u, str, &is_new);
	entered(p, is_new, "file");
}

static void line_type(struct lab_parser *p)
{
	struct lab_type t = { .ref = LAB_NONE };
	int is_new = 1;

	expect_next(p, p->u->ntypes, "type");
	t.kind = lab_parse_name(p, lab_text_type, LAB_TYPE_COUNT, "kind of type");
	t.name = lab_parse_string(p);
	if (lab_parse_word(p, "size"))
		t.size = lab_parse_u32(p);
	if (lab_parse_word(p, "ref"))
		t.ref = lab_parse_ref(p, "t", LAB_REF_TYPE, 0);
	if (lab_parse_word(p, "count"))
		t.count = lab_parse_u32(p);
	if (!p->failed)
		lab_unit_enter_type(p->u, &t, &is_new);
	entered(p, is_new, "type");
}

static void line_field(struct lab_parser *p)
{
	struct lab_field f = { 0 };
	int is_new = 1;

	expect_next(p, p->u->nfields, "field");
	f.owner = lab_parse_ref(p, "t", LAB_REF_TYPE, 0);
	f.name = lab_parse_string(p);
	f.type = lab_parse_ref(p, "t", LAB_REF_TYPE, 0);
	lab_parse_expect(p, "at");
	f.bitoff = lab_parse_u32(p);
	if (lab_parse_word(p, "width"))
		f.bits = lab_parse_u32(p);
	if (!p->failed)
		lab_unit_enter_field(p->u, &f, &is_new);
	entered(p, is_new, "field");
}

static void line_sym(struct lab_parser *p)
{
	struct lab_sym s = { .asmname = LAB_NONE, .alias = LAB_NONE, .section = LAB_NONE };

	expect_next(p, p->u->nsyms, "symbol");
	s.kind = lab_parse_name(p, lab_text_sym, LAB_SYM_COUNT, "kind of symbol");
	s.name = lab_parse_string(p);
	s.type = lab_parse_ref(p, "t", LAB_REF_TYPE, 1);
	lab_parse_loc(p, &s.file, &s.line, &s.col);
	if (lab_parse_word(p, "asm"))
		s.asmname = lab_parse_string(p);
	if (lab_parse_word(p, "alias")) {
		/* may be a later one: checked with the whole unit */
		lab_parse_expect(p, "@");
		s.alias = lab_parse_u32(p);
	}
	if (lab_parse_word(p, "section"))
		s.section = lab_parse_string(p);
	s.flags = lab_parse_flags(p, lab_text_symf);
	if (!p->failed)
		lab_unit_sym(p->u, &s);
}

static void line_macro(struct lab_parser *p)
{
	uint32_t name = lab_parse_string(p);
	int64_t value = lab_parse_i64(p);
	int is_new = 1;

	if (!p->failed)
		lab_unit_enter_macro(p->u, name, value, &is_new);
	entered(p, is_new, "macro");
}

/* A path without values; the elements go to the arena with the initialiser. */
static struct lab_elem_s *path(struct lab_parser *p, uint32_t *n)
{
	struct lab_elem_s *copy = NULL;
	uint32_t *w = NULL;

	*n = lab_parse_elems(p, &w);
	if (*n) {
		copy = lab_arena_alloc(&lab_unit_priv(p->u)->arena, *n * sizeof(*copy));
		memcpy(copy, w, *n * sizeof(*copy));
	}
	arrfree(w);
	return copy;
}

static void line_init(struct lab_parser *p)
{
	struct lab_init in = { .target = LAB_NONE };

	in.sym = lab_parse_ref(p, "@", LAB_REF_SYM, 0);
	in.path = path(p, &in.npath);
	lab_parse_expect(p, "=");
	if (lab_parse_word(p, "@")) {
		in.kind = LAB_INITV_ADDR;
		p->at--;
		in.target = lab_parse_ref(p, "@", LAB_REF_SYM, 0);
		in.tpath = path(p, &in.ntpath);
	} else {
		in.kind = LAB_INITV_INT;
		in.value = lab_parse_i64(p);
	}
	if (!p->failed)
		lab_unit_init(p->u, &in);
}

static void line_topasm(struct lab_parser *p)
{
	uint32_t text = lab_parse_string(p);

	if (!p->failed)
		lab_unit_topasm(p->u, p->u->strs[text]);
}

static void line_note(struct lab_parser *p)
{
	uint32_t what = lab_parse_string(p), count = lab_parse_u32(p);
	int is_new = 1;

	if (!p->failed)
		lab_unit_enter_note(p->u, what, count, &is_new);
	entered(p, is_new, "note");
}

/* ---- functions ---------------------------------------------------------------------------- */
static void line_func(struct lab_parser *p)
{
	uint32_t sym = lab_parse_ref(p, "@", LAB_REF_SYM, 0);
	struct lab_fn *f;

	if (p->failed)
		return;
	f = p->f = lab_fn_new(p->u, sym);
	f->type = lab_parse_ref(p, "t", LAB_REF_TYPE, 0);
	lab_parse_loc(p, &f->file, &f->line, &f->col);
	lab_parse_expect(p, "to");
	f->end_line = lab_parse_u32(p);
	arrput(p->fn_lines, ((struct lab_parse_lines){ p->line, arrlenu(p->ins_lines) }));
}

static void variable(struct lab_parser *p, char mark, const char *what)
{
	int is_param = mark == '%';
	uint32_t name, type;
	char word[2] = { mark, 0 };

	if (!p->f || (is_param && p->f->nblocks)) {
		lab_parse_fail(p, "%s behind its func line", what);
		return;
	}
	lab_parse_expect(p, word);
	if (lab_parse_u32(p) != (is_param ? p->f->nparams : p->f->nlocals))
		lab_parse_fail(p, "the next number, %ss are numbered in order", what);
	name = lab_parse_string(p);
	type = lab_parse_ref(p, "t", LAB_REF_TYPE, 0);
	if (p->failed)
		return;
	if (is_param)
		lab_fn_param(p->u, p->f, name, type);
	else
		lab_fn_local(p->u, p->f, name, type);
}

static void line_param(struct lab_parser *p)
{
	variable(p, '%', "parameter");
}

static void line_local(struct lab_parser *p)
{
	variable(p, '$', "local");
}

/* ---- units ---------------------------------------------------------------------------------- */
static const struct { const char *word; void (*parse)(struct lab_parser *p); } lines[] = {
	{ "str", line_str },     { "unit", line_unit },   { "file", line_file },
	{ "type", line_type },   { "field", line_field }, { "sym", line_sym },
	{ "macro", line_macro }, { "init", line_init },   { "topasm", line_topasm },
	{ "note", line_note },   { "func", line_func },   { "param", line_param },
	{ "local", line_local },
};

static void line(struct lab_parser *p)
{
	size_t i;

	/* most lines are instructions, and most of these define a value */
	if (p->at < p->end && *p->at == '%') {
		lab_parse_ins(p);
		return;
	}
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (lab_parse_word(p, lines[i].word)) {
			lines[i].parse(p);
			return;
		}
	lab_parse_ins(p);
}

static void end_of_line(struct lab_parser *p)
{
	lab_parse_blanks(p);
	if (!p->failed && p->at < p->end && *p->at != '\n')
		lab_parse_fail(p, "end of line");
}

static void unit(struct lab_parser *p)
{
	lab_parse_expect(p, LAB_TEXT_MAGIC);
	if (lab_parse_u32(p) != LABYRINTH_SKEL_VERSION)
		lab_parse_fail(p, "version %u, the only one this program reads",
			       LABYRINTH_SKEL_VERSION);
	p->u->flags = lab_parse_flags(p, lab_text_unitf);
	end_of_line(p);
	for (;;) {
		lab_parse_lines(p);
		if (p->failed || lab_parse_word(p, "end"))
			break;
		if (p->at == p->end)
			lab_parse_fail(p, "end, the text is cut off");
		else
			line(p);
		end_of_line(p);
	}
	end_of_line(p);
	lab_parse_lines(p);
	if (!p->failed && !p->has_unit)
		lab_parse_fail(p, "a unit line before the end");
}

/*
 * What needs the whole: blocks end in one terminator, values are defined before
 * they are used, and so on.  The writer checks it; the line of the instruction
 * that it complains about is known here.
 */
static void check_whole(struct lab_parser *p, struct lab_skel_err *err)
{
	struct lab_skel_place place;

	if (!lab_skel_verify_at(p->u, &place, err))
		return;
	p->failed = 1;
	err->offset = 0;
	if (place.fn < arrlenu(p->fn_lines)) {
		struct lab_parse_lines *l = &p->fn_lines[place.fn];
		size_t ins = l->first_ins + place.ins;

		err->offset = place.ins < p->u->fns[place.fn]->nins ? p->ins_lines[ins] : l->line;
	}
	err->offset = err->offset ? err->offset : p->line;
	err->column = 1;
}

struct lab_unit *lab_skel_parse(const char *text, size_t len, size_t *pos,
				struct lab_skel_err *err)
{
	struct lab_parser p = { .at = text + *pos, .end = text + len, .line = 1,
				.start = text + *pos, .err = err };
	const char *before = p.at;

	err->offset = 0;
	err->column = 0;
	err->why[0] = 0;
	while (p.start > text && p.start[-1] != '\n')
		p.start--;
	lab_parse_lines(&p);
	if (p.at == p.end)
		return NULL;
	p.u = lab_unit_new_empty();
	unit(&p);
	if (!p.failed)
		check_whole(&p, err);
	arrfree(p.fn_lines);
	arrfree(p.ins_lines);
	arrfree(p.scratch);
	*pos = (size_t)(p.at - text);
	if (!p.failed)
		return p.u;
	lab_unit_free(p.u);
	/* lines of earlier units are counted only now that somebody asks */
	while (before > text)
		err->offset += *--before == '\n';
	return NULL;
}
