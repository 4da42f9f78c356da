# SPDX-License-Identifier: LGPL-2.1-or-later
"""The peers, each with what suits it best for this work: no logs of what it serves, room for all clients.

They are Debian's packages. tftpd-hpa and atftpd exclude each other and begin to serve as soon as they are
installed, so they are only unpacked; see the group `peer` of data/packages.
"""

import glob
import os
import subprocess

from .net import CLIENTS, CLIENTS_MASK, INTERFACE, SERVER, BenchError, need
from .files import BOOT_FILE
from .servers import Server

TRANSFERS_MAX = 2048
THREADS_MAX = 500                       # of atftpd: with more, its select(2) ends it at descriptor 1024


def _packages(top):
    with open(os.path.join(top, "data", "packages")) as f:
        return [line.split()[1] for line in f if line.startswith("peer ")]


def unpack(top, folder):
    """Unpacks each of the peers' packages into a folder of its name in `folder`, which is returned."""
    for package in _packages(top):
        to = os.path.join(folder, package)
        if not glob.glob(to + "_*.deb"):
            os.makedirs(folder, exist_ok=True)
            _run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], folder)
        if not os.path.exists(to):
            _run(["dpkg-deb", "-x", *glob.glob(to + "_*.deb"), to], folder)
    return folder


def _run(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(words)}: {done.stderr.strip()[-400:]}\n"
                         "bench: without the peers: --server boothost --server floor --server dnsmasq")


class Dnsmasq(Server):
    """proxyDHCP and TFTP server, one process for all."""

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
        return " ".join(said.stdout.split()[2:3])


class Unpacked(Server):
    """A TFTP server out of a package that was unpacked."""

    peer = True
    ports = {69}
    kinds = {"tftp"}
    package = None
    program = None                      # in the package

    def __init__(self, folder, root, packages):
        super().__init__(folder, root)
        self.packages = packages

    def command(self):
        libraries = glob.glob(os.path.join(self.packages, "*/usr/lib/*-linux-gnu*"))
        return ["env", "LD_LIBRARY_PATH=" + ":".join(libraries),
                os.path.join(self.packages, self.package, self.program), *self.arguments()]

    def arguments(self):
        raise NotImplementedError

    def version(self):
        names = glob.glob(os.path.join(self.packages, self.package + "_*.deb"))
        return os.path.basename(names[0]).split("_")[1] if names else ""


class TftpdHpa(Unpacked):
    """A process for each transfer."""

    name = "tftpd-hpa"
    forks = True
    package = "tftpd-hpa"
    program = "usr/sbin/in.tftpd"

    def arguments(self):
        return ["-L", "-4", "-a", SERVER + ":69", "-u", "root", "-s", self.root]


class Atftpd(Unpacked):
    """A thread for each transfer; it knows windows."""

    name = "atftpd"
    package = "atftpd"
    program = "usr/sbin/atftpd"

    def arguments(self):
        return ["--daemon", "--no-fork", "--user", "root.root", "--logfile", "/dev/null", "--verbose=0",
                "--maxthread", str(THREADS_MAX), "--retry-timeout", "1", "--no-multicast", "--port", "69",
                "--bind-address", SERVER, self.root]
