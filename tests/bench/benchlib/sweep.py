# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an answer costs with more and more devices in the database, and with more and more live sessions."""

import dataclasses

from .work import Answers

DEVICES = (100, 1000, 10_000, 100_000)  # beside the million that the other rows have
SESSIONS = (1, 10, 100, 1000, 10_000, 100_000)
UNCACHED = "cache = 0"


@dataclasses.dataclass(frozen=True)
class Sessions(Answers):
    """Every client is known already; those of fewer clients before it are still alive."""

    def run(self, load, size):
        load([*self.arguments(size), "--requests", str(self.clients), "--seconds", "20"])
        return super().run(load, size)


DEVICES_WORK = Answers("DISCOVER, devices")
SESSIONS_WORKS = [Sessions(f"DISCOVER, {count} clients", clients=count) for count in SESSIONS]
ALL = [DEVICES_WORK, *SESSIONS_WORKS]


def device_servers(make, million):
    """Ours with databases of growing size, cached and not. `make`: a Boothost of these arguments;
    `million`: those with a million devices."""
    servers = []
    for count in DEVICES:
        cached = make(f"boothost-{count}", count)
        servers += [cached, make(f"boothost-{count}-uncached", count, UNCACHED, cached)]
    return servers + million


def session_servers(servers):
    return [server for server in servers if server.name in ("boothost", "dnsmasq")]
