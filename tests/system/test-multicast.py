# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many clients get a file at the price of one: atftp by RFC 2090; and windows of a client's own choice."""

import contextlib
import filecmp
import os
import random
import signal
import socket
import struct
import time

from harness import BUILD, DEFAULT, Daemon, case, expect, lab, main
import machines
from lablib.net import SRV
from lablib.util import end_process, need, wait_until
import wire

SERVED = {"default": DEFAULT}
NAME = "images/system.wim"
SIZE, BLOCK = 6 << 20, 1428
BLOCKS = SIZE // BLOCK + 1


def root_with(folder, size=SIZE):
    path = os.path.join(folder, "root", NAME)
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as f:
        f.write(random.Random(size).randbytes(size))
    return os.path.join(folder, "root"), path


def daemon(folder, root, **keys):
    return Daemon(folder, SERVED, root=root, tftp={"multicast": "images/*.wim", **keys})


def counters(server):
    return {k.removeprefix("multicast-"): v for k, v in server.ask("status")["tftp"].items()
            if k.startswith("multicast-")}


class Atftp:
    """One atftp that asks for multicast, in a machine of its own."""

    def __init__(self, folder, machine, *options, name=NAME):
        need("atftp")
        self.out = os.path.join(folder, machine)
        self.log = self.out + ".log"
        options = options or ("multicast", f"blksize {BLOCK}")
        words = [w for o in options for w in ("--option", o)]
        self.process = lab().child(machine, ["atftp", "--trace", *words, "-g", "-r", name,
                                             "-l", self.out, SRV], self.log)

    def has_file(self, path, seconds=60):
        self.process.wait(seconds)
        return filecmp.cmp(self.out, path, shallow=False)

    def said(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def kill(self):
        # As a power cut does: no ERROR, and nothing of what is sent is heard any more.
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextlib.contextmanager
def clients(folder, names):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(ended(Atftp(folder, name))) for name in names]


@contextlib.contextmanager
def ended(client):
    try:
        yield client
    finally:
        end_process(client.process)


def wait_for(server, what, count, seconds=20):
    expect(wait_until(lambda: counters(server)[what] >= count, seconds, 0.05),
           f"{what}: not {count} but", counters(server))


@case("atftp: four machines share one stream", 90)
def _(folder):
    root, path = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "4M"}) as server, \
            machines.up(lab(), 4) as names, clients(folder, names) as all_of_them:
        wait_for(server, "joined", 4)
        for client in all_of_them:
            expect(client.has_file(path), client.said()[-500:])
        count = counters(server)
        expect(count["completed"] == 4 and count["lost"] == 0, count)
        expect(count["members"] == 0 and count["streams"] == 0, "nothing runs any more", count)
        # Whoever joins while the first blocks go out has them sent again.
        expect(count["blocks"] < BLOCKS * 1.2, "one stream for four", count, BLOCKS)
        expect("multicast: 239.255.1.0,1758," in all_of_them[0].said(), all_of_them[0].said()[:500])


@case("atftp: a late joiner gets all of it", 90)
def _(folder):
    root, path = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "3M", "multicast-groups": "239.1.2.3"}) as server, \
            machines.up(lab(), 3) as names, clients(folder, names[:2]) as early:
        wait_for(server, "blocks", BLOCKS // 2)
        with ended(Atftp(folder, names[2])) as late:
            for client in (*early, late):
                expect(client.has_file(path), client.said()[-500:])
            count = counters(server)
            expect(count["completed"] == 3 and count["streams"] == 0, count)
            expect(BLOCKS * 1.3 < count["blocks"] < BLOCKS * 1.7, count, BLOCKS)
            expect("239.1.2.3" in late.said(), late.said()[:500])


@case("atftp: the master dies and another one takes over", 90)
def _(folder):
    root, path = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "3M"}) as server, \
            machines.up(lab(), 4) as names, ended(Atftp(folder, names[0])) as master:
        wait_for(server, "masters", 1)
        with clients(folder, names[1:]) as heirs:
            wait_for(server, "blocks", BLOCKS // 2)
            master.kill()
            began = time.monotonic()
            for client in heirs:
                expect(client.has_file(path), client.said()[-500:])
            took = time.monotonic() - began
            count = counters(server)
            expect(count["completed"] == 3 and count["masters"] >= 2, count)
            expect(count["blocks"] < BLOCKS * 1.8, count, BLOCKS)
            # Two seconds of patience and the second half of the file.
            expect(took < 10, f"{took:.1f} s after the master's death")


@case("atftp: all die and nothing is left behind", 90)
def _(folder):
    root, _ = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "1M", "timeout": "100ms", "retries": "20"}) as server, \
            machines.up(lab(), 3) as names, clients(folder, names) as doomed:
        wait_for(server, "blocks", 100)
        for client in doomed:
            client.kill()
        expect(wait_until(lambda: counters(server)["streams"] == 0, 40), counters(server))
        count = counters(server)
        expect(count["lost"] == 3 and count["members"] == 0, count)


@case("atftp: what is not for groups comes alone", 90)
def _(folder):
    root, path = root_with(folder)
    other = os.path.join(root, "other.bin")
    os.link(path, other)
    with daemon(folder, root) as server, machines.up(lab(), 2) as names:
        with ended(Atftp(folder, names[0], name="other.bin")) as client:
            expect(client.has_file(other), client.said()[-500:])
        with ended(Atftp(folder, names[1], "blksize 1428")) as client:
            expect(client.has_file(path), client.said()[-500:])
        count = counters(server)
        expect(count["joined"] == 0 and count["alone"] == 1, count)


@case("atftp: blocks of 512 are a stream of their own", 90)
def _(folder):
    root, path = root_with(folder, 1 << 20)
    with daemon(folder, root, **{"multicast-rate": "1M"}) as server, \
            machines.up(lab(), 2) as names, ended(Atftp(folder, names[0])) as large:
        wait_for(server, "blocks", 10)
        with ended(Atftp(folder, names[1], "multicast")) as plain:
            wait_for(server, "streams", 2)
            expect(large.has_file(path), large.said()[-500:])
            expect(plain.has_file(path), plain.said()[-500:])


@case("atftp: two transfer threads, one stream", 90)
def _(folder):
    root, path = root_with(folder)
    with daemon(folder, root, **{"multicast-rate": "3M", "threads": 2}) as server, \
            machines.up(lab(), 4) as names, clients(folder, names) as all_of_them:
        wait_for(server, "joined", 4)
        expect(counters(server)["streams"] == 1, counters(server))
        expect(len(server.ask("status")["transfers"]) == 4, "status lists all four")
        for client in all_of_them:
            expect(client.has_file(path), client.said()[-500:])


@contextlib.contextmanager
def crowd(machine):
    """A machine that has a network of addresses of its own, which srv reaches through it."""
    network, at = "10.64.0.0/11", machines.address(0)
    lab().ip(machine, "route", "add", "local", network, "dev", "lo")
    lab().ip("srv", "route", "add", network, "via", at)
    try:
        yield "10.64.0.0", at
    finally:
        lab().ip("srv", "route", "del", network, check=False)


@case("200 receivers at the price of a few", 90)
def _(folder):
    root, path = root_with(folder)
    # A router is between srv and them, and multicast passes it.
    with daemon(folder, root, **{"multicast-rate": "0", "multicast-ttl": 2}) as server, \
            machines.up(lab(), 1) as names, crowd(names[0]) as (network, at):
        for receivers, loss, most in ((2, 0, 1.05), (200, 0, 1.2), (200, 0.2, 2)):
            before = counters(server)["blocks"]
            load = lab().child(names[0], [
                os.path.join(BUILD, "tests", "bench", "multicast-load"), "--server", SRV,
                "--network", network, "--interface", at, "--file", NAME, "--content", path,
                "--receivers", str(receivers), "--block-size", str(BLOCK), "--loss", str(loss)],
                os.path.join(folder, "load.log"))
            expect(load.wait(40) == 0, open(os.path.join(folder, "load.log")).read())
            sent = counters(server)["blocks"] - before
            expect(sent < BLOCKS * most, f"{receivers} receivers, {loss} % lost: {sent} blocks, "
                   f"of {BLOCKS}")
        expect(wait_until(lambda: counters(server)["completed"] == 402, 5), counters(server))


@case("multicast is off by default, and a reload turns it on", 60)
def _(folder):
    root, path = root_with(folder, 1 << 20)
    with Daemon(folder, SERVED, root=root) as server, machines.up(lab(), 2) as names:
        with ended(Atftp(folder, names[0])) as client:
            expect(client.has_file(path), client.said()[-500:])
        expect(counters(server)["joined"] == 0, counters(server))
        server.tftp = {"multicast": "*.wim"}
        server.configure(SERVED)
        server.ask("reload")
        with ended(Atftp(folder, names[1])) as client:
            expect(client.has_file(path), client.said()[-500:])
        expect(counters(server)["completed"] == 1, counters(server))


def variable_window(name, windows, seconds=20):
    """A client of Microsoft's variable window: (file, options of the OACK, sizes of the windows that came).

    `windows`: the sizes it asks for, one after the other, the last one for ever.
    """
    options = (("tsize", 0), ("blksize", 1456), ("windowsize", 4), ("msftwindow", 31416))
    got, came, wanted = bytearray(), [], list(windows)
    with lab().socket("host") as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        s.settimeout(seconds)
        s.sendto(wire.request_packet(name, options), (SRV, 69))
        data, source = s.recvfrom(2048)
        expect(struct.unpack_from("!H", data)[0] == wire.OACK, data)
        words = data[2:].split(b"\0")
        oack = {words[i].decode(): words[i + 1].decode() for i in range(0, len(words) - 1, 2)}
        block = 0
        while True:
            size = wanted.pop(0) if len(wanted) > 1 else wanted[0]
            s.sendto(struct.pack("!HHB", wire.ACKNOWLEDGE, block & 0xffff, size), source)
            begun = block
            while block < begun + size:
                data = s.recv(2048)
                expect(struct.unpack_from("!HH", data) == (wire.DATA, (block + 1) & 0xffff), block)
                got += data[4:]
                block += 1
                if len(data) < 4 + 1456:
                    s.sendto(struct.pack("!HHB", wire.ACKNOWLEDGE, block & 0xffff, 0), source)
                    return bytes(got), oack, came + [block - begun]
            came.append(block - begun)


@case("msftwindow: windows of its own choice", 60)
def _(folder):
    root, path = root_with(folder, 3 << 20)
    with open(path, "rb") as f:
        content = f.read()
    with Daemon(folder, SERVED, root=root) as server:
        got, oack, came = variable_window(NAME, (4, 8, 16, 64, 255, 1, 2, 64))
        expect(oack == {"blksize": "1456", "tsize": str(3 << 20), "windowsize": "4",
                        "msftwindow": "27182"}, oack)
        expect(got == content, "not the file", len(got))
        expect(came[:8] == [4, 8, 16, 64, 255, 1, 2, 64], came)
        expect(wait_until(lambda: server.ask("status")["tftp"]["completed"] == 1, 5), "not counted")


@case("msftwindow: the switch keeps it out of the answer", 60)
def _(folder):
    root, _ = root_with(folder, 1 << 20)
    with Daemon(folder, SERVED, root=root, tftp={"msftwindow": "no"}):
        ask = wire.request_packet(NAME, (("windowsize", 4), ("msftwindow", 31416)))
        opcode, said = wire.tftp_ask(lab(), ask)
        expect(opcode == wire.OACK and b"windowsize\0004\0" in said and b"msft" not in said, said)


if __name__ == "__main__":
    main()
