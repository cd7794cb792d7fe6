// SPDX-License-Identifier: GPL-2.0-or-later
/* Empty, packed, flexible, zero-length, transparent, self-referring, anonymous, big-endian records. */
struct empty {};
struct never;
struct __attribute__((packed)) pk { char c; int i; long l:37, m:20; struct empty e; };
struct flex { int n; struct flex *next; union { int a[0]; char b[0]; }; };
typedef union { int *ip; long *lp; } tu __attribute__((transparent_union));
struct __attribute__((scalar_storage_order("big-endian"))) be { unsigned a:4, b:12; int c; };
struct bitty { unsigned a:1, b:1, :0, c:31; _Bool d:1; unsigned long long e:48; } bb;
enum __attribute__((packed)) small { ONE = 1, MANY = 200 } en;
typedef struct { struct { struct { int deep; } x; } y[2]; } anon_t;
static struct { int a, b; } unnamed[3], *pun = &unnamed[1];

void take(tu u);
struct empty give(void);
struct never *find(struct never **p);

long touch(struct pk *p, struct flex *f, struct be *be, anon_t *an, int i)
{
	struct empty e = give();
	int *q = &p->i, v = 0;

	p->e = e;
	take(q);
	take((long *)f);
	p->l = p->m + f->a[i] + f->b[2];
	be->b = be->a + be->c;
	bb.c = bb.a && !bb.b && bb.d ? 5 : bb.e;
	if (bb.a == 1 && bb.b == 0)
		v = en == MANY;
	an->y[i].x.deep += an->y[1].x.deep;
	find((struct never **)&f);
	return pun[i].a + unnamed[i & 1].b + v + ((struct bitty *)an)->e;
}

int compare(struct bitty *x, struct bitty *y)
{
	return (x->a == y->a) + (x->c != y->c) + !(x->e & 4) + (x->d ^ y->d) + (x->a && y->b);
}
