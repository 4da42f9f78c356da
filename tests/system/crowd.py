# SPDX-License-Identifier: LGPL-2.1-or-later
"""TFTP clients that fetch one endless file as fast, or as slowly, as they are told; run in a namespace as:
crowd.py SECONDS CLIENTS PAUSE WINDOW FIRST FILE.

Each client has an address of its own in NETWORK, from number FIRST on, and waits for PAUSE seconds before it
acknowledges a window. Prints as JSON what each of them got, how many blocks came again, and what went wrong.
"""

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
from wire import ACKNOWLEDGE, DATA, OACK, request_packet                               # noqa: E402

NETWORK = "10.100.0.0/16"               # the clients'; local in their namespace
BLOCK = 1468
PATIENCE = 5                            # seconds without a packet, then it says again what it has


class Client:
    def __init__(self, number, window, name):
        self.window, self.name = window, name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.setblocking(False)
        self.socket.bind((f"10.100.{number >> 8}.{number & 255}", 0))
        self.peer, self.block, self.in_window = (SRV, 69), 0, 0
        self.bytes, self.twice, self.errors, self.heard = 0, 0, 0, 0

    def say(self):
        """The request, or what has come so far."""
        if self.peer[1] == 69:
            packet = request_packet(self.name, [("blksize", BLOCK), ("windowsize", self.window)])
        else:
            packet = struct.pack("!HH", ACKNOWLEDGE, self.block & 0xffff)
        self.in_window, self.heard = 0, time.monotonic()
        self.socket.sendto(packet, self.peer)

    def hear(self):
        """Takes what waits. True: it is time to acknowledge."""
        due = False
        while True:
            try:
                data, self.peer = self.socket.recvfrom(2048)
            except BlockingIOError:
                return due
            due = self.take(data) or due

    def take(self, data):
        self.heard = time.monotonic()
        opcode, number = struct.unpack_from("!HH", data)
        if opcode == OACK:
            return True
        if opcode != DATA:
            self.errors += 1
            return False
        if number != (self.block + 1) & 0xffff:
            self.twice += 1
            return False
        self.block += 1
        self.in_window += 1
        self.bytes += len(data) - 4
        return self.in_window == self.window


def run(clients, seconds, pause):
    poll, waiting = select.epoll(), []  # (when, number): acknowledgements to be sent
    by_socket = {c.socket.fileno(): n for n, c in enumerate(clients)}
    end = time.monotonic() + seconds
    for number, client in enumerate(clients):
        poll.register(client.socket, select.EPOLLIN)
        heapq.heappush(waiting, (time.monotonic() + random.random() * max(pause, 0.01), number))
    look = time.monotonic() + 1
    while (now := time.monotonic()) < end:
        while waiting and waiting[0][0] <= now:
            clients[heapq.heappop(waiting)[1]].say()
        if now >= look:
            look = now + 1
            for client in clients:
                if client.heard and now - client.heard > PATIENCE + pause:
                    client.say()
        patience = min(waiting[0][0] if waiting else end, look, end) - now
        for descriptor, _ in poll.poll(max(patience, 0)):
            number = by_socket[descriptor]
            if clients[number].hear():
                if pause > 0:
                    heapq.heappush(waiting, (time.monotonic() + pause, number))
                else:
                    clients[number].say()


def main():
    seconds, count, pause, window, first = (float(word) for word in sys.argv[1:6])
    clients = [Client(int(first) + number, int(window), sys.argv[6]) for number in range(int(count))]
    run(clients, seconds, pause)
    print(json.dumps({"bytes": [c.bytes for c in clients], "twice": sum(c.twice for c in clients),
                      "errors": sum(c.errors for c in clients)}))


if __name__ == "__main__":
    main()
