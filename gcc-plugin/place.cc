// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * References to memory -> places: a base and a path.  What folding has turned
 * into a byte offset becomes the path again where the type allows it.
 */
#include "extract.h"

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

bool lab_gcc_param(struct lab_gcc_body *b, tree d, uint32_t *n)
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
		if (lab_gcc_param(b, d, &p->base)) {
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

tree lab_gcc_base_of(tree ref)
{
	while (handled_component_p(ref))
		ref = TREE_OPERAND(ref, 0);
	return ref;
}

/* A reference to memory, as opposed to a part of an SSA name or a constant. */
bool lab_gcc_is_memory(tree ref)
{
	tree base = lab_gcc_base_of(ref);

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
