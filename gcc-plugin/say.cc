// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings about the unit, as GCC's own diagnostics: a warning at the sleeping
 * call with a path of numbered events, from the place that became atomic down
 * to it.
 *
 * The library judges the very record that goes into the object, with the models
 * compiled in: "labyrinth check" of the object says the same.  Nothing here
 * touches declarations, facts or code.
 *
 * Policy: a finding is a warning without an -W option.  -w silences it, -Werror
 * leaves it a warning (our new rule must not break other people's builds), the
 * argument "error" makes it an error.  Findings in system headers follow
 * -Wsystem-headers.
 */
#include "say.h"
#define STBDS_REALLOC(c, p, s)	xrealloc(p, s)	/* GCC poisons the plain ones */
#define STBDS_FREE(c, p)	free(p)
#include <stb/stb_ds.h>
extern "C" {
#include "check/check.h"
}

#define ROOTS_SHOWN 3

struct mouth {
	struct lab_gcc_unit *x;
	struct lab_check *c;
	pretty_printer pp;	/* of events: GCC's own keeps the prefix of its last words */
};

/* ---- rules the user wants left out ------------------------------------------------- */

static bool is_listed(const char *list, const char *id)
{
	size_t n = strlen(id);

	for (const char *s = list; s && *s; s += *s == ',') {
		size_t k = strcspn(s, ",");

		if (k == n && !strncmp(s, id, n))
			return true;
		s += k;
	}
	return false;
}

const char *lab_gcc_bad_rule(const char *list)
{
	for (const char *s = list; *s; s += *s == ',') {
		size_t k = strcspn(s, ",");
		char *word = xstrndup(s, k);

		if (!lab_rule_find(word))
			return word;
		free(word);
		s += k;
	}
	return NULL;
}

/* ---- from the words of facts back to GCC's numbers ----------------------------------- */

/* Source line behind the last one that the map can hold. */
static linenum_type end_of(unsigned int i)
{
	const line_map_ordinary *map = LINEMAPS_ORDINARY_MAP_AT(line_table, i);
	location_t end = i + 1 < LINEMAPS_ORDINARY_USED(line_table) ?
		MAP_START_LOCATION(LINEMAPS_ORDINARY_MAP_AT(line_table, i + 1)) :
		line_table->highest_location + 1;

	return ORDINARY_MAP_STARTING_LINE_NUMBER(map) + 1 +
	       ((end - 1 - MAP_START_LOCATION(map)) >> map->m_column_and_range_bits);
}

/* The place in this map, if it names line and column, or the line at least. */
static location_t place_in(const line_map_ordinary *map, uint32_t line, uint32_t col)
{
	location_t loc = linemap_position_for_line_and_column(line_table, map, line, col);
	expanded_location e = expand_location(loc);

	if (e.line != (int)line || !e.file)
		return UNKNOWN_LOCATION;
	if (e.column != (int)col)	/* a column too far right for this map */
		loc = linemap_position_for_line_and_column(line_table, map, line, 0);
	return loc;
}

static location_t place_in_file(const char *path, uint32_t line, uint32_t col)
{
	for (unsigned int i = 0; i < LINEMAPS_ORDINARY_USED(line_table); i++) {
		const line_map_ordinary *map = LINEMAPS_ORDINARY_MAP_AT(line_table, i);
		location_t loc;

		if (ORDINARY_MAP_FILE_NAME(map) != path ||
		    line < ORDINARY_MAP_STARTING_LINE_NUMBER(map) || line >= end_of(i))
			continue;
		loc = place_in(map, line, col);
		if (loc != UNKNOWN_LOCATION)
			return loc;
	}
	return UNKNOWN_LOCATION;
}

/* Facts call a file by its mapped name; the unit still knows GCC's for it. */
static location_t place_of(struct lab_gcc_unit *x, const char *file, uint32_t line, uint32_t col)
{
	for (unsigned int i = 0; i < x->file_ptrs.length(); i++) {
		location_t loc;

		if (strcmp(x->u->strs[x->u->files[x->file_nums[i]]], file))
			continue;
		loc = place_in_file(x->file_ptrs[i], line, col);
		if (loc != UNKNOWN_LOCATION)
			return loc;
	}
	return UNKNOWN_LOCATION;
}

static bool is_called(tree decl, const char *name)
{
	if (DECL_NAME(decl) && !strcmp(IDENTIFIER_POINTER(DECL_NAME(decl)), name))
		return true;
	if (!DECL_ASSEMBLER_NAME_SET_P(decl))
		return false;
	const char *s = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));
	return !strcmp(s + (*s == '*'), name);
}

/* The declaration with a body, or NULL_TREE: then the path does without. */
static tree function_called(const char *name)
{
	struct cgraph_node *node;

	FOR_EACH_FUNCTION(node)
		if (node->has_gimple_body_p() && is_called(node->decl, name))
			return node->decl;
	return NULL_TREE;
}

/* ---- saying it -------------------------------------------------------------------------- */

/* What happens in frame i, in the words of the report. */
static void add_event(struct mouth *m, const struct lab_origin *o, int i, int depth,
		      lab_gcc_path *path)
{
	const struct lab_frame *f = &o->frames[i];
	location_t loc = place_of(m->x, f->file, f->line, f->col);
	char *where = loc != UNKNOWN_LOCATION ? xstrdup("") :
		xasprintf(" (%s:%u)", f->file, f->line);
	tree decl = function_called(f->function);
	char *by = i + 1 == arrlen(o->frames) || !*o->frames[i + 1].by ? xstrdup("") :
		xasprintf(" (by %s)", o->frames[i + 1].by);

	if (f->text)
		path->add_event(loc, decl, depth, "%s%s", f->text, where);
	else if (!strcmp(f->role, "enters"))
		path->add_event(loc, decl, depth, "becomes atomic here (%s)%s", o->context, where);
	else if (!strcmp(f->role, "starts"))
		path->add_event(loc, decl, depth, "%qs runs in atomic context (%s): %s%s",
				f->function, o->context, o->why, where);
	else
		path->add_event(loc, decl, depth, "%qs calls %qs%s%s%s%s%s%s", f->function,
				o->frames[i + 1].function,
				i + 2 == arrlen(o->frames) ? ", which " : "",
				i + 2 == arrlen(o->frames) ? o->ends : "", by,
				*f->when ? ", when " : "", f->when, where);
	free(by);
	free(where);
}

static void fill_path(struct mouth *m, const struct lab_origin *o, lab_gcc_path *path)
{
	int depth = 0;

	int n = arrlen(o->frames);

	if (n && !o->frames[n - 1].text)	/* what sleeps is part of its call's words */
		n--;
	for (int i = 0; i < n; i++) {
		depth += i && !strcmp(o->frames[i - 1].role, "calls");
		add_event(m, o, i, depth, path);
	}
}

static bool headline(struct mouth *m, rich_location *at, const struct lab_finding *f)
{
	char *where = at->get_loc() != UNKNOWN_LOCATION ? xstrdup("") :
		xasprintf("%s:%u: ", f->file, f->line);
	char *text = xasprintf("%s%s [labyrinth::%s]", where, f->message, f->rule->id);
	bool was = lab_gcc_werror(global_dc), said = true;

	if (m->x->opts->error) {
		error_at(at, "%s", text);
	} else {
		lab_gcc_set_werror(global_dc, false);
		said = warning_at(at, 0, "%s", text);
		lab_gcc_set_werror(global_dc, was);
	}
	free(text);
	free(where);
	return said;
}

static void further_root(struct mouth *m, location_t loc, const struct lab_origin *o)
{
	lab_gcc_path path(&m->pp);
	rich_location at(line_table, loc);

	fill_path(m, o, &path);
	at.set_path(&path);
	inform(&at, "also reached like this");
}

static void finding(struct mouth *m, const struct lab_finding *f)
{
	location_t loc = place_of(m->x, f->file, f->line, f->col);
	tree was = current_function_decl;
	int n = arrlen(f->roots);
	auto_diagnostic_group together;
	lab_gcc_path path(&m->pp);
	rich_location at(line_table, loc);

	if (!lab_gcc_warns_at(loc))
		return;
	fill_path(m, &f->roots[0], &path);
	at.set_path(&path);
	current_function_decl = function_called(f->function);	/* "In function ..." */
	if (headline(m, &at, f)) {
		for (int i = 1; i < n && i < ROOTS_SHOWN; i++)
			further_root(m, loc, &f->roots[i]);
		if (n > ROOTS_SHOWN)
			inform(loc, "and from %d more places (%<labyrinth check --format=json%> "
			       "lists them)", n - ROOTS_SHOWN);
	}
	current_function_decl = was;
	if (m->x->opts->verbose)
		fprintf(stderr, "labyrinth: fingerprint %s: %s:%u: %s\n", f->fingerprint, f->file,
			f->line, f->rule->id);
}

/* What we cannot judge is our fault: say so, and let the compile go on. */
static bool judge(struct mouth *m, const struct lab_model *model, const uint8_t *record, size_t len)
{
	struct lab_check_options o = {};
	struct lab_skel_err err = {};
	const char *bad = "";

	o.rt = m->x->opts->rt;
	if (!lab_check_add(m->c, record, len, "", 0, &err) &&
	    !lab_check_run(m->c, model, &o, &err, &bad))
		return true;
	inform(UNKNOWN_LOCATION, "labyrinth: internal error, this file is not checked: %s", err.why);
	return false;
}

void lab_gcc_say(struct lab_gcc_unit *x, const uint8_t *record, size_t len)
{
	struct lab_model_err err = {};
	struct lab_model *model;
	struct mouth m;

	if (!lab_gcc_warns_at(UNKNOWN_LOCATION))
		return;
	model = lab_model_builtin(&err);
	if (!model || lab_model_compiled(model, &err)) {
		lab_model_free(model);
		inform(UNKNOWN_LOCATION, "labyrinth: internal error, this file is not checked: "
		       "%s:%u: %s", err.file, err.line, err.why);
		return;
	}
	m.x = x;
	m.c = lab_check_new();
	if (judge(&m, model, record, len))
		for (int i = 0; i < arrlen(m.c->f->all); i++)
			if (!is_listed(x->opts->off, m.c->f->all[i].rule->id) &&
			    !lab_finding_folded(m.c->f, &m.c->f->all[i]))
				finding(&m, &m.c->f->all[i]);
	lab_check_free(m.c);
	lab_model_free(model);
}
