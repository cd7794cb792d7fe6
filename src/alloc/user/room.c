// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much memory a zone may still ask for.
 *
 * Populating what is not there would wake the system's killer of processes, so
 * creation looks before: at the machine, and at the memory groups (cgroup v1
 * or v2) around the process, from its own up to the root. What cannot be read
 * limits nothing.
 */
#include <stdio.h>

#include "user.h"

#define LAB_NO_LIMIT	(~0ULL)

/* The number behind @key at the begin of a line, or the first one for an empty key. */
static u64 number_in(const char *folder, const char *file, const char *key)
{
	unsigned long long n = LAB_NO_LIMIT;
	size_t len = strlen(key);
	char line[256];
	FILE *f;

	if ((size_t)snprintf(line, sizeof(line), "%s/%s", folder, file) >= sizeof(line))
		return n;
	f = fopen(line, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && sscanf(line + len, "%llu", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/* What one group leaves: its limit less its use, but its file cache can go. */
static u64 left_in(const char *folder, bool v2)
{
	u64 limit = number_in(folder, v2 ? "memory.max" : "memory.limit_in_bytes", "");
	u64 use = number_in(folder, v2 ? "memory.current" : "memory.usage_in_bytes", "");
	u64 cache = number_in(folder, "memory.stat", v2 ? "inactive_file " : "total_inactive_file ");

	if (limit == LAB_NO_LIMIT || use == LAB_NO_LIMIT)
		return LAB_NO_LIMIT;
	if (cache < use)
		use -= cache;
	return limit > use ? limit - use : 0;
}

/* @at: where groups of this kind are mounted; @path: ours, as the system calls it. */
static u64 least(const char *at, char *path, bool v2, u64 room)
{
	char folder[256], *slash;
	u64 left;

	for (;;) {
		if ((size_t)snprintf(folder, sizeof(folder), "%s%s", at, path) < sizeof(folder)) {
			left = left_in(folder, v2);
			room = left < room ? left : room;
		}
		slash = strrchr(path, '/');
		if (!slash)
			return room;
		*slash = 0;
	}
}

u64 lab_room(void)
{
	u64 room = number_in("/proc", "meminfo", "MemAvailable:");
	char line[256], *path;
	FILE *f = fopen("/proc/self/cgroup", "re");

	room = room > LAB_NO_LIMIT / 1024 ? LAB_NO_LIMIT : room * 1024;
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		path = strstr(line, ":memory:");
		if (path) {
			room = least("/sys/fs/cgroup/memory", path + 8, false, room);
		} else if (!strncmp(line, "0::", 3)) {
			room = least("/sys/fs/cgroup", line + 3, true, room);
		}
	}
	if (f)
		fclose(f);
	return room;
}
