// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which sources are core code: those with a function that another folder calls, in a
 * folder that many others call into.  Core code serves many kinds of objects, and a flag in an object says which
 * kind it is: that both a lock is held and the flag says "may sleep" is not to be
 * taken to be possible.  A driver's own flags say what state it is in.
 *
 * Policy: SERVES or more folders.  That depends on what is in the program: a driver
 * checked alone has no core in it.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define SERVES 8

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

bool lab_same_folder(const struct lab_prog *p, uint32_t a, uint32_t b)
{
	const char *x = lab_prog_str(p, a), *y = lab_prog_str(p, b);
	size_t n = folder_len(x);

	return a == b || (n == folder_len(y) && !memcmp(x, y, n));
}

/* Number of the folder of a source, which is the number of a string. */
static uint32_t folder_of(struct lab_solver *s, struct lab_intern *ix, uint32_t file)
{
	const char *path = lab_prog_str(s->p, file);

	return lab_intern(ix, path, folder_len(path), NULL);
}

bool lab_is_core(const struct lab_solver *s, uint32_t file)
{
	const char *path = lab_prog_str(s->p, file);
	uint32_t n = lab_intern_find(s->folders, path, folder_len(path));

	return n != UINT32_MAX && s->serves[n] >= SERVES && s->outside[file];
}

void lab_find_core(struct lab_solver *s)
{
	struct lab_intern *pairs = lab_intern_new();
	uint32_t nfns = arrlenu(s->p->fns);

	s->folders = lab_intern_new();
	s->outside = calloc(lab_intern_count(s->p->strs) + 1, 1);
	if (!s->outside)
		abort();
	for (uint32_t f = 0; f < nfns; f++) {
		const struct lab_fn *b = s->p->fns[f].body;

		for (uint32_t i = 0; i < b->nins; i++) {
			uint32_t key[2], to;
			int fresh;

			if (b->ins[i].op != LAB_OP_CALL)
				continue;
			to = lab_prog_resolve(s->p, b->words[b->ins[i].words + 2], s->p->fns[f].unit);
			if (to == LAB_NONE || s->p->fns[to].body->file == b->file)
				continue;
			key[0] = folder_of(s, s->folders, s->p->fns[to].body->file);
			key[1] = folder_of(s, s->folders, b->file);
			while (arrlenu(s->serves) < lab_intern_count(s->folders))
				arrput(s->serves, 0);
			if (key[0] == key[1])
				continue;
			s->outside[s->p->fns[to].body->file] = 1;
			lab_intern(pairs, key, sizeof(key), &fresh);
			s->serves[key[0]] += fresh;
		}
	}
	lab_intern_free(pairs);
	for (uint32_t f = 0; f < nfns && !s->some_core; f++)
		s->some_core = lab_is_core(s, s->p->fns[f].body->file);
}
