/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The skeleton format, version 1: what the compiler plugin says about one
 * translation unit, and all that the checker ever reads about it.
 *
 * A skeleton keeps each function as a small SSA program: the control flow, the
 * calls, the loads and stores with their access paths, the values that decide
 * branches or reach calls.  It knows no locks and no sleeping: spin_lock() is a
 * call like any other, so that the models which give names a meaning can
 * change without a rebuild.
 *
 * Carrier: section .discard.labyrinth of the object, flags "e".  modpost and
 * objtool accept .discard.*, "ld -r" keeps it, a final link drops it.  Linkers
 * put the records of several objects behind each other with zero padding, so a
 * record says its own length and starts on 8 bytes.
 *
 * Byte order is little endian everywhere, whatever the target.
 *
 *   record  := header payload          (header.length bytes, then zero padding)
 *   payload := section*                 (in the order of LAB_SEC_LIST, each once)
 *   section := tag:u byte_length:u body
 *
 * u is an unsigned LEB128 number in its shortest form, i a zigzag one; a
 * reader refuses any longer spelling, so that there is one encoding per
 * skeleton and text -> binary -> text loses nothing.  Every table starts with
 * its number of entries; a reference that may be none is stored plus one, none
 * as 0.  No two entries of a table but SYM, INIT and TOPASM are equal.
 *
 * The file compiles as C11 and C++14: the plugin is C++ because GCC is.
 */
#ifndef LABYRINTH_SKEL_H
#define LABYRINTH_SKEL_H

#include <stdint.h>

#define LABYRINTH_SKEL_SECTION	".discard.labyrinth"
#define LABYRINTH_SKEL_MAGIC	0x4b53424cu	/* "LBSK" read as little endian */
#define LABYRINTH_SKEL_MAGIC_BE	0x4c42534bu	/* what a foreign byte order shows */
#define LABYRINTH_SKEL_VERSION	1u
#define LABYRINTH_SKEL_ALIGN	8u

/* The first bytes of a record.  Written field by field, never by memcpy. */
struct labyrinth_skel_header {
	uint32_t magic;		/* LABYRINTH_SKEL_MAGIC */
	uint16_t version;	/* LABYRINTH_SKEL_VERSION */
	uint16_t header_length;	/* 32; a later version may append */
	uint32_t length;	/* header and payload, without padding */
	uint32_t flags;		/* LABYRINTH_SKEL_F_* */
	uint64_t hash;		/* XXH3_64bits of the payload, seed from the flags */
	uint64_t reserved;	/* 0 */
};
#define LABYRINTH_SKEL_HEADER_LENGTH 32u

#define LABYRINTH_SKEL_F_EXTRACT_ONLY	0x1u	/* the object holds facts, no code */
#define LABYRINTH_SKEL_F_ALL		0x1u
/* The flags are no part of the payload, but damage to them must not pass. */
#define LABYRINTH_SKEL_SEED(flags)	((flags) ^ LABYRINTH_SKEL_F_EXTRACT_ONLY)

/*
 * Sections.  Tables come first and are numbered from 0 in file order; every
 * reference is such a number.
 *
 *  UNIT    source path, working directory (may be empty), compiler, target,
 *          plugin version, pointer size
 *  STR     strings, each ended by a NUL
 *  FILE    source files: string
 *  TYPE    kind, size in bytes, name (string), ref (type or none: pointee,
 *          element, result), count (array elements)
 *  FIELD   owner (type), name (string; empty if anonymous), type, offset in bits,
 *          width in bits (0: not a bit-field)
 *  SYM     functions and variables: kind, flags, name, assembler name (or none),
 *          type, place of declaration, alias target (symbol or none), section
 *          (string or none)
 *  MACRO   name, value: constants of the preprocessor the solver needs, such as
 *          the gfp bits of this very kernel
 *  INIT    static initialisers: variable, path inside it, value
 *  TOPASM  top-level asm texts (the kernel's exports and initcalls live there)
 *  NOTE    reason, count: what this unit had and this format cannot hold
 *  FUNC    function bodies
 */
#define LAB_SEC_LIST(X) \
	X(UNIT,   1, "unit")   \
	X(STR,    2, "str")    \
	X(FILE,   3, "file")   \
	X(TYPE,   4, "type")   \
	X(FIELD,  5, "field")  \
	X(SYM,    6, "sym")    \
	X(MACRO,  7, "macro")  \
	X(INIT,   8, "init")   \
	X(TOPASM, 9, "topasm") \
	X(NOTE,  10, "note")   \
	X(FUNC,  11, "func")

#define LAB_TYPE_LIST(X) \
	X(VOID,   "void")   \
	X(BOOL,   "bool")   \
	X(INT,    "int")    \
	X(UINT,   "uint")   \
	X(ENUM,   "enum")   \
	X(PTR,    "ptr")    \
	X(STRUCT, "struct") \
	X(UNION,  "union")  \
	X(ARRAY,  "array")  \
	X(FUNC,   "func")   \
	X(FLOAT,  "float")  \
	X(VECTOR, "vector") \
	X(OTHER,  "other")

#define LAB_SYM_LIST(X) \
	X(FUNC,     "func")     \
	X(VAR,      "var")      \
	X(INTERNAL, "internal")	/* a compiler internal function, such as .UBSAN_NULL */

#define LAB_SYMF_LIST(X) \
	X(STATIC,   0, "static")    /* not visible outside the unit */ \
	X(DEFINED,  1, "defined")   /* body or initialiser is in this unit */ \
	X(WEAK,     2, "weak")      \
	X(INLINE,   3, "inline")    /* declared inline */ \
	X(ALWAYS,   4, "always_inline") \
	X(NORETURN, 5, "noreturn")  \
	X(CONST,    6, "const")     /* variable cannot change */ \
	X(IFUNC,    7, "ifunc")     \
	X(CTOR,     8, "ctor")      \
	X(DTOR,     9, "dtor")      \
	X(LOCAL,   10, "local")     /* static variable of a function */ \
	X(TLS,     11, "tls")       \
	X(BUILTIN, 12, "builtin")   \
	X(VARARGS, 13, "varargs")   \
	X(WEAKREF, 14, "weakref")   \
	X(COMDAT,  15, "comdat")    \
	X(NOINSTR, 16, "noinstr")   /* no_instrument_function: must stay untraced */

/*
 * Where a load, store or address points: a base and a path.
 *   SYM    a function or variable        base = symbol
 *   LOCAL  a local variable in memory    base = index into the function's locals
 *   PARAM  a parameter that lives in memory   base = its index
 *   DEREF  what a pointer points to      base = value
 */
#define LAB_BASE_LIST(X) \
	X(SYM,   "@") \
	X(LOCAL, "$") \
	X(PARAM, "^") \
	X(DEREF, "*")

/*
 * Path elements, two words each:
 *   FIELD  arg = field;  INDEX  arg = constant index;  INDEXV  arg = value;
 *   OFF    arg = byte offset (two's complement, 32 bits);
 *   VIEW   arg = type: the same bytes read as another type
 *   PART   arg = first bit: a bit range that no field names
 */
#define LAB_ELEM_LIST(X) \
	X(FIELD,  ".")  \
	X(INDEX,  "[")  \
	X(INDEXV, "[%") \
	X(OFF,    "+")  \
	X(VIEW,   ":")  \
	X(PART,   "~")

/*
 * Instructions.  The signature says what stands in the words of an
 * instruction, in order; fixed ones come first.
 *   r  defines a value (takes no word; numbered after the parameters, in order)
 *   t  type        s  symbol     S  string     v  value      b  block
 *   o  operator of LAB_BIN_LIST/LAB_UN_LIST    f  flags      u  number
 *   i  signed 64-bit number, two words, low one first
 *   l  location, three words: file (LAB_NONE: unknown), line, column
 *   p  place: base kind, base, n, then n path elements of two words
 *   V  n, then n values      B  n, then n blocks
 *   k  n, then n pairs (value, predecessor block)
 *   w  n, then n cases of five words: low (two), high (two), block
 *
 * Every block ends in exactly one of the terminators (jump and below).
 * A value is defined once and before its uses on every path, as in any SSA
 * form; phi nodes come first in their block.
 *
 *  const   an integer; null is the integer 0 of pointer type
 *  str     a string literal the checker may want (arguments of labyrinth_*)
 *  opaque  a value this format does not describe; u = LAB_OPAQUE_*
 *  addr    the address of a place; touches no memory
 *  load    reads a place;  store  writes value to place;  copy  dst, src: aggregates
 *  select  c ? a : b
 *  call    result type, flags, callee, location, arguments.  The result value
 *          exists even if void.  An aggregate result is followed by its store.
 *  calli   result type, type of the function, flags, pointer, location, arguments
 *  asm     flags, text, location, inputs (memory operands as addresses); the
 *          result is a token for asmout, one per output
 *  br      condition, location, block if not 0, block if 0
 *  switch  value, location, default block, cases
 *  ret     location, 0 or 1 values
 *  goto    computed goto: value, location, possible targets
 *  fork    any of these blocks may follow (asm goto, exceptions, nonlocal goto)
 *  stop    control does not come here (after a noreturn call, unreachable)
 */
#define LAB_OP_LIST(X) \
	X(CONST,  "const",  "rti")     \
	X(STR,    "str",    "rtS")     \
	X(OPAQUE, "opaque", "rtu")     \
	X(ADDR,   "addr",   "rtp")     \
	X(LOAD,   "load",   "rtflp")   \
	X(STORE,  "store",  "fvlp")    \
	X(COPY,   "copy",   "flpp")    \
	X(BIN,    "bin",    "rtovv")   \
	X(UN,     "un",     "rtov")    \
	X(CAST,   "cast",   "rtv")     \
	X(SELECT, "select", "rtvvv")   \
	X(PHI,    "phi",    "rtk")     \
	X(CALL,   "call",   "rtfslV")  \
	X(CALLI,  "calli",  "rttfvlV") \
	X(ASM,    "asm",    "rfSlV")   \
	X(ASMOUT, "asmout", "rtvu")    \
	X(JUMP,   "jump",   "b")       \
	X(BR,     "br",     "vlbb")    \
	X(SWITCH, "switch", "vlbw")    \
	X(RET,    "ret",    "lV")      \
	X(GOTO,   "goto",   "vlB")     \
	X(FORK,   "fork",   "lB")      \
	X(STOP,   "stop",   "")

/* Operators.  Signed and unsigned differ where the result does. */
#define LAB_BIN_LIST(X) \
	X(ADD, "add") X(SUB, "sub") X(AND, "and") X(OR, "or") X(XOR, "xor") \
	X(SHL, "shl") X(SHR, "shr") X(SAR, "sar") \
	X(EQ, "eq") X(NE, "ne") X(LT, "lt") X(LE, "le") X(GT, "gt") X(GE, "ge") \
	X(ULT, "ult") X(ULE, "ule") X(UGT, "ugt") X(UGE, "uge") \
	X(MUL, "mul") X(DIV, "div") X(MOD, "mod") X(MIN, "min") X(MAX, "max")
#define LAB_UN_LIST(X) \
	X(NOT, "not")	/* ~x */ \
	X(NEG, "neg")	/* -x */ \
	X(LNOT, "lnot")	/* !x, of a bool */ \
	X(ABS, "abs")

#define LAB_OPAQUE_LIST(X) \
	X(UNKNOWN, "unknown") X(ARITH, "arith") X(FLOAT, "float") X(VECTOR, "vector") \
	X(COMPLEX, "complex") X(UNDEF, "undef") X(STRLIT, "strlit") X(LABEL, "label") \
	X(BITS, "bits") X(AGGREGATE, "aggregate") X(WIDE, "wide")

/* Flags of load, store, copy, call, asm (word f). */
#define LAB_INSF_LIST(X) \
	X(VOLATILE, 0, "volatile") \
	X(NORETURN, 1, "noreturn") \
	X(TAIL,     2, "tail")     \
	X(MEMORY,   3, "memory")   /* asm clobbers memory */ \
	X(GOTO,     4, "goto")     /* asm goto */ \
	X(PARTIAL,  5, "partial")  /* text or operands were cut */ \
	X(BITFIELD, 6, "bitfield") \
	X(MACRO,    7, "macro")    /* stands in the expansion of a macro */ \
	X(CLEANUP,  8, "cleanup")  /* emitted by the compiler for a cleanup */

/* Static initialiser values. */
#define LAB_INITV_LIST(X) \
	X(INT,  "int")  \
	X(ADDR, "addr")

#define LAB_NONE UINT32_MAX	/* no string, type, symbol, file */

#define LAB_ENUM_SEC(n, v, s)  LAB_SEC_##n = v,
#define LAB_ENUM_TYPE(n, s)    LAB_TYPE_##n,
#define LAB_ENUM_SYM(n, s)     LAB_SYM_##n,
#define LAB_ENUM_SYMF(n, b, s) LAB_SYMF_##n = 1 << b,
#define LAB_ENUM_BASE(n, s)    LAB_BASE_##n,
#define LAB_ENUM_ELEM(n, s)    LAB_ELEM_##n,
#define LAB_ENUM_OP(n, s, sig) LAB_OP_##n,
#define LAB_ENUM_BIN(n, s)     LAB_BIN_##n,
#define LAB_ENUM_UN(n, s)      LAB_UN_##n,
#define LAB_ENUM_OPAQUE(n, s)  LAB_OPAQUE_##n,
#define LAB_ENUM_INSF(n, b, s) LAB_INSF_##n = 1 << b,
#define LAB_ENUM_INITV(n, s)   LAB_INITV_##n,
enum lab_sec       { LAB_SEC_LIST(LAB_ENUM_SEC) LAB_SEC_END };
enum lab_type_kind { LAB_TYPE_LIST(LAB_ENUM_TYPE) LAB_TYPE_COUNT };
enum lab_sym_kind  { LAB_SYM_LIST(LAB_ENUM_SYM) LAB_SYM_COUNT };
enum lab_symf      { LAB_SYMF_LIST(LAB_ENUM_SYMF) LAB_SYMF_ALL = (1 << 17) - 1 };
enum lab_base      { LAB_BASE_LIST(LAB_ENUM_BASE) LAB_BASE_COUNT };
enum lab_elem      { LAB_ELEM_LIST(LAB_ENUM_ELEM) LAB_ELEM_COUNT };
enum lab_op        { LAB_OP_LIST(LAB_ENUM_OP) LAB_OP_COUNT };
enum lab_bin       { LAB_BIN_LIST(LAB_ENUM_BIN) LAB_BIN_COUNT };
enum lab_un        { LAB_UN_LIST(LAB_ENUM_UN) LAB_UN_COUNT };
enum lab_opaque    { LAB_OPAQUE_LIST(LAB_ENUM_OPAQUE) LAB_OPAQUE_COUNT };
enum lab_insf      { LAB_INSF_LIST(LAB_ENUM_INSF) LAB_INSF_ALL = (1 << 9) - 1 };
enum lab_initv     { LAB_INITV_LIST(LAB_ENUM_INITV) LAB_INITV_COUNT };

/*
 * A function body:
 *   func := byte_length:u refs head code
 *   refs := the body's own reference table: five counted lists of table numbers
 *           (strings, files, types, fields, symbols), each in order of first use,
 *           each number as i: distance from the one before it plus one.
 *           head and code name entries of these lists, so a body reads the same
 *           in every unit that includes its header, and can be recognised by
 *           the hash of its bytes and of what its refs stand for.
 *   head := symbol type location end_line (i: from line)
 *           nparams nlocals nblocks ninstructions nwords
 *           {name:string type} of the parameters, then of the locals
 *   code := per block: number of instructions, then instructions:
 *           opcode, then its words as u.  Values as distance back from the next
 *           value number less one; in a phi as i without that less one, since
 *           it may look forward.  OFF, i and case values as i.  Locations as a
 *           difference to the one before (see skel_code.c).
 * A symbol has one body at most.
 */
#endif
