# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients made of packets: a PXE client and a TFTP client that do exactly as told, right or wrong.

Their sockets live in the lab's namespace host, on segment a (net.py).
"""

import os
import socket
import struct
import time

from lablib import packets
from lablib.net import HOST, SRV

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
RRQ, WRQ, DATA, ACKNOWLEDGE, ERROR, OACK = 1, 2, 3, 4, 5, 6


def option(code, value):
    return bytes((code, len(value))) + value


def uuid_bytes(text):
    """Option 97's value: SMBIOS order has the first three fields little-endian."""
    raw = bytes.fromhex(text.replace("-", ""))
    return b"\0" + raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]


def question(kind, mac, arch, xid=None, extra=(), ciaddr="0.0.0.0", giaddr="0.0.0.0", vendor=None):
    """A DHCP message as firmware of that architecture sends it, or as another `vendor` would."""
    vendor = vendor or f"PXEClient:Arch:{arch:05}:UNDI:003000"
    head = struct.pack("!BBBB4sHH", 1, 1, 6, 0, xid or os.urandom(4), 0, 0x8000)
    head += socket.inet_aton(ciaddr) + bytes(8) + socket.inet_aton(giaddr)
    head += bytes.fromhex(mac.replace(":", "")).ljust(16, b"\0") + bytes(192) + COOKIE
    options = [option(53, bytes((kind,))), option(57, struct.pack("!H", 1472)),
               option(60, vendor.encode()),
               option(93, struct.pack("!H", arch)), option(94, b"\1\3\0"), *extra]
    return head + b"".join(options) + b"\xff"


class PxeClient:
    """A network card that asks; hears what srv alone answers."""

    def __init__(self, lab, mac, arch=7):
        self.mac, self.arch = mac, arch
        self.at68 = self._bound(lab, 68)
        self.at4011 = self._bound(lab, 4011)

    @staticmethod
    def _bound(lab, port):
        s = lab.socket("host")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        s.bind(("", port))
        return s

    def close(self):
        self.at68.close()
        self.at4011.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def _answers(s, xid, seconds):
        """The first answer of srv, and any that follows at once; none must be a list too."""
        end, heard = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            s.settimeout(left)
            try:
                data, source = s.recvfrom(4096)
            except socket.timeout:
                break
            if source[0] == SRV and data[4:8] == xid:
                heard.append(packets.dhcp(packets.Packet(
                    0, source[0], HOST, source[1], s.getsockname()[1], data)))
                end = min(end, time.monotonic() + 0.2)
        return heard

    def discover(self, seconds=2, kind=DISCOVER, xid=None, **told):
        """Broadcasts a DISCOVER, or another kind, to port 67; the OFFERs of srv."""
        xid = xid or os.urandom(4)
        self.at68.sendto(question(kind, self.mac, self.arch, xid, **told), ("255.255.255.255", 67))
        return self._answers(self.at68, xid, seconds)

    def request(self, seconds=2, extra=()):
        """Asks port 4011; the ACKs."""
        xid = os.urandom(4)
        self.at4011.sendto(question(REQUEST, self.mac, self.arch, xid, extra, ciaddr=HOST),
                           (SRV, 4011))
        return self._answers(self.at4011, xid, seconds)


def request_packet(name, options=(), opcode=RRQ, mode=b"octet"):
    name = name if isinstance(name, bytes) else name.encode()
    fields = [name, mode] + [str(f).encode() for pair in options for f in pair]
    return struct.pack("!H", opcode) + b"".join(f + b"\0" for f in fields)


def tftp_ask(lab, packet, seconds=3):
    """Sends one datagram to port 69; (opcode, payload) of the first answer, None for silence."""
    with lab.socket("host") as s:
        s.settimeout(seconds)
        s.sendto(packet, (SRV, 69))
        try:
            data, source = s.recvfrom(65536)
        except (socket.timeout, ConnectionRefusedError):
            return None
        opcode = struct.unpack_from("!H", data)[0]
        if opcode != ERROR:             # leave no transfer behind
            s.sendto(struct.pack("!HH", ERROR, 0) + b"enough\0", source)
        return opcode, data[2:]


def tftp_get(lab, name, seconds=20):
    """A whole file by plain RFC 1350, in 512-byte blocks."""
    got, block = b"", 1
    with lab.socket("host") as s:
        s.settimeout(seconds)
        s.sendto(request_packet(name), (SRV, 69))
        while True:
            data, source = s.recvfrom(1024)
            opcode, number = struct.unpack_from("!HH", data)
            if opcode == ERROR:
                raise AssertionError(f"{name}: ERROR {number} {data[4:]!r}")
            if number == block & 0xffff:
                got, block = got + data[4:], block + 1
            s.sendto(struct.pack("!HH", ACKNOWLEDGE, number), source)
            if len(data) < 516:
                return got
