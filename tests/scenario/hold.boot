# HOLD: Windows' loader polls and shows the message; firmware gets silence and asks again by itself.
provider early table
    rule.all = -> file=must-not-slip-out.efi
provider approval table
    rule.all = -> hold "message=Ann must approve this" poll=30 reason=pending

packet 4011 pxe/made-wdsmgfw-boot-server from 10.99.0.50:68
answer 10.99.0.50:68 source
    type = ACK
    xid = 0x40e20100
    file = ""
    ciaddr = 10.99.0.50
    option.250.2 = 01
    option.250.3 = 00:1e
    option.250.14 = 00
    option.250.6 = "Ann must approve this"
    option.97 = present
trace
    verdict = hold
    shape = wait
    boot-file =
    quirk = windows-wait
    quirk = any-xid

packet 67 pxe/edk2-x64-discover
silence silence, until it asks again
trace
    verdict = hold
