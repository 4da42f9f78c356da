# Behind a relay: to the relay's port 67, option 82 repeated as the last option.
provider decide table
    rule.all = architecture=x86-bios -> file=undionly.kpxe option.252=x

packet 67 pxe/ipxe-bios-discover from 10.1.0.1:67
    giaddr = 10.1.0.1
    hops = 1
    option.82 = 01:06:70:6f:72:74:20:37
answer 10.1.0.1:67 relay
    giaddr = 10.1.0.1
    flags = broadcast
    hops = 0
    option.82 = 01:06:70:6f:72:74:20:37
    option.252 = "x"
    file = "undionly.kpxe"
trace
    fact.relay = 10.1.0.1
    fact.network = 10.1.0.1
    fact.source = 10.1.0.1
    quirk = relay-echo
    quirk = broadcast-flag
