# SPDX-License-Identifier: GPL-2.0-or-later
"""Random units in the text form, and a machine that runs small functions of it.

The spelling of the instructions is written here a second time, on purpose: the
tests should notice when it changes.
"""
import re

from hypothesis import strategies as st

U32 = st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 2))
I64 = st.one_of(st.integers(-9, 9), st.integers(-2**63, 2**63 - 1))
STRING = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=12)
INSF = "volatile noreturn tail memory goto partial bitfield macro cleanup".split()
SYMF = ("static defined weak inline always_inline noreturn const ifunc ctor dtor local tls "
        "builtin varargs weakref comdat noinstr").split()
TYPES = "void bool int uint enum ptr struct union array func float vector other".split()
BIN = ("add sub and or xor shl shr sar eq ne lt le gt ge ult ule ugt uge mul div mod min "
       "max").split()
OPAQUE = ("unknown arith float vector complex undef strlit label bits aggregate wide").split()


def quoted(text):
    return '"' + "".join(
        "\\" + c if c in '"\\' else c if " " <= c <= "~" else f"\\x{ord(c):02x}"
        for c in text) + '"'


class Unit:
    """Draws a unit; every choice comes from hypothesis."""

    def __init__(self, draw):
        self.draw = draw
        self.files = draw(st.lists(STRING, max_size=4, unique=True))
        self.names = draw(st.lists(STRING, max_size=5))
        self.ntypes = self.nfields = 0
        self.nsyms = draw(st.integers(1, 5))
        self.lines = ["labyrinth skeleton 1" + draw(st.sampled_from(["", " {extract_only}"]))]
        self.strings = 0
        self.out("unit source {} cwd {} compiler {} target {} plugin {} ptr {}",
                 *(self.string() for _ in range(5)), draw(st.sampled_from([4, 8])))
        for i, name in enumerate(self.files):
            self.out("file {} {}", i, quoted(name))
        self.tables()
        bodies = draw(st.sets(st.integers(0, self.nsyms - 1), max_size=3))
        for sym in sorted(bodies):
            self.function(sym)
        self.lines.append("end")

    def out(self, form, *args):
        self.lines.append(form.format(*args))

    def string(self):
        if self.names and self.draw(st.booleans()):
            return quoted(self.draw(st.sampled_from(self.names)))
        return quoted(self.draw(STRING))

    def one_of(self, n):
        return self.draw(st.integers(0, n - 1))

    def flags(self, names):
        some = self.draw(st.sets(st.sampled_from(names), max_size=3))
        return " {" + ",".join(sorted(some)) + "}" if some else ""

    def loc(self):
        if self.files and self.draw(st.booleans()):
            return f"!{self.one_of(len(self.files))}:{self.draw(U32)}:{self.draw(U32)}"
        return self.draw(st.sampled_from(["!-", "!-:3:0", "!-:0:9"]))

    def type(self):
        return f"t{self.one_of(self.ntypes)}"

    def tables(self):
        seen = set()
        for _ in range(self.draw(st.integers(1, 6))):
            kind, size, count = self.draw(st.sampled_from(TYPES)), self.draw(U32), self.draw(U32)
            name, ref = self.string(), self.draw(st.integers(-1, self.ntypes - 1))
            if (kind, name, size, ref, count) in seen:
                continue
            seen.add((kind, name, size, ref, count))
            self.out("type {} {} {} size {}{} count {}", self.ntypes, kind, name, size,
                     f" ref t{ref}" if ref >= 0 else "", count)
            self.ntypes += 1
        for i in range(self.draw(st.integers(0, 3))):    # the offset keeps them apart
            self.out("field {} {} {} {} at {} width {}", i, self.type(), self.string(),
                     self.type(), i, self.draw(U32))
            self.nfields += 1
        for i in range(self.nsyms):
            self.out("sym {} {} {} {} {}{}{}{}{}", i,
                     self.draw(st.sampled_from(["func", "var", "internal"])), self.string(),
                     self.draw(st.sampled_from(["t-", "t0"])), self.loc(),
                     f" asm {self.string()}" if self.draw(st.booleans()) else "",
                     f" alias @{self.one_of(self.nsyms)}" if self.draw(st.booleans()) else "",
                     f" section {self.string()}" if self.draw(st.booleans()) else "",
                     self.flags(SYMF))
        for name in self.draw(st.sets(STRING, max_size=2)):
            self.out("macro {} {}", quoted(name), self.draw(I64))
        for _ in range(self.draw(st.integers(0, 2))):
            value = self.draw(I64) if self.draw(st.booleans()) else self.symbol() + self.path([])
            self.out("init {}{} = {}", self.symbol(), self.path([]), value)
        for _ in range(self.draw(st.integers(0, 2))):
            self.out("topasm {}", self.string())
        for name in self.draw(st.sets(STRING, max_size=2)):
            self.out("note {} {}", quoted(name), self.draw(U32))

    def symbol(self):
        return f"@{self.one_of(self.nsyms)}"

    def path(self, values):
        parts = []
        for _ in range(self.draw(st.integers(0, 2))):
            kind = self.draw(st.sampled_from(".[+:~" + ("%" if values else "")))
            if kind == "." and self.nfields:
                parts.append(f".{self.one_of(self.nfields)}")
            elif kind == "%":
                parts.append(f"[%{self.draw(st.sampled_from(values))}]")
            elif kind == "+":
                parts.append(f"+{self.draw(st.integers(-2**31, 2**31 - 1))}")
            elif kind == ":":
                parts.append(":" + self.type())
            elif kind == "~":
                parts.append(f"~{self.draw(U32)}")
            else:
                parts.append(f"[{self.draw(U32)}]")
        return "".join(parts)

    def place(self, values):
        bases = [self.symbol()]
        bases += [f"$%d" % self.one_of(self.nlocals)] if self.nlocals else []
        bases += [f"^%d" % self.one_of(self.nparams)] if self.nparams else []
        bases += [f"*%{self.draw(st.sampled_from(values))}"] if values else []
        return self.draw(st.sampled_from(bases)) + self.path(values)

    def function(self, sym):
        draw = self.draw
        self.nparams, self.nlocals = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        nblocks = draw(st.integers(1, 4))
        self.out("func @{} {} {} to {}", sym, self.type(), self.loc(), draw(U32))
        for i in range(self.nparams):
            self.out("param %{} {} {}", i, self.string(), self.type())
        for i in range(self.nlocals):
            self.out("local ${} {} {}", i, self.string(), self.type())
        values = list(range(self.nparams))
        for b in range(nblocks):
            self.out("b{}:", b)
            for _ in range(draw(st.integers(0, 2))):
                pairs = [(self.one_of(nblocks), self.one_of(len(values) + 1))
                         for _ in range(draw(st.integers(0, 3)))]   # itself at most
                self.out("\t%{} = phi ({}) {}", len(values),
                         ", ".join(f"b{p}: %{v}" for p, v in pairs), self.type())
                values.append(len(values))
            for _ in range(draw(st.integers(0, 4))):
                self.instruction(values)
            self.terminator(values, nblocks)

    def list(self, values):
        if not values:
            return "()"
        some = self.draw(st.lists(st.sampled_from(values), max_size=3))
        return "(" + ", ".join(f"%{v}" for v in some) + ")"

    def instruction(self, values):
        draw, t, loc = self.draw, self.type(), self.loc()
        f = self.flags(INSF)
        lines = [f"const {draw(I64)} {t}", f"str {self.string()} {t}",
                 f"opaque {draw(st.sampled_from(OPAQUE))} {t}",
                 f"addr {self.place(values)} {t}", f"load {self.place(values)} {t} {loc}{f}",
                 f"call {self.symbol()}{self.list(values)} {t} {loc}{f}",
                 f"asm {self.string()} {self.list(values)} {loc}{f}"]
        plain = [f"copy {self.place(values)} = {self.place(values)} {loc}{f}"]
        if values:
            v, w, x = (f"%{draw(st.sampled_from(values))}" for _ in range(3))
            lines += [f"bin {draw(st.sampled_from(BIN))} {v}, {w} {t}",
                      f"un {draw(st.sampled_from(['not', 'neg', 'lnot', 'abs']))} {v} {t}",
                      f"cast {v} {t}", f"select {v} ? {w} : {x} {t}",
                      f"calli {v}{self.list(values)} {t} as {self.type()} {loc}{f}",
                      f"asmout {v} # {draw(U32)} {t}"]
            plain.append(f"store {self.place(values)} = {v} {loc}{f}")
        if draw(st.integers(0, 4)) == 0:
            self.out("\t{}", draw(st.sampled_from(plain)))
            return
        self.lines.append(f"\t%{len(values)} = {draw(st.sampled_from(lines))}")
        values.append(len(values))

    def terminator(self, values, nblocks):
        draw, loc = self.draw, self.loc()
        block = lambda: f"b{self.one_of(nblocks)}"
        blocks = "(" + ", ".join(block() for _ in range(draw(st.integers(0, 3)))) + ")"
        lines = [f"jump {block()}", f"ret {self.list(values)} {loc}", f"fork {blocks} {loc}", "stop"]
        if values:
            v = f"%{draw(st.sampled_from(values))}"
            cases = []
            for _ in range(draw(st.integers(0, 3))):
                low, high = draw(I64), draw(I64)
                cases.append(f"{low}: {block()}" if draw(st.booleans()) or low == high
                             else f"{low}..{high}: {block()}")
            lines += [f"br {v} ? {block()} : {block()} {loc}", f"goto {v} {blocks} {loc}",
                      f"switch {v} ({', '.join(cases)}) else {block()} {loc}"]
        self.lines.append("\t" + draw(st.sampled_from(lines)))


@st.composite
def units(draw):
    return "\n".join(Unit(draw).lines) + "\n"


# ---- proper SSA functions ----------------------------------------------------------------
PRELUDE = """labyrinth skeleton 1
unit source "a.c" cwd "" compiler "" target "" plugin "" ptr 8
type 0 int "int" size 4
sym 0 func "f" t0 !-
sym 1 func "g" t0 !-
field 0 t0 "x" t0 at 0
field 1 t0 "y" t0 at 32
func @0 t0 !- to 0
param %0 "a" t0
param %1 "b" t0
local $0 "l" t0
"""


def order_of(succs):
    """Reverse post order from block 0, and the immediate question: who dominates whom."""
    seen, post = set(), []

    def visit(b):
        seen.add(b)
        for s in succs[b]:
            if s not in seen:
                visit(s)
        post.append(b)
    visit(0)
    order = post[::-1]
    dom = {b: set(order) for b in order}
    dom[0] = {0}
    changed = True
    while changed:
        changed = False
        for b in order[1:]:
            preds = [p for p in order if b in succs[p]]
            new = set.intersection(*(dom[p] for p in preds)) | {b}
            changed |= new != dom[b]
            dom[b] = new
    return order, dom


@st.composite
def ssa_functions(draw):
    n = draw(st.integers(1, 8))
    # blocks may go anywhere but to the first, which has no predecessor
    target = st.integers(1, n - 1) if n > 1 else None
    kinds, succs = {}, {}
    for b in range(n):
        kind = draw(st.sampled_from(["ret", "jump", "jump", "br", "br", "br", "switch", "stop"]))
        kinds[b] = kind if n > 1 else "ret"
        count = {"jump": 1, "br": 2, "switch": 3}.get(kinds[b], 0)
        succs[b] = [draw(target) for _ in range(count)]
    order, dom = order_of(succs)
    number = {b: i for i, b in enumerate(order)}
    phis, body, avail, value = {}, {}, {}, 2
    for b in order:      # numbers first: phis look ahead
        phis[b] = draw(st.integers(0, 2)) if b else 0
        body[b] = draw(st.lists(st.sampled_from(
            "const bin bin cast select load load store call addr".split()), max_size=5))
        mine = []
        for _ in range(phis[b] + sum(k != "store" for k in body[b])):
            mine.append(value)
            value += 1
        avail[b] = mine
    lines = []
    at_end = {b: [0, 1] + sorted(v for d in dom[b] for v in avail[d]) for b in order}
    for b in order:
        lines.append(f"b{number[b]}:")
        preds = [p for p in order if b in succs[p]]
        mine = list(avail[b])
        have = [v for v in at_end[b] if v not in mine]
        for _ in range(phis[b]):
            pairs = ", ".join(f"b{number[p]}: %{draw(st.sampled_from(at_end[p]))}" for p in preds)
            lines.append(f"\t%{mine[0]} = phi ({pairs}) t0")
            have.append(mine.pop(0))
        pick = lambda: f"%{draw(st.sampled_from(have))}"
        place = lambda: draw(st.sampled_from(["*" + pick() + p for p in ("", ".0/x", "+4", f"[{pick()}]")]
                                             + ["$0/l"]))
        for kind in body[b]:
            form = {"const": lambda: f"const {draw(st.integers(-3, 3))} t0",
                    "bin": lambda: f"bin {draw(st.sampled_from(BIN))} {pick()}, {pick()} t0",
                    "cast": lambda: f"cast {pick()} t0",
                    "select": lambda: f"select {pick()} ? {pick()} : {pick()} t0",
                    "load": lambda: f"load {place()} t0 !-" + draw(st.sampled_from(["", " {volatile}"])),
                    "store": lambda: f"store {place()} = {pick()} !-",
                    "call": lambda: f"call @1({pick()}, {pick()}) t0 !-",
                    "addr": lambda: f"addr {place()} t0"}[kind]()
            if kind == "store":
                lines.append("\t" + form)
            else:
                lines.append(f"\t%{mine[0]} = {form}")
                have.append(mine.pop(0))
        to = [f"b{number[s]}" for s in succs[b]]
        lines.append("\t" + {
            "ret": lambda: f"ret ({pick()}) !-", "stop": lambda: "stop", "jump": lambda: f"jump {to[0]}",
            "br": lambda: f"br {pick()} ? {to[0]} : {to[1]} !-",
            "switch": lambda: f"switch {pick()} (0..2: {to[0]}, 5: {to[1]}) else {to[2]} !-",
        }[kinds[b]]())
    return PRELUDE + "\n".join(lines) + "\nend\n"


# ---- running them ----------------------------------------------------------------------------
def mix(*what):
    """A value that depends on all of these, small enough to hit cases."""
    x = 0
    for w in what:
        for c in str(w):
            x = (x * 31 + ord(c)) % 1000003
    return x % 11


class Machine:
    """Runs the text of one function; what the world would notice is in events."""
    MAX_EVENTS, MAX_BLOCKS = 30, 3000

    def __init__(self, text):
        self.blocks, current = {}, None
        for line in text.splitlines():
            if re.match(r"b\d+:$", line):
                current = self.blocks.setdefault(line[:-1], [])
            elif line.startswith("\t") and current is not None:
                current.append(re.sub(r"(?<=\d)/\w+", "", line.strip()))

    def run(self, a, b):
        self.value, self.events, self.epoch = {"%0": a, "%1": b}, [], 0
        at, came = "b0", None
        for _ in range(self.MAX_BLOCKS):
            if at is None or len(self.events) >= self.MAX_EVENTS:
                break
            at, came = self.block(at, came), at
        return self.events, at is None      # did it end by itself?

    def block(self, at, came):
        lines = self.blocks[at]
        phis = {}
        for line in lines:
            m = re.match(r"(%\d+) = phi \((.*)\)", line)
            if m:
                pairs = dict(p.split(": ") for p in m[2].split(", ") if p)
                phis[m[1]] = self.value[pairs[came]]
        self.value.update(phis)
        for line in lines[len(phis):]:
            to = self.step(line)
            if to is not None:
                return to or None
        raise AssertionError("block without an end")

    def place(self, text):
        return re.sub(r"%\d+", lambda m: str(self.value[m[0]]), text)

    def step(self, line):
        m = re.match(r"(%\d+) = (.*)", line)
        res, rest = (m[1], m[2]) if m else (None, line)
        word, _, rest = rest.partition(" ")
        v = [self.value[x] for x in re.findall(r"%\d+", rest)] if word not in (
            "load", "store", "addr") else []
        if word == "const":
            self.value[res] = int(rest.split()[0])
        elif word == "bin":
            self.value[res] = mix(rest.split()[0], *v)
        elif word == "cast":
            self.value[res] = v[0]
        elif word == "select":
            self.value[res] = v[1] if v[0] % 2 else v[2]
        elif word == "addr":
            self.value[res] = mix("addr", self.place(rest.split()[0]))
        elif word == "load":
            where = self.place(rest.split()[0])
            self.value[res] = mix("load", where, self.epoch)
            if "volatile" in rest:
                self.events.append(("load", where))
        elif word == "store":
            m = re.match(r"(\S+) = (%\d+)", rest)
            self.epoch += 1
            self.events.append(("store", self.place(m[1]), self.value[m[2]]))
        elif word == "call":
            self.epoch += 1
            self.events.append(("call", *v))
            self.value[res] = mix("call", self.epoch, *v)
        elif word == "jump":
            return rest
        elif word == "br":
            m = re.search(r"\? (b\d+) : (b\d+)", rest)
            return m[1] if v[0] % 2 else m[2]
        elif word == "switch":
            m = re.search(r"\(0..2: (b\d+), 5: (b\d+)\) else (b\d+)", rest)
            return m[1] if 0 <= v[0] <= 2 else m[2] if v[0] == 5 else m[3]
        elif word == "ret":
            self.events.append(("ret", *v))
            return ""
        elif word == "stop":
            self.events.append(("stop",))
            return ""
        else:
            raise AssertionError(f"cannot run: {line}")
        return None
