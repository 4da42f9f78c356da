# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads a capture and tells the story of a network boot, a line a packet.

Understands what a boot needs: DHCP, PXE options, and the first packets of
each TFTP transfer.
"""

import socket
import struct
from collections import namedtuple

Packet = namedtuple("Packet",
                    "time src dst sport dport data")

DHCP_TYPES = {1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE",
              5: "ACK", 6: "NAK", 7: "RELEASE", 8: "INFORM"}
TFTP_OPS = {1: "RRQ", 2: "WRQ", 3: "DATA", 4: "ACK", 5: "ERROR", 6: "OACK"}
PXE_TAGS = {1: "mtftp-ip", 6: "discovery-control", 7: "mcast-address",
            8: "boot-servers", 9: "menu", 10: "menu-prompt", 71: "boot-item"}


# Capture files

def read(path):
    """The first fragments of a pcap file's IP packets, Ethernet frames."""
    with open(path, "rb") as f:
        data = f.read()
    if len(data) < 24:
        return
    order = "<" if data[0] in (0xd4, 0x4d) else ">"
    unit = 1e-9 if 0x4d in (data[0], data[3]) else 1e-6
    at = 24
    while at + 16 <= len(data):
        sec, fraction, kept, _ = struct.unpack_from(order + "IIII", data, at)
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        packet = _decode(sec + fraction * unit, frame)
        if packet:
            yield packet


def _decode(time, frame):
    """The UDP datagram of an IPv4 frame; None for all else and for later fragments."""
    if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    ip = frame[14:]
    if struct.unpack_from("!H", ip, 6)[0] & 0x1fff:
        return None
    body = ip[(ip[0] & 15) * 4:struct.unpack_from("!H", ip, 2)[0]]
    if len(body) < 8:
        return None
    return Packet(time, socket.inet_ntoa(ip[12:16]), socket.inet_ntoa(ip[16:20]),
                  *struct.unpack_from("!HH", body), body[8:])


def text(raw):
    """Printable form of bytes that should be text."""
    raw = raw.rstrip(b"\0")
    if raw and all(32 <= c < 127 for c in raw):
        return raw.decode()
    return "0x" + raw.hex()


# DHCP

def options(raw, at=0):
    """DHCPv4-style options as {code: bytes}; repeats are joined."""
    found = {}
    while at + 1 < len(raw) and raw[at] != 255:
        if raw[at] == 0:
            at += 1
            continue
        size = raw[at + 1]
        found[raw[at]] = found.get(raw[at], b"") + raw[at + 2:at + 2 + size]
        at += 2 + size
    return found


def dhcp(packet):
    """A DHCPv4 message as a dict, or None."""
    d = packet.data
    if len(d) < 240 or d[236:240] != b"\x63\x82\x53\x63":
        return None
    found = options(d, 240)
    overload = found.get(52, b"\0")[0]
    if overload & 1:
        found = {**options(d[108:236]), **found}
    addresses = {name: socket.inet_ntoa(d[at:at + 4]) for name, at in
                 (("ciaddr", 12), ("yiaddr", 16), ("siaddr", 20),
                  ("giaddr", 24))}
    return {
        **addresses, "op": d[0], "xid": d[4:8].hex(),
        "secs": struct.unpack_from("!H", d, 8)[0],
        "broadcast": bool(d[10] & 0x80),
        "sname": b"" if overload & 2 else d[44:108].split(b"\0")[0],
        "file": b"" if overload & 1 else d[108:236].split(b"\0")[0],
        "options": found, "length": len(d),
        "type": DHCP_TYPES.get(found.get(53, b"\0")[0], "BOOTP"),
    }


def _dhcp_line(m):
    o = m["options"]
    parts = [m["type"], f"xid={m['xid']}", f"bcast={int(m['broadcast'])}"]
    if m["op"] == 1:
        parts.append(f"secs={m['secs']}")
    for field in ("ciaddr", "yiaddr", "siaddr", "giaddr"):
        if m[field] != "0.0.0.0":
            parts.append(f"{field}={m[field]}")
    for code in (50, 54):
        if len(o.get(code, b"")) == 4:
            parts.append(f"{code}={socket.inet_ntoa(o[code])}")
    for field in ("sname", "file"):
        if m[field]:
            parts.append(f"{field}={text(m[field])}")
    for code in (60, 66, 67, 77):
        if code in o:
            parts.append(f"{code}={text(o[code])}")
    if 93 in o:
        parts.append("93=" + ",".join(
            str(n) for n in struct.unpack(f"!{len(o[93]) // 2}H",
                                          o[93][:len(o[93]) // 2 * 2])))
    if len(o.get(94, b"")) == 3:
        parts.append("94=%d.%d.%d" % tuple(o[94]))
    for code in (97, 61, 82, 175):
        if code in o:
            parts.append(f"{code}=0x{o[code].hex()}")
    if 43 in o:
        parts.append("43=" + _pxe_options(o[43]))
    if len(o.get(57, b"")) == 2:
        parts.append("57=%d" % struct.unpack("!H", o[57]))
    if 55 in o:
        parts.append("55=" + ",".join(str(c) for c in o[55]))
    parts.append(f"len={m['length']}")
    return " ".join(parts)


def _pxe_options(raw):
    parts = []
    for code, value in options(raw).items():
        if code == 8:
            shown = _boot_servers(value)
        elif code == 9:
            shown = _menu(value)
        elif code == 10 and value:
            shown = f"{value[0]}s:{text(value[1:])}"
        elif code == 71 and len(value) == 4:
            shown = "type=%d,layer=%d" % struct.unpack("!HH", value)
        else:
            shown = value.hex()
        parts.append(f"{PXE_TAGS.get(code, code)}={shown}")
    return "{" + " ".join(parts) + "}"


def _boot_servers(value):
    out, at = [], 0
    while at + 3 <= len(value):
        kind, count = struct.unpack_from("!HB", value, at)
        at += 3
        addresses = [socket.inet_ntoa(value[at + 4 * i:at + 4 * i + 4])
                     for i in range(count) if at + 4 * i + 4 <= len(value)]
        at += 4 * count
        out.append(f"{kind}:{','.join(addresses)}")
    return "[" + " ".join(out) + "]"


def _menu(value):
    out, at = [], 0
    while at + 3 <= len(value):
        kind, size = struct.unpack_from("!HB", value, at)
        out.append(f"{kind}:{text(value[at + 3:at + 3 + size])!r}")
        at += 3 + size
    return "[" + " ".join(out) + "]"


# TFTP

def _tftp_line(d):
    op = struct.unpack_from("!H", d)[0] if len(d) >= 2 else 0
    if op in (1, 2, 6):
        fields = [f.decode("ascii", "replace") for f in d[2:].split(b"\0")]
        head, rest = ([], fields) if op == 6 else (fields[:2], fields[2:])
        pairs = [f"{k}={v}" for k, v in zip(rest[::2], rest[1::2])]
        return " ".join([TFTP_OPS[op]] + head + pairs)
    if op == 5 and len(d) >= 4:
        return "ERROR %d " % struct.unpack_from("!H", d, 2) + text(d[4:])
    if op == 3 and len(d) >= 4:
        return "DATA %d (%d)" % (struct.unpack_from("!H", d, 2)[0],
                                 len(d) - 4)
    if op == 4 and len(d) >= 4:
        return "ACK %d" % struct.unpack_from("!H", d, 2)
    return None


class _Teller:
    """Remembers TFTP transfers, to tell only how each begins and fails."""

    def __init__(self):
        self.transfers = {}             # client end -> DATA packets seen

    def line(self, p):
        ports = {p.sport, p.dport}
        if ports & {67, 68, 4011}:
            m = dhcp(p)
            kind = "PXE-" if 4011 in ports else "DHCP-"
            return kind + _dhcp_line(m) if m else None
        if p.dport == 69:
            self.transfers[(p.src, p.sport)] = 0
            return "TFTP " + (_tftp_line(p.data) or "?")
        client = next((end for end in ((p.dst, p.dport), (p.src, p.sport))
                       if end in self.transfers), None)
        said = _tftp_line(p.data) if client else None
        if not said:
            return None
        if said.startswith("DATA"):
            self.transfers[client] += 1
            if self.transfers[client] > 2:
                return None
        elif said.startswith("ACK") and self.transfers[client] > 1:
            return None
        return "TFTP " + said


def story(path, start=None):
    """Yields (seconds, line) for the packets that matter."""
    teller = _Teller()
    for p in read(path):
        line = teller.line(p)
        if line:
            start = p.time if start is None else start
            yield p.time - start, f"{p.src}.{p.sport} > {p.dst}.{p.dport} {line}"


def milestones(path, start, server):
    """Seconds to the first question, answer and file request of a boot."""
    found = {}

    def note(name, packet):
        found.setdefault(name, round(packet.time - start, 3))
    for p in read(path):
        if p.dport == 67:
            note("first_dhcp", p)
        if p.sport in (67, 4011) and p.src == server:
            note("first_answer", p)
        if p.dport == 4011:
            note("first_4011", p)
        if p.dport == 69:
            note("first_file", p)
    return found
