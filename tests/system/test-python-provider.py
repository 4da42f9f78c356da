# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example provider of twenty lines of Python decides what real firmware boots."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

from harness import BUILD, DEFAULT, MARKERS, TOP, Daemon, case, expect, lab, main
from lablib import boot

EXAMPLE = os.path.join(TOP, "providers", "examples", "python", "by-mac.py")
LIBRARY = os.path.join(BUILD, "plugins-api")


def install():
    """A folder that the unprivileged user of providers can read, unlike a checkout below /root."""
    folder = tempfile.mkdtemp(prefix="boothost-python-")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    for name in "libboothost.so.1", "BootHost-1.0.typelib":
        shutil.copy(os.path.join(LIBRARY, name), folder)
    shutil.copy(EXAMPLE, folder)
    os.environ["GI_TYPELIB_PATH"] = os.environ["LD_LIBRARY_PATH"] = folder
    return folder


def chain(folder, prefix, boot_file):
    return {"by-mac": {"command": os.path.join(folder, "by-mac.py"), "read-files": folder,
                       "prefix": prefix, "boot-file": boot_file},
            "default": DEFAULT}


def boots(client, arch):
    """The example names another program than the rest of the chain would."""
    other = MARKERS[arch].replace("marker", "other")

    def test(folder):
        mac = boot.mac_of(client)
        with Daemon(folder, chain(install(), mac[:8], other)) as daemon:
            result = boot.boot(lab(), client, folder)
            told = daemon.ask("explain", mac)
        expect(result["ok"], result["outcome"], result["console"], daemon.says())
        expect("program=other" in result["console"][0], result["console"])
        expect(told["boot-file"] == other, told)
        expect(f"its MAC address begins with {mac[:8]}" in str(told), told)
    return test


case("bios boots what the example says", 120)(boots("bios", "x86-bios"))
case("uefi-x64 boots what the example says", 120)(boots("uefi-x64", "x64-uefi"))


@case("a machine that is not the example's boots what the next provider says", 120)
def passes(folder):
    with Daemon(folder, chain(install(), "00:11:22", "none.efi")) as daemon:
        result = boot.boot(lab(), "bios", folder)
        told = daemon.ask("explain", boot.mac_of("bios"))
    expect(result["ok"], result["outcome"], result["console"], daemon.says())
    expect("'by-mac'" in str(told), "the example was not asked:", told)
    expect("program=marker" in result["console"][0], result["console"])


if __name__ == "__main__":
    if not os.path.exists(LIBRARY + "/BootHost-1.0.typelib"):
        print("1..0 # SKIP built without introspection: install libgirepository1.0-dev")
        sys.exit(0)
    if subprocess.run(["/usr/bin/python3", "-c", "import gi"], capture_output=True).returncode:
        print("1..0 # SKIP Python has no GObject: install python3-gi")
        sys.exit(0)
    main()
