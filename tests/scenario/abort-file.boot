# Where the administrator names a file that ends the boot, ABORT sends that.
policy abort-file abortpxe.com
provider decide table
    rule.all = -> file=never-this.efi server=10.99.0.9 abort

packet 67 pxe/ipxe-bios-discover
answer 255.255.255.255:68 broadcast
    file = "abortpxe.com"
    siaddr = 10.99.0.2
trace
    shape = abort
