# SPDX-License-Identifier: LGPL-2.1-or-later
"""What boothost check finds beyond the schema: a candidate for each mistake, and the same without it."""

import os
import shutil
import struct

from cases import BUILD, VECTORS, Candidate, answer, boothost, case, expect, main

X64, IA32, ARM64 = 0x8664, 0x14C, 0xAA64


def program(machine, size=2000):
    """A UEFI program, as far as its headers go."""
    data = bytearray(size)
    data[0:2] = b"MZ"
    struct.pack_into("<I", data, 0x3C, 0x80)
    struct.pack_into("<4sH", data, 0x80, b"PE\0\0", machine)
    return bytes(data)


def put(candidate, name, data=b"boot" * 100):
    path = os.path.join(candidate.root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def kinds(**programs):
    return {"module": "architecture", **{key.replace("_", "-"): value for key, value in programs.items()}}


def warnings(candidate, *words, status=0):
    said = boothost("check", "--config", candidate.path, *words, status=status).stdout
    return [line for line in said.splitlines() if ": warning: " in line]


def only(candidate, where, *parts):
    """There is one warning, at a line of the file, with these words."""
    found = warnings(candidate)
    expect(len(found) == 1, found)
    expect(found[0].startswith(candidate.line(where) + ": warning: "), candidate.line(where), found)
    for part in parts:
        expect(part in found[0], part, "is missing in", found)


def clean(candidate):
    expect(warnings(candidate) == [], warnings(candidate))


@case("a provider behind one that answers everyone is never reached")
def _():
    everyone = kinds(x86_bios="bios.0", ia32_uefi="ia32.efi", x64_uefi="x64.efi", arm64_uefi="arm64.efi",
                     x64_uefi_http="http://192.0.2.1/x64.efi", ipxe="boot.ipxe", grub="boot.ipxe")
    later = kinds(x64_uefi="x64.efi")
    with Candidate({"all": everyone, "late": later}) as candidate:
        put(candidate, "ia32.efi", program(IA32))
        put(candidate, "arm64.efi", program(ARM64))
        only(candidate, "[provider late]", "[provider late] is never reached", "'all'", "before it")


@case("a catch-all before a specific one, for the specific one's machines alone")
def _():
    with Candidate({"all": kinds(x64_uefi="x64.efi", ipxe="boot.ipxe", grub="boot.ipxe"),
                    "special": {**kinds(x64_uefi="x64.efi"), "match-architecture": "x64-uefi"}}) as candidate:
        only(candidate, "[provider special]", "'special' before it")
    with Candidate({"special": {**kinds(x64_uefi="x64.efi"), "match-architecture": "x64-uefi"},
                    "all": kinds(x64_uefi="x64.efi", x86_bios="bios.0", ipxe="boot.ipxe")}) as candidate:
        clean(candidate)


@case("one for a network of its own is judged from there")
def _():
    near = {**kinds(x64_uefi="x64.efi"), "match-network": "10.7.0.0/16"}
    with Candidate({"all": kinds(x64_uefi="x64.efi", x86_bios="bios.0", ipxe="boot.ipxe", grub="boot.ipxe"),
                    "near": {**near, "match-architecture": "x64-uefi; x86-bios"}}) as candidate:
        only(candidate, "[provider near]", "never reached")
    with Candidate({"near": near, "all": kinds(x64_uefi="x64.efi", x86_bios="bios.0")}) as candidate:
        clean(candidate)


@case("one that refuses unknown machines is no catch-all")
def _():
    with Candidate({"gate": {"module": "filter", "allow": "52:54:00:00:00:66", "default": "deny",
                             "on-error": "drop"},
                    "kinds": kinds(x64_uefi="x64.efi")}) as candidate:
        clean(candidate)


@case("the same module with the same settings twice")
def _():
    deny = {"module": "filter", "deny": "52:54:00:00:00:66"}
    with Candidate({"one": deny, "two": dict(deny), "kinds": kinds(x64_uefi="x64.efi")}) as candidate:
        only(candidate, "[provider two]", "asks the same as [provider one]")
    with Candidate({"one": {**deny, "match-architecture": "x86-bios"},
                    "two": {**deny, "match-architecture": "x64-uefi"},
                    "kinds": kinds(x64_uefi="x64.efi")}) as candidate:
        clean(candidate)


@case("providers in processes of their own are judged alike")
def _():
    alone = {**kinds(x64_uefi="arm.efi"), "isolation": "process"}
    with Candidate({"one": alone, "two": dict(alone)},
                   server={"worker": os.path.join(BUILD, "core", "boothost-worker")}) as candidate:
        put(candidate, "arm.efi", program(ARM64))
        found = warnings(candidate)
        expect(len(found) == 2, found)
        expect(any("asks the same as [provider one]" in line for line in found), found)
        expect(any("'arm.efi' is built for ARM64" in line for line in found), found)


@case("a boot file that is not there, at the line that names it")
def _():
    with Candidate({"kinds": kinds(x86_bios="bios.0", x64_uefi="nowhere/x64.efi")}) as candidate:
        only(candidate, "nowhere", "neither a provider nor", "x64-uefi machines (firmware)")


@case("a program for another machine")
def _():
    with Candidate({"kinds": kinds(x64_uefi="x64.efi")}) as candidate:
        put(candidate, "x64.efi", program(ARM64))
        only(candidate, "x64-uefi =", "'x64.efi' is built for ARM64 machines", "x64-uefi firmware")
        put(candidate, "x64.efi", program(IA32))
        only(candidate, "x64-uefi =", "built for IA32")


@case("UEFI firmware sent for what is no UEFI program, BIOS for one that is")
def _():
    with Candidate({"kinds": kinds(x64_uefi="bios.0")}) as candidate:
        only(candidate, "x64-uefi =", "'bios.0' is no UEFI program")
    with Candidate({"kinds": kinds(x86_bios="x64.efi")}) as candidate:
        only(candidate, "x86-bios =", "is a UEFI program (x64)", "BIOS")


@case("real headers of a linker are read")
def _():
    with Candidate({"kinds": kinds(arm64_uefi="arm64.efi", x64_uefi="x64.efi")}) as candidate:
        for name in ("arm64", "x64"):
            shutil.copy(os.path.join(VECTORS, "pe", f"lld-{name}.bin"), os.path.join(candidate.root, f"{name}.efi"))
        clean(candidate)


@case("signed GRUB and shim do not find this server")
def _():
    for name in ("shimx64.efi.signed", "debian/bootnetx64.efi", "grubnetx64.efi.signed"):
        with Candidate({"kinds": kinds(x64_uefi=name)}) as candidate:
            put(candidate, name, program(X64))
            only(candidate, "x64-uefi =", "signed GRUB", "grub-mkimage", "HTTP Boot")
    with Candidate({"kinds": kinds(x64_uefi="grub/grub-x64.efi")}) as candidate:
        put(candidate, "grub/grub-x64.efi", program(X64))
        clean(candidate)


@case("iPXE that is sent for iPXE")
def _():
    with Candidate({"kinds": kinds(x86_bios="undionly.kpxe", ipxe="undionly.kpxe")}) as candidate:
        put(candidate, "undionly.kpxe")
        found = warnings(candidate)
        expect(found and all("iPXE again, for ever" in line for line in found), found)


@case("PXELINUX without its library")
def _():
    with Candidate({"kinds": kinds(x86_bios="linux/pxelinux.0")}) as candidate:
        put(candidate, "linux/pxelinux.0")
        only(candidate, "x86-bios =", "stops without 'linux/ldlinux.c32'")
        put(candidate, "linux/ldlinux.c32")
        clean(candidate)


@case("a boot file name too long for old firmware")
def _():
    name = "f" * 60 + "/" + "g" * 60 + "/bios.0"
    with Candidate({"kinds": kinds(x86_bios=name)}) as candidate:
        put(candidate, name)
        only(candidate, "x86-bios =", "has 128 bytes, and old firmware takes 127")


@case("a menu that option 43 cannot hold")
def _():
    items = [f"item{n}" for n in range(12)]
    menu = {"module": "menu", "items": "; ".join(items)}
    for item in items:
        menu["text." + item] = f"A very long description of {item}"
        menu[f"file.{item}.x86-bios"] = "bios.0"
    with Candidate({"menu": menu}) as candidate:
        found = [line for line in warnings(candidate) if "has no room for" in line]
        expect(len(found) == 1 and "option 43 holds 255 bytes" in found[0], warnings(candidate))
        expect(found[0].startswith(candidate.line("[provider menu]")), found)


@case("a default that is none of the menu's items")
def _():
    menu = {"module": "menu", "items": "local; grub", "default": "gurb", "text.grub": "GRUB",
            "file.grub.x86-bios": "bios.0"}
    with Candidate({"menu": menu}) as candidate:
        said = boothost("check", "--config", candidate.path, status=1).stdout
        expect(f"{candidate.line('default')}: error: " in said and "no entry of this name" in said, said)


@case("a module that others may write to")
def _():
    with Candidate() as candidate:
        os.chmod(os.path.join(candidate.folder, "modules", "filter.so"), 0o666)
        said = boothost("check", "--config", candidate.path, status=1).stdout
        expect("filter.so" in said and "chmod" in said, said)


@case("a URL that firmware cannot load")
def _():
    with Candidate({"kinds": kinds(x64_uefi="http://192.0.2.1/x64.efi")}) as candidate:
        found = warnings(candidate)
        expect(len(found) == 1 and "would get no answer: the boot file is a URL" in found[0], found)


@case("--strict makes warnings count, and says so by its exit status alone")
def _():
    with Candidate({"kinds": kinds(x64_uefi="nowhere.efi")}) as candidate:
        expect(len(warnings(candidate)) == 1, "no warning")
        expect(len(warnings(candidate, "--strict", status=1)) == 1, "no warning")
        expect(answer("check", "--strict", "--config", candidate.path, status=1)["valid"] is True, "invalid?")
    with Candidate() as candidate:
        boothost("check", "--strict", "--config", candidate.path)


main()
