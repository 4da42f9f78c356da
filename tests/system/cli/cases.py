# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the command line share: cases told as TAP, the programs, and configurations.

A test file declares its cases with @case and ends in main(). None of them needs a network; those that
need a daemon make a namespace of their own.
"""

import glob
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
BUILD = os.path.realpath(os.environ.get("BOOTHOST_BUILD", os.path.join(TOP, "build")))
BOOTHOST = os.path.join(BUILD, "core", "boothost")
BOOTHOSTD = os.path.join(BUILD, "core", "boothostd")
VECTORS = os.path.join(TOP, "tests", "vectors")

# Of a UEFI program for x64, which is all of it that `check` looks at.
with open(os.path.join(VECTORS, "pe", "lld-x64.bin"), "rb") as vector:
    HEADERS = vector.read()

CASES = []


class Skip(Exception):
    """This machine cannot run the case; the text says why."""


def case(name):
    def add(function):
        CASES.append((name, function))
        return function
    return add


def expect(condition, *said):
    """An assertion with words of its own, which python -O leaves alone."""
    if not condition:
        raise AssertionError(" ".join(str(s) for s in said))


def boothost(*words, status=0, **how):
    """Runs the command line, expects its exit status, and returns what it printed."""
    done = subprocess.run([BOOTHOST, *map(str, words)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"}, **how)
    expect(done.returncode == status, "boothost", *words, "- exit", done.returncode, "instead of",
           status, "\n" + done.stdout + done.stderr)
    return done


def answer(*words, status=0):
    """The JSON that a verb prints."""
    return json.loads(boothost(*words, "--json", status=status).stdout)


def capture(path, *packets):
    """Writes a capture of (source, source port, destination, port, payload)."""
    def address(text):
        return bytes(map(int, text.split(".")))
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for source, source_port, to, port, payload in packets:
            udp = struct.pack(">HHHH", source_port, port, 8 + len(payload), 0) + payload
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                             address(source), address(to)) + udp
            frame = b"\xff" * 6 + b"\x52\x54\x00\x00\x00\x01" + b"\x08\x00" + ip
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


def vector(name):
    with open(os.path.join(VECTORS, name + ".bin"), "rb") as f:
        return f.read()


class Candidate:
    """A configuration in a folder of its own, which also holds root, state and modules."""

    DEFAULT = {"refuse": {"module": "filter", "deny": "52:54:00:00:00:66", "on-error": "drop"},
               "kinds": {"module": "architecture", "x86-bios": "bios.0", "x64-uefi": "x64.efi",
                         "ipxe": "boot.ipxe"}}

    def __init__(self, providers=None, server=None, chain=None, extra=""):
        self.folder = tempfile.mkdtemp(prefix="boothost-cli-")
        os.chmod(self.folder, 0o755)    # other users simulate with it, too
        self.root = os.path.join(self.folder, "root")
        self.socket = os.path.join(self.folder, "control")
        self.path = os.path.join(self.folder, "boothost.conf")
        for name in ("root", "state", "modules"):
            os.mkdir(os.path.join(self.folder, name))
        for path in glob.glob(os.path.join(BUILD, "providers", "*", "*.so")):
            shutil.copy2(path, os.path.join(self.folder, "modules"))
        for name, size in (("bios.0", 1000), ("x64.efi", 100000), ("boot.ipxe", 10)):
            with open(os.path.join(self.root, name), "wb") as f:
                head = HEADERS if name.endswith(".efi") else b""
                f.write(head + name.encode() * (size // len(name)))
        self.write(providers or self.DEFAULT, server or {}, chain, extra)

    def write(self, providers, server, chain, extra):
        groups = {"server": {"interfaces": "lo", "root": "root", "state": "state",
                             "modules": "modules", "control": "control", **server},
                  "chain": {"providers": chain or "; ".join(providers)},
                  **{"provider " + name: keys for name, keys in providers.items()}}
        with open(self.path, "w") as f:
            for group, keys in groups.items():
                f.write(f"[{group}]\n")
                f.writelines(f"{key} = {value}\n" for key, value in keys.items())
            f.write(extra)

    def line(self, text):
        """"FILE:LINE" of the line that holds a text."""
        with open(self.path) as f:
            for number, line in enumerate(f, 1):
                if text in line:
                    return f"boothost.conf:{number}"
        raise AssertionError(f"no line has {text}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def golden(name, text):
    """Compares with a file of golden/; BOOTHOST_GOLDEN=write renews it."""
    path = os.path.join(HERE, "golden", name)
    if os.environ.get("BOOTHOST_GOLDEN") == "write":
        with open(path, "w") as f:
            f.write(text)
    with open(path) as f:
        expected = f.read()
    expect(text == expected, f"golden/{name} says:\n{expected}\nbut it printed:\n{text}")


def run_case(number, name, function):
    try:
        function()
    except Skip as reason:
        print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        return True
    except Exception:                   # the other cases still run
        print(f"not ok {number} - {name}", flush=True)
        for line in traceback.format_exc().splitlines():
            print("# " + line, flush=True)
        return False
    print(f"ok {number} - {name}", flush=True)
    return True


def main():
    print(f"1..{len(CASES)}", flush=True)
    results = [run_case(n, name, function) for n, (name, function) in enumerate(CASES, 1)]
    sys.exit(0 if all(results) else 1)
