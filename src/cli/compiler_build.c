// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building the plugin for a compiler, from the sources that lie beside the command
 * (plugin-src), with make, into a folder that is renamed when all is well.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "cli/cli.h"
#include "cli/compiler.h"
#include "cli/process.h"

/* What a build needs and this machine lacks; 0 or an exit status after a complaint. */
static int prerequisites(const struct lab_compiler *c, char *src, size_t size)
{
	static const char *const tools[][2] = { { "make", "make" }, { "g++", "g++" } };
	char package[128];

	if (!lab_own_file("plugin-src/Makefile", src, size))
		return lab_cli_error("plugin: its sources are not beside the command (plugin-src); "
				     "run make, or make install, again");
	src[strlen(src) - strlen("/Makefile")] = 0;
	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (!lab_have_program(tools[i][0]))
			return lab_cli_error("plugin: no %s: apt-get install %s", tools[i][0],
					     tools[i][1]);
	if (lab_plugin_headers(c))
		return 0;
	lab_plugin_package(c, package, sizeof(package));
	return lab_cli_error("plugin: no plugin headers for %s (gcc %s): apt-get install %s",
			     c->name, c->version, package);
}

/* Fills the folder `work`; 0 or an exit status after a complaint. */
static int compile(const struct lab_compiler *c, const char *src, const char *work)
{
	char gcc[512], out[PATH_MAX + 8], jobs[16], log[PATH_MAX + 8];
	const char *const argv[] = { "make", "--no-print-directory", "-C", src, jobs, gcc, out,
				     NULL };
	struct lab_buf said = { 0 };
	FILE *f;
	int ret;

	snprintf(gcc, sizeof(gcc), "GCC=%s", c->name);
	snprintf(out, sizeof(out), "B=%s", work);
	snprintf(jobs, sizeof(jobs), "-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	unsetenv("MAKEFLAGS");	/* kbuild's are not for us */
	unsetenv("MAKELEVEL");
	unsetenv("MFLAGS");
	ret = lab_spawn(argv, NULL, &said);
	snprintf(log, sizeof(log), "%s.log", work);
	f = fopen(log, "w");
	if (f) {
		fwrite(said.p, 1, said.n, f);
		fclose(f);
	}
	free(said.p);
	if (ret)
		return lab_cli_error("plugin: it cannot be built for %s; the compiler's words are in "
				     "%s", c->name, log);
	unlink(log);
	return 0;
}

static int build(const struct lab_compiler *c, const char *place)
{
	char src[PATH_MAX], work[PATH_MAX], made[PATH_MAX + 16], package[128];
	int ret = prerequisites(c, src, sizeof(src));

	if (ret)
		return ret;
	snprintf(work, sizeof(work), "%.*s.new", (int)(strrchr(place, '/') - place), place);
	fprintf(stderr, "labyrinth: building the plugin for %s (gcc %s), once\n", c->name,
		c->version);
	ret = compile(c, src, work);
	if (ret)
		return ret;
	snprintf(made, sizeof(made), "%s/labyrinth.so", work);
	if (!lab_plugin_loads(c, made)) {
		lab_plugin_package(c, package, sizeof(package));
		return lab_cli_error("plugin: %s (gcc %s) does not load the plugin built with its "
				     "headers; they are of another build: apt-get install --only-upgrade "
				     "%s, then again", c->name, c->version, package);
	}
	snprintf(src, sizeof(src), "%.*s", (int)(strrchr(place, '/') - place), place);
	if (lab_make_dirs(src) || rename(made, place))
		return lab_cli_error("%s: %s", place, strerror(errno));
	return 0;
}

int lab_plugin_build(const struct lab_compiler *c)
{
	char place[PATH_MAX], lock[PATH_MAX + 16], dir[PATH_MAX];
	int fd, ret = 0;

	lab_plugin_place(c, place, sizeof(place));
	snprintf(dir, sizeof(dir), "%s/plugins", lab_cache_dir());
	if (lab_make_dirs(dir))
		return lab_cli_error("%s: %s; name another cache: LABYRINTH_CACHE=DIR", dir,
				     strerror(errno));
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return lab_cli_error("%s: %s; name another cache: LABYRINTH_CACHE=DIR", lock,
				     strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "labyrinth: waiting for another build of a plugin\n");
		flock(fd, LOCK_EX);
	}
	if (access(place, R_OK))	/* the other one may have built it */
		ret = build(c, place);
	close(fd);
	return ret;
}
