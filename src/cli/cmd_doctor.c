// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth doctor: what is here, what is missing, and the command that mends it.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "cli/cli.h"
#include "cli/compiler.h"
#include "cli/process.h"

enum verdict { FINE, OPTIONAL, MISSING };

struct doctor {
	bool colour;
	int missing, optional;
};

/* One line; mend: the command, for what is not there. */
static void line(struct doctor *d, enum verdict v, const char *what, const char *is, const char *mend)
{
	static const char *const words[] = { "ok", "--", "MISSING" }, *const colours[] = {
		"\033[32m", "\033[33m", "\033[31m" };

	printf("%s%-8s%s %-22s %s\n", d->colour ? colours[v] : "", words[v], d->colour ? "\033[m" : "", what, is);
	if (v != FINE)
		printf("%-8s %-22s   -> %s\n", "", "", mend);
	d->missing += v == MISSING;
	d->optional += v == OPTIONAL;
}

static void compiler(struct doctor *d, const char *cc)
{
	char is[PATH_MAX + 64], mend[PATH_MAX], plugin[PATH_MAX], why[512], package[128];
	struct lab_compiler c;

	if (lab_compiler_ask(&c, cc)) {
		d->missing++;
		return;
	}
	snprintf(is, sizeof(is), "%s %s", c.name, c.version);
	if (c.kind != LAB_CC_GCC) {
		line(d, MISSING, "compiler", is, c.kind == LAB_CC_FOREIGN ?
		     "the plugin is GCC's: build with CC=gcc" : "apt-get install gcc");
		lab_compiler_free(&c);
		return;
	}
	line(d, FINE, "compiler", is, NULL);
	lab_plugin_package(&c, package, sizeof(package));
	snprintf(mend, sizeof(mend), "labyrinth plugin --cc '%s'", c.name);
	if (lab_plugin_find(&c, plugin, sizeof(plugin), why, sizeof(why))) {
		line(d, FINE, "plugin for it", plugin, NULL);
	} else if (lab_plugin_headers(&c)) {
		line(d, MISSING, "plugin for it", "not built yet", mend);
	} else {
		snprintf(mend, sizeof(mend), "apt-get install %s, then labyrinth plugin --cc '%s'", package, c.name);
		line(d, MISSING, "plugin for it", "not built, and the compiler's plugin headers are not here", mend);
	}
	lab_compiler_free(&c);
}

static void headers(struct doctor *d)
{
	struct utsname u;
	char path[PATH_MAX];
	glob_t g = { 0 };

	uname(&u);
	snprintf(path, sizeof(path), "/lib/modules/%s/build", u.release);
	if (!access(path, R_OK))
		line(d, FINE, "kernel headers", path, NULL);
	else if (!glob("/lib/modules/*/build", 0, NULL, &g) && g.gl_pathc)
		line(d, FINE, "kernel headers", g.gl_pathv[g.gl_pathc - 1], NULL);
	else
		line(d, OPTIONAL, "kernel headers", "none: drivers out of tree cannot be built",
		     "apt-get install linux-headers-amd64");
	globfree(&g);
}

static void source(struct doctor *d)
{
	char path[PATH_MAX];
	glob_t g = { 0 };

	snprintf(path, sizeof(path), "%s/obj-*/.labyrinth/prepared", lab_cache_dir());
	if (!glob(path, 0, NULL, &g) && g.gl_pathc) {
		*strstr(g.gl_pathv[0], "/.labyrinth") = 0;
		line(d, FINE, "prepared kernel", g.gl_pathv[0], NULL);
	} else if (!glob("/usr/src/linux-source-*.tar.*", 0, NULL, &g) && g.gl_pathc) {
		line(d, OPTIONAL, "prepared kernel", "its source is here, but not prepared yet (review needs it)",
		     "lab-kernel prepare");
	} else {
		line(d, OPTIONAL, "prepared kernel", "no kernel source here (review needs it)",
		     "apt-get install linux-source-6.1, then lab-kernel prepare");
	}
	globfree(&g);
}

static void facts(struct doctor *d)
{
	char path[PATH_MAX];

	if (lab_own_file("linux-6.1.facts", path, sizeof(path)))
		line(d, FINE, "facts of the kernel", path, NULL);
	else
		line(d, MISSING, "facts of the kernel", "not beside the command", "make, or make install, again");
}

static void cache(struct doctor *d)
{
	const char *dir = lab_cache_dir();
	char is[PATH_MAX + 64];

	if (!lab_make_dirs(dir) && !access(dir, W_OK)) {
		line(d, FINE, "cache", dir, NULL);
		return;
	}
	snprintf(is, sizeof(is), "%s: %s", dir, strerror(errno));
	line(d, MISSING, "cache", is, "export LABYRINTH_CACHE=DIR, a folder that you may write");
}

static const struct { const char *program, *package, *use; } tools[] = {
	{ "python3", "python3", "review, hook and lab-kernel" },
	{ "git", "git", "review and hook" },
	{ "patch", "patch", "review" },
	{ "make", "make", "builds, and plugins for other compilers" },
	{ "sparse", "sparse", "kcheck --also sparse" },
	{ "spatch", "coccinelle", "make coccicheck and hook --cocci" },
	{ "pre-commit", "pre-commit", "hooks of the repository" },
	{ "dot", "graphviz", "drawing --format=dot" },
};

static int run(const struct lab_args *a)
{
	struct doctor d = { .colour = isatty(1) && !getenv("NO_COLOR") };
	const char *cc = lab_arg(a, "cc"), *env = getenv("CC");
	char is[128], mend[128];

	compiler(&d, cc ? cc : env && env[strspn(env, " ")] ? env : "gcc");
	facts(&d);
	cache(&d);
	headers(&d);
	source(&d);
	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++) {
		snprintf(is, sizeof(is), "for %s", tools[i].use);
		snprintf(mend, sizeof(mend), "apt-get install %s", tools[i].package);
		line(&d, lab_have_program(tools[i].program) ? FINE : OPTIONAL, tools[i].program, is, mend);
	}
	if (d.missing)
		printf("\n%d missing: the checker cannot do its work until they are there.\n", d.missing);
	else
		printf("\nThe checker can work%s. Next: labyrinth check --help, or the README's quick starts.\n",
		       d.optional ? "; what is marked -- is for some commands alone" : "");
	return d.missing ? 1 : 0;
}

static const struct lab_option options[] = {
	{ "cc", 0, "CC", "the compiler, as $CC has it (default: $CC, or gcc)", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth doctor",
	"what is here, what is missing, and the command that mends it",
	NULL
};

const struct lab_command lab_cmd_doctor = {
	.name = "doctor",
	.brief = "Say what is missing here, and the command that mends it",
	.about = "Looks for the compiler and the plugin that fits it, the kernel's facts, headers and\n"
		 "source, the cache, and the tools of single commands.  Changes nothing.\n"
		 "\n"
		 "The exit status is 1 if something is missing without which nothing works.",
	.options = options,
	.examples = examples,
	.run = run,
};
