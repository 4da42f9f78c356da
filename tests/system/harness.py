# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every system test needs: cases told as TAP, the lab, and boothostd in its namespace srv.

A test file declares its cases with @case and ends in main(). Each case is bounded in time, has a folder
of its own for what it leaves behind (console, captures, the daemon's log), and fails by an exception.
"""

import contextlib
import functools
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "lab"))

from lablib import nbp                                                   # noqa: E402
from lablib.net import SRV, Lab                                          # noqa: E402
from lablib.util import LabError, end_process, run, wait_until           # noqa: E402

TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.realpath(os.environ.get("BOOTHOST_BUILD", os.path.join(TOP, "build-test")))
BOOTHOSTD = os.environ.get("BOOTHOSTD", os.path.join(BUILD, "core", "boothostd"))
BOOTHOST = os.environ.get("BOOTHOST", os.path.join(BUILD, "core", "boothost"))
MODULES = os.environ.get("BOOTHOST_MODULES", os.path.join(BUILD, "providers", "*"))
OUT = os.path.join(BUILD, "system-tests")
PORTS = (67, 69, 4011)
SKIPPED = 77                            # meson's exit status for it

# The boot programs of the lab. Those with iPXE in their ROM are iPXE from the first packet.
MARKERS = {"x86-bios": "marker.0", "x64-uefi": "marker-x64.efi", "ia32-uefi": "marker-ia32.efi"}
DEFAULT = {"module": "architecture", **MARKERS,
           **{"ipxe." + name: file for name, file in MARKERS.items()}}

CASES = []


def case(name, seconds=60):
    def add(function):
        CASES.append((name, seconds, function))
        return function
    return add


def expect(condition, *said):
    """An assertion with words of its own, which python -O leaves alone."""
    if not condition:
        raise AssertionError(" ".join(str(s) for s in said))


@functools.lru_cache(maxsize=None)
def lab():
    """The lab of this build folder, created at first use, gone when the test file ends."""
    made = Lab("bh" + hashlib.sha256(BUILD.encode()).hexdigest()[:8])
    made.down()                         # what a killed run left
    made.up()
    return made


@functools.lru_cache(maxsize=None)
def programs():
    """The folder of boot programs, built once a build folder."""
    folder = os.path.join(OUT, "programs")
    done = os.path.join(folder, "built")
    if not os.path.exists(done):
        nbp.build(folder)
        with open(done, "w"):
            pass
    return folder


@functools.lru_cache(maxsize=None)
def modules():
    """All provider modules of the build in one folder, as an installation has them."""
    folder = os.path.join(OUT, "modules")
    os.makedirs(folder, exist_ok=True)
    found = [path for pattern in MODULES.split(":") for path in glob.glob(
        pattern if pattern.endswith(".so") else os.path.join(pattern, "*.so"))]
    expect(found, "no provider module in", MODULES)
    for path in found:
        shutil.copy2(path, folder)
    return folder


def write_groups(path, groups):
    with open(path, "w") as f:
        for group, settings in groups.items():
            f.write(f"[{group}]\n")
            f.writelines(f"{key} = {value}\n" for key, value in settings.items())


class Daemon:
    """boothostd, in srv, with a configuration written for one case."""

    def __init__(self, folder, providers, root=None, server=None, tftp=None):
        """`providers`: {name: settings} in the order of the chain; `server`, `tftp`: further keys."""
        self.folder, self.process = folder, None
        self.tftp = tftp or {}
        # A socket's path is short by nature, and a case's folder is named by its whole sentence.
        self.socket = os.path.join(tempfile.mkdtemp(prefix="boothost-"), "control")
        self.log = os.path.join(folder, "boothostd.log")
        self.config = os.path.join(folder, "boothost.conf")
        self.server = {"interfaces": "eth0", "root": root or programs(), "state": folder,
                       "modules": modules(), "control": self.socket, **(server or {})}
        self.configure(providers)

    def configure(self, providers, server=None):
        """Writes the configuration; a running daemon takes it with a reload."""
        write_groups(self.config, {
            "server": {**self.server, **(server or {})}, "tftp": self.tftp,
            "chain": {"providers": "; ".join(providers)},
            **{"provider " + name: settings for name, settings in providers.items()}})

    def __enter__(self):
        self.process = lab().child("srv", [BOOTHOSTD, "--config", self.config], self.log)
        try:
            bound = [port for port in PORTS if port != 67 or self.server.get("dhcp", "bind") == "bind"]
            lab().ready(self.process, self.log, "srv", bound, "boothostd")
        except LabError:
            end_process(self.process)
            raise
        return self

    def __exit__(self, kind, *_):
        code = self.process.poll()
        end_process(self.process, 10)
        shutil.rmtree(os.path.dirname(self.socket), ignore_errors=True)
        if kind is None:
            expect(code is None, f"boothostd ended by itself, exit {code}: see {self.log}")
            expect(self.process.returncode == 0, f"boothostd: exit {self.process.returncode} after "
                   f"SIGTERM: see {self.log}")

    def says(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def resident(self):
        """Its memory in MiB."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024

    def ask(self, *words):
        """What `boothost VERB... --json` answers."""
        done = subprocess.run([BOOTHOST, "--socket", self.socket, *words, "--json"],
                              capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        expect(done.returncode == 0, "boothost", *words, "exit", done.returncode, done.stderr)
        return json.loads(done.stdout)


@contextlib.contextmanager
def flood(kind, seconds, rate):
    """Packets of a kind of flood.py, from the namespace host, while the block runs or for so long."""
    mac = json.loads(lab().ip("srv", "-j", "link", "show", "eth0"))[0]["address"]
    sender = lab().child("host", [sys.executable, "-B", os.path.join(HERE, "flood.py"), "eth0", mac,
                                  kind, str(seconds), str(rate)], os.path.join(OUT, "flood.log"))
    try:
        yield sender
    finally:
        end_process(sender)


def outcome_of(name, seconds, function, folder):
    """Runs one case; returns None or what went wrong."""
    def late(number, frame):
        raise TimeoutError(f"not done after {seconds} s")
    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        function(folder)
    except (LabError, AssertionError, TimeoutError) as error:
        return str(error) or repr(error)
    except Exception:                   # the other cases still run
        return traceback.format_exc()
    finally:
        signal.alarm(0)
    return None


def selected():
    words = sys.argv[1:]
    return [c for c in CASES if not words or any(w in c[0] for w in words)]


def main():
    """Runs the cases of a file, or those whose names hold a word of the command line."""
    test = os.path.basename(sys.argv[0]).removeprefix("test-").removesuffix(".py")
    if os.geteuid() != 0:
        print("1..0 # SKIP network namespaces need root: sudo tests/system/run " + test)
        sys.exit(0)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    cases, failed = selected(), 0
    print(f"1..{len(cases)}", flush=True)
    try:
        for number, (name, seconds, function) in enumerate(cases, 1):
            folder = os.path.join(OUT, test, re.sub("[^A-Za-z0-9.]+", "-", name))
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            began = time.monotonic()
            wrong = outcome_of(name, seconds, function, folder)
            failed += wrong is not None
            print(f"{'ok' if wrong is None else 'not ok'} {number} - {name} "
                  f"# {time.monotonic() - began:.1f} s", flush=True)
            if wrong is not None:       # on stderr, which meson shows
                for line in (wrong + f"\nsee {folder}").splitlines():
                    print("# " + line, file=sys.stderr, flush=True)
    finally:
        if lab.cache_info().currsize:
            lab().down()
    sys.exit(1 if failed else 0)
