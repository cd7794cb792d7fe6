// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names and signatures of the instructions, and the walk over the words of
 * one instruction that everything else is built on.  A word never has to be
 * understood by its opcode: the signature says what it is.
 */
#include "check/skel/skel_priv.h"

#define NAME(n, s, sig) s,
#define SIG(n, s, sig)  sig,
const char *const lab_op_name[LAB_OP_COUNT] = { LAB_OP_LIST(NAME) };
const char *const lab_op_sig[LAB_OP_COUNT] = { LAB_OP_LIST(SIG) };

/* An operand of a count and count entries of size words. */
static int counted(const uint32_t *words, uint32_t left, uint32_t head, uint32_t size)
{
	if (left < head || words[head - 1] > (left - head) / size)
		return -1;
	return (int)(head + words[head - 1] * size);
}

int lab_operand_len(char kind, const uint32_t *words, uint32_t left)
{
	switch (kind) {
	case 'i':
		return left < 2 ? -1 : 2;
	case 'l':
		return left < 3 ? -1 : 3;
	case 'p':
		return counted(words, left, 3, 2);
	case 'V':
	case 'B':
		return counted(words, left, 1, 1);
	case 'k':
		return counted(words, left, 1, 2);
	case 'w':
		return counted(words, left, 1, 5);
	default:
		return left < 1 ? -1 : 1;
	}
}

int lab_ins_visit(unsigned int op, uint32_t *words, uint32_t nwords,
		  lab_operand_fn visit, void *ctx)
{
	uint32_t at = 0;
	const char *sig;
	int n;

	if (op >= LAB_OP_COUNT)
		return -1;
	for (sig = lab_op_sig[op]; *sig; sig++) {
		if (*sig == 'r')
			continue;
		n = lab_operand_len(*sig, words + at, nwords - at);
		if (n < 0)
			return -1;
		if (visit)
			visit(ctx, *sig, words + at);
		at += (uint32_t)n;
	}
	return at == nwords ? (int)at : -1;
}

struct uses { lab_value_fn visit; void *ctx; };

static void place_uses(struct uses *u, uint32_t *w)
{
	uint32_t i;

	if (w[0] == LAB_BASE_DEREF)
		u->visit(u->ctx, &w[1]);
	for (i = 0; i < w[2]; i++)
		if (w[3 + 2 * i] == LAB_ELEM_INDEXV)
			u->visit(u->ctx, &w[4 + 2 * i]);
}

static void operand_uses(void *ctx, char kind, uint32_t *w)
{
	struct uses *u = ctx;
	uint32_t i;

	switch (kind) {
	case 'v':
		u->visit(u->ctx, w);
		break;
	case 'p':
		place_uses(u, w);
		break;
	case 'V':
		for (i = 0; i < w[0]; i++)
			u->visit(u->ctx, &w[1 + i]);
		break;
	case 'k':
		for (i = 0; i < w[0]; i++)
			u->visit(u->ctx, &w[1 + 2 * i]);
		break;
	}
}

int lab_ins_uses(unsigned int op, uint32_t *words, uint32_t nwords,
		 lab_value_fn visit, void *ctx)
{
	struct uses u = { visit, ctx };

	return lab_ins_visit(op, words, nwords, operand_uses, &u);
}

struct targets { lab_block_fn visit; void *ctx; };

static void operand_targets(void *ctx, char kind, uint32_t *w)
{
	struct targets *t = ctx;
	uint32_t i;

	switch (kind) {
	case 'b':
		t->visit(t->ctx, w);
		break;
	case 'B':
		for (i = 0; i < w[0]; i++)
			t->visit(t->ctx, &w[1 + i]);
		break;
	case 'w':
		for (i = 0; i < w[0]; i++)
			t->visit(t->ctx, &w[5 + 5 * i]);
		break;
	}
}

int lab_ins_targets(unsigned int op, uint32_t *words, uint32_t nwords,
		    lab_block_fn visit, void *ctx)
{
	struct targets t = { visit, ctx };

	return lab_ins_visit(op, words, nwords, operand_targets, &t);
}
