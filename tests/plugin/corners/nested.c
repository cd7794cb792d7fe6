// SPDX-License-Identifier: GPL-2.0-or-later
/* Nested functions, their static chain, non-local goto, VLAs. */
extern void each(int *v, int n, void (*fn)(int *));

int total(int n)
{
	__label__ out;
	int sum = 0, vla[n], grid[n][n + 1];

	void add(int *x)
	{
		if (*x < 0)
			goto out;
		sum += *x + vla[0];
	}
	auto int deep(int k);
	int deep(int k)
	{
		int inner(int j) { return j + sum + k; }
		return inner(k) + grid[k][1];
	}

	vla[n - 1] = grid[0][n];
	each(vla, n, add);
	sum += deep(2) + sizeof(vla);
out:
	return sum;
}

int by_vla_param(int n, int a[n][n], struct { int x; } *p)
{
	struct { int head; int body[n]; char tail; } s;

	s.tail = 3;
	s.body[n - 1] = a[1][n - 1];
	return s.tail + s.body[0] + p->x;
}
