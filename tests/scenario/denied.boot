# The real filter in front: a denied client hears nothing, all others boot.
provider refuse filter
    deny = 52:54:00:ee:1a:cb
provider decide table
    rule.all = -> file=any.efi

packet 67 pxe/edk2-x64-discover
silence 52:54:00:ee:1a:cb
trace
    verdict = drop
    provider = refuse
    shape =
wait 20s
client 52:54:00:ee:1a:cb
    likely = PXE-E16
packet 67 pxe/edk2-ia32-discover
answer 255.255.255.255:68 broadcast
    file = "any.efi"
