# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors, required programs, and processes that never outlive the lab."""

import ctypes
import os
import shutil
import signal
import subprocess
import time


class LabError(Exception):
    """A problem the user can act on; printed without a traceback."""


# Program or file -> the Debian package that has it.
PACKAGES = {
    "ip": "iproute2",
    "dnsmasq": "dnsmasq-base",
    "tcpdump": "tcpdump",
    "qemu-system-x86_64": "qemu-system-x86",
    "nasm": "nasm",
    "clang": "clang",
    "lld-link": "lld",
    "grub-mkimage": "grub-common",
    "tftp": "tftp-hpa",
    "atftp": "atftp",
    "curl": "curl",
    "udhcpc": "udhcpc",
    "dhclient": "isc-dhcp-client",
    "/usr/share/seabios": "seabios",
    "/usr/share/OVMF": "ovmf",
    "/usr/share/OVMF/OVMF32": "ovmf-ia32",
    "/usr/lib/ipxe/qemu": "ipxe-qemu",
    "/usr/lib/ipxe": "ipxe",
    "/usr/lib/PXELINUX": "pxelinux",
    "/usr/lib/SYSLINUX.EFI": "syslinux-efi",
    "/usr/lib/syslinux/modules": "syslinux-common",
    "/usr/lib/grub/i386-pc": "grub-pc-bin",
    "/usr/lib/grub/i386-efi": "grub-efi-ia32-bin",
    "/usr/lib/grub/x86_64-efi": "grub-efi-amd64-bin",
}

SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"]


def search_path():
    return os.pathsep.join([os.environ.get("PATH", "/usr/bin:/bin")] + SBIN)


def package_of(name):
    """The package of a program, or of the longest known prefix of a path."""
    if name in PACKAGES:
        return PACKAGES[name]
    known = [p for p in PACKAGES if p.startswith("/") and name.startswith(p)]
    return PACKAGES[max(known, key=len)] if known else None


def missing(name):
    """An error for a program or file that is not there."""
    package = package_of(name)
    hint = f": install the Debian package {package}" if package else ""
    return LabError(f"{name} not found{hint}")


def need(name):
    """The full path of a program or file, or a LabError naming its package."""
    if name.startswith("/"):
        if os.path.exists(name):
            return name
    else:
        found = shutil.which(name, path=search_path())
        if found:
            return found
    raise missing(name)


def run(args, check=True, timeout=60, **kw):
    """Runs a short command to its end and returns its output."""
    args = [need(args[0])] + list(args[1:])
    done = subprocess.run(args, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout,
                          stdin=subprocess.DEVNULL, **kw)
    if check and done.returncode:
        raise LabError(f"{' '.join(args)}: exit {done.returncode}: "
                       f"{done.stdout.strip()}")
    return done.stdout


_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In a child: be killed when the parent goes, however it goes."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def session_that_dies():
    os.setsid()
    die_with_parent()


def start_time(pid):
    """The start time of a process, which tells a reused number apart."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def wait_until(condition, timeout, step=0.05):
    end = time.monotonic() + timeout
    while True:
        if condition():
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(step)


def end_pid(pid, started=None, grace=3.0):
    """Ends one process, by number, unless that number is now another's."""
    now = start_time(pid)
    if now is None or (started is not None and now != started):
        return
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return
        if wait_until(lambda: start_time(pid) != now, grace):
            return


def end_process(proc, grace=3.0):
    """Ends a child this program started, with its process group."""
    if proc is None or proc.poll() is not None:
        return
    own_group = os.getpgid(proc.pid) == proc.pid
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            if own_group:
                os.killpg(proc.pid, sig)
            else:
                proc.send_signal(sig)
        except ProcessLookupError:
            pass
        try:
            proc.wait(grace)
            return
        except subprocess.TimeoutExpired:
            continue


class Pids:
    """The lab's daemons: one file per role, holding PID and start time."""

    def __init__(self, directory):
        self.directory = directory

    def _file(self, role):
        return os.path.join(self.directory, role + ".pid")

    def save(self, role, pid):
        os.makedirs(self.directory, exist_ok=True)
        with open(self._file(role), "w") as f:
            f.write(f"{pid} {start_time(pid)}\n")

    def read(self, role):
        """(pid, start time) of a role that is still running, or None."""
        try:
            with open(self._file(role)) as f:
                pid, started = f.read().split()
        except (OSError, ValueError):
            return None
        return (int(pid), started) if start_time(int(pid)) == started else None

    def end(self, role):
        live = self.read(role)
        if live:
            end_pid(*live)
        try:
            os.unlink(self._file(role))
        except FileNotFoundError:
            pass

    def roles(self):
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        return sorted(n[:-4] for n in names if n.endswith(".pid"))
