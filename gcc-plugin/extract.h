/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the plugin share: the options, the state of one
 * translation unit and of one function while its skeleton is built.
 *
 * The plugin only reads GCC's data.  It creates no declaration, asks for no
 * assembler name, allocates no uid: the compile must come out the same with
 * and without it.
 */
#ifndef LAB_GCC_EXTRACT_H
#define LAB_GCC_EXTRACT_H

#include "gcc-common.h"
#include "check/skel/skel.h"

struct lab_gcc_opts {
	bool quiet, extract_only, disable, verbose, error, speak, rt;
	const char *root;	/* without trailing slash, or NULL */
	const char *off;	/* rules not to report, comma separated */
};

struct lab_gcc_loc { uint32_t file, line, col; };

/* One translation unit. */
struct lab_gcc_unit {
	struct lab_unit *u;
	const struct lab_gcc_opts *opts;
	hash_map<tree, uint32_t> types;		/* type -> number */
	hash_map<tree, uint32_t> anon;		/* anonymous record -> name */
	hash_map<tree, uint32_t> fields;
	hash_map<tree, uint32_t> syms;		/* declaration -> number */
	hash_map<tree, uint32_t> idents;	/* public name -> symbol */
	auto_vec<uint32_t> ifns;		/* internal function -> symbol */
	auto_vec<const char *> file_ptrs;	/* GCC's file names, by pointer ... */
	auto_vec<uint32_t> file_nums;		/* ... and their numbers */
	uint32_t ninits;
};

/* A base and a path, while it is put together. */
struct lab_gcc_place {
	uint32_t kind, base;
	uint32_t flags;				/* LAB_INSF_VOLATILE, _BITFIELD */
	auto_vec<struct lab_elem_s, 16> path;
};

/* A constant argument of a phi, evaluated in the block it comes from. */
struct lab_gcc_phiarg {
	uint32_t dest, ins, pred;		/* ins: which phi of block dest */
	uint32_t hint;				/* the phi's argument, or a later one */
	uint32_t val;				/* LAB_NONE: take ssa */
	tree ssa;
};

/* Fields that were loaded in place of a bit range, see bits.cc. */
#define LAB_GCC_BITS_MAX   8
#define LAB_GCC_BITS_DEPTH 4
struct lab_gcc_bits {
	unsigned int n;
	struct {
		tree path[LAB_GCC_BITS_DEPTH];	/* FIELD_DECLs */
		unsigned int depth, shift, width;
		uint32_t val;
	} leaf[LAB_GCC_BITS_MAX];
};

/* One function. */
struct lab_gcc_body {
	struct lab_gcc_unit *x;
	struct function *fn;
	tree decl;
	struct lab_fn *f;
	auto_vec<uint32_t> vals;		/* SSA version -> value */
	auto_vec<uint32_t> blocks;		/* basic block index -> block */
	auto_vec<int> phi_base;			/* block -> first entry of phis */
	auto_vec<uint32_t> phis;		/* -> instruction */
	auto_vec<struct lab_gcc_phiarg> phiargs;
	hash_map<tree, uint32_t> locals;
	hash_map<tree, uint64_t> consts;	/* -> block << 32 | value */
	hash_map<tree, uint32_t> bits_of;	/* masked bit range -> bits[] */
	auto_vec<struct lab_gcc_bits> bits;
	uint32_t cur;				/* block under construction */
	location_t where;			/* of the current statement */
	location_t loc_of;			/* what loc was computed for */
	struct lab_gcc_loc loc;
	uint32_t loc_flags;			/* LAB_INSF_MACRO or 0 */
	bool want_str;				/* string literals are wanted */
	auto_vec<uint32_t, 64> w;		/* words of the next instruction */
};

/* types.cc */
uint32_t lab_gcc_type(struct lab_gcc_unit *x, tree type);
uint32_t lab_gcc_pointer_to(struct lab_gcc_unit *x, tree type);
uint32_t lab_gcc_field(struct lab_gcc_unit *x, tree field);
/* syms.cc */
uint32_t lab_gcc_sym(struct lab_gcc_unit *x, tree decl);
uint32_t lab_gcc_internal_fn(struct lab_gcc_unit *x, enum internal_fn fn);
uint32_t lab_gcc_var_name(struct lab_gcc_unit *x, tree decl);
int lab_gcc_by_order(const void *a, const void *b);
void lab_gcc_aliases(struct lab_gcc_unit *x);
void lab_gcc_topasm(struct lab_gcc_unit *x);
/* locs.cc */
void lab_gcc_locate(struct lab_gcc_unit *x, location_t loc, struct lab_gcc_loc *out);
void lab_gcc_unit_head(struct lab_gcc_unit *x);
/* inits.cc */
void lab_gcc_inits(struct lab_gcc_unit *x);
/* consts.cc */
void lab_gcc_see_type(tree type);
void lab_gcc_macros(struct lab_gcc_unit *x);
/* expr.cc */
uint32_t lab_gcc_value(struct lab_gcc_body *b, tree op);
uint32_t lab_gcc_opaque(struct lab_gcc_body *b, tree type, uint32_t why);
uint32_t lab_gcc_int(struct lab_gcc_body *b, tree type, int64_t value);
uint32_t lab_gcc_cast(struct lab_gcc_body *b, tree type, tree op);
bool lab_gcc_has_definition(tree name);
uint32_t lab_gcc_ins(struct lab_gcc_body *b, unsigned int op);
void lab_gcc_push_flags(struct lab_gcc_body *b, uint32_t flags);
void lab_gcc_push_loc(struct lab_gcc_body *b);
void lab_gcc_push64(struct lab_gcc_body *b, int64_t v);
void lab_gcc_define(struct lab_gcc_body *b, tree lhs, uint32_t value);
void lab_gcc_note(struct lab_gcc_body *b, const char *what);
/* place.cc */
bool lab_gcc_is_memory(tree ref);
tree lab_gcc_base_of(tree ref);
bool lab_gcc_param(struct lab_gcc_body *b, tree d, uint32_t *n);
uint32_t lab_gcc_load(struct lab_gcc_body *b, tree ref);
uint32_t lab_gcc_load_fields(struct lab_gcc_body *b, tree obj, tree *path, unsigned int depth);
uint32_t lab_gcc_addr(struct lab_gcc_body *b, uint32_t type, tree ref);
void lab_gcc_store(struct lab_gcc_body *b, uint32_t value, tree ref);
void lab_gcc_copy(struct lab_gcc_body *b, tree dst, tree src);
/* bits.cc */
bool lab_gcc_bits_load(struct lab_gcc_body *b, tree lhs, tree ref);
bool lab_gcc_bits_known(struct lab_gcc_body *b, tree name);
uint32_t lab_gcc_bits_compare(struct lab_gcc_body *b, enum tree_code code, tree name, tree c);
/* stmt.cc */
void lab_gcc_stmt(struct lab_gcc_body *b, gimple *s);
bool lab_gcc_is_unreachable(gimple *s);
uint32_t lab_gcc_binary(struct lab_gcc_body *b, enum tree_code code, tree type, tree l, tree r);
/* asm.cc */
void lab_gcc_asm(struct lab_gcc_body *b, gasm *s);
uint32_t lab_gcc_squeeze(struct lab_gcc_unit *x, const char *text, size_t len, size_t cap,
			 bool *cut);
/* walk.cc */
void lab_gcc_function(struct lab_gcc_unit *x, struct cgraph_node *node);
/* emit.cc */
void lab_gcc_emit(const uint8_t *bytes, size_t len);
void lab_gcc_leave(void);

#endif
