// SPDX-License-Identifier: GPL-2.0-or-later
/// A page that is used, handed off or freed after it was handed off, cancelled or freed.
//# Hand-offs whose result is tested are left to the checker: on failure the page has not moved. No patch.
///
// Confidence: Moderate
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: labyrinth, labyrinth_handoff
// Options: --no-includes --include-headers

virtual context
virtual org
virtual report

@used exists@
identifier P;
expression E, Z;
identifier M;
position p, l;
@@

\(labyrinth_handoff@l\|labyrinth_cancel@l\|labyrinth_free_page@l\)(Z, P);
... when != P = E
    when != P++
    when != &P
(
 P@p->M
|
 *P@p
)

@again exists@
identifier P;
expression E, Z;
position p, l;
@@

\(labyrinth_handoff@l\|labyrinth_cancel@l\|labyrinth_free_page@l\)(Z, P);
... when != P = E
    when != P++
    when != &P
labyrinth_handoff@p(..., P)

@freed exists@
identifier P;
expression E, Z;
position p, l;
@@

\(labyrinth_handoff@l\|labyrinth_cancel@l\|labyrinth_free_page@l\)(Z, P);
... when != P = E
    when != P++
    when != &P
\(labyrinth_cancel@p\|labyrinth_free_page@p\)(..., P)

// ---- modes ----

@depends on context@
position used.p;
identifier P;
@@

* P@p

@depends on context@
position again.p;
@@

* labyrinth_handoff@p(...)

@depends on context@
position freed.p;
identifier F;
@@

* F@p(...)

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
p << used.p;
l << used.l;
@@

say("org", "use-after-hand-off", "the page is somebody else's since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << used.p;
l << used.l;
@@

say("report", "use-after-hand-off", "the page is somebody else's since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << again.p;
l << again.l;
@@

say("org", "double-hand-off", "the page was given away on line %s already" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << again.p;
l << again.l;
@@

say("report", "double-hand-off", "the page was given away on line %s already" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << freed.p;
l << freed.l;
@@

say("org", "free-after-hand-off", "the page was given away on line %s already" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << freed.p;
l << freed.l;
@@

say("report", "free-after-hand-off", "the page was given away on line %s already" % l[0].line, p[0], l[0], True)
