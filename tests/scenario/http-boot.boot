# UEFI HTTP Boot wants HTTPClient and a URL, and knows no port 4011.
provider decide table
    rule.http = architecture=x64-uefi-http -> file=http://10.99.0.2/x64.efi

packet 67 pxe/edk2-x64-http-discover
answer 255.255.255.255:68 broadcast
    option.60 = "HTTPClient"
    option.67 = 687474703a2f2f31302e39392e302e322f7836342e656669:00
    option.43 = absent
    file = ""
trace
    shape = http
    boot-file = http://10.99.0.2/x64.efi
    quirk = http-client
    quirk = file-option-nul

# It comes back, since nobody tells us what was fetched by HTTP: the same answer.
wait 70s
packet 67 pxe/edk2-x64-http-discover
    xid = 2
answer 255.255.255.255:68 broadcast
    option.60 = "HTTPClient"
packet 67 pxe/edk2-x64-http-request
silence not-discover
