# SPDX-License-Identifier: LGPL-2.1-or-later
"""Firmware loads iPXE, iPXE loads the menu's script, the script loads a program; and no loop."""

from harness import Daemon, case, expect, lab, main
from lablib import boot, packets

MENU = {"module": "menu", "timeout": "2s", "items": "first; local", "label.first": "First program",
        "file.first": "marker-x64.efi", "label.local": "Boot from local disk", "local.local": "yes"}


def files_asked(folder):
    return [p.data[2:].split(b"\0")[0].decode() for p in packets.read(folder + "/capture.pcap")
            if p.dport == 69]


def chain_loads(client, loader):
    """`patient`: the firmware may name another boot option while iPXE works."""
    def test(folder):
        with Daemon(folder, {"default": {"module": "architecture", "x64-uefi": "ipxe.efi",
                                         "x86-bios": "undionly.kpxe", "ipxe": "menu.ipxe"},
                             "menu": MENU}):
            result = boot.boot(lab(), client, folder, patient=True)
        expect(result["ok"], result["outcome"], result["console"])
        asked = files_asked(folder)
        expect("menu.ipxe" in asked and "marker-x64.efi" in asked, asked)
        expect(loader is None or asked[0] == loader, asked)
        expect(asked.count("menu.ipxe") <= 2, "it came back for the script:", asked)
    return test


case("firmware, ipxe.efi, script, program", 120)(chain_loads("uefi-x64", "ipxe.efi"))
case("an option ROM that is iPXE gets the script at once", 120)(chain_loads("uefi-x64-ipxe", None))


@case("a configuration that loops is stopped, and says so", 120)
def loop_stopped(folder):
    # This ROM is iPXE, and so is what it is given: without a stop it loads undionly.kpxe for ever.
    with Daemon(folder, {"default": {"module": "architecture", "x86-bios": "undionly.kpxe",
                                     "ipxe": "undionly.kpxe"}}) as daemon:
        result = boot.boot(lab(), "bios", folder, expect="No more network devices|Nothing to boot|"
                           "No bootable device|Booting from Hard Disk", timeout=90)
        said = daemon.says()
    expect(result["ok"], result["outcome"], result["console"])
    loaded = files_asked(folder).count("undionly.kpxe")
    expect(2 <= loaded <= 20, "loaded", loaded, "times")
    expect("loop" in said, "the log does not name the loop: see boothostd.log")


if __name__ == "__main__":
    main()
