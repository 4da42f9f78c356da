# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who is measured, and at what: chosen by the command line."""

import contextlib
import dataclasses
import functools
import os
import time

from . import peers, rough, rounds, sweep, work
from .boothost import Boothost
from .net import BenchError
from .servers import Floor


def maker_of_ours(folder, root, built, program):
    """A function that makes a Boothost by name, number of devices, more settings, and whose database."""
    return lambda name, devices, more="", other=None: Boothost(folder, root, built, program, devices, name,
                                                               more, other)


def known_servers(folder, root, built, top, make):
    """Functions that make each server, by its name."""
    unpacked = os.path.join(built, "peers")
    million = functools.cache(lambda: make("boothost-1m", 1_000_000))
    return {
        "floor": lambda: Floor(folder, root, os.path.join(built, "tests/bench/floor")),
        "dnsmasq": lambda: peers.Dnsmasq(folder, root),
        "tftpd-hpa": lambda: peers.TftpdHpa(folder, root, peers.unpack(top, unpacked)),
        "atftpd": lambda: peers.Atftpd(folder, root, peers.unpack(top, unpacked)),
        "boothost": lambda: make("boothost", 0),
        "boothost-1m": million,
        "boothost-1m-uncached": lambda: make("boothost-1m-uncached", 1_000_000, sweep.UNCACHED, million()),
    }


def choose_servers(known, given):
    unknown = set(given.server or []) - set(known)
    if unknown:
        raise BenchError(f"no server {', '.join(unknown)}: there are {', '.join(known)}")
    return [make() for name, make in known.items() if name in (given.server or known)]


def _choose_works(works, given):
    return [item for item in works if not given.work or any(text in item.name for text in given.work)]


class Plan:
    """What is measured, in three parts: all servers side by side, ours with more and more to know, and
    downloads over a bad network."""

    def __init__(self, servers, make, given):
        self.servers, self.quick = servers, given.quick
        self.rounds = given.rounds or (3 if given.quick else 7)
        self.works = _choose_works(work.ALL, given)
        self.roughs = _choose_works([w for w in rough.ALL if w.in_quick or not given.quick], given)
        self.devices = _choose_works([sweep.DEVICES_WORK], given) if not given.server else []
        self.sessions = _choose_works(sweep.SESSIONS_WORKS, given)
        self.by_devices = []
        if self.devices:
            million = [server for server in servers if server.name.startswith("boothost-1m")]
            self.by_devices = sweep.device_servers(make, million)
        if not any((self.works, self.roughs, self.devices, self.sessions)):
            raise BenchError("no such --work: there are "
                             + "; ".join(w.name for w in work.ALL + sweep.ALL + rough.ALL))

    def all(self):
        """Each work with the servers that may have done it."""
        for item in self.works + self.sessions + self.roughs:
            yield item, self.servers
        for item in self.devices:
            yield item, self.by_devices

    def measure(self, folder, size, tools):
        few = min(self.rounds, 2 if self.quick else 3)
        begin = time.monotonic()

        def until(share):
            return dataclasses.replace(size, until=begin + share * size.until)

        with contextlib.ExitStack() as nets:
            for server in dict.fromkeys(self.servers + self.by_devices):
                nets.enter_context(server.net)
                server.prepare()
            calm = rounds.start_calm(nets, folder, size.root, tools)
            measured = rounds.measure_all(self.servers, self.works, until(0.5), self.rounds, tools, calm)
            for servers, works, share in ((sweep.session_servers(self.servers), self.sessions, 0.6),
                                          (self.by_devices, self.devices, 0.7)):
                measured.update(rounds.measure_all(servers, works, until(share), few, tools, calm))
        measured.update(rough.measure_all(self.servers, self.roughs, until(0.75), 1 if self.quick else 2,
                                          tools))
        return measured
