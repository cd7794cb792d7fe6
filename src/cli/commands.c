// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a compile_commands.json, and facts for its sources: see commands.h.
 *
 * Policy: a source that cannot be compiled is a gap, not an end; a list that cannot be
 * read is an end.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <jansson.h>
#include <stb/stb_ds.h>
#include "cli/commands.h"
#include "cli/extract.h"
#include "cli/inputs.h"
#include "cli/process.h"

struct entry {
	char *dir, *file;
	char *named;		/* the object that the list names, or NULL */
	char **words;		/* stb_ds: the compiler, and behind it its words */
	int compiler;		/* index, and how many of the words it is */
	size_t skip;
	char *out;		/* the object with facts, ours or the build's */
	char why[300];		/* why there is none; "" */
};

struct compiler { char *key; struct { struct lab_compiler *cc; char *plugin; char why[256]; } value; };

struct commands {
	struct entry *all;	/* stb_ds */
	struct compiler *compilers;	/* stb_ds */
	char *root;		/* the list's folder */
	const char *plugin;
	size_t foreign;		/* entries that are not C */
	/* the workers' */
	pthread_mutex_t lock;
	size_t next, done, todo;
	bool tty;
};

/* ---- the list ------------------------------------------------------------------------------ */
static int bad(const char *path, size_t i, const char *why)
{
	return lab_cli_error("%s: entry %zu: %s", path, i + 1, why);
}

static int is_c(const char *file)
{
	size_t n = strlen(file);

	return n > 2 && !strcmp(file + n - 2, ".c");
}

/* {"directory", "file", "command" or "arguments", "output"}, as clang's documentation has it. */
static int one_entry(struct commands *s, const char *path, size_t i, const json_t *o)
{
	struct entry e = { .compiler = -1 };
	const char *dir = json_string_value(json_object_get(o, "directory")),
		   *file = json_string_value(json_object_get(o, "file")),
		   *command = json_string_value(json_object_get(o, "command")),
		   *out = json_string_value(json_object_get(o, "output"));
	const json_t *args = json_object_get(o, "arguments"), *word;
	size_t k;

	if (!dir || !file)
		return bad(path, i, "no \"directory\" or no \"file\"");
	if (!is_c(file)) {
		s->foreign++;
		return 0;
	}
	if (command && lab_words_split(command, &e.words))
		return bad(path, i, "a quote is not closed in its \"command\"");
	json_array_foreach(args, k, word)
		if (!command && json_string_value(word))
			arrput(e.words, strdup(json_string_value(word)));
	if (!arrlen(e.words))
		return bad(path, i, "no \"command\" and no \"arguments\"");
	e.dir = strdup(dir);
	e.file = strdup(file);
	e.named = out ? strdup(out) : NULL;
	arrput(s->all, e);
	return 0;
}

static int read_list(struct commands *s, const char *path)
{
	json_error_t err;
	char *text;
	size_t len, i;
	json_t *doc, *o;
	int ret = lab_inputs_read(path, "bear, cmake and the kernel's gen_compile_commands.py make one",
				  &text, &len);

	if (ret) {
		free(text);
		return ret;
	}
	doc = json_loadb(text, len, 0, &err);
	free(text);
	if (!doc)
		return lab_cli_error("%s:%d: broken JSON: %s", path, err.line, err.text);
	if (!json_is_array(doc))
		ret = lab_cli_error("%s: no list of compile commands", path);
	json_array_foreach(doc, i, o)
		if (!ret)
			ret = one_entry(s, path, i, o);
	json_decref(doc);
	if (!ret && !arrlen(s->all))
		ret = lab_cli_error("%s: holds no command for a C source (%zu for others)", path,
				    s->foreign);
	return ret;
}

/* ---- compilers ------------------------------------------------------------------------------- */
/* "ccache gcc" is a compiler of two words. */
static size_t compiler_words(char **words)
{
	const char *slash = strrchr(words[0], '/'), *name = slash ? slash + 1 : words[0];

	return arrlen(words) > 1 && (!strcmp(name, "ccache") || !strcmp(name, "distcc")) ? 2 : 1;
}

/* Asks each compiler once; one that has no plugin makes its sources gaps. */
static void find_compilers(struct commands *s)
{
	for (int i = 0; i < arrlen(s->all); i++) {
		struct entry *e = &s->all[i];
		struct lab_buf name = { 0 };
		struct compiler c = { 0 };
		char plugin[PATH_MAX], *key;

		e->skip = compiler_words(e->words);
		for (size_t k = 0; k < e->skip; k++)
			lab_buf_printf(&name, "%s\"%s\"", k ? " " : "", e->words[k]);
		key = lab_buf_string(&name);
		e->compiler = (int)shgeti(s->compilers, key);
		if (e->compiler < 0) {
			c.key = key;
			c.value.cc = calloc(1, sizeof(*c.value.cc));
			if (!c.value.cc)
				abort();
			lab_compiler_ask(c.value.cc, key);
			if (s->plugin)
				c.value.plugin = strdup(s->plugin);
			else if (lab_plugin_find(c.value.cc, plugin, sizeof(plugin), c.value.why,
						 sizeof(c.value.why)))
				c.value.plugin = strdup(plugin);
			shputs(s->compilers, c);
			e->compiler = (int)shgeti(s->compilers, key);
		}
		free(key);
	}
}

/* ---- facts ------------------------------------------------------------------------------------ */
static char *below(const char *dir, const char *name)
{
	struct lab_buf b = { 0 };

	if (*name != '/')
		lab_buf_printf(&b, "%s/", dir);
	lab_buf_puts(&b, name);
	return lab_buf_string(&b);
}

static int has_facts(void *ctx, const struct lab_skel_input *in)
{
	if (in->kind != LAB_SKEL_NO_FACTS)
		*(int *)ctx = 1;
	return 0;
}

/* The build's object, if it is newer than the source and holds facts. */
static char *built(const struct entry *e)
{
	struct lab_skel_files files = { 0 };
	char name[PATH_MAX], *source = below(e->dir, e->file), *out = NULL;
	struct stat src, obj;
	int there = 0;

	if (e->named)
		out = below(e->dir, e->named);
	else if (lab_extract_object((const char *const *)e->words, arrlenu(e->words), name, sizeof(name)))
		out = below(e->dir, name);
	if (out && !stat(source, &src) && !stat(out, &obj) && obj.st_mtime >= src.st_mtime)
		lab_skel_files_add(&files, out, has_facts, &there);
	lab_skel_files_close(&files);
	free(source);
	if (!there) {
		free(out);
		out = NULL;
	}
	return out;
}

static void extract(struct commands *s, size_t i)
{
	struct entry *e = &s->all[i];
	const struct compiler *c = &s->compilers[e->compiler];
	char out[PATH_MAX];
	struct lab_extract x = { .cc = c->value.cc, .plugin = c->value.plugin, .cwd = e->dir,
				 .root = s->root, .source = e->file, .out = out };

	if (!c->value.plugin) {
		snprintf(e->why, sizeof(e->why), "%s", c->value.why);
		return;
	}
	snprintf(out, sizeof(out), "%s/%zu.o", lab_tmp_dir(), i);
	if (lab_extract(&x, (const char *const *)e->words + e->skip, arrlenu(e->words) - e->skip, e->why,
			sizeof(e->why)) == 0)
		e->out = strdup(out);
}

static void *work(void *arg)
{
	struct commands *s = arg;

	for (;;) {
		size_t i;

		pthread_mutex_lock(&s->lock);
		while (s->next < arrlenu(s->all) && s->all[s->next].out)
			s->next++;
		i = s->next++;
		if (s->tty && i < arrlenu(s->all))
			fprintf(stderr, "\r\033[Klabyrinth: source %zu of %zu", ++s->done, s->todo);
		pthread_mutex_unlock(&s->lock);
		if (i >= arrlenu(s->all))
			return NULL;
		extract(s, i);
	}
}

static int run_workers(struct commands *s, int jobs)
{
	pthread_t *t = calloc((size_t)jobs, sizeof(*t));
	int n = 0;

	if (!t || !lab_tmp_dir()) {
		free(t);
		return lab_cli_error("no temporary folder: %s; set TMPDIR=DIR", strerror(errno));
	}
	s->tty = isatty(2);
	pthread_mutex_init(&s->lock, NULL);
	while (n < jobs && (size_t)n < s->todo && !pthread_create(&t[n], NULL, work, s))
		n++;
	if (!n)
		work(s);
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	if (s->tty)
		fprintf(stderr, "\r\033[K");
	pthread_mutex_destroy(&s->lock);
	free(t);
	return 0;
}

static int add_all(struct lab_check *c, struct commands *s)
{
	int ret = 0;

	for (int i = 0; i < arrlen(s->all) && !ret; i++) {
		const struct entry *e = &s->all[i];

		if (e->out) {
			const char *out = e->out;

			ret = lab_inputs_add(c, &out, 1);
		} else {
			fprintf(stderr, "labyrinth: %s: not looked at: %s\n", e->file, e->why);
			lab_check_no_facts(c, e->file);
		}
	}
	return ret;
}

static void drop(struct commands *s)
{
	for (int i = 0; i < arrlen(s->all); i++) {
		struct entry *e = &s->all[i];

		lab_words_free(e->words);
		free(e->dir);
		free(e->file);
		free(e->named);
		free(e->out);
	}
	arrfree(s->all);
	for (int i = 0; i < shlen(s->compilers); i++) {
		lab_compiler_free(s->compilers[i].value.cc);
		free(s->compilers[i].value.cc);
		free(s->compilers[i].value.plugin);
	}
	shfree(s->compilers);
	free(s->root);
	lab_tmp_remove();
}

int lab_commands_add(struct lab_check *c, const char *path, const char *plugin, int jobs)
{
	struct commands s = { .plugin = plugin };
	char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
	int ret;

	if (slash)
		slash[slash == real] = 0;
	s.root = real;
	sh_new_strdup(s.compilers);
	ret = read_list(&s, path);
	if (!ret) {
		find_compilers(&s);
		for (int i = 0; i < arrlen(s.all); i++) {
			s.all[i].out = built(&s.all[i]);
			s.todo += !s.all[i].out;
		}
		if (s.todo)
			ret = run_workers(&s, jobs);
	}
	if (!ret)
		ret = add_all(c, &s);
	drop(&s);
	return ret;
}
