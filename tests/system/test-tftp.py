# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary TFTP clients fetch files of every awkward size, also over a link that loses packets."""

import contextlib
import os
import random

from harness import DEFAULT, Daemon, case, expect, lab, main
import lossy
from lablib import tools
from lablib.net import HOST
from lablib.util import run

SERVED = {"default": DEFAULT}

# Around one block of each client, around whole windows, and around what two bytes can count.
EDGES = (0, 1, 511, 512, 513, 1023, 1024, 1025, 1427, 1428, 1429, 1467, 1468, 1469,
         2 * 1428, 16 * 1428, 16 * 1428 + 1, 65535, 65536, 65537, 1 << 20)
LARGE = 100 << 20                       # past 65536 blocks of 512 and of 1428 bytes


def file_of(root, size):
    path = os.path.join(root, f"file-{size}")
    if not os.path.exists(path):
        os.makedirs(root, exist_ok=True)
        with open(path, "wb") as f:
            f.write(random.Random(size).randbytes(size))
    return path


def fetches(tool, sizes, timeout=60):
    """The tool gets every size, byte for byte."""
    def test(folder):
        root = os.path.join(folder, "root")
        paths = [file_of(root, size) for size in sizes]
        with Daemon(folder, SERVED, root=root):
            for path in paths:
                result = tools.fetch(lab(), tool, os.path.basename(path), folder, path, timeout)
                expect(result["ok"], result)
    return test


def fetches_with_loss(tool, size):
    def test(folder):
        root = os.path.join(folder, "root")
        path = file_of(root, size)
        with Daemon(folder, SERVED, root=root), lossy.link(lab()) as count:
            result = tools.fetch(lab(), tool, os.path.basename(path), folder, path, 150)
            expect(result["ok"], result, count)
            expect(count["lost"] > 0, "the link lost nothing: the test proves nothing", count)
    return test


def set_features(**features):
    words = [w for name, state in features.items() for w in (name.replace("_", "-"), state)]
    run(lab().inside("srv", ["ethtool", "-K", "eth0", *words]))


@contextlib.contextmanager
def device(**features):
    """While it stands, the server's interface can do these things, or cannot."""
    set_features(tx="on", sg="on")
    set_features(**features)
    try:
        yield
    finally:
        set_features(tx="on", sg="on")
        set_features(tx_udp_segmentation="on")
        set_features(tx="off")              # as the lab has it


@contextlib.contextmanager
def narrow_path():
    """While it stands, the path to the client is narrower than the link: blocks go in fragments."""
    lab().ip("srv", "route", "add", HOST + "/32", "dev", "eth0", "mtu", "1400")
    try:
        yield
    finally:
        lab().ip("srv", "route", "del", HOST + "/32")


def fetches_over(way, tool):
    """Whole windows in one system call, or what is left of them, come out as the same bytes."""
    def test(folder):
        root = os.path.join(folder, "root")
        paths = [file_of(root, size) for size in (1468, 1469, 16 * 1468 + 5, 8 << 20)]
        with Daemon(folder, SERVED, root=root), way():
            for path in paths:
                result = tools.fetch(lab(), tool, os.path.basename(path), folder, path, 60)
                expect(result["ok"], result)
    return test


WAYS = {
    "from a device that segments": lambda: device(tx_udp_segmentation="on"),
    "from a device that does not segment": lambda: device(tx_udp_segmentation="off"),
    "from a device that sums nothing up": lambda: device(tx="off"),
    "from a device that gathers nothing": lambda: device(sg="off"),
    "over a narrow path": narrow_path,
}
for words, way in WAYS.items():
    for client in ("tftp-hpa", "atftp-window"):
        case(f"{client} {words}", 90)(fetches_over(way, client))

for client in tools.FETCHERS:
    # busybox and curl take an empty file for a failed one, and leave none.
    edges = [size for size in EDGES if size or client in ("tftp-hpa", "atftp", "atftp-window")]
    case(f"{client} at every block edge", 60)(fetches(client, edges))

for client in ("tftp-hpa", "atftp-window", "busybox", "curl"):
    case(f"{client} fetches 100 MiB", 150)(fetches(client, [LARGE], 140))
    case(f"{client} with 1 % loss", 180)(fetches_with_loss(client, 8 << 20))

if __name__ == "__main__":
    main()
