# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files that all servers serve."""

import os

BOOT_FILE, MEDIUM_FILE, SMALL_FILE = "boot.efi", "medium.efi", "small.efi"
FILES = {BOOT_FILE: 1 << 20, MEDIUM_FILE: 256 << 10, SMALL_FILE: 1 << 10}     # bytes


def make_root(folder):
    """A served folder with all of them."""
    root = os.path.join(folder, "root")
    os.mkdir(root)
    for name, size in FILES.items():
        with open(os.path.join(root, name), "wb") as f:
            f.write(os.urandom(size))
        os.chmod(os.path.join(root, name), 0o644)
    os.chmod(root, 0o755)
    os.chmod(folder, 0o755)             # servers may read as another user
    return root
