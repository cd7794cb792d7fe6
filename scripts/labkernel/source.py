# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the kernel source: a folder, a tarball, or Debian's linux-source-6.1.

A tarball is unpacked once into the cache, into a temporary folder that is
renamed when complete: a folder under its final name is always whole.  A newer
tarball of the same name replaces it.
"""
import glob
import os
import re
import shutil
import subprocess
import tarfile
import tempfile

from .base import Stop, cache_root, locked, say

TESTED = (6, 1)
DEBIAN = "linux-source-6.1"


def version(source):
    """'6.1.192' from the Makefile; Stop if this is no kernel source."""
    try:
        with open(os.path.join(source, "Makefile"), encoding="utf-8") as f:
            head = f.read(4096)
    except OSError:
        head = ""
    part = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *=[ \t]*(\S*)",
                           head, re.M))
    if not part.get("VERSION") or not os.path.isfile(os.path.join(source, "Kbuild")):
        raise Stop(f"{source}: not a Linux source tree (no Kbuild, or no VERSION in its Makefile)")
    text = ".".join(part[k] for k in ("VERSION", "PATCHLEVEL", "SUBLEVEL") if part.get(k))
    return text + part.get("EXTRAVERSION", "")


def is_tested(kernel_version):
    return tuple(int(n) for n in re.findall(r"\d+", kernel_version)[:2]) == TESTED


def stamp_of(tarball):
    st = os.stat(tarball)
    return f"{st.st_size} {st.st_mtime_ns}\n"


def top_folder(tarball):
    try:
        with tarfile.open(tarball, "r|*") as tar:
            first = tar.next()
    except (tarfile.TarError, OSError, EOFError) as err:
        raise Stop(f"{tarball}: cannot be read as a tar archive: {err}") from None
    name = first.name.lstrip("./").split("/")[0] if first else ""
    if not name:
        raise Stop(f"{tarball}: has no top folder")
    return name


def unpack(tarball):
    cache = cache_root()
    default = os.path.basename(tarball).split(".tar")[0]
    name = default if default == DEBIAN else top_folder(tarball)
    target = os.path.join(cache, name)
    stamp = os.path.join(cache, f".{name}.stamp")

    def fresh():
        if not os.path.isdir(target):
            return False
        try:
            with open(stamp, encoding="ascii") as f:
                return f.read() == stamp_of(tarball)
        except FileNotFoundError:
            # somebody unpacked it by hand: taken as this tarball's
            note_stamp()
            return True

    def note_stamp():
        with open(stamp, "w", encoding="ascii") as f:
            f.write(stamp_of(tarball))

    if fresh():
        return target
    with locked(os.path.join(cache, ".unpack.lock")):
        if fresh():
            return target
        say(f"unpacking {tarball} into {target}")
        tmp = tempfile.mkdtemp(prefix=".unpack-", dir=cache)
        try:
            done = subprocess.run(["tar", "-C", tmp, "-xf", tarball], check=False,
                                  stderr=subprocess.PIPE, text=True)
            made = os.listdir(tmp)
            if done.returncode or len(made) != 1:
                why = (done.stderr.strip().splitlines() or ["not one top folder"])[0]
                raise Stop(f"{tarball}: cannot be unpacked: {why}")
            if os.path.isdir(target):
                os.rename(target, os.path.join(tmp, ".old"))
            os.rename(os.path.join(tmp, made[0]), target)
            note_stamp()
        finally:
            shutil.rmtree(tmp, ignore_errors=True)
    return target


def find(given, option="--source"):
    """The kernel source folder that the option gives (None: Debian's); says what is odd."""
    if given:
        if not os.path.exists(given):
            raise Stop(f"{given}: no such file or folder ({option} takes a kernel tree or a tarball)")
        source = given if os.path.isdir(given) else unpack(given)
    else:
        tarballs = glob.glob(f"/usr/src/{DEBIAN}*.tar.*")
        cached = os.path.join(cache_root(), DEBIAN)
        if tarballs:
            source = unpack(max(tarballs, key=os.path.getmtime))
        elif os.path.isdir(cached):
            source = cached
        else:
            raise Stop(f"no kernel source: run: apt-get install {DEBIAN}"
                       f"   (or give {option} DIR or TARBALL)")
    source = os.path.realpath(source)
    kernel = version(source)
    if os.path.exists(os.path.join(source, ".config")):
        raise Stop(f"{source}: was configured in place; run 'make mrproper' there or give a clean tree")
    if not is_tested(kernel):
        say(f"kernel {kernel}: tested is {TESTED[0]}.{TESTED[1]}.y; going on")
    return source, kernel
