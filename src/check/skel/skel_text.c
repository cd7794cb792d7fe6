// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Printing a unit as text: one line per table entry and per instruction, made
 * to be read beside the source, in a mail.  Strings are quoted where they are
 * used; they need no numbers, because no two are equal.
 */
#include <inttypes.h>
#include "check/skel/print.h"

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

/* ---- tables ------------------------------------------------------------------------------ */
static void header(struct lab_text_out *o)
{
	const struct lab_unit *u = o->u;
	const struct { const char *word; uint32_t str; } words[] = {
		{ "unit source ", u->source }, { " cwd ", u->cwd },
		{ " compiler ", u->compiler }, { " target ", u->target },
		{ " plugin ", u->plugin },
	};
	uint32_t i;

	lab_buf_printf(&o->b, LAB_TEXT_MAGIC " %u", LABYRINTH_SKEL_VERSION);
	lab_text_flags(o, u->flags, lab_text_unitf);
	lab_buf_byte(&o->b, '\n');
	for (i = 0; i < u->nstrs; i++) {
		lab_buf_printf(&o->b, "str %" PRIu32 " ", i);
		lab_text_str(o, i);
		lab_buf_byte(&o->b, '\n');
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		lab_buf_puts(&o->b, words[i].word);
		lab_text_str(o, words[i].str);
	}
	lab_buf_printf(&o->b, " ptr %" PRIu32 "\n", u->ptr_size);
	for (i = 0; i < u->nfiles; i++) {
		lab_buf_printf(&o->b, "file %" PRIu32 " ", i);
		lab_text_str(o, u->files[i]);
		lab_buf_byte(&o->b, '\n');
	}
}

static void type(struct lab_text_out *o, uint32_t n)
{
	const struct lab_type *t = &o->u->types[n];

	lab_buf_printf(&o->b, "type %" PRIu32 " %s ", n, lab_text_type[t->kind]);
	lab_text_str(o, t->name);
	if (t->size)
		lab_buf_printf(&o->b, " size %" PRIu32, t->size);
	if (t->ref != LAB_NONE)
		lab_text_ref(o, " ref t", LAB_REF_TYPE, t->ref);
	if (t->count)
		lab_buf_printf(&o->b, " count %" PRIu32, t->count);
	lab_buf_byte(&o->b, '\n');
}

static void field(struct lab_text_out *o, uint32_t n)
{
	const struct lab_field *f = &o->u->fields[n];

	lab_buf_printf(&o->b, "field %" PRIu32, n);
	lab_text_ref(o, " t", LAB_REF_TYPE, f->owner);
	lab_buf_byte(&o->b, ' ');
	lab_text_str(o, f->name);
	lab_text_ref(o, " t", LAB_REF_TYPE, f->type);
	lab_buf_printf(&o->b, " at %" PRIu32, f->bitoff);
	if (f->bits)
		lab_buf_printf(&o->b, " width %" PRIu32, f->bits);
	lab_buf_byte(&o->b, '\n');
}

static void symbol(struct lab_text_out *o, uint32_t n)
{
	const struct lab_sym *s = &o->u->syms[n];

	lab_buf_printf(&o->b, "sym %" PRIu32 " %s ", n, lab_text_sym[s->kind]);
	lab_text_str(o, s->name);
	lab_text_ref(o, " t", LAB_REF_TYPE, s->type);
	lab_buf_byte(&o->b, ' ');
	lab_text_loc(o, s->file, s->line, s->col);
	if (s->asmname != LAB_NONE) {
		lab_buf_puts(&o->b, " asm ");
		lab_text_str(o, s->asmname);
	}
	if (s->alias != LAB_NONE)
		lab_buf_printf(&o->b, " alias @%" PRIu32, s->alias);
	if (s->section != LAB_NONE) {
		lab_buf_puts(&o->b, " section ");
		lab_text_str(o, s->section);
	}
	lab_text_flags(o, s->flags, lab_text_symf);
	lab_buf_byte(&o->b, '\n');
}

static void initialiser(struct lab_text_out *o, const struct lab_init *in)
{
	uint32_t i;

	lab_text_ref(o, "init @", LAB_REF_SYM, in->sym);
	for (i = 0; i < in->npath; i++)
		lab_text_elem(o, in->path[i].kind, in->path[i].arg);
	lab_buf_puts(&o->b, " = ");
	if (in->kind == LAB_INITV_INT) {
		lab_text_signed(o, in->value);
	} else {
		lab_text_ref(o, "@", LAB_REF_SYM, in->target);
		for (i = 0; i < in->ntpath; i++)
			lab_text_elem(o, in->tpath[i].kind, in->tpath[i].arg);
	}
	lab_buf_byte(&o->b, '\n');
}

static void rest(struct lab_text_out *o)
{
	const struct lab_unit *u = o->u;
	uint32_t i;

	for (i = 0; i < u->nmacros; i++) {
		lab_buf_puts(&o->b, "macro ");
		lab_text_str(o, u->macros[i].name);
		lab_buf_printf(&o->b, " %" PRId64 "\n", u->macros[i].value);
	}
	for (i = 0; i < u->ninits; i++)
		initialiser(o, &u->inits[i]);
	for (i = 0; i < u->ntopasm; i++) {
		lab_buf_puts(&o->b, "topasm ");
		lab_text_str(o, u->topasm[i]);
		lab_buf_byte(&o->b, '\n');
	}
	for (i = 0; i < u->nnotes; i++) {
		lab_buf_puts(&o->b, "note ");
		lab_text_str(o, u->notes[i].what);
		lab_buf_printf(&o->b, " %" PRIu32 "\n", u->notes[i].count);
	}
}

char *lab_skel_print(const struct lab_unit *u)
{
	struct lab_text_out o = { .u = u };
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
		lab_text_body(&o, u->fns[i]);
	lab_buf_puts(&o.b, "end\n");
	return lab_buf_string(&o.b);
}
