# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a client and watches its serial console for the marker."""

import contextlib
import hashlib
import json
import os
import re
import select
import shlex
import subprocess
import time

from . import clients, packets
from .net import SRV
from .util import (LabError, end_process, session_that_dies, start_time,
                   wait_until)

DEFAULT_MARKER = "NBP-OK"
NEW_LINE = re.compile(rb"\x1b\[(?:\d+;0?1)?H")
ESCAPES = re.compile(rb"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78c]")


def mac_of(name):
    digest = hashlib.sha256(name.encode()).digest()
    return "52:54:00:" + digest[:3].hex(":")


def uuid_of(name):
    d = hashlib.sha256(name.encode()).hexdigest()
    return f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:32]}"


@contextlib.contextmanager
def tap(lab, segment):
    # First those of boots that were killed.
    out = lab.ip("cli", "-o", "link", "show", "type", "tun", check=False)
    for pid in re.findall(r"\btap(\d+)\b", out):
        if start_time(int(pid)) is None:
            lab.del_tap("tap" + pid)
    name = lab.add_tap(segment)
    try:
        yield name
    finally:
        lab.del_tap(name)


@contextlib.contextmanager
def capture(lab, which, device, path):
    """Captures a namespace's interface while the block runs."""
    log = path + ".log"
    proc = lab.child(which, ["tcpdump", "-i", device, "-n", "-U", "-Z",
                             "root", "--immediate-mode", "-s", "0", "-w",
                             path], log)

    def listening():
        with open(log) as f:
            return "listening on" in f.read() or proc.poll() is not None
    try:
        wait_until(listening, 5)
        if proc.poll() is not None:
            with open(log) as f:
                raise LabError("tcpdump: " + f.read().strip())
        yield
        time.sleep(0.2)                 # for the last packets
    finally:
        end_process(proc)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(log)


@contextlib.contextmanager
def server(lab, command, ports, log):
    """Runs a boot server in srv while the block runs."""
    busy = lab.ports("srv") & set(ports)
    if busy:
        raise LabError("a server already runs in srv: ports " + ", ".join(map(str, sorted(busy))))
    proc = lab.child("srv", command, log)
    try:
        lab.ready(proc, log, "srv", ports, "the boot server")
        yield
        if proc.poll() is not None:
            raise LabError(f"the boot server ended early, exit {proc.returncode}: see {log}")
    finally:
        end_process(proc)


class Console:
    """The serial console: logged, searched and answered."""

    def __init__(self, proc, path, expect, answers=(), patient=False):
        self.proc, self.log = proc, open(path, "wb")
        self.expect = re.compile(expect.encode())
        self.gave_up = re.compile(clients.GAVE_UP + (
            b"" if patient else b"|" + clients.FAILED))
        self.answers = [(re.compile(p.encode()), t) for p, t in answers]
        self.text, self.answered_to = b"", 0

    def _read(self, timeout):
        ready, _, _ = select.select([self.proc.stdout], [], [], timeout)
        if not ready:
            return True
        data = os.read(self.proc.stdout.fileno(), 65536)
        self.log.write(data)
        self.log.flush()
        self.text = ESCAPES.sub(b"", NEW_LINE.sub(b"\n", self.text + data))
        return bool(data)

    def _answer(self):
        if not self.answers:
            return
        pattern, reply = self.answers[0]
        found = pattern.search(self.text, self.answered_to)
        if found:
            self.answered_to = found.end()
            self.answers.pop(0)
            with contextlib.suppress(BrokenPipeError):
                self.proc.stdin.write(reply)

    def wait(self, timeout):
        """Waits for the marker: "marker", "gave up", "ended", "timeout"."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            alive = self._read(0.1)
            self._answer()
            if self.expect.search(self.text):
                return "marker"
            if self.gave_up.search(self.text):
                return "gave up"
            if not alive:
                return "ended"
        return "timeout"

    def drain(self, until, timeout):
        end = time.monotonic() + timeout
        while until not in self.text and time.monotonic() < end:
            if not self._read(0.1):
                break

    def lines(self, pattern):
        found = []
        for row in re.split(rb"[\r\n]+", self.text):
            row = row.decode("ascii", "replace").strip()
            row = re.sub(r"^(BdsDxe: failed.*?) from .*: ", r"\1: ", row)
            if re.match(pattern, row) and row not in found:
                found.append(row)
        return found

    def close(self):
        self.log.close()


def boot(lab, name, directory, expect=DEFAULT_MARKER, timeout=None, segment="a", accel="auto",
         nic=None, mac=None, uuid=None, memory=None, answers=(), patient=False, extra=()):
    """Boots one client; returns a result dict, "ok" when it succeeded."""
    lab.need_up()
    client = clients.find(name)
    accel = clients.accelerator(client, accel)
    os.makedirs(directory, exist_ok=True)

    def at(file):
        return os.path.join(directory, file)
    with contextlib.ExitStack() as stack:
        stack.callback(_remove, at("vars.fd"))
        device = stack.enter_context(tap(lab, segment))
        command = clients.qemu_command(
            client, device, directory, accel, nic=nic,
            mac=mac or mac_of(name), uuid=uuid or uuid_of(name),
            memory=memory, extra=extra)
        stack.enter_context(capture(lab, "cli", device, at("capture.pcap")))
        stack.enter_context(capture(lab, "srv", "eth0", at("server.pcap")))
        with open(at("qemu.log"), "w") as log:
            print(shlex.join(command), file=log, flush=True)
            began = time.time()
            proc = subprocess.Popen(lab.inside("cli", command), bufsize=0,
                                    stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=log,
                                    preexec_fn=session_that_dies)
        stack.callback(end_process, proc)
        console = Console(proc, at("serial.log"), expect, answers, patient)
        stack.callback(console.close)
        outcome = console.wait(timeout or client.timeout)
        seconds = round(time.time() - began, 2)
        console.drain(b"NBP-END", 3 if outcome == "marker" else 0.3)
    said = console.lines(r"NBP-|nbp: |PXE-[EM]|Error: |BdsDxe: failed")
    came = re.findall(r"^NBP-OK .*\bvia=(\w+)", "\n".join(said), re.M)
    if came and came[-1] != client.via and not patient:
        outcome = f"wrong way: via {came[-1]}, not {client.via}"
    result = {
        "client": name, "ok": outcome == "marker", "outcome": outcome,
        "seconds": seconds, "accel": accel, "segment": segment,
        "milestones": packets.milestones(at("capture.pcap"), began,
                                         SRV),
        "console": said, "qemu": _trouble(at("qemu.log")),
    }
    with open(at("packets.txt"), "w") as f:
        for when, line in packets.story(at("capture.pcap"), began):
            f.write(f"{when:9.3f}  {line}\n")
    with open(at("result.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    return result


def _remove(path):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _trouble(path):
    """What QEMU complained of."""
    with open(path) as f:
        said = [line.strip() for line in f.readlines()[1:]
                if "terminating on signal" not in line]
    if any("KVM internal error" in line for line in said):
        return [said[0], "this host's KVM cannot run this firmware: "
                "use --accel tcg"]
    return said[:3]


def report(result, directory):
    m = result["milestones"]
    steps = ", ".join(f"{what} {m[key]:.1f}" for key, what in (
        ("first_dhcp", "DHCP"), ("first_answer", "answer"),
        ("first_4011", "port 4011"), ("first_file", "file")) if key in m)
    print(f"{'ok' if result['ok'] else 'FAILED'}: {result['client']}: "
          f"{result['outcome']} after {result['seconds']} s "
          f"({result['accel']}{'; ' + steps if steps else ''})")
    for line in result["console"] + result["qemu"]:
        print("   " + line)
    print(f"   see {directory}")
