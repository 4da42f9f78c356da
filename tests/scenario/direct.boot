# EDK2 is told the file in the offer, and asks nothing on port 4011.
provider decide table
    rule.x64 = architecture=x64-uefi -> file=boot/x64.efi reply reason=ours

packet 67 pxe/edk2-x64-discover
answer 255.255.255.255:68 broadcast
    type = OFFER
    xid = 0x0a5def0e
    flags = broadcast
    yiaddr = 0.0.0.0
    siaddr = 10.99.0.2
    file = "boot/x64.efi"
    option.54 = 0a:63:00:02
    option.60 = "PXEClient"
    option.97 = 00:08:cb:1a:ee:bb:13:f5:50:9e:5c:6d:bf:7f:54:1c:bf
    option.43 = 06:01:08:ff
    option.67 = absent
trace
    verdict = reply
    provider = decide
    shape = direct
    boot-file = boot/x64.efi
    reason = ours
    fact.mac = 52:54:00:ee:1a:cb
    fact.architecture = x64-uefi
    quirk = direct-download
    quirk = end-then-zeros
    no-quirk = broadcast-flag

# It goes there all the same, if another server's offer came first: the answer is complete.
packet 4011 pxe/edk2-x64-boot-server
answer 10.99.0.101:4011 source
    type = ACK
    ciaddr = 10.99.0.101
    siaddr = 10.99.0.2
    file = "boot/x64.efi"
    option.54 = 0a:63:00:02
    option.60 = "PXEClient"
    option.97 = 00:08:cb:1a:ee:bb:13:f5:50:9e:5c:6d:bf:7f:54:1c:bf
    option.43 = absent
trace
    shape = boot-server

wait 1s
transfer 10.99.0.101 boot/x64.efi completed
client 52:54:00:ee:1a:cb
    attempts = 1
    folder = boot
    likely =
