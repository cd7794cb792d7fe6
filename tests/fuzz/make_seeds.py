#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds of fuzz_skel: make_seeds.py LABYRINTH FOLDER INPUT...

Each input (object or text) gives two: its text, and its record in the shape the
target repairs: the bodies of the sections with fe ed between them.
"""
import pathlib
import subprocess
import sys


def number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def sections(record):
    at, end = 32, int.from_bytes(record[8:12], "little")
    while at < end:
        _, at = number(record, at)
        length, at = number(record, at)
        yield record[at:at + length]
        at += length


def main(labyrinth, folder, *inputs):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in map(pathlib.Path, inputs):
        text = subprocess.run([labyrinth, "dump", name], check=True, stdout=subprocess.PIPE).stdout
        record = folder / "record.tmp"
        subprocess.run([labyrinth, "assemble", name, "-o", record], check=True)
        parts = list(sections(record.read_bytes()))
        record.unlink()
        (folder / f"{name.stem}.text").write_bytes(b"\1" + text)
        if not any(b"\xfe\xed" in p for p in parts):
            (folder / f"{name.stem}.record").write_bytes(b"\0" + b"\xfe\xed".join(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
