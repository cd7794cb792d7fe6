// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GCC types and fields -> the tables TYPE and FIELD.
 *
 * A type must have the same name in every translation unit that sees it, since
 * the linker knows types by name.  Scalars keep their typedef name (gfp_t), a
 * record its tag, an anonymous record the typedef it was declared with, else
 * the path of the member it is ("page.#2"), else the names of its own members.
 * Function types are spelled out without typedefs and qualifiers, so that equal
 * spelling means a compatible call.
 */
#include "extract.h"

typedef auto_vec<char, 256> text;

static void put(text *b, const char *s)
{
	for (; *s; s++)
		b->safe_push(*s);
}

static uint32_t done(struct lab_gcc_unit *x, text *b)
{
	return lab_unit_strn(x->u, b->address(), b->length());
}

static const char *own_name(tree t)
{
	tree n = TYPE_NAME(t);

	if (n && TREE_CODE(n) == TYPE_DECL)
		n = DECL_NAME(n);
	return n && TREE_CODE(n) == IDENTIFIER_NODE ? IDENTIFIER_POINTER(n) : NULL;
}

/*
 * Tag of a record or enum, or the first typedef of an anonymous one.  The C front end
 * names a variant then, not the type; newer variants stand further ahead.
 */
static const char *tag_name(tree t)
{
	const char *s = own_name(t), *n;

	if (s)
		return s;
	for (tree v = TYPE_NEXT_VARIANT(TYPE_MAIN_VARIANT(t)); v; v = TYPE_NEXT_VARIANT(v))
		if ((n = own_name(v)))
			s = n;
	return s;
}

/* "{a,b,c}": the last resort of a record that nothing names. */
static uint32_t member_name(struct lab_gcc_unit *x, tree t)
{
	text b;
	int n = 0;

	put(&b, "{");
	for (tree f = TYPE_FIELDS(t); f && n < 4; f = DECL_CHAIN(f)) {
		if (TREE_CODE(f) != FIELD_DECL)
			continue;
		if (n++)
			put(&b, ",");
		if (DECL_NAME(f))
			put(&b, IDENTIFIER_POINTER(DECL_NAME(f)));
	}
	put(&b, "}");
	return done(x, &b);
}

static uint32_t record_name(struct lab_gcc_unit *x, tree t)
{
	const char *s = tag_name(t);

	if (s)
		return lab_unit_str(x->u, s);
	if (uint32_t *n = x->anon.get(t))
		return *n;
	return member_name(x, t);
}

static void print_type(struct lab_gcc_unit *x, text *b, tree t);

static void print_args(struct lab_gcc_unit *x, text *b, tree fn)
{
	bool first = true;
	tree a;

	put(b, "(");
	for (a = TYPE_ARG_TYPES(fn); a; a = TREE_CHAIN(a)) {
		if (VOID_TYPE_P(TREE_VALUE(a)) && first)
			break;
		if (VOID_TYPE_P(TREE_VALUE(a)))
			goto out;
		if (!first)
			put(b, ", ");
		print_type(x, b, TREE_VALUE(a));
		first = false;
	}
	if (first)
		put(b, a ? "void" : "");
	else
		put(b, ", ...");
out:
	put(b, ")");
}

static void print_pointer(struct lab_gcc_unit *x, text *b, tree t)
{
	if (FUNC_OR_METHOD_TYPE_P(t)) {
		print_type(x, b, TREE_TYPE(t));
		put(b, " (*)");
		print_args(x, b, t);
		return;
	}
	print_type(x, b, t);
	if (b->last() != '*')
		put(b, " ");
	put(b, "*");
}

static void print_named(struct lab_gcc_unit *x, text *b, tree t, const char *tag)
{
	uint32_t name = record_name(x, t);	/* may move the table */

	put(b, tag);
	put(b, x->u->strs[name]);
}

static void print_scalar(text *b, tree t)
{
	const char *s = own_name(t);
	char tmp[32];

	if (!s) {
		snprintf(tmp, sizeof(tmp), "%s:%u", TYPE_UNSIGNED(t) ? "uint" : "int",
			 (unsigned int)TYPE_PRECISION(t));
		s = tmp;
	}
	put(b, s);
}

static void print_type(struct lab_gcc_unit *x, text *b, tree t)
{
	t = TYPE_MAIN_VARIANT(t);
	switch (TREE_CODE(t)) {
	case POINTER_TYPE:
	case REFERENCE_TYPE:
		print_pointer(x, b, TYPE_MAIN_VARIANT(TREE_TYPE(t)));
		return;
	case FUNCTION_TYPE:
	case METHOD_TYPE:
		print_type(x, b, TREE_TYPE(t));
		put(b, " ");
		print_args(x, b, t);
		return;
	case ARRAY_TYPE:
		print_type(x, b, TREE_TYPE(t));
		put(b, "[]");
		return;
	case RECORD_TYPE:
		print_named(x, b, t, "struct ");
		return;
	case UNION_TYPE:
		print_named(x, b, t, "union ");
		return;
	case ENUMERAL_TYPE:
		put(b, "enum ");
		put(b, tag_name(t) ? tag_name(t) : "{}");
		return;
	case VECTOR_TYPE:
		put(b, "vector of ");
		print_type(x, b, TREE_TYPE(t));
		return;
	case COMPLEX_TYPE:
		put(b, "complex ");
		print_type(x, b, TREE_TYPE(t));
		return;
	default:
		print_scalar(b, t);
	}
}

static tree anonymous_record(tree t)
{
	while (TREE_CODE(t) == ARRAY_TYPE || POINTER_TYPE_P(t))
		t = TREE_TYPE(t);
	if (!RECORD_OR_UNION_TYPE_P(t))
		return NULL_TREE;
	t = TYPE_MAIN_VARIANT(t);
	return tag_name(t) ? NULL_TREE : t;
}

/* Names the anonymous members of a record after it. */
static void name_members(struct lab_gcc_unit *x, tree t, uint32_t name)
{
	unsigned int k = 0;

	for (tree f = TYPE_FIELDS(t); f; f = DECL_CHAIN(f)) {
		if (TREE_CODE(f) != FIELD_DECL)
			continue;
		k++;
		tree a = anonymous_record(TREE_TYPE(f));
		if (!a || x->anon.get(a))
			continue;
		text b;
		put(&b, x->u->strs[name]);
		put(&b, ".");
		if (DECL_NAME(f)) {
			put(&b, IDENTIFIER_POINTER(DECL_NAME(f)));
		} else {
			char tmp[16];
			snprintf(tmp, sizeof(tmp), "#%u", k);
			put(&b, tmp);
		}
		x->anon.put(a, done(x, &b));
	}
}

static uint32_t kind_of(tree t)
{
	switch (TREE_CODE(t)) {
	case VOID_TYPE:		return LAB_TYPE_VOID;
	case BOOLEAN_TYPE:	return LAB_TYPE_BOOL;
	case INTEGER_TYPE:	return TYPE_UNSIGNED(t) ? LAB_TYPE_UINT : LAB_TYPE_INT;
	case ENUMERAL_TYPE:	return LAB_TYPE_ENUM;
	case POINTER_TYPE:
	case REFERENCE_TYPE:
	case NULLPTR_TYPE:	return LAB_TYPE_PTR;
	case RECORD_TYPE:	return LAB_TYPE_STRUCT;
	case UNION_TYPE:
	case QUAL_UNION_TYPE:	return LAB_TYPE_UNION;
	case ARRAY_TYPE:	return LAB_TYPE_ARRAY;
	case FUNCTION_TYPE:
	case METHOD_TYPE:	return LAB_TYPE_FUNC;
	case REAL_TYPE:
	case FIXED_POINT_TYPE:	return LAB_TYPE_FLOAT;
	case VECTOR_TYPE:	return LAB_TYPE_VECTOR;
	default:		return LAB_TYPE_OTHER;
	}
}

static uint32_t size_of(tree t)
{
	tree s = TYPE_SIZE_UNIT(t);

	if (!s || !tree_fits_uhwi_p(s) || tree_to_uhwi(s) > UINT32_MAX - 1)
		return 0;
	return tree_to_uhwi(s);
}

static uint32_t array_count(tree t)
{
	tree d = TYPE_DOMAIN(t);

	if (!d || !TYPE_MAX_VALUE(d) || !tree_fits_uhwi_p(TYPE_MAX_VALUE(d)) ||
	    tree_to_uhwi(TYPE_MAX_VALUE(d)) >= UINT32_MAX - 1)
		return 0;
	return tree_to_uhwi(TYPE_MAX_VALUE(d)) + 1;
}

static uint32_t scalar_name(struct lab_gcc_unit *x, tree t)
{
	text b;

	if (own_name(t))
		put(&b, own_name(t));
	else if (TREE_CODE(t) == ENUMERAL_TYPE && tag_name(t))
		put(&b, tag_name(t));
	else if (TREE_CODE(t) == INTEGER_TYPE)
		print_scalar(&b, t);
	return done(x, &b);
}

static uint32_t func_name(struct lab_gcc_unit *x, tree t)
{
	text b;

	print_type(x, &b, t);
	return done(x, &b);
}

static uint32_t make_type(struct lab_gcc_unit *x, tree t)
{
	struct lab_type n = { kind_of(t), size_of(t), 0, LAB_NONE, 0 };

	switch (n.kind) {
	case LAB_TYPE_PTR:
		n.name = lab_unit_str(x->u, "");
		if (TREE_CODE(t) != NULLPTR_TYPE)
			n.ref = lab_gcc_type(x, TREE_TYPE(t));
		break;
	case LAB_TYPE_STRUCT:
	case LAB_TYPE_UNION:
		n.name = record_name(x, t);
		name_members(x, t, n.name);
		break;
	case LAB_TYPE_ARRAY:
		n.count = array_count(t);
		/* fall through */
	case LAB_TYPE_VECTOR:
		n.name = lab_unit_str(x->u, "");
		n.ref = lab_gcc_type(x, TREE_TYPE(t));
		break;
	case LAB_TYPE_FUNC:
		n.size = 0;
		n.name = func_name(x, t);
		n.ref = lab_gcc_type(x, TREE_TYPE(t));
		break;
	default:
		n.name = scalar_name(x, t);
	}
	return lab_unit_type(x->u, &n);
}

uint32_t lab_gcc_type(struct lab_gcc_unit *x, tree t)
{
	if (!t || t == error_mark_node)
		t = void_type_node;
	if (RECORD_OR_UNION_TYPE_P(t))
		t = TYPE_MAIN_VARIANT(t);
	if (uint32_t *n = x->types.get(t))
		return *n;
	uint32_t n = make_type(x, t);
	x->types.put(t, n);
	return n;
}

/* The pointer type itself may not exist in GCC, and must not be created. */
uint32_t lab_gcc_pointer_to(struct lab_gcc_unit *x, tree t)
{
	struct lab_type n = { LAB_TYPE_PTR, (uint32_t)POINTER_SIZE / BITS_PER_UNIT, lab_unit_str(x->u, ""),
			      lab_gcc_type(x, t), 0 };

	return lab_unit_type(x->u, &n);
}

static uint32_t bit_offset(tree f)
{
	tree off = DECL_FIELD_OFFSET(f), bit = DECL_FIELD_BIT_OFFSET(f);

	if (!off || !bit || !tree_fits_uhwi_p(off) || !tree_fits_uhwi_p(bit))
		return 0;
	return tree_to_uhwi(off) * BITS_PER_UNIT + tree_to_uhwi(bit);
}

uint32_t lab_gcc_field(struct lab_gcc_unit *x, tree f)
{
	struct lab_field n;

	if (uint32_t *old = x->fields.get(f))
		return *old;
	n.owner = lab_gcc_type(x, DECL_FIELD_CONTEXT(f));
	n.name = lab_unit_str(x->u, DECL_NAME(f) ? IDENTIFIER_POINTER(DECL_NAME(f)) : "");
	n.type = lab_gcc_type(x, DECL_BIT_FIELD_TYPE(f) ? DECL_BIT_FIELD_TYPE(f) : TREE_TYPE(f));
	n.bitoff = bit_offset(f);
	n.bits = 0;
	if (DECL_BIT_FIELD_TYPE(f) && DECL_SIZE(f) && tree_fits_uhwi_p(DECL_SIZE(f)))
		n.bits = tree_to_uhwi(DECL_SIZE(f));
	uint32_t r = lab_unit_field(x->u, &n);
	x->fields.put(f, r);
	return r;
}
