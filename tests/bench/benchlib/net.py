# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two network namespaces joined by a veth pair, and the processes in them.

The server lives at SERVER in one, all clients and relays at addresses behind CLIENTS in the other: that
whole network is local there, so that thousands of clients need no thousand addresses.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile

from . import cgroup

SERVER = "10.77.0.1"
GATEWAY = "10.77.0.2"
CLIENTS = "10.64.0.0"
CLIENTS_NETWORK, CLIENTS_MASK = "10.64.0.0/11", "255.224.0.0"
INTERFACE = "eth0"
PREFIX = "boothost-bench-"

SERVER_CPU, LOAD_CPU = 0, 1
NICE = -15                              # so that other work on the machine disturbs less
PR_SET_PDEATHSIG = 1


class BenchError(Exception):
    """A problem the user can act on; printed without a traceback."""


def need(program):
    """The full path of a program, or an error that says which package has it."""
    packages = {"ip": "iproute2", "dnsmasq": "dnsmasq-base", "tc": "iproute2"}
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise BenchError(f"{program} not found: apt-get install {packages.get(program, program)}")
    return found


def ip(*words):
    """Runs ip(8), returns what it prints."""
    done = subprocess.run([need("ip"), *words], capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise BenchError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def _is_over(name):
    """Whether a namespace or folder belongs to a run that is no more."""
    pid = re.match(PREFIX + r"(\d+)-", name)
    return pid is not None and not os.path.exists(f"/proc/{pid[1]}")


def make_folder():
    """A folder for the files of this run. The caller removes it."""
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def remove_leftovers():
    """Removes what runs left behind that were killed; those still alive keep theirs."""
    if os.geteuid() != 0:
        raise BenchError("network namespaces need root: run as root")
    for name in re.findall(rf"{PREFIX}\S+", ip("netns", "list")):
        if _is_over(name):
            ip("netns", "delete", name)
    cgroup.remove_leftovers(_is_over)
    for name in os.listdir(tempfile.gettempdir()):
        if _is_over(name):
            shutil.rmtree(os.path.join(tempfile.gettempdir(), name), ignore_errors=True)


def join(one, other):
    """A veth pair between (namespace, interface) and another."""
    ip("-n", one[0], "link", "add", one[1], "type", "veth", "peer", "name", other[1], "netns", other[0])


class Net:
    """The two namespaces, made on entry and gone on exit, with all that was started in them."""

    offload = True                      # the device cuts large packets into segments, and sums them up

    def __init__(self, label):
        self.label, self.children = label, []
        self.server, self.load = (self._namespace(end) for end in ("server", "load"))

    def _namespace(self, end):
        return f"{PREFIX}{os.getpid()}-{self.label}-{end}"

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in list(self.children):
            self.end(child)
        existing = ip("netns", "list")
        for name in re.findall(re.escape(self._namespace("")) + r"\w+", existing):
            ip("netns", "delete", name)

    def _make(self):
        ends = ((self.server, SERVER), (self.load, GATEWAY))
        for name, _ in ends:
            ip("netns", "add", name)
        self._link()
        for name, address in ends:
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "address", "add", address + "/24", "dev", INTERFACE)
            ip("-n", name, "link", "set", INTERFACE, "up")
        ip("-n", self.server, "route", "add", CLIENTS_NETWORK, "via", GATEWAY)
        ip("-n", self.load, "route", "add", "local", CLIENTS_NETWORK, "dev", "lo")
        if not self.offload:
            for name in (self.server, self.load):
                ip("netns", "exec", name, need("ethtool"), "-K", INTERFACE, "tx", "off")

    def _link(self):
        """Joins the two namespaces."""
        join((self.server, INTERFACE), (self.load, INTERFACE))

    def start(self, end, command, cpu, group=None, **options):
        """Starts a command in a namespace on one CPU, in a Cgroup. The process is the command's own."""
        libc = ctypes.CDLL(None)

        def prepare():
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.sched_setaffinity(0, {cpu})
            os.setpriority(os.PRIO_PROCESS, 0, NICE)
            if group is not None:
                group.enter()

        child = subprocess.Popen([need("ip"), "netns", "exec", end, *command], preexec_fn=prepare,
                                 stdin=subprocess.DEVNULL, **options)
        self.children.append(child)
        return child

    def end(self, child):
        """Ends a process that start() began."""
        self.children.remove(child)
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(10)


def ports_bound(pid):
    """The UDP ports that are bound in the namespace of a process; none when it has ended."""
    try:
        with open(f"/proc/{pid}/net/udp") as f:
            return {int(line.split()[1].split(":")[1], 16) for line in f.readlines()[1:]}
    except OSError:
        return set()
