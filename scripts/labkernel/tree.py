# SPDX-License-Identifier: GPL-2.0-or-later
"""The prepared object tree of one kernel: configured, headers generated.

It lives at CACHE/obj-VERSION-HASH; the hash covers the configuration fragment,
the compiler and the source folder, so none of them ever mixes with another.
Preparation runs without extraction (the plugin is not even named), and a stamp
written at its end makes it resumable.  What is ours lies in .labyrinth/ inside.
"""
import hashlib
import os
import re
import shutil
import subprocess

from .base import Stop, cache_root, make_env, say, write_if_changed

HERE = os.path.dirname(os.path.realpath(__file__))


def find_data(name, *places):
    """A file of the checkout, or of the installation."""
    for place in places:
        path = os.path.normpath(os.path.join(HERE, place, name))
        if os.path.isfile(path):
            return path
    raise Stop(f"{name} is missing beside {HERE}: the installation is not complete")


def default_fragment():
    return find_data("labyrinth.config", "../../examples/kconfig", "..", ".")


def wanted(fragment):
    """{symbol: value} of a configuration fragment; 'n' for "is not set"."""
    want = {}
    for line in fragment.splitlines():
        on = re.match(r"(CONFIG_\w+)=(.*)", line)
        off = re.match(r"# (CONFIG_\w+) is not set", line)
        if on:
            want[on[1]] = on[2]
        elif off:
            want[off[1]] = "n"
    return want


class Tree:
    """One kernel source with one configuration and one compiler."""

    def __init__(self, source, kernel, cc="gcc", fragment=None, cache=None):
        self.source, self.kernel, self.cc = source, kernel, cc
        self.fragment_path = fragment or default_fragment()
        try:
            with open(self.fragment_path, encoding="utf-8") as f:
                self.fragment = f.read()
        except OSError as err:
            raise Stop(f"{self.fragment_path}: {err.strerror}") from None
        if "/" in cc or not shutil.which(cc):
            raise Stop(f"--cc {cc}: give the name of a compiler in PATH, such as gcc-12")
        self.cc_text = subprocess.run([cc, "--version"], check=True, text=True,
                                      stdout=subprocess.PIPE).stdout.splitlines()[0]
        key = "\n".join([self.fragment, self.cc_text, cc, source])
        name = f"obj-{kernel}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
        self.obj = os.path.join(cache or cache_root(), name)
        self.own = os.path.join(self.obj, ".labyrinth")
        self.wrapper = os.path.join(self.own, f"lab-{cc}")
        self.stamp = os.path.join(self.own, "prepared")
        self.lock = os.path.join(self.own, "lock")

    def is_prepared(self):
        return os.path.isfile(self.stamp)

    def make(self, *words, jobs=1):
        """The command line of kbuild for this tree."""
        return ["make", "--no-print-directory", "-C", self.source, f"O={self.obj}",
                f"CC={self.wrapper}", f"-j{jobs}", *words]

    def install_wrapper(self):
        os.makedirs(self.own, exist_ok=True)
        path = find_data("lab-cc", "..", ".")
        with open(path, encoding="utf-8") as f:
            write_if_changed(self.wrapper, f.read(), 0o755)

    def run(self, what, *words, jobs=1, **env):
        """Runs kbuild to the end; its output goes to a log that an error names."""
        log = os.path.join(self.own, f"{what}.log")
        with open(log, "w", encoding="utf-8") as out:
            done = subprocess.run(self.make(*words, jobs=jobs), env=make_env(**env),
                                  stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            with open(log, encoding="utf-8", errors="replace") as f:
                lines = f.read().splitlines()
            why = next((x for x in lines if re.search(r"error|\*\*\*|not found", x, re.I)),
                       lines[-1] if lines else "no output")
            raise Stop(f"'make {' '.join(words)}' failed: {why.strip()}   (log: {log})")

    def missing_symbols(self):
        """Lines for the symbols of the fragment that Kconfig did not accept."""
        with open(os.path.join(self.obj, ".config"), encoding="utf-8") as f:
            have = wanted(f.read())
        return [f"{name}: wanted {value}, is {have.get(name, 'n')}"
                for name, value in wanted(self.fragment).items()
                if have.get(name, "n") != value]

    def prepare(self, jobs):
        """Configures and prepares, once; the caller holds the lock."""
        self.install_wrapper()
        if self.is_prepared():
            return
        say(f"preparing {self.obj} (kernel {self.kernel}, {self.cc_text}; some minutes, once)")
        merged = os.path.join(self.own, "fragment.config")
        write_if_changed(merged, self.fragment)
        self.run("config", "allmodconfig", KCONFIG_ALLCONFIG=merged)
        for line in self.missing_symbols():
            say(f"configuration: {line}")
        self.run("prepare", "modules_prepare", jobs=jobs)
        write_if_changed(self.stamp, f"{self.kernel}\n{self.cc_text}\n{self.source}\n")
