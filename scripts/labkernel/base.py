# SPDX-License-Identifier: GPL-2.0-or-later
"""What every part of a kernel run shares: the cache, locks, messages, make.

A message is one line on stderr; what a script may read goes to stdout.  A
wrong input raises Stop, which main() turns into one line and exit status 2.
"""
import contextlib
import fcntl
import os
import sys


class Stop(Exception):
    """Cannot go on; the text says what is wrong and what to do next."""


def say(text):
    print(f"lab-kernel: {text}", file=sys.stderr, flush=True)


def cache_root():
    root = os.environ.get("LABYRINTH_CACHE")
    if not root:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        root = os.path.join(base, "labyrinth")
    return os.path.abspath(root)


@contextlib.contextmanager
def locked(path):
    """One run at a time per object tree or unpacking; a second one waits."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            say(f"waiting for another run (pid {lock.read().strip() or '?'}) on {path}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def make_env(**extra):
    """The environment for kbuild: nothing of ours or of an outer make leaks in."""
    drop = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKEFILES", "ARCH",
            "SUBARCH", "CROSS_COMPILE", "LLVM", "KCFLAGS", "KCPPFLAGS", "KAFLAGS",
            "CFLAGS", "CPPFLAGS", "LDFLAGS", "O", "M", "V", "C", "CF", "CHECK", "W", "B",
            "CC", "CXX", "HOSTCC", "LD", "GCC_COLORS"}
    env = {k: v for k, v in os.environ.items()
           if k not in drop and not k.startswith(("KBUILD_", "KCONFIG_", "LAB_"))}
    env["LC_ALL"] = "C"
    env.update(extra)
    return env


def write_if_changed(path, text, mode=0o644):
    """Replaces a file in one step; true if its content is new."""
    try:
        with open(path, encoding="utf-8") as old:
            if old.read() == text:
                return False
    except FileNotFoundError:
        pass
    tmp = f"{path}.{os.getpid()}.tmp"
    with open(tmp, "w", encoding="utf-8") as new:
        new.write(text)
    os.chmod(tmp, mode)
    os.rename(tmp, path)
    return True
