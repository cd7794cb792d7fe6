// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols: weak, weakref, section, asm name, static local, thread local, constructor, enums. */
enum { LABYRINTH_QUALITY_ZERO = 1, LABYRINTH_QUALITY_POISON = 2 };
#define LABYRINTH_QUALITY_MASK (LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_POISON)
#define BIT(n) (1UL << (n))
#define GFP_BIT(n) ((unsigned int)BIT(n))
#define ___GFP_HIGH 0x20u
#define GFP_HIGH_ONLY ((unsigned int)(___GFP_HIGH) | GFP_BIT(9))
#define PREEMPT_MASK ((1UL << 8) - 1)
#define PREEMPT_TEXT "no number"
#define SOFTIRQ_IS_ON(x) (x)
#define NMI_PICK (PREEMPT_MASK > 254 ? ~0U : 3)

int maybe(int x) __attribute__((weak));
static int other(int x) __attribute__((weakref("far_away")));
int renamed(int x) __asm__("real_name");
static int early __attribute__((section(".init.data"))) = 3;
static __thread int per_thread;
typedef int (*fn_t)(int);
extern fn_t chosen;

__attribute__((section(".text.cold"), noinline)) static int cold(int x)
{
	static int calls;

	return ++calls + x;
}

__attribute__((constructor)) static void at_start(void)
{
	per_thread = early;
}

static int resolved(int x)
{
	return x + 1;
}

static fn_t resolve(void)
{
	return resolved;
}
int by_cpu(int x) __attribute__((ifunc("resolve")));

int sum(int n, ...)
{
	__builtin_va_list ap;
	int s = 0;

	__builtin_va_start(ap, n);
	if (maybe)
		s += maybe(n) + other(n) + renamed(n) + cold(n) + by_cpu(n);
	s += __builtin_va_arg(ap, int);
	__builtin_va_end(ap);
	chosen = cold;
	return s;
}
