# SPDX-License-Identifier: LGPL-2.1-or-later
"""PXE's MTFTP. No firmware at hand speaks it, so the clients here are scripts: they do what PXE 2.1 says and
what the client in Intel's EDK does: listen, open by a plain request from the client port, take themselves for the one
that acknowledges when the first block comes both alone and to the group."""

import os
import random
import socket
import struct
import time

from harness import Daemon, case, expect, lab, main
import machines
from lablib.net import SRV
from lablib.util import wait_until
import wire

NAME = "boot/loader.0"
SIZE = 300_000
PROVIDERS = {"default": {"module": "architecture", "x86-bios": NAME, "x64-uefi": NAME}}


def root_with(folder):
    path = os.path.join(folder, "root", NAME)
    os.makedirs(os.path.dirname(path))
    content = random.Random(SIZE).randbytes(SIZE)
    with open(path, "wb") as f:
        f.write(content)
    return os.path.join(folder, "root"), content


def daemon(folder, root, **keys):
    return Daemon(folder, PROVIDERS, root=root, tftp={"mtftp": "boot/*.0", **keys})


def suboptions(value):
    found, at = {}, 0
    while at < len(value) and value[at] != 255:
        if value[at] == 0:
            at += 1
            continue
        found[value[at]] = value[at + 2:at + 2 + value[at + 1]]
        at += 2 + value[at + 1]
    return found


class Place:
    """What option 43 says."""

    def __init__(self, option43):
        said = suboptions(option43)
        self.group = socket.inet_ntoa(said[1])
        self.client_port, self.server_port = struct.unpack("<H", said[2])[0], struct.unpack("<H", said[3])[0]
        self.open_timeout, self.reopen_delay = said[4][0], said[5][0]


def place_of(arch=0):
    with wire.PxeClient(lab(), "52:54:00:99:00:01", arch) as client:
        offers = client.discover()
        expect(len(offers) == 1, offers)
        return offers[0]["options"].get(43, b"")


class Client:
    """An MTFTP client that takes one packet at a time."""

    def __init__(self, machine, place):
        self.place, self.blocks, self.last, self.is_master = place, {}, None, False
        self.socket = lab().socket(machine)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_PKTINFO
                               if hasattr(socket, "IP_PKTINFO") else 8, 1)
        self.socket.bind(("", place.client_port))
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                               socket.inet_aton(place.group) + socket.inet_aton("0.0.0.0"))
        self.socket.settimeout(0.01)
        self.alone = self.together = 0  # first blocks that came so

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, packet):
        self.socket.sendto(packet, (SRV, self.place.server_port))

    def open(self):
        """From the first block on, whatever it has heard before: that is how Intel's client does it."""
        self.blocks, self.last, self.alone, self.together = {}, None, 0, 0
        self.send(wire.request_packet(NAME))

    def take(self, seconds=0.01):
        """One packet, if there is one; whether there was."""
        self.socket.settimeout(seconds)
        try:
            data, ancillary, _, source = self.socket.recvmsg(1024, 256)
        except socket.timeout:
            return False
        expect(source == (SRV, self.place.server_port), "not from the MTFTP port:", source)
        opcode, number = struct.unpack_from("!HH", data)
        expect(opcode == wire.DATA, data)
        # struct in_pktinfo: index, our address, the destination of the header
        to = next(socket.inet_ntoa(d[8:12]) for _, kind, d in ancillary if kind == 8)
        if number == 1:
            self.alone += to != self.place.group
            self.together += to == self.place.group
        else:
            expect(to == self.place.group, "only the first block may come to one client alone", to)
        self.blocks[number] = data[4:]
        if len(data) < 516:
            self.last = number
        self.is_master = self.is_master or (self.alone > 0 and self.together > 0)
        if self.is_master and (number > 1 or self.together):
            self.send(struct.pack("!HH", wire.ACKNOWLEDGE, number))
        return True

    def has_all(self):
        return self.last is not None and len(self.blocks) == self.last

    def content(self):
        return b"".join(self.blocks[n] for n in sorted(self.blocks))


def run(clients, until, seconds=20):
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        for client in clients:
            client.take(0.002)
    expect(until(), [(len(c.blocks), c.last, c.is_master) for c in clients])


@case("BIOS firmware is told of the group, UEFI is not", 60)
def _(folder):
    root, _ = root_with(folder)
    with daemon(folder, root, **{"mtftp-groups": "239.7.0.0/28"}):
        place = Place(place_of())
        expect(place.group.startswith("239.7.0."), place.group)
        expect((place.client_port, place.server_port) == (1757, 1759), place.__dict__)
        expect((place.open_timeout, place.reopen_delay) == (2, 5), place.__dict__)
        expect(not {1, 2, 3, 4, 5} & set(suboptions(place_of(arch=7))), "a UEFI client")
    with Daemon(folder, PROVIDERS, root=root):
        expect(not {1, 2, 3, 4, 5} & set(suboptions(place_of())), "off by default")


@case("one opens, others listen, all get the file", 60)
def _(folder):
    root, content = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "500K"}) as server, \
            machines.up(lab(), 3) as names:
        place = Place(place_of())
        with Client(names[0], place) as master, Client(names[1], place) as listener:
            master.open()
            run([master, listener], lambda: len(master.blocks) > 50)
            with Client(names[2], place) as late:
                late.open()             # not answered: it hears blocks of a running transfer, and listens
                run([master, listener, late], lambda: master.has_all() and listener.has_all())
                expect(master.content() == content, "the master has not the file")
                expect(listener.content() == content, "the listener has not the file")
                expect(master.is_master and not listener.is_master, "one acknowledges")
                while late.take(0.5):   # silence: it opens for what it has missed
                    pass
                expect(late.alone == 0 and not late.has_all(), "it cannot have the beginning")
                late.open()
                run([late], late.has_all)
                expect(late.is_master, "nobody else was there")
                expect(late.content() == content, "the late one has not the file")
        expect(wait_until(lambda: server.ask("status")["tftp"]["multicast-completed"] == 2, 5), "count")
        expect(server.ask("status")["tftp"]["multicast-streams"] == 0, "left over")


@case("the one that opened dies, and a listener opens anew", 60)
def _(folder):
    root, content = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "500K"}), machines.up(lab(), 2) as names:
        place = Place(place_of())
        with Client(names[1], place) as listener:
            with Client(names[0], place) as master:
                master.open()
                run([master, listener], lambda: len(master.blocks) > 100)
            began = time.monotonic()
            while time.monotonic() - began < 2.5 or listener.take(0.3):
                listener.take(0.1)      # repeats of a block that nobody acknowledges
                if time.monotonic() - began > 3:
                    break
            listener.open()
            run([listener], listener.has_all)
            expect(listener.is_master and listener.content() == content, "not the file")


@case("the size is told before the file is opened", 60)
def _(folder):
    root, _ = root_with(folder)
    with daemon(folder, root), lab().socket("host") as s:
        place = Place(place_of())
        s.settimeout(3)
        s.sendto(wire.request_packet(NAME, (("blksize", 1408), ("tsize", 0))), (SRV, place.server_port))
        data, source = s.recvfrom(1024)
        expect(data == struct.pack("!H", wire.OACK) + b"tsize\0" + str(SIZE).encode() + b"\0", data)
        expect(source == (SRV, place.server_port), source)
        s.sendto(struct.pack("!HH", wire.ERROR, 0) + b"enough\0", source)


@case("other files, other modes and odd packets", 60)
def _(folder):
    root, _ = root_with(folder)
    with daemon(folder, root) as server, lab().socket("host") as s:
        place = Place(place_of())
        to = (SRV, place.server_port)
        s.settimeout(3)
        for packet, error in ((wire.request_packet("other.bin"), 1),
                              (wire.request_packet("boot/missing.0"), 1),
                              (wire.request_packet("boot/../../etc/passwd.0"), 1),
                              (wire.request_packet(NAME, mode=b"netascii"), 4)):
            s.sendto(packet, to)
            data, _ = s.recvfrom(1024)
            expect(struct.unpack_from("!HH", data) == (wire.ERROR, error), packet, data)
        s.settimeout(0.3)
        for packet in (b"", b"\0", os.urandom(600), struct.pack("!HH", wire.ACKNOWLEDGE, 1),
                       wire.request_packet(NAME, opcode=wire.WRQ)):
            s.sendto(packet, to)
            try:
                raise AssertionError(f"answered: {s.recv(1024)!r}")
            except socket.timeout:
                pass
        # Port 69 serves the file to whoever wants it alone.
        expect(len(wire.tftp_get(lab(), NAME)) == SIZE, "plain TFTP")
        expect(server.ask("status")["tftp"]["multicast-streams"] == 0, "left over")


if __name__ == "__main__":
    main()
