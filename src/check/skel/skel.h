/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Skeletons in memory: built by the compiler plugin, decoded by the linker,
 * printed and parsed by the text form.  This room knows bytes and tables; what
 * a call means is nobody's business here.
 *
 * Ownership: a unit owns everything reachable from it; lab_unit_free() frees
 * it.  Arrays are grown by the lab_unit_* and lab_fn_* calls only and must not
 * be freed or resized by others.  Nothing here prints or exits; errors come
 * back in struct lab_skel_err.  No call is thread safe for one unit, all are
 * for different ones.
 */
#ifndef LAB_SKEL_H
#define LAB_SKEL_H

#include <stddef.h>
#include <stdint.h>
#include <labyrinth/skel.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lab_type  { uint32_t kind, size, name, ref, count; };
struct lab_field { uint32_t owner, name, type, bitoff, bits; };
struct lab_sym {
	uint32_t kind, flags, name, asmname, type;
	uint32_t file, line, col;	/* declaration; file may be LAB_NONE */
	uint32_t alias, section;	/* LAB_NONE if none */
};
struct lab_macro { uint32_t name; int64_t value; };
struct lab_elem_s { uint32_t kind, arg; };	/* see LAB_ELEM_LIST */
struct lab_init {
	uint32_t sym;
	uint32_t npath; struct lab_elem_s *path;
	uint32_t kind;			/* LAB_INITV_* */
	int64_t value;			/* INT */
	uint32_t target;		/* ADDR: symbol */
	uint32_t ntpath; struct lab_elem_s *tpath;
};
struct lab_note { uint32_t what, count; };
struct lab_var  { uint32_t name, type; };	/* parameter or local */

/* words: offset of the first word in the function's word pool */
struct lab_ins {
	uint8_t op;
	uint32_t res;			/* value defined, or LAB_NONE */
	uint32_t words, nwords;
};
struct lab_block { uint32_t first, count; };	/* instructions */

struct lab_fn {
	uint32_t sym, type, file, line, col, end_line;
	struct lab_var *params;   uint32_t nparams;
	struct lab_var *locals;   uint32_t nlocals;
	struct lab_block *blocks; uint32_t nblocks;
	struct lab_ins *ins;      uint32_t nins;
	uint32_t *words;          uint32_t nwords;
	uint32_t nvalues;	/* parameters first: value i is parameter i */
};

/* One function as it lies in a record; valid as long as the bytes are. */
struct lab_fn_raw {
	const uint8_t *code; size_t len;	/* head and code, after refs */
	uint32_t sym;				/* unit symbol */
	/* reference lists, unit numbers: string, file, type, field, symbol */
	uint32_t *refs[5]; uint32_t nrefs[5];
};
enum lab_ref { LAB_REF_STR, LAB_REF_FILE, LAB_REF_TYPE, LAB_REF_FIELD, LAB_REF_SYM };

struct lab_unit {
	char **strs;             uint32_t nstrs;	/* NUL terminated */
	uint32_t *files;         uint32_t nfiles;	/* strings */
	struct lab_type *types;  uint32_t ntypes;
	struct lab_field *fields; uint32_t nfields;
	struct lab_sym *syms;    uint32_t nsyms;
	struct lab_macro *macros; uint32_t nmacros;
	struct lab_init *inits;  uint32_t ninits;
	uint32_t *topasm;        uint32_t ntopasm;	/* strings */
	struct lab_note *notes;  uint32_t nnotes;
	/* decoded bodies (builder, text, lab_skel_read with bodies) ... */
	struct lab_fn **fns;     uint32_t nfns;
	/* ... or raw ones (lab_skel_read without bodies) */
	struct lab_fn_raw *raw;  uint32_t nraw;

	uint32_t source, cwd, compiler, target, plugin;	/* strings */
	uint32_t ptr_size;
	uint32_t flags;		/* LABYRINTH_SKEL_F_* */
	void *priv;		/* arena and hash tables of the builder */
};

/*
 * Where a record is wrong: byte offset in what was given, and why.  In text,
 * offset is the line and column (from 1) the place in it.
 */
#define LAB_NO_OFFSET UINT64_MAX	/* it is the file as a whole */
struct lab_skel_err {
	uint64_t offset;
	uint32_t column;
	char why[160];
};

/* ---- skel_unit.c: building ---------------------------------------------- */
struct lab_unit *lab_unit_new(void);
void lab_unit_free(struct lab_unit *u);
/* These return table numbers; equal entries get the same number. */
uint32_t lab_unit_str(struct lab_unit *u, const char *s);
uint32_t lab_unit_strn(struct lab_unit *u, const char *s, size_t n);	/* stops at a NUL */
uint32_t lab_unit_file(struct lab_unit *u, const char *path);
uint32_t lab_unit_type(struct lab_unit *u, const struct lab_type *t);
uint32_t lab_unit_field(struct lab_unit *u, const struct lab_field *f);
/* Symbols are never merged: the caller knows identity. The entry may be changed later. */
uint32_t lab_unit_sym(struct lab_unit *u, const struct lab_sym *s);
void lab_unit_macro(struct lab_unit *u, const char *name, int64_t value);
void lab_unit_init(struct lab_unit *u, const struct lab_init *i);	/* copies the paths */
void lab_unit_topasm(struct lab_unit *u, const char *text);
void lab_unit_note(struct lab_unit *u, const char *what, uint32_t count);	/* adds up */

/* A function is built block by block, values numbered as they come. */
struct lab_fn *lab_fn_new(struct lab_unit *u, uint32_t sym);	/* appended to u->fns */
uint32_t lab_fn_param(struct lab_unit *u, struct lab_fn *f, uint32_t name, uint32_t type);
uint32_t lab_fn_local(struct lab_unit *u, struct lab_fn *f, uint32_t name, uint32_t type);
void lab_fn_block(struct lab_unit *u, struct lab_fn *f);	/* opens the next block */
/* Appends an instruction; returns its value (LAB_NONE where it defines none). */
uint32_t lab_fn_ins(struct lab_unit *u, struct lab_fn *f, unsigned int op,
		    const uint32_t *words, uint32_t nwords);

/* ---- skel_ops.c: walking words by signature ------------------------------ */
extern const char *const lab_op_name[LAB_OP_COUNT];
extern const char *const lab_op_sig[LAB_OP_COUNT];
static inline int lab_op_is_term(unsigned int op) { return op >= LAB_OP_JUMP; }
/*
 * Calls visit(ctx, kind, words) for each operand in order; kind is the
 * signature letter, words points at its first word (writable).  Returns the
 * number of words seen, or -1 if the words do not fit the signature.
 */
typedef void (*lab_operand_fn)(void *ctx, char kind, uint32_t *words);
int lab_ins_visit(unsigned int op, uint32_t *words, uint32_t nwords,
		  lab_operand_fn visit, void *ctx);
/* Likewise, but for each value used (also inside places and phis) ... */
typedef void (*lab_value_fn)(void *ctx, uint32_t *value);
int lab_ins_uses(unsigned int op, uint32_t *words, uint32_t nwords,
		 lab_value_fn visit, void *ctx);
/* ... or each block a terminator may go to. */
typedef void (*lab_block_fn)(void *ctx, uint32_t *block);
int lab_ins_targets(unsigned int op, uint32_t *words, uint32_t nwords,
		    lab_block_fn visit, void *ctx);

/* ---- skel_reduce.c: drop what decides nothing ----------------------------- */
/*
 * Removes values that no event or guard uses, branches whose sides agree, and
 * blocks without content; renumbers values and blocks.  Loads, stores, calls,
 * asm and returns stay.
 */
void lab_fn_reduce(struct lab_unit *u, struct lab_fn *f);

/* ---- skel_write.c --------------------------------------------------------- */
/*
 * The record as malloc()ed bytes, padded with zeros to 8.  0, -ENOMEM, or
 * -EINVAL if the unit is one that lab_skel_read() would refuse: words that do
 * not fit their signature, numbers out of range, a block without terminator...
 */
int lab_skel_write(const struct lab_unit *u, uint8_t **out, size_t *len);
/* The same without the bytes: 0, or -EINVAL and err->why says what is wrong. */
int lab_skel_verify(const struct lab_unit *u, struct lab_skel_err *err);

/* ---- skel_read.c ---------------------------------------------------------- */
/*
 * Reads the record at data[*pos], leaves *pos behind it and its padding.
 * bodies: decode functions into u->fns; else u->raw points into data.
 * Returns the unit, or NULL with *err filled; NULL with err->why[0] == 0 at the end.
 * Any record it accepts, lab_skel_write() writes back to the same bytes.
 */
struct lab_unit *lab_skel_read(const uint8_t *data, size_t len, size_t *pos, int bodies,
			       struct lab_skel_err *err);
/*
 * Goes past the record without reading more of it than its unit's source path, which
 * it returns, a string in data; what is behind that is not looked at.  *pos, NULL and
 * *err as above.
 */
const char *lab_skel_peek(const uint8_t *data, size_t len, size_t *pos, struct lab_skel_err *err);
/*
 * Decodes one raw body.  map[ref] translates unit numbers to others (NULL: as
 * they are), so that a linker gets its own numbers without a second walk.
 * The result is one malloc()ed block: free() it.  NULL with *err on bad bytes.
 */
struct lab_fn *lab_skel_decode(const struct lab_fn_raw *raw, const uint32_t *const map[5],
			       struct lab_skel_err *err);

/* ---- skel_text.c, skel_parse.c -------------------------------------------- */
/* Text of a unit, malloc()ed and NUL terminated. */
char *lab_skel_print(const struct lab_unit *u);
/* Parses the text of one or more units; on error NULL, err->offset is the line. */
struct lab_unit *lab_skel_parse(const char *text, size_t len, size_t *pos,
				struct lab_skel_err *err);

#ifdef __cplusplus
}
#endif
#endif
