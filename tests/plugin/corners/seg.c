// SPDX-License-Identifier: GPL-2.0-or-later
/* Named address spaces, volatile parts, absolute addresses, const functions, restrict, cleanup with exceptions. */
extern __seg_gs int percpu;
extern int fallible(int) ;
extern int pure_fn(int) __attribute__((pure)), const_fn(int) __attribute__((const, nothrow));
static void drop(int **p) { *p = 0; }
struct dev { volatile int reg; int plain; volatile struct { int a, b:3; } v; };
int use(struct dev *d, int *restrict a, const volatile int *b)
{
	int *guard __attribute__((cleanup(drop))) = a;
	int __seg_gs *q = &percpu;
	d->v.b = *b;
	*(volatile unsigned *)0xfee000b0 = d->reg;
	((volatile char *)0xb8000)[d->plain] = 1;
	if (fallible(*guard))
		return *q + percpu;
	return pure_fn(1) + const_fn(2) + __builtin_expect(d->v.a, 0) +
	       *(int *)__builtin_assume_aligned(a, 16) + __builtin_object_size(d, 0);
}
