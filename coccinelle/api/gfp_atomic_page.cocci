// SPDX-License-Identifier: GPL-2.0-or-later
/// Single pages of GFP_ATOMIC that labyrinth could give without asking the page allocator.
//# The patch needs the name of the zone: spatch -D patch -D zone=MY_ZONE. It takes pages that the same function
//# frees on its error paths; where such a page goes elsewhere, that place must give it back to the zone, too.
///
// Confidence: Low
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: labyrinth, GFP_ATOMIC, __get_free_page
// Options: --no-includes --include-headers

virtual patch
virtual context
virtual org
virtual report

@page depends on !patch@
position p;
@@

(
__get_free_page@p(GFP_ATOMIC)
|
__get_free_pages@p(GFP_ATOMIC, 0)
|
get_zeroed_page@p(GFP_ATOMIC)
|
alloc_page@p(GFP_ATOMIC)
|
alloc_pages@p(GFP_ATOMIC, 0)
)

@convert depends on patch exists@
identifier virtual.zone;
expression P;
type T;
@@

(
- P = (T)__get_free_page(GFP_ATOMIC)
+ P = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_NONE)
|
- P = (T)__get_free_pages(GFP_ATOMIC, 0)
+ P = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_NONE)
|
- P = (T)get_zeroed_page(GFP_ATOMIC)
+ P = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_ZERO)
)
  <...
- free_page((unsigned long)P)
+ labyrinth_cancel(zone, P)
  ...>

@header depends on convert@
@@

  #include <...>
+ #include <labyrinth/labyrinth.h>

// ---- modes ----

@depends on context && !patch@
position page.p;
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
        coccilib.report.print_report(end, "WARNING: %s [labyrinth::%s]" % (text, rule))

@script:python depends on org && !patch@
p << page.p;
@@

say("org", "gfp-atomic-page", "a page of GFP_ATOMIC: labyrinth_void_allocpage_gfpatomic_extra_quality() could give it", p[0])

@script:python depends on report && !patch@
p << page.p;
@@

say("report", "gfp-atomic-page", "a page of GFP_ATOMIC: labyrinth_void_allocpage_gfpatomic_extra_quality() could give it", p[0])
