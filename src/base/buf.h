/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer, for records and for text.  A zeroed struct is empty.
 * Running out of memory is remembered in oom and the bytes are dropped, so a
 * writer checks once, at its end.  The owner frees p.
 */
#ifndef LAB_BASE_BUF_H
#define LAB_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct lab_buf {
	uint8_t *p;
	size_t n, cap;
	int oom;
};

/* Makes room for n more bytes; 0 if there is none. */
int lab_buf_room(struct lab_buf *b, size_t n);
void lab_buf_printf(struct lab_buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The bytes with a NUL behind them, to be freed by the caller; NULL if oom. */
char *lab_buf_string(struct lab_buf *b);

static inline void lab_buf_add(struct lab_buf *b, const void *bytes, size_t n)
{
	if (n && (b->cap - b->n >= n || lab_buf_room(b, n))) {
		memcpy(b->p + b->n, bytes, n);
		b->n += n;
	}
}

static inline void lab_buf_byte(struct lab_buf *b, uint8_t byte)
{
	if (b->n < b->cap || lab_buf_room(b, 1))
		b->p[b->n++] = byte;
}

static inline void lab_buf_puts(struct lab_buf *b, const char *s)
{
	lab_buf_add(b, s, strlen(s));
}

#endif
