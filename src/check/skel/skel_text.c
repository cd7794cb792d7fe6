// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Printing a unit as text: one line per table entry and per instruction, made
 * to be read beside the source, in a mail.  Strings are quoted where they are
 * used; they need no numbers, because no two are equal.
 */
#include <inttypes.h>
#include <stdlib.h>
#include "check/skel/skel_priv.h"
#include "check/skel/text.h"

const char *const lab_text_layout[LAB_OP_COUNT] = {
	[LAB_OP_CONST]  = " 1 0",
	[LAB_OP_STR]    = " 1 0",
	[LAB_OP_OPAQUE] = " 1 0",
	[LAB_OP_ADDR]   = " 1 0",
	[LAB_OP_LOAD]   = " 3 0 21",
	[LAB_OP_STORE]  = " 3 = 1 20",
	[LAB_OP_COPY]   = " 2 = 3 10",
	[LAB_OP_BIN]    = " 1 2, 3 0",
	[LAB_OP_UN]     = " 1 2 0",
	[LAB_OP_CAST]   = " 1 0",
	[LAB_OP_SELECT] = " 1 ? 2 : 3 0",
	[LAB_OP_PHI]    = " 1 0",
	[LAB_OP_CALL]   = " 24 0 31",
	[LAB_OP_CALLI]  = " 35 0 as 1 42",
	[LAB_OP_ASM]    = " 1 3 20",
	[LAB_OP_ASMOUT] = " 1 # 2 0",
	[LAB_OP_JUMP]   = " 0",
	[LAB_OP_BR]     = " 0 ? 2 : 3 1",
	[LAB_OP_SWITCH] = " 0 3 else 2 1",
	[LAB_OP_RET]    = " 1 0",
	[LAB_OP_GOTO]   = " 0 2 1",
	[LAB_OP_FORK]   = " 1 0",
	[LAB_OP_STOP]   = "",
};

#define NAME(n, s)     s,
#define NAME3(n, b, s) s,
#define NAME1(n, s)    s,
const char *const lab_text_type[LAB_TYPE_COUNT] = { LAB_TYPE_LIST(NAME) };
const char *const lab_text_sym[LAB_SYM_COUNT] = { LAB_SYM_LIST(NAME) };
const char *const lab_text_bin[LAB_BIN_COUNT] = { LAB_BIN_LIST(NAME1) };
const char *const lab_text_un[LAB_UN_COUNT] = { LAB_UN_LIST(NAME1) };
const char *const lab_text_opaque[LAB_OPAQUE_COUNT] = { LAB_OPAQUE_LIST(NAME) };
const char *const lab_text_symf[] = { LAB_SYMF_LIST(NAME3) NULL };
const char *const lab_text_insf[] = { LAB_INSF_LIST(NAME3) NULL };
const char *const lab_text_unitf[] = { "extract_only", NULL };

/* ---- decorations --------------------------------------------------------------------- */
static void deco_name(struct lab_buf *b, const char *s)
{
	for (; *s; s++)
		lab_buf_byte(b, *s > ' ' && *s < 127 && !strchr("\"();", *s) ? *s : '_');
}

/* A pointer to a pointer to ...: bounded, so that no table makes us recurse far. */
static void deco_type(struct lab_buf *b, const struct lab_unit *u, uint32_t n, int depth)
{
	const struct lab_type *t = &u->types[n];

	/* the name of a function type is its whole prototype: too much for a hint */
	if (*u->strs[t->name] && t->kind != LAB_TYPE_FUNC) {
		deco_name(b, u->strs[t->name]);
		return;
	}
	if (t->ref != LAB_NONE && depth < 8)
		deco_type(b, u, t->ref, depth + 1);
	else
		lab_buf_puts(b, lab_text_type[t->kind]);
	if (t->kind == LAB_TYPE_PTR)
		lab_buf_byte(b, '*');
	else if (t->kind == LAB_TYPE_ARRAY)
		lab_buf_printf(b, "[%" PRIu32 "]", t->count);
	else if (t->kind == LAB_TYPE_FUNC)
		lab_buf_puts(b, "()");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void lab_text_deco_var(struct lab_buf *b, const struct lab_unit *u, uint32_t name)
{
	deco_name(b, u->strs[name]);
}

void lab_text_deco(struct lab_buf *b, const struct lab_unit *u, enum lab_ref kind, uint32_t n)
{
	switch (kind) {
	case LAB_REF_FILE:
		deco_name(b, base_name(u->strs[u->files[n]]));
		break;
	case LAB_REF_TYPE:
		deco_type(b, u, n, 0);
		break;
	case LAB_REF_FIELD:
		deco_name(b, u->strs[u->fields[n].name]);
		break;
	case LAB_REF_SYM:
		deco_name(b, u->strs[u->syms[n].name]);
		break;
	default:
		break;
	}
}

/* ---- atoms ----------------------------------------------------------------------------- */
struct out {
	struct lab_buf b;
	const struct lab_unit *u;
	const struct lab_fn *f;
};

static void number(struct out *o, uint64_t x)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + x % 10);
		x /= 10;
	} while (x);
	lab_buf_add(&o->b, digits + n, sizeof(digits) - n);
}

static void signed_number(struct out *o, int64_t x)
{
	if (x < 0)
		lab_buf_byte(&o->b, '-');
	number(o, x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
}

/* mark, number, decoration: "t3/int", or "t-" for none. */
static void ref(struct out *o, const char *mark, enum lab_ref kind, uint32_t n)
{
	size_t before;

	lab_buf_puts(&o->b, mark);
	if (n == LAB_NONE) {
		lab_buf_byte(&o->b, '-');
		return;
	}
	number(o, n);
	before = o->b.n;
	lab_buf_byte(&o->b, '/');
	lab_text_deco(&o->b, o->u, kind, n);
	if (o->b.n == before + 1)
		o->b.n = before;
}

static void quoted(struct out *o, const char *s)
{
	lab_buf_byte(&o->b, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			lab_buf_printf(&o->b, "\\%c", c);
		else if (c == '\n')
			lab_buf_puts(&o->b, "\\n");
		else if (c == '\t')
			lab_buf_puts(&o->b, "\\t");
		else if (c < ' ' || c > '~')
			lab_buf_printf(&o->b, "\\x%02x", c);
		else
			lab_buf_byte(&o->b, c);
	}
	lab_buf_byte(&o->b, '"');
}

static void string(struct out *o, uint32_t n)
{
	quoted(o, o->u->strs[n]);
}

/* " {a,b}", or nothing. */
static void flags(struct out *o, uint32_t set, const char *const *names)
{
	const char *before = " {";

	if (!set)
		return;
	for (; *names; names++, set >>= 1) {
		if (!(set & 1))
			continue;
		lab_buf_puts(&o->b, before);
		lab_buf_puts(&o->b, *names);
		before = ",";
	}
	lab_buf_byte(&o->b, '}');
}

static void location(struct out *o, uint32_t file, uint32_t line, uint32_t col)
{
	ref(o, "!", LAB_REF_FILE, file);
	if (file == LAB_NONE && !line && !col)
		return;
	lab_buf_byte(&o->b, ':');
	number(o, line);
	lab_buf_byte(&o->b, ':');
	number(o, col);
}

static void value(struct out *o, uint32_t v)
{
	lab_buf_byte(&o->b, '%');
	number(o, v);
}

static void block(struct out *o, uint32_t b)
{
	lab_buf_byte(&o->b, 'b');
	number(o, b);
}

static void element(struct out *o, uint32_t kind, uint32_t arg)
{
	switch (kind) {
	case LAB_ELEM_FIELD:
		ref(o, ".", LAB_REF_FIELD, arg);
		break;
	case LAB_ELEM_INDEX:
		lab_buf_byte(&o->b, '[');
		number(o, arg);
		lab_buf_byte(&o->b, ']');
		break;
	case LAB_ELEM_INDEXV:
		lab_buf_byte(&o->b, '[');
		value(o, arg);
		lab_buf_byte(&o->b, ']');
		break;
	case LAB_ELEM_OFF:
		lab_buf_byte(&o->b, '+');
		signed_number(o, (int32_t)arg);
		break;
	case LAB_ELEM_VIEW:
		ref(o, ":t", LAB_REF_TYPE, arg);
		break;
	default:
		lab_buf_byte(&o->b, '~');
		number(o, arg);
	}
}

static void var(struct out *o, char mark, uint32_t n, const struct lab_var *v)
{
	lab_buf_byte(&o->b, mark);
	number(o, n);
	if (*o->u->strs[v->name]) {
		lab_buf_byte(&o->b, '/');
		lab_text_deco_var(&o->b, o->u, v->name);
	}
}

static void place(struct out *o, const uint32_t *w)
{
	uint32_t i;

	switch (w[0]) {
	case LAB_BASE_SYM:
		ref(o, "@", LAB_REF_SYM, w[1]);
		break;
	case LAB_BASE_LOCAL:
		var(o, '$', w[1], &o->f->locals[w[1]]);
		break;
	case LAB_BASE_PARAM:
		var(o, '^', w[1], &o->f->params[w[1]]);
		break;
	default:
		lab_buf_byte(&o->b, '*');
		value(o, w[1]);
	}
	for (i = 0; i < w[2]; i++)
		element(o, w[3 + 2 * i], w[4 + 2 * i]);
}

/* ---- instructions ---------------------------------------------------------------------- */
static int64_t wide(const uint32_t w[2])
{
	return (int64_t)((uint64_t)w[1] << 32 | w[0]);
}

static void listed(struct out *o, char kind, const uint32_t *w)
{
	uint32_t i, n = *w++;

	lab_buf_byte(&o->b, '(');
	for (i = 0; i < n; i++) {
		if (i)
			lab_buf_puts(&o->b, ", ");
		switch (kind) {
		case 'V':
			value(o, w[i]);
			break;
		case 'B':
			block(o, w[i]);
			break;
		case 'k':
			block(o, w[2 * i + 1]);
			lab_buf_puts(&o->b, ": ");
			value(o, w[2 * i]);
			break;
		default:
			signed_number(o, wide(w + 5 * i));
			if (wide(w + 5 * i) != wide(w + 5 * i + 2)) {
				lab_buf_puts(&o->b, "..");
				signed_number(o, wide(w + 5 * i + 2));
			}
			lab_buf_puts(&o->b, ": ");
			block(o, w[5 * i + 4]);
		}
	}
	lab_buf_byte(&o->b, ')');
}

static void operand(struct out *o, unsigned int op, char kind, const uint32_t *w)
{
	switch (kind) {
	case 't':
		ref(o, "t", LAB_REF_TYPE, *w);
		break;
	case 's':
		ref(o, "@", LAB_REF_SYM, *w);
		break;
	case 'S':
		string(o, *w);
		break;
	case 'v':
		value(o, *w);
		break;
	case 'b':
		block(o, *w);
		break;
	case 'o':
		lab_buf_puts(&o->b, (op == LAB_OP_BIN ? lab_text_bin : lab_text_un)[*w]);
		break;
	case 'f':
		flags(o, *w, lab_text_insf);
		break;
	case 'u':
		if (op == LAB_OP_OPAQUE)
			lab_buf_puts(&o->b, lab_text_opaque[*w]);
		else
			number(o, *w);
		break;
	case 'i':
		signed_number(o, wide(w));
		break;
	case 'l':
		location(o, w[0], w[1], w[2]);
		break;
	case 'p':
		place(o, w);
		break;
	default:
		listed(o, kind, w);
	}
}

struct operands { const uint32_t *w[10]; char kind[10]; int n; };

static void note_operand(void *ctx, char kind, uint32_t *words)
{
	struct operands *all = ctx;

	all->w[all->n] = words;
	all->kind[all->n++] = kind;
}

static void instruction(struct out *o, const struct lab_ins *ins)
{
	struct operands all = { .n = 0 };
	const char *p;

	lab_ins_visit(ins->op, o->f->words + ins->words, ins->nwords, note_operand, &all);
	lab_buf_byte(&o->b, '\t');
	if (ins->res != LAB_NONE) {
		value(o, ins->res);
		lab_buf_puts(&o->b, " = ");
	}
	lab_buf_puts(&o->b, lab_op_name[ins->op]);
	for (p = lab_text_layout[ins->op]; *p; p++)
		if (*p >= '0' && *p - '0' < all.n)
			operand(o, ins->op, all.kind[*p - '0'], all.w[*p - '0']);
		else
			lab_buf_byte(&o->b, *p);
	lab_buf_byte(&o->b, '\n');
}

static void variable(struct out *o, const char *keyword, char mark, uint32_t n,
		     const struct lab_var *v)
{
	lab_buf_puts(&o->b, keyword);
	lab_buf_byte(&o->b, mark);
	number(o, n);
	lab_buf_byte(&o->b, ' ');
	string(o, v->name);
	lab_buf_byte(&o->b, ' ');
	ref(o, "t", LAB_REF_TYPE, v->type);
	lab_buf_byte(&o->b, '\n');
}

static void function(struct out *o, const struct lab_fn *f)
{
	uint32_t i, b;

	o->f = f;
	lab_buf_puts(&o->b, "func ");
	ref(o, "@", LAB_REF_SYM, f->sym);
	lab_buf_byte(&o->b, ' ');
	ref(o, "t", LAB_REF_TYPE, f->type);
	lab_buf_byte(&o->b, ' ');
	location(o, f->file, f->line, f->col);
	lab_buf_puts(&o->b, " to ");
	number(o, f->end_line);
	lab_buf_byte(&o->b, '\n');
	for (i = 0; i < f->nparams; i++)
		variable(o, "param ", '%', i, &f->params[i]);
	for (i = 0; i < f->nlocals; i++)
		variable(o, "local ", '$', i, &f->locals[i]);
	for (b = 0; b < f->nblocks; b++) {
		block(o, b);
		lab_buf_puts(&o->b, ":\n");
		for (i = 0; i < f->blocks[b].count; i++)
			instruction(o, &f->ins[f->blocks[b].first + i]);
	}
}

void lab_text_fn(struct lab_buf *b, const struct lab_unit *u, const struct lab_fn *f)
{
	struct out o = { *b, u, f };

	function(&o, f);
	*b = o.b;
}

/* ---- tables ------------------------------------------------------------------------------ */
static void header(struct out *o)
{
	const struct lab_unit *u = o->u;
	const struct { const char *word; uint32_t str; } words[] = {
		{ "unit source ", u->source }, { " cwd ", u->cwd },
		{ " compiler ", u->compiler }, { " target ", u->target },
		{ " plugin ", u->plugin },
	};
	uint32_t i;

	lab_buf_printf(&o->b, LAB_TEXT_MAGIC " %u", LABYRINTH_SKEL_VERSION);
	flags(o, u->flags, lab_text_unitf);
	lab_buf_byte(&o->b, '\n');
	for (i = 0; i < u->nstrs; i++) {
		lab_buf_printf(&o->b, "str %" PRIu32 " ", i);
		string(o, i);
		lab_buf_byte(&o->b, '\n');
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		lab_buf_puts(&o->b, words[i].word);
		string(o, words[i].str);
	}
	lab_buf_printf(&o->b, " ptr %" PRIu32 "\n", u->ptr_size);
	for (i = 0; i < u->nfiles; i++) {
		lab_buf_printf(&o->b, "file %" PRIu32 " ", i);
		string(o, u->files[i]);
		lab_buf_byte(&o->b, '\n');
	}
}

static void type(struct out *o, uint32_t n)
{
	const struct lab_type *t = &o->u->types[n];

	lab_buf_printf(&o->b, "type %" PRIu32 " %s ", n, lab_text_type[t->kind]);
	string(o, t->name);
	if (t->size)
		lab_buf_printf(&o->b, " size %" PRIu32, t->size);
	if (t->ref != LAB_NONE)
		ref(o, " ref t", LAB_REF_TYPE, t->ref);
	if (t->count)
		lab_buf_printf(&o->b, " count %" PRIu32, t->count);
	lab_buf_byte(&o->b, '\n');
}

static void field(struct out *o, uint32_t n)
{
	const struct lab_field *f = &o->u->fields[n];

	lab_buf_printf(&o->b, "field %" PRIu32, n);
	ref(o, " t", LAB_REF_TYPE, f->owner);
	lab_buf_byte(&o->b, ' ');
	string(o, f->name);
	ref(o, " t", LAB_REF_TYPE, f->type);
	lab_buf_printf(&o->b, " at %" PRIu32, f->bitoff);
	if (f->bits)
		lab_buf_printf(&o->b, " width %" PRIu32, f->bits);
	lab_buf_byte(&o->b, '\n');
}

static void symbol(struct out *o, uint32_t n)
{
	const struct lab_sym *s = &o->u->syms[n];

	lab_buf_printf(&o->b, "sym %" PRIu32 " %s ", n, lab_text_sym[s->kind]);
	string(o, s->name);
	ref(o, " t", LAB_REF_TYPE, s->type);
	lab_buf_byte(&o->b, ' ');
	location(o, s->file, s->line, s->col);
	if (s->asmname != LAB_NONE) {
		lab_buf_puts(&o->b, " asm ");
		string(o, s->asmname);
	}
	if (s->alias != LAB_NONE)
		lab_buf_printf(&o->b, " alias @%" PRIu32, s->alias);
	if (s->section != LAB_NONE) {
		lab_buf_puts(&o->b, " section ");
		string(o, s->section);
	}
	flags(o, s->flags, lab_text_symf);
	lab_buf_byte(&o->b, '\n');
}

static void initialiser(struct out *o, const struct lab_init *in)
{
	uint32_t i;

	ref(o, "init @", LAB_REF_SYM, in->sym);
	for (i = 0; i < in->npath; i++)
		element(o, in->path[i].kind, in->path[i].arg);
	lab_buf_puts(&o->b, " = ");
	if (in->kind == LAB_INITV_INT) {
		signed_number(o, in->value);
	} else {
		ref(o, "@", LAB_REF_SYM, in->target);
		for (i = 0; i < in->ntpath; i++)
			element(o, in->tpath[i].kind, in->tpath[i].arg);
	}
	lab_buf_byte(&o->b, '\n');
}

static void rest(struct out *o)
{
	const struct lab_unit *u = o->u;
	uint32_t i;

	for (i = 0; i < u->nmacros; i++) {
		lab_buf_puts(&o->b, "macro ");
		string(o, u->macros[i].name);
		lab_buf_printf(&o->b, " %" PRId64 "\n", u->macros[i].value);
	}
	for (i = 0; i < u->ninits; i++)
		initialiser(o, &u->inits[i]);
	for (i = 0; i < u->ntopasm; i++) {
		lab_buf_puts(&o->b, "topasm ");
		string(o, u->topasm[i]);
		lab_buf_byte(&o->b, '\n');
	}
	for (i = 0; i < u->nnotes; i++) {
		lab_buf_puts(&o->b, "note ");
		string(o, u->notes[i].what);
		lab_buf_printf(&o->b, " %" PRIu32 "\n", u->notes[i].count);
	}
}

char *lab_skel_print(const struct lab_unit *u)
{
	struct out o = { .u = u };
	uint32_t i;

	header(&o);
	for (i = 0; i < u->ntypes; i++)
		type(&o, i);
	for (i = 0; i < u->nfields; i++)
		field(&o, i);
	for (i = 0; i < u->nsyms; i++)
		symbol(&o, i);
	rest(&o);
	for (i = 0; i < u->nfns; i++)
		function(&o, u->fns[i]);
	lab_buf_puts(&o.b, "end\n");
	return lab_buf_string(&o.b);
}
