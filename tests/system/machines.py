# SPDX-License-Identifier: LGPL-2.1-or-later
"""More machines on segment a than the lab has: namespaces for clients that must not share an address.

    with machines.up(lab(), 3) as names: lab().child(names[0], ...)
"""

import contextlib

from lablib.net import RELAY_A
from lablib.util import end_pid, run

FIRST = 50                              # of 10.99.0.50 and up


def address(position):
    return f"10.99.0.{FIRST + position}"


def _make(lab, position):
    name = f"machine{position}"
    run(["ip", "netns", "add", lab.ns(name)])
    lab.ip("cli", "link", "add", name, "type", "veth", "peer", "name", "eth0",
           "netns", lab.ns(name))
    lab.ip("cli", "link", "set", name, "master", "brA", "up")
    for link in ("lo", "eth0"):
        lab.ip(name, "link", "set", link, "up")
    lab.ip(name, "addr", "add", address(position) + "/24", "dev", "eth0")
    lab.ip(name, "route", "add", "default", "via", RELAY_A)
    return name


def _unmake(lab, name):
    for pid in run(["ip", "netns", "pids", lab.ns(name)], check=False).split():
        end_pid(int(pid))
    run(["ip", "netns", "del", lab.ns(name)], check=False)
    lab.ip("cli", "link", "del", name, check=False)


@contextlib.contextmanager
def up(lab, count):
    """Yields their names, for Lab.child() and Lab.socket()."""
    with contextlib.ExitStack() as stack:
        names = []
        for position in range(count):
            stack.callback(_unmake, lab, f"machine{position}")
            names.append(_make(lab, position))
        yield names
