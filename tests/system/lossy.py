# SPDX-License-Identifier: LGPL-2.1-or-later
"""A link that loses packets, made of two taps and a loop, since not every kernel has netem.

While it stands, the namespace host reaches srv through it alone. Which packets are lost follows
from the seed: a failure can be seen again.
"""

import contextlib
import fcntl
import os
import random
import select
import struct
import threading

from lablib.net import SRV

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 0x0002, 0x1000
ADDRESS = "10.99.0.5"


def _tap(lab, which, name):
    with lab.entered(which):
        fd = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


def _forward(ends, stop, loss, chance, count):
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    while True:
        for fd in select.select([*ends, stop], [], [])[0]:
            if fd == stop:
                return
            frame = os.read(fd, 65536)
            lost = frame[12:14] == b"\x08\x00" and chance.random() < loss
            count["lost" if lost else "passed"] += 1
            if not lost:
                os.write(other[fd], frame)


@contextlib.contextmanager
def link(lab, loss=0.01, seed=1):
    """Yields {"passed": n, "lost": n}, which counts while the link stands."""
    count = {"passed": 0, "lost": 0}
    with contextlib.ExitStack() as stack:
        ends = [_tap(lab, "cli", "lossA"), _tap(lab, "host", "lossB")]
        for fd in ends:
            stack.callback(os.close, fd)
        lab.ip("cli", "link", "set", "lossA", "master", "brA", "up")
        # An interface must answer for its own addresses alone, or packets go round the link.
        lab.sysctl("host", ("net.ipv4.conf.all.arp_ignore", 1))
        lab.ip("host", "link", "set", "lossB", "up")
        lab.ip("host", "addr", "add", ADDRESS + "/32", "dev", "lossB")
        lab.ip("host", "route", "add", SRV + "/32", "dev", "lossB", "src", ADDRESS)
        stop, stopper = os.pipe()
        stack.callback(os.close, stop)
        thread = threading.Thread(target=_forward, args=(
            ends, stop, loss, random.Random(seed), count))
        thread.start()
        stack.callback(thread.join)
        stack.callback(os.close, stopper)
        yield count
