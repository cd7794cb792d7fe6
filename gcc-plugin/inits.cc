// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Static initialisers: which function or object lies where in which variable.
 * This is how ops tables become callable.
 *
 * Integers are recorded beside an address in the same (sub-)aggregate (the
 * flags of an ops table) and for scalar constants; the rest of the data is
 * nobody's question.  String pointers are skipped.  Big tables are cut, and
 * what was cut is counted.
 */
#include "extract.h"

#define INITS_PER_VAR	4096
#define INITS_PER_UNIT	32768

typedef auto_vec<struct lab_elem_s, 16> path;

struct walk {
	struct lab_gcc_unit *x;
	struct lab_init init;		/* its paths point into the vectors */
	path at;
	uint32_t n;			/* of this variable */
};

static void push(path *p, uint32_t kind, uint32_t arg)
{
	struct lab_elem_s e = { kind, arg };

	p->safe_push(e);
}

static void add(struct walk *w)
{
	if (w->n >= INITS_PER_VAR || w->x->ninits >= INITS_PER_UNIT) {
		lab_unit_note(w->x->u, "init-cut", 1);
		return;
	}
	w->n++;
	w->x->ninits++;
	w->init.path = w->at.address();
	w->init.npath = w->at.length();
	lab_unit_init(w->x->u, &w->init);
}

static bool push_offset(path *p, HOST_WIDE_INT off)
{
	if (off != (int32_t)off)
		return false;
	if (off)
		push(p, LAB_ELEM_OFF, (uint32_t)off);
	return true;
}

/* The symbol and path of a constant address; false if it is no such thing. */
static bool target(struct walk *w, tree ref, path *p)
{
	tree op;

	switch (TREE_CODE(ref)) {
	case FUNCTION_DECL:
	case VAR_DECL:
		w->init.target = lab_gcc_sym(w->x, ref);
		return true;
	case COMPONENT_REF:
		if (!target(w, TREE_OPERAND(ref, 0), p))
			return false;
		push(p, LAB_ELEM_FIELD, lab_gcc_field(w->x, TREE_OPERAND(ref, 1)));
		return true;
	case ARRAY_REF:
		op = TREE_OPERAND(ref, 1);
		if (!target(w, TREE_OPERAND(ref, 0), p) || !tree_fits_uhwi_p(op) ||
		    tree_to_uhwi(op) >= UINT32_MAX)
			return false;
		push(p, LAB_ELEM_INDEX, tree_to_uhwi(op));
		return true;
	case MEM_REF:
		op = TREE_OPERAND(ref, 0);
		return TREE_CODE(op) == ADDR_EXPR && target(w, TREE_OPERAND(op, 0), p) &&
		       push_offset(p, wi::to_wide(TREE_OPERAND(ref, 1)).to_shwi());
	case COMPOUND_LITERAL_EXPR:
		op = COMPOUND_LITERAL_EXPR_DECL(ref);
		return op && target(w, op, p);
	default:
		return false;
	}
}

static tree strip(tree v)
{
	while (CONVERT_EXPR_P(v) || TREE_CODE(v) == NON_LVALUE_EXPR)
		v = TREE_OPERAND(v, 0);
	return v;
}

static bool is_string(tree ref)
{
	while (handled_component_p(ref))
		ref = TREE_OPERAND(ref, 0);
	return TREE_CODE(ref) == STRING_CST;
}

static bool is_address(tree v)
{
	v = strip(v);
	if (TREE_CODE(v) == POINTER_PLUS_EXPR || TREE_CODE(v) == PLUS_EXPR)
		return is_address(TREE_OPERAND(v, 0));
	return TREE_CODE(v) == ADDR_EXPR && !is_string(TREE_OPERAND(v, 0));
}

static void address(struct walk *w, tree v)
{
	HOST_WIDE_INT off = 0;
	path to;

	for (v = strip(v); TREE_CODE(v) != ADDR_EXPR; v = strip(TREE_OPERAND(v, 0))) {
		tree o = strip(TREE_OPERAND(v, 1));

		if (TREE_CODE(o) == INTEGER_CST)
			off += wi::to_wide(o).to_shwi();
	}
	if (!target(w, TREE_OPERAND(v, 0), &to) || !push_offset(&to, off)) {
		lab_unit_note(w->x->u, "init-address", 1);
		return;
	}
	w->init.kind = LAB_INITV_ADDR;
	w->init.value = 0;
	w->init.tpath = to.address();
	w->init.ntpath = to.length();
	add(w);
}

static void integer(struct walk *w, tree v)
{
	v = strip(v);
	if (TREE_CODE(v) != INTEGER_CST || !(tree_fits_shwi_p(v) || tree_fits_uhwi_p(v)))
		return;
	w->init.kind = LAB_INITV_INT;
	w->init.value = TREE_INT_CST_LOW(v);
	w->init.target = LAB_NONE;
	w->init.tpath = NULL;
	w->init.ntpath = 0;
	add(w);
}

static bool holds_address(tree ctor)
{
	unsigned HOST_WIDE_INT i;
	tree v;

	FOR_EACH_CONSTRUCTOR_VALUE(CONSTRUCTOR_ELTS(ctor), i, v)
		if (TREE_CODE(v) != CONSTRUCTOR && is_address(v))
			return true;
	return false;
}

static void element(struct walk *w, tree v, bool ints);

/* [low ... high] = v: the same value several times. */
static void range(struct walk *w, tree idx, tree v, bool ints)
{
	tree low = idx, high = idx;

	if (TREE_CODE(idx) == RANGE_EXPR) {
		low = TREE_OPERAND(idx, 0);
		high = TREE_OPERAND(idx, 1);
	}
	if (!tree_fits_uhwi_p(low) || !tree_fits_uhwi_p(high) || tree_to_uhwi(high) >= UINT32_MAX)
		return;
	for (uint64_t i = tree_to_uhwi(low); i <= tree_to_uhwi(high); i++) {
		uint32_t before = w->n;

		push(&w->at, LAB_ELEM_INDEX, i);
		element(w, v, ints);
		w->at.pop();
		if (w->n == before)	/* nothing to record, or full */
			break;
	}
}

static void constructor(struct walk *w, tree ctor)
{
	bool ints = holds_address(ctor);
	unsigned HOST_WIDE_INT i, k = 0;
	tree idx, v;

	FOR_EACH_CONSTRUCTOR_ELT(CONSTRUCTOR_ELTS(ctor), i, idx, v) {
		if (idx && TREE_CODE(idx) == FIELD_DECL) {
			push(&w->at, LAB_ELEM_FIELD, lab_gcc_field(w->x, idx));
			element(w, v, ints);
			w->at.pop();
		} else if (idx) {
			range(w, idx, v, ints);
		} else {
			push(&w->at, LAB_ELEM_INDEX, k);
			element(w, v, ints);
			w->at.pop();
		}
		k++;
	}
}

/* Is there anything to record below?  Keeps big data tables cheap. */
static bool worth(tree v)
{
	unsigned HOST_WIDE_INT i;
	tree e;

	if (TREE_CODE(v) != CONSTRUCTOR)
		return is_address(v);
	FOR_EACH_CONSTRUCTOR_VALUE(CONSTRUCTOR_ELTS(v), i, e)
		if (worth(e))
			return true;
	return false;
}

static void element(struct walk *w, tree v, bool ints)
{
	if (TREE_CODE(v) == CONSTRUCTOR) {
		if (worth(v))
			constructor(w, v);
	} else if (is_address(v)) {
		address(w, v);
	} else if (ints) {
		integer(w, v);
	}
}

static void variable(struct lab_gcc_unit *x, tree d)
{
	tree v = DECL_INITIAL(d);
	struct walk w;

	if (!v || v == error_mark_node)
		return;
	bool scalar = TREE_READONLY(d) && TREE_CODE(v) != CONSTRUCTOR &&
		      TREE_CODE(strip(v)) == INTEGER_CST;
	if (!scalar && !worth(v))
		return;
	w.x = x;
	w.n = 0;
	memset(&w.init, 0, sizeof(w.init));
	w.init.sym = lab_gcc_sym(x, d);
	element(&w, v, scalar);
}

void lab_gcc_inits(struct lab_gcc_unit *x)
{
	auto_vec<varpool_node *> all;
	varpool_node *node;

	FOR_EACH_VARIABLE(node)
		if (node->definition && !node->alias && TREE_CODE(node->decl) == VAR_DECL)
			all.safe_push(node);
	all.qsort(lab_gcc_by_order);
	for (unsigned int i = 0; i < all.length(); i++)
		variable(x, all[i]->decl);
}
