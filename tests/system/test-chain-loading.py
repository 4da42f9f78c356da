# SPDX-License-Identifier: LGPL-2.1-or-later
"""Firmware loads iPXE, iPXE loads the menu's script, the script loads a program; and no loop."""

import itertools

from harness import Daemon, case, expect, lab, main
from lablib import boot, packets

SCRIPT = "boot.ipxe"
CHAIN = {"menu": {"module": "menu", "timeout": "2s", "items": "first; local", "ipxe-script": SCRIPT,
                  "text.first": "First program", "file.first.x64-uefi": "marker-x64.efi",
                  "file.first.x86-bios": "marker.0", "text.local": "Boot from local disk"},
         "default": {"module": "architecture", "x64-uefi": "ipxe.efi",
                     "x86-bios": "undionly.kpxe"}}


def files_asked(folder):
    """In order. A newer iPXE first asks for a script of its own, which nobody has."""
    names = [p.data[2:].split(b"\0")[0].decode() for p in packets.read(folder + "/capture.pcap")
             if p.dport == 69]
    return [name for name in names if name != "autoexec.ipxe"]


def chain_loads(client, *names):
    """It asks for these files in this order. `patient`: the firmware counts iPXE as a failure."""
    def test(folder):
        with Daemon(folder, CHAIN):
            result = boot.boot(lab(), client, folder, patient=True)
        expect(result["ok"], result["outcome"], result["console"])
        asked = [name for name, _ in itertools.groupby(files_asked(folder))]
        expect(asked == list(names), "it asked for", asked)
    return test


case("firmware, ipxe.efi, script, program", 120)(
    chain_loads("uefi-x64", "ipxe.efi", SCRIPT, "marker-x64.efi"))
case("an option ROM that is iPXE gets the script at once", 120)(
    chain_loads("bios", SCRIPT, "marker.0"))


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
