// SPDX-License-Identifier: GPL-2.0-or-later
/* Vectors, complex, wide integers, floats, decimal, shuffles, atomics. */
typedef int v4 __attribute__((vector_size(16)));
typedef float f4 __attribute__((vector_size(16)));
typedef unsigned __int128 u128;
_Complex double z;
v4 lanes;
_Atomic int counter;
u128 wide = ((u128)1 << 100) + 7;

v4 shuffle(v4 a, v4 b, int i)
{
	v4 m = { 0, 5, 2, 7 };
	a[i] = b[1];
	lanes = a > b;
	return __builtin_shuffle(a, b, m) + (v4){ 1, i } * a;
}

double parts(_Complex double c, float f)
{
	__real__ z = __imag__ c;
	z *= c + 2.0i;
	return __real__ z + f * 3 + (f < 2 ? 1 : __builtin_fabs(f)) + __builtin_isnan(f);
}

u128 big(u128 a, long long b)
{
	if (a > ((u128)3 << 90))
		return a * b + (u128)-1;
	return (a << 70) | (a >> 3) | (b % 7) | __builtin_bswap64(b);
}

int turn(unsigned x, int n, short s)
{
	counter += n;
	__atomic_fetch_or(&counter, 3, 5);
	return (x << 5 | x >> 27) + __builtin_popcount(x) + s / 3 - s % 5 + (n > 0 ? n : -n) +
	       __builtin_add_overflow_p(n, s, (int)0);
}

long double ld(long double x, _Float128 q) { return x + q; }
