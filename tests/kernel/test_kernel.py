# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth.ko on booted kernels: one boot of Debian's cloud kernel for nearly all checks, one of
PREEMPT_RT, one of our debug kernel where it is built (make debug-kernel). Skipped, visibly, where
qemu, the image or its headers are missing.
"""
import fcntl
import os
import pathlib
import pickle
import re
import shutil
import subprocess
import sys

import pytest

import vm
from conftest import clean_env

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("LAB_BUILD", ROOT / "build")).resolve()
MODULES = {"lib/labyrinth.ko": "src/alloc/labyrinth.ko",
           "lib/labyrinth_selftest.ko": "tests/kernel/labyrinth_selftest.ko",
           "lib/labyrinth_hold.ko": "tests/kernel/labyrinth_hold.ko",
           "lib/maze_rx.ko": "examples/driver_rx/maze_rx.ko", "lib/vault.ko": "examples/storage/vault.ko"}
DEBUGFS = "/sys/kernel/debug/labyrinth"

STEPS = [
    ("wrong parameters", """for p in audit_ms=86400001 audit_ms=soon max_pages=16777215 max_pages=-1 no_system=2; do
        insmod /lib/labyrinth.ko $p && echo "taken: $p"; done; true"""),
    ("load", "insmod /lib/labyrinth.ko audit_ms=3600000"),
    ("parameter later", "echo 86400001 > /sys/module/labyrinth/parameters/audit_ms; "
                        "cat /sys/module/labyrinth/parameters/audit_ms"),
    ("selftest", "insmod /lib/labyrinth_selftest.ko"),
    ("hold", f"""insmod /lib/labyrinth_hold.ko; rmmod labyrinth; echo "rmmod says $?"
        cat {DEBUGFS}/held.*/holders; cat {DEBUGFS}/held.*/stats"""),
    ("inject", f"""f=$(echo {DEBUGFS}/held.*/inject); echo reserve 3 > $f; cat $f
        echo nowhere 3 > $f && echo taken; echo reserve > $f && echo taken; echo reserve 0 > $f"""),
    ("audit", "echo 50 > /sys/module/labyrinth/parameters/audit_ms; sleep 1; "
              "echo 0 > /sys/module/labyrinth/parameters/audit_ms"),
    ("trace", """cd /sys/kernel/tracing && echo 1 > events/labyrinth/enable
        for t in life_of unknown worker_serves cpu_hot; do rmmod labyrinth_selftest
        insmod /lib/labyrinth_selftest.ko only=$t; echo "$t says $?"; done; echo 0 > events/labyrinth/enable
        cat trace | grep -v '^#' > /tmp/trace; grep -c labyrinth_page: /tmp/trace; grep -m 200 labyrinth_ /tmp/trace
        grep -m 20 labyrinth_refused /tmp/trace; grep -m 5 labyrinth_kick /tmp/trace"""),
    ("no room", "rmmod labyrinth_hold; echo 30 > /sys/module/labyrinth/parameters/max_pages; "
                "insmod /lib/labyrinth_hold.ko; echo 0 > /sys/module/labyrinth/parameters/max_pages"),
    ("example rx", "insmod /lib/maze_rx.ko && sleep 1 && rmmod maze_rx"),
    ("example rx, few pages", "insmod /lib/maze_rx.ko pages=128 burst=64 period_us=100 && sleep 1 && rmmod maze_rx"),
    ("example rx, wrong", "insmod /lib/maze_rx.ko pages=1"),
    ("example storage", "insmod /lib/vault.ko stripes=1000 && sleep 1 && rmmod vault"),
    ("example storage, few pages", "insmod /lib/vault.ko pages=8 period_us=50 && sleep 1 && rmmod vault"),
    ("example storage, wrong", "insmod /lib/vault.ko stripes=0"),
    ("unload", "rmmod labyrinth_selftest && rmmod labyrinth && ! [ -d /sys/module/labyrinth ]"),
    ("leak", """insmod /lib/labyrinth.ko && insmod /lib/labyrinth_hold.ko leak=1 && rmmod labyrinth_hold
        cat /sys/kernel/debug/labyrinth/held.*/holders; rmmod labyrinth; echo "rmmod says $?" """),
]


def kernels():
    """Bootable Debian kernels whose headers are here: {kind: release}."""
    found = {}
    for image in sorted(pathlib.Path("/boot").glob("vmlinuz-*")):
        release = image.name[len("vmlinuz-"):]
        if not (pathlib.Path("/lib/modules") / release / "build/include/generated/utsrelease.h").exists():
            continue
        kind = "rt" if "-rt-" in release else "cloud" if "-cloud-" in release else "plain"
        found.setdefault(kind, release)
    return found


def build_modules(kdir, extra=()):
    done = subprocess.run(["make", "--no-print-directory", "-C", str(ROOT), f"B={BUILD}", f"KDIR={kdir}", *extra],
                          capture_output=True, text=True, check=False,
                          env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


def booted(name, kdir, kernel, steps, run_id, files=None, **more):
    """The result of this boot, made once a test run however many workers pytest has."""
    folder = BUILD / "kernel-vm" / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / "result"
        if kept.exists():
            known, result = pickle.loads(kept.read_bytes())
            if known == run_id:
                return result
        build_modules(kdir, ["module-tests"])
        release = re.search(r'"(.*)"', (pathlib.Path(kdir) / "include/generated/utsrelease.h").read_text())[1]
        files = {n: BUILD / "module" / release / p for n, p in {**MODULES, **(files or {})}.items()}
        for n in ("steps.out", "console.out"):
            (folder / n).unlink(missing_ok=True)
        result = vm.boot(folder, kernel, files, steps, **more)
        kept.write_bytes(pickle.dumps((run_id, result)))
        return result


def machine(kind, steps, run_id, name=None, **more):
    why = vm.missing()
    release = kernels().get(kind)
    if not why and not release:
        why = f"no {kind} kernel image with its headers under /boot and /lib/modules (make deps)"
    if why:
        pytest.skip(why)
    return booted(name or kind, f"/lib/modules/{release}/build", f"/boot/vmlinuz-{release}", steps, run_id, **more)


@pytest.fixture(scope="session")
def run_id():
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


@pytest.fixture(scope="session")
def cloud(run_id):
    return machine("cloud", STEPS, run_id)


def all_passed(result):
    """KTAP in the log: every test of the plan ran and passed."""
    assert result.ended, result.about()
    log = result.log()
    plan = re.search(r"^KTAP version 1\n(?:.*\n)*?1\.\.([1-9]\d*)$", log, re.M)
    assert plan, log[-3000:]
    assert re.findall(r"^ *not ok .*|^# .*:\d+: .*", log, re.M) == []
    return int(plan[1]), log


def test_calls_that_a_polling_idle_task_takes(run_id):
    """An idle CPU that polls runs another's call without an interrupt: a holder of number 0."""
    steps = [("load", "insmod /lib/labyrinth.ko"), ("run", "insmod /lib/labyrinth_selftest.ko only=calls_in_hardirq")]
    result = machine("cloud", steps, run_id, name="cloud-poll", append="idle=poll")
    assert result.ended, result.about()
    assert "ok 1 calls_in_hardirq" in result.log()
    assert re.findall(r"^ *not ok .*|^# .*:\d+: .*", result.log(), re.M) == []


def test_selftest(cloud):
    count, log = all_passed(cloud)
    names = re.findall(r"^ok \d+ (\w+)$", log, re.M)[:count]
    assert len(set(names)) == count >= 40
    for name in ("life_of_a_page", "depletion_and_recovery", "calls_in_task", "calls_in_softirq", "calls_in_hardirq",
                 "calls_in_hrtimer", "calls_in_timer", "calls_in_nmi", "injection", "cpu_hotplug", "torture"):
        assert name in names
    assert int(re.search(r"# torture: \d+ given out, \d+ handed off, (\d+) nested", log)[1]) > 0


def test_no_splat(cloud):
    assert cloud.splats() == []


def test_wrong_parameters_are_refused_with_name_and_range(cloud):
    assert "taken" not in cloud.output["wrong parameters"], cloud.output
    log = cloud.log()
    for text in ("audit_ms=86400001: must be a number from 0 to 86400000",
                 "audit_ms=soon: must be a number from 0 to 86400000",
                 "max_pages=16777215: must be a number from 0 to 16777214",
                 "max_pages=-1: must be a number from 0 to 16777214", "no_system=2: must be 0 or 1"):
        assert f"labyrinth: parameter {text}" in log
    assert cloud.output["parameter later"].splitlines()[-1] == "3600000"


def test_unload_with_pages_out_is_refused_and_names_holders(cloud):
    log, out = cloud.log(), cloud.output["hold"]
    assert "rmmod says 0" not in out
    assert re.search(r"labyrinth_hold: destroy says -16\n", log)
    leaks = re.findall(r"labyrinth: held: page-leak .*page is (\S+), last moved by (\S+) \d+, "
                       r"allocated at hold_three\+\S+ \[labyrinth_hold\]", log)
    assert sorted(s for s, _ in leaks) == ["atomic", "handed-off", "worker"] and {n for _, n in leaks} == {"insmod"}
    holders = [line for line in out.splitlines() if "allocated hold_three+" in line]
    assert len(holders) == 3 and all(re.search(" holder (gone|insmod)/[0-9]+ ", h) for h in holders)
    assert re.search(r"^state_atomic 1$", out, re.M) and re.search(r"^misuse_page-leak 3$", out, re.M)
    assert "labyrinth_hold: destroy says 0" in log
    assert cloud.status["unload"] == 0


def test_debugfs_injects(cloud):
    lines = cloud.output["inject"].splitlines()
    assert "reserve 3" in lines and "magazine 0" in lines and "taken" not in lines


def test_trace_follows_a_page(cloud):
    """The events of one page, in order, and the tests pass while all calls take the slow way."""
    out = cloud.output["trace"]
    assert [line for line in out.splitlines() if " says " in line] == \
        [f"{t} says 0" for t in ("life_of", "unknown", "worker_serves", "cpu_hot")]
    pages = re.findall(r"labyrinth_page: zone=test page=(\S+) state=(\S+)", out)
    first = next(p for p, s in pages if s == "atomic")
    assert [s for p, s in pages if p == first][:6] == \
        ["atomic", "handed-off", "worker", "handed-off", "worker", "free"]
    assert re.search(r"labyrinth_refused: reason=\S+", out) and re.search(r"labyrinth_kick: zone=\S+", out)


def test_zones_beyond_max_pages_are_refused(cloud):
    assert re.search(r"labyrinth: zone held refused: with its 32 pages .*max_pages=30", cloud.log())
    assert "Cannot allocate memory" in cloud.output["no room"] or "Out of memory" in cloud.output["no room"]


def test_audit_runs_by_itself(cloud):
    assert re.search(r"labyrinth: held: held-too-long .* allocated at hold_three\+", cloud.log())


def test_example_driver_receives(cloud):
    """Each packet is processed or counted as dropped, whole; the ring never runs dry."""
    lines = re.findall(r"maze_rx: (\d+) handed off, (\d+) processed, (\d+) bytes, (\d+) dropped, (\d+) missed, "
                       r"(\d+) damaged", cloud.log())
    assert len(lines) == 2, cloud.log()[-3000:]
    for handed, processed, octets, dropped, _, damaged in (map(int, line) for line in lines):
        assert handed == processed > 500 and octets > 60 * processed and damaged == 0
    assert int(lines[1][3]) > 0         # with few pages there are drops: they were counted, not lost
    assert [cloud.status[f"example rx{s}"] for s in ("", ", few pages")] == [0, 0]
    assert cloud.status["example rx, wrong"] and "maze_rx: period_us=500 burst=16 pages=1: see modinfo" in cloud.log()
    assert "pages are still out" not in cloud.log()


def test_example_array_loses_no_part(cloud):
    lines = re.findall(r"vault: (\d+) parts completed, (\d+) put off, (\d+) stripes good, (\d+) bad", cloud.log())
    assert len(lines) == 2, cloud.log()[-3000:]
    for completed, _, good, bad in (map(int, line) for line in lines):
        assert bad == 0 and good > 100 and 4 * good <= completed <= 4 * (good + 64)
    assert [cloud.status[f"example storage{s}"] for s in ("", ", few pages")] == [0, 0]
    assert cloud.status["example storage, wrong"] and "vault: stripes=0 pages=64" in cloud.log()


def test_a_module_that_forgets_its_zone_is_named(cloud):
    assert re.search(r"labyrinth: module labyrinth_hold goes and leaves \d pages of zone held out", cloud.log())
    assert "rmmod says 0" not in cloud.output["leak"]
    assert " atomic " in cloud.output["leak"]


def test_preempt_rt(run_id):
    result = machine("rt", [("load", "insmod /lib/labyrinth.ko"), ("selftest", "insmod /lib/labyrinth_selftest.ko"),
                            ("unload", "rmmod labyrinth_selftest && rmmod labyrinth")], run_id)
    count, _ = all_passed(result)
    assert count >= 40 and result.status["unload"] == 0
    assert result.splats() == []


def test_bench_counts_instructions(cloud, tmp_path):
    """Under -icount the figures are the same each time; these bounds are loose, README has the figures."""
    import bench
    if vm.missing() or "cloud" not in kernels():
        pytest.skip(vm.missing() or "no cloud kernel image with its headers (make deps)")
    figures = bench.run(tmp_path, "init_on_alloc=0", 20000)
    k1 = {n: f[0] for (k, c, n), f in figures.items() if k == "K1" and c == "task"}
    worst = {n: f[3] for (k, _, n), f in figures.items() if k == "K2"}
    assert 500 < k1["alloc_page-GFP_ATOMIC"] < 900          # the scale is right
    assert k1["labyrinth-pair"] * 5 < k1["alloc_page-GFP_ATOMIC"]
    assert all(worst[f"labyrinth-{n}"] < 600 for n in ("alloc", "cancel", "handoff", "refusal"))
    assert worst["alloc_page-depleting"] > 10 * worst["labyrinth-alloc"]


# The system's own failures, for one process: a zone is made whole or not at all.
NO_MEMORY = """cd /sys/kernel/debug/fail_page_alloc && echo 0 > verbose && echo -1 > times && echo 0 > min-order &&
    echo N > ignore-gfp-wait && echo Y > task-filter && echo 3 > probability
    insmod /lib/labyrinth_hold.ko
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        sh -c 'echo 1 > /proc/self/make-it-fail; echo 1 > /sys/module/labyrinth_hold/parameters/try' && echo made
    done; echo 0 > probability; echo 1 > /sys/module/labyrinth_hold/parameters/try && rmmod labyrinth_hold"""
KUNIT = "insmod /lib/labyrinth_kunit.ko && rmmod labyrinth_kunit"


@pytest.fixture(scope="session")
def debug(run_id):
    """Our kernel with KASAN, lockdep (raw locks, too), DEBUG_ATOMIC_SLEEP, DEBUG_PREEMPT and KUnit."""
    why = vm.missing()
    found = subprocess.run([sys.executable, ROOT / "tests/kernel/debug_kernel.py", "--path"], capture_output=True,
                           text=True, check=False)
    if why or found.returncode:
        pytest.skip(why or "the debug kernel is not built (make debug-kernel: 20 minutes, once)")
    tree = pathlib.Path(found.stdout.strip())
    keep = {"load", "selftest", "hold", "inject", "example rx", "example rx, few pages", "example storage",
            "example storage, few pages"}
    steps = [s for s in STEPS if s[0] in keep]
    steps += [("unload", "rmmod labyrinth_hold && rmmod labyrinth_selftest"), ("kunit", KUNIT), ("no memory", NO_MEMORY),
              ("the end", "rmmod labyrinth")]
    # loglevel: 6.1 prints from hard interrupts by taking the serial port's sleeping-on-RT lock, which this
    # lockdep reports, whoever prints; the log that we read has all lines
    return booted("debug", tree, tree / "arch/x86/boot/bzImage", steps, run_id, append="kunit.enable=1 loglevel=2",
                  files={"lib/labyrinth_kunit.ko": "tests/kernel/labyrinth_kunit.ko"}, memory=1024)


def test_debug_kernel_selftest(debug):
    count, _ = all_passed(debug)
    assert count >= 40
    assert debug.status["unload"] == 0 and debug.status["the end"] == 0
    assert "labyrinth_hold: destroy says 0" in debug.log()


def test_debug_kernel_has_no_splat(debug):
    assert debug.splats() == []
    assert "Lock dependency validator" in debug.log()
    assert "KernelAddressSanitizer initialized" in debug.log()


def test_debug_kernel_refuses_zones_whole(debug):
    """Real failures of the page allocator: creation says so, nothing stays behind, the next one works."""
    out = debug.output["no memory"]
    assert out.count("Out of memory") + out.count("Cannot allocate memory") >= 3, out
    assert debug.status["no memory"] == 0 and debug.status["the end"] == 0


def test_debug_kernel_examples(debug):
    rx = re.findall(r"maze_rx: (\d+) handed off, (\d+) processed, .* 0 damaged", debug.log())
    array = re.findall(r"vault: \d+ parts completed, \d+ put off, (\d+) stripes good, 0 bad", debug.log())
    assert len(rx) == len(array) == 2 and all(a == b and int(a) for a, b in rx) and all(map(int, array))


def test_debug_kernel_kunit_suite(debug):
    """Each test is a line of KUnit's KTAP, below the suite."""
    log = debug.log()
    assert debug.status["kunit"] == 0
    suite = log[log.rindex("# Subtest: labyrinth"):]
    assert len(re.findall(r"^ {8}ok \d+ (?:- )?\w+$", suite, re.M)) >= 40
    assert re.search(r"^ok \d+ (?:- )?labyrinth$", suite, re.M), suite[-2000:]


# ---- the build, on every kernel whose headers are here ----------------------------

FLAVOURS = {"6.1": r"6\.1\.\d.*-amd64$", "6.1-rt": r"6\.1\.\d.*-rt-amd64$",
            "6.12": r"6\.12\.\d.*-amd64$", "6.12-rt": r"6\.12\.\d.*-rt-amd64$"}


def headers(flavour):
    """The folder of this flavour's headers, or None."""
    for folder in sorted(pathlib.Path("/lib/modules").glob("*/build"), reverse=True):
        name = folder.parent.name
        if re.match(FLAVOURS[flavour], name) and ("-rt-" in name) == flavour.endswith("-rt") and \
                (folder / "include/generated/utsrelease.h").exists():
            return folder
    return None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_builds_clean_with_w1_and_sparse(flavour, tmp_path):
    kdir = headers(flavour)
    if not kdir:
        pytest.skip(f"no headers of Debian's {flavour} kernel (make deps)")
    sparse = shutil.which("sparse") is not None
    done = build_modules(kdir, [f"B={tmp_path}", f"KFLAGS=W=1 {'C=1' if sparse else ''}", "module"])
    text = done.stdout + done.stderr
    assert re.findall(r".*(?:warning|error):.*", text, re.I) == []
    assert text.count("CC [M]") > 20 and (not sparse or text.count("CHECK") > 20)
    if not sparse:
        pytest.skip("built without warnings, but sparse is not installed (make deps)")


def test_a_warning_of_sparse_would_be_noticed(tmp_path):
    """The check above can fail: an integer where a quality flag belongs."""
    kdir = headers("6.1")
    if not kdir or not shutil.which("sparse"):
        pytest.skip("no headers of Debian's 6.1 kernel, or no sparse (make deps)")
    (tmp_path / "Kbuild").write_text(f"obj-m := odd.o\nccflags-y := -I{ROOT}/include\n")
    (tmp_path / "odd.c").write_text("#include <linux/module.h>\n#include <labyrinth/labyrinth.h>\n"
                                    "void *odd(struct labyrinth_zone *z);\nvoid *odd(struct labyrinth_zone *z)\n"
                                    "{ return labyrinth_void_allocpage_gfpatomic_extra_quality(z, 3); }\n"
                                    'MODULE_LICENSE("GPL");\n')
    done = subprocess.run(["make", "-C", str(kdir), f"M={tmp_path}", "C=1", "odd.o"], capture_output=True,
                          text=True, check=False)
    assert "incorrect type in argument 2" in done.stderr and "labyrinth_quality_t" in done.stderr


def test_kernel_doc_is_clean():
    tools = sorted(pathlib.Path("/usr/src").glob("linux-headers-*-common/scripts/kernel-doc"))
    if not tools:
        pytest.skip("no kernel-doc: Debian's kernel headers are not installed (make deps)")
    files = [ROOT / "include/labyrinth/labyrinth.h", *sorted((ROOT / "src/alloc").rglob("*.[ch]"))]
    done = subprocess.run([str(tools[0]), "-none", *map(str, files)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_no_kernel_there_is_one_line():
    done = subprocess.run(["make", "--no-print-directory", "-C", str(ROOT), "KDIR=/nowhere", "module"], env=clean_env(),
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == ("make: '/nowhere' holds no prepared kernel: "
                                           "apt-get install linux-headers-amd64, or give KDIR=")


def test_dkms_builds_it(tmp_path):
    kdir = headers("6.1")
    if not kdir or not shutil.which("dkms"):
        pytest.skip("no headers of Debian's 6.1 kernel, or no dkms (make deps)")
    subprocess.run(["make", "-s", "-C", str(ROOT), f"DESTDIR={tmp_path}", "dkms"], check=True)
    (tmp_path / "tree").mkdir()
    name = next((tmp_path / "usr/src").iterdir()).name.replace("-", "/", 1)
    done = subprocess.run(["dkms", "--dkmstree", str(tmp_path / "tree"), "--sourcetree", str(tmp_path / "usr/src"),
                           "build", name, "-k", kdir.parent.name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "tree").rglob("module/labyrinth.ko*"))
