#!/usr/bin/python3
# SPDX-License-Identifier: MIT
import sys
import gi
gi.require_version("BootHost", "1.0")
from gi.repository import BootHost  # noqa: E402

class ByMac(BootHost.Provider):
    def do_decide(self, request, reply):
        if not (request.get_mac() or "").startswith(self.get_setting("prefix").lower()):
            return BootHost.Verdict.PASS
        reply.set_boot_file(self.get_setting("boot-file"))
        reply.set_reason("its MAC address begins with " + self.get_setting("prefix"))
        return BootHost.Verdict.REPLY

provider = ByMac(name="by-mac", version="1.0", summary="Boot file by the first bytes of the MAC")
text, must = BootHost.SettingType.TEXT, BootHost.SettingFlags.REQUIRED
provider.add_setting("prefix", text, must, None, "How the MAC address begins: 52:54:00")
provider.add_setting("boot-file", text, must, None, "What these machines boot")
sys.exit(provider.run(sys.argv))
