/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What spatch cannot parse as it stands; lab-cocci passes this with --macro-file.  It is
 * looked at only where parsing fails, so rules that declare an iterator still see it.
 */
#define scoped_guard(...) for (;;)
#define scoped_cond_guard(...) for (;;)
#define __cleanup(x)
#define __free(x)
