# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the answers look like on the wire, and that a client that comes back gets the other shape."""

from harness import DEFAULT, SRV, Daemon, case, expect, lab, main
from lablib import packets
from wire import REQUEST, PxeClient, option, uuid_bytes

SERVED = {"default": DEFAULT}
UUID = "00112233-4455-6677-8899-aabbccddeeff"


def shape_of(offer):
    return "direct" if offer["file"] else "boot-server"


@case("an OFFER has all that firmware wants to see")
def offer_complete(folder):
    with Daemon(folder, SERVED), PxeClient(lab(), "02:00:00:00:00:01") as client:
        sent = uuid_bytes(UUID)
        offers = client.discover(extra=[option(97, sent)])
        expect(len(offers) == 1, "OFFERs:", offers)
        offer, options = offers[0], offers[0]["options"]
        expect(offer["type"] == "OFFER" and offer["yiaddr"] == "0.0.0.0", offer)
        expect(offer["broadcast"], "without the broadcast flag a relay drops it", offer)
        expect(offer["siaddr"] == SRV and offer["file"] == b"marker-x64.efi", offer)
        expect(options[60] == b"PXEClient" and options[97] == sent, options)
        expect(len(options[54]) == 4 and packets.options(options[43])[6] == b"\x08", options)
        expect(67 not in options or options[67].endswith(b"\0"), "option 67 without NUL", options)


@case("port 4011 is complete whoever asks")
def ack_complete(folder):
    with Daemon(folder, SERVED, server={"answer-shape": "boot-server"}), \
            PxeClient(lab(), "02:00:00:00:00:02") as client:
        item = option(43, option(71, b"\x80\0\0\0") + b"\xff")
        for extra in ((), (item,)):
            acks = client.request(extra=extra)
            expect(len(acks) == 1, "ACKs:", acks)
            ack, options = acks[0], acks[0]["options"]
            expect(ack["type"] == "ACK" and ack["siaddr"] == SRV, ack)
            expect(ack["file"] == b"marker-x64.efi" and 54 in options, ack)
            echoed = packets.options(options.get(43, b"")).get(71)
            expect(not extra or echoed == b"\x80\0\0\0", "43.71 is not echoed", options)


@case("a client that comes back without having fetched gets the other shape")
def alternates(folder):
    with Daemon(folder, SERVED), PxeClient(lab(), "02:00:00:00:00:03") as client:
        xid = b"\1\2\3\4"
        first = shape_of(client.discover(xid=xid)[0])
        repeated = shape_of(client.discover(xid=xid)[0])
        expect(repeated == first, "a repeat of the same DISCOVER is no new attempt")
        second = shape_of(client.discover()[0])
        third = shape_of(client.discover()[0])
        expect(first == "direct" and second == "boot-server" and third == "direct",
               first, second, third)


@case("silence for whoever is no PXE client, and for REQUESTs on port 67")
def silence(folder):
    with Daemon(folder, SERVED), PxeClient(lab(), "02:00:00:00:00:04") as client:
        for vendor in ("MSFT 5.0", "udhcp 1.35.0", "PXEClien", "XPXEClient"):
            expect(client.discover(1, vendor=vendor) == [], "answered", vendor)
        expect(client.discover(1, kind=REQUEST) == [], "answered a REQUEST on port 67")
        expect(client.discover() != [], "the daemon no longer answers")


if __name__ == "__main__":
    main()
