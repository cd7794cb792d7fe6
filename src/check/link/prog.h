/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program: many units under one numbering.
 *
 * Names of external symbols meet by name; static functions by name, place of
 * declaration and content, so that an inline of a header, present in thousands
 * of units, is one function, and two statics that share a name stay two.  A
 * body is decoded once, straight into program numbers.
 *
 * One name may have several external definitions (two modules, weak and
 * strong): lab_prog_resolve() picks for a given caller; see there.
 */
#ifndef LAB_PROG_H
#define LAB_PROG_H

#include <stdbool.h>
#include "../skel/skel.h"
#include "intern.h"

struct lab_gsym {
	uint32_t name, kind, flags;
	uint32_t unit;		/* of a static one, else LAB_NONE */
	uint32_t fn;		/* first definition in prog->fns, or LAB_NONE */
	uint32_t file, line;	/* declaration */
	uint32_t alias;		/* another symbol, or LAB_NONE */
	uint32_t type;
};

struct lab_gfn {
	uint32_t sym, unit;
	uint32_t next;		/* further definition of the same name, or LAB_NONE */
	struct lab_fn *body;	/* program numbers throughout */
	uint32_t *def;		/* value -> defining instruction; LAB_NONE: parameter */
};

struct lab_gunit {
	uint32_t source;	/* string */
	char *object;
	uint32_t record;	/* index of its record */
	uint32_t nfns, flags;
	uint32_t notes;		/* things the format could not hold */
};

/* A static initialiser, in program numbers. */
struct lab_ginit {
	uint32_t sym, field;	/* innermost field of the path, or LAB_NONE */
	uint32_t outer;		/* the field around that one, or LAB_NONE */
	uint32_t kind, target;
	int64_t value;
	uint8_t direct;		/* the path is that field alone */
	uint8_t plain;		/* the value is the target's own address */
	uint32_t unit;		/* that it stands in */
};

struct lab_gmacro { uint32_t name; int64_t value; uint32_t units; };

/* Bytes of one record; lab_prog_link() frees them unless told to keep. */
struct lab_record { uint8_t *bytes; size_t len; char *object; uint32_t source; uint64_t offset; };

/* pairs.c: sorted by key, no duplicates. */
struct lab_pair { uint32_t key, module; };
struct lab_pairs { struct lab_pair *all; struct lab_intern *ix; };
void lab_pairs_add(struct lab_pairs *p, uint32_t key, uint32_t module);
void lab_pairs_sort(struct lab_pairs *p);
const struct lab_pair *lab_pairs_of(const struct lab_pairs *p, uint32_t key, uint32_t *n);
void lab_pairs_free(struct lab_pairs *p);

struct lab_prog {
	struct lab_intern *strs, *types_ix, *fields_ix, *syms_ix, *statics_ix, *sources_ix;
	struct lab_type *types;		/* stb_ds arrays, program numbers */
	struct lab_field *fields;
	struct lab_gsym *syms;
	uint32_t *ext, *statics;	/* index entry -> symbol */
	struct lab_gfn *fns;
	struct lab_gunit *units;
	struct lab_ginit *inits;	/* after linking sorted by symbol, field */
	uint32_t *first_init;		/* by symbol; LAB_NONE: none */
	struct lab_gmacro *macros;
	struct lab_record *records;
	struct lab_fieldset *fieldsets;	/* devirt.c; index: field */
	uint8_t *table_types;		/* devirt.c; index: type; objects of it hold functions */
	struct lab_fieldset *varsets;	/* devirt.c; index: symbol; what the variable may point to */
	struct lab_intern *pairs_ix;	/* devirt.c; (outer, inner field) -> pairs */
	struct lab_fieldset *pairs;
	struct lab_home *homes;		/* devirt.c; index: function */
	uint8_t *written;		/* devirt.c; index: field; some pointer may write it */
	struct lab_fieldset **paramsets;	/* devirt.c; index: function, then parameter */
	uint32_t *module;		/* modules.c; index: unit */
	uint64_t *users;		/* modules.c; by module: the set of those that use it, itself among them */
	uint32_t nmodules, set_words;
	struct lab_pairs providers;	/* modules.c; by type: who puts functions into such objects */
	struct lab_pairs writers;	/* writers.c; by field: who sets it to something else than 0 */
	uint8_t *anybody;		/* writers.c; index: field */
	uint8_t *exported;		/* modules.c; index: symbol */
	bool exports;			/* some symbol is */
	uint32_t replaced;		/* records that a later input replaced */
	bool keep;			/* records outlive lab_prog_link() */
	unsigned int jobs;		/* threads that read records; 0 and 1: none of their own */
	uint64_t nraw;			/* bodies before merging */
};

struct lab_prog *lab_prog_new(void);
void lab_prog_free(struct lab_prog *p);

/*
 * Adds one record; a later record of the same source path replaces the earlier.
 * Copies the bytes.  0 or -EINVAL with *err filled.
 */
int lab_prog_add(struct lab_prog *p, const uint8_t *bytes, size_t len, const char *object,
		 uint64_t offset, struct lab_skel_err *err);
/*
 * Builds the program from the records, in the order of their source paths, so
 * that the result does not depend on the order of the inputs.  0 or -EINVAL
 * with *err and the object's name in *bad.
 */
int lab_prog_link(struct lab_prog *p, struct lab_skel_err *err, const char **bad);

const char *lab_prog_str(const struct lab_prog *p, uint32_t str);	/* "" for LAB_NONE */
/* The source, by the number of its path, is a header. */
bool lab_prog_is_header(const struct lab_prog *p, uint32_t file);
static inline const char *lab_prog_symname(const struct lab_prog *p, uint32_t sym)
{
	return lab_prog_str(p, p->syms[sym].name);
}
/* Number of the string if the program has it, else LAB_NONE. */
uint32_t lab_prog_find_str(const struct lab_prog *p, const char *s);
/* External symbol of that name, or LAB_NONE. */
uint32_t lab_prog_find_sym(const struct lab_prog *p, const char *name);
/*
 * A constant object with an initialiser that holds addresses: those of its
 * fields that lab_prog_init() does not know are zero.  Plain numbers beside
 * addresses are recorded, too; a string is not, but then the field is no pointer
 * to a function or an ops table.
 */
bool lab_prog_const_object(const struct lab_prog *p, uint32_t sym);
const struct lab_ginit *lab_prog_init(const struct lab_prog *p, uint32_t sym, uint32_t field);
/* Value of a recorded macro; 0 if some unit has it. */
int lab_prog_macro(const struct lab_prog *p, const char *name, int64_t *value);

/*
 * The function that a reference from unit means: through aliases; among several
 * definitions that of the unit itself, else the one whose source path shares
 * the longest prefix with the unit's (modules live in folders), strong before
 * weak, first in order.  LAB_NONE if the program has no body.
 */
uint32_t lab_prog_resolve(const struct lab_prog *p, uint32_t sym, uint32_t unit);

/* ---- devirt.c: which functions may a pointer of this field hold ----------- */
struct lab_fieldset {
	/*
	 * Symbols, ascending; stb_ds array: functions, or for a pointer to a table of
	 * functions the objects it may point to.
	 */
	uint32_t *fns;
	uint8_t open;		/* something unknown is stored there, too */
};
/*
 * Collects by field the functions whose address a store, an initialiser or an
 * argument puts there; lab_prog_link() calls it.
 */
void lab_devirt(struct lab_prog *p);
void lab_devirt_free(struct lab_prog *p);
/*
 * The same, told by the field around it as well: what is kept in `inner` of the
 * object that is member `outer` of another.  NULL if nothing is known to be.
 */
const struct lab_fieldset *lab_devirt_pair(const struct lab_prog *p, uint32_t outer, uint32_t inner);
/*
 * A function that stands in one table only, and that is called as
 * arg->field->member(... arg ...): while it runs, its argument's field points there.
 */
struct lab_home { uint32_t table, arg, field; };	/* table LAB_NONE: none known */
void lab_homes(struct lab_prog *p);	/* homes.c; lab_devirt() calls it */
void lab_modules(struct lab_prog *p);	/* modules.c; lab_prog_link() calls it */
/* The modules that use, or are, all of some; words 0: too many to tell. */
#define LAB_MODULE_WORDS 128
struct lab_module_set { uint64_t bits[LAB_MODULE_WORDS]; uint32_t words; bool some; };
struct lab_module_set lab_modules_common(const struct lab_prog *p, const uint32_t *modules, uint32_t n);
/* One of them uses, or is, this one as well. */
bool lab_module_meets(const struct lab_prog *p, const struct lab_module_set *set, uint32_t module);
void lab_writers(struct lab_prog *p);	/* writers.c; lab_prog_link() calls it */
/* The modules that set the member to something else than 0, *n of them; none: nobody can tell. */
const struct lab_pair *lab_field_writers(const struct lab_prog *p, uint32_t field, uint32_t *n);
/* Functions that direct calls pass as parameter i of fn; NULL if none is known. */
const struct lab_fieldset *lab_devirt_param(const struct lab_prog *p, uint32_t fn, uint32_t i);
/* Function symbol whose address the value is, or LAB_NONE. */
uint32_t lab_value_function(const struct lab_prog *p, const struct lab_gfn *f, uint32_t value);

#endif
