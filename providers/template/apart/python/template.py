#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Provider "template": gives every client one boot file. A beginning: the policy goes into do_decide."""
import sys

import gi

gi.require_version("BootHost", "1.0")
from gi.repository import BootHost  # noqa: E402


class Provider(BootHost.Provider):
    def do_decide(self, request, reply):
        reply.set_boot_file(self.get_setting("boot-file"))
        reply.set_reason("everybody gets it")
        return BootHost.Verdict.REPLY


provider = Provider(name="template", version="1.0", summary="One boot file for every client")
provider.add_setting("boot-file", BootHost.SettingType.TEXT, BootHost.SettingFlags.REQUIRED, None,
                     "What every client boots")
sys.exit(provider.run(sys.argv))
