# Its ROM looks for two strings in option 43, and never asks on port 4011: no alternation for it.
provider decide table
    rule.all = architecture=x86-bios -> file=bootcode.bin

packet 67 new
    chaddr = b8:27:eb:00:00:01
answer 255.255.255.255:68 broadcast
    file = "bootcode.bin"
    option.43.6 = 08
    option.43.9 = 0000:11:52617370626572727920506920426f6f74
    option.43.10 = 00:505845
wait 10s
packet 67 new
    chaddr = b8:27:eb:00:00:01
    xid = 2
answer 255.255.255.255:68 broadcast
    option.43.6 = 08
trace
    fact.attempt = 2
    quirk = raspberry-pi
    no-quirk = alternate-shape
