// SPDX-License-Identifier: GPL-2.0-or-later
/* Places: copies, parts, unions, arrays, bit-fields, casts, parameters in memory. */
typedef unsigned char u8;
struct pair { int a; int b; };
struct bits { unsigned int x:3, y:5; signed int z:4; u8 plain; u8 next; };
struct mix {
	struct pair p[3];
	union { struct pair both; long whole; };
	struct { struct bits b; } in;
	u8 tail[];
};

struct pair make(int a);
void eat(struct pair p);
void peek(const void *p);
volatile int port;
struct pair shared;

int parts(struct mix *m, int i, struct pair byval)
{
	struct pair loc = make(i);

	peek(&byval.b);
	m->p[i] = loc;
	m->p[1] = byval;
	shared = m->both;
	eat(m->p[2]);
	m->whole = 5;
	m->tail[3] = m->tail[i];
	return port + shared.b + *(int *)((char *)m + 12);
}

int fields(struct mix *m)
{
	m->in.b.y = 9;
	if (m->in.b.x == 5 && m->in.b.y == 17 && m->in.b.z == -3)
		return 1;
	if (m->in.b.plain == 1 && m->in.b.next == 2)
		return 2;
	return m->in.b.z;
}

struct pair swap(struct pair p)
{
	struct pair q = { p.b, p.a }, none = {};

	if (!p.a)
		return none;
	return q;
}

long spin(volatile long *p, const u8 *q)
{
	while (*p)
		;
	return *(const short *)(q + 2) ? *(volatile int *)0xfee00000ul : 0;
}
