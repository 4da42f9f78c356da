# No option 43 and no file in the offer: each firmware asks on port 4011, from its own port.
policy shape boot-server
provider decide table
    rule.bios = architecture=x86-bios -> file=pxelinux.0
    rule.uefi = architecture=ia32-uefi -> file=ia32.efi server-name=files.example

packet 67 pxe/edk2-ia32-discover
answer 255.255.255.255:68 broadcast
    option.43 = absent
    option.60 = "PXEClient"
    option.54 = 0a:63:00:02
    siaddr = 10.99.0.2
    file = ""
trace
    shape = boot-server
    boot-file = ia32.efi
    quirk = no-vendor-option

packet 4011 pxe/edk2-ia32-boot-server from 10.99.0.101:4011
answer 10.99.0.101:4011 source
    file = "ia32.efi"
    sname = "files.example"

packet 67 pxe/ipxe-bios-discover
answer 255.255.255.255:68 broadcast
    option.43 = absent
    flags = broadcast
trace
    quirk = broadcast-flag

# iPXE repeats option 54 and asks from port 68.
packet 4011 pxe/ipxe-bios-boot-server from 10.99.0.189:68
    option.43 = absent
    option.54 = 0a:63:00:02
answer 10.99.0.189:68 source
    type = ACK
    file = "pxelinux.0"

# The same request for another server is not ours.
packet 4011 pxe/ipxe-bios-boot-server from 10.99.0.189:68
    option.54 = 0a:63:00:01
silence other-server
