# SPDX-License-Identifier: GPL-2.0-or-later
"""Skeletons through the command line: round trips, damage, files of every kind.

All of it runs the build with address and undefined-behaviour checks.
"""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings

from conftest import BUILD, ROOT, built, run
from skelgen import units

HERE = pathlib.Path(__file__).parent
COMPLAINT = re.compile(r"labyrinth: (.*?): offset (\d+): (.+)")
SMALL = """labyrinth skeleton 1
unit source "a" cwd "" compiler "" target "" plugin "" ptr 8
type 0 int "i" size 4
sym 0 func "f" t0 !-
macro "M" 7
func @0 t0 !- to 3
param %0 "x" t0
b0:
\t%1 = call @0(%0) t0 !-:2:1
\tret (%1) !-
end
"""


def labyrinth(*words, **more):
    return run(built(BUILD / "asan" / "labyrinth", "asan"), *words, **more)


def assemble(path, text, suffix=".skel"):
    """Text -> a file of records, or an object."""
    out = path / ("out" + suffix)
    labyrinth("assemble", "-", "-o", out, input=text)
    return out


def dump(*inputs):
    """The text without the comments that name the inputs."""
    return without_names(labyrinth("dump", *inputs).stdout)


def without_names(text):
    return "".join(l for l in text.splitlines(True) if not l.startswith(";"))


def refused(*words, **more):
    """The one line of an error."""
    done = labyrinth(*words, check=False, **more)
    assert done.returncode == 2, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("labyrinth: "), done.stderr
    return lines[0]


# ---- round trips ---------------------------------------------------------------------------
def round_trip(tmp_path, text):
    first = assemble(tmp_path, text)
    record, printed = first.read_bytes(), dump(first)
    assert assemble(tmp_path, printed).read_bytes() == record
    assert dump(first) == printed
    return record, printed


def test_everything_comes_back(tmp_path):
    text = (HERE / "all.txt").read_text()
    _, printed = round_trip(tmp_path, text)
    # but for the table of strings, decorations and the order of flags it is the same text
    plain = lambda t: re.sub(r"(?<=\d)/[^\s,()=:.\[]*", "", re.sub(r"^(str .*|;.*)\n", "", t, flags=re.M))
    flags = lambda t: re.sub(r"\{(.*)\}", lambda m: ",".join(sorted(m[1].split(","))), t)
    assert flags(plain(printed)) == flags(plain(text))


def test_the_example_of_the_manual_is_good(tmp_path):
    text = (ROOT / "docs/skeleton.md").read_text().split("```\n")[1]
    _, printed = round_trip(tmp_path, text)
    assert re.sub(r"^str .*\n", "", printed, flags=re.M) == text


def test_every_instruction_is_in_there():
    header = (ROOT / "include/labyrinth/skel.h").read_text()
    names = re.findall(r'^\tX\([A-Z]+, +"(\w+)", +"\w*"\)', header, re.M)
    assert len(names) > 20
    text = (HERE / "all.txt").read_text()
    assert [n for n in names if not re.search(rf"^\t(%\d+ = )?{n}\b", text, re.M)] == []


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(text=units())
def test_random_units_come_back(tmp_path_factory, text):
    round_trip(tmp_path_factory.mktemp("random"), text)


def test_several_units_and_padding(tmp_path):
    one = assemble(tmp_path, SMALL).read_bytes()
    both = tmp_path / "both.skel"
    for gap in (0, 8, 64):
        both.write_bytes(one + bytes(gap) + one + bytes(gap))
        assert dump(both) == dump(tmp_path / "out.skel") * 2
    assert assemble(tmp_path, SMALL + "; between\n\n" + SMALL).read_bytes() == one * 2


def test_comments_blanks_and_line_ends(tmp_path):
    want = assemble(tmp_path, SMALL).read_bytes()
    noisy = "\n; first\n" + SMALL.replace("\n", " ; why\r\n").replace("\t", "  \t ") + "\n;"
    assert assemble(tmp_path, noisy).read_bytes() == want


# ---- damage ----------------------------------------------------------------------------------
def complaints(tmp_path, mutants, suffix=".skel"):
    """Dumps all at once; exactly one line for each, nothing printed of it."""
    names = []
    for i, data in enumerate(mutants):
        names.append(f"m{i}{suffix}")
        (tmp_path / names[-1]).write_bytes(data)
    done = labyrinth("dump", *names, check=False, cwd=tmp_path)
    assert done.returncode == 2
    found = [COMPLAINT.fullmatch(line) for line in done.stderr.splitlines()]
    assert None not in found, done.stderr
    assert [f[1] for f in found] == names
    assert "func" not in done.stdout
    return [(int(f[2]), f[3]) for f in found]


def flipped(data, start=0, end=None):
    for byte in range(start, len(data) if end is None else end):
        for bit in range(8):
            changed = bytearray(data)
            changed[byte] ^= 1 << bit
            yield bytes(changed)


def test_each_truncation_is_refused(tmp_path):
    for text in (SMALL, (HERE / "all.txt").read_text()):
        record = assemble(tmp_path, text).read_bytes()
        for offset, _ in complaints(tmp_path, [record[:n] for n in range(len(record))]):
            assert offset == 0


def test_each_flipped_bit_is_refused(tmp_path):
    record = assemble(tmp_path, SMALL).read_bytes()
    length = int.from_bytes(record[8:12], "little")
    assert length < len(record), "choose a SMALL with padding"
    for offset, _ in complaints(tmp_path, flipped(record)):
        assert offset <= len(record)


def test_each_flipped_bit_in_an_object_is_refused(tmp_path):
    data = assemble(tmp_path, SMALL, ".o").read_bytes()
    at, size = section_of(tmp_path / "out.o")
    for offset, _ in complaints(tmp_path, flipped(data, at, at + size), ".o"):
        assert at <= offset <= at + size


def hash_of(payload):
    """As in the header of a record without flags, from the library itself."""
    lib = ctypes.CDLL("libxxhash.so.0")
    lib.XXH3_64bits_withSeed.restype = ctypes.c_uint64
    return lib.XXH3_64bits_withSeed(payload, ctypes.c_size_t(len(payload)), ctypes.c_uint64(1))


def test_flipped_bits_behind_a_right_hash_never_crash(tmp_path):
    """The same, but the damage has a hash that fits: tables and bodies are reached."""
    record = assemble(tmp_path, SMALL).read_bytes()
    length = int.from_bytes(record[8:12], "little")
    names, taken = [], 0
    for i, data in enumerate(flipped(record, 32, length)):
        data = bytearray(data)
        data[16:24] = hash_of(bytes(data[32:length])).to_bytes(8, "little")
        names.append(tmp_path / f"m{i}.skel")
        names[-1].write_bytes(data)
    done = labyrinth("dump", *names, check=False)
    assert done.returncode == 2
    assert all(COMPLAINT.fullmatch(line) for line in done.stderr.splitlines()), done.stderr
    # what was taken is a unit of its own right and comes back
    bad = {COMPLAINT.fullmatch(line)[1] for line in done.stderr.splitlines()}
    for name in names:
        if str(name) in bad:
            continue
        taken += 1
        again = tmp_path / "again.skel"
        labyrinth("assemble", "-", "-o", again, input=dump(name))
        assert again.read_bytes() == name.read_bytes()
    assert 0 < taken < len(names)


def section_of(path):
    line = next(l for l in run("readelf", "-SW", path).stdout.splitlines()
                if ".discard.labyrinth" in l)
    words = line.split("]")[1].split()
    return int(words[3], 16), int(words[4], 16)


@pytest.mark.parametrize("at, value, why", [
    (4, b"\x02\x00", "another format version"),
    (4, b"\xff\xff", "another format version"),
    (0, b"KSBL", "other byte order"),
    (6, b"\x28\x00", "header has a wrong length"),
    (8, b"\x1f\x00\x00\x00", "wrong length"),
    (8, b"\xff\xff\xff\xff", "cut off"),
    (12, b"\x80", "unknown flags"),
    (24, b"\x01", "reserved"),
    (16, b"\x00\x00\x00", "hash"),
])
def test_foreign_and_damaged_headers_are_named(tmp_path, at, value, why):
    data = bytearray(assemble(tmp_path, SMALL, ".o").read_bytes())
    start, _ = section_of(tmp_path / "out.o")
    data[start + at:start + at + len(value)] = value
    bad = tmp_path / "bad.o"
    bad.write_bytes(data)
    m = COMPLAINT.fullmatch(refused("dump", bad))
    assert m[1] == str(bad) and int(m[2]) == start and why in m[3]


def test_the_second_record_has_its_own_offset(tmp_path):
    one = assemble(tmp_path, SMALL).read_bytes()
    both = tmp_path / "both.skel"
    both.write_bytes(one + one[:20] + bytes(len(one) - 20))
    assert int(COMPLAINT.fullmatch(refused("dump", both))[2]) == len(one)
    both.write_bytes(one + bytes(4) + one)
    assert "not on 8 bytes" in refused("dump", both)
    both.write_bytes(one + b"\0\0\0\0\0\0\1\0")
    assert int(COMPLAINT.fullmatch(refused("dump", both))[2]) == len(one) + 6


# ---- files of every kind ---------------------------------------------------------------------
@pytest.fixture
def objects(tmp_path):
    """a.o and sub/b.o with facts, c.o without."""
    (tmp_path / "sub").mkdir()
    for name in ("a", "sub/b"):
        text = SMALL.replace('source "a"', f'source "{name}"')
        labyrinth("assemble", "-", "-o", tmp_path / f"{name}.o", input=text)
    run("gcc", "-c", "-o", tmp_path / "c.o", "-x", "c", "-", input="int c;")
    return tmp_path


def names(done):
    return [l[2:] for l in done.stdout.splitlines() if l.startswith("; ")]


def sources(done):
    return re.findall(r'^unit source "(.*?)"', done.stdout, re.M)


@pytest.mark.parametrize("mode", ["rcs", "rcsT", "rcsD", "rcsPT"])
def test_archives_thin_and_normal(objects, mode):
    run("ar", mode, "lib.a", "a.o", "sub/b.o", "c.o", cwd=objects)
    done = labyrinth("dump", "lib.a", cwd=objects)
    assert sources(done) == ["a", "sub/b"]
    assert [n.replace("(sub/b.o)", "(b.o)") for n in names(done)] == [
        "lib.a(a.o)", "lib.a(b.o)", "lib.a(c.o): no facts"]
    # from elsewhere: members of a thin archive are looked for beside it
    assert sources(labyrinth("dump", objects / "lib.a", cwd="/")) == ["a", "sub/b"]


def test_archives_in_archives(objects):
    """As kbuild has them: thin archives of thin archives, and a normal one inside."""
    run("ar", "rcs", "lib.a", "sub/b.o", cwd=objects)
    run("ar", "rcsT", "sub/built-in.a", "sub/b.o", cwd=objects)
    run("ar", "rcsT", "built-in.a", "a.o", "sub/built-in.a", "lib.a", cwd=objects)
    assert sources(labyrinth("dump", objects / "built-in.a")) == ["a", "sub/b", "sub/b"]
    run("ar", "rcs", "outer.a", "lib.a", "a.o", cwd=objects)
    assert sources(labyrinth("dump", objects / "outer.a")) == ["sub/b", "a"]


def test_long_names_in_archives(objects):
    long = "x" * 60 + ".o"
    shutil.copy(objects / "a.o", objects / long)
    for mode in ("rcs", "rcsT"):
        (objects / "lib.a").unlink(missing_ok=True)
        run("ar", mode, "lib.a", long, "c.o", cwd=objects)
        assert names(labyrinth("dump", "lib.a", cwd=objects))[0] == f"lib.a({long})"


def test_linked_objects_keep_all_records(objects):
    run("ld", "-r", "-o", "ab.o", "a.o", "sub/b.o", cwd=objects)
    assert sources(labyrinth("dump", objects / "ab.o")) == ["a", "sub/b"]


def test_objects_of_32_bits(objects):
    out = objects / "m32.o"
    if run("gcc", "-m32", "-c", "-o", out, "-x", "c", "-", input="int c;", check=False).returncode:
        pytest.skip("this gcc has no -m32")
    (objects / "records").write_bytes(assemble(objects, SMALL).read_bytes())
    run("objcopy", "--add-section", ".discard.labyrinth=records", out.name, cwd=objects)
    assert sources(labyrinth("dump", out)) == ["a"]


def test_a_final_link_drops_the_section(objects):
    (objects / "main.c").write_text("int main(void) { return 0; }\n")
    run("gcc", "-o", "prog", "main.c", "a.o", cwd=objects)
    assert names(labyrinth("dump", "prog", cwd=objects)) == ["prog: no facts"]
    assert ".discard.labyrinth" not in run("readelf", "-SW", objects / "prog").stdout


def test_member_with_damage_is_named(objects):
    bad = bytearray((objects / "a.o").read_bytes())
    at, _ = section_of(objects / "a.o")
    bad[at + 40] ^= 1
    (objects / "bad.o").write_bytes(bad)
    run("ar", "rcs", "lib.a", "sub/b.o", "bad.o", cwd=objects)
    m = COMPLAINT.fullmatch(refused("dump", "lib.a", cwd=objects))
    assert m[1] == "lib.a(bad.o)" and int(m[2]) == at


def test_archives_that_are_damaged(objects):
    run("ar", "rcs", "lib.a", "a.o", cwd=objects)
    data = (objects / "lib.a").read_bytes()
    for n in range(9, len(data), 37):
        (objects / "cut.a").write_bytes(data[:n])
        assert "cut.a" in refused("dump", "cut.a", cwd=objects)
    # a thin archive whose member is gone
    run("ar", "rcsT", "thin.a", "c.o", cwd=objects)
    (objects / "c.o").unlink()
    assert "thin.a(c.o): No such file" in refused("dump", "thin.a", cwd=objects)
    # one that holds itself does not go on for ever
    (objects / "c.o").write_bytes((objects / "thin.a").read_bytes())
    assert "nested too deeply" in refused("dump", "thin.a", cwd=objects)


def test_objects_that_are_damaged(objects):
    data = (objects / "a.o").read_bytes()
    for n in [*range(4, 64), *range(64, len(data), 11), len(data) - 1]:
        (objects / "cut.o").write_bytes(data[:n])
        assert "cut.o: offset" in refused("dump", "cut.o", cwd=objects), n


@pytest.mark.parametrize("content, why", [
    (b"", "empty"), (b"int main;\n", "neither"), (b"\x7fELF", ""), (b"\x7fELF" + bytes(200), ""),
    (b"LBS", "neither"), (b"LBSK", "cut off"), (b"!<arch>\n" + b"x" * 60, "damaged"),
    (b"!<arch>\nshort", "cut off"), (bytes(100), "neither"),
])
def test_garbage_is_one_line(tmp_path, content, why):
    (tmp_path / "g").write_bytes(content)
    line = refused("dump", tmp_path / "g")
    assert str(tmp_path / "g") in line and why in line


def test_files_that_are_no_files(tmp_path):
    assert "No such file" in refused("dump", tmp_path / "nothing")
    assert "directory" in refused("dump", tmp_path)
    assert "not a regular file" in refused("dump", "/dev/null")
    assert "empty" in refused("dump", "-", input="")


def test_a_bad_input_does_not_hide_the_others(objects):
    (objects / "bad").write_text("x")
    done = labyrinth("dump", "bad", "a.o", check=False, cwd=objects)
    assert done.returncode == 2 and sources(done) == ["a"]


def test_one_function(objects):
    done = labyrinth("dump", "--function", "f", objects / "a.o")
    assert done.stdout.startswith(f"; {objects}/a.o\nfunc @0/f ")
    assert "no function 'g'" in refused("dump", "-f", "g", objects / "a.o")


def test_an_object_is_for_the_target_of_the_unit(tmp_path):
    for target, machine in (("x86_64-linux-gnu", "X86-64"), ("aarch64-linux-gnu", "AArch64"),
                            ("", "X86-64")):
        out = tmp_path / "t.o"
        labyrinth("assemble", "-", "-o", out,
                  input=SMALL.replace('target ""', f'target "{target}"'))
        text = run("readelf", "-hSW", out).stdout
        assert machine in text and re.search(r"\.discard\.labyrinth +PROGBITS .* E ", text)


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "t.txt").write_text(SMALL)
    for out in ("/dev/full", tmp_path / "no" / "dir", tmp_path):
        line = refused("assemble", tmp_path / "t.txt", "-o", out)
        assert str(out) in line
    assert pathlib.Path("/dev/full").is_char_device()    # it is not ours to remove
    with open("/dev/full", "w") as full:
        done = labyrinth("dump", tmp_path / "t.txt", check=False, stdout=full)
    assert done.returncode == 2 and "standard output" in done.stderr


# ---- the text ------------------------------------------------------------------------------------
@pytest.mark.parametrize("old, new, place, why", [
    ("t0 !-:2:1", "t1 !-:2:1", "9:20", "a type of the table, which has 1 so far"),
    ("call @0(", "call @0/g(", "9:14", "/f, that is what the number stands for"),
    ("call @0(%0)", "cal @0(%0)", "9:7", "an instruction"),
    ("%1 = call", "%2 = call", "9:2", "%1 =, values are numbered in order"),
    ("ret (%1)", "ret (%2)", "10:1", None),
    ("ret (%1) !-", "jump b1", "10:1", None),
    ("\tret (%1) !-\n", "", "9:1", None),
    ("b0:", "b1:", "8:1", "b0, blocks are numbered in order"),
    ("end\n", "", "11:1", "end, the text is cut off"),
    ("skeleton 1", "skeleton 2", "1:21", "version 1, the only one this program reads"),
    ('macro "M" 7', 'macro "M" 7\nmacro "M" 8', "6:12", "a macro that is not in the table already"),
    ('macro "M" 7', 'macro "M', "5:9", "the closing quote of a string"),
    ('macro "M" 7', 'macro "\\q" 7', "5:10", None),
    ('macro "M" 7', 'macro "\\x00" 7', "5:12", None),
    ('macro "M" 7', 'macro "M" 9223372036854775808', "5:11", None),
    ("size 4", "size 4294967296", "3:21", None),
    ("sym 0", "sym 1", "4:6", None),
    ("sym 0 func", "sym 0 fun", "4:7", "kind of symbol"),
    ("!-:2:1", "!-:2:1 {volatle}", "9:30", "a flag, each once"),
    ("!-:2:1", "!-:2:1 rest", "9:29", "end of line"),
    ('param %0 "x"', 'param %1 "x"', "7:9", None),
    ("unit source", "unit sauce", "2:6", "source"),
    ("type 0", "unknown 0", "3:1", "a line of a table, func or end"),
])
def test_errors_in_text_have_a_place(tmp_path, old, new, place, why):
    assert old in SMALL
    bad = tmp_path / "bad.txt"
    bad.write_text(SMALL.replace(old, new, 1))
    line = refused("assemble", bad, "-o", tmp_path / "out")
    m = re.fullmatch(rf"labyrinth: {re.escape(str(bad))}:(\d+:\d+): (.+)", line)
    assert m and m[1] == place, line
    if why:
        assert m[2] == "expected " + why
    assert not (tmp_path / "out").exists()


def test_places_in_a_later_unit_count_from_the_start(tmp_path):
    bad = tmp_path / "bad.txt"
    lines = SMALL.count("\n")
    for gap in ("", "\n ; x\n", " \t"):
        bad.write_text(SMALL + gap + SMALL.replace("skeleton", "skeletons"))
        blank = len(gap) if gap == " \t" else 0
        assert f"bad.txt:{lines + 1 + gap.count(chr(10))}:{1 + blank}: " in refused("dump", bad)


def test_each_cut_of_a_text_is_refused(tmp_path):
    text = (HERE / "all.txt").read_text()
    last = text.rindex("end")
    names = []
    for n in range(text.index("labyrinth") + len("labyrinth skeleton"), last + 3, 13):
        names.append(tmp_path / f"{n}.txt")
        names[-1].write_text(text[:n])
    done = labyrinth("dump", *names, check=False)
    assert done.returncode == 2 and "func" not in done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == len(names) and all(re.search(r"\.txt:\d+:\d+: ", l) for l in lines)


def test_the_fuzz_target_finds_nothing_in_a_minute():
    """make fuzz-smoke; for longer, make fuzz FUZZ_SECONDS=..."""
    if not shutil.which("clang"):
        pytest.skip("no clang: libFuzzer is its")
    env = dict(os.environ)
    done = run("make", "-C", ROOT, f"B={BUILD}", "fuzz-smoke", check=False, env=env,
               stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.search(r"number_of_executed_units: (\d+)", done.stdout)[1]) > 1000
