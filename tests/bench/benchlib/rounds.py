# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rounds in which all servers do all work, one after the other, while the machine is watched for calm."""

import contextlib
import os
import sys
import time

from . import work
from .calm import PROBE_SECONDS, Calm
from .net import LOAD_CPU
from .servers import Floor


def start_calm(nets, folder, root, tools):
    """A floor of its own that shows throughout the run what a packet costs just now."""
    probe = Floor(folder, root, os.path.join(tools, "floor"), name="pace")
    nets.enter_context(probe.net)
    probe.start()
    nets.callback(probe.stop)
    instant = work.Answers("pace")
    program, *arguments = instant.arguments(work.Size(root, seconds=PROBE_SECONDS))
    return Calm(probe, [os.path.join(tools, program), *arguments], LOAD_CPU)


def measure_all(servers, works, size, rounds, tools, calm):
    """In every round all servers are started afresh, and each work is done by one server after the other;
    who begins changes from round to round. Returns the rounds by the names of work and server."""
    measured = {(item.name, server.name): [] for item in works for server in servers}
    for number in range(rounds if measured else 0):
        if number > 0 and time.monotonic() > size.until:
            break
        turn = number % len(servers)
        print(f"round {number + 1} of {rounds}: {works[0].name} to {works[-1].name}", file=sys.stderr)
        with contextlib.ExitStack() as running:
            for server in servers:
                server.start()
                running.callback(server.stop)
            for item in works:
                for server in servers[turn:] + servers[:turn]:
                    if server.does(item):
                        measured[item.name, server.name].append(
                            work.measure(server, item, size, tools, calm))
    for one in (one for many in measured.values() for one in many):
        one["calm"] = calm.is_calm(one)
    return measured
