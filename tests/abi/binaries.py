#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Providers of earlier contracts run on this host: the kept binaries, and their sources with the headers of then.

    binaries.py FOLDER-OF-THE-STORE
"""

import glob
import os
import platform
import shutil
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "system", "cli"))

from cases import CASES, Candidate, answer, boothost, expect, main    # noqa: E402
from live import daemon, enter_namespace, probe                      # noqa: E402

MAC = "52:54:00:12:34:56"
INLINE = {"module": "old-inline", "file": "${mac}/${old}.efi", "count": "42", "loud": "yes", "names": "a; b; c",
          "text.word": "said"}
CONTENT = {"files": {"module": "old-content"},
           "kinds": {"module": "architecture", "ipxe": "bytes.ipxe", "grub": "reader.ipxe"}}


def put(modules, candidate):
    for path in glob.glob(os.path.join(modules, "*.so")):
        shutil.copy(path, os.path.join(candidate.folder, "modules"))


def shows(modules):
    for path in sorted(glob.glob(os.path.join(modules, "*.so"))):
        said = answer("provider", "show", path)
        expect(said["version"] == os.environ["BOOTHOST_OLD"] and "refused" not in said, said)


def decides(modules):
    with Candidate({"one": INLINE}) as candidate:
        put(modules, candidate)
        said = answer("simulate", "--config", candidate.path, "--mac", MAC, "--arch", "x64-uefi")
        expect(said["boot-file"] == f"{MAC}/binary.efi" and said["facts"]["old"] == "binary", said)
        expect(said["trace"][0]["reason"] == f"0.9: one of {MAC}, count 42, wait 250000, loud 1, items 3, said", said)
        expect(said["trace"][0]["notes"] == ["time goes on"], said)
        expect([o["text"] for o in said["answer"]["options"] if o["code"] == 210] != [], said["answer"])
        passed = answer("simulate", "--config", candidate.path, "--mac", MAC, "--arch", "bios", status=1)
        expect(passed["verdict"] == "pass", passed)


def refuses_settings(modules):
    with Candidate({"one": {"module": "old-inline", "fiel": "x"}}) as candidate:
        put(modules, candidate)
        said = boothost("check", "--config", candidate.path, status=1).stdout
        expect("did you mean 'file'" in said or "'file'" in said, said)


def decides_later(modules):
    with Candidate({"one": {"module": "old-later"}}) as candidate:
        put(modules, candidate)
        said = answer("simulate", "--config", candidate.path, "--mac", MAC, "--arch", "bios")
        expect(said["verdict"] == "reply" and said["shape"] == "menu", said)
        expect(said["trace"][0]["reason"] == "0.9: a thread of its own says so", said)


def gives_files(modules):
    with Candidate(CONTENT) as candidate:
        put(modules, candidate)
        boothost("check", "--strict", "--config", candidate.path)
    with Candidate({**CONTENT, "kinds": {"module": "architecture", "ipxe": "name.ipxe"}}) as candidate:
        put(modules, candidate)
        said = boothost("check", "--config", candidate.path).stdout
        expect("would be sent for 'real.ipxe'" in said, said)


class Served:
    """A daemon whose module folder holds the old ones."""

    def __init__(self, modules, providers):
        self.modules = modules
        self.providers = providers

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="boothost-old-")
        for path in glob.glob(os.path.join(self.modules, "*.so")):
            shutil.copy(path, self.folder)
        build = os.path.join(os.environ["BOOTHOST_BUILD"], "providers")
        shutil.copy(os.path.join(build, "architecture", "architecture.so"), self.folder)
        self.daemon = daemon(providers=self.providers, server={"modules": self.folder})
        return self.daemon.__enter__()

    def __exit__(self, *problem):
        self.daemon.__exit__(*problem)
        shutil.rmtree(self.folder)


def serves_files(modules):
    with tempfile.NamedTemporaryFile("w") as wanted:
        wanted.write("#!ipxe\necho 0.9 made this\n")
        wanted.flush()
        with Served(modules, CONTENT):
            for loader in ("ipxe", "grub"):
                said = probe("--loader", loader, "--expect-file", wanted.name)
                expect(said["worked"] is True, said)


def is_swapped(modules):
    with Served(modules, {"menu": {"module": "old-later"}}) as candidate:
        probe("--arch", "bios", "--stage", "boot-server", "--item", "32769", status=1)    # there is no file
        said = answer("--socket", candidate.socket, "reload")
        expect(said["reloaded"] is True and said["carried"] == ["menu"], said)
        status = answer("--socket", candidate.socket, "status")
        expect(status["generation"] == 2, status)


CHECKS = {"are shown": shows, "decide, with settings, facts, templates and options": decides,
          "have settings that are checked": refuses_settings, "answer LATER, with a menu": decides_later,
          "give files: bytes, another name, a reader": gives_files, "serve them over TFTP": serves_files,
          "hand their memory on in a reload": is_swapped}


def add(version, kind, modules):
    for words, check in CHECKS.items():
        def run(check=check):
            os.environ["BOOTHOST_OLD"] = version
            check(modules)
        CASES.append((f"providers of {version} {words} ({kind})", run))


def collect(store, scratch):
    for source in sorted(glob.glob(os.path.join(store, "*", ""))):
        version = os.path.basename(os.path.dirname(source))
        kept = os.path.join(source, platform.machine())
        if os.path.isdir(kept):
            add(version, "the kept binaries", kept)
        built = os.path.join(scratch, version)
        subprocess.run(["sh", os.path.join(store, "build"), version, built], check=True)
        add(version, "built from the frozen headers", built)


enter_namespace()
with tempfile.TemporaryDirectory(prefix="boothost-store-") as folder:
    collect(sys.argv[1], folder)
    main()
