# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clients: virtual machines with real firmware."""

import os
import shutil
from dataclasses import dataclass, field

from .util import LabError, need

OVMF = "/usr/share/OVMF/"


@dataclass(frozen=True)
class Client:
    name: str
    about: str
    qemu: str = "qemu-system-x86_64"
    machine: str = "q35"
    memory: int = 512
    cpu: str = ""                       # for TCG; KVM uses the host's
    code: str = ""                      # UEFI code and variable store
    vars: str = ""
    smm: bool = False
    nic: str = "virtio"
    rom: bool = False                   # leave the card its iPXE option ROM
    fw_cfg: dict = field(default_factory=dict)
    timeout: int = 90
    via: str = "pxe4"                   # how the marker NBP must have come


NICS = {"e1000": "e1000", "e1000e": "e1000e", "virtio": "virtio-net-pci",
        "rtl8139": "rtl8139", "pcnet": "pcnet"}

# OVMF tries PXE over IPv4 first, then PXE over IPv6, then HTTP Boot: here the first alone.
FW = "opt/org.tianocore/"
PXE4 = {FW + "IPv4PXESupport": "y", FW + "IPv6PXESupport": "n"}

X64 = {"code": OVMF + "OVMF_CODE_4M.fd", "vars": OVMF + "OVMF_VARS_4M.fd"}
IA32 = {"code": OVMF + "OVMF32_CODE_4M.secboot.fd",
        "vars": OVMF + "OVMF32_VARS_4M.fd", "smm": True,
        "cpu": "qemu64,-lm,-nx"}

CLIENTS = {c.name: c for c in (
    Client("bios", "SeaBIOS and a card's iPXE option ROM",
           machine="pc", memory=128, nic="e1000", rom=True),
    Client("uefi-x64", "OVMF's own PXE client", fw_cfg=PXE4, **X64),
    Client("uefi-x64-ipxe", "OVMF with a card's iPXE option ROM",
           fw_cfg=PXE4, nic="e1000", rom=True, **X64),
    Client("uefi-ia32", "32-bit OVMF's own PXE client", fw_cfg=PXE4, **IA32),
)}

ROMS = ("/usr/lib/ipxe/qemu", "/usr/share/qemu/pxe-e1000.rom")     # Debian 12, 13

# What a firmware says when it is at its end: no use waiting for more.
GAVE_UP = (rb"No bootable device|Boot failed: not a bootable disk|"
           rb"No bootable option or device was found|"
           rb"UEFI Interactive Shell|EFI Internal Shell|"
           rb"NBP-FAILED")

# The first boot option failed; the firmware goes on to its next one.
FAILED = rb"BdsDxe: failed to (load|start) Boot0001"


def find(name):
    try:
        return CLIENTS[name]
    except KeyError:
        raise LabError(f"no client {name!r}; there are: "
                       + ", ".join(CLIENTS)) from None


def kvm_usable():
    """Hardware virtualisation that can run firmware, not just any /dev/kvm.

    There are hosts with a /dev/kvm but without VMX or SVM: KVM emulates the
    guest there, and fails on UEFI firmware.
    """
    try:
        with open("/proc/cpuinfo") as f:
            flags = next((line for line in f if line.startswith("flags")), "")
    except OSError:
        return False
    return (bool({"vmx", "svm"} & set(flags.split()))
            and os.access("/dev/kvm", os.R_OK | os.W_OK))


def accelerator(client, wanted):
    native = client.qemu == "qemu-system-" + os.uname().machine
    if wanted == "auto":
        return "kvm" if native and kvm_usable() else "tcg"
    if wanted == "kvm" and not native:
        raise LabError(f"{client.name} is not of this machine's "
                       "architecture: KVM cannot run it")
    return wanted


def qemu_command(client, tap, directory, accel, nic=None, mac=None,
                 uuid=None, memory=None, extra=()):
    """The QEMU command line of a client; copies its variable store."""
    machine = f"{client.machine},accel={accel}"
    if client.smm:
        machine += ",smm=on"
    if not client.code:
        machine += ",graphics=off"      # SeaBIOS on the serial port
    args = [need(client.qemu), "-machine", machine,
            "-m", str(memory or client.memory),
            "-nodefaults", "-no-user-config", "-display", "none",
            "-vga", "none", "-no-reboot", "-uuid", uuid,
            "-chardev", "stdio,id=serial0,signal=off",
            "-serial", "chardev:serial0"]
    cpu = "host" if accel == "kvm" else client.cpu
    if cpu:
        args += ["-cpu", cpu]
    if client.code:
        store = os.path.join(directory, "vars.fd")
        shutil.copyfile(need(client.vars), store)
        args += ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file="
                 + need(client.code),
                 "-drive", f"if=pflash,unit=1,format=raw,file={store}",
                 "-device", "virtio-rng-pci"]
    if client.smm:
        args += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    for name, value in client.fw_cfg.items():
        args += ["-fw_cfg", f"name={name},string={value}"]
    device = (f"{NICS[nic or client.nic]},netdev=net0,mac={mac},"
              "bootindex=0")
    if client.rom:
        if not any(map(os.path.exists, ROMS)):
            need(ROMS[0])
    else:
        device += ",romfile="           # the firmware's own driver
    args += ["-netdev",
             f"tap,id=net0,ifname={tap},script=no,downscript=no",
             "-device", device]
    return args + list(extra)
