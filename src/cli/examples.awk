# SPDX-License-Identifier: GPL-2.0-or-later
# Example files in, a C table of them out: see src/cli/rules.mk.

function quote(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/\?/, "\\?", s)
	return "\"" s "\\n\"\n"
}
function flush_file() {
	if (id)
		printf "{ \"%s\",\n%s%s,\n%s%s },\n", id, bad ? head bad : "\"\"\n", "",
			good ? head good : "\"\"\n", ""
}
BEGIN {
	print "/* generated from src/check/rules/examples/: do not edit */"
	print "#include \"cli/cli.h\""
	print "const struct lab_example lab_examples[] = {"
}
FNR == 1 {
	flush_file()
	id = FILENAME
	sub(/.*\//, "", id)
	sub(/\.c$/, "", id)
	head = bad = good = part = ""
	skipping = 1
}
# The licence, and a comment with the directives of the test, are nobody's business here.
skipping && /^\/\* SPDX/ { next }
skipping && /^\/\*$/ { inside = 1 }
inside { if (/\*\//) inside = 0; next }
{ skipping = 0 }
/^\/\* bad: / { part = "bad" }
/^\/\* good: / { part = "good" }
{
	sub(/ *\/\* expect: .* \*\//, "")
	if (part == "bad")
		bad = bad quote($0)
	else if (part == "good")
		good = good quote($0)
	else
		head = head quote($0)
}
END {
	flush_file()
	print "{ 0, 0, 0 } };"
}
