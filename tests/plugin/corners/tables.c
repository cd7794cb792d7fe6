// SPDX-License-Identifier: GPL-2.0-or-later
/* Initialisers: ranges, nested, addresses with offsets, differences, labels, strings, compound literals. */
typedef void (*fn)(int);
extern void f(int), g(int);
extern char blob[], end[];
struct op { fn a; union { fn b; long raw; } u; struct { fn c; int flags; const char *s; } in[2]; };
static int target[10];
struct point { int x, y; } pts[4];
struct op ops[] = {
	[3] = { f, { .raw = 5 }, { [1] = { g, 7, "text" } } },
	[5 ... 8] = { .u.b = g },
	[0] = { (fn)0, { .b = (fn)(long)f }, { { (fn)((char *)f + 4), 1, "x" + 1 } } },
};
int *mid = target + 3, *far = &target[9], *field = &pts[2].y;
void *lit = &(struct op){ .a = f }, *arr = (int[]){ 1, 2 };
long as_int = (long)&target[1];
const int sizes[] = { 1, 2, 3 }, single = 42, neg = -7;
const unsigned long long huge = 0xffffffffffffffffull;
const char text[] = "abc", *const words[] = { "a", "b", 0 };
fn const table[2][2] = { { f, g }, { 0, f } };
struct self { struct self *next; fn cb; } one, two = { &one, g }, one = { &two, f };
static fn unused_table[] = { f };
int zero_init = 0, none;
const double pi = 3.14;
static const void *label_table(int i)
{
	static void *const t[] = { &&a, &&b };
	static const int diff[] = { 0, &&b - &&a };
a:	if (i) return t[diff[i]];
b:	return arr;
}
int main(void)
{
	struct op local = { f, { 0 }, { { g, 3, "s" } } }, copy = ops[3];
	static const struct op *p = &ops[3];
	int big[64] = { 1, 2, 3 };
	local.a(big[2] + copy.in[1].flags);
	return label_table(1) == 0 || (p == &local) || unused_table[0] == f;
}
