// SPDX-License-Identifier: GPL-2.0-or-later
/// Quality flags that do not exist, or that contradict each other.
//# The patch leaves POISON out where ZERO stands beside it: the page is cleared last, so nothing changes but the
//# count of contradictions. Numbers and the kernel's allocation flags are reported: nobody knows what was meant.
///
// Confidence: High
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: labyrinth, quality flags
// Options: --no-includes --include-headers

virtual patch
virtual context
virtual org
virtual report

@both depends on !patch@
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
expression Z;
position p;
@@

(
A@p(Z, \(LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO\|LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_POISON\), ...)
|
A@p(Z, LABYRINTH_QUALITY_ALL, ...)
)

@among depends on !patch@
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
expression Z, F;
position p;
@@

A@p(Z, \(LABYRINTH_QUALITY_POISON | F | LABYRINTH_QUALITY_ZERO\|LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO | F\|F | LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO\|LABYRINTH_QUALITY_ZERO | F | LABYRINTH_QUALITY_POISON\|LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_POISON | F\|F | LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_POISON\), ...)

@number depends on !patch@
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
constant C =~ "^[0-9]";
expression Z, F;
position p;
@@

A@p(Z, \(C\|F | C\|C | F\|~C\), ...)

@foreign depends on !patch@
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
identifier C =~ "^__*GFP_|^GFP_";
expression Z, F;
position p;
@@

A@p(Z, \(C\|F | C\|C | F\), ...)

// ---- modes ----

@depends on patch@
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
expression Z;
@@

A(Z,
(
- LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO
+ LABYRINTH_QUALITY_ZERO
|
- LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_POISON
+ LABYRINTH_QUALITY_ZERO
)
 , ...)

@depends on context && !patch@
position both.p;
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
@@

* A@p(...)

@depends on context && !patch@
position among.p;
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
@@

* A@p(...)

@depends on context && !patch@
position number.p;
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
@@

* A@p(...)

@depends on context && !patch@
position foreign.p;
identifier A =~ "^labyrinth_(void_allocpage_gfpatomic_extra_quality|alloc_page|alloc_bulk)$";
@@

* A@p(...)

@initialize:python@
@@

import re

SAID = set()
TEXT = {}

def lines(name):
    if name not in TEXT:
        with open(name, errors="replace") as f:
            text = re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", lambda m: re.sub(r"[^\n]", " ", m[0]), f.read(), flags=re.S)
        TEXT[name] = text.split("\n")
    return TEXT[name]

# What starts in a block ends with it, which a way through the function does not show.
def left(start, end):
    depth = 0
    text = lines(start.file)[int(start.line) - 1:int(end.line)]
    text[-1] = text[-1][:int(end.column)]
    text[0] = text[0][int(start.column):]
    for c in "\n".join(text):
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return True
    return False

# Is it the whole body of an if, a loop or an else without braces?
def hangs(start):
    text = lines(start.file)
    before = text[int(start.line) - 1][:int(start.column)].strip() or "".join(text[:int(start.line) - 1]).rstrip()[-200:]
    return bool(re.search(r"(\)|\belse|\bdo)\s*$", before))

# Does it hang on a plain variable, as in "if (may_sleep)"? Its callers decide then; they are not seen here.
def flagged(end):
    text, depth = lines(end.file), 0
    plain = r"\bif \(!?\w+(?: *[!=<>]=? *\w+)?\)"
    for i in range(int(end.line) - 1, max(int(end.line) - 60, 0), -1):
        before = text[i][:int(end.column)] if i == int(end.line) - 1 else text[i]
        depth += before.count("}") - before.count("{")
        if before.startswith("{"):
            return False
        opens = depth < 0 or (depth == 0 and i >= int(end.line) - 2 and not before.rstrip().endswith(";"))
        if opens and (re.search(plain, before) or (re.search(r"\belse\b", before) and
                      any(re.search(plain, x) for x in text[max(i - 3, 0):i]))):
            return True
        depth = max(depth, 0)
    return False

# LABYRINTH_ALLOW(rule, "reason") in the same function.
def allowed(rule, end):
    text, n = lines(end.file), int(end.line) - 1
    first = max([i for i in range(n) if text[i].startswith("}")], default=0)
    last = min([i for i in range(n, len(text)) if text[i].startswith("}")], default=len(text))
    return any(re.search(r"LABYRINTH_ALLOW\(\s*" + re.escape(rule) + r"\b", x) for x in text[first:last])

def say(how, rule, text, end, start=None, block=False):
    key = (rule, end.file, end.line, end.column)
    if key in SAID or allowed(rule, end):
        return
    if block and start.file == end.file and int(start.line) < int(end.line) and (left(start, end) or hangs(start)):
        return
    SAID.add(key)
    if how == "org":
        cocci.print_main(text, [end])
        if start:
            cocci.print_secs("from here", [start])
    else:
        coccilib.report.print_report(end, "ERROR: %s [labyrinth::%s]" % (text, rule))

@script:python depends on org && !patch@
p << both.p;
@@

say("org", "quality-flags", "POISON and ZERO contradict each other", p[0])

@script:python depends on report && !patch@
p << both.p;
@@

say("report", "quality-flags", "POISON and ZERO contradict each other", p[0])

@script:python depends on org && !patch@
p << among.p;
@@

say("org", "quality-flags", "POISON and ZERO contradict each other", p[0])

@script:python depends on report && !patch@
p << among.p;
@@

say("report", "quality-flags", "POISON and ZERO contradict each other", p[0])

@script:python depends on org && !patch@
p << number.p;
@@

say("org", "quality-flags", "a number among quality flags", p[0])

@script:python depends on report && !patch@
p << number.p;
@@

say("report", "quality-flags", "a number among quality flags", p[0])

@script:python depends on org && !patch@
p << foreign.p;
@@

say("org", "quality-flags", "a flag of the kernel's allocator among quality flags", p[0])

@script:python depends on report && !patch@
p << foreign.p;
@@

say("report", "quality-flags", "a flag of the kernel's allocator among quality flags", p[0])
