#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions the daemon takes for an answer and for a block, whatever the clock says: with a bound.

usage: test-instructions.py FOLDER-OF-THE-BUILD [--renew]

The real daemon does a little of each load under callgrind, then once more with much of one kind: the
difference has no start-up in it. Needs root (a network namespace) and valgrind. --renew writes what was
counted, and some more, into instructions.conf as the new bounds.
"""

import configparser
import dataclasses
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)

from benchlib import work                                                # noqa: E402
from benchlib.boothost import Boothost                                   # noqa: E402
from benchlib.files import BOOT_FILE, FILES, SMALL_FILE, make_root       # noqa: E402
from benchlib.net import BenchError, make_folder, remove_leftovers       # noqa: E402
from benchlib.servers import BLOCK_SIZE                                  # noqa: E402

BOUNDS = os.path.join(HERE, "instructions.conf")
DEVICES, CLIENTS = 1000, 200
SLOW = ("--timeout", "20000")           # the daemon is some fifty times slower than it is


@dataclasses.dataclass(frozen=True)
class Case:
    """A load that is done `little` or `much` more often."""

    work: work.Work
    option: str                         # of the load generator, for how often
    little: int
    much: int
    each: int = 1                       # answers or blocks
    slack: float = 1.20                 # of a new bound

    def arguments(self, size, much):
        times = self.little + (self.much if much else 0)
        return [*self.work.arguments(size), *SLOW, "--seconds", "100", self.option, str(times)]


BLOCKS = FILES[BOOT_FILE] // BLOCK_SIZE + 1
CASES = {
    "discover": Case(work.Answers("", clients=CLIENTS), "--requests", CLIENTS, 1000),
    "request-4011": Case(work.Answers("", stage="boot-server", clients=CLIENTS), "--requests", CLIENTS,
                         1000),
    "block": Case(work.Downloads(""), "--transfers", 1, 20, BLOCKS),
    "block-window-16": Case(work.Downloads("", window=16), "--transfers", 1, 40, BLOCKS),
    "small-file": Case(work.Downloads("", file=SMALL_FILE), "--transfers", 10, 1000,
                       slack=1.40),     # threads meet or miss each other from file to file
}


class Counted(Boothost):
    """The daemon under callgrind while `counts` is set, the file for what it counts."""

    kinds = {"answers", "tftp"}
    counts = None

    def command(self):
        if self.counts is None:
            return super().command()
        return ["env", f"LD_PRELOAD={self.preload}", "valgrind", "--tool=callgrind", "--quiet",
                f"--callgrind-out-file={self.counts}", *super().command()]

    def count(self, size, tools, much):
        """Instructions of a whole life with a little of each load, and with much of that called `much`."""
        self.counts = os.path.join(self.folder, f"callgrind.{much}")
        self.start()
        try:
            for name, case in CASES.items():
                load = work.start_load(self, case.arguments(size, name == much), tools)
                said = work.finish_load(self, load)
                if said["wrong"] or said.get("lost"):
                    raise BenchError(f"{name} under callgrind: {said}")
        finally:
            self.stop()
        with open(self.counts) as f:
            return int(re.search(r"^(?:summary|totals): (\d+)", f.read(), re.M)[1])


def count_all(built, folder, bounds):
    """Instructions for one of each. On a busy machine batches are smaller: what is above its bound is
    counted once more."""
    root = make_root(folder)
    size = work.Size(root)
    tools = os.path.join(built, "tests", "bench")
    Counted.preload = os.path.join(tools, "libvalgrind-openat2.so")
    daemon = Counted(folder, root, built, os.path.join(built, "core", "boothostd"), DEVICES, "counted")
    with daemon.net:
        daemon.prepare()
        base = daemon.count(size, tools, None)

        def count(name):
            return (daemon.count(size, tools, name) - base) / (CASES[name].much * CASES[name].each)

        counted = {name: count(name) for name in CASES}
        return {name: min(value, count(name)) if value > bounds[name] else value
                for name, value in counted.items()}


def read_bounds():
    bounds = configparser.ConfigParser()
    bounds.read(BOUNDS)
    return {name: int(value) for name, value in bounds["bounds"].items()}


def renew(counted):
    """Keeps the comment at the top."""
    with open(BOUNDS) as f:
        text = f.read()
    for name, value in counted.items():
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {round(value * CASES[name].slack)}", text)
    with open(BOUNDS, "w") as f:
        f.write(text)


def report(counted, bounds):
    failed = 0
    print(f"1..{len(counted)}")
    for number, (name, value) in enumerate(counted.items(), 1):
        good = value <= bounds[name]
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}: {value:.0f} instructions, "
              f"at most {bounds[name]}")
        if not good:
            print(f"# When they are worth it, type: tests/bench/test-instructions.py BUILD --renew\n"
                  f"# To see where they go: valgrind --tool=callgrind, callgrind_annotate --inclusive=yes")
    return 1 if failed else 0


def obstacle():
    """Why it cannot be counted here; None when it can."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    return None if shutil.which("valgrind") else "no valgrind: see data/packages"


def main(built, renews):
    why = obstacle()
    if why is not None:
        print(f"1..0 # SKIP {why}")
        return 0
    remove_leftovers()
    folder = make_folder()
    try:
        counted = count_all(os.path.abspath(built), folder, read_bounds())
    except BenchError as error:
        print(f"Bail out! {error}")
        return 1
    finally:
        shutil.rmtree(folder)
    if renews:
        renew(counted)
    return report(counted, read_bounds())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--renew" in sys.argv[2:]))
