# SPDX-License-Identifier: LGPL-2.1-or-later
"""A storm of machines that boot and die at random: everyone is served, everything is counted, and when
it is over the daemon is as small as before. `--minutes 10` in front of the words makes it a long one."""

import json
import os
import random
import subprocess
import sys
import time

import storm
from harness import HERE, Daemon, case, expect, lab, main
from lablib.net import HOST
from lablib.util import wait_until

MACHINES = 400                          # few enough that the warm-up fills all that is kept of them
WARM_UP, SECONDS = 6, 12                # short enough for every test run
QUIET = 45                              # seconds until the last dead client is given up, and trimmed
MOST_MIB = 3                            # that a storm may leave behind

SERVED = {"default": {"module": "architecture", "x86-bios": "small", "x64-uefi": "kernel",
                      "ia32-uefi": "edge"}}


def take_minutes():
    """Takes `--minutes N` out of the command line; the storm's seconds."""
    if "--minutes" not in sys.argv:
        return SECONDS
    at = sys.argv.index("--minutes")
    minutes = float(sys.argv[at + 1])
    del sys.argv[at:at + 2]
    return int(minutes * 60)


def make_files(root):
    os.makedirs(root)
    for name, size in storm.SIZES.items():
        with open(os.path.join(root, name), "wb") as f:
            f.write(random.Random(name).randbytes(size))


def rage(folder, seconds, seed):
    """A storm of so many seconds; what its machines saw."""
    log = os.path.join(folder, f"storm-{seed}.log")
    command = [sys.executable, "-B", os.path.join(HERE, "storm.py"), str(seconds), str(MACHINES),
               os.path.join(folder, "root"), str(seed)]
    with open(log, "w") as errors:
        done = subprocess.run(lab().inside("host", command), stdout=subprocess.PIPE, stderr=errors,
                              stdin=subprocess.DEVNULL, timeout=seconds + 60, check=False)
    expect(done.returncode == 0, "the storm failed: see", log)
    return json.loads(done.stdout)


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


def calm(daemon):
    """Waits until nothing runs any more and the memory is given back."""
    expect(wait_until(lambda: daemon.ask("status")["tftp"]["running"] == 0, QUIET),
           "transfers still run after", QUIET, "s")
    best, still = daemon.resident(), 0
    while still < 8:
        time.sleep(1)
        now = daemon.resident()
        best, still = (now, 0) if now < best - 0.05 else (best, still + 1)
    return {"MiB": best, "descriptors": descriptors(daemon),
            "threads": len(os.listdir(f"/proc/{daemon.process.pid}/task"))}


def adds_up(status):
    """Every request ended in one way, and every packet had one fate."""
    tftp = dict(status["tftp"])
    ends = sum(tftp.get(name, 0) for name in (
        "running", "completed", "size-probes", "aborted", "timed-out", "refused", "failed", "replaced",
        "repeated"))
    limits = {name: n for name, n in tftp.items() if name.startswith("limit-") and n}
    expect(not limits, "limits were met:", limits)
    expect(tftp["requests"] == ends, "read requests do not add up:", tftp)
    requests = dict(status["requests"])
    received = requests.pop("received")
    requests.pop("dropped-by-kernel", None)
    expect(received == sum(requests.values()), "packets do not add up:", received, requests)


def seen_alike(seen, status):
    """What machines saw is what the daemon counted; it may have answered the dead, too."""
    expect(not seen.get("wrong"), "wrong bytes:", seen)
    expect(not seen.get("unanswered") and not seen.get("stalled"), "somebody was left alone:", seen)
    requests, tftp = status["requests"], status["tftp"]
    expect(requests["received"] >= seen["asked"] * 0.99, "questions were lost:", seen, requests)
    expect(tftp["completed"] >= seen["completed"], "more files came than were sent:", seen, tftp)


def weathers(seconds, threads):
    def test(folder):
        make_files(os.path.join(folder, "root"))
        lab().ip("host", "route", "replace", "local", storm.NETWORK, "dev", "lo")
        lab().ip("srv", "route", "replace", storm.NETWORK, "via", HOST)
        with Daemon(folder, SERVED, root=os.path.join(folder, "root"), server={"threads": threads},
                    tftp={"retries": 8, "threads": threads}) as daemon:
            first = rage(folder, WARM_UP, 1)
            before = calm(daemon)
            seen = rage(folder, seconds, 2)
            after = calm(daemon)
            status = daemon.ask("status")
        print(f"# {seen}\n# before: {before}, after: {after}", flush=True)
        seen = {name: seen.get(name, 0) + first.get(name, 0) for name in {**seen, **first}}
        adds_up(status)
        seen_alike(seen, status)
        expect(after["MiB"] < before["MiB"] + MOST_MIB, "memory was left behind:", before, after)
        expect(after["descriptors"] == before["descriptors"], "descriptors leak:", before, after)
        expect(after["threads"] <= before["threads"] + 1, "threads leak:", before, after)
    return test


STORM = take_minutes()
for number in (1, 3):
    case(f"memory returns to where it began, {number} threads", STORM + WARM_UP + 4 * QUIET)(
        weathers(STORM, number))

if __name__ == "__main__":
    main()
