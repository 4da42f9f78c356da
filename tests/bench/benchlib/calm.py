# SPDX-License-Identifier: LGPL-2.1-or-later
"""How calm the machine was during a round: what other work took, and how fast the kernel's packets went.

Other virtual machines on the same hardware show in no counter of ours, hence the second measure.
"""

import os
import socket
import time

PACKETS = 1000


class Calm:
    """Two looks at the machine, one before a round and one after it."""

    def __init__(self, cpu):
        self.cpu = cpu
        self.pace = self._packet_microseconds()
        self.busy, self.own, self.start = self._busy(), self._children(), time.monotonic()

    def finish(self, server_cpu):
        """`other`: CPU seconds a second that were neither the server's nor the load's; `pace`: CPU time of
        one packet to oneself, in microseconds."""
        took = time.monotonic() - self.start
        other = self._busy() - self.busy - server_cpu - (self._children() - self.own)
        return {"other": max(0.0, other / took), "pace": max(self.pace, self._packet_microseconds())}

    def _packet_microseconds(self):
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self.cpu})
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loop:
            loop.bind(("127.0.0.1", 0))
            loop.connect(loop.getsockname())
            start = time.process_time()
            for _ in range(PACKETS):
                loop.send(b"x" * 1400)
                loop.recv(2048)
            used = time.process_time() - start
        os.sched_setaffinity(0, before)
        return used / PACKETS * 1e6

    @staticmethod
    def _busy():
        """CPU seconds of everything since boot, time stolen by the hypervisor included."""
        with open("/proc/stat") as f:
            ticks = [int(word) for word in f.readline().split()[1:9]]
        user, nice, system, _idle, _iowait, irq, softirq, steal = ticks
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def _children():
        used = os.times()
        return used.children_user + used.children_system
