# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policy by device: a machine in SQLite gets its own program, a denied one gets silence."""

import os
import sqlite3

from harness import BOOTHOST, DEFAULT, MARKERS, SRV, Daemon, case, expect, lab, main
from lablib import boot, packets
from lablib.util import run
from wire import PxeClient, option, uuid_bytes

MAC, OTHER = "52:54:00:00:00:11", "52:54:00:00:00:12"
UUID = "00112233-4455-6677-8899-aabbccddeeff"


def devices(folder):
    return {"devices": {"module": "database", "uri": "sqlite://" + folder + "/devices.db"},
            "default": DEFAULT}


def add(folder, column, value, boot_file):
    """A device, while the daemon runs: its schema is there since the daemon opened it."""
    with sqlite3.connect(os.path.join(folder, "devices.db"), timeout=10) as database:
        database.execute(f"INSERT INTO device ({column}, boot_file) VALUES (?, ?)",
                         (value, boot_file))
    database.close()


def file_for(client, **told):
    offers = client.discover(**told)
    expect(offers, "no OFFER for", client.mac)
    return offers[0]["file"].decode()


@case("a machine in SQLite boots its own program, its neighbour the default", 120)
def own_program(folder):
    with Daemon(folder, devices(folder)) as daemon:
        add(folder, "mac", MAC, "other.0")
        known = boot.boot(lab(), "bios", os.path.join(folder, "known"), mac=MAC)
        other = boot.boot(lab(), "bios", os.path.join(folder, "other"), mac=OTHER)
        told = daemon.ask("explain", MAC)
    expect(known["ok"] and "program=other" in known["console"][0], known)
    expect(other["ok"] and "program=marker" in other["console"][0], other)
    expect(told["boot-file"] == "other.0", told)
    expect([line["provider"] for line in told["trace"]] == ["devices", "default"], told)


@case("changes of the database count from the next packet on")
def live(folder):
    with Daemon(folder, devices(folder), server={"answer-shape": "direct"}), \
            PxeClient(lab(), MAC) as client:
        expect(file_for(client) == "marker-x64.efi", "unknown, yet not the default")
        add(folder, "mac", MAC, "other-x64.efi")
        expect(file_for(client) == "other-x64.efi", "the new row is not seen")


@case("a machine is known by its UUID in either byte order")
def by_uuid(folder):
    with Daemon(folder, devices(folder), server={"answer-shape": "direct"}):
        add(folder, "uuid", UUID, "other-x64.efi")
        plain = b"\0" + bytes.fromhex(UUID.replace("-", ""))
        for number, value in enumerate((uuid_bytes(UUID), plain)):
            with PxeClient(lab(), f"02:00:00:00:01:{number:02x}") as client:
                expect(file_for(client, extra=[option(97, value)]) == "other-x64.efi", value)


@case("a denied machine gets silence and the others are served", 120)
def denied(folder):
    listed = os.path.join(folder, "deny.list")
    with open(listed, "w") as f:
        f.write(f"# machines that are not ours\n{MAC}   # the old print server\n")
    chain = {"refuse": {"module": "filter", "deny-file": listed}, "default": DEFAULT}
    with Daemon(folder, chain) as daemon:
        refused = boot.boot(lab(), "bios", os.path.join(folder, "refused"), mac=MAC, timeout=40)
        served = boot.boot(lab(), "bios", os.path.join(folder, "served"), mac=OTHER)
        told = daemon.ask("explain", MAC)
    expect(not refused["ok"], "a denied machine booted")
    heard = [p for p in packets.read(folder + "/refused/capture.pcap") if p.src == SRV]
    expect(not heard, "a denied machine heard from us:", heard)
    expect(served["ok"], served["outcome"], served["console"])
    expect(told["verdict"] == "drop" and told["provider"] == "refuse", told)


@case("the command line's probe boots over the wire")
def probe(folder):
    with Daemon(folder, {"default": DEFAULT}):
        for arch in ("x86-bios", "x64-uefi"):
            said = run(lab().inside("host", [BOOTHOST, "probe", "--server", SRV, "--arch", arch]))
            expect(MARKERS[arch] in said, said)


if __name__ == "__main__":
    main()
