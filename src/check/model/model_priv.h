/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room share and nobody else sees: the words of the
 * language, the line under the parser's finger, and its small lexer.
 */
#ifndef LAB_MODEL_PRIV_H
#define LAB_MODEL_PRIV_H

#include <string.h>

#include "check/model/model.h"

extern const char *const lab_model_fact_word[LAB_FACT_COUNT];
extern const char *const lab_model_effect_word[LAB_EFFECT_COUNT];
extern const char *const lab_model_ctx_word[LAB_MODEL_CTX_COUNT];
extern const char *const lab_model_test_word[LAB_TEST_COUNT];

/* ---- model.c: building ------------------------------------------------------ */
/* A new, zeroed fact at the end, or NULL. */
struct lab_fact *lab_model_push(struct lab_model *m);
/* A copy that lives as long as the model, or NULL. */
const char *lab_model_strn(struct lab_model *m, const char *s, size_t n);
/* Sorts and indexes; to be called after the last lab_model_push().  0, or -1. */
int lab_model_index(struct lab_model *m);

/* ---- model_lex.c: words of a line ----------------------------------------- */
struct line {
	struct lab_model *m;
	struct lab_model_err *err;
	const char *start, *end;	/* of the fact, without provenance */
	const char *p;			/* what is read next */
	const char *file;
	uint32_t nr;
	struct lab_atom later[2];	/* "with ..." of the fact */
	uint8_t nlater;
};

struct word { const char *s; size_t n; };

static inline bool space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
static inline bool digit(char c) { return c >= '0' && c <= '9'; }
static inline bool alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool is(struct word w, const char *s)
{
	return strlen(s) == w.n && !memcmp(w.s, s, w.n);
}

/* Fill l->err with the place and both texts; all return -1. */
int lab_model_fail(struct line *l, const char *at, const char *what, const char *expected);
int lab_model_nomem(struct line *l);

void lab_model_skip(struct line *l);		/* white space */
struct word lab_model_word(struct line *l);	/* up to white space; empty at the end */
struct word lab_model_peek(struct line *l);
int lab_model_lookup(struct word w, const char *const *table, size_t n);	/* or -1 */
const char *lab_model_keep(struct line *l, const char *s, size_t n);
/* "arg12" at s; the length that it takes, or 0. */
size_t lab_model_arg(const char *s, const char *end, uint8_t *arg);
/* "STRUCT.FIELD" in w goes to the three; -1 if it is none. */
int lab_model_member(struct line *l, struct word w, bool *glob, const char **key,
		     const char **tag, const char **field);
bool lab_model_path_ok(const char *s, size_t n);	/* a.b.c */
int lab_model_ref(struct line *l, const char *s, const char *end, struct lab_model_ref *r);

/* ---- model_cond.c ------------------------------------------------------------ */
/*
 * What stands behind the fact proper: nothing, or "if COND or COND"; adds the
 * fact, once for each side of an "or".
 */
int lab_model_tail(struct line *l, struct lab_fact *f, bool may_cond);
/* "with ATOM and ATOM", if it stands here. */
int lab_model_with(struct line *l);

#endif
