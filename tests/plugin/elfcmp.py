# SPDX-License-Identifier: GPL-2.0-or-later
"""Says how two relocatable objects differ, section by section, by name.

Used to prove that the plugin leaves an object alone: every section, relocation
and symbol must be equal, but for the section that the plugin adds and what the
caller allows.  Names replace numbers, so an added section shifts nothing.
"""
import struct
import sys

ADDED = ".discard.labyrinth"
SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_GROUP, SHT_REL = 2, 4, 8, 17, 9


class Obj:
    """What a linker sees of a 64-bit little-endian object."""

    def __init__(self, path):
        self.data = open(path, "rb").read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path}: not a 64-bit little-endian ELF object")
        self.flags = struct.unpack_from("<I", self.data, 48)[0]
        shoff, = struct.unpack_from("<Q", self.data, 40)
        num, strndx = struct.unpack_from("<HH", self.data, 60)
        self.heads = [struct.unpack_from("<IIQQQQIIQQ", self.data, shoff + 64 * i)
                      for i in range(num)]
        names = self.heads[strndx]
        self.names = [self.string(names, h[0]) for h in self.heads]
        self.symbols = self.read_symbols()
        self.sections = self.read_sections()

    def string(self, strtab, at):
        start = strtab[4] + at
        return self.data[start:self.data.index(b"\0", start)].decode()

    def bytes_of(self, head):
        return b"" if head[1] == SHT_NOBITS else self.data[head[4]:head[4] + head[5]]

    def read_symbols(self):
        """In file order: name, section, value, size, info, other."""
        out = []
        for head in self.heads:
            if head[1] != SHT_SYMTAB:
                continue
            for at in range(head[4], head[4] + head[5], 24):
                name, info, other, shndx, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
                where = self.names[shndx] if shndx < len(self.names) else shndx
                text = self.string(self.heads[head[6]], name)
                if info & 15 == 3:
                    text = f"section {where}"
                out.append((text, where, value, size, info, other))
        return out

    def relocations(self, head):
        out = []
        for at in range(head[4], head[4] + head[5], 24):
            offset, info, addend = struct.unpack_from("<QQq", self.data, at)
            out.append((offset, info & 0xffffffff, self.symbols[info >> 32], addend))
        return out

    def read_sections(self):
        """[(name, what its head says, content)] without tables that only number things."""
        out = []
        for name, head in zip(self.names, self.heads):
            if not name or name in (".symtab", ".strtab", ".shstrtab", ".symtab_shndx"):
                continue
            content = self.bytes_of(head)
            if head[1] == SHT_RELA:
                content = self.relocations(head)
            elif head[1] == SHT_REL:
                raise ValueError("REL relocations are not expected here")
            elif head[1] == SHT_GROUP:
                words = struct.unpack(f"<{len(content) // 4}I", content)
                content = (words[0], [self.names[i] for i in words[1:]])
            out.append((name, (head[1], head[2], head[5], head[8], head[9]), content))
        return out


def differences(a, b, may_differ=()):
    """Lines that tell how object B differs from A; the plugin's section is not compared."""
    a, b = Obj(a), Obj(b)
    skip = {ADDED, *may_differ, *(".rela" + n for n in may_differ)}
    out = []
    if a.flags != b.flags:
        out.append(f"ELF flags {a.flags:#x} {b.flags:#x}")
    left = [s for s in a.sections if s[0] not in skip]
    right = [s for s in b.sections if s[0] not in skip]
    if [s[0] for s in left] != [s[0] for s in right]:
        out.append(f"sections {[s[0] for s in left]} {[s[0] for s in right]}")
        return out
    for (name, head_a, content_a), (_, head_b, content_b) in zip(left, right):
        if head_a != head_b:
            out.append(f"{name}: header {head_a} {head_b}")
        if content_a != content_b:
            at = next((i for i, (x, y) in enumerate(zip(content_a, content_b)) if x != y),
                      min(len(content_a), len(content_b)))
            out.append(f"{name}: differs at {at}")
    syms_a = [s for s in a.symbols if s[1] not in skip]
    syms_b = [s for s in b.symbols if s[1] not in skip]
    if syms_a != syms_b:
        out += [f"symbol {x} {y}" for x, y in zip(syms_a, syms_b) if x != y][:5]
        if len(syms_a) != len(syms_b):
            out.append(f"{len(syms_a)} symbols, {len(syms_b)} symbols")
    return out


if __name__ == "__main__":
    print("\n".join(differences(*sys.argv[1:3])) or "equal")
