// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions and variables -> the table SYM, and top-level asm texts.
 *
 * Identity is the declaration; public names are the same symbol wherever they
 * are declared.  An assembler name is only read where GCC has set one, and
 * recorded where it differs from the name: names that GCC makes up with a
 * counter (static locals, nested functions) would differ between compiles.
 */
#include "extract.h"

/* GCC's temporaries carry a counter ("C.12.34"): cut it. */
uint32_t lab_gcc_var_name(struct lab_gcc_unit *x, tree decl)
{
	const char *s;

	if (!DECL_NAME(decl))
		return lab_unit_str(x->u, "");
	s = IDENTIFIER_POINTER(DECL_NAME(decl));
	return lab_unit_strn(x->u, s, strcspn(s, "."));
}

static bool has_attribute(tree decl, const char *name)
{
	return lookup_attribute(name, DECL_ATTRIBUTES(decl)) != NULL_TREE;
}

static uint32_t function_flags(tree d, struct cgraph_node *node)
{
	uint32_t f = 0;

	if (node && node->definition && !node->alias && gimple_has_body_p(d))
		f |= LAB_SYMF_DEFINED | (DECL_EXTERNAL(d) ? LAB_SYMF_COMDAT : 0);
	if (DECL_DECLARED_INLINE_P(d))
		f |= LAB_SYMF_INLINE;
	if (has_attribute(d, "always_inline"))
		f |= LAB_SYMF_ALWAYS;
	if (TREE_THIS_VOLATILE(d))
		f |= LAB_SYMF_NORETURN;
	if (has_attribute(d, "ifunc"))
		f |= LAB_SYMF_IFUNC;
	if (DECL_STATIC_CONSTRUCTOR(d))
		f |= LAB_SYMF_CTOR;
	if (DECL_STATIC_DESTRUCTOR(d))
		f |= LAB_SYMF_DTOR;
	if (fndecl_built_in_p(d))
		f |= LAB_SYMF_BUILTIN;
	if (stdarg_p(TREE_TYPE(d)))
		f |= LAB_SYMF_VARARGS;
	if (has_attribute(d, "no_instrument_function"))
		f |= LAB_SYMF_NOINSTR;
	return f;
}

static uint32_t variable_flags(tree d)
{
	uint32_t f = 0;

	if (TREE_STATIC(d) && !DECL_EXTERNAL(d) && !has_attribute(d, "alias"))
		f |= LAB_SYMF_DEFINED;
	if (TREE_READONLY(d) && !TREE_THIS_VOLATILE(d))
		f |= LAB_SYMF_CONST;
	if (DECL_CONTEXT(d) && TREE_CODE(DECL_CONTEXT(d)) == FUNCTION_DECL && !TREE_PUBLIC(d))
		f |= LAB_SYMF_LOCAL;
	if (DECL_THREAD_LOCAL_P(d))
		f |= LAB_SYMF_TLS;
	return f;
}

static uint32_t common_flags(tree d)
{
	uint32_t f = 0;

	if (!TREE_PUBLIC(d))
		f |= LAB_SYMF_STATIC;
	if (DECL_WEAK(d))
		f |= LAB_SYMF_WEAK;
	if (DECL_COMDAT(d) || DECL_ONE_ONLY(d))
		f |= LAB_SYMF_COMDAT;
	if (has_attribute(d, "weakref"))
		f |= LAB_SYMF_WEAKREF;
	return f;
}

static uint32_t asm_name(struct lab_gcc_unit *x, tree d)
{
	const char *s, *name;

	if (!HAS_DECL_ASSEMBLER_NAME_P(d) || !DECL_ASSEMBLER_NAME_SET_P(d) || !DECL_NAME(d))
		return LAB_NONE;
	if (!TREE_PUBLIC(d) && DECL_CONTEXT(d) && TREE_CODE(DECL_CONTEXT(d)) == FUNCTION_DECL)
		return LAB_NONE;
	s = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(d));
	if (*s == '*')
		s++;
	name = IDENTIFIER_POINTER(DECL_NAME(d));
	return strcmp(s, name) ? lab_unit_str(x->u, s) : LAB_NONE;
}

/* What makes two public declarations one symbol: the name the linker sees. */
static tree public_name(tree d)
{
	if (!TREE_PUBLIC(d) || !DECL_NAME(d))
		return NULL_TREE;
	if (DECL_ASSEMBLER_NAME_SET_P(d))
		return DECL_ASSEMBLER_NAME(d);
	return DECL_NAME(d);
}

static uint32_t make_sym(struct lab_gcc_unit *x, tree d)
{
	bool fn = TREE_CODE(d) == FUNCTION_DECL;
	struct lab_gcc_loc loc;
	struct lab_sym s;
	const char *section = DECL_SECTION_NAME(d);

	lab_gcc_locate(x, DECL_SOURCE_LOCATION(d), &loc);
	s.kind = fn ? LAB_SYM_FUNC : LAB_SYM_VAR;
	s.flags = common_flags(d);
	s.flags |= fn ? function_flags(d, cgraph_node::get(d)) : variable_flags(d);
	s.name = lab_gcc_var_name(x, d);
	s.asmname = asm_name(x, d);
	s.type = lab_gcc_type(x, TREE_TYPE(d));
	s.file = loc.file;
	s.line = loc.line;
	s.col = loc.col;
	s.alias = LAB_NONE;
	s.section = section ? lab_unit_str(x->u, section) : LAB_NONE;
	return lab_unit_sym(x->u, &s);
}

uint32_t lab_gcc_sym(struct lab_gcc_unit *x, tree d)
{
	tree name = public_name(d);
	uint32_t *old, n;

	if ((old = x->syms.get(d)))
		return *old;
	if (name && (old = x->idents.get(name))) {
		n = *old;
	} else {
		n = make_sym(x, d);
		if (name)
			x->idents.put(name, n);
	}
	x->syms.put(d, n);
	return n;
}

static uint32_t bare_sym(struct lab_gcc_unit *x, uint32_t kind, uint32_t flags, const char *name,
			 uint32_t type)
{
	struct lab_sym s;

	memset(&s, 0, sizeof(s));
	s.kind = kind;
	s.flags = flags;
	s.name = lab_unit_str(x->u, name);
	s.type = type;
	s.asmname = s.file = s.alias = s.section = LAB_NONE;
	return lab_unit_sym(x->u, &s);
}

/* Compiler internal functions have no declaration: ".UBSAN_NULL". */
uint32_t lab_gcc_internal_fn(struct lab_gcc_unit *x, enum internal_fn fn)
{
	char name[64];

	if (x->ifns.is_empty())
		for (unsigned int i = 0; i <= IFN_LAST; i++)
			x->ifns.safe_push(LAB_NONE);
	if (x->ifns[fn] == LAB_NONE) {
		snprintf(name, sizeof(name), ".%s", internal_fn_name(fn));
		x->ifns[fn] = bare_sym(x, LAB_SYM_INTERNAL, 0, name,
				       lab_gcc_type(x, void_type_node));
	}
	return x->ifns[fn];
}

/* The target of an alias that has no declaration here: known by name only. */
static uint32_t named_target(struct lab_gcc_unit *x, tree id, tree like)
{
	uint32_t kind = TREE_CODE(like) == FUNCTION_DECL ? LAB_SYM_FUNC : LAB_SYM_VAR;
	const char *s = IDENTIFIER_POINTER(id);
	uint32_t *old = x->idents.get(id), n;

	if (old)
		return *old;
	n = bare_sym(x, kind, 0, *s == '*' ? s + 1 : s, lab_gcc_type(x, TREE_TYPE(like)));
	x->idents.put(id, n);
	return n;
}

static uint32_t alias_target(struct lab_gcc_unit *x, symtab_node *node)
{
	tree t;

	if (node->analyzed) {
		symtab_node *to = node->get_alias_target();

		if (to)
			return lab_gcc_sym(x, to->decl);
	}
	t = node->alias_target;
	if (!t)
		return LAB_NONE;
	if (DECL_P(t))
		return lab_gcc_sym(x, t);
	return named_target(x, t, node->decl);
}

/* For vec::qsort of functions or variables, which are symbol nodes first of all. */
int lab_gcc_by_order(const void *a, const void *b)
{
	const symtab_node *p = *(symtab_node *const *)a, *q = *(symtab_node *const *)b;

	return p->order < q->order ? -1 : p->order > q->order;
}

void lab_gcc_aliases(struct lab_gcc_unit *x)
{
	auto_vec<symtab_node *> all;
	symtab_node *node;

	FOR_EACH_SYMBOL(node)
		if (node->alias && VAR_OR_FUNCTION_DECL_P(node->decl))
			all.safe_push(node);
	all.qsort(lab_gcc_by_order);
	for (unsigned int i = 0; i < all.length(); i++) {
		uint32_t s = lab_gcc_sym(x, all[i]->decl);
		uint32_t t = alias_target(x, all[i]);

		if (s != t)
			x->u->syms[s].alias = t;
	}
}

void lab_gcc_topasm(struct lab_gcc_unit *x)
{
	for (asm_node *n = symtab->first_asm_symbol(); n; n = n->next) {
		bool cut = false;
		uint32_t s = lab_gcc_squeeze(x, TREE_STRING_POINTER(n->asm_str),
					     TREE_STRING_LENGTH(n->asm_str), 300, &cut);

		if (*x->u->strs[s])
			lab_unit_topasm(x->u, x->u->strs[s]);
		if (cut)
			lab_unit_note(x->u, "topasm-cut", 1);
	}
}
