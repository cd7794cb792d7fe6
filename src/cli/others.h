/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What other tools said of the same sources, in their own words.
 */
#ifndef LAB_CLI_OTHERS_H
#define LAB_CLI_OTHERS_H

#include "check/check.h"

/*
 * Reads lines of Coccinelle (lab-cocci, make coccicheck), of the compiler plugin and of
 * sparse; other lines are skipped.  What has the rule and the line of a finding of ours is
 * left out: the owner of a property speaks once.  0, or an exit status after a complaint.
 */
int lab_others_read(struct lab_check *c, const char *path, const char *root);
/* After the last file: by place, each once. */
void lab_others_finish(struct lab_check *c);

#endif
