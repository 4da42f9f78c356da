# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work that servers do: what a load generator sends, and what one run of it says."""

import dataclasses
import json
import os
import subprocess
import time

from .net import CLIENTS, LOAD_CPU, SERVER, BenchError
from .servers import BLOCK_SIZE, BOOT_FILE

MEGABYTE = 1_000_000
LIMIT_SECONDS = 90                      # for one run of a load generator


@dataclasses.dataclass(frozen=True)
class Work:
    """One row of the table."""

    name: str
    unit: str                           # of the CPU time: "us/answer" or "s/GB"
    window = 0                          # TFTP blocks an acknowledgement; 0: this is no TFTP

    def arguments(self, size):
        raise NotImplementedError

    def cost(self, said, cpu):
        """CPU time of the server in the row's unit."""
        raise NotImplementedError

    def rate(self, said):
        """Answers or megabytes a second, and the times of one answer or transfer in microseconds."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Answers(Work):
    """PXE clients in a closed loop."""

    stage: str = "discover"
    outstanding: int = 32
    clients: int = 10000
    unit: str = "us/answer"

    def arguments(self, size):
        boot_server = self.stage == "boot-server"
        port = "4011" if boot_server else "67"
        return ["pxe-load", "--server", SERVER, "--network", CLIENTS, "--stage", self.stage,
                "--port", port, "--source-port", port, "--file", BOOT_FILE,
                "--clients", str(self.clients), "--outstanding", str(self.outstanding),
                "--seconds", str(size.seconds)]

    def cost(self, said, cpu):
        return cpu / said["answers"] * 1e6

    def rate(self, said):
        return said["per-second"], said["microseconds"]


@dataclasses.dataclass(frozen=True)
class Downloads(Work):
    """TFTP clients at once."""

    clients: int = 1
    window: int = 1
    unit: str = "s/GB"

    def arguments(self, size):
        transfers = max(1, round(size.bytes / (size.file_bytes * self.clients)))
        return ["tftp-load", "--server", SERVER, "--network", CLIENTS, "--file", BOOT_FILE,
                "--content", os.path.join(size.root, BOOT_FILE), "--block-size", str(BLOCK_SIZE),
                "--clients", str(self.clients), "--window", str(self.window),
                "--transfers", str(transfers)]

    def cost(self, said, cpu):
        return cpu / (said["bytes"] / 1e9)

    def rate(self, said):
        return said["megabytes-per-second"], said["transfer-microseconds"]


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of the work one round does."""

    root: str                           # what TFTP serves
    seconds: float                      # of answers
    bytes: int                          # of downloads
    file_bytes: int
    tries: int                          # of one round, while the machine is not calm, and
    patient_until: float                # on the monotonic clock: from then on, one try each


ALL = [
    Answers("DISCOVER", stage="discover"),
    Answers("REQUEST 4011", stage="boot-server"),
    Downloads("TFTP 1 client"),
    Downloads("TFTP 128 clients", clients=128),
    Downloads("TFTP 1 client, window 4", window=4),
    Downloads("TFTP 1 client, window 16", window=16),
    Downloads("TFTP 128 clients, window 16", clients=128, window=16),
]


def run_load(server, work, size, tools):
    """Runs the load against the running server, returns what came of it."""
    program, *arguments = work.arguments(size)
    cpu = server.cpu_seconds()
    load = server.net.start(server.net.load, [os.path.join(tools, program), *arguments], LOAD_CPU,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, complaint = load.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{program} against {server.name}: no end after {LIMIT_SECONDS} s") from None
    finally:
        server.net.end(load)
    cpu = server.cpu_seconds() - cpu
    if load.returncode not in (0, 1) or not out:
        raise BenchError(f"{program} against {server.name}: {complaint.strip()}")
    said = json.loads(out)
    rate, times = work.rate(said)
    amount = said.get("answers", said.get("bytes"))
    return {"cost": work.cost(said, cpu) if amount else None, "cpu-seconds": cpu, "rate": rate,
            "p50": times["p50"], "p99": times["p99"], "resident-kib": server.resident_kib(),
            "said": said}


def measure(server, work, size, tools, calm):
    """One round: repeated a few times while the machine is not calm; the last try stands."""
    for _ in range(size.tries):
        one = calm.watch(server.cpu_seconds, lambda: run_load(server, work, size, tools))
        if calm.is_calm(one) or time.monotonic() > size.patient_until:
            break
    return one
