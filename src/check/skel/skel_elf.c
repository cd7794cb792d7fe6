// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Skeletons in objects, in and out; the one place that knows libelf.
 *
 * libelf takes an object whose end is missing for one without sections.  That
 * would be silence about a file of the program, so it is looked at first.
 */
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include "check/skel/files.h"

static int elf_fail(struct lab_walk *w, const char *name, uint64_t offset)
{
	const char *why = elf_errmsg(-1);

	return lab_files_fail(w->fs, name, offset, why ? why : "damaged object");
}

/* Is the table of sections all there? */
static int is_whole(Elf *elf, struct lab_span b, uint64_t *table)
{
	GElf_Ehdr eh;
	size_t n;

	if (!gelf_getehdr(elf, &eh))
		return 0;
	*table = eh.e_shoff;
	if (!eh.e_shoff)
		return 1;		/* nobody promised one */
	if (eh.e_shoff >= b.n || elf_getshdrnum(elf, &n))
		return 0;
	if (eh.e_shnum)
		n = eh.e_shnum;
	return n && n <= (b.n - eh.e_shoff) / gelf_fsize(elf, ELF_T_SHDR, 1, EV_CURRENT);
}

static int walk_elf(struct lab_walk *w, const char *name, struct lab_span b, Elf *elf)
{
	struct lab_skel_input in = { .name = name };
	Elf_Scn *scn = NULL;
	uint64_t table = 0;
	size_t names;
	int found = 0, ret;

	if (!is_whole(elf, b, &table))
		return lab_files_fail(w->fs, name, table, "object is cut off");
	if (elf_getshdrstrndx(elf, &names))
		return elf_fail(w, name, 0);
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;
		const char *title;

		if (!gelf_getshdr(scn, &sh))
			return elf_fail(w, name, 0);
		title = elf_strptr(elf, names, sh.sh_name);
		if (!title)
			return lab_files_fail(w->fs, name, 0, "section without a name");
		if (strcmp(title, LABYRINTH_SKEL_SECTION) || sh.sh_type == SHT_NOBITS ||
		    !sh.sh_size)
			continue;
		if (sh.sh_offset > b.n || sh.sh_size > b.n - sh.sh_offset)
			return lab_files_fail(w->fs, name, sh.sh_offset, "section is cut off");
		if (sh.sh_flags & SHF_COMPRESSED)
			return lab_files_fail(w->fs, name, sh.sh_offset, "section is compressed");
		in.kind = LAB_SKEL_RECORDS;
		in.data = b.p + sh.sh_offset;
		in.len = sh.sh_size;
		in.offset = sh.sh_offset;
		found = 1;
		ret = w->fn(w->ctx, &in);
		if (ret)
			return ret;
	}
	return found ? 0 : w->fn(w->ctx, &in);
}

int lab_files_elf(struct lab_walk *w, const char *name, struct lab_span b)
{
	Elf *elf;
	int ret;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return elf_fail(w, name, 0);
	elf = elf_memory((char *)(uintptr_t)b.p, b.n);
	if (!elf)
		return elf_fail(w, name, 0);
	if (elf_kind(elf) == ELF_K_ELF)
		ret = walk_elf(w, name, b, elf);
	else
		ret = lab_files_fail(w->fs, name, 0, "damaged object");
	elf_end(elf);
	return ret;
}

/* ---- writing an object ------------------------------------------------------------------- */
static const struct { const char *prefix; int machine; } machines[] = {
	{ "x86_64", EM_X86_64 }, { "aarch64", EM_AARCH64 }, { "i", EM_386 },
	{ "arm", EM_ARM }, { "riscv", EM_RISCV }, { "powerpc", EM_PPC64 }, { "s390", EM_S390 },
};

static int machine_of(const char *target)
{
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strncmp(target, machines[i].prefix, strlen(machines[i].prefix)))
			return machines[i].machine;
	return *target ? EM_NONE : EM_X86_64;
}

static int new_section(Elf *elf, size_t name, unsigned int type, uint64_t flags, const void *data,
		       size_t len)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *d = scn ? elf_newdata(scn) : NULL;
	GElf_Shdr sh;

	if (!d || !gelf_getshdr(scn, &sh))
		return -1;
	d->d_buf = (void *)(uintptr_t)data;
	d->d_size = len;
	d->d_align = flags & SHF_EXCLUDE ? LABYRINTH_SKEL_ALIGN : 1;
	d->d_type = ELF_T_BYTE;
	sh.sh_name = (GElf_Word)name;
	sh.sh_type = type;
	sh.sh_flags = flags;
	sh.sh_addralign = d->d_align;
	return gelf_update_shdr(scn, &sh) ? 0 : -1;
}

static int fill_object(Elf *elf, const char *target, const uint8_t *records, size_t len)
{
	/* the empty note tells linkers that nobody here wants an executable stack */
	static const char names[] = "\0" LABYRINTH_SKEL_SECTION "\0.note.GNU-stack\0.shstrtab";
	const size_t stack = 1 + sizeof(LABYRINTH_SKEL_SECTION);
	const size_t strtab = stack + sizeof(".note.GNU-stack");
	GElf_Ehdr eh;

	if (!gelf_newehdr(elf, ELFCLASS64) || !gelf_getehdr(elf, &eh))
		return -1;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_type = ET_REL;
	eh.e_machine = (GElf_Half)machine_of(target);
	eh.e_version = EV_CURRENT;
	eh.e_shstrndx = 3;
	if (!gelf_update_ehdr(elf, &eh) ||
	    new_section(elf, 1, SHT_PROGBITS, SHF_EXCLUDE, records, len) ||
	    new_section(elf, stack, SHT_PROGBITS, 0, NULL, 0) ||
	    new_section(elf, strtab, SHT_STRTAB, 0, names, sizeof(names)))
		return -1;
	return elf_update(elf, ELF_C_WRITE) < 0 ? -1 : 0;
}

int lab_skel_write_object(int fd, const char *target, const uint8_t *records, size_t len,
			  struct lab_skel_err *err)
{
	Elf *elf = NULL;
	int ret = -1;

	if (elf_version(EV_CURRENT) != EV_NONE)
		elf = elf_begin(fd, ELF_C_WRITE, NULL);
	if (elf)
		ret = fill_object(elf, target, records, len);
	err->offset = 0;
	err->column = 0;
	snprintf(err->why, sizeof(err->why), "%s", ret ? elf_errmsg(-1) : "");
	elf_end(elf);
	return ret;
}
