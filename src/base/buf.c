// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The growing byte buffer: doubles, and remembers a failed allocation.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"

int lab_buf_room(struct lab_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;
	uint8_t *p;

	if (b->oom || n > SIZE_MAX / 4) {
		b->oom = 1;
		return 0;
	}
	while (cap - b->n < n)
		cap *= 2;
	if (cap == b->cap)
		return 1;
	p = realloc(b->p, cap);
	if (!p) {
		b->oom = 1;
		return 0;
	}
	b->p = p;
	b->cap = cap;
	return 1;
}

void lab_buf_printf(struct lab_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !lab_buf_room(b, (size_t)n + 1))
		return;
	va_start(ap, fmt);
	vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

char *lab_buf_string(struct lab_buf *b)
{
	char *s;

	lab_buf_byte(b, 0);
	s = (char *)b->p;
	if (b->oom) {
		free(s);
		s = NULL;
	}
	memset(b, 0, sizeof(*b));
	return s;
}
