# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs that talk to a daemon, against a real one on the loopback of a namespace of its own."""

import json
import os
import shutil
import subprocess

from cases import BOOTHOST, Skip, answer, boothost, case, expect, main
from live import daemon, enter_namespace, probe

MAC = "52:54:00:12:34:56"
DENIED = "52:54:00:00:00:66"


def failed_step(said):
    expect(said["worked"] is False and said["steps"][-1]["worked"] is False, said)
    return said["steps"][-1]


@case("probe boots, from DISCOVER to checksum")
def _():
    with daemon() as candidate:
        file = os.path.join(candidate.root, "x64.efi")
        said = probe("--arch", "x64-uefi", "--expect-file", file)
        expect(said["worked"] is True, said)
        expect([step["step"] for step in said["steps"]] ==
               ["DISCOVER", "OFFER", "REQUEST", "ACK", "download", "checksum"], said)
        expect(said["boot-file"] == "x64.efi" and said["bytes"] == os.path.getsize(file), said)


@case("probe for people: one line a step")
def _():
    with daemon():
        lines = boothost("probe", "--server", "127.0.0.1", "--arch", "bios").stdout.splitlines()
        expect(len(lines) == 7 and lines[-1] == "the whole boot worked", lines)
        expect(all(" ok " in line and " ms " in line for line in lines[:-1]), lines)


@case("probe by broadcast on an interface, and from port 4011 on")
def _():
    with daemon():
        said = answer("probe", "--interface", "lo", "--arch", "bios")
        expect(said["worked"] is True, said)
        said = probe("--stage", "boot-server", "--arch", "bios")
        expect(said["steps"][0]["step"] == "REQUEST", said)


@case("probe as iPXE gets iPXE's file")
def _():
    with daemon():
        expect(probe("--loader", "ipxe")["boot-file"] == "boot.ipxe", "another file")


@case("probe of a denied client: no OFFER, and where to look")
def _():
    with daemon():
        step = failed_step(probe("--mac", DENIED, status=1))
        expect(step["step"] == "OFFER" and f"explain {DENIED}" in step["text"], step)


@case("probe of a file that is not there")
def _():
    with daemon() as candidate:
        os.unlink(os.path.join(candidate.root, "x64.efi"))
        step = failed_step(probe(status=1))
        expect(step["step"] == "download" and "no such file" in step["text"], step)


@case("probe of another file than expected")
def _():
    with daemon() as candidate:
        step = failed_step(probe("--expect-file", os.path.join(candidate.root, "bios.0"), status=1))
        expect(step["step"] == "checksum" and "expected" in step["text"], step)
        step = failed_step(probe("--expect-sha256", "00", status=1))
        expect(step["step"] == "checksum", step)
        step = failed_step(probe("--expect-file", "/nonexistent", status=1))
        expect("/nonexistent" in step["text"], step)


@case("probe where nobody answers")
def _():
    step = failed_step(answer("probe", "--server", "127.0.0.1", "--timeout", "300ms", status=1))
    expect(step["step"] == "OFFER" and "is boothostd running" in step["text"], step)


@case("probe without a server, or a senseless one")
def _():
    boothost("probe", status=2)
    boothost("probe", "--server", "nowhere", status=2)
    boothost("probe", "--server", "127.0.0.1", "--timeout", "soon", status=2)
    boothost("probe", "--interface", "nosuchlink", status=1)


@case("probe without the right to use port 68 says so")
def _():
    done = subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", BOOTHOST, "probe",
                           "--server", "127.0.0.1", "--timeout", "300ms"], capture_output=True,
                          text=True, timeout=30, check=False)
    expect(done.returncode == 1, done)
    expect("68" in done.stdout and "DISCOVER" in done.stdout, done.stdout, done.stderr)


@case("status says what is served and counted")
def _():
    with daemon() as candidate:
        probe()
        said = answer("--socket", candidate.socket, "status")
        expect(said["config"] == candidate.path and said["generation"] == 1, said)
        expect(said["interfaces"][0]["name"] == "lo", said)
        expect(said["requests"]["answered"] == 2, said["requests"])
        expect([one["name"] for one in said["providers"]] == ["refuse", "kinds"], said)
        lines = boothost("status", "--socket", candidate.socket).stdout
        for part in ("boothostd ", candidate.path, "refuse", "kinds", "answered"):
            expect(part in lines, part, "is missing in", lines)


@case("explain says why, by MAC, UUID and address")
def _():
    with daemon() as candidate:
        uuid = "11223344-5566-7788-99aa-bbccddeeff00"
        probe("--mac", MAC, "--uuid", uuid)
        for word in (MAC, MAC.replace(":", "-"), uuid, "127.0.0.1"):
            said = answer("--socket", candidate.socket, "explain", word)
            expect(said["client"] == MAC and said["verdict"] == "reply", word, said)
        expect(said["boot-file"] == "x64.efi" and said["provider"] == "kinds", said)
        expect({"facts", "trace", "quirks", "decisions", "transfers", "likely"} <= set(said), said)
        expect([one["outcome"] for one in said["transfers"]] == ["completed"], said["transfers"])
        lines = boothost("-s", candidate.socket, "explain", MAC).stdout
        for part in (MAC, "x64.efi", "kinds", "completed", "earlier decisions"):
            expect(part in lines, part, "is missing in", lines)


@case("explain of a denied client names the refusal")
def _():
    with daemon() as candidate:
        probe("--mac", DENIED, status=1)
        said = answer("--socket", candidate.socket, "explain", DENIED)
        expect(said["verdict"] == "drop" and said["provider"] == "refuse", said)
        expect(DENIED in said["trace"][0]["reason"], said["trace"])


@case("explain of an unknown client is exit 1, with what to do")
def _():
    with daemon() as candidate:
        done = boothost("--socket", candidate.socket, "explain", "02:00:00:00:00:09", status=1)
        expect("has not asked" in done.stderr and done.stdout == "", done.stderr)


@case("simulate asks the running chain")
def _():
    with daemon() as candidate:
        said = answer("--socket", candidate.socket, "simulate", "--mac", MAC, "--arch", "bios")
        expect(said["boot-file"] == "bios.0" and said["server"] == "127.0.0.1", said)
        expect(said["generation"] == 1 and said["facts"]["interface"] == "lo", said)
        said = answer("--socket", candidate.socket, "simulate", "--mac", DENIED, status=1)
        expect(said["verdict"] == "drop", said)
        boothost("--socket", candidate.socket, "explain", MAC, status=1)  # it leaves no session


def watch(candidate, *words):
    """boothost watch, from the moment on that it misses no event."""
    process = subprocess.Popen([BOOTHOST, "watch", "-s", candidate.socket, *words], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    expect("waiting for events" in process.stderr.readline(), "it does not say that it waits")
    return process


@case("watch shows events, as lines and as JSON")
def _():
    with daemon() as candidate:
        for words in ((), ("--json",)):
            process = watch(candidate, "--client", MAC, "--count", "3", *words)
            probe()                     # of another client: not shown
            probe("--mac", MAC)
            lines = process.communicate(timeout=30)[0].splitlines()
            expect(process.returncode == 0 and len(lines) == 3, lines)
            expect(all(MAC in line for line in lines), lines)
        events = [json.loads(line) for line in lines]
        expect([event["event"] for event in events] == ["answered", "answered", "transfer"], events)
        expect(all(event["client"] == MAC and event["time-us"] > 0 for event in events), events)


@case("watch ends with the daemon, exit 1")
def _():
    with daemon() as candidate:
        process = watch(candidate)
    said = process.communicate(timeout=30)[1]
    expect(process.returncode == 1 and "the daemon has stopped" in said, said)


@case("no daemon: exit 1, with what to do")
def _():
    for words in (("status",), ("explain", MAC), ("watch",), ("simulate", "--mac", MAC)):
        said = boothost("--socket", "/nonexistent/control", *words, status=1).stderr
        expect("/nonexistent/control: no daemon answers there: start boothostd" in said, said)


def as_other_user(candidate):
    program = shutil.copy2(BOOTHOST, candidate.folder)  # who may not be able to read where it was built
    try:
        return subprocess.run([program, "-s", candidate.socket, "status"], user=65534,
                              capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        raise Skip("no second user in this user namespace") from None


@case("another user is not let in by the socket's mode")
def _():
    with daemon() as candidate:
        done = as_other_user(candidate)
        expect(done.returncode == 1 and "may not talk to the daemon" in done.stderr, done)


@case("nor by the daemon, when the mode was loosened by hand")
def _():
    with daemon() as candidate:
        os.chmod(candidate.socket, 0o666)
        done = as_other_user(candidate)
        expect(done.returncode == 1 and "did not let us in" in done.stderr, done)
        expect(answer("-s", candidate.socket, "status")["generation"] == 1, "it serves no more")


enter_namespace()
main()
