// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The skeleton room from inside: builder, coder, decoding with a map, what the
 * writer refuses.  What goes through the command line is in tests/skel.
 */
#include <errno.h>
#include <stdlib.h>
#include "check/skel/skel.h"
#include "check/skel/text.h"
#include "lab_test.h"

#define NUMBER(x) (uint32_t)(x), (uint32_t)((uint64_t)(x) >> 32)

static uint32_t int_type(struct lab_unit *u)
{
	struct lab_type t = { LAB_TYPE_INT, 4, lab_unit_str(u, "int"), LAB_NONE, 0 };

	return lab_unit_type(u, &t);
}

static uint32_t a_symbol(struct lab_unit *u, const char *name)
{
	struct lab_sym s = { LAB_SYM_FUNC, LAB_SYMF_DEFINED, lab_unit_str(u, name), LAB_NONE,
			     int_type(u), lab_unit_file(u, "a.c"), 3, 4, LAB_NONE, LAB_NONE };

	return lab_unit_sym(u, &s);
}

/* int f(int x) { return x + (1 << 40); } */
static struct lab_unit *small_unit(void)
{
	struct lab_unit *u = lab_unit_new();
	uint32_t type = int_type(u), one, sum;
	struct lab_fn *f = lab_fn_new(u, a_symbol(u, "f"));

	f->type = type;
	f->file = lab_unit_file(u, "a.c");
	f->line = 3;
	f->end_line = 5;
	lab_fn_param(u, f, lab_unit_str(u, "x"), type);
	lab_fn_block(u, f);
	one = lab_fn_ins(u, f, LAB_OP_CONST, (uint32_t[]){ type, NUMBER(1ull << 40) }, 3);
	sum = lab_fn_ins(u, f, LAB_OP_BIN, (uint32_t[]){ type, LAB_BIN_ADD, 0, one }, 4);
	lab_fn_ins(u, f, LAB_OP_RET, (uint32_t[]){ f->file, 4, 2, 1, sum }, 5);
	return u;
}

static struct lab_unit *again(const struct lab_unit *u, int bodies, uint8_t **bytes)
{
	struct lab_skel_err err;
	struct lab_unit *v;
	size_t len, pos = 0;

	LAB_EQ(lab_skel_write(u, bytes, &len), 0);
	v = lab_skel_read(*bytes, len, &pos, bodies, &err);
	LAB_STR(err.why, "");
	LAB_EQ(pos, len);
	LAB_EQ(len % LABYRINTH_SKEL_ALIGN, 0);
	return v;
}

LAB_TEST(equal_entries_are_one)
{
	struct lab_unit *u = lab_unit_new();
	struct lab_field f = { int_type(u), lab_unit_str(u, "f"), int_type(u), 8, 0 };

	LAB_EQ(lab_unit_str(u, "abc"), lab_unit_strn(u, "abcdef", 3));
	LAB_OK(lab_unit_str(u, "abc") != lab_unit_str(u, "abcd"));
	LAB_EQ(lab_unit_strn(u, "a\0b", 3), lab_unit_str(u, "a"));
	LAB_EQ(int_type(u), int_type(u));
	LAB_EQ(lab_unit_field(u, &f), lab_unit_field(u, &f));
	LAB_EQ(lab_unit_file(u, "x.c"), lab_unit_file(u, "x.c"));
	LAB_OK(a_symbol(u, "s") != a_symbol(u, "s"));
	lab_unit_note(u, "n", 2);
	lab_unit_note(u, "n", 3);
	LAB_EQ(u->nnotes, 1);
	LAB_EQ(u->notes[0].count, 5);
	lab_unit_macro(u, "M", 1);
	lab_unit_macro(u, "M", -2);
	LAB_EQ(u->nmacros, 1);
	LAB_EQ(u->macros[0].value, -2);
	lab_unit_free(u);
}

LAB_TEST(tables_grow_and_can_be_grown_after_reading)
{
	struct lab_unit *u = small_unit(), *v;
	char name[16];
	uint8_t *bytes;
	int i;

	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		a_symbol(u, name);
	}
	v = again(u, 1, &bytes);
	free(bytes);
	LAB_EQ(v->nsyms, 1001);
	LAB_EQ(lab_unit_str(v, "s999"), v->syms[1000].name);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		a_symbol(v, name);
	}
	LAB_STR(v->strs[v->syms[2000].name], "t999");
	lab_unit_free(u);
	u = again(v, 1, &bytes);
	LAB_EQ(u->nsyms, 2001);
	free(bytes);
	lab_unit_free(u);
	lab_unit_free(v);
}

LAB_TEST(a_function_comes_back)
{
	struct lab_unit *u = small_unit(), *v;
	uint8_t *bytes;
	struct lab_fn *f;

	v = again(u, 1, &bytes);
	free(bytes);
	LAB_EQ(v->nfns, 1);
	f = v->fns[0];
	LAB_EQ(f->nvalues, 3);
	LAB_EQ(f->nins, 3);
	LAB_EQ(f->end_line, 5);
	LAB_EQ(f->ins[1].res, 2);
	LAB_EQ(f->words[f->ins[0].words + 2], 256);
	LAB_EQ(f->words[f->ins[1].words + 2], 0);
	LAB_EQ(f->words[f->ins[1].words + 3], 1);
	lab_unit_free(u);
	lab_unit_free(v);
}

LAB_TEST(undecoded_bodies_are_written_as_they_were)
{
	struct lab_unit *u = small_unit(), *v;
	uint8_t *bytes, *more;
	size_t len, len2;

	v = again(u, 0, &bytes);
	LAB_EQ(v->nraw, 1);
	LAB_EQ(v->nfns, 0);
	LAB_EQ(v->raw[0].sym, 0);
	LAB_EQ(lab_skel_write(u, &more, &len), 0);
	free(more);
	LAB_EQ(lab_skel_write(v, &more, &len2), 0);
	LAB_EQ(len, len2);
	LAB_OK(!memcmp(bytes, more, len));
	free(more);
	free(bytes);
	lab_unit_free(u);
	lab_unit_free(v);
}

/* A linker's numbers, where two files of the unit may become one. */
LAB_TEST(decoding_translates)
{
	struct lab_unit *u = small_unit(), *v;
	uint32_t types[] = { 70 }, syms[] = { 80 }, files[] = { 90, 90 }, strs[64];
	const uint32_t *map[5] = { strs, files, types, NULL, syms };
	struct lab_skel_err err;
	struct lab_fn *f;
	uint8_t *bytes;
	int i;

	for (i = 0; i < 64; i++)
		strs[i] = 100 + (uint32_t)i;
	f = u->fns[0];
	f->words[f->ins[2].words] = lab_unit_file(u, "b.c");
	v = again(u, 0, &bytes);
	f = lab_skel_decode(&v->raw[0], map, &err);
	LAB_OK(f);
	LAB_EQ(f->sym, 80);
	LAB_EQ(f->type, 70);
	LAB_EQ(f->file, 90);
	LAB_EQ(f->words[f->ins[0].words], 70);
	LAB_EQ(f->words[f->ins[2].words], 90);
	LAB_EQ(f->params[0].name, 100 + lab_unit_str(u, "x"));
	free(f);
	free(bytes);
	lab_unit_free(u);
	lab_unit_free(v);
}

static void refused(struct lab_unit *u, const char *why)
{
	struct lab_skel_err err;
	uint8_t *bytes;
	size_t len;

	LAB_EQ(lab_skel_verify(u, &err), -EINVAL);
	LAB_STR(err.why, why);
	LAB_EQ(lab_skel_write(u, &bytes, &len), -EINVAL);
	LAB_OK(!bytes);
	lab_unit_free(u);
}

LAB_TEST(the_writer_refuses_what_no_reader_would_take)
{
	struct lab_unit *u = small_unit();

	u->fns[0]->words[u->fns[0]->ins[1].words + 3] = 2;
	refused(u, "value is used before it is defined (f, instruction 1)");
	u = small_unit();
	u->fns[0]->ins[0].nwords--;
	refused(u, "instruction has too few words (f, instruction 0)");
	u = small_unit();
	u->fns[0]->ins[2].nwords--;
	refused(u, "instruction has too few words (f, instruction 2)");
	u = small_unit();
	u->fns[0]->ins[0].nwords++;
	refused(u, "instruction has too many words (f, instruction 0)");
	u = small_unit();
	u->fns[0]->words[u->fns[0]->ins[0].words] = 1;
	refused(u, "reference to a type that does not exist (f, instruction 0)");
	u = small_unit();
	lab_fn_ins(u, u->fns[0], LAB_OP_STOP, NULL, 0);
	refused(u, "terminator inside a block (f, instruction 2)");
	u = small_unit();
	lab_fn_block(u, u->fns[0]);
	refused(u, "empty block (f)");
	u = small_unit();
	lab_fn_block(u, u->fns[0]);
	lab_fn_ins(u, u->fns[0], LAB_OP_JUMP, (uint32_t[]){ 2 }, 1);
	refused(u, "branch to a block that does not exist (f, instruction 3)");
	u = small_unit();
	lab_fn_new(u, 0);
	refused(u, "function has a second body (f)");
	u = small_unit();
	u->types[0].ref = 0;
	refused(u, "type refers to itself or a later one");
	u = small_unit();
	u->source = 1000;
	refused(u, "unit names a string that does not exist");
	u = small_unit();
	u->flags = 2;
	refused(u, "unknown flags of the unit");
}

/* Every operand of every instruction is visited, whatever its counts are. */
static void count(void *ctx, char kind, uint32_t *words)
{
	(void)kind;
	(void)words;
	++*(int *)ctx;
}

LAB_TEST(walking_words_needs_exactly_the_words)
{
	uint32_t w[] = { 1, 0, 2, 0, 5, 6, 2, 3, 4 }, op;
	int n = 0;

	LAB_EQ(lab_ins_visit(LAB_OP_CALL, w, 9, count, &n), 9);
	LAB_EQ(n, 5);
	LAB_EQ(lab_ins_visit(LAB_OP_CALL, w, 8, count, &n), -1);
	w[6] = UINT32_MAX;
	LAB_EQ(lab_ins_visit(LAB_OP_CALL, w, 9, count, &n), -1);
	LAB_EQ(lab_ins_visit(LAB_OP_STOP, w, 0, count, &n), 0);
	LAB_EQ(lab_ins_visit(LAB_OP_STOP, w, 1, count, &n), -1);
	LAB_EQ(lab_ins_visit(LAB_OP_COUNT, w, 0, count, &n), -1);
	for (op = 0; op < LAB_OP_COUNT; op++)
		if (op != LAB_OP_STOP)
			LAB_EQ(lab_ins_visit(op, w, 0, NULL, NULL), -1);
}

LAB_TEST(every_layout_names_every_operand_once)
{
	uint32_t op;
	const char *p;

	for (op = 0; op < LAB_OP_COUNT; op++) {
		const char *sig = lab_op_sig[op] + (lab_op_sig[op][0] == 'r');
		unsigned int seen = 0;

		for (p = lab_text_layout[op]; *p; p++)
			if (*p >= '0' && *p <= '9') {
				LAB_OK(!(seen & 1u << (*p - '0')));
				seen |= 1u << (*p - '0');
			}
		LAB_EQ(seen, (1u << strlen(sig)) - 1);
	}
}

LAB_TESTS(LAB_T(equal_entries_are_one),
	  LAB_T(tables_grow_and_can_be_grown_after_reading),
	  LAB_T(a_function_comes_back),
	  LAB_T(undecoded_bodies_are_written_as_they_were),
	  LAB_T(decoding_translates),
	  LAB_T(the_writer_refuses_what_no_reader_would_take),
	  LAB_T(walking_words_needs_exactly_the_words),
	  LAB_T(every_layout_names_every_operand_once))
