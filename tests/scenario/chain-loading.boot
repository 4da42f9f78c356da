# Firmware loads iPXE, iPXE gets a script: the real architecture provider ends the circle.
provider nbp architecture
    x64-uefi = ipxe/ipxe.efi
    x86-bios = undionly.kpxe
    ipxe = boot.ipxe

packet 67 pxe/edk2-x64-discover
answer 255.255.255.255:68 broadcast
    file = "ipxe/ipxe.efi"
trace
    fact.loader = firmware
transfer 52:54:00:ee:1a:cb ipxe/ipxe.efi completed

wait 2s
packet 67 pxe/ipxe-efi-chained-discover
    chaddr = 52:54:00:ee:1a:cb
answer 255.255.255.255:68 broadcast
    file = "boot.ipxe"
trace
    fact.loader = ipxe
    fact.attempt = 1
