// SPDX-License-Identifier: GPL-2.0-or-later
/* Inline assembly, asm goto, computed goto, noreturn, a hidden pointer, switch. */
struct key { int enabled; };
struct counter { int v; };
void slow(void);
void fail(void) __attribute__((noreturn));
void trap(const char *why);
extern struct key debug_key;

static inline __attribute__((always_inline)) _Bool branch(struct key *k)
{
	asm goto("1: jmp %l[yes]\n\t.pushsection __jump_table, \"aw\"\n\t.quad %c0\n\t.popsection"
		 : : "i"(k) : : yes);
	return 0;
yes:
	return 1;
}

void *hide(void *p)
{
	void *q;

	asm("" : "=r"(q) : "0"(p));
	return q;
}

int inc(struct counter *c, int by)
{
	_Bool zero;

	asm volatile("lock; xaddl %1, %0\n\tsete %2" : "+m"(c->v), "+r"(by), "=qm"(zero) : : "memory");
	if (zero)
		asm volatile("call __schedule" : : : "memory", "cc");
	asm volatile("" : : : "memory");
	return by;
}

void pick(int op)
{
	static void *const where[] = { &&stop, &&go };

	if (branch(&debug_key))
		slow();
	if (op > 1)
		fail();
	goto *where[op];
go:
	slow();
stop:
	return;
}

int chosen(unsigned char op, void (*fn)(void))
{
	switch (op) {
	case 1:
	case 2:
		fn();
		break;
	case 5 ... 9:
		return op;
	default:
		__builtin_unreachable();
	}
	trap("end");
	return op > 1 ? -1 : 0;
}

int loop_first(int n)
{
again:
	if (n-- > 3)
		goto again;
	return n;
}
