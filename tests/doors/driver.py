# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver of three files for the tests of the doors, and kbuild on the installed headers."""
import os
import pathlib
import re
import shutil
import subprocess

from conftest import clean_env

# one bug that a.c proves alone, one where b.c holds the lock and a.c sleeps
SOURCES = {
    "Kbuild": "obj-m := small.o\nsmall-y := a.o b.o c.o\n",
    "small.h": "#include <linux/delay.h>\n#include <linux/module.h>\n#include <linux/spinlock.h>\n"
               "extern spinlock_t small_lock;\nvoid small_wait(int ms);\nvoid small_poll(void);\n"
               "int small_plain(int x);\n",
    "a.c": '#include "small.h"\nDEFINE_SPINLOCK(small_lock);\n'
           "void small_wait(int ms)\n{\n\tmsleep(ms);\n}\n"
           "void small_alone(void)\n{\n\tspin_lock(&small_lock);\n\tmsleep(7);\n"
           '\tspin_unlock(&small_lock);\n}\nMODULE_LICENSE("GPL");\n',
    "b.c": '#include "small.h"\nvoid small_poll(void)\n{\n\tspin_lock(&small_lock);\n'
           "\tsmall_wait(1);\n\tspin_unlock(&small_lock);\n}\n",
    "c.c": '#include "small.h"\nint small_plain(int x)\n{\n\treturn x + 1;\n}\n',
}
ALONE = ("a.c", 10)             # (file, line) of the first
ACROSS = ("a.c", 5)             # ... and of the second, which needs b.c
WARNING = re.compile(r"^(\S+?):(\d+):\d+: warning: .*\[labyrinth::sleep-in-atomic\]$", re.M)


def found(text):
    """Sorted (file name, line) of the findings in a text."""
    return sorted((os.path.basename(m[1]), int(m[2])) for m in WARNING.finditer(text))


class Driver:
    """The folder of the driver, and what to run there."""

    def __init__(self, folder, headers, labyrinth, plugin):
        self.folder, self.headers = pathlib.Path(folder), headers
        self.labyrinth, self.plugin = labyrinth, plugin
        self.cache = self.folder.parent / "cache"
        self.tmp = self.folder.parent / "tmp"
        self.tmp.mkdir()
        self.folder.mkdir()
        for name, text in SOURCES.items():
            (self.folder / name).write_text(text)

    def env(self, **more):
        return clean_env(LC_ALL="C", LABYRINTH_CACHE=str(self.cache), TMPDIR=str(self.tmp), **more)

    def make(self, *words, check="", cwd=None, env=None, ok=True):
        """kbuild with CHECK="labyrinth kcheck CHECK"; output and messages in one text."""
        if check is not None:
            words += (f"CHECK={self.labyrinth} kcheck {check}",)
        done = subprocess.run(["make", "-C", str(self.headers), f"M={self.folder}", *words,
                               "modules"], cwd=cwd or self.folder, env=env or self.env(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        if ok:
            assert done.returncode == 0, done.stdout
        return done

    def plugin_flags(self, *args):
        words = [f"-fplugin={self.plugin}", *(f"-fplugin-arg-labyrinth-{a}" for a in args)]
        return "KCFLAGS=" + " ".join(words)

    def logging_compiler(self, real="gcc"):
        """A compiler that writes the sources of its -c runs to a file, and that file."""
        log, cc = self.folder.parent / "compiled", self.folder.parent / "loggingcc"
        cc.write_text(f"#!/bin/sh\ncase \" $* \" in *' -c '*) for w; do last=$w; done; "
                      f"echo \"$last\" >>{log};; esac\nexec {real} \"$@\"\n")
        cc.chmod(0o755)
        return cc, log

    def listing(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))

    def clean(self):
        for path in self.folder.iterdir():
            if path.name not in SOURCES:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
