/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Optional layer 1 in user space: a magazine per CPU, by restartable sequences.
 *
 * A push or pop is a few instructions that end in one store; the kernel moves a
 * thread that was preempted, migrated or signalled before that store to the
 * abort label, and it begins again. glibc 2.35 and later registers the thread's
 * area and tells its place by __rseq_offset; where that is missing, or under
 * valgrind, the zone uses the thread's magazine instead (stats.rseq is false).
 */
#ifndef LABYRINTH_ALLOC_RSEQ_H
#define LABYRINTH_ALLOC_RSEQ_H

#if defined(__x86_64__) && defined(__GLIBC__) && __GLIBC_PREREQ(2, 35) && !defined(__CHECKER__)
#define LAB_HAVE_RSEQ 1

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static inline bool lab_rseq_ready(void)
{
	return &__rseq_size && __rseq_size;
}

static inline char *lab_rseq_area(void)
{
	return (char *)__builtin_thread_pointer() + __rseq_offset;
}

/* The beginning and the end of a sequence; area+4 is the CPU, area+8 the descriptor's place. */
#define LAB_RSEQ_BEGIN								\
	".pushsection __rseq_cs, \"aw\"\n\t"					\
	".balign 32\n\t"							\
	"3:\n\t"								\
	".long 0, 0\n\t"							\
	".quad 1f, 2f - 1f, 4f\n\t"						\
	".popsection\n\t"							\
	"leaq 3b(%%rip), %%rax\n\t"						\
	"movq %%rax, 8(%[area])\n\t"						\
	"1:\n\t"								\
	"movl 4(%[area]), %%eax\n\t"						\
	"cmpl %[cpus], %%eax\n\t"						\
	"jae %l[no]\n\t"							\
	"imulq %[stride], %%rax\n\t"						\
	"addq %[base], %%rax\n\t"						\
	"movl (%%rax), %%ecx\n\t"
#define LAB_RSEQ_END								\
	"2:\n\t"								\
	".pushsection __rseq_failure, \"ax\"\n\t"				\
	".byte 0x0f, 0xb9, 0x3d\n\t"						\
	".long 0x53053053\n\t"							\
	"4:\n\t"								\
	"jmp %l[again]\n\t"							\
	".popsection\n\t"

/* struct lab_percpu: n at 0, cap at 4, idx[] at 8 */
static inline bool lab_rseq_pop(struct lab_percpu *base, u32 cpus, u32 *out)
{
	char *area = lab_rseq_area();

again:
	__asm__ goto(LAB_RSEQ_BEGIN
		"testl %%ecx, %%ecx\n\t"
		"jz %l[no]\n\t"
		"movl 4(%%rax, %%rcx, 4), %%edx\n\t"
		"movl %%edx, (%[out])\n\t"
		"subl $1, %%ecx\n\t"
		"movl %%ecx, (%%rax)\n\t"
		LAB_RSEQ_END
		: : [area] "r"(area), [base] "r"(base), [cpus] "r"(cpus), [out] "r"(out),
		    [stride] "i"(sizeof(struct lab_percpu))
		: "memory", "cc", "rax", "rcx", "rdx" : no, again);
	return true;
no:
	return false;
}

static inline bool lab_rseq_push(struct lab_percpu *base, u32 cpus, u32 value)
{
	char *area = lab_rseq_area();

again:
	__asm__ goto(LAB_RSEQ_BEGIN
		"cmpl 4(%%rax), %%ecx\n\t"
		"jae %l[no]\n\t"
		"movl %[value], 8(%%rax, %%rcx, 4)\n\t"
		"addl $1, %%ecx\n\t"
		"movl %%ecx, (%%rax)\n\t"
		LAB_RSEQ_END
		: : [area] "r"(area), [base] "r"(base), [cpus] "r"(cpus), [value] "r"(value),
		    [stride] "i"(sizeof(struct lab_percpu))
		: "memory", "cc", "rax", "rcx", "rdx" : no, again);
	return true;
no:
	return false;
}

#else

static inline bool lab_rseq_ready(void)
{
	return false;
}

#endif

#endif /* LABYRINTH_ALLOC_RSEQ_H */
