# SPDX-License-Identifier: LGPL-2.1-or-later
"""boothostd as it is measured: the default chain, with an empty or a full device database."""

import glob
import os
import shutil
import sqlite3
import subprocess

from .files import BOOT_FILE
from .net import INTERFACE
from .servers import Server

# Clients of the load repeat themselves many times a second, as no machine does: so the chain's stop of
# boot loops counts but does not act, and every answer has the direct shape.
CONFIG = """\
[server]
interfaces = {interface}
root = {root}
state = {state}
modules = {modules}
control = {state}/control
answer-shape = direct

[tftp]
window-size = 64

[chain]
providers = refuse; devices; menu; architecture

[provider refuse]
module = filter
deny = 52:54:00:12:34:56; 00:50:56

[provider devices]
module = database
uri = sqlite:///{state}/devices.db
{more}
[provider menu]
module = menu
items = local; rescue
file.rescue = rescue.efi

[provider architecture]
module = architecture
x64-uefi = {boot_file}
loop-count = 1000
loop-window = 1s
"""


def device(number):
    """MAC, UUID and name of the load's client of that number; see pxe-client.h."""
    digits = f"{number:08x}"
    mac = "02:00:" + ":".join(digits[at:at + 2] for at in range(0, 8, 2))
    return mac, f"7e0507b0-0000-0040-8000-0000{digits}", f"device-{number}"


def make_devices(path, devices):
    """Fills the tables a provider has made with the clients of the load, and more of their kind."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executemany(
            "INSERT INTO device (mac, uuid, name, image) VALUES (?, ?, ?, 'debian-12')",
            (device(number) for number in range(devices)))
    database.close()


class Boothost(Server):
    """Ours, from a build folder. `more`: further lines of the database provider's group."""

    def __init__(self, folder, root, built, program, devices, name, more=""):
        self.name, self.program, self.devices = name, program, devices
        super().__init__(folder, root)
        if devices > 0:
            self.kinds = {"answers"}    # devices cost a download nothing
        self.state = os.path.join(folder, name)
        self.modules = os.path.join(self.state, "modules")
        os.makedirs(self.modules)
        for module in glob.glob(os.path.join(built, "providers", "*", "*.so")):
            shutil.copy2(module, self.modules)
        self.config = os.path.join(self.state, "boothost.conf")
        with open(self.config, "w") as f:
            f.write(CONFIG.format(interface=INTERFACE, root=root, state=self.state, modules=self.modules,
                                  boot_file=BOOT_FILE, more=more))

    def prepare(self):
        """Lets the provider make its tables, then fills them."""
        self.start()
        self.stop()
        make_devices(os.path.join(self.state, "devices.db"), self.devices)

    def command(self):
        return [self.program, "--config", self.config]

    def version(self):
        if self.devices > 0:
            return ""                   # the same program as without them
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return said.stdout.strip()
