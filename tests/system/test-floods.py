# SPDX-License-Identifier: LGPL-2.1-or-later
"""Malformed and random packets, and floods from many sources: the others are answered meanwhile, the
memory of the daemon stays bounded, and it says what happened."""

import os

import flood as kinds
from harness import DEFAULT, Daemon, case, expect, flood, lab, main, programs
from lablib import boot, tools
from wire import PxeClient

SERVED = {"default": DEFAULT}
RATE = 4000                             # packets a second while firmware boots under emulation
BURST = 60000                           # packets a second, more than any firmware lab sends
MOST_MIB = 192                          # what all caps of core/base/limits.h together may cost

# Kind of flood -> where status tells of it.
COUNTED = {"random-bytes": ("requests", "bad-cookie"), "malformed-dhcp": ("requests", "option-overrun"),
           "valid-discover": ("requests", "answered"), "valid-request": ("requests", "answered"),
           "read-request": ("tftp", "limit-total"), "malformed-tftp": ("tftp", "malformed")}


def served(folder, number):
    """An offer and a file, for clients that have nothing to do with the flood."""
    with PxeClient(lab(), f"02:00:00:00:02:{number:02x}") as client:
        # UDP under flood: a client asks more than once, as firmware does.
        expect(any(client.discover(seconds=2) for _ in range(4)), "no OFFER for an honest client")
    result = tools.fetch(lab(), "curl", "marker-x64.efi", folder,
                         os.path.join(programs(), "marker-x64.efi"), 40)
    expect(result["ok"], "no file for an honest client:", result)


def survives(kind):
    """Twice the same burst: the first may fill what is bounded, the second must not grow it."""
    def test(folder):
        with Daemon(folder, SERVED) as daemon:
            served(folder, 0)
            sizes = []
            for number in (1, 2):
                with flood(kind, 6, BURST) as sender:
                    served(folder, number)
                    sender.wait(30)
                served(folder, number + 2)
                sizes.append(daemon.resident())
            status = daemon.ask("status")
        print(f"# {kind}: {sizes[0]:.0f} MiB, then {sizes[1]:.0f} MiB", flush=True)
        expect(max(sizes) < MOST_MIB, "memory:", sizes)
        expect(sizes[1] < sizes[0] * 1.25 + 8, "the same flood again costs more memory:", sizes)
        group, counter = COUNTED[kind]
        expect(status[group][counter] > 1000, "status does not say what happened:", group, counter)
    return test


for flood_kind in kinds.KINDS:
    case(f"a burst of {flood_kind}", 120)(survives(flood_kind))


@case("firmware boots while all kinds of packets rain", 180)
def boots(folder):
    with Daemon(folder, SERVED) as daemon:
        with flood("all", 170, RATE):
            for client in ("bios", "uefi-x64"):
                result = boot.boot(lab(), client, os.path.join(folder, client))
                expect(result["ok"], client, result["outcome"], result["console"])
        expect(daemon.resident() < MOST_MIB, "memory:", daemon.resident())


if __name__ == "__main__":
    main()
