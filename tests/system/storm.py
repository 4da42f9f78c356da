# SPDX-License-Identifier: LGPL-2.1-or-later
"""A storm of machines that boot, and mostly die on the way; run in a namespace as: storm.py SECONDS
MACHINES ROOT SEED.

Each machine has an address, a MAC and real sockets of its own. It asks for an offer, asks the boot
server, probes a size, fetches files with and without windows, byte for byte what lies in ROOT, and at
any point of it may fall silent, complain, or begin anew. Prints what became of them as JSON.
"""

import collections
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "lab"))

from lablib.net import SRV                                                             # noqa: E402
from wire import (ACKNOWLEDGE, DATA, DISCOVER, ERROR, OACK, REQUEST, question,        # noqa: E402
                  request_packet)

NETWORK = "10.100.0.0/16"               # the machines'; local in their namespace
AT_ONCE = 200                           # machines that are up at a time; there are more
PATIENCE, TRIES = 1.0, 6                # of a machine that waits for an answer
SIZES = {"empty": 0, "small": 1024, "edge": 4 * 1468, "kernel": 700001}
BLOCKS, WINDOWS = (None, 512, 1024, 1428, 1468), (None, None, 1, 4, 16, 64)


class Dead(Exception):
    """A machine was switched off."""


class Machine:
    """One boot. Generators below `yield` how long they wait and get (bytes, sender), or None."""

    def __init__(self, number, chance, storm):
        self.number = number
        self.address = f"10.100.{number >> 8}.{number & 255}"
        self.mac = f"02:01:00:00:{number >> 8:02x}:{number & 255:02x}"
        self.chance, self.storm, self.socket = chance, storm, None
        self.arch = chance.choice((0, 6, 7, 9))

    def open(self, port):
        self.close()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((self.address, port))
        self.storm.watch(self)

    def close(self):
        if self.socket is not None:
            self.storm.forget(self)
            self.socket.close()
        self.socket = None

    def send(self, packet, to):
        try:
            self.socket.sendto(packet, to)
        except OSError:                 # a full queue: as good as lost
            self.storm.count["not-sent"] += 1

    def may_die(self, odds=0.08):
        if self.chance.random() < odds:
            raise Dead()

    # DHCP

    def ask(self, kind, port, name, **told):
        """One question, repeated until it is answered."""
        xid = self.chance.randbytes(4)
        self.open(port)
        for _ in range(TRIES):
            for _ in range(self.chance.choice((1, 1, 1, 3))):
                self.send(question(kind, self.mac, self.arch, xid, **told), (SRV, port))
                self.storm.count["asked"] += 1
            self.may_die()
            got = yield PATIENCE
            if got is not None and got[0][4:8] == xid:
                self.storm.count[name] += 1
                return
        self.storm.count["unanswered"] += 1

    # TFTP

    def fetch(self, name):
        self.open(0)
        options = [("tsize", "0")] if self.chance.random() < 0.5 else []
        block, window = self.chance.choice(BLOCKS), self.chance.choice(WINDOWS)
        options += [("blksize", block)] if block else []
        options += [("windowsize", window)] if window else []
        fate = self.chance.choice(("ends", "ends", "ends", "dies", "complains", "asks-anew", "probes"))
        last = SIZES[name] // (block or 512) + 1
        yield from Transfer(self, name, options, fate, self.chance.randrange(last)).run()

    def boot(self):
        if self.chance.random() < 0.8:
            yield from self.ask(DISCOVER, 67, "offered", giaddr=self.address)
        if self.chance.random() < 0.6:
            yield from self.ask(REQUEST, 4011, "acknowledged", ciaddr=self.address)
        for _ in range(self.chance.choice((0, 1, 1, 2, 4))):
            self.may_die(0.03)
            yield from self.fetch(self.chance.choice(list(SIZES)))
        if self.chance.random() < 0.1:
            yield from self.misbehave()

    def misbehave(self):
        """What no server may mind: noise, a file that is not there, an ACK out of nowhere."""
        self.open(0)
        self.send(self.chance.randbytes(self.chance.randrange(600)),
                  (SRV, self.chance.choice((67, 69, 4011))))
        self.send(request_packet("no-such-file", [("tsize", "0")]), (SRV, 69))
        got = yield PATIENCE
        if got is not None:
            self.send(struct.pack("!HH", ACKNOWLEDGE, self.chance.getrandbits(16)), got[1])


class Transfer:
    """One download, which ends as its fate says after so many blocks."""

    def __init__(self, machine, name, options, fate, blocks):
        self.machine, self.count = machine, machine.storm.count
        self.content = machine.storm.contents[name]
        self.request = request_packet(name, options)
        self.wanted = {key for key, _ in options}
        self.fate, self.blocks = fate, blocks
        self.former = None              # the server's end of the transfer that was given up
        self.acknowledged = False       # it has heard from us: asking anew begins another transfer
        self.begin()

    def begin(self):
        self.peer, self.size, self.window, self.have, self.in_window = None, 512, 1, 0, 0

    def ask(self):
        self.machine.send(self.request, (SRV, 69))

    def acknowledge(self):
        self.in_window, self.acknowledged = 0, True
        self.machine.send(struct.pack("!HH", ACKNOWLEDGE, self.have & 0xffff), self.peer)

    def complain(self):
        self.machine.send(struct.pack("!HH", ERROR, 0) + b"no more\0", self.peer)

    def run(self):
        self.ask()
        silence, due = 0, time.monotonic() + PATIENCE
        while silence < TRIES:
            got = yield max(due - time.monotonic(), 0.001)
            if got is not None and not self.is_ours(*got):
                continue                # and is no reason to wait longer
            due = time.monotonic() + PATIENCE
            if got is None:
                silence += 1
                if self.peer is None:
                    self.ask()
                else:
                    self.acknowledge()
                continue
            silence, self.peer = 0, got[1]
            if self.take(got[0]):
                return
        self.count["stalled"] += 1
        print(self.machine.address, self.machine.socket.getsockname()[1], self.request, "fate", self.fate,
              "peer", self.peer, "before", self.former, "blocks", self.have, file=sys.stderr)

    def is_ours(self, packet, sender):
        """No late packet of the transfer before; the server may choose its old port again."""
        if self.peer is not None:
            return sender == self.peer
        opcode, number = struct.unpack_from("!HH", packet)
        begins = opcode == OACK if self.wanted else (opcode, number) == (DATA, 1)
        return sender != self.former or begins

    def take(self, packet):
        """One packet of the server's; True at the end of it."""
        opcode, number = struct.unpack_from("!HH", packet)
        if opcode == OACK:
            return self.take_options(packet[2:])
        if opcode == ERROR:
            self.count["refused"] += 1
            return True
        if opcode != DATA:
            self.count["wrong"] += 1
            return True
        if number != (self.have + 1) & 0xffff:
            if self.in_window:          # a gap: once
                self.acknowledge()
            return False
        return self.take_block(packet[4:])

    def take_options(self, text):
        fields = text.split(b"\0")
        agreed = dict(zip(fields[::2], fields[1::2]))
        self.size = int(agreed.get(b"blksize", 512))
        self.window = int(agreed.get(b"windowsize", 1))
        if int(agreed.get(b"tsize", len(self.content))) != len(self.content):
            self.count["wrong"] += 1
        if self.fate == "probes" and "tsize" in self.wanted:
            self.complain()
            self.count["probed"] += 1
            return True
        if self.have == 0:
            self.acknowledge()
        return False

    def take_block(self, data):
        if data != self.content[self.have * self.size:(self.have + 1) * self.size]:
            self.count["wrong"] += 1
            return True
        self.have, self.in_window = self.have + 1, self.in_window + 1
        if len(data) < self.size:
            self.acknowledge()
            self.count["completed"] += 1
            return True
        if self.have > self.blocks and self.meets_fate():
            return self.fate != "ends"
        if self.in_window == self.window:
            self.acknowledge()
        return False

    def meets_fate(self):
        if self.fate == "asks-anew":
            self.count["asked-anew"] += 1
            self.fate, self.former = "ends", self.peer if self.acknowledged else None
            self.begin()
            self.ask()
            return True
        if self.fate == "complains":
            self.complain()
        if self.fate in ("complains", "dies"):
            self.count[self.fate] += 1
            return True
        return False


class Storm:
    """Runs machines, AT_ONCE at a time, each of them over and over."""

    def __init__(self, machines, root, seed):
        self.asleep, self.chance = list(range(machines)), random.Random(seed)
        self.count = collections.Counter()
        self.contents = {}
        for name in SIZES:
            with open(os.path.join(root, name), "rb") as f:
                self.contents[name] = f.read()
        self.poll, self.waiting, self.by_socket = select.epoll(), {}, {}
        self.deadlines, self.tick = [], 0

    def watch(self, machine):
        self.by_socket[machine.socket.fileno()] = machine
        self.poll.register(machine.socket, select.EPOLLIN)

    def forget(self, machine):
        del self.by_socket[machine.socket.fileno()]
        self.poll.unregister(machine.socket)

    def step(self, machine, got):
        """Goes on with a machine until it waits again; False when it is done."""
        steps, _ = self.waiting[machine]
        try:
            patience = steps.send(got)
        except (StopIteration, Dead) as end:
            self.count["dead" if isinstance(end, Dead) else "done"] += 1
            machine.close()
            self.asleep.append(machine.number)
            del self.waiting[machine]
            return False
        self.tick += 1
        due = time.monotonic() + patience
        self.waiting[machine] = steps, (due, self.tick)
        heapq.heappush(self.deadlines, (due, self.tick, machine))
        return True

    def fill(self):
        while len(self.waiting) < AT_ONCE:
            machine = Machine(self.asleep.pop(self.chance.randrange(len(self.asleep))), self.chance, self)
            self.waiting[machine] = machine.boot(), None
            self.step(machine, None)

    def receive(self, machine):
        """All that waits for a machine; it may have another socket by then, or none."""
        while machine in self.waiting and machine.socket is not None:
            try:
                got = machine.socket.recvfrom(65536)
            except OSError:             # nothing more, or an ICMP message about the last packet
                return
            if not self.step(machine, got):
                return

    def expire(self):
        now = time.monotonic()
        while self.deadlines and self.deadlines[0][0] <= now:
            due, tick, machine = heapq.heappop(self.deadlines)
            if self.waiting.get(machine, (None, None))[1] == (due, tick):
                self.step(machine, None)

    def rage(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.fill()
            wait = self.deadlines[0][0] - time.monotonic() if self.deadlines else 0
            for descriptor, _ in self.poll.poll(max(wait, 0.001)):
                if descriptor in self.by_socket:
                    self.receive(self.by_socket[descriptor])
            self.expire()
        for machine in self.waiting:    # a power cut
            machine.close()
        return self.count


def main():
    seconds, machines, root, seed = sys.argv[1:5]
    print(json.dumps(Storm(int(machines), root, seed).rage(float(seconds))))


if __name__ == "__main__":
    main()
