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
uri = sqlite:///{database}
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


# Number n is the load's client n: see pxe-client.h.
FILL = """\
WITH RECURSIVE client (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM client WHERE n + 1 < ?)
INSERT INTO device (mac, uuid, name, image)
SELECT printf('02:00:%02x:%02x:%02x:%02x', n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255),
       printf('7e0507b0-0000-0040-8000-0000%08x', n), 'device-' || n, 'debian-12' FROM client
"""


def make_devices(path, devices):
    """Fills the tables a provider has made with the clients of the load, and more of their kind."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        if devices > 0:
            database.execute(FILL, (devices,))
    database.close()


class Boothost(Server):
    """Ours, from a build folder. `more`: further lines of the database provider's group; `other`: one
    whose database this one shares."""

    def __init__(self, folder, root, built, program, devices, name, more="", other=None):
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
        self.database = other.database if other is not None else os.path.join(self.state, "devices.db")
        with open(self.config, "w") as f:
            f.write(CONFIG.format(interface=INTERFACE, root=root, state=self.state, modules=self.modules,
                                  boot_file=BOOT_FILE, more=more, database=self.database))

    def prepare(self):
        """Lets the provider make its tables, then fills them, unless another server has done so."""
        if not os.path.exists(self.database):
            self.start()
            self.stop()
            make_devices(self.database, self.devices)

    def command(self):
        return [self.program, "--config", self.config]

    def version(self):
        if self.devices > 0:
            return ""                   # the same program as without them
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return said.stdout.strip()
