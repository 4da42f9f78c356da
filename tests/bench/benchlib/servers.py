# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers that are measured: what starts each of them, with the same work to do."""

import contextlib
import os
import subprocess
import time

from .net import CLIENTS, CLIENTS_MASK, INTERFACE, SERVER, SERVER_CPU, BenchError, Net, need, ports_bound

PORTS = {67, 69, 4011}
START_SECONDS = 20
BOOT_FILE = "boot.efi"
BLOCK_SIZE = 1468
TRANSFERS_MAX = 2048


class Server:
    """One server process, pinned, from start() to stop()."""

    name = None                         # as in the report
    peer = False                        # a peer that ratios may refer to

    def __init__(self, folder, root):
        self.folder, self.root, self.process = folder, root, None
        self.net = Net(self.name)       # of its own, so that all servers run side by side

    def command(self):
        raise NotImplementedError

    def does(self, work):
        """Whether it is asked to do this work."""
        return True

    def version(self):
        """What is measured, for the report."""
        return ""

    def prepare(self):
        """What is done once, before it is measured."""

    def start(self):
        self.process = self.net.start(self.net.server, self.command(), SERVER_CPU,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while not PORTS <= ports_bound(self.process.pid):
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

    def cpu_seconds(self):
        """CPU time of all its threads so far, in user and kernel, to the nanosecond.

        The process's CPU clock (clock_getcpuclockid(3)); /proc/PID/stat has the same in ticks of 10 ms.
        """
        if self.process.poll() is not None:
            raise BenchError(f"{self.name} ended by itself, exit {self.process.returncode}")
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


class Floor(Server):
    """Decides nothing: the machine's limit."""

    def __init__(self, folder, root, program, name="floor"):
        self.name, self.program = name, program
        super().__init__(folder, root)

    def does(self, work):
        return work.window <= 1         # it knows lock-step only

    def command(self):
        return [self.program, "--address", SERVER, "--dhcp-port", "67", "--boot-server-port", "4011",
                "--tftp-port", "69", "--file", BOOT_FILE, "--block-size", str(BLOCK_SIZE),
                "--content", os.path.join(self.root, BOOT_FILE)]


class Dnsmasq(Server):
    """Debian's, as proxyDHCP and TFTP server, without logs of what it serves."""

    name = "dnsmasq"
    peer = True

    def command(self):
        return [need("dnsmasq"), "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null",
                "--user=root", "--group=", "--pid-file", "--port=0", "--quiet-dhcp", "--quiet-tftp",
                "--interface=" + INTERFACE, "--except-interface=lo", "--bind-interfaces", "--no-ping",
                "--dhcp-leasefile=" + os.path.join(self.folder, "leases"),
                f"--dhcp-range={CLIENTS},proxy,{CLIENTS_MASK}",
                # Codes 9 and 7: which name is which has changed between versions.
                f"--pxe-service=BC_EFI,Bench,{BOOT_FILE}",
                f"--pxe-service=X86-64_EFI,Bench,{BOOT_FILE}",
                "--enable-tftp", "--tftp-root=" + self.root, f"--tftp-max={TRANSFERS_MAX}"]

    def version(self):
        said = subprocess.run([need("dnsmasq"), "--version"], capture_output=True, text=True)
        return " ".join(said.stdout.split()[:3])
