// SPDX-License-Identifier: GPL-2.0-or-later
/* Weak, alias, ifunc, visibility, sections, constructors, gnu_inline, commons, asm names, top-level asm. */
int weak_fn(void) __attribute__((weak));
int real(int x) { return x; }
int also(int x) __attribute__((alias("real"), weak));
extern int mine(int) __attribute__((alias("real"), visibility("hidden")));
static int ref(int) __attribute__((weakref("elsewhere")));
static int (*pick(void))(int) { return real; }
int chosen(int) __attribute__((ifunc("pick")));
extern inline __attribute__((gnu_inline, always_inline)) int ext(int x) { return x + 1; }
static inline int twice(int x) { return 2 * x; }
int var __attribute__((section(".mydata"))) = 4;
extern int var_alias __attribute__((alias("var")));
__thread int tls_var __attribute__((tls_model("initial-exec")));
int renamed __asm__("other_name");
register unsigned long sp __asm__("rsp");
__attribute__((constructor(200))) static void begin(void) { var = 1; }
__attribute__((destructor)) static void finish(void) { var = 2; }
__attribute__((cold, noinline, used)) static int kept(int x) { return x; }
__attribute__((noclone, no_instrument_function, target("no-sse"))) int plain(int x) { return x; }
asm(".globl top_level\n\ttop_level:\n\t.byte 0\n");
int old_style(a, b) int a; char b; { return a + b; }
int many(int n, ...) { __builtin_va_list v; __builtin_va_start(v, n); int r = __builtin_va_arg(v, int); __builtin_va_end(v); return r; }
int all(int x)
{
	extern int block_scope(int);
	static int calls;
	if (weak_fn)
		x += weak_fn();
	calls++;
	return also(x) + mine(x) + ref(x) + chosen(x) + ext(x) + twice(x) + var_alias + tls_var +
	       renamed + block_scope(x) + (int)sp + plain(calls) + implicit(x) +
	       __builtin_constant_p(x) + (long)__builtin_return_address(0) + (int)__builtin_strlen("abc");
}
