// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running other programs, and the places for what they write: see process.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "cli/process.h"

extern char **environ;

/* ---- running ---------------------------------------------------------------------------- */
/* The environment with LC_ALL=C: what compilers say is read here.  stb_ds array. */
static char **plain_environment(void)
{
	char **env = NULL;

	for (char **e = environ; *e; e++)
		if (strncmp(*e, "LC_ALL=", 7) && strncmp(*e, "LANGUAGE=", 9))
			arrput(env, *e);
	arrput(env, (char *)"LC_ALL=C");
	arrput(env, NULL);
	return env;
}

static int start(const char *const *argv, const char *cwd, int out, pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	char **env = plain_environment();
	int err;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, out, 1);
	posix_spawn_file_actions_adddup2(&fa, out, 2);
	if (cwd)
		posix_spawn_file_actions_addchdir_np(&fa, cwd);
	err = posix_spawnp(pid, argv[0], &fa, NULL, (char *const *)argv, env);
	posix_spawn_file_actions_destroy(&fa);
	arrfree(env);
	return err;
}

int lab_spawn(const char *const *argv, const char *cwd, struct lab_buf *said)
{
	int fds[2], err, status = 0;
	ssize_t n = 1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	err = start(argv, cwd, fds[1], &pid);
	close(fds[1]);
	while (!err && n && lab_buf_room(said, 4096)) {
		n = read(fds[0], said->p + said->n, 4096);
		if (n < 0 && errno != EINTR)
			break;
		said->n += n > 0 ? (size_t)n : 0;
	}
	close(fds[0]);
	if (err) {
		errno = err;
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_have_program(const char *name)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	if (strchr(name, '/'))
		return !access(name, X_OK);
	for (path = path ? path : "/usr/bin:/bin"; *path; path += *path == ':') {
		int n = (int)strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", n, path, name);
		if (n && !access(file, X_OK))
			return 1;
		path += n;
	}
	return 0;
}

/* ---- words ------------------------------------------------------------------------------- */
/* One word from s on; where it ends, or NULL. */
static const char *word(const char *s, struct lab_buf *w)
{
	char quote = 0;

	for (; *s && (quote || !strchr(" \t\n", *s)); s++) {
		if (*s == '\\' && quote != '\'' && s[1] &&
		    (!quote || strchr("\"\\$`\n", s[1]))) {
			if (*++s != '\n')
				lab_buf_byte(w, *s);
		} else if (quote ? *s == quote : *s == '\'' || *s == '"') {
			quote = quote ? 0 : *s;
		} else {
			lab_buf_byte(w, *s);
		}
	}
	return quote ? NULL : s;
}

int lab_words_split(const char *text, char ***words)
{
	*words = NULL;
	for (text += strspn(text, " \t\n"); *text; text += strspn(text, " \t\n")) {
		struct lab_buf w = { 0 };

		text = word(text, &w);
		if (!text) {
			free(w.p);
			lab_words_free(*words);
			*words = NULL;
			return -1;
		}
		arrput(*words, lab_buf_string(&w));
	}
	return 0;
}

void lab_words_free(char **words)
{
	for (int i = 0; i < arrlen(words); i++)
		free(words[i]);
	arrfree(words);
}

/* ---- a folder for this process --------------------------------------------------------------- */
static char tmp[PATH_MAX];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	remove(path);
	return 0;
}

void lab_tmp_remove(void)
{
	if (*tmp)
		nftw(tmp, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	*tmp = 0;
}

/* Not what a handler may do by the letter; but what we leave behind would stay for ever. */
static void stopped(int sig)
{
	lab_tmp_remove();
	signal(sig, SIG_DFL);
	raise(sig);
}

const char *lab_tmp_dir(void)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };
	const char *top = getenv("TMPDIR");

	if (*tmp)
		return tmp;
	snprintf(tmp, sizeof(tmp), "%s/labyrinth-XXXXXX", top && *top ? top : "/tmp");
	if (!mkdtemp(tmp)) {
		*tmp = 0;
		return NULL;
	}
	atexit(lab_tmp_remove);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		if (signal(sigs[i], stopped) == SIG_IGN)
			signal(sigs[i], SIG_IGN);
	return tmp;
}

/* ---- the cache, and our own files -------------------------------------------------------------- */
const char *lab_cache_dir(void)
{
	static char path[PATH_MAX];
	const char *own = getenv("LABYRINTH_CACHE"), *cache = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME");

	if (own && *own)
		snprintf(path, sizeof(path), "%s", own);
	else if (cache && *cache)
		snprintf(path, sizeof(path), "%s/labyrinth", cache);
	else
		snprintf(path, sizeof(path), "%s/.cache/labyrinth", home && *home ? home : "/tmp");
	return path;
}

int lab_make_dirs(const char *path)
{
	char buf[PATH_MAX];

	snprintf(buf, sizeof(buf), "%s", path);
	for (char *s = buf + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = 0;
		if (mkdir(buf, 0777) && errno != EEXIST)
			return -1;
		*s = '/';
	}
	return mkdir(buf, 0777) && errno != EEXIST ? -1 : 0;
}

int lab_own_file(const char *name, char *path, size_t size)
{
	static const char *const places[] = { "", "../lib/labyrinth/", "../share/labyrinth/" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return 0;
	self[n] = 0;
	slash = strrchr(self, '/');
	if (!slash)
		return 0;
	slash[1] = 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char plain[PATH_MAX];

		if ((size_t)snprintf(path, size, "%s%s%s", self, places[i], name) >= size ||
		    access(path, R_OK))
			continue;
		if (realpath(path, plain))	/* it is shown, and goes into command lines */
			snprintf(path, size, "%s", plain);
		return 1;
	}
	return 0;
}
