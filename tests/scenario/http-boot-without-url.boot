# A TFTP name is nothing for HTTP Boot: silence, and the reason in the trace.
provider decide table
    rule.http = architecture=x64-uefi-http -> file=x64.efi
    rule.pxe = architecture=x64-uefi -> file=http://10.99.0.2/x64.efi
    rule.ipxe = loader=ipxe -> file=http://10.99.0.2/boot.ipxe

packet 67 pxe/edk2-x64-http-discover
silence no http:// or https:// URL
packet 67 pxe/edk2-x64-discover
silence a URL, which PXE firmware cannot load
packet 67 pxe/ipxe-bios-discover
answer 255.255.255.255:68 broadcast
    file = "http://10.99.0.2/boot.ipxe"
