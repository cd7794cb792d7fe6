// SPDX-License-Identifier: GPL-2.0-or-later
/* No function at all. */
typedef int number;
