# A provider that fails is passed over, and what it set is gone.
provider broken table
    rule.all = -> file=broken.efi fact.image=broken fail
provider decide table
    rule.all = -> file=x64.efi

packet 67 pxe/edk2-x64-discover
answer 255.255.255.255:68 broadcast
    file = "x64.efi"
trace
    provider =
    boot-file = x64.efi
    fact.image =
