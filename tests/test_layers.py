# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may include whom: reads all #include lines and checks them against the house plan.

    base <- skel, model <- link <- solve <- facts, own <- rules <- report <- cli
    gcc-plugin -> skel, base, check.h        alloc and check meet only in include/

Headers from outside come from a list too, so that a new library is a decision.
"""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
SUFFIXES = {".c", ".h", ".cc"}

# room -> rooms it may include besides itself; "include" (the public headers) is open to all
BRAIN = ["base", "skel", "model", "link", "solve", "facts", "own", "rules", "report"]
MAY = {
    "include": [],
    "base": [],
    "skel": ["base"],
    "model": ["base"],
    "link": ["base", "skel", "model"],
    "solve": ["base", "skel", "model", "link"],
    "facts": ["base", "skel", "model", "link", "solve"],
    "own": ["base", "skel", "model", "link", "solve"],
    "rules": ["base", "skel", "model", "link", "solve", "own"],
    "face": BRAIN[:-1],                      # src/check/*.[ch]: check.h and what is behind it
    "report": BRAIN[:-1] + ["face"],
    "cli": BRAIN + ["face"],
    "gcc-plugin": ["base", "skel", "face"],
    "alloc": ["alloc/user", "alloc/kernel"], # prim.h: what a host must give, and the hosts' halves
    "alloc/core": ["alloc"],
    "alloc/user": ["alloc", "alloc/core"],
    "alloc/kernel": ["alloc", "alloc/core"],
    "alloc/model": ["alloc", "alloc/core", "alloc/user"],   # the model checker: a host of its own
}

LIBC = set("""assert.h ctype.h errno.h fcntl.h fnmatch.h getopt.h inttypes.h limits.h locale.h
    pthread.h sched.h setjmp.h signal.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h
    stdlib.h string.h strings.h time.h unistd.h dirent.h ftw.h glob.h regex.h libgen.h math.h
    ar.h semaphore.h poll.h malloc.h execinfo.h cpuid.h
    sys/mman.h sys/resource.h sys/stat.h sys/syscall.h sys/time.h sys/types.h sys/uio.h sys/wait.h
    dlfcn.h link.h ucontext.h sys/eventfd.h sys/ioctl.h sys/random.h sys/prctl.h sys/auxv.h sys/sysinfo.h
    spawn.h sys/file.h sys/utsname.h
    linux/futex.h linux/membarrier.h linux/rseq.h""".split())
LIBRARIES = {"xxhash.h", "stb/stb_ds.h", "elf.h", "valgrind/memcheck.h"}
OF_USER_HOST = {"dlfcn.h", "link.h", "valgrind/memcheck.h"}
LIBELF = {"libelf.h", "gelf.h", "elfutils/libelf.h"}
JANSSON = {"jansson.h"}
USERSPACE_ONLY_LINUX = {"linux/futex.h", "linux/membarrier.h", "linux/rseq.h"}


def room_of(path):
    """The room a source belongs to, None if it is no part of the house plan."""
    parts = path.parts
    if parts[:2] == ("include", "labyrinth"):
        return "include"
    if parts[0] == "gcc-plugin":
        return "gcc-plugin"
    if parts[0] != "src" or len(parts) < 3:
        return None
    if parts[1] == "check":
        return parts[2] if len(parts) > 3 else "face"
    if parts[1] == "alloc":
        return "/".join(parts[1:3]) if len(parts) > 3 else "alloc"
    return parts[1]


def resolve(root, path, name):
    """The project file that an #include names, or None."""
    extra = (pathlib.Path("src/alloc"),) if path.parts[:2] == ("src", "alloc") else ()
    for base in (path.parent, pathlib.Path("include"), pathlib.Path("src"), *extra):
        target = base / name
        if (root / target).is_file():
            return pathlib.Path(*[p for p in (root / target).resolve()
                                  .relative_to(root.resolve()).parts])
    return None


def foreign(room, quoted, name):
    """Why an include from outside the project is not allowed in this room, or None."""
    if room == "alloc/kernel":
        kernel = name.startswith(("linux/", "asm/", "kunit/", "trace/", "uapi/", "net/"))
        return None if kernel or quoted else "src/alloc/kernel includes kernel headers only"
    if room == "gcc-plugin":
        return None
    if room == "alloc" and name == "prim_explore.h":
        return None         # the host of the interleaving explorer, from tests/
    if room == "include" and name.startswith(("linux/", "asm/")):
        return None         # under __KERNEL__: the allocator's header is one text for both worlds
    if name.startswith(("linux/", "asm/")) and not (
            room == "alloc/user" and name in USERSPACE_ONLY_LINUX):
        return "only src/alloc/kernel sees kernel headers"
    if name in LIBELF:
        return None if room == "skel" else "only the skel room sees libelf"
    if name in JANSSON:
        return None if room in ("cli", "report") else "jansson is for cli and report"
    if room == "alloc/core" and name not in ("stddef.h", "stdint.h", "stdbool.h"):
        return "src/alloc/core knows no host"
    if quoted:
        return "no such file in the project"
    if name not in LIBC | LIBRARIES | (OF_USER_HOST if room == "alloc/user" else set()):
        return "not a header this project uses (see the lists in tests/test_layers.py)"
    return None


def violations(root):
    """All lines that break the plan: 'file:line: why'."""
    found, libelf = [], []
    files = [p for top in ("include", "src", "gcc-plugin") for p in sorted((root / top).rglob("*"))
             if p.suffix in SUFFIXES]
    for full in files:
        path = full.relative_to(root)
        room = room_of(path)
        text = full.read_text(encoding="utf-8")
        if room not in MAY:
            found.append(f"{path}:1: lies in no room of the house plan")
            continue
        if room == "gcc-plugin" and path.name != "gcc-common.h":
            for m in re.finditer(r"\b(BUILDING_GCC_VERSION|GCCPLUGIN_VERSION\w*)\b", text):
                found.append(f"{path}:{text[:m.start()].count(chr(10)) + 1}: "
                             f"{m[1]} belongs into gcc-plugin/gcc-common.h")
        for m in INCLUDE.finditer(text):
            where = f"{path}:{text[:m.start()].count(chr(10)) + 1}"
            quoted, name = m[1] == '"', m[2]
            target = resolve(root, path, name)
            if target is None or (room == "gcc-plugin" and target.parts[0] not in
                                  ("include", "src", "gcc-plugin")):
                why = foreign(room, quoted, name)
                if why:
                    found.append(f"{where}: {name}: {why}")
                if name in LIBELF and room == "skel":
                    libelf.append(str(path))
                continue
            other = room_of(target)
            if other not in (room, "include") and other not in MAY[room]:
                found.append(f"{where}: {room} may not include {target} ({other})")
            elif room in ("cli", "gcc-plugin") and other == "face" and target.name != "check.h":
                found.append(f"{where}: the face of the brain is check.h, not {target}")
    if len(set(libelf)) > 1:
        found.append(f"{libelf[1]}:1: libelf is seen by {libelf[0]} already; one file only")
    return found


def test_house_keeps_its_layers():
    assert violations(ROOT) == []


def put(root, path, text):
    full = root / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(text)


@pytest.fixture
def house(tmp_path):
    """A small correct house."""
    for path, text in {
        "include/labyrinth/skel.h": "#include <stdint.h>\n",
        "src/base/buf.h": "",
        "src/check/check.h": "#include <labyrinth/skel.h>\n",
        "src/check/skel/skel.h": "#include <labyrinth/skel.h>\n",
        "src/check/skel/skel_elf.c": '#include <libelf.h>\n#include "base/buf.h"\n#include "skel.h"\n',
        "src/check/model/model.h": "",
        "src/check/link/prog.c": '#include "check/skel/skel.h"\n#include "check/model/model.h"\n',
        "src/cli/main.c": "#include <jansson.h>\n#include <check/check.h>\n",
        "src/alloc/prim.h": "#include <stddef.h>\n",
        "src/alloc/core/pool.c": '#include "../prim.h"\n',
        "src/alloc/kernel/module.c": '#include <linux/module.h>\n#include "../prim.h"\n',
        "gcc-plugin/gcc-common.h": "#include <gcc-plugin.h>\n#if BUILDING_GCC_VERSION >= 12000\n",
        "gcc-plugin/plugin.cc": '#include "gcc-common.h"\n#include "check/skel/skel.h"\n',
    }.items():
        put(tmp_path, path, text)
    return tmp_path


def test_correct_house_passes(house):
    assert violations(house) == []


@pytest.mark.parametrize("path, line, why", [
    ("src/base/x.c", '#include "check/skel/skel.h"', "base may not include"),
    ("src/check/skel/x.c", '#include "check/link/prog.c"', "skel may not include"),
    ("src/check/skel/x.c", '#include "../model/model.h"', "skel may not include"),
    ("src/check/model/x.c", '#include "check/check.h"', "model may not include"),
    ("src/check/link/x.c", "#include <gcc-plugin.h>", "not a header this project uses"),
    ("src/check/link/x.c", "#include <libelf.h>", "only the skel room sees libelf"),
    ("src/check/skel/y.c", "  #  include <gelf.h>", "one file only"),
    ("src/check/solve/x.c", "#include <linux/list.h>", "only src/alloc/kernel"),
    ("src/check/solve/x.c", "#include <glib.h>", "not a header this project uses"),
    ("src/check/solve/x.c", '#include "nowhere.h"', "no such file"),
    ("src/check/rules/x.c", "#include <jansson.h>", "jansson is for"),
    ("src/alloc/core/x.c", "#include <stdio.h>", "knows no host"),
    ("src/alloc/core/x.c", '#include "base/buf.h"', "alloc/core may not include"),
    ("src/alloc/user/x.c", '#include "check/check.h"', "alloc/user may not include"),
    ("src/check/report/x.c", '#include "alloc/prim.h"', "report may not include"),
    ("src/alloc/kernel/x.c", "#include <stdio.h>", "kernel headers only"),
    ("gcc-plugin/x.cc", '#include "check/link/prog.c"', "gcc-plugin may not include"),
    ("gcc-plugin/x.cc", "#if BUILDING_GCC_VERSION > 1", "belongs into gcc-plugin/gcc-common.h"),
    ("src/cli/x.c", "#include <tree-ssa.h>", "not a header this project uses"),
    ("src/elsewhere/x.c", "", "no room of the house plan"),
])
def test_broken_house_is_noticed(house, path, line, why):
    put(house, path, "/* first */\n" + line + "\n")
    found = violations(house)
    assert len(found) == 1 and why in found[0] and found[0].startswith("src/" if path[0] == "s"
                                                                       else "gcc-plugin/"), found
