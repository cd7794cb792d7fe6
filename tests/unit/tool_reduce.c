// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads units as text from standard input, reduces every function, prints them
 * again.  tests/skel/test_reduce.py compares what the two do.
 */
#include <stdlib.h>
#include <stdio.h>
#include "check/skel/skel.h"
#include "base/buf.h"

static int reduce(struct lab_unit *u)
{
	struct lab_skel_err err;
	uint32_t i;
	char *text;

	for (i = 0; i < u->nfns; i++)
		lab_fn_reduce(u, u->fns[i]);
	if (lab_skel_verify(u, &err)) {
		fprintf(stderr, "reduced to something bad: %s\n", err.why);
		return 1;
	}
	text = lab_skel_print(u);
	fputs(text, stdout);
	free(text);
	return 0;
}

int main(void)
{
	struct lab_buf in = { 0 };
	struct lab_skel_err err = { 0 };
	struct lab_unit *u;
	size_t n, pos = 0;
	int ret = 0;

	do {
		lab_buf_room(&in, 65536);
		n = fread(in.p + in.n, 1, 65536, stdin);
		in.n += n;
	} while (n);
	while (!ret && (u = lab_skel_parse((char *)in.p, in.n, &pos, &err))) {
		ret = reduce(u);
		lab_unit_free(u);
	}
	if (err.why[0]) {
		fprintf(stderr, "%lu:%u: %s\n", (unsigned long)err.offset, err.column, err.why);
		ret = 2;
	}
	free(in.p);
	return ret;
}
