// SPDX-License-Identifier: GPL-2.0-or-later
/// A page of labyrinth's that is used before anybody asked whether there is one.
//# There is no patch: what to do without a page is the driver's to say.
///
// Confidence: Moderate
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: labyrinth, NULL
// Options: --no-includes --include-headers

virtual context
virtual org
virtual report

// Any test counts, and so does a function that gets the page: it may test.

@use exists@
identifier P;
expression E, V;
identifier M;
type T;
position p, l;
@@

(
P@l = \(labyrinth_void_allocpage_gfpatomic_extra_quality\|labyrinth_alloc_page\)(...);
|
T P@l = \(labyrinth_void_allocpage_gfpatomic_extra_quality\|labyrinth_alloc_page\)(...);
)
... when != \(P == NULL\|P != NULL\|!P\|P == 0\|P != 0\|P && E\|P || E\|P ? E : V\)
    when != P = E
    when != if (P) { ... }
    when != if (P) { ... } else { ... }
    when != \(likely\|unlikely\|WARN_ON\|WARN_ON_ONCE\|IS_ERR_OR_NULL\)(<+... P ...+>)
    when != while (<+... P ...+>) { ... }
(
 *P@p
|
 P@p->M
)

// ---- modes ----

@depends on context@
position use.p;
identifier P;
@@

* P@p

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

@script:python depends on org@
p << use.p;
P << use.P;
l << use.l;
@@

# tested in the same expression
if not re.search(r"\b" + re.escape(P) + r"\s*(&&|\?)", lines(p[0].file)[int(p[0].line) - 1][:int(p[0].column)]):
    say("org", "unchecked-page", "the page of line %s is used before it is known whether there is one" % l[0].line, p[0], l[0])

@script:python depends on report@
p << use.p;
P << use.P;
l << use.l;
@@

# tested in the same expression
if not re.search(r"\b" + re.escape(P) + r"\s*(&&|\?)", lines(p[0].file)[int(p[0].line) - 1][:int(p[0].column)]):
    say("report", "unchecked-page", "the page of line %s is used before it is known whether there is one" % l[0].line, p[0], l[0])
