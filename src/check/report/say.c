// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a step of a chain says, for every format.
 */
#include <string.h>
#include <stb/stb_ds.h>
#include "report.h"

int lab_say_frames(const struct lab_origin *r)
{
	int n = arrlen(r->frames);

	return n && (*r->frames[n - 1].by || r->frames[n - 1].text) ? n : n - 1;
}

void lab_say_frame(struct lab_buf *b, const struct lab_origin *r, int i)
{
	const struct lab_frame *f = &r->frames[i];

	if (f->text)
		lab_buf_puts(b, f->text);
	else if (i == arrlen(r->frames) - 1)
		lab_buf_printf(b, "%s() %s%s%s", f->function, r->ends, *f->by ? ", by " : "", f->by);
	else if (!strcmp(f->role, "enters"))
		lab_buf_printf(b, "in %s(): becomes atomic here (%s)", f->function, r->context);
	else if (!strcmp(f->role, "starts"))
		lab_buf_printf(b, "%s() runs in atomic context (%s): %s", f->function, r->context,
			       r->why);
	else
		lab_buf_printf(b, "%s() calls %s()%s%s", f->function, r->frames[i + 1].function,
			       *f->when ? " when " : "", f->when);
}
