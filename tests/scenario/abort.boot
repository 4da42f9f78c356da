# ABORT sends a client to its next device: a menu of one entry of type 0, taken at once.
provider decide table
    rule.all = -> file=never-this.efi abort "reason=not today"

packet 67 pxe/edk2-x64-discover
answer 255.255.255.255:68 broadcast
    file = ""
    option.43.6 = 03
    option.43.8 = absent
    option.43.9 = 0000:14:426f6f7420746865206e65787420646576696365
    option.43.10 = 00:505845
trace
    verdict = abort
    shape = abort
    boot-file =
    reason = not today
    quirk = local-boot
packet 4011 pxe/edk2-x64-boot-server
answer 10.99.0.101:4011 source
    type = ACK
    option.43.10 = 00:505845
client 52:54:00:ee:1a:cb
    likely = PXE-E21

# HTTP Boot has no such thing.
packet 67 pxe/edk2-x64-http-discover
silence silence makes it
