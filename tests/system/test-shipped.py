# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration and the boot programs as they are shipped: every kind of machine sees the menu."""

import os
import shutil

from harness import SRV, TOP, Daemon, case, expect, lab, main, write_groups
from lablib import boot
from lablib.util import run

LOCAL = "Boot from local disk"
DOWN, ENTER = b"\x1b[B", b"\r"


class Shipped(Daemon):
    """boothostd with data/boothost.conf; only its paths are this case's, in a drop-in."""

    def __init__(self, folder):
        root = os.path.join(folder, "root")
        super().__init__(folder, {}, root)
        run(["sh", os.path.join(TOP, "data", "boot-files"), root, SRV])
        os.mkdir(self.config + ".d")
        write_groups(os.path.join(self.config + ".d", "50-paths.conf"), {
            "server": self.server, "provider devices": {"uri": f"sqlite://{folder}/devices.db"}})
        shutil.copy(os.path.join(TOP, "data", "boothost.conf"), self.config)


def boots(client, said, answers=()):
    """`patient`: for the firmware, iPXE that leaves again is a failure."""
    def test(folder):
        with Shipped(folder):
            result = boot.boot(lab(), client, folder, expect=said, answers=answers, patient=True)
        expect(result["ok"], result["outcome"], result["console"])
    return test


for name in ("bios", "uefi-x64", "uefi-ia32"):
    case(f"{name} sees the menu", 120)(boots(name, LOCAL))

case("bios leaves for the local disk when nobody chooses", 120)(
    boots("bios", "Booting from Hard Disk"))
case("uefi-x64 chooses GRUB, which has the same menu", 120)(
    boots("uefi-x64", r"GNU GRUB(.|\n)*" + LOCAL, [(LOCAL, DOWN + ENTER)]))
case("bios chooses PXELINUX", 120)(
    boots("bios", "Nothing to boot yet", [(LOCAL, DOWN + DOWN + ENTER)]))

if __name__ == "__main__":
    main()
