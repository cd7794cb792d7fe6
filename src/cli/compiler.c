// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking a compiler who it is, and finding the plugin for it: see compiler.h.
 *
 * "CC -v" names version, target and how the compiler was configured: what GCC itself
 * compares before it loads a plugin.  The numbers alone do not tell two builds apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "cli/cli.h"
#include "cli/compiler.h"
#include "cli/process.h"

/* Runs the compiler with a few more words. */
static int ask(const struct lab_compiler *c, const char *const *more, struct lab_buf *said)
{
	const char **argv = NULL;
	int ret;

	for (int i = 0; i < arrlen(c->words); i++)
		arrput(argv, c->words[i]);
	for (; *more; more++)
		arrput(argv, *more);
	arrput(argv, NULL);
	ret = lab_spawn(argv, NULL, said);
	arrfree(argv);
	return ret;
}

/* The rest of the line that starts with `start`, into out; 0 if there is none. */
static int line_after(const char *text, const char *start, char *out, size_t size)
{
	const char *s = text;

	while (s && strncmp(s, start, strlen(start))) {
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	if (!s)
		return 0;
	s += strlen(start);
	snprintf(out, size, "%.*s", (int)strcspn(s, "\n"), s);
	return 1;
}

/* Of what "CC -v" says, the lines that tell this compiler from any other. */
static void identify(struct lab_compiler *c, const char *text)
{
	char configured[4096] = "", own[256] = "", version[256];
	struct lab_buf b = { 0 };
	char path[PATH_MAX];
	FILE *f;

	if (!line_after(text, "gcc version ", version, sizeof(version))) {
		c->kind = LAB_CC_FOREIGN;
		snprintf(c->version, sizeof(c->version), "%.*s", (int)strcspn(text, "\n"), text);
		return;
	}
	line_after(text, "Target: ", c->target, sizeof(c->target));
	line_after(text, "Configured with: ", configured, sizeof(configured));
	if (lab_own_file("plugin-src/id", path, sizeof(path)) && (f = fopen(path, "r"))) {
		if (!fgets(own, sizeof(own), f))
			*own = 0;
		fclose(f);
	}
	lab_buf_printf(&b, "%s\n%s\n%s\n%s\n", version, c->target, configured, own);
	snprintf(c->key, sizeof(c->key), "%016llx", (unsigned long long)XXH3_64bits(b.p, b.n));
	free(b.p);
	version[strcspn(version, " ")] = 0;
	snprintf(c->version, sizeof(c->version), "%.*s", (int)sizeof(c->version) - 1, version);
	c->kind = LAB_CC_GCC;
}

int lab_compiler_ask(struct lab_compiler *c, const char *cc)
{
	static const char *const verbose[] = { "-v", NULL };
	struct lab_buf said = { 0 };
	int ret;
	char *text;

	memset(c, 0, sizeof(*c));
	if (lab_words_split(cc, &c->words))
		return lab_cli_error("CC='%s': a quote is not closed", cc);
	if (!arrlen(c->words))
		return lab_cli_error("CC='%s' names no compiler; set CC=gcc", cc);
	for (int i = 0; i < arrlen(c->words); i++) {
		size_t n = strlen(c->name);

		snprintf(c->name + n, sizeof(c->name) - n, "%s%s", i ? " " : "", c->words[i]);
	}
	ret = ask(c, verbose, &said);
	text = lab_buf_string(&said);
	c->kind = LAB_CC_ABSENT;
	if (ret == 0 && text)
		identify(c, text);
	else
		snprintf(c->version, sizeof(c->version), "%s", ret < 0 ? "is not there" : "does not run");
	free(text);
	return 0;
}

void lab_compiler_free(struct lab_compiler *c)
{
	lab_words_free(c->words);
	c->words = NULL;
}

/* ---- the plugin ------------------------------------------------------------------------- */
void lab_plugin_place(const struct lab_compiler *c, char *path, size_t size)
{
	snprintf(path, size, "%s/plugins/%s/labyrinth.so", lab_cache_dir(), c->key);
}

void lab_plugin_package(const struct lab_compiler *c, char *name, size_t size)
{
	const char *cc = c->words[arrlen(c->words) - 1], *slash = strrchr(cc, '/');
	int cross = !strncmp(slash ? slash + 1 : cc, c->target, strlen(c->target));

	snprintf(name, size, "gcc-%.*s-plugin-dev%s%s", (int)strcspn(c->version, "."), c->version,
		 cross ? "-" : "", cross ? c->target : "");
}

int lab_plugin_headers(const struct lab_compiler *c)
{
	static const char *const where[] = { "-print-file-name=plugin", NULL };
	struct lab_buf said = { 0 };
	char path[PATH_MAX], *text;
	int ok;

	if (ask(c, where, &said)) {
		free(said.p);
		return 0;
	}
	text = lab_buf_string(&said);
	snprintf(path, sizeof(path), "%.*s/include/gcc-plugin.h", (int)strcspn(text, "\n"), text);
	ok = !access(path, R_OK);
	free(text);
	return ok;
}

int lab_plugin_loads(const struct lab_compiler *c, const char *plugin)
{
	char word[PATH_MAX + 16];
	const char *const more[] = { word, "-fplugin-arg-labyrinth-disable", "-S", "-x", "c", "-o",
				     "/dev/null", "/dev/null", NULL };
	struct lab_buf said = { 0 };
	int ret;

	snprintf(word, sizeof(word), "-fplugin=%s", plugin);
	ret = ask(c, more, &said);
	free(said.p);
	return ret == 0;
}

int lab_plugin_find(const struct lab_compiler *c, char *path, size_t size, char *why,
		    size_t why_size)
{
	if (c->kind == LAB_CC_ABSENT) {
		snprintf(why, why_size, "the compiler '%s' %s; name another (--cc gcc, CC=gcc)", c->name,
			 c->version);
		return 0;
	}
	if (c->kind == LAB_CC_FOREIGN) {
		snprintf(why, why_size, "%s is no GCC (%s) and cannot load the plugin; build with "
			 "CC=gcc", c->name, c->version);
		return 0;
	}
	lab_plugin_place(c, path, size);
	if (!access(path, R_OK))
		return 1;
	if (lab_own_file("labyrinth.so", path, size) && lab_plugin_loads(c, path))
		return 1;
	snprintf(why, why_size, "no plugin for exactly this compiler (%s, gcc %s); build it: "
		 "labyrinth plugin --cc '%s'", c->name, c->version, c->name);
	return 0;
}
