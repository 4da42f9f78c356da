# SPDX-License-Identifier: LGPL-2.1-or-later
"""boothost simulate --config: without a daemon, without privileges, with the full trace."""

import os
import re
import shutil
import subprocess

from cases import (BOOTHOST, Candidate, Skip, answer, boothost, capture, case, expect,
                   golden, main, vector)

MAC = "52:54:00:12:34:56"


def simulate(candidate, *words, status=0):
    return answer("simulate", "--config", candidate.path, *words, status=status)


def steady(text):
    """What is the same in every run: times are not."""
    return re.sub(r" +\d+ us", " N us", text)


@case("for people: a reply")
def _():
    with Candidate() as candidate:
        done = boothost("simulate", "--config", candidate.path, "--arch", "x64-uefi", "--mac", MAC,
                        "--server", "192.0.2.1", "--interface", "eth0")
        golden("simulate-reply.txt", steady(done.stdout))


@case("for people: a refusal")
def _():
    with Candidate() as candidate:
        done = boothost("simulate", "--config", candidate.path, "--arch", "bios", "--mac",
                        "52:54:00:00:00:66", "--server", "192.0.2.1", "--interface", "eth0",
                        status=1)
        golden("simulate-refusal.txt", steady(done.stdout))


@case("JSON has what it promises")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--arch", "x64-uefi", "--mac", MAC, "--server", "192.0.2.1")
        expect(said["verdict"] == "reply" and said["provider"] == "kinds", said)
        expect(said["boot-file"] == "x64.efi" and said["server"] == "192.0.2.1", said)
        expect(said["facts"]["mac"] == MAC and said["facts"]["architecture"] == "x64-uefi", said)
        expect([line["provider"] for line in said["trace"]] == ["refuse", "kinds"], said)
        for line in said["trace"]:
            expect({"provider", "verdict", "reason", "microseconds"} <= set(line), line)
            expect(isinstance(line["microseconds"], int), line)
        expect("direct-download" in said["quirks"], said)
        expect(said["answer"]["message"] == "OFFER" and said["answer"]["size"] >= 300, said)
        expect({"code": 60, "name": "vendor class", "text": "PXEClient"}
               in said["answer"]["options"], said)


@case("a refusal is exit 1, with the reason")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--arch", "x64", "--mac", "52-54-00-00-00-66", status=1)
        expect(said["verdict"] == "drop" and said["provider"] == "refuse", said)
        expect("answer" not in said and "52:54:00:00:00:66" in said["trace"][0]["reason"], said)


@case("nobody has a file: exit 1")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--arch", "arm64-uefi", "--mac", MAC, status=1)
        expect(said["boot-file"] == "" and said["silence"] != "", said)


@case("architectures by name, short form and number")
def _():
    with Candidate() as candidate:
        for word, file in (("x86-bios", "bios.0"), ("bios", "bios.0"), ("0", "bios.0"),
                           ("x64", "x64.efi"), ("9", "x64.efi"), ("0x7", "x64.efi")):
            said = simulate(candidate, "--arch", word, "--mac", MAC)
            expect(said["boot-file"] == file, word, said)


@case("iPXE is known as iPXE")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--arch", "bios", "--mac", MAC, "--loader", "ipxe")
        expect(said["facts"]["loader"] == "ipxe" and said["boot-file"] == "boot.ipxe", said)


@case("stage boot-server is answered at the client's address")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--mac", MAC, "--stage", "boot-server", "--address",
                        "192.0.2.77", "--server", "192.0.2.1")
        expect(said["stage"] == "boot-server", said)
        expect(said["destination"].startswith("192.0.2.77:4011"), said["destination"])
        expect(said["answer"]["message"] == "ACK", said)


@case("a client behind a relay is answered through it")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--mac", MAC, "--relay", "192.0.2.254")
        expect(said["destination"].startswith("192.0.2.254:67"), said["destination"])
        expect(said["facts"]["relay"] == "192.0.2.254", said["facts"])


@case("a UUID is told in both orders")
def _():
    with Candidate() as candidate:
        said = simulate(candidate, "--mac", MAC, "--uuid", "11223344-5566-7788-99aa-bbccddeeff00")
        expect(said["facts"]["uuid"] == "11223344-5566-7788-99aa-bbccddeeff00", said["facts"])
        expect(said["facts"]["uuid-swapped"] == "44332211-6655-8877-99aa-bbccddeeff00", said)


@case("a senseless client is exit 2, with words")
def _():
    with Candidate() as candidate:
        for words, part in ((("--mac", "5254"), "MAC"), (("--arch", "x64"), "--mac"),
                            (("--mac", MAC, "--arch", "x64-uef"), "did you mean 'x64-uefi'?"),
                            (("--mac", MAC, "--loader", "lilo"), "lilo"),
                            (("--mac", MAC, "--uuid", "zz"), "UUID"),
                            (("--mac", MAC, "--stage", "late"), "late"),
                            (("--mac", MAC, "--server", "here"), "--server"),
                            (("--mac", MAC, "--item", "70000"), "--item"),
                            (("--mac", MAC, "--attempt", "0"), "--attempt")):
            done = boothost("simulate", "--config", candidate.path, *words, status=2)
            expect(part in done.stderr and done.stdout == "", words, done.stderr)


@case("a configuration that cannot be used is exit 1, with its problems")
def _():
    with Candidate(server={"rooot": "x"}) as candidate:
        said = boothost("simulate", "--config", candidate.path, "--mac", MAC, status=1).stderr
        expect(candidate.line("rooot") in said and "rooot" in said, said)


@case("no privileges are needed")
def _():
    if os.geteuid() != 0:
        raise Skip("it runs without privileges anyway")
    with Candidate() as candidate:
        # Nobody may be able to read where it was built.
        program = shutil.copy2(BOOTHOST, candidate.folder)
        done = subprocess.run([program, "simulate", "--config", candidate.path, "--mac", MAC],
                              capture_output=True, text=True, timeout=60, user="nobody", check=False)
        expect(done.returncode == 0, done.stderr)


@case("packets of a capture")
def _():
    with Candidate() as candidate:
        path = os.path.join(candidate.folder, "boot.pcap")
        capture(path,
                ("0.0.0.0", 68, "255.255.255.255", 67, vector("pxe/edk2-x64-discover")),
                ("0.0.0.0", 68, "255.255.255.255", 67, vector("dhcp/dhclient-discover")),
                ("10.99.0.101", 4011, "10.99.0.2", 4011, vector("pxe/edk2-x64-boot-server")),
                ("10.99.0.2", 67, "255.255.255.255", 68, vector("pxe/direct-offer")),
                ("10.99.0.2", 67, "255.255.255.255", 67, b"\x01noise"))
        done = boothost("simulate", "--config", candidate.path, "--packet", path, "--json")
        expect("truncated" in done.stderr, "the noise is not named:", done.stderr)
        said = answer("simulate", "--config", candidate.path, "--packet", path)
        expect([one["frame"] for one in said] == [1, 2, 3], said)
        expect([one["verdict"] for one in said] == ["reply", "ignored", "reply"], said)
        expect(said[0]["facts"]["mac"] == "52:54:00:ee:1a:cb", said[0])
        expect(said[1]["silence"] == "not-pxe", said[1])
        expect(said[2]["server"] == "10.99.0.2", said[2])


@case("captures without requests, and files that are none")
def _():
    with Candidate() as candidate:
        path = os.path.join(candidate.folder, "boot.pcap")
        capture(path)
        said = boothost("simulate", "--config", candidate.path, "--packet", path, status=1).stderr
        expect("no DHCP request" in said, said)
        boothost("simulate", "--config", candidate.path, "--packet", candidate.path, status=2)
        said = boothost("simulate", "--config", candidate.path, "--packet", path, "--mac", MAC,
                        status=2).stderr
        expect("leave out" in said, said)


@case("without a daemon and without --config it says what to do")
def _():
    said = boothost("--socket", "/nonexistent/control", "simulate", "--mac", MAC, status=1).stderr
    expect("no daemon answers there" in said and "--socket" in said, said)


main()
