// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One GIMPLE statement -> instructions: assignments and calls.  Terminators
 * are walk.cc's, inline assembly is asm.cc's.
 *
 * Branch hints (__builtin_expect and its like) are their first argument.
 */
#include "extract.h"

/* Arithmetic that the format does not describe: why, or -1. */
static int opaque_arith(tree type)
{
	if (VECTOR_TYPE_P(type))
		return LAB_OPAQUE_VECTOR;
	if (TREE_CODE(type) == COMPLEX_TYPE)
		return LAB_OPAQUE_COMPLEX;
	if (SCALAR_FLOAT_TYPE_P(type) || FIXED_POINT_TYPE_P(type))
		return LAB_OPAQUE_FLOAT;
	return -1;
}

static int signed_or(tree type, int s, int u)
{
	return TYPE_UNSIGNED(type) ? u : s;
}

/* LAB_BIN_* of a tree code on operands of a type, or -1. */
static int binary_op(enum tree_code code, tree type)
{
	switch (code) {
	case PLUS_EXPR:
	case POINTER_PLUS_EXPR:	return LAB_BIN_ADD;
	case MINUS_EXPR:
	case POINTER_DIFF_EXPR:	return LAB_BIN_SUB;
	case BIT_AND_EXPR:
	case TRUTH_AND_EXPR:	return LAB_BIN_AND;
	case BIT_IOR_EXPR:
	case TRUTH_OR_EXPR:	return LAB_BIN_OR;
	case BIT_XOR_EXPR:
	case TRUTH_XOR_EXPR:	return LAB_BIN_XOR;
	case LSHIFT_EXPR:	return LAB_BIN_SHL;
	case RSHIFT_EXPR:	return signed_or(type, LAB_BIN_SAR, LAB_BIN_SHR);
	case EQ_EXPR:		return LAB_BIN_EQ;
	case NE_EXPR:		return LAB_BIN_NE;
	case LT_EXPR:		return signed_or(type, LAB_BIN_LT, LAB_BIN_ULT);
	case LE_EXPR:		return signed_or(type, LAB_BIN_LE, LAB_BIN_ULE);
	case GT_EXPR:		return signed_or(type, LAB_BIN_GT, LAB_BIN_UGT);
	case GE_EXPR:		return signed_or(type, LAB_BIN_GE, LAB_BIN_UGE);
	case MULT_EXPR:		return LAB_BIN_MUL;
	case TRUNC_DIV_EXPR:
	case EXACT_DIV_EXPR:	return LAB_BIN_DIV;
	case TRUNC_MOD_EXPR:	return LAB_BIN_MOD;
	case MIN_EXPR:		return LAB_BIN_MIN;
	case MAX_EXPR:		return LAB_BIN_MAX;
	default:		return -1;
	}
}

uint32_t lab_gcc_binary(struct lab_gcc_body *b, enum tree_code code, tree type, tree l, tree r)
{
	int why = opaque_arith(TREE_TYPE(l)), op = binary_op(code, TREE_TYPE(l));
	uint32_t x, y;

	if (lab_gcc_bits_known(b, l))
		return lab_gcc_bits_compare(b, code, l, r);
	if (why < 0)
		why = opaque_arith(type);
	if (why < 0 && op < 0)
		why = LAB_OPAQUE_ARITH;
	if (why >= 0)
		return lab_gcc_opaque(b, type, why);
	x = lab_gcc_value(b, l);
	y = lab_gcc_value(b, r);
	b->w.safe_push(lab_gcc_type(b->x, type));
	b->w.safe_push(op);
	b->w.safe_push(x);
	b->w.safe_push(y);
	return lab_gcc_ins(b, LAB_OP_BIN);
}

static uint32_t unary(struct lab_gcc_body *b, gassign *s)
{
	tree type = TREE_TYPE(gimple_assign_lhs(s)), op = gimple_assign_rhs1(s);
	int why = opaque_arith(type), un;
	uint32_t v;

	if (why < 0)
		why = opaque_arith(TREE_TYPE(op));
	if (why >= 0)
		return lab_gcc_opaque(b, type, why);
	switch (gimple_assign_rhs_code(s)) {
	CASE_CONVERT:
		return lab_gcc_cast(b, type, op);
	case PAREN_EXPR:
		return lab_gcc_value(b, op);
	case BIT_NOT_EXPR:
		un = TREE_CODE(type) == BOOLEAN_TYPE ? LAB_UN_LNOT : LAB_UN_NOT;
		break;
	case TRUTH_NOT_EXPR:
		un = LAB_UN_LNOT;
		break;
	case NEGATE_EXPR:
		un = LAB_UN_NEG;
		break;
	case ABS_EXPR:
	case ABSU_EXPR:
		un = LAB_UN_ABS;
		break;
	default:
		return lab_gcc_opaque(b, type, LAB_OPAQUE_ARITH);
	}
	v = lab_gcc_value(b, op);
	b->w.safe_push(lab_gcc_type(b->x, type));
	b->w.safe_push(un);
	b->w.safe_push(v);
	return lab_gcc_ins(b, LAB_OP_UN);
}

static uint32_t ternary(struct lab_gcc_body *b, gassign *s)
{
	tree type = TREE_TYPE(gimple_assign_lhs(s)), c = gimple_assign_rhs1(s);
	uint32_t v, x, y;

	if (gimple_assign_rhs_code(s) != COND_EXPR)
		return lab_gcc_opaque(b, type, LAB_OPAQUE_ARITH);
	if (COMPARISON_CLASS_P(c))
		v = lab_gcc_binary(b, TREE_CODE(c), boolean_type_node, TREE_OPERAND(c, 0),
				   TREE_OPERAND(c, 1));
	else
		v = lab_gcc_value(b, c);
	x = lab_gcc_value(b, gimple_assign_rhs2(s));
	y = lab_gcc_value(b, gimple_assign_rhs3(s));
	b->w.safe_push(lab_gcc_type(b->x, type));
	b->w.safe_push(v);
	b->w.safe_push(x);
	b->w.safe_push(y);
	return lab_gcc_ins(b, LAB_OP_SELECT);
}

/* x = {}: all bytes zero; other constructors that survive are vectors. */
static uint32_t constructor(struct lab_gcc_body *b, tree c)
{
	tree type = TREE_TYPE(c);

	if (AGGREGATE_TYPE_P(type) && CONSTRUCTOR_NELTS(c) == 0)
		return lab_gcc_int(b, type, 0);
	return lab_gcc_opaque(b, type,
			      VECTOR_TYPE_P(type) ? LAB_OPAQUE_VECTOR : LAB_OPAQUE_AGGREGATE);
}

static void assign_single(struct lab_gcc_body *b, tree lhs, tree rhs)
{
	if (TREE_CLOBBER_P(rhs))
		return;
	if (TREE_CODE(rhs) == BIT_FIELD_REF && lab_gcc_is_memory(rhs) &&
	    TREE_CODE(lhs) == SSA_NAME && lab_gcc_bits_load(b, lhs, rhs))
		return;
	if (TREE_CODE(rhs) == CONSTRUCTOR) {
		lab_gcc_define(b, lhs, constructor(b, rhs));
	} else if (TREE_CODE(rhs) == WITH_SIZE_EXPR) {
		assign_single(b, lhs, TREE_OPERAND(rhs, 0));
	} else if (TREE_CODE(lhs) == SSA_NAME || TREE_CODE(rhs) == STRING_CST ||
		   !lab_gcc_is_memory(rhs)) {
		lab_gcc_define(b, lhs, lab_gcc_value(b, rhs));
	} else {
		lab_gcc_copy(b, lhs, rhs);
	}
}

static void assign(struct lab_gcc_body *b, gassign *s)
{
	tree lhs = gimple_assign_lhs(s), type = TREE_TYPE(lhs);

	if (TREE_CODE(lhs) == SSA_NAME && lab_gcc_bits_known(b, lhs))
		return;		/* a step from a decoded bit range to its comparison */
	switch (gimple_assign_rhs_class(s)) {
	case GIMPLE_SINGLE_RHS:
		assign_single(b, lhs, gimple_assign_rhs1(s));
		break;
	case GIMPLE_UNARY_RHS:
		lab_gcc_define(b, lhs, unary(b, s));
		break;
	case GIMPLE_BINARY_RHS:
		lab_gcc_define(b, lhs, lab_gcc_binary(b, gimple_assign_rhs_code(s), type,
						      gimple_assign_rhs1(s),
						      gimple_assign_rhs2(s)));
		break;
	case GIMPLE_TERNARY_RHS:
		lab_gcc_define(b, lhs, ternary(b, s));
		break;
	default:
		lab_gcc_note(b, "assignment");
		lab_gcc_define(b, lhs, lab_gcc_opaque(b, type, LAB_OPAQUE_UNKNOWN));
	}
}

/* ---- calls ------------------------------------------------------------------ */

/* Branch hints and their like: the result is the first argument. */
static bool is_first_argument(gcall *s)
{
	tree fn;

	if (gimple_call_internal_p(s))
		return gimple_call_internal_fn(s) == IFN_BUILTIN_EXPECT;
	fn = gimple_call_fndecl(s);
	if (!fn || !fndecl_built_in_p(fn, BUILT_IN_NORMAL) || !gimple_call_num_args(s))
		return false;
	switch (DECL_FUNCTION_CODE(fn)) {
	case BUILT_IN_EXPECT:
	case BUILT_IN_EXPECT_WITH_PROBABILITY:
	case BUILT_IN_ASSUME_ALIGNED:
		return true;
	default:
		return false;
	}
}

/*
 * -ftrivial-auto-var-init: a variable without initialiser stays undefined for
 * us, as its uses will find (see ssa_value() in expr.cc).
 */
static bool is_auto_init(gcall *s)
{
	return lab_gcc_is_deferred_init(s) || gimple_call_builtin_p(s, BUILT_IN_CLEAR_PADDING);
}

/* fn(&x) where x was declared with __attribute__((cleanup(fn))). */
static bool is_cleanup(gcall *s, tree fn)
{
	tree arg, attr, what;

	if (gimple_call_num_args(s) != 1)
		return false;
	arg = gimple_call_arg(s, 0);
	if (TREE_CODE(arg) != ADDR_EXPR || TREE_CODE(TREE_OPERAND(arg, 0)) != VAR_DECL)
		return false;
	attr = lookup_attribute("cleanup", DECL_ATTRIBUTES(TREE_OPERAND(arg, 0)));
	if (!attr || !TREE_VALUE(attr))
		return false;
	what = TREE_VALUE(TREE_VALUE(attr));
	return what == fn || what == DECL_NAME(fn);
}

static uint32_t call_flags(gcall *s, tree fn)
{
	uint32_t f = 0;

	if (gimple_call_flags(s) & ECF_NORETURN)
		f |= LAB_INSF_NORETURN;
	if (gimple_call_tail_p(s) || gimple_call_must_tail_p(s))
		f |= LAB_INSF_TAIL;
	if (fn && is_cleanup(s, fn))
		f |= LAB_INSF_CLEANUP;
	return f;
}

static bool wants_strings(tree fn)
{
	const char *s = fn && DECL_NAME(fn) ? IDENTIFIER_POINTER(DECL_NAME(fn)) : "";

	return startswith(s, "labyrinth_") || startswith(s, "__labyrinth_");
}

static tree result_type(gcall *s)
{
	tree fntype = gimple_call_internal_p(s) ? NULL_TREE : gimple_call_fntype(s);

	if (fntype)
		return TREE_TYPE(fntype);
	return gimple_call_lhs(s) ? TREE_TYPE(gimple_call_lhs(s)) : void_type_node;
}

static void call(struct lab_gcc_body *b, gcall *s)
{
	tree fn = gimple_call_internal_p(s) ? NULL_TREE : gimple_call_fndecl(s);
	tree lhs = gimple_call_lhs(s);
	auto_vec<uint32_t, 16> args;
	unsigned int op = LAB_OP_CALL;
	uint32_t callee, r;

	if (is_first_argument(s)) {
		if (lhs)
			lab_gcc_define(b, lhs, lab_gcc_value(b, gimple_call_arg(s, 0)));
		return;
	}
	if (is_auto_init(s))
		return;
	b->want_str = wants_strings(fn);
	for (unsigned int i = 0; i < gimple_call_num_args(s); i++)
		args.safe_push(lab_gcc_value(b, gimple_call_arg(s, i)));
	b->want_str = false;
	if (gimple_call_internal_p(s))
		callee = lab_gcc_internal_fn(b->x, gimple_call_internal_fn(s));
	else if (fn)
		callee = lab_gcc_sym(b->x, fn);
	else
		callee = lab_gcc_value(b, gimple_call_fn(s)), op = LAB_OP_CALLI;
	b->w.safe_push(lab_gcc_type(b->x, result_type(s)));
	if (op == LAB_OP_CALLI)
		b->w.safe_push(lab_gcc_type(b->x, gimple_call_fntype(s)));
	lab_gcc_push_flags(b, call_flags(s, fn));
	b->w.safe_push(callee);
	lab_gcc_push_loc(b);
	b->w.safe_push(args.length());
	for (unsigned int i = 0; i < args.length(); i++)
		b->w.safe_push(args[i]);
	r = lab_gcc_ins(b, op);
	if (lhs)
		lab_gcc_define(b, lhs, r);
}

bool lab_gcc_is_unreachable(gimple *s)
{
	return gimple_call_builtin_p(s, BUILT_IN_UNREACHABLE);
}

void lab_gcc_stmt(struct lab_gcc_body *b, gimple *s)
{
	b->where = gimple_location(s);
	switch (gimple_code(s)) {
	case GIMPLE_ASSIGN:
		assign(b, as_a<gassign *>(s));
		return;
	case GIMPLE_CALL:
		if (!lab_gcc_is_unreachable(s))
			call(b, as_a<gcall *>(s));
		return;
	case GIMPLE_ASM:
		lab_gcc_asm(b, as_a<gasm *>(s));
		return;
	case GIMPLE_LABEL:
	case GIMPLE_NOP:
	case GIMPLE_PREDICT:
	case GIMPLE_DEBUG:
	case GIMPLE_COND:	/* terminators */
	case GIMPLE_SWITCH:
	case GIMPLE_GOTO:
	case GIMPLE_RETURN:
	case GIMPLE_RESX:
	case GIMPLE_EH_DISPATCH:
		return;
	default:
		lab_gcc_note(b, gimple_code_name[gimple_code(s)]);
	}
}
