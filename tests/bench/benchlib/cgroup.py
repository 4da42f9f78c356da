# SPDX-License-Identifier: LGPL-2.1-or-later
"""CPU time and memory of a server with all its threads and children, those that have ended included."""

import contextlib
import os
import time

PREFIX = "boothost-bench-"


def _mount():
    """Where cgroups of version 2 are; None without them."""
    with open("/proc/mounts") as f:
        return next((line.split()[1] for line in f if line.split()[2] == "cgroup2"), None)


def remove_leftovers(is_over):
    """Removes the groups of runs that were killed. `is_over`: whether the run of a name is no more."""
    mount = _mount()
    for name in os.listdir(mount) if mount else []:
        if name.startswith(PREFIX) and is_over(name):
            with contextlib.suppress(OSError):
                os.rmdir(os.path.join(mount, name))


class Cgroup:
    """A control group for one server. Where the kernel lends none, the first process is all that is counted,
    which is right for every server that neither forks nor hands over."""

    def __init__(self, label):
        mount = _mount()
        self.path = os.path.join(mount, f"{PREFIX}{os.getpid()}-{label}") if mount else None
        try:
            os.makedirs(self.path or "")
        except OSError:
            self.path = None

    def close(self):
        if self.path is not None:
            with contextlib.suppress(OSError):
                os.rmdir(self.path)

    def enter(self):
        """Moves the calling process in; between fork and exec."""
        if self.path is not None:
            with open(os.path.join(self.path, "cgroup.procs"), "w") as f:
                f.write("0")

    def cpu_seconds(self, pid):
        """So far, user and kernel. `pid`: the first process."""
        if self.path is None:
            return time.clock_gettime((~pid << 3) | 2)      # its CPU clock: clock_getcpuclockid(3)
        with open(os.path.join(self.path, "cpu.stat")) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("usage_usec")) / 1e6

    def private_kib(self, pid):
        """Memory no other process shares: what goes away when the server ends."""
        pids = [pid]
        if self.path is not None:
            with open(os.path.join(self.path, "cgroup.procs")) as f:
                pids = f.read().split()
        return sum(_private_kib(pid) for pid in pids)


def _private_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Private_"))
    except OSError:
        return 0                        # it has just ended
