# SPDX-License-Identifier: LGPL-2.1-or-later
"""boothostd as it is measured: the default chain, with an empty or a full device database."""

import glob
import os
import shutil
import sqlite3
import subprocess

from .net import INTERFACE, BenchError
from .servers import BOOT_FILE, Server

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

[chain]
providers = refuse; devices; menu; architecture

[provider refuse]
module = filter
deny = 52:54:00:12:34:56; 00:50:56

[provider devices]
module = database
uri = sqlite:///{state}/devices.db

[provider menu]
module = menu

[provider architecture]
module = architecture
x64-uefi = {boot_file}
loop-count = 1000
loop-window = 1s
"""


class Boothost(Server):
    """Ours, from a build folder."""

    def __init__(self, folder, root, built, program, devices, name):
        self.name, self.program, self.devices = name, program, devices
        super().__init__(folder, root)
        self.state = os.path.join(folder, name)
        self.modules = os.path.join(self.state, "modules")
        os.makedirs(self.modules)
        for module in glob.glob(os.path.join(built, "providers", "*", "*.so")):
            shutil.copy2(module, self.modules)
        self.config = os.path.join(self.state, "boothost.conf")
        with open(self.config, "w") as f:
            f.write(CONFIG.format(interface=INTERFACE, root=root, state=self.state, modules=self.modules,
                                  boot_file=BOOT_FILE))

    def command(self):
        return [self.program, "--config", self.config]

    def version(self):
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return said.stdout.strip()
