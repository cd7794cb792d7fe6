// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bit-fields, given their names back.
 *
 * The front end folds "if (!p->flag)" on a bit-field into a load of the whole
 * byte, a mask and a comparison, and merges neighbours: "p->a && !p->b" is one
 * load, mask 3, == 1.  A checker must see the fields, since another place sets
 * them by name.  So where such a load feeds only comparisons with constants,
 * the fields under the mask are loaded instead and compared one by one.
 * Anything else keeps its bit range (LAB_ELEM_PART).
 */
#include "extract.h"

struct finder {
	struct lab_gcc_bits *out;
	tree path[LAB_GCC_BITS_DEPTH];
	HOST_WIDE_INT first;		/* of the load, in the record */
	uint64_t mask, left;		/* bits that matter; not yet found */
};

static uint64_t ones(unsigned int n)
{
	return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

static bool bit_range(tree f, HOST_WIDE_INT *pos, HOST_WIDE_INT *size)
{
	tree off = DECL_FIELD_OFFSET(f), bit = DECL_FIELD_BIT_OFFSET(f);

	if (!off || !bit || !DECL_SIZE(f) || !tree_fits_shwi_p(off) || !tree_fits_shwi_p(bit) ||
	    !tree_fits_shwi_p(DECL_SIZE(f)))
		return false;
	*pos = tree_to_shwi(off) * BITS_PER_UNIT + tree_to_shwi(bit);
	*size = tree_to_shwi(DECL_SIZE(f));
	return true;
}

static bool add_leaf(struct finder *s, unsigned int depth, unsigned int shift, unsigned int width)
{
	struct lab_gcc_bits *o = s->out;
	uint64_t bits = ones(width) << shift;

	if ((bits & s->mask) != bits || (bits & s->left) != bits || o->n == LAB_GCC_BITS_MAX)
		return false;
	s->left &= ~bits;
	o->leaf[o->n].shift = shift;
	o->leaf[o->n].width = width;
	o->leaf[o->n].depth = depth;
	memcpy(o->leaf[o->n++].path, s->path, sizeof(s->path));
	return true;
}

/* All fields of a record at bit "at" that the mask touches; false if one is no scalar. */
static bool find(struct finder *s, tree type, HOST_WIDE_INT at, unsigned int depth)
{
	HOST_WIDE_INT pos, size;

	if (TREE_CODE(type) != RECORD_TYPE || depth == LAB_GCC_BITS_DEPTH)
		return false;
	for (tree f = TYPE_FIELDS(type); f; f = DECL_CHAIN(f)) {
		if (TREE_CODE(f) != FIELD_DECL || !bit_range(f, &pos, &size))
			continue;
		pos += at - s->first;
		if (size <= 0 || pos >= 64 || pos + size <= 0)
			continue;
		uint64_t here = pos < 0 ? ones(pos + size > 64 ? 64 : pos + size) :
			ones(size) << pos;
		if (!(here & s->mask))
			continue;
		s->path[depth] = f;
		if (is_gimple_reg_type(TREE_TYPE(f))) {
			if (pos < 0 || pos + size > 64 || !add_leaf(s, depth + 1, pos, size))
				return false;
		} else if (!find(s, TREE_TYPE(f), pos + s->first, depth + 1)) {
			return false;
		}
	}
	return true;
}

/* A copy, a mask, or a wider type: the name of the result, else NULL. */
static tree step(gimple *s, tree name, uint64_t *mask)
{
	tree lhs;

	if (!is_gimple_assign(s) || gimple_assign_rhs1(s) != name)
		return NULL_TREE;
	lhs = gimple_assign_lhs(s);
	if (TREE_CODE(lhs) != SSA_NAME)
		return NULL_TREE;
	switch (gimple_assign_rhs_code(s)) {
	case SSA_NAME:
		return lhs;
	CASE_CONVERT:
		return TYPE_UNSIGNED(TREE_TYPE(name)) && INTEGRAL_TYPE_P(TREE_TYPE(lhs)) &&
		       TYPE_PRECISION(TREE_TYPE(lhs)) > TYPE_PRECISION(TREE_TYPE(name)) ?
		       lhs : NULL_TREE;
	case BIT_AND_EXPR:
		if (TREE_CODE(gimple_assign_rhs2(s)) != INTEGER_CST)
			return NULL_TREE;
		*mask &= TREE_INT_CST_LOW(gimple_assign_rhs2(s));
		return lhs;
	default:
		return NULL_TREE;
	}
}

/* Do only comparisons with constants use it? */
static bool only_compared(tree name)
{
	imm_use_iterator i;
	use_operand_p use;

	FOR_EACH_IMM_USE_FAST(use, i, name) {
		enum tree_code code = ERROR_MARK;
		gimple *s = USE_STMT(use);
		tree r = NULL_TREE;

		if (is_gimple_debug(s))
			continue;
		if (gimple_code(s) == GIMPLE_COND) {
			code = gimple_cond_code(s);
			r = gimple_cond_rhs(s);
		} else if (is_gimple_assign(s)) {
			code = gimple_assign_rhs_code(s);
			r = gimple_assign_rhs2(s);
		}
		if ((code != EQ_EXPR && code != NE_EXPR) || TREE_CODE(r) != INTEGER_CST)
			return false;
	}
	return true;
}

/* From the load to the value that is compared; false if there is none. */
static bool follow(tree name, uint64_t *mask, auto_vec<tree, 4> *chain)
{
	use_operand_p use;
	gimple *s;
	tree next;

	chain->safe_push(name);
	while (single_imm_use(name, &use, &s) && (next = step(s, name, mask))) {
		chain->safe_push(next);
		name = next;
	}
	return only_compared(name);
}

static void load_leaves(struct lab_gcc_body *b, tree obj, struct lab_gcc_bits *d)
{
	for (unsigned int i = 0; i < d->n; i++)
		d->leaf[i].val = lab_gcc_load_fields(b, obj, d->leaf[i].path, d->leaf[i].depth);
}

/* lhs = BIT_FIELD_REF: true if its fields were loaded instead. */
bool lab_gcc_bits_load(struct lab_gcc_body *b, tree lhs, tree ref)
{
	tree obj = TREE_OPERAND(ref, 0);
	auto_vec<tree, 4> chain;
	struct lab_gcc_bits d;
	struct finder s;

	if (BYTES_BIG_ENDIAN || !tree_fits_uhwi_p(TREE_OPERAND(ref, 1)) ||
	    !tree_fits_shwi_p(TREE_OPERAND(ref, 2)) || tree_to_uhwi(TREE_OPERAND(ref, 1)) > 64)
		return false;
	s.mask = ones(tree_to_uhwi(TREE_OPERAND(ref, 1)));
	if (!follow(lhs, &s.mask, &chain) || !s.mask)
		return false;
	s.left = s.mask;
	s.first = tree_to_shwi(TREE_OPERAND(ref, 2));
	s.out = &d;
	d.n = 0;
	if (!find(&s, TREE_TYPE(obj), 0, 0) || s.left)
		return false;
	load_leaves(b, obj, &d);
	for (unsigned int i = 0; i < chain.length(); i++)
		b->bits_of.put(chain[i], b->bits.length());
	b->bits.safe_push(d);
	return true;
}

bool lab_gcc_bits_known(struct lab_gcc_body *b, tree name)
{
	return b->bits_of.get(name) != NULL;
}

static uint32_t bin(struct lab_gcc_body *b, unsigned int op, uint32_t x, uint32_t y)
{
	b->w.safe_push(lab_gcc_type(b->x, boolean_type_node));
	b->w.safe_push(op);
	b->w.safe_push(x);
	b->w.safe_push(y);
	return lab_gcc_ins(b, LAB_OP_BIN);
}

/* (name == c) or (name != c), field by field. */
uint32_t lab_gcc_bits_compare(struct lab_gcc_body *b, enum tree_code code, tree name, tree c)
{
	struct lab_gcc_bits d = b->bits[*b->bits_of.get(name)];
	uint64_t all = TREE_INT_CST_LOW(c);
	uint32_t r = LAB_NONE;

	for (unsigned int i = 0; i < d.n; i++) {
		tree type = TREE_TYPE(d.leaf[i].path[d.leaf[i].depth - 1]);
		unsigned int up = 64 - d.leaf[i].width;
		int64_t want = (int64_t)(all >> d.leaf[i].shift << up);

		want = TYPE_UNSIGNED(type) ? (int64_t)((uint64_t)want >> up) : want >> up;
		uint32_t v = lab_gcc_int(b, type, want);
		v = bin(b, code == EQ_EXPR ? LAB_BIN_EQ : LAB_BIN_NE, d.leaf[i].val, v);
		if (r != LAB_NONE)
			v = bin(b, code == EQ_EXPR ? LAB_BIN_AND : LAB_BIN_OR, r, v);
		r = v;
	}
	return r;
}
