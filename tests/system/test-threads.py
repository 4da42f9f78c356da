# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several threads that answer, several that send files: no client sees a difference."""

import os
import random
import subprocess
import threading

from harness import BOOTHOSTD, DEFAULT, Daemon, case, expect, lab, main
from lablib.net import SRV
from wire import PxeClient, question, tftp_get

THREADS = 3
SERVED = {"default": DEFAULT}


def daemon(folder, **server):
    return Daemon(folder, SERVED, server={"threads": THREADS, **server}, tftp={"threads": THREADS})


@case("each broadcast and each unicast is answered once")
def _(folder):
    with daemon(folder) as server:
        for number in range(4 * THREADS):
            with PxeClient(lab(), f"02:00:00:00:04:{number:02x}") as client:
                expect(len(client.discover(seconds=1)) == 1, "not one OFFER for client", number)
                expect(len(client.request(seconds=1)) == 1, "not one ACK for client", number)
        requests = server.ask("status")["requests"]
    expect(requests["received"] == requests["answered"] == 8 * THREADS, requests)


@case("what is too short, or no DHCP, is counted once")
def _(folder):
    with daemon(folder) as server:
        with lab().socket("host") as sender:
            for size in (0, 1, 29, 33, 34, 240, 300):
                sender.sendto(bytes(size), (SRV, 4011))
                sender.sendto(question(1, "02:00:00:00:05:01", 7, vendor="MSFT 5.0"), (SRV, 67))
        with PxeClient(lab(), "02:00:00:00:05:02") as client:
            expect(client.discover(seconds=2), "no OFFER behind them")
        requests = dict(server.ask("status")["requests"])
    expect(requests.pop("received") == 15, requests)
    expect(sum(requests.values()) == 15 and requests["not-pxe"] == 7, requests)


@case("port 67 beside a DHCP server stays with one thread")
def _(folder):
    with daemon(folder, dhcp="raw") as server:
        with PxeClient(lab(), "02:00:00:00:05:03") as client:
            expect(len(client.discover(seconds=1)) == 1, "not one OFFER")
            expect(len(client.request(seconds=1)) == 1, "not one ACK")
        expect(server.ask("status")["ports"] == "67 (raw) 4011", "other ports")


@case("files come whole from all of them, and are counted together")
def _(folder):
    root = os.path.join(folder, "root")
    os.makedirs(root)
    content = random.Random(1).randbytes(100000)
    with open(os.path.join(root, "file"), "wb") as f:
        f.write(content)
    wrong = []

    def fetch():
        if tftp_get(lab(), "file") != content:
            wrong.append("another content")

    with Daemon(folder, SERVED, root=root, tftp={"threads": THREADS}) as server:
        clients = [threading.Thread(target=fetch) for _ in range(24)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        tftp = server.ask("status")["tftp"]
    expect(not wrong, wrong)
    expect(tftp["completed"] == 24 and tftp["bytes"] == 24 * len(content), tftp)


@case("two daemons do not share a port by chance")
def _(folder):
    other = os.path.join(folder, "other")
    os.makedirs(other)
    with daemon(folder):
        command = lab().inside("srv", [BOOTHOSTD, "--config", daemon(other).config])
        second = subprocess.run(command, capture_output=True, text=True, timeout=10,
                                stdin=subprocess.DEVNULL)
        expect(second.returncode == 1 and "is taken" in second.stderr, "a second one started:", second)


if __name__ == "__main__":
    main()
