# SPDX-License-Identifier: LGPL-2.1-or-later
"""The boot menu of the firmware itself: shown, waited for, and chosen from with the keyboard."""

from harness import MARKERS, Daemon, case, expect, lab, main
from lablib import boot

PROMPT_SECONDS = 3
F8, DOWN, ENTER = r"\x1b[19~", r"\x1b[B", r"\r"
CTRL_M = r"\r"                          # EDK2 takes it as F8, whichever terminal it believes in


def keys(text):
    return text.encode().decode("unicode_escape").encode("latin-1")


def chain(arch):
    """The menu for firmware; this BIOS ROM is iPXE, and is treated as firmware here."""
    other = MARKERS[arch].replace("marker", "other")
    return {"menu": {
        "module": "menu", "firmware-menu": "all", "ipxe-menu": "firmware", "prompt": "Lab menu",
        "timeout": f"{PROMPT_SECONDS}s", "items": "first; second; local",
        "text.first": "First program", "file.first": MARKERS[arch],
        "text.second": "Second program", "file.second": other,
        "text.local": "Boot from local disk"}}


def booted(folder, client, arch, **told):
    with Daemon(folder, chain(arch)):
        return boot.boot(lab(), client, folder, **told)


def waits(client, arch):
    def test(folder):
        result = booted(folder, client, arch)
        expect(result["ok"], result["outcome"], result["console"])
        expect("program=marker" in result["console"][0], "not the first entry:", result["console"])
        steps = result["milestones"]
        waited = steps["first_4011"] - steps["first_answer"]
        expect(waited >= PROMPT_SECONDS - 0.5, "it did not wait for a key:", steps)
    return test


def chooses_second(client, arch, opener):
    def test(folder):
        result = booted(folder, client, arch, answers=[
            ("Lab menu", keys(opener)), ("Second program", keys(DOWN + ENTER))])
        expect(result["ok"], result["outcome"], result["console"])
        expect("program=other" in result["console"][0], "not the second entry:", result["console"])
    return test


def chooses_local(client, arch, opener, said):
    def test(folder):
        result = booted(folder, client, arch, expect=said, answers=[
            ("Lab menu", keys(opener)), ("local disk", keys(DOWN + DOWN + ENTER))])
        expect(result["ok"], result["outcome"], result["console"])
    return test


for name, architecture, key, gone in (
        ("bios", "x86-bios", F8, "Booting from Hard Disk"),
        ("uefi-x64", "x64-uefi", CTRL_M, "Remote boot cancelled")):
    case(f"{name} waits for the prompt, then takes the first entry", 120)(waits(name, architecture))
    case(f"{name} takes the entry that was chosen", 120)(chooses_second(name, architecture, key))
    case(f"{name} leaves for the local disk", 120)(chooses_local(name, architecture, key, gone))

if __name__ == "__main__":
    main()
