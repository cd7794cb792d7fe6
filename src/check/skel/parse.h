/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser's inside: a cursor over the text and what it builds.  After the
 * first complaint the cursor stands at the end of the text and every call
 * returns something harmless, so a line need not be checked token by token.
 */
#ifndef LAB_SKEL_PARSE_H
#define LAB_SKEL_PARSE_H

#include "check/skel/skel_priv.h"
#include "check/skel/text.h"

/* Lines of a function, for complaints that come after the parsing. */
struct lab_parse_lines { uint32_t line; size_t first_ins; };

struct lab_parser {
	const char *at, *end;
	const char *start;	/* of this line */
	uint32_t line;
	struct lab_unit *u;
	struct lab_fn *f;	/* the function being read */
	int has_unit, failed;
	struct lab_skel_err *err;
	uint32_t *ins_lines;	/* stb_ds arrays */
	struct lab_parse_lines *fn_lines;
	char *scratch;
};

void lab_parse_fail(struct lab_parser *p, const char *expected, ...)
	__attribute__((format(printf, 2, 3)));
void lab_parse_blanks(struct lab_parser *p);	/* and a comment */
void lab_parse_lines(struct lab_parser *p);	/* and whole lines of them */
/* Takes this word if it is next; a word of letters ends where they end. */
int lab_parse_word(struct lab_parser *p, const char *word);
void lab_parse_expect(struct lab_parser *p, const char *word);
int lab_parse_is_letter(char c);
/* Digits that stand right here. */
uint64_t lab_parse_digits(struct lab_parser *p, uint64_t max);
/* If a slash follows, what stands behind it must be what the number means. */
void lab_parse_check_deco(struct lab_parser *p, const struct lab_buf *deco);
uint32_t lab_parse_u32(struct lab_parser *p);
int64_t lab_parse_i64(struct lab_parser *p);
uint32_t lab_parse_string(struct lab_parser *p);
uint32_t lab_parse_name(struct lab_parser *p, const char *const *names, uint32_t n,
			const char *what);
uint32_t lab_parse_flags(struct lab_parser *p, const char *const *names);
uint32_t lab_parse_ref(struct lab_parser *p, const char *mark, enum lab_ref kind, int may_be_none);
void lab_parse_loc(struct lab_parser *p, uint32_t *file, uint32_t *line, uint32_t *col);
/* Path elements that follow without a blank, onto an stb_ds array; how many. */
uint32_t lab_parse_elems(struct lab_parser *p, uint32_t **w);
/* ---- parse_ins.c --------------------------------------------------------------------------- */
/* An instruction, or the label that opens a block. */
void lab_parse_ins(struct lab_parser *p);

#endif
