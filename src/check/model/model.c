// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Models: storage, merging, lookup.  All facts lie in one array, sorted so that
 * the facts of one name are neighbours; lookup is a binary search over the exact
 * names, then a walk over the few globs, longest first.  A later file replaces
 * an earlier one's facts per name and slot, never per line: half a
 * function's old facts beside half of its new ones would mean something that no
 * file says.
 */
#include <fnmatch.h>
#include <stdlib.h>

#include "check/model/model_priv.h"

#define LAB_PAIRS "linux-pairs.model"

enum slot { SLOT_SLEEP = 1, SLOT_CONTEXT = 2, SLOT_RETURN = 4, SLOT_CALLS = 8, SLOT_FIELD = 16,
	    SLOT_TEST = 32, SLOT_OWN = 128,
	    SLOT_BODY = 64 + SLOT_SLEEP + SLOT_CONTEXT, SLOT_ALL = 47 };

#define SLOT_OF(n, s, slot) SLOT_##slot,
static const uint8_t slot_of[] = { LAB_FACT_LIST(SLOT_OF) };

/* Text lives in chunks that never move. */
struct chunk {
	struct chunk *next;
	size_t used, size;
	char data[];
};

const char *lab_model_strn(struct lab_model *m, const char *s, size_t n)
{
	struct chunk *c = m->strings;
	char *p;

	if (!c || c->size - c->used < n + 1) {
		size_t size = n + 1 > 16384 ? n + 1 : 16384;

		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		c->next = m->strings;
		c->used = 0;
		c->size = size;
		m->strings = c;
	}
	p = c->data + c->used;
	memcpy(p, s, n);
	p[n] = 0;
	c->used += n + 1;
	return p;
}

static int grow(struct lab_model *m, uint32_t want)
{
	uint32_t cap = m->cap ? m->cap : 256;
	struct lab_fact *f;

	while (cap < want)
		cap *= 2;
	if (cap == m->cap)
		return 0;
	f = realloc(m->facts, cap * sizeof(*f));
	if (!f)
		return -1;
	m->facts = f;
	m->cap = cap;
	return 0;
}

struct lab_fact *lab_model_push(struct lab_model *m)
{
	struct lab_fact *f;

	if (grow(m, m->nfacts + 1))
		return NULL;
	f = &m->facts[m->nfacts];
	memset(f, 0, sizeof(*f));
	f->order = m->nfacts++;
	return f;
}

/* Exact functions, exact fields, function globs, field globs. */
static int class_of(const struct lab_fact *f)
{
	return 2 * f->glob + (f->kind == LAB_FACT_FIELD);
}

static int by_key(const void *x, const void *y)
{
	const struct lab_fact *a = x, *b = y;
	int d = class_of(a) - class_of(b);

	if (!d && a->glob) {
		size_t la = strlen(a->key), lb = strlen(b->key);

		d = (la < lb) - (la > lb);
	}
	if (!d)
		d = strcmp(a->key, b->key);
	if (!d)
		d = (a->order > b->order) - (a->order < b->order);
	return d;
}

int lab_model_index(struct lab_model *m)
{
	struct lab_model_name *names = calloc(m->nfacts + 1, sizeof(*names)), *n = names;
	uint32_t i;

	if (!names)
		return -1;
	if (m->nfacts)
		qsort(m->facts, m->nfacts, sizeof(*m->facts), by_key);
	free(m->names[0]);
	memset(m->names, 0, sizeof(m->names));
	memset(m->nnames, 0, sizeof(m->nnames));
	m->names[0] = names;	/* owns the block */
	for (i = 0; i < m->nfacts; i++) {
		const struct lab_fact *f = &m->facts[i];
		int c = class_of(f);

		if (!i || class_of(f - 1) != c || strcmp(f[-1].key, f->key)) {
			if (!m->nnames[c])
				m->names[c] = n;
			n->name = f->key;
			n->first = i;
			n++;
			m->nnames[c]++;
		}
		n[-1].count++;
	}
	return 0;
}

static const struct lab_model_name *search(const struct lab_model *m, int c, const char *key)
{
	uint32_t lo = 0, hi = m->nnames[c];

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int d = strcmp(key, m->names[c][mid].name);

		if (!d)
			return &m->names[c][mid];
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static const struct lab_fact *find(const struct lab_model *m, int c, const char *key, uint32_t *n)
{
	const struct lab_model_name *e = search(m, c, key);
	uint32_t i;

	for (i = 0; !e && i < m->nnames[c + 2]; i++)
		if (!fnmatch(m->names[c + 2][i].name, key, 0))
			e = &m->names[c + 2][i];
	*n = e ? e->count : 0;
	return e ? &m->facts[e->first] : NULL;
}

const struct lab_fact *lab_model_find(const struct lab_model *m, const char *name, uint32_t *n)
{
	return find(m, 0, name, n);
}

const struct lab_fact *lab_model_field(const struct lab_model *m, const char *tag,
				       const char *field, uint32_t *n)
{
	char key[256];
	size_t a = strlen(tag), b = strlen(field);

	*n = 0;
	if (a + b + 2 > sizeof(key))
		return NULL;
	memcpy(key, tag, a);
	key[a] = '.';
	memcpy(key + a + 1, field, b + 1);
	return find(m, 1, key, n);
}

/* The slots that the facts of one name claim. */
static unsigned int claims(const struct lab_model *m, const struct lab_model_name *e)
{
	unsigned int slots = 0;
	uint32_t i;

	for (i = e->first; i < e->first + e->count; i++)
		slots |= slot_of[m->facts[i].kind];
	return slots;
}

static bool overridden(const struct lab_fact *f, const struct lab_model *later)
{
	const struct lab_model_name *e = NULL;
	unsigned int mine = f->kind == LAB_FACT_NEUTRAL ? SLOT_SLEEP | SLOT_CONTEXT :
			    slot_of[f->kind];
	int c = class_of(f);
	uint32_t i;

	if (c < 2)
		e = search(later, c, f->key);
	else
		for (i = 0; !e && i < later->nnames[c]; i++)
			if (!strcmp(later->names[c][i].name, f->key))
				e = &later->names[c][i];
	return e && (mine & claims(later, e));
}

static int merge(struct lab_model *m, struct lab_model *later, bool replace)
{
	uint32_t i, n = 0, order = 0;
	struct chunk *c, **end = (struct chunk **)&later->strings;

	if (grow(m, m->nfacts + later->nfacts)) {
		lab_model_free(later);
		return -1;
	}
	for (i = 0; i < m->nfacts; i++) {
		struct lab_fact f = m->facts[i];

		if (f.order >= order)
			order = f.order + 1;
		if (!replace || !overridden(&f, later))
			m->facts[n++] = f;
	}
	for (i = 0; i < later->nfacts; i++) {
		m->facts[n] = later->facts[i];
		m->facts[n++].order += order;
	}
	m->nfacts = n;
	while (*end)
		end = &(*end)->next;
	c = m->strings;
	m->strings = later->strings;
	later->strings = NULL;
	if (!m->strings)
		m->strings = c;
	else
		*end = c;
	lab_model_free(later);
	return lab_model_index(m);
}

int lab_model_merge(struct lab_model *m, struct lab_model *later)
{
	return merge(m, later, true);
}

int lab_model_add(struct lab_model *m, struct lab_model *more)
{
	return merge(m, more, false);
}

/* Whether a fact of a facts file adds to what m says. */
static bool adds(const struct lab_model *m, const struct lab_fact *f)
{
	const struct lab_model_name *e = search(m, class_of(f), f->key);
	uint32_t n;

	if (e)
		return !(slot_of[f->kind] & claims(m, e));
	return f->kind == LAB_FACT_FIELD ? !lab_model_field(m, f->name, f->field, &n) :
					   !lab_model_find(m, f->name, &n);
}

/* What m says about a name stands beside what the facts say of it. */
static int copy_beside(struct lab_model *to, const struct lab_model *m, const struct lab_fact *f)
{
	uint32_t n = 0, order;
	const struct lab_fact *own = f->kind == LAB_FACT_FIELD ?
		lab_model_field(m, f->name, f->field, &n) : lab_model_find(m, f->name, &n);

	for (uint32_t i = 0; i < n; i++) {
		struct lab_fact *new = lab_model_push(to);

		if (!new)
			return -1;
		order = new->order;
		*new = own[i];
		new->order = order;
	}
	return 0;
}

const char *lab_model_own(struct lab_model *m, const char *s)
{
	return lab_model_strn(m, s, strlen(s));
}

int lab_model_beyond(struct lab_model *m, struct lab_model *facts)
{
	uint32_t kept = 0, n;

	for (uint32_t i = 0; i < facts->nfacts; i++)
		if (!facts->facts[i].glob && adds(m, &facts->facts[i])) {
			facts->facts[kept] = facts->facts[i];
			facts->facts[kept++].beyond = true;
		}
	n = facts->nfacts = kept;
	for (uint32_t i = 0; i < n; i++) {
		struct lab_fact f = facts->facts[i];

		if ((!i || strcmp(facts->facts[i - 1].key, f.key)) && copy_beside(facts, m, &f)) {
			lab_model_free(facts);
			return -1;
		}
	}
	if (lab_model_index(facts)) {
		lab_model_free(facts);
		return -1;
	}
	lab_model_free(m->beyond);
	m->beyond = facts;
	return 0;
}

void lab_model_free(struct lab_model *m)
{
	struct chunk *c;

	if (!m)
		return;
	lab_model_free(m->beyond);
	while ((c = m->strings)) {
		m->strings = c->next;
		free(c);
	}
	free(m->names[0]);
	free(m->facts);
	free(m);
}

int lab_model_pairs(struct lab_model *m, struct lab_model_err *err)
{
	const struct lab_model_text *t = lab_model_texts;
	struct lab_model *pairs;

	while (t->name && strcmp(t->name, LAB_PAIRS))
		t++;
	pairs = lab_model_parse(t->text, t->len, t->name, err);
	return pairs ? lab_model_add(m, pairs) : -1;
}

struct lab_model *lab_model_builtin(struct lab_model_err *err)
{
	struct lab_model *m = lab_model_parse("", 0, "", err);
	const struct lab_model_text *t;

	for (t = lab_model_texts; m && t->name; t++) {
		struct lab_model *next;

		if (!strcmp(t->name, LAB_PAIRS))	/* asked for by name */
			continue;
		next = lab_model_parse(t->text, t->len, t->name, err);
		if (!next || lab_model_merge(m, next)) {
			lab_model_free(m);
			return NULL;
		}
	}
	return m;
}

int lab_model_compiled(struct lab_model *m, struct lab_model_err *err)
{
	struct lab_model *facts = lab_model_parse(lab_model_facts.text, lab_model_facts.len,
						  lab_model_facts.name, err);

	if (!facts)
		return -1;
	facts->name = lab_model_facts.name;
	return lab_model_beyond(m, facts);
}

bool lab_fact_in_mode(const struct lab_fact *f, bool rt)
{
	int i;

	/* a facts file speaks of the plain kernel, whose locks are others */
	if (rt && f->beyond && (f->kind == LAB_FACT_ENTER || f->kind == LAB_FACT_LEAVE ||
				f->kind == LAB_FACT_QUIET))
		return false;
	for (i = 0; i < f->natoms; i++)
		if (f->atom[i].kind == LAB_ATOM_RT && f->atom[i].negated == rt)
			return false;
	return true;
}

bool lab_fact_replaces_body(const struct lab_fact *f)
{
	return f->kind == LAB_FACT_SLEEP || f->kind == LAB_FACT_NOSLEEP ||
	       f->kind == LAB_FACT_WORKER ||
	       f->kind == LAB_FACT_ENTER || f->kind == LAB_FACT_LEAVE ||
	       f->kind == LAB_FACT_NEUTRAL;
}

bool lab_fact_is_ownership(const struct lab_fact *f)
{
	return slot_of[f->kind] == SLOT_OWN;
}

bool lab_fact_doubts(const struct lab_fact *f)
{
	for (int i = 0; i < f->natoms; i++)
		if (f->atom[i].kind == LAB_ATOM_UNSEEN)
			return true;
	return false;
}
