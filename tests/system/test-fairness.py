# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thousand slow clients and a fast one: neither starves, with caps on bandwidth and without; and who has to
wait for its share is not taken for one that loses packets."""

import contextlib
import json
import os
import subprocess
import sys

import crowd
from harness import BUILD, DEFAULT, HERE, Daemon, case, expect, flood, lab, main
from lablib.net import HOST
from wire import tftp_get

SERVED = {"default": DEFAULT}
# Holds up the packet thread for 2 ms with each request.
DAWDLES = {"slow": {"module": os.path.join(BUILD, "tests", "zoo", "dawdles.so")}, "default": DEFAULT}
SLOW = 1000
FAST_AT = 0x8000                        # number of the fast client
SECONDS = 8
FILE_BYTES = 4 << 30                    # sparse


@contextlib.contextmanager
def served(folder, providers=None, **tftp):
    root = os.path.join(folder, "root")
    os.makedirs(root)
    with open(os.path.join(root, "large"), "wb") as f:
        f.truncate(FILE_BYTES)
    with open(os.path.join(root, "small"), "wb") as f:
        f.write(bytes(1024))
    lab().ip("host", "route", "replace", "local", crowd.NETWORK, "dev", "lo")
    lab().ip("srv", "route", "replace", crowd.NETWORK, "via", HOST)
    with Daemon(folder, providers or SERVED, root=root, tftp={"rollover": 0, **tftp}) as daemon:
        yield daemon


def start(seconds, clients, pause, window, first):
    words = [str(w) for w in (seconds, clients, pause, window, first, "large")]
    command = [sys.executable, "-B", os.path.join(HERE, "crowd.py"), *words]
    return subprocess.Popen(lab().inside("host", command), stdout=subprocess.PIPE, text=True,
                            stdin=subprocess.DEVNULL)


def finish(process, seconds):
    out, _ = process.communicate(timeout=seconds + 30)
    expect(process.returncode == 0, "the clients failed")
    got = json.loads(out)
    expect(got["errors"] == 0, "ERRORs came:", got["errors"])
    return got


@case("a thousand slow clients and a fast one", 90)
def everyone(folder):
    with served(folder):
        alone = finish(start(SECONDS / 2, 1, 0, 32, FAST_AT), SECONDS)["bytes"][0] * 2
        slow = start(SECONDS + 2, SLOW, 0.2, 1, 0)
        fast = finish(start(SECONDS, 1, 0, 32, FAST_AT), SECONDS)["bytes"][0]
        slow = finish(slow, SECONDS)
    least = min(slow["bytes"])
    print(f"# fast: {alone >> 20} MiB alone, {fast >> 20} MiB beside them; slow: {least >> 10} to "
          f"{max(slow['bytes']) >> 10} KiB", flush=True)
    # The clients are Python on the same processors, and take their part of them from each other.
    expect(fast > alone / 8, "the fast one starves:", fast, "instead of", alone)
    # Each asks five times a second; half of that is the worst of a machine with other work.
    expect(least > SECONDS * 5 * crowd.BLOCK / 2, "a slow one starves:", least)


@case("they share the rate of all", 90)
def shared(folder):
    rate = 4 << 20
    with served(folder, **{"total-rate": "4M"}) as daemon:
        slow = start(SECONDS + 2, SLOW, 0.05, 1, 0)
        fast = finish(start(SECONDS, 1, 0, 32, FAST_AT), SECONDS)
        slow = finish(slow, SECONDS)
        running = daemon.ask("status")["tftp"]
    total = sum(slow["bytes"]) / (SECONDS + 2) + fast["bytes"][0] / SECONDS
    mean = sum(slow["bytes"]) / SLOW
    print(f"# {total / rate:.2f} of the rate; slow: {min(slow['bytes']) / mean:.2f} to "
          f"{max(slow['bytes']) / mean:.2f} of the mean, fast: {fast['bytes'][0] / mean:.2f}, again: "
          f"{slow['twice'] + fast['twice']} blocks; {running}", flush=True)
    expect(0.7 * rate < total < 1.1 * rate, "the rate is not kept:", total, "of", rate)
    expect(min(slow["bytes"]) > mean / 2, "a slow one starves:", min(slow["bytes"]), mean)
    expect(mean / 2 < fast["bytes"][0] < 20 * mean, "the fast one has no fair share:", fast, mean)
    blocks = (sum(slow["bytes"]) + fast["bytes"][0]) / crowd.BLOCK
    expect(slow["twice"] + fast["twice"] < blocks / 50, "blocks came again:", slow["twice"], fast)


@case("no client has more than its cap", 60)
def capped(folder):
    rate = 1 << 20
    with served(folder, **{"client-rate": "1M"}):
        got = finish(start(SECONDS, 12, 0, 16, 0), SECONDS)
    shares = [b / SECONDS / rate for b in got["bytes"]]
    print(f"# {min(shares):.2f} to {max(shares):.2f} of the cap, again: {got['twice']} blocks", flush=True)
    expect(0.7 < min(shares) and max(shares) < 1.1, "the cap is not kept:", shares)
    expect(got["twice"] < sum(got["bytes"]) / crowd.BLOCK / 50, "blocks came again:", got["twice"])


@case("files while the packet thread is held up", 90)
def held_up(folder):
    with served(folder, DAWDLES):
        alone = finish(start(SECONDS / 2, 1, 0, 32, FAST_AT), SECONDS)["bytes"][0] * 2
        fast = start(SECONDS, 1, 0, 32, FAST_AT)
        with flood("valid-discover", SECONDS, 1600) as sender:
            small = [len(tftp_get(lab(), "small")) for _ in range(10)]
            fast = finish(fast, SECONDS)
            sender.wait(30)
    print(f"# {alone >> 20} MiB without requests, {fast['bytes'][0] >> 20} MiB with too many; again: "
          f"{fast['twice']} blocks", flush=True)
    expect(small == [1024] * 10, "small files:", small)
    expect(fast["bytes"][0] > alone / 8, "a transfer waits for the packet thread:", fast, alone)


if __name__ == "__main__":
    main()
