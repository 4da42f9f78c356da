# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work that servers do: what a load generator sends, and what one run of it says."""

import dataclasses
import json
import os
import subprocess
import time

from .files import BOOT_FILE, FILES, SMALL_FILE
from .net import CLIENTS, LOAD_CPU, SERVER, BenchError
from .servers import BLOCK_SIZE, ServerEnded

MEGABYTE = 1_000_000
LIMIT_SECONDS = 90                      # for one run of a load generator
SAMPLE_SECONDS = 0.2                    # between two looks at the server's memory
DOWNLOAD_SECONDS = 10                   # after which downloads are given up


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of the work one round does."""

    root: str = ""                      # what TFTP serves
    seconds: float = 1                  # of answers
    bytes: int = 1                      # of downloads
    files: int = 1                      # of small downloads
    rough_transfers: int = 1            # of each client over a bad network, which end after
    rough_seconds: float = 1
    tries: int = 1                      # of one round, while the machine is not calm
    until: float = 0                    # seconds; on the monotonic clock once it runs: then one try each,
                                        # and no further round


@dataclasses.dataclass(frozen=True)
class Work:
    """One row of the table."""

    name: str
    kind: str = ""                      # "answers" or "tftp": what a server must know
    unit: str = ""                      # of the CPU time, such as "us/answer"
    window: int = 1                     # TFTP blocks an acknowledgement
    clients: int = 1
    watches_memory: bool = False

    def arguments(self, size):
        raise NotImplementedError

    def cost(self, said, cpu):
        """CPU time of the server in the row's unit; None when nothing came."""
        raise NotImplementedError

    def rate(self, said):
        """What is done a second, and the times of one answer or transfer in microseconds."""
        raise NotImplementedError

    def run(self, load, size):
        """One run: what `load`, a function of the arguments, says, and the server's CPU seconds for it."""
        return load(self.arguments(size))


@dataclasses.dataclass(frozen=True)
class Answers(Work):
    """PXE clients in a closed loop."""

    kind: str = "answers"
    unit: str = "us/answer"
    stage: str = "discover"
    outstanding: int = 32
    clients: int = 10000

    def arguments(self, size):
        boot_server = self.stage == "boot-server"
        port = "4011" if boot_server else "67"
        return ["pxe-load", "--server", SERVER, "--network", CLIENTS, "--stage", self.stage,
                "--port", port, "--source-port", port, "--file", BOOT_FILE,
                "--clients", str(self.clients), "--outstanding", str(self.outstanding),
                "--seconds", str(size.seconds)]

    def cost(self, said, cpu):
        return cpu / said["answers"] * 1e6 if said["answers"] else None

    def rate(self, said):
        return said["per-second"], said["microseconds"]


@dataclasses.dataclass(frozen=True)
class HalfLoad(Answers):
    """The same clients at a steady pace, half of what the server has just been seen to do at most."""

    outstanding: int = 4096

    def run(self, load, size):
        short = dataclasses.replace(size, seconds=size.seconds / 2)
        most, _ = load(dataclasses.replace(self, outstanding=32).arguments(short))
        return load([*self.arguments(size), "--rate", str(max(1, round(most["per-second"] / 2)))])


@dataclasses.dataclass(frozen=True)
class Downloads(Work):
    """TFTP clients at once; all of them ask at the same instant, and each again when it has its file."""

    kind: str = "tftp"
    unit: str = "s/GB"
    file: str = BOOT_FILE

    def transfers(self, size):
        """Of each client."""
        return max(1, round(size.bytes / (FILES[self.file] * self.clients)))

    def arguments(self, size):
        return ["tftp-load", "--server", SERVER, "--network", CLIENTS, "--file", self.file,
                "--content", os.path.join(size.root, self.file), "--block-size", str(BLOCK_SIZE),
                "--clients", str(self.clients), "--window", str(self.window),
                "--transfers", str(self.transfers(size)), "--seconds", str(DOWNLOAD_SECONDS)]

    def cost(self, said, cpu):
        return cpu / (said["bytes"] / 1e9) if said["bytes"] else None

    def rate(self, said):
        return said["megabytes-per-second"], said["transfer-microseconds"]


@dataclasses.dataclass(frozen=True)
class Files(Downloads):
    """Small files, where the request costs more than the bytes."""

    unit: str = "us/file"
    clients: int = 64
    file: str = SMALL_FILE

    def transfers(self, size):
        return max(1, size.files // self.clients)

    def cost(self, said, cpu):
        return cpu / said["transfers"] * 1e6 if said["transfers"] else None

    def rate(self, said):
        return said["transfers"] / said["seconds"], said["transfer-microseconds"]


ALL = [
    Answers("DISCOVER"),
    Answers("REQUEST 4011", stage="boot-server"),
    HalfLoad("DISCOVER, half load"),
    Downloads("TFTP 1024 clients", clients=1024, watches_memory=True),   # first: nobody has room yet
    Downloads("TFTP 128 clients", clients=128),
    Downloads("TFTP 1 client"),
    Downloads("TFTP 1 client, window 4", window=4),
    Downloads("TFTP 1 client, window 16", window=16),
    Downloads("TFTP 1 client, window 64", window=64),
    Downloads("TFTP 128 clients, window 16", clients=128, window=16),
    Files("TFTP 1 KiB files"),
]


def start_load(server, arguments, tools):
    program, *words = arguments
    return server.net.start(server.net.load, [os.path.join(tools, program), *words], LOAD_CPU,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def watch_memory(server, load):
    """The most private memory of the server, in KiB, while the load runs; the load prints but at its end."""
    most = server.private_kib()
    while load.poll() is None:
        time.sleep(SAMPLE_SECONDS)
        most = max(most, server.private_kib())
    return most


def finish_load(server, load):
    """What a load generator said at its end."""
    try:
        out, complaint = load.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        raise BenchError(f"load against {server.name}: no end after {LIMIT_SECONDS} s") from None
    finally:
        server.net.end(load)
    if load.returncode not in (0, 1) or not out:
        raise BenchError(f"load against {server.name}: {complaint.strip()}")
    return json.loads(out)


def run_work(server, work, size, tools):
    """Runs the work against the running server, returns what came of it."""
    def load(arguments):
        cpu = server.cpu_seconds()
        process = start_load(server, arguments, tools)
        if work.watches_memory:
            memory.append(watch_memory(server, process))
        said = finish_load(server, process)
        return said, server.cpu_seconds() - cpu

    memory = [server.private_kib()]
    said, cpu = work.run(load, size)
    return {**judge(server, work, said, cpu), "grown-kib": max(memory) - memory[0]}


def judge(server, work, said, cpu):
    """One round as the report wants it."""
    rate, times = work.rate(said)
    return {"cost": work.cost(said, cpu), "cpu-seconds": cpu, "rate": rate, "p50": times["p50"],
            "p99": times["p99"], "private-kib": server.private_kib(), "said": said}


def nothing_came(fault):
    """The round of a peer that did not live to its end."""
    return {"cost": None, "rate": 0, "p50": 0, "p99": 0, "private-kib": 0, "other": 0, "pace": 0,
            "said": {"wrong": {fault: 1}}}


def measure(server, work, size, tools, calm):
    """One round: repeated a few times while the machine is not calm; the last try stands."""
    for _ in range(size.tries):
        try:
            one = calm.watch(server.cpu_seconds, lambda: run_work(server, work, size, tools))
        except ServerEnded as ended:
            if not server.peer:
                raise
            one = nothing_came(str(ended))
        if one["said"]["wrong"] and server.peer:
            server.stop()               # what it has left over would disturb all others
            server.start()
        if work.window > 1 and one["said"].get("window") == 1:
            server.windows = False
        if calm.is_calm(one) or time.monotonic() > size.until:
            break
    return one
