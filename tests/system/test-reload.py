# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policy swapped while clients are answered: modules replaced and overwritten while they run, broken
configurations, list files, slow providers, memory that is carried over."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time

from harness import BOOTHOST, BUILD, Daemon, case, expect, lab, main, modules
from lablib.net import HOST, SRV
from lablib.util import end_process, wait_until

EPOCH = os.path.join(BUILD, "tests", "support", "epoch")
PXE_LOAD = os.path.join(BUILD, "tests", "bench", "pxe-load")
WORKER = os.path.join(BUILD, "core", "boothost-worker")
CLIENTS, CLIENTS_NETWORK = "10.64.0.0", "10.64.0.0/11"
MAC = "02:00:00:00:00:07"


class Reloaded(Daemon):
    """A daemon with the module `epoch` (tests/support/epoch) in a module folder of its own."""

    def __init__(self, folder, providers=None, server=None):
        self.modules = os.path.join(folder, "installed")
        shutil.copytree(modules(), self.modules)
        for name in ("epoch", "epoch-worker"):
            self.install("one", name)
        super().__init__(folder, providers or chain("a"), server={
            "modules": self.modules, "answer-shape": "direct", **(server or {})})

    def install(self, image, name="epoch"):
        """As a package manager does it: a new file under the old name."""
        path = os.path.join(self.modules, name + ".so")
        shutil.copy(os.path.join(EPOCH, f"{name}-{image}.so"), path + ".new")
        os.rename(path + ".new", path)

    def overwrite(self, image, name="epoch"):
        """As people do it: other bytes in the same file."""
        with open(os.path.join(EPOCH, f"{name}-{image}.so"), "rb") as source:
            with open(os.path.join(self.modules, name + ".so"), "wb") as f:
                f.write(source.read())

    def reload(self, status=0):
        done = subprocess.run([BOOTHOST, "--socket", self.socket, "reload", "--json"],
                              capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        expect(done.returncode == status, "reload: exit", done.returncode, "\n" + done.stdout + done.stderr)
        said = json.loads(done.stdout)
        expect(said["reloaded"] == (status == 0), said)
        return said

    def tells(self, provider="last"):
        """What the provider says of itself, asked by a simulated client."""
        said = self.ask("simulate", "--mac", MAC, "--arch", "x64-uefi")
        reason = next(step["reason"] for step in said["trace"] if step["provider"] == provider)
        return {**dict(re.findall(r"(\w+)=(\S*)", reason)), "file": said["boot-file"],
                "generation": said["generation"]}

    def generations(self):
        return {one["number"]: one for one in self.ask("status")["generations"]}


def until(condition, what):
    expect(wait_until(condition, 10), what, "did not come within 10 s")


def chain(word, module="epoch", length=3, **last):
    """Providers that all have the same word; the last one names the file."""
    names = [f"p{number}" for number in range(length - 1)] + ["last"]
    return {name: {"module": module, "word": word,
                   **({"boot-file": f"boot-{word}", **last} if name == "last" else {})}
            for name in names}


class Load:
    """What came of the clients, once they are through."""

    def __init__(self, seconds):
        self.end, self.said = time.monotonic() + seconds, None

    def runs(self):
        return time.monotonic() < self.end - 0.5


@contextlib.contextmanager
def load(daemon, files, seconds, rate=2000):
    """Clients that come while the block runs; afterwards: each of them was answered, and rightly."""
    lab().ip("host", "route", "replace", "local", CLIENTS_NETWORK, "dev", "lo")
    lab().ip("srv", "route", "replace", CLIENTS_NETWORK, "via", HOST)
    out = os.path.join(daemon.folder, "pxe-load.json")
    words = [PXE_LOAD, "--server", SRV, "--network", CLIENTS, "--rate", str(rate), "--timeout", "2000",
             "--outstanding", "1024", "--clients", "500"]
    words += [word for file in files for word in ("--file", file)]
    result = Load(seconds)
    process = lab().child("host", [*words, "--seconds", str(seconds)], out)
    try:
        yield result
        process.wait(seconds + 10)
    finally:
        end_process(process)
    with open(out) as f:
        said = result.said = json.loads(f.read().splitlines()[-1])
    print(f"# {said}", flush=True)
    expect(said["lost"] == 0 and not said["wrong"], said)
    expect(said["named"] == said["answers"] > seconds * rate / 3, said)


@case("a reload takes the new configuration, and says so")
def _(folder):
    with Reloaded(folder) as daemon:
        expect(daemon.tells()["word"] == "a", "another word")
        daemon.configure(chain("b", length=2))
        expect(daemon.tells()["word"] == "a", "taken before it was asked for")
        said = daemon.reload()
        expect(said["generation"] == 2 and said["providers"] == 2 and not said["problems"], said)
        told = daemon.tells()
        expect(told["word"] == "b" and told["generation"] == 2, told)
        expect(daemon.generations()[2]["state"] == "serving", daemon.generations())
        said = subprocess.run([BOOTHOST, "--socket", daemon.socket, "reload"], capture_output=True,
                              text=True, check=True).stdout
        expect("generation 3 serves, 2 providers" in said and "memory taken over: p0, last" in said, said)


@case("SIGHUP reloads, and the log says what came of it")
def _(folder):
    with Reloaded(folder) as daemon:
        daemon.configure(chain("b"))
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.tells()["word"] == "b", "the new word")
        expect("reloaded: generation 2 serves" in daemon.says(), daemon.says())
        with open(daemon.config, "a") as f:
            f.write("nonsense\n")
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "not reloaded" in daemon.says(), "the refusal")
        expect("boothost.conf:" in daemon.says().splitlines()[-2], daemon.says())
        expect(daemon.tells()["generation"] == 2, "it took over")


@case("a module that is replaced is a new image; one that is not, is not mapped again")
def _(folder):
    with Reloaded(folder) as daemon:
        before = daemon.tells()
        daemon.install("two")
        expect(daemon.tells()["image"] == "one", "the running image has changed")
        daemon.reload()
        told = daemon.tells()
        expect(before["image"] == "one" and told["image"] == "two", before, told)
        for _ in range(5):
            daemon.reload()
        with open(f"/proc/{daemon.process.pid}/maps") as f:
            mapped = {line.split()[-1] for line in f if "/epoch-" in line}
        expect(len(mapped) == 2, mapped)
        daemon.install("one")
        daemon.reload()
        expect(daemon.tells()["image"] == "one", "the old image is not taken again")


@case("a module that is overwritten in place does not touch the running one", 120)
def _(folder):
    with Reloaded(folder) as daemon:
        number = 0
        with load(daemon, ["boot-a"], 10) as clients:
            while clients.runs():
                image, number = ("one", "two")[number % 2], number + 1
                with open(os.path.join(daemon.modules, "epoch.so"), "r+b") as f:
                    f.truncate(0)
                    f.write(b"\0" * 20000)      # what has it mapped now gets zeros or SIGBUS
                    f.flush()
                    time.sleep(0.05)
                    said = daemon.reload(status=1)
                    expect("epoch.so" in said["problems"][0]["text"], said)
                daemon.overwrite(image)
                daemon.reload()
                expect(daemon.tells()["image"] == image, "another image than", image)


@case("a module that is cut short is refused, wherever it is cut", 120)
def _(folder):
    with Reloaded(folder) as daemon:
        with open(os.path.join(EPOCH, "epoch-two.so"), "rb") as f:
            whole = f.read()
        refused = 0
        for size in range(0, len(whole), 997):
            with open(os.path.join(daemon.modules, "epoch.so"), "wb") as f:
                f.write(whole[:size])
            said = subprocess.run([BOOTHOST, "--socket", daemon.socket, "reload", "--json"],
                                  capture_output=True, text=True, timeout=30)
            refused += said.returncode == 1
            expect(daemon.process.poll() is None, "the daemon died of a file cut at", size)
            checked = subprocess.run([BOOTHOST, "check", "--config", daemon.config], capture_output=True)
            expect(checked.returncode in (0, 1), "check died of a file cut at", size)
        expect(refused > 5, "only", refused, "were refused")
        expect(daemon.tells()["word"] == "a", "another word")


BROKEN = {
    "a syntax error": lambda text: text + "nonsense\n",
    "an unknown key": lambda text: text.replace("word = a", "wrod = a", 1),
    "a missing key": lambda text: text.replace("word = a\n", "", 1),
    "an unknown module": lambda text: text.replace("module = epoch", "module = epohc", 1),
    "no chain": lambda text: text.replace("[chain]", "[chian]"),
    "a provider that does not open": lambda text: text + "fail-open = yes\n",
    "a root that is not there": lambda text: text.replace("root = ", "root = /nonexistent", 1),
    "no such interface": lambda text: text.replace("interfaces = eth0", "interfaces = eth7"),
}


@case("broken configurations in a loop: named, refused, and clients notice nothing", 120)
def _(folder):
    with Reloaded(folder) as daemon:
        with open(daemon.config) as f:
            good = f.read()
        with load(daemon, ["boot-a"], 15) as clients:
            while clients.runs():
                for what, spoil in BROKEN.items():
                    with open(daemon.config, "w") as f:
                        f.write(spoil(good))
                    said = daemon.reload(status=1)
                    problem = next(one for one in said["problems"] if one["fatal"])
                    expect(problem["where"] and problem["text"], what, said)
                    expect(said["generation"] == 1, what, said)
        said = daemon.ask("status")
        expect(said["generation"] == 1 and len(said["generations"]) == 1, said)
        with open(daemon.config, "w") as f:
            f.write(good)
        daemon.reload()


@case("the place of a mistake is its line, and the provider is named")
def _(folder):
    with Reloaded(folder) as daemon:
        with open(daemon.config, "a") as f:
            f.write("fail-open = yes\n")
        with open(daemon.config) as f:
            line = len(f.readlines())
        said = daemon.reload(status=1)
        problem = said["problems"][0]
        expect(problem["where"] == f"boothost.conf:{line}" and "[provider last]" in problem["text"], said)


@case("a list file is part of the snapshot")
def _(folder):
    path = os.path.join(folder, "some.list")
    with open(path, "w") as f:
        f.write("first\n")
    with Reloaded(folder, chain("a", list=path)) as daemon:
        expect(daemon.tells()["list"] == "first", daemon.tells())
        with open(path, "w") as f:
            f.write("second\n")
        expect(daemon.tells()["list"] == "first", "the running chain reads a changed file")
        daemon.reload()
        expect(daemon.tells()["list"] == "second", "the reload did not read the file again")


@case("memory is carried over, from one thread kind and image to the next")
def _(folder):
    for module, isolation in (("epoch", "none"), ("epoch-worker", "none"), ("epoch", "process")):
        here = os.path.join(folder, module + "-" + isolation)
        os.mkdir(here)
        providers = {name: {**keys, "isolation": isolation} for name, keys in chain("a", module).items()}
        with Reloaded(here, providers, {"worker": WORKER}) as daemon:
            for count in ("1", "2", "3"):
                told = daemon.tells()
                expect(told["count"] == count, told)
            daemon.install("two", module)
            expect(daemon.reload()["carried"] == ["p0", "p1", "last"], "not all was carried")
            told = daemon.tells()
            expect(told["image"] == "two" and told["count"] == "4", told)
            daemon.configure({"p0": providers["p0"], "another": providers["last"]})
            expect(daemon.reload()["carried"] == ["p0"], "another name is no successor")


@case("what is being decided ends with the chain it came to", 90)
def _(folder):
    providers = chain("a", "epoch-worker", delay="1500ms")
    for provider in providers.values():
        provider["deadline"] = "5s"
    with Reloaded(folder, providers) as daemon:
        asked = subprocess.Popen([BOOTHOST, "--socket", daemon.socket, "simulate", "--json", "--mac", MAC,
                                  "--arch", "x64-uefi"], stdout=subprocess.PIPE, text=True)
        until(lambda: daemon.generations()[1]["in-flight"] == 1, "the slow request")
        daemon.configure(chain("b"))
        began = time.monotonic()
        said = daemon.reload()
        expect(time.monotonic() - began < 1, "the reload waited for the slow provider")
        expect(said["generation"] == 2, said)
        states = daemon.generations()
        expect(states[2]["state"] == "serving" and states[1]["state"] == "draining" and
               states[1]["in-flight"] == 1, states)
        expect(daemon.tells()["word"] == "b", "the new chain does not serve meanwhile")
        answer = json.loads(asked.communicate(timeout=10)[0])
        expect(answer["boot-file"] == "boot-a" and answer["generation"] == 1, answer)
        until(lambda: list(daemon.generations()) == [2], "the end of generation 1")


@case("a busy worker's memory cannot be carried, which is said")
def _(folder):
    providers = chain("a", "epoch-worker", delay="1s")
    with Reloaded(folder, providers) as daemon:
        asked = subprocess.Popen([BOOTHOST, "--socket", daemon.socket, "simulate", "--mac", MAC, "--arch",
                                  "x64-uefi"], stdout=subprocess.DEVNULL)
        until(lambda: daemon.generations()[1]["in-flight"] == 1, "the slow request")
        said = daemon.reload()
        expect(said["carried"] == ["p0", "p1"], said)
        warning = said["problems"][0]
        expect(not warning["fatal"] and "[provider last] starts without the memory" in warning["text"], said)
        asked.wait(10)


@case("the canary tries recent clients first", 90)
def _(folder):
    with Reloaded(folder, server={"canary": 8}) as daemon:
        with load(daemon, ["boot-a"], 2):
            pass
        providers = chain("b", fail="yes")
        daemon.configure(providers)
        said = daemon.reload(status=1)
        problem = said["problems"][0]
        expect("[provider last] would fail for 02:00:00:00:" in problem["text"] and
               problem["where"].startswith("boothost.conf:"), said)
        expect(daemon.tells()["word"] == "a", "the failing chain serves")
        daemon.configure(chain("b", "epoch-worker", delay="2s"))
        for words in ("timeout", "deadline"):
            expect(any(words in one["text"] for one in daemon.reload(status=1)["problems"]), words)
        daemon.configure(chain("c"))
        count = int(daemon.tells()["count"])
        expect(daemon.reload()["generation"] == 2, "a good chain is refused")
        expect(int(daemon.tells()["count"]) == count + 1, "the trial has left traces", daemon.tells())


@case("what a reload cannot change is named")
def _(folder):
    with Reloaded(folder) as daemon:
        elsewhere = os.path.join(folder, "elsewhere")
        os.makedirs(os.path.join(elsewhere, "state"))
        with open(os.path.join(elsewhere, "new.efi"), "wb") as f:
            f.write(b"new")
        daemon.tftp = {"threads": 2}
        daemon.configure(chain("b"), {"dhcp": "off", "state": os.path.join(elsewhere, "state"),
                                      "root": elsewhere, "threads": 2})
        for _ in range(2):              # it stays so until the restart
            expect(daemon.reload()["restart"]
                   == ["dhcp", "state", "threads", "tftp threads"], "another list")
        expect(daemon.ask("status")["root"] == elsewhere, "the root did not follow")


@case("many who ask at once are all answered", 60)
def _(folder):
    with Reloaded(folder, {**chain("a"), "slow": {"module": "epoch", "word": "a", "delay-open": "300ms"}}) as daemon:
        askers = [subprocess.Popen([BOOTHOST, "--socket", daemon.socket, "reload"],
                                   stdout=subprocess.DEVNULL) for _ in range(12)]
        expect(all(asker.wait(20) == 0 for asker in askers), "one was refused")
        expect(daemon.ask("status")["generation"] <= 14, "more reloads than askers")


def takes_turns(folder, server=None):
    with Reloaded(folder, chain("a", length=10), server) as daemon:
        sizes = []
        for _ in range(3):              # the first round fills what is remembered of clients
            number = 0
            with load(daemon, ["boot-a", "boot-b"], 8) as clients:
                while clients.runs():
                    number += 1
                    daemon.configure(chain("ba"[number % 2], length=10))
                    daemon.reload()
            expect(min(clients.said["files"].values()) > 1000, "only one of them answered:", clients.said)
            sizes.append(daemon.resident())
            print(f"# {number} reloads, {sizes[-1]:.1f} MiB", flush=True)
        expect(sizes[-1] < sizes[0] * 1.1 + 4, "memory grows:", sizes)


@case("two configurations in turn: all answered, by one chain each, memory bounded", 120)
def _(folder):
    takes_turns(folder)


@case("the same while three threads answer", 120)
def _(folder):
    takes_turns(folder, {"threads": 3})


@case("it stops in the middle of a reload", 60)
def _(folder):
    with Reloaded(folder) as daemon:        # which expects exit 0 after SIGTERM
        daemon.configure({**chain("b"), "slow": {"module": "epoch", "word": "b", "delay-open": "1s"}})
        asker = subprocess.Popen([BOOTHOST, "--socket", daemon.socket, "reload"],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.3)
    expect(asker.wait(10) == 1, asker.stdout.read())


if __name__ == "__main__":
    main()
