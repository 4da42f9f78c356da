# BIOS firmware shows the menu, and asks for the chosen entry with xid 0 and a bare PXEClient.
provider decide table
    rule.first = stage=discover -> "menu=10:Press F8" "item=32768:Install Debian" "item=0:Local disk" reply
    rule.install = boot-item=32768 -> file=debian/pxelinux.0 reply

packet 67 pxe/ipxe-bios-discover
answer 255.255.255.255:68 broadcast
    file = ""
    siaddr = 10.99.0.2
    option.43.6 = 03
    option.43.8 = 8000:01:0a630002
    option.43.10 = 0a:50726573732046 38
    option.43.71 = absent
trace
    shape = menu
    boot-file =
    quirk = menu-control
    no-quirk = direct-download

wait 7s
packet 4011 pxe/ipxe-bios-boot-server from 10.99.0.189:68
answer 10.99.0.189:68 source
    xid = 0x00000000
    type = ACK
    ciaddr = 10.99.0.189
    siaddr = 10.99.0.2
    file = "debian/pxelinux.0"
    option.43 = 47:04:80:00:00:00:ff
trace
    shape = boot-server
    quirk = any-xid
    quirk = boot-item-echo

# An entry that nobody has: silence, so that the boot server which has it may answer.
packet 4011 pxe/ipxe-bios-boot-server from 10.99.0.189:68
    option.43.71 = 80:05:00:00
silence no reason
trace
    verdict = pass

# Credentials (BIS) are asked for: silence is the rule.
packet 4011 pxe/ipxe-bios-boot-server from 10.99.0.189:68
    option.43.71 = 80:00:80:00
silence credentials
