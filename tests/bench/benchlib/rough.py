# SPDX-License-Identifier: LGPL-2.1-or-later
"""Downloads over a network that loses datagrams and takes its time: how long a file takes is all that counts.

Peers wait for their own timers then, not for the processor, so all of them are measured at the same time;
ours is alone. The kernel's netem makes the network bad where there is one, else `wire` does, with a seed.
"""

import contextlib
import dataclasses
import os
import subprocess
import sys
import time

from . import work
from .files import MEDIUM_FILE
from .net import INTERFACE, LOAD_CPU, BenchError, Net, ip, join, need

NEAR, FAR = "near", "far"
CLIENT_TIMER = ("--timeout", "250", "--tries", "1000")      # ms; patient, as the rows end by themselves


class RoughNet(Net):
    """Two namespaces that are joined by a bad network. Without offload: there a window would be one packet,
    and be lost as one."""

    offload = False

    def __init__(self, label, wire):
        super().__init__(label + "-rough")
        self.wire, self.middle, self.carrier = wire, self._namespace("middle"), None
        self.netem = False

    def _link(self):
        self.netem = _has_netem(self.server)
        if self.netem:
            super()._link()
            return
        ip("netns", "add", self.middle)
        for end, interface in ((self.server, NEAR), (self.load, FAR)):
            join((end, INTERFACE), (self.middle, interface))
            ip("-n", self.middle, "link", "set", interface, "addrgenmode", "none", "up")

    def impair(self, loss, delay_ms, seed):
        """From now on loses so many per cent towards the clients and delays by so much each way."""
        if self.netem:
            for end, lost in ((self.server, loss), (self.load, 0)):
                ip("netns", "exec", end, need("tc"), "qdisc", "replace", "dev", INTERFACE, "root", "netem",
                   "limit", "100000", "delay", f"{delay_ms}ms", "loss", f"{lost}%")
            return
        if self.carrier is not None:
            self.end(self.carrier)
        self.carrier = self.start(self.middle, [
            self.wire, "--near", NEAR, "--far", FAR, "--delay", str(delay_ms * 1000), "--loss", str(loss),
            "--seed", str(seed)], LOAD_CPU, stdout=subprocess.PIPE, text=True)
        if self.carrier.stdout.readline() != "ready\n":
            raise BenchError(f"{self.wire} does not run")


def _has_netem(namespace):
    with contextlib.suppress(BenchError):
        ip("netns", "exec", namespace, need("tc"), "qdisc", "add", "dev", "lo", "root", "netem")
        return True
    return False


@dataclasses.dataclass(frozen=True)
class Rough(work.Downloads):
    """Files of 256 KiB; what a row compares is the time that half of them took."""

    unit: str = "ms"
    clients: int = 8
    file: str = MEDIUM_FILE
    loss: float = 0                     # per cent
    delay_ms: int = 0                   # one way
    most: int = 4                       # transfers of each client, so that all of ours end in time
    in_quick: bool = False

    def transfers(self, size):
        return min(size.rough_transfers, self.most)

    def arguments(self, size):
        return [*super().arguments(size), *CLIENT_TIMER, "--seconds", str(size.rough_seconds)]

    def cost(self, said, cpu):
        return said["transfer-microseconds"]["p50"] / 1000 if said["bytes"] else None

    def rate(self, said):
        return said["transfers"] / said["seconds"], said["transfer-microseconds"]


ALL = [
    Rough("1 % loss", loss=1, in_quick=True),
    Rough("5 % loss", loss=5, in_quick=True),
    Rough("1 % loss, window 16", loss=1, window=16),
    Rough("1 % loss, 20 ms round trip", loss=1, delay_ms=10, most=2),
    Rough("1 % loss, 20 ms round trip, window 16", loss=1, delay_ms=10, window=16, in_quick=True),
    Rough("1 % loss, 100 ms round trip, window 16", loss=1, delay_ms=50, window=16),
]


def _measure_together(servers, item, size, tools, seed):
    for server in servers:
        server.net.impair(item.loss, item.delay_ms, seed)
    loads = [work.start_load(server, item.arguments(size), tools) for server in servers]
    return {server: work.judge(server, item, work.finish_load(server, load), 0)
            for server, load in zip(servers, loads)}


def measure_all(servers, works, size, rounds, tools):
    """Rounds by the names of work and server, as the other works have them."""
    servers = [server for server in servers if "tftp" in server.kinds and server.repeats]
    measured = {(item.name, server.name): [] for item in works for server in servers}
    servers = servers if works else []
    groups = [[s for s in servers if not s.peer], [s for s in servers if s.peer]]
    with contextlib.ExitStack() as stack:
        for server in servers:
            server.net = RoughNet(server.name, os.path.join(tools, "wire"))
            stack.enter_context(server.net)
            server.net.impair(0, 0, 0)
            server.start()
            stack.callback(server.stop)
        for seed in range(1, rounds + 1):
            if seed > 1 and time.monotonic() > size.until:
                break
            for item in works:
                print(f"round {seed} of {rounds}: {item.name}", file=sys.stderr)
                for group in groups:
                    for server, one in _measure_together(group, item, size, tools, seed).items():
                        measured[item.name, server.name].append({**one, "calm": True})
    return measured
