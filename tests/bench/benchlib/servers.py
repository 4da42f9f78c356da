# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that is measured, from its start to its end, and the least one of all."""

import contextlib
import os
import subprocess
import time

from .cgroup import Cgroup
from .files import BOOT_FILE, FILES
from .net import SERVER, SERVER_CPU, BenchError, Net, ports_bound

START_SECONDS = 20
BLOCK_SIZE = 1468


class ServerEnded(BenchError):
    """It ended by itself."""


class Server:
    """One server process, pinned, from start() to stop()."""

    name = None                         # as in the report
    peer = False                        # a peer that ratios may refer to
    ports = {67, 69, 4011}              # it serves when these are bound
    kinds = {"answers", "tftp"}         # of work that it knows
    repeats = True                      # what was lost on the way
    forks = False                       # a process for each transfer, which only a Cgroup can count
    windows = True                      # false from when it grants none

    def __init__(self, folder, root):
        self.folder, self.root, self.process = folder, root, None
        self.net = Net(self.name)       # of its own, so that all servers run side by side
        self.group = None

    def command(self):
        raise NotImplementedError

    def does(self, work):
        """Whether it is asked to do this work."""
        return work.kind in self.kinds and (self.windows or work.window == 1)

    def version(self):
        """What is measured, for the report."""
        return ""

    def prepare(self):
        """What is done once, before it is measured."""

    def start(self):
        self.group = Cgroup(self.name)
        if self.forks and self.group.path is None:
            raise BenchError(f"the children of {self.name} cannot be counted: this kernel lends no control "
                             "group of version 2. Name the other servers with --server")
        self.process = self.net.start(self.net.server, self.command(), SERVER_CPU, self.group,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while not self.ports <= ports_bound(self.process.pid):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise BenchError(f"{self.name} does not serve: {self._complaint()}")
            time.sleep(0.02)

    def _complaint(self):
        """What it says when it is started once more: in a measurement nobody reads its log."""
        again = self.net.start(self.net.server, self.command(), SERVER_CPU, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            again.wait(2)
        self.net.end(again)
        return again.stdout.read()[-800:].strip()

    def stop(self):
        self.net.end(self.process)
        self.group.close()

    def cpu_seconds(self):
        """CPU time of all its threads and processes so far, in user and kernel."""
        if self.process.poll() is not None:
            raise ServerEnded(f"{self.name} ended by itself, exit {self.process.returncode}")
        return self.group.cpu_seconds(self.process.pid)

    def private_kib(self):
        return self.group.private_kib(self.process.pid)


class Floor(Server):
    """Decides nothing: the machine's limit."""

    repeats = False

    def __init__(self, folder, root, program, name="floor"):
        self.name, self.program = name, program
        super().__init__(folder, root)

    def command(self):
        return [self.program, "--address", SERVER, "--dhcp-port", "67", "--boot-server-port", "4011",
                "--tftp-port", "69", "--file", BOOT_FILE, "--block-size", str(BLOCK_SIZE),
                *(word for name in FILES for word in ("--content", os.path.join(self.root, name)))]
