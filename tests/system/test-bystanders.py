# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that want no network boot get their lease from their DHCP server and never hear from us."""

from harness import DEFAULT, Daemon, case, expect, lab, main
from lablib import tools

SERVED = {"default": DEFAULT}


def leased(tool):
    def test(folder):
        with Daemon(folder, SERVED):
            result = tools.lease(lab(), tool, folder)
        expect(result["lease"], tool, "got no lease: see client.log")
        expect(not result["answers_from_srv"], tool, "heard from us:", result["answers_from_srv"])
    return test


for client in tools.LEASERS:
    case(f"{client} gets its lease and hears nothing from us")(leased(client))

if __name__ == "__main__":
    main()
