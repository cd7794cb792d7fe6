# SPDX-License-Identifier: GPL-2.0-or-later
"""A virtual machine for kernel tests: a Debian kernel (or one of ours), an initramfs with
busybox and modules, a script. The kernel's log goes to one serial line, the script's output to
another, so neither cuts into the other.
"""
import gzip
import os
import pathlib
import re
import shutil
import stat
import subprocess
import time

SPLAT = re.compile(r"BUG:|WARNING:|Oops|Call Trace|kernel BUG|INFO: (?:task|rcu|possible)|"
                   r"possible recursive locking|inconsistent lock state|suspicious RCU|"
                   r"held lock freed|bad unlock balance|Invalid wait context|scheduling while atomic|"
                   r"sleeping function called|KASAN|UBSAN|general protection|unable to handle|"
                   r"Kernel panic|soft lockup|hard LOCKUP|Bad page state|list_(?:add|del) corruption")

INIT = """#!/bin/sh
export PATH=/bin
mount -t devtmpfs dev /dev 2>/dev/null || mknod /dev/ttyS1 c 4 65
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t debugfs debug /sys/kernel/debug
mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
exec >/dev/ttyS1 2>&1 </dev/null
stty -F /dev/ttyS1 -opost 2>/dev/null
step() {
	echo "@@ $1"
	( eval "$2" )
	echo "@@ status $?"
}
. /steps
echo "@@ dmesg"
dmesg
echo "@@ end"
sync
reboot -f
"""


def cpio(entries):
    """A newc archive of (name, mode, bytes)."""
    out = bytearray()

    def put(name, mode, data, number):
        head = "070701" + "".join(f"{v:08x}" for v in (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                                                       len(name) + 1, 0))
        out.extend(head.encode() + name.encode() + b"\0")
        out.extend(b"\0" * (-len(out) % 4))
        out.extend(data)
        out.extend(b"\0" * (-len(out) % 4))

    for i, (name, mode, data) in enumerate(entries):
        put(name, mode, data, i + 1)
    put("TRAILER!!!", 0, b"", 0)
    return bytes(out)


def initramfs(busybox, files, steps):
    """files: name -> path; steps: (name, shell text)."""
    entries = [(d, stat.S_IFDIR | 0o755, b"") for d in ("dev", "proc", "sys", "bin", "lib", "tmp")]
    entries.append(("dev/console", stat.S_IFCHR | 0o600, b""))
    entries.append(("bin/busybox", stat.S_IFREG | 0o755, pathlib.Path(busybox).read_bytes()))
    applets = subprocess.run([str(busybox), "--list"], capture_output=True, text=True, check=True).stdout.split()
    for a in applets:
        if a != "busybox":
            entries.append((f"bin/{a}", stat.S_IFLNK | 0o777, b"busybox"))
    entries.append(("init", stat.S_IFREG | 0o755, INIT.encode()))
    script = "".join("step '{}' '{}'\n".format(n, t.replace("'", "'\\''")) for n, t in steps)
    entries.append(("steps", stat.S_IFREG | 0o644, script.encode()))
    for name, path in files.items():
        entries.append((name, stat.S_IFREG | 0o755, pathlib.Path(path).read_bytes()))
    return gzip.compress(cpio(entries), 1)


class Result:
    """What a boot said: output and status of each step, the kernel's log, the console."""

    def __init__(self, text, console, code):
        self.console, self.code = console, code
        self.output, self.status = {}, {}
        self.dmesg, self.ended = "", False
        name = None
        for line in text.replace("\r", "").splitlines(keepends=True):
            word = line[3:].strip() if line.startswith("@@ ") else None
            if word is None:
                if name == "dmesg":
                    self.dmesg += line
                elif name:
                    self.output[name] += line
            elif word.startswith("status "):
                self.status[name] = int(word.split()[1])
                name = None
            elif word == "end":
                self.ended, name = True, None
            else:
                name = word
                self.output.setdefault(name, "")

    def log(self):
        """The kernel's log without time stamps; from the console if the machine died."""
        return re.sub(r"^\[[ .\d]+\](?:\[ *[TC]\d+\])? ", "", self.dmesg or self.console, flags=re.M)

    def splats(self):
        return [line for line in self.log().splitlines() + self.console.splitlines() if SPLAT.search(line)]

    def about(self):
        return f"exit {self.code}; console:\n{self.console[-3000:]}\nsteps: {self.status}"


def missing():
    """Why no machine can be booted here, or None."""
    if not shutil.which("qemu-system-x86_64"):
        return "qemu-system-x86_64 is not installed (make deps)"
    if not find_busybox():
        return "no static busybox (package busybox-static; make deps)"
    return None


def find_busybox():
    for p in ("/bin/busybox", "/usr/bin/busybox"):
        if os.access(p, os.X_OK):
            kind = subprocess.run(["file", "-L", p], capture_output=True, text=True, check=False).stdout \
                if shutil.which("file") else "statically"
            if "statically" in kind:
                return p
    return None


# On a busy host qemu 7.2 now and then leaves a guest's CPU spinning while its kernel boots, long before
# anything of ours is loaded. Such a start is given up and made again.
STARTS = 3


def run_machine(words, out, limit):
    """The exit status of qemu, or why it was killed."""
    out.unlink(missing_ok=True)
    with subprocess.Popen(words, stdin=subprocess.DEVNULL) as proc:
        start = time.monotonic()
        while True:
            try:
                return proc.wait(timeout=1)
            except subprocess.TimeoutExpired:
                spent = time.monotonic() - start
                begun = out.exists() and out.stat().st_size
                if spent < (limit if begun else limit / 3):
                    continue
            except BaseException:
                proc.kill()
                raise
            proc.kill()
            return "killed at the limit" if begun else "never started"


def boot(folder, kernel, files, steps, cpus=2, memory=512, append="", accel=("-accel", "tcg,thread=multi"),
         limit=300):
    """Boots, runs the steps, powers off. A machine that does not end is killed at the limit."""
    folder = pathlib.Path(folder)
    image, out, console = folder / "initramfs.gz", folder / "steps.out", folder / "console.out"
    image.write_bytes(initramfs(find_busybox(), files, steps))
    words = ["qemu-system-x86_64", *accel, "-smp", str(cpus), "-m", str(memory), "-display", "none",
             "-monitor", "none", "-no-reboot", "-nodefaults", "-cpu", "max",
             "-serial", f"file:{console}", "-serial", f"file:{out}", "-kernel", str(kernel), "-initrd", str(image),
             "-append", f"console=ttyS0 panic=-1 {append}"]
    for _ in range(STARTS):
        code = run_machine(words, out, limit)
        if code != "never started":
            break

    def read(p):
        return p.read_text(errors="replace") if p.exists() else ""
    return Result(read(out), read(console), code)
