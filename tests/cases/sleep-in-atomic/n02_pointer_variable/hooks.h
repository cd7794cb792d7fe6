/* SPDX-License-Identifier: GPL-2.0-or-later */
extern void (*notify)(int event);
extern void (*quiet)(int event);
void default_log(int event);
