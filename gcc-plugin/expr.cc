// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GIMPLE operands -> values; those in memory are place.cc's.
 *
 * An operand is evaluated before the words of its user are put down, since it
 * may need instructions of its own (a constant, an address, an index).
 * Whatever the format cannot hold becomes an opaque value and a note.
 */
#include "extract.h"

void lab_gcc_note(struct lab_gcc_body *b, const char *what)
{
	lab_unit_note(b->x->u, what, 1);
}

uint32_t lab_gcc_ins(struct lab_gcc_body *b, unsigned int op)
{
	uint32_t r = lab_fn_ins(b->x->u, b->f, op, b->w.address(), b->w.length());

	b->w.truncate(0);
	return r;
}

void lab_gcc_push64(struct lab_gcc_body *b, int64_t v)
{
	b->w.safe_push((uint32_t)v);
	b->w.safe_push((uint32_t)((uint64_t)v >> 32));
}

static void locate(struct lab_gcc_body *b)
{
	if (b->loc_of == b->where)
		return;
	b->loc_of = b->where;
	lab_gcc_locate(b->x, b->where, &b->loc);
	b->loc_flags = 0;
	if (b->loc.file != LAB_NONE &&
	    linemap_location_from_macro_expansion_p(line_table, LOCATION_LOCUS(b->where)))
		b->loc_flags = LAB_INSF_MACRO;
}

void lab_gcc_push_loc(struct lab_gcc_body *b)
{
	locate(b);
	b->w.safe_push(b->loc.file);
	b->w.safe_push(b->loc.line);
	b->w.safe_push(b->loc.col);
}

/* A flag word; the macro flag belongs to the location. */
void lab_gcc_push_flags(struct lab_gcc_body *b, uint32_t flags)
{
	locate(b);
	b->w.safe_push(flags | b->loc_flags);
}

uint32_t lab_gcc_opaque(struct lab_gcc_body *b, tree type, uint32_t why)
{
	b->w.safe_push(lab_gcc_type(b->x, type));
	b->w.safe_push(why);
	return lab_gcc_ins(b, LAB_OP_OPAQUE);
}

uint32_t lab_gcc_int(struct lab_gcc_body *b, tree type, int64_t value)
{
	b->w.safe_push(lab_gcc_type(b->x, type));
	lab_gcc_push64(b, value);
	return lab_gcc_ins(b, LAB_OP_CONST);
}

uint32_t lab_gcc_cast(struct lab_gcc_body *b, tree type, tree op)
{
	uint32_t v = lab_gcc_value(b, op);

	b->w.safe_push(lab_gcc_type(b->x, type));
	b->w.safe_push(v);
	return lab_gcc_ins(b, LAB_OP_CAST);
}

/* ---- values ----------------------------------------------------------------- */

/* The value of a left-hand side: an SSA name's, or stored. */
void lab_gcc_define(struct lab_gcc_body *b, tree lhs, uint32_t value)
{
	if (TREE_CODE(lhs) == SSA_NAME)
		b->vals[SSA_NAME_VERSION(lhs)] = value;
	else
		lab_gcc_store(b, value, lhs);
}

/* Does a statement that we translate define it? */
bool lab_gcc_has_definition(tree name)
{
	gimple *s = SSA_NAME_DEF_STMT(name);

	return !SSA_NAME_IS_DEFAULT_DEF(name) &&
	       !(is_gimple_call(s) && lab_gcc_is_deferred_init(s));
}

static uint32_t ssa_value(struct lab_gcc_body *b, tree name)
{
	uint32_t n, v = b->vals[SSA_NAME_VERSION(name)];
	tree var = SSA_NAME_VAR(name);

	if (v != LAB_NONE)
		return v;
	if (lab_gcc_has_definition(name)) {
		lab_gcc_note(b, "unseen-definition");
		return lab_gcc_opaque(b, TREE_TYPE(name), LAB_OPAQUE_UNKNOWN);
	}
	if (var && TREE_CODE(var) == PARM_DECL) {
		if (lab_gcc_param(b, var, &n))
			return b->vals[SSA_NAME_VERSION(name)] = n;
		/* the static chain of a nested function */
		return lab_gcc_opaque(b, TREE_TYPE(name), LAB_OPAQUE_UNKNOWN);
	}
	return lab_gcc_opaque(b, TREE_TYPE(name), LAB_OPAQUE_UNDEF);
}

/* One constant per block is enough; those of the entry block serve all. */
static uint32_t int_value(struct lab_gcc_body *b, tree t)
{
	uint64_t *old = b->consts.get(t);
	uint32_t v;

	if (old && (*old >> 32 == 0 || *old >> 32 == b->cur))
		return (uint32_t)*old;
	if (tree_fits_shwi_p(t) || tree_fits_uhwi_p(t))
		v = lab_gcc_int(b, TREE_TYPE(t), TREE_INT_CST_LOW(t));
	else
		v = lab_gcc_opaque(b, TREE_TYPE(t), LAB_OPAQUE_WIDE);
	b->consts.put(t, (uint64_t)b->cur << 32 | v);
	return v;
}

static uint32_t string_value(struct lab_gcc_body *b, tree type, tree lit)
{
	if (!b->want_str || TREE_CODE(lit) != STRING_CST)
		return lab_gcc_opaque(b, type, LAB_OPAQUE_STRLIT);
	uint32_t s = lab_unit_strn(b->x->u, TREE_STRING_POINTER(lit), TREE_STRING_LENGTH(lit));
	b->w.safe_push(lab_gcc_type(b->x, type));
	b->w.safe_push(s);
	return lab_gcc_ins(b, LAB_OP_STR);
}

static uint32_t addr_value(struct lab_gcc_body *b, tree t)
{
	tree obj = TREE_OPERAND(t, 0), base = lab_gcc_base_of(obj);

	if (TREE_CODE(base) == STRING_CST)
		return string_value(b, TREE_TYPE(t), base);
	if (TREE_CODE(base) == LABEL_DECL)
		return lab_gcc_opaque(b, TREE_TYPE(t), LAB_OPAQUE_LABEL);
	return lab_gcc_addr(b, lab_gcc_type(b->x, TREE_TYPE(t)), obj);
}

static uint32_t why_opaque(tree t)
{
	tree type = TREE_TYPE(t);

	if (TREE_CODE(type) == COMPLEX_TYPE)
		return LAB_OPAQUE_COMPLEX;
	if (VECTOR_TYPE_P(type))
		return LAB_OPAQUE_VECTOR;
	if (SCALAR_FLOAT_TYPE_P(type))
		return LAB_OPAQUE_FLOAT;
	if (AGGREGATE_TYPE_P(type))
		return LAB_OPAQUE_AGGREGATE;
	return handled_component_p(t) ? LAB_OPAQUE_BITS : LAB_OPAQUE_UNKNOWN;
}

uint32_t lab_gcc_value(struct lab_gcc_body *b, tree t)
{
	switch (TREE_CODE(t)) {
	case SSA_NAME:
		return ssa_value(b, t);
	case INTEGER_CST:
		return int_value(b, t);
	case ADDR_EXPR:
		return addr_value(b, t);
	case STRING_CST:
		return lab_gcc_opaque(b, TREE_TYPE(t), LAB_OPAQUE_STRLIT);
	CASE_CONVERT:
		return lab_gcc_cast(b, TREE_TYPE(t), TREE_OPERAND(t, 0));
	case VIEW_CONVERT_EXPR:
		if (!lab_gcc_is_memory(t) && is_gimple_reg_type(TREE_TYPE(t)) &&
		    why_opaque(t) == LAB_OPAQUE_BITS)
			return lab_gcc_cast(b, TREE_TYPE(t), TREE_OPERAND(t, 0));
		break;
	default:
		break;
	}
	if (lab_gcc_is_memory(t))
		return lab_gcc_load(b, t);
	if (why_opaque(t) == LAB_OPAQUE_UNKNOWN)
		lab_gcc_note(b, get_tree_code_name(TREE_CODE(t)));
	return lab_gcc_opaque(b, TREE_TYPE(t), why_opaque(t));
}
