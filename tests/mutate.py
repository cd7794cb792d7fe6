# SPDX-License-Identifier: GPL-2.0-or-later
"""Violations of the page discipline, made from correct functions.

An operator takes the text of one function, in the kernel's style, and yields (operator,
rule, text): the same function with one mistake, and the rule whose finding must name it.
It looks at the text alone: where it cannot be sure that the result is a mistake, it yields
nothing.
"""
import re

FUNCTION = re.compile(r"^(?:[a-z][\w \t*]*?)\b(\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)\n\{\n(.*?)^\}", re.M | re.S)
ALLOC = r"(?:ATOMIC_PAGE|labyrinth_alloc_page|labyrinth_void_allocpage_gfpatomic_extra_quality)"
TAKE = re.compile(r"\b(\w+) = (" + ALLOC + r"\([^;]*\));")
GIVE = r"labyrinth_(?:handoff|cancel)\([^;()]*,[ ]{var}\)"


def functions(text):
    """(name, parameters, text) of each function."""
    return [(m[1], m[2], m[0]) for m in FUNCTION.finditer(text)]


def taken(body):
    """(variable, allocation, end of the statement), for pages that have one name and no other owner."""
    for m in TAKE.finditer(body):
        var = m[1]
        if len(re.findall(rf"\b{var} = (?!NULL)", body)) == 1 and not re.search(rf"= {var};|\({var}\)\)|&{var}\b", body):
            yield var, m[2], m.end()


def given(body, var):
    """Matches of statements that give the page away and nothing else."""
    return list(re.finditer(r"^(\t+)(" + GIVE.format(var=var) + r");$", body, re.M))


def without(body, m, new):
    return body[:m.start()] + new + body[m.end():]


def drop_test(body, _):
    for var, _, end in taken(body):
        m = re.compile(rf"^\tif \((?:unlikely\()?(?:!{var}|{var} == NULL)\)?\)(?: \{{\n(?:\t\t.*\n)+\t\}}|\n\t\t.*;)$", re.M).search(body, end)
        rest = body[m.end():] if m else ""
        if m and re.search(rf"\b{var}->|, {var}\);", rest) and not re.search(rf"\(!?{var}\b(?!\))|\(!?{var}\)\s|\b{var} [?&]|!{var}\b", rest):
            yield "no test", "unchecked-page", without(body, m, "\t;")


def wrong_sense(body, _):
    for var, _, end in taken(body):
        m = re.compile(rf"\(!{var}\)\n\t\treturn").search(body, end)
        if m and re.search(rf"\b{var}->|, {var}\);", body[m.end():]):
            yield "test upside down", "unchecked-page|page-leak", without(body, m, f"({var})\n\t\treturn")


def drop_give(body, _):
    for var, _, end in taken(body):
        for m in given(body[end:], var):
            yield "no hand-off", "page-leak", body[:end] + without(body[end:], m, m[1] + "mutant_asks();")


def early_return(body, _):
    void = not re.search(r"\breturn [^;]", body)
    for var, _, end in taken(body):
        m = re.compile(rf"^\tif \(!{var}\)\n\t\treturn.*;$", re.M).search(body, end)
        if m and void and given(body[m.end():], var):
            yield "another way out", "page-leak", body[:m.end()] + "\n\tif (mutant_asks())\n\t\treturn;" + body[m.end():]


def after(what, rule, statement):
    def operator(body, _):
        for var, _, end in taken(body):
            for m in given(body[end:], var):
                zone = m[2].split("(", 1)[1].split(",")[0]
                new = f"{m[1]}{{\n{m[1]}\t{m[2]};\n{m[1]}\t{statement.format(var=var, zone=zone)}\n{m[1]}}}"
                yield what, rule, body[:end] + without(body[end:], m, new)
    return operator


def before(what, rule, statement):
    def operator(body, _):
        for var, _, end in taken(body):
            for m in given(body[end:], var)[:1]:
                # held by then, and known to be there
                if not re.search(rf"!{var}\b|\({var}\b|{var} [!=]= NULL|= {var} [!?]", body[end:end + m.start()]):
                    continue
                new = f"{m[1]}{{\n{m[1]}\t{statement}\n{m[1]}\t{m[2]};\n{m[1]}}}"
                yield what, rule, body[:end] + without(body[end:], m, new)
    return operator


def swapped(body, _):
    for var, _, end in taken(body):
        m = re.compile(rf"^(\t+)([^\n{{}}]*\b{var}->[^\n{{}}]*;)\n\1(labyrinth_handoff\([^;()]*, {var}\);)$", re.M).search(body, end)
        if m:
            yield "order", "use-after-hand-off", without(body, m, f"{m[1]}{m[3]}\n{m[1]}{m[2]}")


def worker_free(body, params):
    for var, _, end in taken(body):
        for m in given(body[end:], var):
            if not re.search(r"\bstruct nic \*nic\b", params):
                continue
            zone = m[2].split("(", 1)[1].split(",")[0]
            new = (f"{m[1]}{{\n{m[1]}\tspin_lock(&nic->lock);\n{m[1]}\tlabyrinth_free_page({zone}, {var});\n"
                   f"{m[1]}\tspin_unlock(&nic->lock);\n{m[1]}}}")
            yield "the worker's free under a lock", "free-in-atomic", body[:end] + without(body[end:], m, new)


def flags(what, bits):
    def operator(body, _):
        for _, call, end in taken(body):
            zone = re.match(ALLOC + r"\(([^,()]*(?:\([^()]*\))?[^,()]*)", call)[1]
            at = end - len(call) - 1
            yield what, "quality-flags", body[:at] + f"labyrinth_alloc_page({zone}, {bits})" + body[end - 1:]
    return operator


def endless(body, _):
    for var, call, end in taken(body):
        if re.compile(rf"\s*(?:if \(!{var}\)|\n\tif \(!{var}\))").match(body, end):
            yield "again until there is one", "atomic-size", body[:end] + f"\n\twhile (!{var})\n\t\t{var} = {call};" + body[end:]


def forgotten_unlock(body, _):
    unlocks = list(re.finditer(r"^(\t\t+)((?:raw_)?spin_unlock(?:_bh|_irq)?\(&nic->\w+\));\n\t\treturn\b", body, re.M))
    if unlocks and re.search(r"^\t(?:raw_)?spin_lock", body, re.M) and len(re.findall(r"unlock", body)) > 1:
        value = re.search(r"return (-?\w+);\s*\Z|return (-?\w+);\n\}\s*\Z", body)
        mine = re.search(r"return(?: (-?\w+))?;", body[unlocks[0].end() - 7:])
        if not value or not mine or (value[1] or value[2]) == mine[1]:
            m = unlocks[0]
            yield "no unlock on a way out", "context-imbalance", body[:m.start()] + m[1] + ";\n\t\treturn" + body[m.end():]


OPERATORS = [
    drop_test, wrong_sense, drop_give, early_return, swapped, worker_free, endless, forgotten_unlock,
    after("touched afterwards", "use-after-hand-off", "*(volatile char *){var} = 1;"),
    after("twice", "double-hand-off", "labyrinth_handoff({zone}, {var});"),
    after("freed afterwards", "free-after-hand-off", "labyrinth_cancel({zone}, {var});"),
    before("a nap in between", "sleep-holding-page", "msleep(1);"),
    before("GFP_KERNEL in between", "sleep-holding-page", "mutant_keeps(kmalloc(64, GFP_KERNEL));"),
    flags("a bit of its own", "(labyrinth_quality_t)0x40u"),
    flags("a gfp mask", "(labyrinth_quality_t)GFP_ATOMIC"),
    flags("both fills", "LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO"),
]
HELP = "int mutant_asks(void);\nvoid mutant_keeps(void *p);\nvoid msleep(unsigned int ms);\n"


def mutants(text, names="_ok$"):
    """(function, operator, rule, the whole text with that mistake) of a source's functions of such names."""
    for name, params, body in functions(text):
        if not re.search(names, name):
            continue
        for operator in OPERATORS:
            for what, rule, new in operator(body, params):
                assert new != body
                yield name, what, rule, text.replace(body, HELP + new, 1)
