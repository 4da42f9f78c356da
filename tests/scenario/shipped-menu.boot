# The real menu provider: an option 43 menu for BIOS firmware, and its choice on port 4011.
provider menu menu
    items = local; debian
    default = local
    title = Lab
    timeout = 10s
    text.local = Local disk
    text.debian = Install Debian
    file.debian = debian/pxelinux.0

packet 67 new
answer 255.255.255.255:68 broadcast
    option.43.6 = 03
    option.43.9 = present
    option.43.10 = present
trace
    shape = menu
    provider = menu
