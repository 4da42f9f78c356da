# SPDX-License-Identifier: LGPL-2.1-or-later
"""From what a daemon recorded to what a new configuration would change: record, diff, simulate --packet."""

import os
import shutil
import subprocess

from cases import Candidate, Skip, answer, boothost, case, expect, main
from live import daemon, enter_namespace, probe

ONE = "52:54:00:12:34:56"
TWO = "52:54:00:00:00:02"


def recording(candidate, clients=(ONE, TWO)):
    """The requests of some clients and their answers, with a daemon that has stopped since."""
    for mac in clients:
        probe("--mac", mac, "--arch", "x64-uefi")
    probe("--mac", ONE, "--arch", "bios")
    return os.path.join(candidate.folder, "requests.pcapng")


class Recorded:
    """A daemon's recording, kept behind its end."""

    def __init__(self, **server):
        with daemon(server={"record": "requests.pcapng", **server}) as candidate:
            path = recording(candidate)
            self.status = answer("--socket", candidate.socket, "status")
            self.lines = boothost("--socket", candidate.socket, "status").stdout
            candidate.stop()
            self.candidate = Candidate()
            self.path = os.path.join(self.candidate.folder, "requests.pcapng")
            shutil.copy(path, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.candidate.folder)


def other(candidate, **kinds):
    """Another configuration beside the candidate's: what it names for each kind of machine."""
    old = candidate.path
    with open(old) as f:
        text = f.read()
    for key, value in kinds.items():
        key = key.replace("_", "-")
        text = "\n".join(f"{key} = {value}" if line.startswith(key + " =") else line
                         for line in text.splitlines()) + "\n"
    path = os.path.join(candidate.folder, "new.conf")
    with open(path, "w") as f:
        f.write(text)
    return old, path


def fields(path, *names, only=""):
    if shutil.which("tshark") is None:
        raise Skip("tshark is not installed")
    words = [word for name in names for word in ("-e", name)]
    done = subprocess.run(["tshark", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
                           *(["-Y", only] if only else []), "-T", "fields", *words],
                          capture_output=True, text=True, check=False)
    expect(done.returncode == 0, done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]


@case("requests and answers are recorded, and status counts them")
def _():
    with Recorded() as record:
        said = record.status["recording"]
        expect(said["left-out"] == 0 and said["file"].endswith("/requests.pcapng"), said)
        expect("recording" in record.lines and "requests.pcapng" in record.lines, record.lines)


@case("Wireshark reads it: DHCP, good checksums, links and comments")
def _():
    with Recorded() as record:
        rows = fields(record.path, "dhcp.type", "ip.checksum.status", "udp.checksum.status", "frame.interface_name",
                      "frame.comment")
        expect(len(rows) == 12, rows)           # three boots of two requests and two answers
        expect({row[0] for row in rows} == {"1", "2"}, rows)
        expect({(row[1], row[2]) for row in rows} == {("1", "1")}, rows)
        expect({row[3] for row in rows} == {"lo"}, rows)
        expect(rows[0][4].startswith("boothost: server=127.0.0.1 attempt=1"), rows)


@case("tcpdump reads it")
def _():
    if shutil.which("tcpdump") is None:
        raise Skip("tcpdump is not installed")
    with Recorded() as record:
        done = subprocess.run(["tcpdump", "-n", "-r", record.path], capture_output=True, text=True, check=False)
        expect(done.returncode == 0 and len(done.stdout.splitlines()) == 12, done.stdout, done.stderr)
        expect("BOOTP/DHCP, Request from " + ONE in done.stdout, done.stdout)


@case("pseudonyms: the maker stays, the machine goes, two machines stay two")
def _():
    with Recorded(**{"record-macs": "pseudonym"}) as record:
        with open(record.path, "rb") as f:
            raw = f.read()
        expect(bytes.fromhex("525400123456") not in raw and b"12:34:56" not in raw, "a MAC is in there")
        rows = fields(record.path, "dhcp.hw.mac_addr", "udp.checksum.status")
        macs = {row[0] for row in rows}
        expect(len(macs) == 2 and all(mac.startswith("52:54:00") for mac in macs), macs)
        expect({row[1] for row in rows} == {"1"}, rows)


@case("a recording rotates within its bounds")
def _():
    with daemon(server={"record": "requests.pcapng", "record-size": "64K", "record-files": "2"}) as candidate:
        for number in range(60):
            probe("--mac", f"52:54:00:00:01:{number:02x}", "--arch", "x64-uefi")
        candidate.stop()
        files = [name for name in os.listdir(candidate.folder) if name.startswith("requests.pcapng")]
        expect(sorted(files) == ["requests.pcapng", "requests.pcapng.1"], files)
        sizes = [os.path.getsize(os.path.join(candidate.folder, name)) for name in files]
        expect(all(size <= 65536 for size in sizes), sizes)


@case("a recording that cannot be made stops the start, with the file and what to do")
def _():
    try:
        with daemon(server={"record": "/nonexistent/requests.pcapng"}):
            pass
    except AssertionError as error:
        expect("/nonexistent/requests.pcapng" in str(error) and "make its folder" in str(error), error)
    else:
        raise AssertionError("it started")


@case("simulate --packet takes a recording, with the link and attempt of then")
def _():
    with Recorded() as record:
        said = answer("simulate", "--config", record.candidate.path, "--packet", record.path)
        expect(len(said) == 6 and said[0]["boot-file"] == "x64.efi", said)
        expect(said[0]["facts"]["interface"] == "lo" and said[0]["facts"]["server"] == "127.0.0.1", said[0])
        expect(said[0]["facts"]["attempt"] == "1", said[0])
        lines = boothost("simulate", "--config", record.candidate.path, "--packet", record.path).stdout
        expect(lines.startswith("frame 1, "), lines)


@case("diff of the same configuration: nothing differs")
def _():
    with Recorded() as record:
        path = record.candidate.path
        said = boothost("diff", path, path, "--replay", record.path).stdout
        expect(said == "6 requests of 2 clients replayed: all would be answered as before\n", said)
        said = answer("diff", path, path, "--replay", record.path)
        expect(said["findings"] == [] and said["clients"] == 2 and said["requests"] == 6, said)


@case("diff names the client, both files, who decided and why")
def _():
    with Recorded() as record:
        old, new = other(record.candidate, x86_bios="other.0")
        said = boothost("diff", old, new, "--replay", record.path, status=1).stdout
        expect(f"{ONE}, x86-bios, discover (frame " in said, said)
        expect("boot file: bios.0 -> other.0" in said, said)
        expect("old: reply by 'kinds'" in said and "new: reply by 'kinds'" in said, said)
        expect(TWO not in said and "1 client would be answered otherwise" in said, said)


@case("diff as JSON, each difference once however often it was asked for")
def _():
    with Recorded() as record:
        old, new = other(record.candidate, x64_uefi="grub.efi")
        said = answer("diff", old, new, "--replay", record.path, "--replay", record.path, status=1)
        expect(said["clients"] == 2 and said["differing"] == 2 and said["requests"] == 12, said)
        expect(len(said["findings"]) == 4, said)        # two clients, two stages
        first = said["findings"][0]
        expect(first["requests"] == 2 and first["stage"] == "discover", first)
        expect({"what": "boot file", "old": "x64.efi", "new": "grub.efi"} in first["differences"], first)


@case("diff sees one that is no longer answered")
def _():
    with Recorded() as record:
        old, new = other(record.candidate, deny=TWO)
        said = answer("diff", old, new, "--replay", record.path, status=1)
        expect({one["client"] for one in said["findings"]} == {TWO}, said)
        verdicts = [d for d in said["findings"][0]["differences"] if d["what"] == "verdict"]
        expect(verdicts == [{"what": "verdict", "old": "reply", "new": "drop"}], said)
        expect("'refuse'" in said["findings"][0]["new"], said)


@case("diff that cannot compare says why and exits 2")
def _():
    with Recorded() as record:
        path = record.candidate.path
        boothost("diff", path, status=2)
        boothost("diff", path, path, status=2)
        done = boothost("diff", path, path, "--replay", "/nonexistent", status=2)
        expect("/nonexistent" in done.stderr, done.stderr)
        done = boothost("diff", path, "/nonexistent.conf", "--replay", record.path, status=2)
        expect("/nonexistent.conf" in done.stderr, done.stderr)
        done = boothost("diff", path, path, "--replay", path, status=2)
        expect("name a capture" in done.stderr, done.stderr)


enter_namespace()
main()
