# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary TFTP clients fetch files of every awkward size, also over a link that loses packets."""

import os
import random

from harness import DEFAULT, Daemon, case, expect, lab, main
import lossy
from lablib import tools

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


for client in tools.FETCHERS:
    # busybox and curl take an empty file for a failed one, and leave none.
    edges = [size for size in EDGES if size or client in ("tftp-hpa", "atftp", "atftp-window")]
    case(f"{client} at every block edge", 60)(fetches(client, edges))

for client in ("tftp-hpa", "atftp-window", "busybox", "curl"):
    case(f"{client} fetches 100 MiB", 150)(fetches(client, [LARGE], 140))
    case(f"{client} with 1 % loss", 180)(fetches_with_loss(client, 8 << 20))

if __name__ == "__main__":
    main()
