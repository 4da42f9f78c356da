# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB, told its server when it is built, runs the menu as its configuration."""

import os
import shutil
import subprocess

from harness import SRV, Daemon, case, expect, lab, main, programs
from lablib import boot

MODULES = ("tftp net normal configfile chain test echo minicmd boot search search_fs_file fat part_gpt "
           "part_msdos").split()
FORMATS = {"x64-uefi": ("x86_64-efi", ["efinet"]), "x86-bios": ("i386-pc-pxe", ["pxe", "pxechain"])}


def chain(default):
    """The BIOS ROM here is iPXE, and loads GRUB as firmware would."""
    return {"menu": {"module": "menu", "firmware-menu": "none", "ipxe-menu": "none", "timeout": "2s",
                     "items": "first; local", "default": default, "text.first": "It's ${mac}'s",
                     "file.first.x64-uefi": "marker-x64.efi", "file.first.x86-bios": "marker.0"},
            "default": {"module": "architecture", "x64-uefi": "x64-uefi.grub",
                        "ipxe": "x86-bios.grub"}}


def root(folder):
    """The boot programs, and GRUB beside them."""
    made = os.path.join(folder, "root")
    shutil.copytree(programs(), made)
    # As data/boot-files does it: GRUB 2.12 behind iPXE hangs looking for other names first.
    early = os.path.join(folder, "early.cfg")
    with open(early, "w") as f:
        f.write("configfile $prefix/grub.cfg\n")
    for name, (target, modules) in FORMATS.items():
        subprocess.run(["grub-mkimage", "-O", target, "-c", early, "-p", f"(tftp,{SRV})/grub",
                        "-o", os.path.join(made, name + ".grub"), *modules, *MODULES], check=True)
    return made


def takes_the_default(client):
    def test(folder):
        with Daemon(folder, chain("first"), root=root(folder)):
            result = boot.boot(lab(), client, folder, patient=True)
        expect(result["ok"], result["outcome"], result["console"])
    return test


case("UEFI: GRUB starts the program of the default entry", 120)(takes_the_default("uefi-x64"))
case("BIOS: GRUB starts the program of the default entry", 120)(takes_the_default("bios"))


@case("UEFI: the local entry starts the loader on the disk", 120)
def local(folder):
    disk = os.path.join(folder, "disk")
    os.makedirs(os.path.join(disk, "EFI", "BOOT"))
    shutil.copy(os.path.join(programs(), "other-x64.efi"),
                os.path.join(disk, "EFI", "BOOT", "BOOTX64.EFI"))
    with Daemon(folder, chain("local"), root=root(folder)):
        # The firmware connects only disks that it might boot from.
        result = boot.boot(lab(), "uefi-x64", folder, patient=True, extra=[
            "-drive", f"file=fat:{disk},format=raw,if=none,id=disk,readonly=on",
            "-device", "virtio-blk-pci,drive=disk,bootindex=9"])
    expect(result["ok"] and "program=other" in result["console"][0],
           result["outcome"], result["console"])


if __name__ == "__main__":
    main()
