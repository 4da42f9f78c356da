# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real firmware boots by providers that have a process of their own, while those are killed at random."""

import atexit
import contextlib
import os
import random
import shutil
import signal
import tempfile
import threading

from harness import DEFAULT, TOP, Daemon, case, expect, lab, main
from lablib import boot
from lablib.util import wait_until


def install_snake():
    """The provider's settings, with its program where a user without privileges can read it."""
    folder = tempfile.mkdtemp(prefix="boothost-snake-")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    program = shutil.copy(os.path.join(TOP, "tests", "zoo", "provider.py"), folder)
    return {"command": "/usr/bin/python3 " + program, "file": "snake.efi",
            "match-architecture": "arm64-uefi"}


def processes(daemon):
    """The providers of status that have a process of their own, by name."""
    return {one["name"]: one for one in daemon.ask("status")["providers"]
            if one["isolation"] != "none"}


@contextlib.contextmanager
def killer(daemon, name):
    """Kills the provider's process, again and again; gives the list of those it has killed."""
    killed, stop, rand = [], threading.Event(), random.Random(2026)

    def kill():
        while not stop.wait(rand.uniform(0.2, 1.5)):
            pid = processes(daemon)[name].get("pid", 0)
            if pid and pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def boots_while_killed(client):
    def test(folder):
        with Daemon(folder, {"isolated": {**DEFAULT, "isolation": "process"}}) as daemon:
            with killer(daemon, "isolated") as killed:
                result = boot.boot(lab(), client, folder)
            expect(killed, "nothing was killed")
            expect(wait_until(lambda: processes(daemon)["isolated"]["process"] == "running", 35),
                   "it was not started again")
            one = processes(daemon)["isolated"]
        expect(result["ok"], client, result["outcome"], result["console"])
        expect(one["restarts"] >= len(killed), one)
        expect("signal 9" in one["last-end"], one)
    return test


case("bios boots while its provider is killed", 150)(boots_while_killed("bios"))
case("uefi-x64 boots while its provider is killed", 150)(boots_while_killed("uefi-x64"))


@case("a command that is killed comes back, beside a provider that is not", 60)
def command_comes_back(folder):
    providers = {"snake": install_snake(), "steady": DEFAULT}
    with Daemon(folder, providers) as daemon:
        first = processes(daemon)["snake"]["pid"]
        os.kill(first, signal.SIGKILL)
        others = daemon.ask("simulate", "--mac", "02:00:00:00:00:07", "--arch", "x64-uefi")
        expect(others["boot-file"] == DEFAULT["x64-uefi"], others)
        expect(wait_until(lambda: processes(daemon)["snake"].get("pid", 0) not in (0, first), 20),
               "it was not started again")
        told = daemon.ask("simulate", "--mac", "02:00:00:00:00:07", "--arch", "arm64-uefi")
        expect(told["boot-file"] == "snake.efi", told)


@case("what does not open is named, and nothing serves when it is critical", 30)
def critical(folder):
    daemon = Daemon(folder, {"gone": {"command": "/nowhere", "critical": "yes"}})
    try:
        with daemon:
            served = True
    except Exception:                   # the lab's words for a daemon that ended
        served = False
    expect(not served, "it serves")
    expect("[provider gone]" in daemon.says() and "exit status 127" in daemon.says(), daemon.says())


if __name__ == "__main__":
    main()
