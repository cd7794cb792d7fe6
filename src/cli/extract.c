// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compiling one source for its facts alone: see extract.h.
 *
 * Policy: words that nobody here knows are left to the compiler.  Warnings go: the
 * build has said them already.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "cli/extract.h"
#include "cli/process.h"

static int starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static int is_one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(s, *list))
			return 1;
	return 0;
}

static int begins_like(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (starts(s, *list))
			return 1;
	return 0;
}

static int loads_us(const char *w)
{
	const char *slash = strrchr(w, '/');

	return starts(w, "-fplugin=") && (!strcmp(w, "-fplugin=labyrinth") ||
	       (slash && !strcmp(slash, "/labyrinth.so")));
}

/* Words that do not go to our compile: 1, or 2 if the next word is their argument. */
static int dropped(const char *w, const char *target)
{
	static const char *const alone[] = {
		"-c", "-S", "-E", "-fsyntax-only", "-M", "-MM", "-MD", "-MMD", "-MP", "-MG", "-v",
		"-###", "-D__STDC__", NULL };
	static const char *const with_argument[] = { "-o", "-MF", "-MT", "-MQ", "-dumpdir",
		"-dumpbase", "-dumpbase-ext", "-aux-info", NULL };
	static const char *const family[] = {
		"-Wp,-M", "-Wa,-a", "-MF", "-MT", "-MQ", "-o", "--arch=", "-flto", "-save-temps",
		"-fdiagnostics-", "-fplugin-arg-labyrinth-", "-ftime-report", NULL };

	if (is_one_of(w, with_argument))
		return 2;
	if (starts(w, "-W"))
		return !starts(w, "-Wp,") || starts(w, "-Wp,-M") ?
		       !starts(w, "-Wa,") || starts(w, "-Wa,-a") : 0;
	if (is_one_of(w, alone) || begins_like(w, family) || loads_us(w))
		return 1;
	/* sparse's words, which GCC for x86 does not have */
	return (!strcmp(w, "-mlittle-endian") || !strcmp(w, "-mbig-endian")) &&
	       (starts(target, "x86") || starts(target, "i"));
}

size_t lab_extract_checker_words(const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (starts(words[i], "-Wp,-M"))
			return i;
	return 0;
}

int lab_extract_object(const char *const *words, size_t n, char *path, size_t size)
{
	*path = 0;
	for (size_t i = 0; i < n; i++) {
		const char *w = words[i], *name;

		if (!strcmp(w, "-o") && i + 1 < n) {
			snprintf(path, size, "%s", words[i + 1]);
		} else if (!*path && (starts(w, "-Wp,-MMD,") || starts(w, "-Wp,-MD,"))) {
			w = strchr(w + 4, ',') + 1;
			name = strrchr(w, '/') ? strrchr(w, '/') + 1 : w;
			if (*name == '.' && strlen(name) > 3)
				snprintf(path, size, "%.*s%.*s", (int)(name - w), w,
					 (int)strlen(name) - 3, name + 1);
		}
	}
	return *path != 0;
}

/* Of what the compiler said, the line that tells why. */
static void reason(struct lab_buf *said, int status, char *why, size_t size)
{
	char *text = lab_buf_string(said), *s;

	s = text ? strstr(text, "error: ") : NULL;
	while (s && s > text && s[-1] != '\n')
		s--;
	if (s)
		snprintf(why, size, "%.*s", (int)strcspn(s, "\n"), s);
	else if (status < 0)
		snprintf(why, size, "%s", strerror(errno));
	else
		snprintf(why, size, "the compiler left with status %d", status);
	free(text);
}

int lab_extract(const struct lab_extract *x, const char *const *words, size_t n, char *why,
		size_t why_size)
{
	char plugin[PATH_MAX + 16], root[PATH_MAX + 40];
	const char *const ours[] = { "-fplugin-arg-labyrinth-quiet",
		"-fplugin-arg-labyrinth-extract-only", "-w", "-c", "-o", x->out, x->source };
	struct lab_buf said = { 0 };
	const char **argv = NULL;
	int ret;

	snprintf(plugin, sizeof(plugin), "-fplugin=%s", x->plugin);
	snprintf(root, sizeof(root), "-fplugin-arg-labyrinth-root=%s", x->root ? x->root : "");
	for (int i = 0; i < arrlen(x->cc->words); i++)
		arrput(argv, x->cc->words[i]);
	for (size_t i = 0; i < n; i++) {
		int drop = strcmp(words[i], x->source) ? dropped(words[i], x->cc->target) : 1;

		if (!drop)
			arrput(argv, words[i]);
		i += drop == 2;
	}
	arrput(argv, plugin);	/* before its arguments */
	if (x->root)
		arrput(argv, root);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		arrput(argv, ours[i]);
	arrput(argv, NULL);
	ret = lab_spawn(argv, x->cwd, &said);
	if (ret)
		reason(&said, ret, why, why_size);
	else
		free(said.p);
	arrfree(argv);
	return ret ? -1 : 0;
}
