# SPDX-License-Identifier: LGPL-2.1-or-later
"""How calm the machine was during a round: what other work took, and what a packet cost.

Other virtual machines on the same hardware, and virtual CPUs that move away from each other, show in no
counter of ours and may double the cost of a packet for seconds. So a server that always does the same, the
floor, is asked for an instant before and after every round.
"""

import json
import os
import subprocess
import time

OTHER_MAX = 0.10                        # other work's share of one CPU above which a round is disturbed,
PACE_MAX = 1.25                         # and how much dearer than the cheapest of the run a packet may be
PROBE_SECONDS = 0.03


def busy_seconds():
    """CPU time of everything since boot, that stolen by the hypervisor included."""
    with open("/proc/stat") as f:
        ticks = [int(word) for word in f.readline().split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = ticks
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    """CPU time of the load generators, which have ended."""
    used = os.times()
    return used.children_user + used.children_system


class Calm:
    """The calm of a whole run."""

    def __init__(self, floor, command, load_cpu):
        """`floor`: a server of its own, started; `command`: the load for an instant."""
        self.floor, self.command, self.load_cpu = floor, command, load_cpu
        self.best = self.last = self._pace()

    def _pace(self):
        """CPU microseconds of one answer of the floor."""
        cpu = self.floor.cpu_seconds()
        load = self.floor.net.start(self.floor.net.load, self.command, self.load_cpu,
                                    stdout=subprocess.PIPE, text=True)
        answers = json.loads(load.communicate(timeout=10)[0])["answers"]
        self.floor.net.end(load)
        return (self.floor.cpu_seconds() - cpu) / max(answers, 1) * 1e6

    def watch(self, server_seconds, measure):
        """Runs `measure` and adds to what it says how calm it was. `server_seconds`: the server's CPU."""
        before, start = busy_seconds() - server_seconds() - children_seconds(), time.monotonic()
        said = measure()
        took = time.monotonic() - start
        other = busy_seconds() - server_seconds() - children_seconds() - before
        pace, self.last = self.last, self._pace()
        self.best = min(self.best, self.last)
        return {**said, "other": max(0.0, other / took), "pace": max(pace, self.last)}

    def is_calm(self, one):
        return one["other"] < OTHER_MAX and one["pace"] < PACE_MAX * self.best
