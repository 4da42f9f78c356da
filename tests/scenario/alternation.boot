# A client that fetches nothing gets the other shape every second time.
provider decide table
    rule.all = architecture=x64-uefi -> file=x64.efi

packet 67 pxe/edk2-x64-discover
answer 255.255.255.255:68 broadcast
    option.43 = 06:01:08:ff

# EDK2 repeats its DISCOVER with the same xid: no new attempt.
wait 4s
packet 67 pxe/edk2-x64-discover
    secs = 4
answer 255.255.255.255:68 broadcast
    option.43 = 06:01:08:ff
wait 8s
packet 67 pxe/edk2-x64-discover
    secs = 12
trace
    shape = direct
    no-quirk = alternate-shape

wait 48s
packet 67 pxe/edk2-x64-discover
    xid = 0x00000002
answer 255.255.255.255:68 broadcast
    option.43 = absent
    file = ""
trace
    shape = boot-server
    fact.attempt = 2
    quirk = alternate-shape

wait 60s
packet 67 pxe/edk2-x64-discover
    xid = 0x00000003
trace
    shape = direct
    fact.attempt = 3

# It came as far as TFTP this time, and then starts over: the first shape again.
transfer 52:54:00:ee:1a:cb x64.efi completed
wait 20s
packet 67 pxe/edk2-x64-discover
    xid = 0x00000004
trace
    shape = direct
    fact.attempt = 1
client 52:54:00:ee:1a:cb
    attempts = 1

# Much later is another day.
wait 11min
packet 67 pxe/edk2-x64-discover
    xid = 0x00000005
trace
    fact.attempt = 1
