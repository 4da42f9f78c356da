# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends many packets from many sources; run in a namespace as: flood.py INTERFACE MAC KIND SECONDS RATE.

MAC is srv's. Sources lie in 198.18.0.0/15 (RFC 2544), behind the router, so that answers leave the segment.
Prints how many packets it sent. KINDS says what there is.
"""

import os
import random
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "lab"))

from lablib.net import SRV  # noqa: E402
from wire import DISCOVER, REQUEST, option, question, request_packet  # noqa: E402

DIFFERENT = 20000                       # packets made beforehand, sent over and over
CARD = 14 + 20 + 8 + 28 + 2             # where the last four bytes of a DHCP client's MAC lie in a frame


def checksum(head):
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def frame(macs, chance, port, payload):
    """An Ethernet frame to srv with a source of its own; no UDP checksum, which IPv4 allows."""
    udp = struct.pack("!HHHH", chance.randrange(1024, 65536), port, 8 + len(payload), 0) + payload
    source = struct.pack("!I", 0xc6120000 | chance.getrandbits(17))
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + source \
        + socket.inet_aton(SRV)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return macs + b"\x08\x00" + head + udp


def mac_of(chance):
    return "02:" + ":".join(f"{chance.getrandbits(8):02x}" for _ in range(5))


def random_bytes(chance):
    return chance.choice((67, 69, 4011)), chance.randbytes(chance.choice((0, 1, 3, 240, 300, 1400)))


def valid_discover(chance):
    relay = socket.inet_ntoa(struct.pack("!I", 0xc6120000 | chance.getrandbits(17)))
    return 67, question(DISCOVER, mac_of(chance), chance.choice((0, 6, 7, 9)),
                        chance.randbytes(4), giaddr=relay)


def valid_request(chance):
    own = socket.inet_ntoa(struct.pack("!I", 0xc6120000 | chance.getrandbits(17)))
    return 4011, question(REQUEST, mac_of(chance), 7, chance.randbytes(4), ciaddr=own)


def malformed_dhcp(chance):
    """Right at first sight: then bits flip, options run past the end, overload points anywhere."""
    port, packet = chance.choice((valid_discover, valid_request))(chance)
    packet = bytearray(packet[:-1] + option(52, chance.randbytes(1))
                       + option(43, chance.randbytes(chance.randrange(64))) + b"\xff")
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(236, len(packet))
        packet[at] = chance.getrandbits(8)
    return port, bytes(packet[:chance.randrange(200, len(packet) + 1)])


def read_request(chance):
    return 69, request_packet("marker.0", [("blksize", 1428), ("windowsize", 16)])


def malformed_tftp(chance):
    packet = bytearray(request_packet(chance.randbytes(chance.randrange(1, 300)),
                                      [("blksize", chance.getrandbits(40)), ("tsize", "-1")]))
    packet[1] = chance.choice((0, 1, 1, 1, 2, 3, 4, 5, 6, 255))
    return 69, bytes(packet[:chance.randrange(2, len(packet) + 1)])


KINDS = {f.__name__.replace("_", "-"): f for f in (
    random_bytes, valid_discover, valid_request, malformed_dhcp, read_request, malformed_tftp)}


def main():
    interface, mac, kind, seconds, rate = sys.argv[1:6]
    seconds, rate, chance = float(seconds), int(rate), random.Random(kind)
    with open(f"/sys/class/net/{interface}/address") as f:
        own = bytes.fromhex(f.read().strip().replace(":", ""))
    makers = list(KINDS.values()) if kind == "all" else [KINDS[kind]]
    frames = [frame(bytes.fromhex(mac.replace(":", "")) + own, chance, *chance.choice(makers)(chance))
              for _ in range(DIFFERENT)]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((interface, 0x0800))
        began, sent = time.monotonic(), 0
        while (gone := time.monotonic() - began) < seconds:
            if sent > gone * rate:
                time.sleep(0.002)
                continue
            made = frames[sent % DIFFERENT]
            if kind.startswith("valid"):        # each is another client
                made = made[:CARD] + struct.pack("!I", sent) + made[CARD + 4:]
            s.send(made)
            sent += 1
    print(sent)


if __name__ == "__main__":
    main()
