// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GIMPLE operands -> values, and references to memory -> places.
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

/* ---- places ---------------------------------------------------------------- */

static void push_elem(struct lab_gcc_place *p, uint32_t kind, uint32_t arg)
{
	struct lab_elem_s e = { kind, arg };

	p->path.safe_push(e);
}

static void push_offset(struct lab_gcc_body *b, struct lab_gcc_place *p, HOST_WIDE_INT off)
{
	if (!off)
		return;
	if (off != (int32_t)off) {
		lab_gcc_note(b, "far-offset");
		off = 0;
	}
	push_elem(p, LAB_ELEM_OFF, (uint32_t)off);
}

/* Names the part of type "want" that lies at byte off in an object; false if none does. */
static bool name_part(struct lab_gcc_body *b, struct lab_gcc_place *p, tree type, uint64_t off,
		      tree want)
{
	unsigned int before = p->path.length();
	uint64_t at, size;

	if (before > 12)
		return false;
	if (!off && TYPE_MAIN_VARIANT(type) == TYPE_MAIN_VARIANT(want))
		return true;
	if (TREE_CODE(type) == ARRAY_TYPE && TYPE_SIZE_UNIT(TREE_TYPE(type)) &&
	    tree_fits_uhwi_p(TYPE_SIZE_UNIT(TREE_TYPE(type)))) {
		size = tree_to_uhwi(TYPE_SIZE_UNIT(TREE_TYPE(type)));
		if (!size || off / size >= UINT32_MAX)
			return false;
		push_elem(p, LAB_ELEM_INDEX, off / size);
		if (name_part(b, p, TREE_TYPE(type), off % size, want))
			return true;
		p->path.truncate(before);
	}
	if (!RECORD_OR_UNION_TYPE_P(type))
		return false;
	for (tree f = TYPE_FIELDS(type); f; f = DECL_CHAIN(f)) {
		if (TREE_CODE(f) != FIELD_DECL || DECL_BIT_FIELD_TYPE(f) ||
		    !tree_fits_uhwi_p(DECL_FIELD_OFFSET(f)) || !DECL_SIZE_UNIT(f) ||
		    !tree_fits_uhwi_p(DECL_SIZE_UNIT(f)))
			continue;
		at = tree_to_uhwi(DECL_FIELD_OFFSET(f)) +
			tree_to_uhwi(DECL_FIELD_BIT_OFFSET(f)) / BITS_PER_UNIT;
		if (off < at || off - at >= tree_to_uhwi(DECL_SIZE_UNIT(f)))
			continue;
		push_elem(p, LAB_ELEM_FIELD, lab_gcc_field(b->x, f));
		if (name_part(b, p, TREE_TYPE(f), off - at, want))
			return true;
		p->path.truncate(before);
	}
	return false;
}

/* A byte offset that folding left of a path: the path again, else the offset. */
static bool push_part(struct lab_gcc_body *b, struct lab_gcc_place *p, tree type,
		      HOST_WIDE_INT off, tree want)
{
	if (off > 0 && name_part(b, p, type, off, want))
		return true;
	push_offset(b, p, off);
	return false;
}

static uint32_t local_number(struct lab_gcc_body *b, tree d)
{
	uint32_t n;

	if (uint32_t *old = b->locals.get(d))
		return *old;
	n = lab_fn_local(b->x->u, b->f, lab_gcc_var_name(b->x, d),
			 lab_gcc_type(b->x, TREE_TYPE(d)));
	b->locals.put(d, n);
	return n;
}

static bool param_number(struct lab_gcc_body *b, tree d, uint32_t *n)
{
	*n = 0;
	for (tree p = DECL_ARGUMENTS(b->decl); p; p = DECL_CHAIN(p), ++*n)
		if (p == d)
			return true;
	return false;
}

static void deref_base(struct lab_gcc_place *p, uint32_t value)
{
	p->kind = LAB_BASE_DEREF;
	p->base = value;
}

static void decl_base(struct lab_gcc_body *b, tree d, struct lab_gcc_place *p)
{
	switch (TREE_CODE(d)) {
	case FUNCTION_DECL:
		p->kind = LAB_BASE_SYM;
		p->base = lab_gcc_sym(b->x, d);
		return;
	case VAR_DECL:
		if (TREE_STATIC(d) || DECL_EXTERNAL(d)) {
			p->kind = LAB_BASE_SYM;
			p->base = lab_gcc_sym(b->x, d);
			return;
		}
		break;
	case PARM_DECL:
		if (param_number(b, d, &p->base)) {
			p->kind = LAB_BASE_PARAM;
			return;
		}
		break;
	default:
		break;
	}
	p->kind = LAB_BASE_LOCAL;
	p->base = local_number(b, d);
}

static void make_place(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p);

/* MEM_REF: a pointer and a constant offset; of a declaration if it is one's address. */
static void mem_base(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p)
{
	tree ptr = TREE_OPERAND(ref, 0), off = TREE_OPERAND(ref, 1);
	HOST_WIDE_INT n = TREE_CODE(off) == INTEGER_CST ? wi::to_wide(off).to_shwi() : 0;

	if (TREE_CODE(ptr) != ADDR_EXPR) {
		deref_base(p, lab_gcc_value(b, ptr));
		push_part(b, p, TREE_TYPE(TREE_TYPE(ptr)), n, TREE_TYPE(ref));
		return;
	}
	tree obj = TREE_OPERAND(ptr, 0);
	make_place(b, obj, p);
	if (push_part(b, p, TREE_TYPE(obj), n, TREE_TYPE(ref)))
		return;
	if (n || TYPE_MAIN_VARIANT(TREE_TYPE(obj)) != TYPE_MAIN_VARIANT(TREE_TYPE(ref)))
		push_elem(p, LAB_ELEM_VIEW, lab_gcc_type(b->x, TREE_TYPE(ref)));
}

static void target_mem_base(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p)
{
	tree off = TMR_OFFSET(ref);

	lab_gcc_note(b, "target-mem-ref");
	deref_base(p, lab_gcc_value(b, TMR_BASE(ref)));
	if (off && TREE_CODE(off) == INTEGER_CST)
		push_offset(b, p, wi::to_wide(off).to_shwi());
}

static void place_base(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p)
{
	switch (TREE_CODE(ref)) {
	case MEM_REF:
		mem_base(b, ref, p);
		return;
	case TARGET_MEM_REF:
		target_mem_base(b, ref, p);
		return;
	case VAR_DECL:
	case PARM_DECL:
	case RESULT_DECL:
	case FUNCTION_DECL:
	case CONST_DECL:
		decl_base(b, ref, p);
		return;
	case STRING_CST:
		deref_base(p, lab_gcc_opaque(b, ptr_type_node, LAB_OPAQUE_STRLIT));
		return;
	case LABEL_DECL:
		deref_base(p, lab_gcc_opaque(b, ptr_type_node, LAB_OPAQUE_LABEL));
		return;
	default:
		lab_gcc_note(b, "place-base");
		deref_base(p, lab_gcc_opaque(b, ptr_type_node, LAB_OPAQUE_UNKNOWN));
	}
}

static void index_elem(struct lab_gcc_body *b, tree i, struct lab_gcc_place *p)
{
	if (tree_fits_uhwi_p(i) && tree_to_uhwi(i) < UINT32_MAX)
		push_elem(p, LAB_ELEM_INDEX, tree_to_uhwi(i));
	else
		push_elem(p, LAB_ELEM_INDEXV, lab_gcc_value(b, i));
}

static void bits_elem(struct lab_gcc_body *b, tree first, struct lab_gcc_place *p)
{
	uint32_t n = 0;

	if (tree_fits_uhwi_p(first) && tree_to_uhwi(first) < UINT32_MAX)
		n = tree_to_uhwi(first);
	else
		lab_gcc_note(b, "far-offset");
	push_elem(p, LAB_ELEM_PART, n);
}

static void field_elem(struct lab_gcc_body *b, tree f, struct lab_gcc_place *p)
{
	push_elem(p, LAB_ELEM_FIELD, lab_gcc_field(b->x, f));
	if (DECL_BIT_FIELD_TYPE(f))
		p->flags |= LAB_INSF_BITFIELD;
}

static void place_elem(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p)
{
	tree size;

	switch (TREE_CODE(ref)) {
	case COMPONENT_REF:
		field_elem(b, TREE_OPERAND(ref, 1), p);
		return;
	case ARRAY_REF:
	case ARRAY_RANGE_REF:
		index_elem(b, TREE_OPERAND(ref, 1), p);
		return;
	case BIT_FIELD_REF:
		bits_elem(b, TREE_OPERAND(ref, 2), p);
		return;
	case REALPART_EXPR:
		push_elem(p, LAB_ELEM_PART, 0);
		return;
	case IMAGPART_EXPR:
		size = TYPE_SIZE(TREE_TYPE(ref));
		bits_elem(b, size, p);
		return;
	case VIEW_CONVERT_EXPR:
		push_elem(p, LAB_ELEM_VIEW, lab_gcc_type(b->x, TREE_TYPE(ref)));
		return;
	default:
		lab_gcc_note(b, "place-element");
	}
}

static void make_place(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p)
{
	auto_vec<tree, 16> parts;

	if (TREE_THIS_VOLATILE(ref))
		p->flags |= LAB_INSF_VOLATILE;
	for (; handled_component_p(ref); ref = TREE_OPERAND(ref, 0))
		parts.safe_push(ref);
	place_base(b, ref, p);
	while (!parts.is_empty())
		place_elem(b, parts.pop(), p);
}

static void start_place(struct lab_gcc_body *b, tree ref, struct lab_gcc_place *p)
{
	p->kind = p->base = p->flags = 0;
	if (TYPE_P(TREE_TYPE(ref)) && !ADDR_SPACE_GENERIC_P(TYPE_ADDR_SPACE(TREE_TYPE(ref))))
		lab_gcc_note(b, "address-space");
	make_place(b, ref, p);
}

static void push_place(struct lab_gcc_body *b, const struct lab_gcc_place *p)
{
	b->w.safe_push(p->kind);
	b->w.safe_push(p->base);
	b->w.safe_push(p->path.length());
	for (unsigned int i = 0; i < p->path.length(); i++) {
		b->w.safe_push(p->path[i].kind);
		b->w.safe_push(p->path[i].arg);
	}
}

/* ---- loads, stores, addresses ---------------------------------------------- */

static tree base_of(tree ref)
{
	while (handled_component_p(ref))
		ref = TREE_OPERAND(ref, 0);
	return ref;
}

/* A reference to memory, as opposed to a part of an SSA name or a constant. */
bool lab_gcc_is_memory(tree ref)
{
	tree base = base_of(ref);

	return DECL_P(base) || TREE_CODE(base) == MEM_REF || TREE_CODE(base) == TARGET_MEM_REF ||
	       TREE_CODE(base) == STRING_CST;
}

static uint32_t load(struct lab_gcc_body *b, tree type, const struct lab_gcc_place *p)
{
	b->w.safe_push(lab_gcc_type(b->x, type));
	lab_gcc_push_flags(b, p->flags);
	lab_gcc_push_loc(b);
	push_place(b, p);
	return lab_gcc_ins(b, LAB_OP_LOAD);
}

uint32_t lab_gcc_load(struct lab_gcc_body *b, tree ref)
{
	struct lab_gcc_place p;

	start_place(b, ref, &p);
	return load(b, TREE_TYPE(ref), &p);
}

/* obj.path[0].path[1]... */
uint32_t lab_gcc_load_fields(struct lab_gcc_body *b, tree obj, tree *path, unsigned int depth)
{
	struct lab_gcc_place p;

	start_place(b, obj, &p);
	for (unsigned int i = 0; i < depth; i++)
		field_elem(b, path[i], &p);
	return load(b, TREE_TYPE(path[depth - 1]), &p);
}

void lab_gcc_store(struct lab_gcc_body *b, uint32_t value, tree ref)
{
	struct lab_gcc_place p;

	start_place(b, ref, &p);
	lab_gcc_push_flags(b, p.flags);
	b->w.safe_push(value);
	lab_gcc_push_loc(b);
	push_place(b, &p);
	lab_gcc_ins(b, LAB_OP_STORE);
}

/* The value of a left-hand side: an SSA name's, or stored. */
void lab_gcc_define(struct lab_gcc_body *b, tree lhs, uint32_t value)
{
	if (TREE_CODE(lhs) == SSA_NAME)
		b->vals[SSA_NAME_VERSION(lhs)] = value;
	else
		lab_gcc_store(b, value, lhs);
}

void lab_gcc_copy(struct lab_gcc_body *b, tree dst, tree src)
{
	struct lab_gcc_place d, s;

	start_place(b, src, &s);
	start_place(b, dst, &d);
	lab_gcc_push_flags(b, d.flags | s.flags);
	lab_gcc_push_loc(b);
	push_place(b, &d);
	push_place(b, &s);
	lab_gcc_ins(b, LAB_OP_COPY);
}

/* type: number of the pointer type */
uint32_t lab_gcc_addr(struct lab_gcc_body *b, uint32_t type, tree ref)
{
	struct lab_gcc_place p;

	start_place(b, ref, &p);
	if (p.kind == LAB_BASE_DEREF && p.path.is_empty())
		return p.base;
	b->w.safe_push(type);
	push_place(b, &p);
	return lab_gcc_ins(b, LAB_OP_ADDR);
}

/* ---- values ----------------------------------------------------------------- */

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
		if (param_number(b, var, &n))
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
	tree obj = TREE_OPERAND(t, 0), base = base_of(obj);

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
