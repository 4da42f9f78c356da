# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the network boot programs the clients are given.

Each prints a line that begins with NBP-OK on the serial console.  They are
made from installed packages only.
"""

import os
import shutil
import tempfile

from .util import need, run

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       os.pardir, "nbp")

EFI_TARGETS = {"x64": ("x86_64", ["-mno-red-zone", "-mno-sse"]), "ia32": ("i686", ["-mno-sse"])}


def _bios(out, program):
    run(["nasm", "-f", "bin", f'-DPROGRAM="{program}"', "-o", os.path.join(out, program + ".0"),
         os.path.join(SOURCES, "marker.asm")])


def _efi(out, program, arch):
    target, flags = EFI_TARGETS[arch]
    need("lld-link")
    with tempfile.TemporaryDirectory() as tmp:
        obj = os.path.join(tmp, "marker.o")
        run(["clang", f"--target={target}-unknown-windows-msvc", "-std=c11",
             "-Os", "-ffreestanding", "-fno-stack-protector", f'-DPROGRAM="{program}"',
             "-mno-stack-arg-probe", "-Wall", "-Wextra", "-Werror", *flags,
             "-c", os.path.join(SOURCES, "marker.c"), "-o", obj])
        run(["lld-link", "/nologo", "/subsystem:efi_application",
             "/entry:efi_main", "/nodefaultlib",
             f"/out:{out}/{program}-{arch}.efi", obj])


def build(out):
    """Builds every boot program: `marker` and `other`, which differ in name only, and iPXE."""
    os.makedirs(out, exist_ok=True)
    for program in ("marker", "other"):
        _bios(out, program)
        for arch in EFI_TARGETS:
            _efi(out, program, arch)
    for name in ("undionly.kpxe", "ipxe.efi"):
        shutil.copyfile(need("/usr/lib/ipxe/" + name), os.path.join(out, name))
