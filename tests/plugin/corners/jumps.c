// SPDX-License-Identifier: GPL-2.0-or-later
/* setjmp, computed goto in loops, switch corners, infinite loops, alloca, unreachable code. */
#include <setjmp.h>
#include <stddef.h>
jmp_buf env;
void *__builtin_alloca(size_t);
void use(void *);
void die(void) __attribute__((noreturn));

int jumped(int n)
{
	volatile int k = n;
	if (setjmp(env))
		return k;
	if (n > 3)
		longjmp(env, 1);
	use(__builtin_alloca(n));
	return __builtin_setjmp((void **)env) ? 1 : 2;
}

int run(const unsigned char *code)
{
	static const void *const op[] = { &&inc, &&dec, &&out, &&inc };
	int acc = 0;
	goto *op[*code++];
inc:
	acc++;
	goto *op[*code++];
dec:
	acc--;
	goto *op[*code++];
out:
	return acc;
}

long cases(long x, unsigned long u)
{
	switch (x) {
	case (-9223372036854775807L - 1): return 1;
	case -5 ... -1: x++;
	case 0: break;
	case 9223372036854775807L: for (;;) use(0);
	}
	switch (u) { case 18446744073709551615UL: return 2; default: ; }
	switch (u & 3) {}
	switch (u) { default: x = 3; }
	while (1) {
		if (x++ > 100) break;
		do { if (u--) continue; goto inside; } while (u);
	}
	die();
inside:
	if (0) { dead: use(&&dead); }
	return x;
}

void forever(void) { for (;;); }
void empty(void) {}
int falls(int x) { if (x) return 1; }
_Noreturn void never(void) { for (;;) use(0); }
int big_frame(void) { char a[100000]; use(a); return a[99999]; }
