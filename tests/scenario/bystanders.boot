# Who is not a netboot client, or asks somebody else, never hears from us.
provider decide table
    rule.all = family=nothing -> pass
    rule.mac = mac=52:54:00:00:00:01 -> file=a.0 reply

packet 67 dhcp/dhclient-discover
silence not-pxe
packet 67 dhcp/dhclient-request
silence not-pxe

# REQUESTs on port 67 belong to the DHCP server, netboot client or not.
packet 67 pxe/edk2-x64-request
silence not-discover
packet 67 pxe/ipxe-bios-request
silence not-discover
# INIT-REBOOT: no server named.
packet 67 pxe/edk2-x64-request
    option.54 = absent
    option.50 = 0a:63:00:65
silence not-discover
packet 67 pxe/edk2-x64-discover
    type = INFORM
silence not-discover
packet 67 pxe/edk2-x64-discover
    type = RELEASE
silence not-discover

# Another boot server's offer, seen by us as a broadcast.
packet 67 pxe/dnsmasq-uefi-offer
silence not-bootrequest
packet 4011 pxe/edk2-x64-discover
silence not-request

# A client that says nothing of itself.
packet 67 new
    chaddr = 00:00:00:00:00:00
silence no-identity
# One that no provider owns.
packet 67 new
    chaddr = 52:54:00:00:00:02
silence no reason
trace
    verdict = pass
packet 67 new
answer 255.255.255.255:68 broadcast
    file = "a.0"
