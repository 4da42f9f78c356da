# What cannot be parsed ends there, and the next client is served.
provider decide table
    rule.all = architecture=x64-uefi -> file=x64.efi

packet 67 dhcp/bad-truncated
silence truncated
packet 67 dhcp/bad-cookie
silence bad-cookie
packet 67 dhcp/bad-op
silence bad-op
packet 67 dhcp/bad-hlen
silence bad-hardware-length
packet 67 dhcp/bad-overrun
silence option-overrun
packet 67 dhcp/bad-overrun-in-file
silence option-overrun
packet 67 dhcp/bad-split-too-long
silence split-too-long
packet 67 dhcp/made-no-options
silence not-pxe

# Options 43, 93, 94 and 97 of the wrong size count as missing.
packet 67 pxe/made-sloppy
silence no reason
trace
    fact.mac = 52:54:00:12:34:56
    fact.architecture =
    fact.uuid =
    fact.loader = ipxe
packet 67 pxe/edk2-x64-discover
answer 255.255.255.255:68 broadcast
    file = "x64.efi"
