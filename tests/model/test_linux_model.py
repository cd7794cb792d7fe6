# SPDX-License-Identifier: GPL-2.0-or-later
"""The linux models against the source of the kernel it is for.

Each line names the file, mostly the function and sometimes the words that prove
it; these are looked up.  A name must stand there or in a header.  Lines marked
since or until are about other kernels.
"""
import fnmatch
import functools
import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = sorted((ROOT / "src/check/model").glob("linux-*.model"))
MARKER = re.compile(r"(since|until) [\d.]+: ")
SOURCE = re.compile(r"([\w.\-]+(?:/[\w.\-]+)+)(?::(\w+))?")
SAME = "the line above"


def lines():
    for model in MODELS:
        for number, line in enumerate(model.read_text().splitlines(), 1):
            fact, _, why = line.partition("#")
            if fact.strip():
                yield f"{model.name}:{number}", fact.split(), why.strip()


FACTS = list(lines())


@pytest.fixture(scope="session")
def source(kernel):
    return kernel.source


def flat(text):
    """Text with comment stars, line ends and case ironed out."""
    return re.sub(r"\s+", " ", re.sub(r"\n[ \t]*\*?[ \t]*", " ", text)).lower()


@functools.lru_cache(None)
def read(path):
    return path.read_text(errors="replace")


@functools.lru_cache(None)
def flat_of(path):
    return flat(read(path))


@functools.lru_cache(None)
def words_of(path):
    return frozenset(re.findall(r"\w+", read(path)))


@functools.lru_cache(None)
def header_words(root):
    found = set()
    for top in ("include", "arch/x86/include", "net", "drivers/base", "kernel", "lib", "mm"):
        for folder, _, names in os.walk(root / top):
            for name in names:
                if name.endswith(".h"):
                    found |= words_of(pathlib.Path(folder) / name)
    return found


def proof(why):
    why = MARKER.sub("", why)
    return SOURCE.match(why)


def test_every_fact_has_provenance_that_names_a_source():
    unproven = [n for n, _, why in FACTS if not proof(why) and not why.startswith(SAME)]
    assert not unproven
    assert len(FACTS) > 1500


def test_no_line_twice():
    seen = {}
    for number, fact, _ in FACTS:
        seen.setdefault(" ".join(fact), []).append(number)
    assert not {f: n for f, n in seen.items() if len(n) > 1}


SLOTS = {"nosleep": "sleep", "leave": "enter"}


def test_facts_that_replace_each_other_share_a_file():
    """A later file takes the slot of a name: what is meant to add up must stand together."""
    places = {}
    for number, fact, _ in FACTS:
        slot = SLOTS.get(fact[0], fact[0])
        places.setdefault((slot, fact[1]), set()).add(number.partition(":")[0])
        if slot != "neutral":
            places.setdefault(("neutral", fact[1]), set())
    for slot, name in list(places):
        if places.get(("neutral", name)):
            places[slot, name] |= places["neutral", name]
    assert not {k: v for k, v in places.items() if len(v) > 1}


def test_places_exist(source):
    """The file of the provenance, the function in it, and the words it quotes."""
    bad = []
    for number, _, why in FACTS:
        m = proof(why)
        if not m or MARKER.match(why):
            continue
        path = source / m[1]
        if not path.exists():
            bad.append((number, "no file", m[1]))
            continue
        if path.is_dir():
            continue
        if m[2] and m[2] not in words_of(path):
            bad.append((number, "not in the file", m[0]))
        for quote in re.findall(r'"([^"]+)"', why):
            if flat(quote) not in flat_of(path):
                bad.append((number, "not said there", quote))
    assert not bad


def exists(source, name, why):
    if name.startswith("__SCT__"):      # trampoline of a static call
        name = name[len("__SCT__"):]
    if name in header_words(source):
        return True
    m = proof(why)
    path = source / m[1] if m else None
    if path and path.is_file():
        return name in words_of(path) or \
            any(name in words_of(p) for p in path.parent.glob("*.[chS]"))
    if path and path.is_dir():
        return any(name in words_of(p) for p in path.rglob("*.[chS]"))
    return False


def test_names_exist(source):
    stale = []
    for number, fact, why in FACTS:
        name = fact[1]
        if MARKER.match(why) or fact[0] == "field":
            continue
        if any(c in name for c in "*?["):
            name = name.replace("__SCT__", "")
            start = re.match(r"\w+", name)[0]
            words = header_words(source) | {w for p in [source / proof(why)[1]] if p.is_file()
                                            for w in words_of(p)}
            if not any(w.startswith(start) or fnmatch.fnmatchcase(w, name) for w in words):
                stale.append((number, name))
        elif not exists(source, name, why):
            stale.append((number, name))
    assert not stale


def prototypes(source, name, why):
    """Parameter lists of a function, as far as text shows them."""
    m = proof(why)
    paths = [source / m[1]] if m and (source / m[1]).is_file() else []
    for p in paths + sorted(header_files(source).get(name, ())):
        for hit in re.finditer(rf"\b{name}\s*\(", read(p)):
            depth, i = 1, hit.end()
            text = read(p)
            while i < len(text) and depth:
                depth += (text[i] == "(") - (text[i] == ")")
                i += 1
            yield split(re.sub(r"/\*.*?\*/", "", text[hit.end():i - 1], flags=re.S))


def split(text):
    out, depth, part = [], 0, ""
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if c == "," and not depth:
            out.append(" ".join(part.split()))
            part = ""
        else:
            part += c
    return out + [" ".join(part.split())]


@functools.lru_cache(None)
def header_files(source):
    wanted = {f[1] for _, f, _ in FACTS if f[0] != "field"}
    found = {}
    for top in ("include", "arch/x86/include"):
        for folder, _, names in os.walk(source / top):
            for name in (n for n in names if n.endswith(".h")):
                path = pathlib.Path(folder) / name
                for word in words_of(path) & wanted:
                    found.setdefault(word, set()).add(path)
    return found


def test_gfp_arguments_are_gfp(source):
    """argN & ___GFP_...: the N-th parameter is a gfp_t."""
    bad = []
    for number, fact, why in FACTS:
        m = re.search(r"\barg(\d+) & ___GFP", " ".join(fact))
        if not m or MARKER.match(why):
            continue
        n = int(m[1])
        if not any(len(p) > n and re.search(r"\bgfp_t\b", p[n])
                   for p in prototypes(source, fact[1], why)):
            bad.append((number, fact[1], n))
    assert not bad


def test_callback_arguments_are_functions(source):
    """calls NAME argN: the N-th parameter is a pointer to a function, its typedef, or what holds it."""
    looks = re.compile(r"\(\s*\*|_t\b|_fn\b|handler\b|probe\b|_func\b|notifier_block|struct hrtimer|complet")
    bad = []
    for number, fact, why in FACTS:
        if fact[0] != "calls" or MARKER.match(why):
            continue
        n = int(re.match(r"arg(\d+)", fact[2])[1])
        protos = list(prototypes(source, fact[1], why))
        if not any(len(p) > n and looks.search(p[n]) for p in protos):
            bad.append((number, fact[1], n))
    assert not bad


def test_fields_exist(source):
    wanted = {}
    for number, fact, why in FACTS:
        if fact[0] == "field" and not MARKER.match(why):
            tag, field = fact[1].split(".")
            wanted.setdefault(tag, []).append((number, field))
    bodies = {}
    for top in ("include", "arch/x86/include", "net", "drivers", "sound"):
        for folder, _, names in os.walk(source / top):
            for name in names:
                if not name.endswith(".h") or "drivers/gpu/drm/amd" in folder:
                    continue
                text = read(pathlib.Path(folder) / name)
                for hit in re.finditer(r"\bstruct\s+(\w+)\s*\{", text):
                    if hit[1] in wanted:
                        bodies.setdefault(hit[1], []).append(body(text, hit.end()))
    bad = []
    for tag, fields in wanted.items():
        for number, field in fields:
            if not any(fnmatch.filter(words, field) for words in bodies.get(tag, [])):
                bad.append((number, tag, field))
    assert not bad


def body(text, start):
    depth, i = 1, start
    while i < len(text) and depth:
        depth += (text[i] == "{") - (text[i] == "}")
        i += 1
    return set(re.findall(r"\w+", re.sub(r"/\*.*?\*/", "", text[start:i], flags=re.S)))
