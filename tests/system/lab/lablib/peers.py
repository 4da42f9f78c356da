# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reference boot server, dnsmasq: when a test fails, is it the lab or boothost?"""

from .net import DNSMASQ

# dnsmasq's name of the architecture -> boot program. It takes architecture 7 for either x64 name.
SERVICES = {"x86PC": "marker.0", "IA32_EFI": "marker-ia32.efi", "BC_EFI": "marker-x64.efi",
            "X86-64_EFI": "marker-x64.efi"}

PORTS = [67, 69, 4011]


def dnsmasq(root):
    """The command of a proxyDHCP server with TFTP, to run in srv."""
    return [*DNSMASQ, "--interface=eth0", "--except-interface=lo", "--bind-interfaces",
            "--enable-tftp", "--tftp-root=" + root,
            "--dhcp-range=10.99.0.0,proxy,255.255.255.0",
            "--dhcp-range=10.99.1.0,proxy,255.255.255.0",
            *(f"--pxe-service={arch},Lab marker,{name}" for arch, name in SERVICES.items())]
