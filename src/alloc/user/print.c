// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports as text. They may come from a handler: no stdio, no dladdr there; the
 * loaded objects are listed once, when the first zone is made, so that a site
 * can be printed as object+offset, which addr2line understands.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>

#include "user.h"

#define MODULES 32

struct module {
	size_t base, end;
	char name[32];
};

static struct module modules[MODULES];
static u32 nmodules;

static int add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct module *m = &modules[nmodules];
	const char *name = info->dlpi_name, *slash;
	size_t end = 0;
	int i;

	(void)size;
	(void)arg;
	if (nmodules == MODULES)
		return 1;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz > end)
			end = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
	slash = strrchr(name, '/');
	name = slash ? slash + 1 : *name ? name : program_invocation_short_name;
	m->base = info->dlpi_addr;
	m->end = info->dlpi_addr + end;
	snprintf(m->name, sizeof(m->name), "%s", name);
	nmodules++;
	return 0;
}

void lab_print_modules(void)
{
	dl_iterate_phdr(add_module, NULL);
}

struct text {
	char buf[512];
	size_t n;
};

static void put(struct text *t, const char *s)
{
	while (*s && t->n < sizeof(t->buf))
		t->buf[t->n++] = *s++;
}

static void put_num(struct text *t, u64 v, u32 base)
{
	char d[24];
	int n = 0;

	do {
		d[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n && t->n < sizeof(t->buf))
		t->buf[t->n++] = d[--n];
}

static void put_site(struct text *t, const void *site)
{
	size_t a = (size_t)site;
	u32 i;

	for (i = 0; i < nmodules; i++)
		if (a >= modules[i].base && a < modules[i].end)
			break;
	if (i < nmodules) {
		put(t, modules[i].name);
		put(t, "+");
		a -= modules[i].base;
	}
	put(t, "0x");
	put_num(t, a, 16);
}

/* One line, one write. */
void lab_prim_print(const struct labyrinth_report *r)
{
	struct text t = { .n = 0 };

	put(&t, "labyrinth: ");
	put(&t, r->zone->name);
	put(&t, ": ");
	put(&t, r->rule);
	put(&t, " at 0x");
	put_num(&t, (u64)(size_t)r->address, 16);
	if (r->site) {
		put(&t, ", called from ");
		put_site(&t, r->site);
	}
	if (r->detail) {
		put(&t, ", detail 0x");
		put_num(&t, r->detail, 16);
	}
	if (r->known) {
		put(&t, "; page is ");
		put(&t, labyrinth_state_name(r->info.state));
		put(&t, ", last moved by ");
		put(&t, r->info.holder_name[0] ? r->info.holder_name : "thread");
		put(&t, " ");
		put_num(&t, r->info.holder, 10);
		put(&t, ", allocated at ");
		put_site(&t, r->info.alloc_site);
		if (r->info.handoff_site) {
			put(&t, ", handed off at ");
			put_site(&t, r->info.handoff_site);
		}
		put(&t, ", age ");
		put_num(&t, r->info.age_ns / 1000000, 10);
		put(&t, " ms");
	}
	if (t.n == sizeof(t.buf))
		t.n--;
	t.buf[t.n++] = '\n';
	if (write(2, t.buf, t.n) < 0)
		return;
}

char *labyrinth_symbol(const void *site, char *buf, size_t n)
{
	Dl_info info;
	struct text t = { .n = 0 };

	if (!n)
		return buf;
	if (site && dladdr(site, &info) && info.dli_sname) {
		snprintf(buf, n, "%s+0x%zx", info.dli_sname, (size_t)site - (size_t)info.dli_saddr);
		return buf;
	}
	put_site(&t, site);
	t.buf[t.n < sizeof(t.buf) ? t.n : sizeof(t.buf) - 1] = 0;
	snprintf(buf, n, "%s", t.buf);
	return buf;
}
