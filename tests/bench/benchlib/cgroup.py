# SPDX-License-Identifier: LGPL-2.1-or-later
"""CPU time and memory of a server with all its threads and children, those that have ended included."""

import contextlib
import os
import signal
import time

PREFIX = "boothost-bench-"
CLOSE_SECONDS = 2


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
        """Ends what is still in it, such as children whose clients are gone."""
        for pid in self._pids():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + CLOSE_SECONDS
        while self.path is not None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                os.rmdir(self.path)
                self.path = None
            time.sleep(0.005)

    def _pids(self):
        if self.path is None:
            return []
        with open(os.path.join(self.path, "cgroup.procs")) as f:
            return [int(pid) for pid in f.read().split()]

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
        """Memory of its own, in which files that are mapped do not count."""
        return sum(_private_kib(each) for each in self._pids() or [pid])


def _private_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Private_Dirty"))
    except OSError:
        return 0                        # it has just ended
