# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real firmware boots to a program that proves itself, with both shapes of answer."""

import socket

from harness import DEFAULT, SRV, Daemon, case, expect, lab, main
from lablib import boot, packets

SERVED = {"default": DEFAULT}


def offers_of(folder):
    """Our OFFERs as the client saw them: behind a relay they come from the relay's address."""
    heard = [packets.dhcp(p) for p in packets.read(folder + "/capture.pcap") if p.sport == 67]
    return [m for m in heard if m and m["options"].get(54) == socket.inet_aton(SRV)]


def boots(client, shape, segment="a"):
    """The client boots; its story fits the shape; the daemon can explain it."""
    def test(folder):
        with Daemon(folder, SERVED, server={"answer-shape": shape}) as daemon:
            result = boot.boot(lab(), client, folder, segment=segment)
            told = daemon.ask("explain", boot.mac_of(client))
        expect(result["ok"], client, result["outcome"], result["console"])
        offers = offers_of(folder)
        expect(offers, "no OFFER of ours in the capture")
        if shape == "direct":
            expect("first_4011" not in result["milestones"], "it asked port 4011")
            expect(all(m["file"] and 43 in m["options"] for m in offers), offers)
        else:
            expect("first_4011" in result["milestones"], "it never asked port 4011")
            expect(not any(m["file"] or 43 in m["options"] for m in offers), offers)
        expect(told["boot-file"].startswith("marker"), told)
    return test


for name in ("bios", "uefi-x64", "uefi-ia32"):
    for answer_shape in ("direct", "boot-server"):
        case(f"{name} boots, shape {answer_shape}", 120)(boots(name, answer_shape))

case("bios boots behind a relay", 120)(boots("bios", "direct", "b"))
case("uefi-x64 boots behind a relay", 120)(boots("uefi-x64", "boot-server", "b"))
case("iPXE as a UEFI option ROM boots", 120)(boots("uefi-x64-ipxe", "direct"))

if __name__ == "__main__":
    main()
