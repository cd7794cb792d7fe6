// SPDX-License-Identifier: GPL-2.0-or-later
/* asm: named and many operands, matching, clobbers, memory, goto with outputs, registers, very long text. */
struct s { long a, b; } g;
#define T8(x) x x x x x x x x
int op(int x, long *m, struct s *p)
{
	register int r8v __asm__("r8") = x;
	int out, lo, hi, tied = x;
	asm("mov %[in], %[out]" : [out] "=r"(out) : [in] "rm"(x));
	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	asm("addl $1, %0" : "+r"(tied) : : "cc");
	asm volatile("movq $0, %0" : "=m"(p->b) : "r"(r8v), "m"(*m), "i"(&g), "X"(p->a) : "memory", "rax");
	asm volatile("" : "+m"(g));
	asm volatile("" : "=m"(*(struct s *)m) : "m"(*p));
	asm("" : "=r"(out) : "0"(&g.b));
	asm("" : "=r"(hi));
	asm volatile(T8(T8(T8("nop\n\t"))));
	asm volatile("# %0 %1" : : "i"("string"), "g"((char)x));
	asm goto("jmp %l2" : : "r"(x), "m"(g.a) : "cc" : done, more);
	out++;
more:
	asm inline("nop");
done:
	return out + lo + hi + tied;
}
