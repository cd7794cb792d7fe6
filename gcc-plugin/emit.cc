// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts -> section of the assembler output, and the early way out.
 *
 * The bytes go out as .8byte words with the values read in the target's byte
 * order, so that memory holds what the writer made.  Never .ascii: kbuild
 * filters such lines out of the assembler files it reads back.
 */
#include "extract.h"

static char *hex_word(char *s, const uint8_t *p)
{
	static const char digit[] = "0123456789abcdef";

	*s++ = '0';
	*s++ = 'x';
	for (int i = 0; i < 8; i++) {
		uint8_t c = p[BYTES_BIG_ENDIAN ? i : 7 - i];

		*s++ = digit[c >> 4];
		*s++ = digit[c & 15];
	}
	return s;
}

/* Puts the section down and returns to the one that was current. */
void lab_gcc_emit(const uint8_t *bytes, size_t len)
{
	char line[8 * 19 + 16], *s;

	fprintf(asm_out_file, "\t.pushsection\t%s,\"e\"," TYPE_OPERAND_FMT "\n\t.balign\t8\n",
		LABYRINTH_SKEL_SECTION, "progbits");
	for (size_t at = 0; at < len;) {
		s = stpcpy(line, "\t.8byte\t");
		for (int i = 0; i < 8 && at < len; i++, at += 8) {
			if (i)
				*s++ = ',';
			s = hex_word(s, bytes + at);
		}
		*s++ = '\n';
		fwrite(line, 1, s - line, asm_out_file);
	}
	fputs("\t.popsection\n", asm_out_file);
}

/*
 * Ends the compile here, without code: what toplev does at its end, in its
 * order.  lang_hooks.finish() writes the dependency file.
 */
void lab_gcc_leave(void)
{
	targetm.asm_out.file_end();
	if (ferror(asm_out_file) || fclose(asm_out_file))
		fatal_error(UNKNOWN_LOCATION, "labyrinth: error writing to %s: %m", asm_file_name);
	asm_out_file = NULL;
	lang_hooks.finish();
	if (warningcount || errorcount || werrorcount)
		print_ignored_options();
	lab_gcc_diagnostic_finish();
	exit(seen_error() || werrorcount ? FATAL_EXIT_CODE : SUCCESS_EXIT_CODE);
}
