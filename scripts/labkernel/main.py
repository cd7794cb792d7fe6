# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of lab-kernel."""
import argparse
import os
import sys

from . import report, run, source, tree
from .base import Stop, locked, say

EPILOG = """examples:
  lab-kernel facts mm lib drivers/usb     facts of three folders
  lab-kernel facts drivers/net/tun.o      of one object
  lab-kernel module ~/my-driver           of an external module, against installed headers
  labyrinth check $(lab-kernel path)/drivers/usb
"""


def headers():
    """The newest installed kernel headers; the running kernel's if they are there."""
    running = f"/lib/modules/{os.uname().release}/build"
    if os.path.isdir(running):
        return running
    base = "/lib/modules"
    names = sorted(os.listdir(base)) if os.path.isdir(base) else []
    found = [p for p in (os.path.join(base, n, "build") for n in names) if os.path.isdir(p)]
    return found[-1] if found else running


def parser():
    p = argparse.ArgumentParser(prog="lab-kernel", epilog=EPILOG, description=__doc__.strip()
                                + " Extracts the facts of kernel code with kbuild.",
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--source", metavar="DIR|TARBALL",
                   help="kernel source (default: the newest /usr/src/linux-source-6.1.tar.*)")
    p.add_argument("--config", metavar="FILE",
                   help="configuration fragment on top of allmodconfig (default: labyrinth.config)")
    p.add_argument("--cc", default="gcc", metavar="NAME", help="compiler in PATH (default: gcc)")
    p.add_argument("--plugin", metavar="FILE", help="the plugin (default: build/labyrinth.so)")
    p.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), metavar="N")
    sub = p.add_subparsers(dest="command", required=True, metavar="COMMAND")
    facts = sub.add_parser("facts", help="extract the facts of folders or objects")
    facts.add_argument("--refresh", action="store_true",
                       help="also extract again what an older plugin extracted")
    facts.add_argument("what", nargs="+", metavar="FOLDER|OBJECT")
    module = sub.add_parser("module", help="extract the facts of an external module")
    module.add_argument("--build", metavar="DIR", help="prepared kernel (default: installed"
                        " headers; 'tree' takes the prepared tree of this command)")
    module.add_argument("--refresh", action="store_true", help="as for facts")
    module.add_argument("folder", metavar="DIR")
    sub.add_parser("prepare", help="find, unpack, configure and prepare the kernel only")
    sub.add_parser("path", help="print the object tree; exit status 1 if it is not prepared")
    listed = sub.add_parser("list", help="print the objects that have facts: of the last run,"
                            " or of folders")
    listed.add_argument("what", nargs="*", metavar="FOLDER")
    return p


def the_tree(args):
    found, kernel = source.find(args.source)
    return tree.Tree(found, kernel, cc=args.cc, fragment=args.config)


def prepared(args, jobs):
    """The prepared tree; waits for nobody if it was prepared before."""
    kernel = the_tree(args)
    if not kernel.is_prepared():
        with locked(kernel.lock):
            kernel.prepare(jobs)
    return kernel


def do_facts(args, jobs):
    kernel = the_tree(args)
    with locked(kernel.lock):
        kernel.prepare(jobs)
        target = run.kernel_target(kernel, args.what)
        return extract(args, target, jobs)


def extract(args, target, jobs):
    result = run.extract(target, args.plugin or run.plugin_default(), jobs, args.refresh)
    return report.summarise(target, result, sys.stdout)


def do_module(args, jobs):
    build = args.build or headers()
    if build == "tree":
        build = prepared(args, jobs).obj
    target = run.module_target(args.folder, build, args.cc, jobs)
    with locked(os.path.join(target.own, "lock")):
        return extract(args, target, jobs)


def do_prepare(args, jobs):
    print(prepared(args, jobs).obj)
    return 0


def do_path(args, _jobs):
    kernel = the_tree(args)
    print(kernel.obj)
    return 0 if kernel.is_prepared() else 1


def do_list(args, _jobs):
    kernel = the_tree(args)
    if args.what:
        for goal in run.kernel_target(kernel, args.what).goals:
            for path in run.units_below(os.path.join(kernel.obj, goal)):
                print(path)
        return 0
    listing = os.path.join(kernel.own, "facts.list")
    if not os.path.isfile(listing):
        raise Stop(f"{kernel.obj}: nothing extracted yet; run: lab-kernel facts FOLDER...")
    with open(listing, encoding="utf-8") as f:
        sys.stdout.write(f.read())
    return 0


COMMANDS = {"facts": do_facts, "module": do_module, "prepare": do_prepare,
            "path": do_path, "list": do_list}


def main(argv):
    args = parser().parse_args(argv)
    try:
        if args.jobs < 1:
            raise Stop(f"-j {args.jobs}: give a number of 1 or more")
        return COMMANDS[args.command](args, args.jobs)
    except Stop as stop:
        say(stop)
        return 2
    except KeyboardInterrupt:
        say("interrupted; the same command goes on where it stopped")
        return 130
