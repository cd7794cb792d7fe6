// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inline assembly.  The text is a fact (a call into the scheduler may hide in
 * it), inputs are values, memory operands addresses, outputs stores or values.
 * An asm without text computes nothing: an output tied to an input is that
 * input (this is how the kernel hides a pointer's provenance from GCC).
 */
#include "extract.h"

#define ASM_TEXT_CAP 256

/* White space runs become one blank; at most cap bytes. */
uint32_t lab_gcc_squeeze(struct lab_gcc_unit *x, const char *text, size_t len, size_t cap,
			 bool *cut)
{
	auto_vec<char, 320> out;
	bool blank = false;

	for (size_t i = 0; i < len && text[i]; i++) {
		if (ISSPACE(text[i])) {
			blank = true;
			continue;
		}
		if (out.length() >= cap) {
			*cut = true;
			break;
		}
		if (blank && out.length())
			out.safe_push(' ');
		blank = false;
		out.safe_push(text[i]);
	}
	return lab_unit_strn(x->u, out.address(), out.length());
}

/* A string literal has no place of its own: its address is all that is known. */
static uint32_t operand_value(struct lab_gcc_body *b, tree op)
{
	if (!is_gimple_val(op) && lab_gcc_is_memory(op) && TREE_CODE(op) != STRING_CST)
		return lab_gcc_addr(b, lab_gcc_pointer_to(b->x, TREE_TYPE(op)), op);
	return lab_gcc_value(b, op);
}

static tree operand(tree link)
{
	return TREE_VALUE(link);
}

static const char *constraint(tree link)
{
	return TREE_STRING_POINTER(TREE_VALUE(TREE_PURPOSE(link)));
}

/* The input that shares its place with output n ("0", "1", ...), or NULL. */
static tree tied_input(gasm *s, unsigned int n)
{
	for (unsigned int i = 0; i < gimple_asm_ninputs(s); i++) {
		tree link = gimple_asm_input_op(s, i);
		const char *c = constraint(link);

		if (ISDIGIT(*c) && strtoul(c, NULL, 10) == n)
			return operand(link);
	}
	return NULL_TREE;
}

/* No text: nothing is computed, and memory keeps what it held. */
static void empty_asm(struct lab_gcc_body *b, gasm *s)
{
	for (unsigned int i = 0; i < gimple_asm_noutputs(s); i++) {
		tree out = operand(gimple_asm_output_op(s, i));
		tree in = tied_input(s, i);

		if (TREE_CODE(out) != SSA_NAME && !in)
			continue;
		if (!in)
			lab_gcc_define(b, out, lab_gcc_opaque(b, TREE_TYPE(out), LAB_OPAQUE_UNKNOWN));
		else if (types_compatible_p(TREE_TYPE(in), TREE_TYPE(out)))
			lab_gcc_define(b, out, lab_gcc_value(b, in));
		else
			lab_gcc_define(b, out, lab_gcc_cast(b, TREE_TYPE(out), in));
	}
}

static uint32_t asm_flags(gasm *s)
{
	uint32_t f = gimple_asm_volatile_p(s) ? LAB_INSF_VOLATILE : 0;

	for (unsigned int i = 0; i < gimple_asm_nclobbers(s); i++)
		if (!strcmp(TREE_STRING_POINTER(operand(gimple_asm_clobber_op(s, i))), "memory"))
			f |= LAB_INSF_MEMORY;
	if (gimple_asm_nlabels(s))
		f |= LAB_INSF_GOTO;
	return f;
}

void lab_gcc_asm(struct lab_gcc_body *b, gasm *s)
{
	const char *raw = gimple_asm_string(s);
	bool cut = false;
	uint32_t text = lab_gcc_squeeze(b->x, raw, strlen(raw), ASM_TEXT_CAP, &cut);
	auto_vec<uint32_t, 16> in;

	if (!*b->x->u->strs[text] && !gimple_asm_nlabels(s)) {
		empty_asm(b, s);
		return;
	}
	for (unsigned int i = 0; i < gimple_asm_ninputs(s); i++)
		in.safe_push(operand_value(b, operand(gimple_asm_input_op(s, i))));
	lab_gcc_push_flags(b, asm_flags(s) | (cut ? LAB_INSF_PARTIAL : 0));
	b->w.safe_push(text);
	lab_gcc_push_loc(b);
	b->w.safe_push(in.length());
	for (unsigned int i = 0; i < in.length(); i++)
		b->w.safe_push(in[i]);
	uint32_t token = lab_gcc_ins(b, LAB_OP_ASM);

	for (unsigned int i = 0; i < gimple_asm_noutputs(s); i++) {
		tree out = operand(gimple_asm_output_op(s, i));

		b->w.safe_push(lab_gcc_type(b->x, TREE_TYPE(out)));
		b->w.safe_push(token);
		b->w.safe_push(i);
		lab_gcc_define(b, out, lab_gcc_ins(b, LAB_OP_ASMOUT));
	}
}
