# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary clients, run in the host namespace: TFTP and plain DHCP."""

import contextlib
import filecmp
import os
import subprocess
import time

from . import packets
from .boot import capture
from .net import SRV
from .util import end_process, need, wait_until


def _atftp(path, out, *options):
    args = ["atftp"]
    for text in options:
        args += ["--option", text]
    return args + ["-g", "-r", path, "-l", out, SRV]


def _curl(path, out, *options):
    return ["curl", "-g", "-fsS", "-m", "120", *options, "-o", out, f"tftp://{SRV}/{path}"]


# Name -> the command that fetches a path from srv into a file.
FETCHERS = {
    "tftp-hpa": lambda p, o: ["tftp", "-4", SRV, "-m", "binary", "-c", "get", p, o],
    "atftp": _atftp,
    "atftp-window": lambda p, o: _atftp(p, o, "blksize 1428", "windowsize 16", "tsize"),
    "busybox": lambda p, o: ["busybox", "tftp", "-g", "-b", "1428", "-r", p, "-l", o, SRV],
    "curl": lambda p, o: _curl(p, o, "--tftp-blksize", "1428"),
    "curl-noopt": lambda p, o: _curl(p, o, "--tftp-no-options"),
}

LEASERS = {
    "udhcpc": lambda d: ["udhcpc", "-f", "-i", "eth0", "-n", "-q", "-t", "4",
                         "-T", "2", "-s", "/bin/true"],
    "dhclient": lambda d: ["dhclient", "-4", "-d", "-1", "-cf", "/dev/null",
                           "-sf", "/bin/true", "-lf", d + "/dhclient.leases",
                           "-pf", d + "/dhclient.pid", "eth0"],
}


def fetch(lab, tool, path, directory, same_as, timeout=60):
    """Fetches a file from srv; "ok" when it is the file it should be."""
    os.makedirs(directory, exist_ok=True)
    out = os.path.join(directory, "file")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(out)
    command = FETCHERS[tool](path, out)
    need(command[0])
    began = time.time()
    proc = lab.child("host", command, os.path.join(directory, "client.log"))
    try:
        proc.wait(timeout)
    except subprocess.TimeoutExpired:
        pass
    finally:
        end_process(proc)
    size = os.path.getsize(out) if os.path.exists(out) else None
    # Some clients exit 0 whatever happens: the file decides.
    return {"tool": tool, "path": path, "seconds": round(time.time() - began, 3), "size": size,
            "exit": proc.returncode,
            "ok": size is not None and filecmp.cmp(out, same_as, shallow=False)}


def lease(lab, tool, directory, timeout=30):
    """Takes a lease as a host that wants no network boot.

    It must get one from the plain DHCP server, and must hear nothing from
    the boot server.
    """
    os.makedirs(directory, exist_ok=True)
    pcap = os.path.join(directory, "capture.pcap")
    command = LEASERS[tool](directory)
    need(command[0])

    def replies():
        seen = [(p.src, packets.dhcp(p)) for p in packets.read(pcap) if p.sport in (67, 4011)]
        return [(src, m) for src, m in seen if m]

    def leased():
        return [m["yiaddr"] for _, m in replies() if m["type"] == "ACK"]
    with contextlib.ExitStack() as stack:
        stack.enter_context(capture(lab, "host", "eth0", pcap))
        proc = lab.child("host", command, os.path.join(directory, "client.log"))
        stack.callback(end_process, proc)
        wait_until(lambda: leased() or proc.poll() is not None, timeout, 0.2)
        time.sleep(0.5)                 # for an answer of the boot server that comes late
    got = leased()
    heard = [m["type"] for src, m in replies() if src == SRV]
    return {"tool": tool, "ok": bool(got) and not heard, "lease": got[0] if got else None,
            "answers_from_srv": heard}
