// SPDX-License-Identifier: GPL-2.0-or-later
/// labyrinth_free_page(), the worker's, where nothing may sleep.
//# The patch writes labyrinth_cancel() for a page that the function itself has allocated: that is how an atomic
//# owner gives its page back, in any context. A page that a worker received is handed off again, by hand.
///
// Confidence: High
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: labyrinth, labyrinth_free_page, labyrinth_cancel
// Options: --no-includes --include-headers

virtual patch
virtual context
virtual org
virtual report

@locked depends on !patch exists@
expression E;
position p, l;
@@

(
spin_lock@l(E)
|
spin_lock_bh@l(E)
|
spin_lock_irq@l(E)
|
raw_spin_lock@l(E)
|
raw_spin_lock_bh@l(E)
|
raw_spin_lock_irq@l(E)
|
read_lock@l(E)
|
read_lock_bh@l(E)
|
read_lock_irq@l(E)
|
write_lock@l(E)
|
write_lock_bh@l(E)
|
write_lock_irq@l(E)
|
spin_lock_irqsave@l(E, ...)
|
spin_lock_nested@l(E, ...)
|
raw_spin_lock_irqsave@l(E, ...)
|
raw_spin_lock_nested@l(E, ...)
|
read_lock_irqsave@l(E, ...)
|
write_lock_irqsave@l(E, ...)
|
bit_spin_lock@l(..., E)
)
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
labyrinth_free_page@p(...)

@section depends on !patch exists@
position p, l;
@@

(
rcu_read_lock@l()
|
rcu_read_lock_bh@l()
|
rcu_read_lock_sched@l()
|
local_irq_disable@l()
|
local_bh_disable@l()
|
preempt_disable@l()
|
get_cpu@l()
|
local_irq_save@l(...)
)
... when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
    when != local_irq_restore(...)
    when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
    when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
labyrinth_free_page@p(...)

@taken1 depends on !patch exists@
expression E;
position p, l;
@@

if (\(spin_trylock@l\|spin_trylock_bh@l\|spin_trylock_irq@l\|raw_spin_trylock@l\|read_trylock@l\|write_trylock@l\)(E)) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
 labyrinth_free_page@p(...)
 ... when any
}

@kept1 depends on !patch exists@
expression E, R;
identifier T;
position p, l;
@@

if (!\(spin_trylock@l\|spin_trylock_bh@l\|spin_trylock_irq@l\|raw_spin_trylock@l\|read_trylock@l\|write_trylock@l\)(E)) {
 ...
 \(return;\|return R;\|break;\|continue;\|goto T;\)
}
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
labyrinth_free_page@p(...)

@taken2 depends on !patch exists@
expression E;
position p, l;
@@

if (spin_trylock_irqsave@l(E, ...)) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
 labyrinth_free_page@p(...)
 ... when any
}

@kept2 depends on !patch exists@
expression E, R;
identifier T;
position p, l;
@@

if (!spin_trylock_irqsave@l(E, ...)) {
 ...
 \(return;\|return R;\|break;\|continue;\|goto T;\)
}
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
labyrinth_free_page@p(...)

@guarded depends on !patch exists@
identifier K =~ "spinlock|rcu|preempt|irq|read_lock|write_lock";
position p, l;
@@

guard(K)@l(...);
... when any
labyrinth_free_page@p(...)

@scoped depends on !patch exists@
iterator name scoped_guard;
identifier K =~ "spinlock|rcu|preempt|irq|read_lock|write_lock";
position p, l;
@@

(
scoped_guard@l(K, ...) {
 ... when any
 labyrinth_free_page@p(...)
 ... when any
}
|
scoped_guard@l(K, ...) labyrinth_free_page@p(...);
)

// ---- modes ----

@depends on patch exists@
expression P, Z, E;
@@

P = \(labyrinth_void_allocpage_gfpatomic_extra_quality\|labyrinth_alloc_page\)(...)
... when != P = E
    when != labyrinth_handoff(..., P)
    when any
- labyrinth_free_page(Z, P)
+ labyrinth_cancel(Z, P)

@depends on context && !patch@
position locked.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position section.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position taken1.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position kept1.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position taken2.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position kept2.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position guarded.p;
@@

* labyrinth_free_page@p(...)

@depends on context && !patch@
position scoped.p;
@@

* labyrinth_free_page@p(...)

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
p << locked.p;
l << locked.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << locked.p;
l << locked.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << section.p;
l << section.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << section.p;
l << section.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << taken1.p;
l << taken1.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << taken1.p;
l << taken1.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << kept1.p;
l << kept1.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << kept1.p;
l << kept1.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << taken2.p;
l << taken2.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << taken2.p;
l << taken2.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << kept2.p;
l << kept2.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << kept2.p;
l << kept2.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << guarded.p;
l << guarded.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << guarded.p;
l << guarded.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org && !patch@
p << scoped.p;
l << scoped.l;
@@

say("org", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report && !patch@
p << scoped.p;
l << scoped.l;
@@

say("report", "free-in-atomic", "labyrinth_free_page() in atomic context since line %s" % l[0].line, p[0], l[0], True)
