// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record from outside: its header, its sections, and whose facts it holds.  Sizes
 * are believed only after they were compared with the bytes that follow.
 */
#include <stdio.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "check/skel/skel_priv.h"

static uint64_t get_le(const uint8_t *p, unsigned int bytes)
{
	uint64_t x = 0;

	while (bytes--)
		x = x << 8 | p[bytes];
	return x;
}

static void fail(struct lab_skel_err *err, uint64_t offset, const char *why)
{
	err->offset = offset;
	err->column = 0;
	snprintf(err->why, sizeof(err->why), "%s", why);
}

uint32_t lab_code_count(struct lab_coder *c, uint32_t bytes_each)
{
	uint32_t n = 0;

	lab_code_u(c, &n);
	if (n > (size_t)(c->end - c->at) / bytes_each) {
		lab_code_fail(c, "count is larger than what follows");
		n = 0;
	}
	return n;
}

int lab_code_section(struct lab_coder *c, enum lab_sec sec)
{
	uint32_t tag = 0, len;

	lab_code_u(c, &tag);
	if (tag != (uint32_t)sec)
		lab_code_fail(c, "section is missing or out of order");
	len = lab_code_count(c, 1);
	if (!c->why)
		c->end = c->at + len;
	return !c->why;
}

/* 0 and the length of the record at p, or a complaint. */
static const char *check_header(const uint8_t *p, size_t left, uint32_t *length)
{
	uint32_t magic = left < 4 ? 0 : (uint32_t)get_le(p, 4);

	if (magic == LABYRINTH_SKEL_MAGIC_BE)
		return "record of the other byte order; records are little endian";
	if (left >= 4 && magic != LABYRINTH_SKEL_MAGIC)
		return "no record here (wrong magic number)";
	if (left < LABYRINTH_SKEL_HEADER_LENGTH)
		return "record is cut off";
	if (get_le(p + 4, 2) != LABYRINTH_SKEL_VERSION)
		return "record of another format version";
	if (get_le(p + 6, 2) != LABYRINTH_SKEL_HEADER_LENGTH)
		return "header has a wrong length";
	*length = (uint32_t)get_le(p + 8, 4);
	if (*length < LABYRINTH_SKEL_HEADER_LENGTH)
		return "record has a wrong length";
	if (*length > left || lab_align8(*length) > left)
		return "record is cut off";
	if (get_le(p + 12, 4) & ~LABYRINTH_SKEL_F_ALL)
		return "unknown flags in the header";
	if (get_le(p + 24, 8))
		return "reserved bytes of the header are in use";
	if (get_le(p + 16, 8) != XXH3_64bits_withSeed(p + LABYRINTH_SKEL_HEADER_LENGTH,
						      *length - LABYRINTH_SKEL_HEADER_LENGTH,
						      LABYRINTH_SKEL_SEED(get_le(p + 12, 4))))
		return "content does not match its hash";
	return NULL;
}

/* Zeros between records; returns where they end. */
static size_t skip_padding(const uint8_t *data, size_t len, size_t at)
{
	while (at < len && !data[at])
		at++;
	/* a record starts on 8 bytes, and its magic with no zero */
	return at;
}

uint32_t lab_skel_open(const uint8_t *data, size_t len, size_t *pos, struct lab_skel_err *err)
{
	const char *why;
	uint32_t length = 0;
	size_t at = skip_padding(data, len, *pos);

	fail(err, 0, "");
	*pos = at;
	if (at == len)
		return 0;
	why = at % LABYRINTH_SKEL_ALIGN ? "no record here (not on 8 bytes)"
					: check_header(data + at, len - at, &length);
	if (!why && skip_padding(data, at + lab_align8(length), at + length) != at + lab_align8(length))
		why = "padding behind the record is not zero";
	if (why) {
		fail(err, at, why);
		return 0;
	}
	return length;
}

uint32_t lab_skel_flags(const uint8_t *record)
{
	return (uint32_t)get_le(record + 12, 4);
}

const char *lab_skel_peek(const uint8_t *data, size_t len, size_t *pos, struct lab_skel_err *err)
{
	uint32_t length = lab_skel_open(data, len, pos, err);
	const uint8_t *end = data + *pos + length;
	struct lab_coder c = { .at = data + *pos + LABYRINTH_SKEL_HEADER_LENGTH, .end = end };
	struct lab_unit u = { 0 };

	if (!length)
		return NULL;
	if (lab_code_section(&c, LAB_SEC_UNIT)) {
		lab_code_unit(&c, &u);
		c.at = c.end;
		c.end = end;
	}
	if (!c.why && lab_code_section(&c, LAB_SEC_STR) && u.source >= lab_code_count(&c, 1))
		lab_code_fail(&c, "unit names a string that does not exist");
	for (uint32_t i = 0; !c.why; i++) {
		const uint8_t *s = c.at, *stop = memchr(s, 0, (size_t)(c.end - s));

		if (!stop) {
			lab_code_fail(&c, "string is cut off");
			break;
		}
		if (i == u.source) {
			*pos += lab_align8(length);
			return (const char *)s;
		}
		c.at = stop + 1;
	}
	fail(err, (uint64_t)(c.bad - data), c.why);
	return NULL;
}
