// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target of the skeleton room.  Input whose first byte is even is a
 * record; magic, version, length and hash are repaired, and so are the lengths
 * of the sections, so that mutations reach the tables and bodies.  What is
 * accepted must come back the same from the writer, from its own text, and,
 * undecoded, from the raw bodies; reducing it must be harmless.  An odd first
 * byte makes the rest a text, which must come back from its own print.
 */
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "check/skel/skel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_le(uint8_t *p, uint64_t x, int n)
{
	for (; n; n--, x >>= 8)
		*p++ = (uint8_t)x;
}

static void check(int ok)
{
	if (!ok)
		abort();
}

static void same_bytes(const struct lab_unit *u, const uint8_t *bytes, size_t len)
{
	uint8_t *again;
	size_t n;

	check(!lab_skel_write(u, &again, &n));
	check(n == len && !memcmp(again, bytes, n));
	free(again);
}

static void through_text(const struct lab_unit *u, const uint8_t *bytes, size_t len)
{
	struct lab_skel_err err;
	char *text = lab_skel_print(u);
	size_t pos = 0, n = strlen(text);
	struct lab_unit *v = lab_skel_parse(text, n, &pos, &err);

	check(v != NULL);
	check(pos == n);
	same_bytes(v, bytes, len);
	lab_unit_free(v);
	free(text);
}

static void reduce(struct lab_unit *u)
{
	uint32_t i;

	for (i = 0; i < u->nfns; i++)
		lab_fn_reduce(u, u->fns[i]);
}

static void each_body(const struct lab_unit *u)
{
	struct lab_skel_err err;
	uint32_t i;

	for (i = 0; i < u->nraw; i++) {
		struct lab_fn *f = lab_skel_decode(&u->raw[i], NULL, &err);

		check(f || err.why[0]);
		free(f);
	}
}

static void record(const uint8_t *data, size_t len)
{
	struct lab_skel_err err;
	struct lab_unit *u;
	size_t pos = 0;

	u = lab_skel_read(data, len, &pos, 0, &err);
	if (!u) {
		check(err.why[0] && err.offset <= len);
		return;
	}
	check(pos == len);
	same_bytes(u, data, len);
	each_body(u);
	lab_unit_free(u);
	pos = 0;
	u = lab_skel_read(data, len, &pos, 1, &err);
	if (!u) {
		check(err.why[0] && err.offset <= len);
		return;
	}
	same_bytes(u, data, len);
	through_text(u, data, len);
	reduce(u);
	lab_unit_free(u);
}

/* A record around the payload: sections are separated by 0xfe 0xed in the input. */
static void repaired(const uint8_t *data, size_t size)
{
	uint8_t *r = calloc(1, LABYRINTH_SKEL_HEADER_LENGTH + size + 128), *p;
	size_t n = 0, padded;
	int sec;

	p = r + LABYRINTH_SKEL_HEADER_LENGTH;
	for (sec = LAB_SEC_UNIT; sec < LAB_SEC_END; sec++) {
		const uint8_t *cut = size ? memmem(data, size, "\xfe\xed", 2) : NULL;
		size_t len = cut ? (size_t)(cut - data) : size, left = len;

		p[n++] = (uint8_t)sec;
		for (; left >= 0x80; left >>= 7)
			p[n++] = (uint8_t)(left | 0x80);
		p[n++] = (uint8_t)left;
		memcpy(p + n, data, len);
		n += len;
		data += len + (cut ? 2 : 0);
		size -= len + (cut ? 2 : 0);
	}
	put_le(r, LABYRINTH_SKEL_MAGIC, 4);
	put_le(r + 4, LABYRINTH_SKEL_VERSION, 2);
	put_le(r + 6, LABYRINTH_SKEL_HEADER_LENGTH, 2);
	put_le(r + 8, LABYRINTH_SKEL_HEADER_LENGTH + n, 4);
	put_le(r + 16, XXH3_64bits_withSeed(p, n, LABYRINTH_SKEL_SEED(0)), 8);
	padded = (LABYRINTH_SKEL_HEADER_LENGTH + n + 7) & ~(size_t)7;
	/* exactly as long as it is, so that a read behind it is seen */
	p = malloc(padded);
	memcpy(p, r, padded);
	free(r);
	record(p, padded);
	free(p);
}

static void text(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct lab_skel_err err;
	struct lab_unit *u;
	size_t pos = 0, len;
	uint8_t *bytes;

	memcpy(copy, data, size);
	while ((u = lab_skel_parse(copy, size, &pos, &err))) {
		check(!lab_skel_write(u, &bytes, &len));
		record(bytes, len);
		free(bytes);
		lab_unit_free(u);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] & 1)
		text(data + 1, size - 1);
	else
		repaired(data + 1, size - 1);
	return 0;
}
