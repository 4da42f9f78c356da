# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab's network: five namespaces, two segments, one plain DHCP server.

    srv    eth0  10.99.0.2    the boot server under test
    dhcp   eth0  10.99.0.1    an ordinary DHCP server, no PXE
    relay  eth0  10.99.0.3    router and DHCP relay
           eth1  10.99.1.1
    host   eth0  10.99.0.4    an ordinary host on each segment
           eth1  10.99.1.4
    cli    bridges brA and brB, and the test clients' taps

Nothing is created outside these namespaces.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import sys

from .util import LabError, Pids, end_pid, need, run, session_that_dies, \
    wait_until

NAMESPACES = ("srv", "dhcp", "relay", "host", "cli")
SEGMENTS = {"a": "brA", "b": "brB"}
SRV, DHCP, HOST = "10.99.0.2", "10.99.0.1", "10.99.0.4"
RELAY_A, RELAY_B = "10.99.0.3", "10.99.1.1"

# namespace, interface, bridge, addresses (IPv6 only where router advertisements come from)
LINKS = (
    ("srv", "eth0", "brA", (SRV + "/24",)),
    ("dhcp", "eth0", "brA", (DHCP + "/24", "fd00:99::1/64")),
    ("relay", "eth0", "brA", (RELAY_A + "/24",)),
    ("relay", "eth1", "brB", (RELAY_B + "/24", "fd00:99:1::1/64")),
    ("host", "eth0", "brA", (HOST + "/24",)),
    ("host", "eth1", "brB", ("10.99.1.4/24",)),
)

CLONE_NEWNET = 0x40000000

DNSMASQ = ("dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null",
           "--user=root", "--group=", "--pid-file", "--log-dhcp", "--port=0")

# Turns the transmit checksum offload of an interface off.
NO_OFFLOAD = """\
import array, fcntl, socket, struct
data = array.array("B", struct.pack("II", 0x17, 0))
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946,
            struct.pack("16sP", %r, data.buffer_info()[0]))
"""


class Lab:
    def __init__(self, name="netbootlab", state=None):
        if not (name.isascii() and name.isalnum()):
            raise LabError(f"the lab's name: letters and digits only: {name!r}")
        self.name = name
        self.state = state or os.path.join("/run/netbootlab", name)
        self.pids = Pids(os.path.join(self.state, "pids"))

    # namespaces

    def ns(self, which):
        return f"{self.name}-{which}"

    def existing(self):
        with contextlib.suppress(FileNotFoundError):
            names = os.listdir("/run/netns")
            return [w for w in NAMESPACES if self.ns(w) in names]
        return []

    def is_up(self):
        return (os.path.exists(os.path.join(self.state, "up"))
                and len(self.existing()) == len(NAMESPACES))

    def need_up(self):
        if not self.is_up():
            raise LabError("the lab is not up: run `lab up` first")

    def ip(self, which, *args, **kw):
        return run(["ip", "-n", self.ns(which)] + list(args), **kw)

    def inside(self, which, args):
        """The command line that runs args inside a namespace."""
        return [need("ip"), "netns", "exec", self.ns(which),
                need(args[0])] + list(args[1:])

    @contextlib.contextmanager
    def entered(self, which):
        """This thread is in a namespace while the block runs: a socket made there stays there."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as home, \
                open("/run/netns/" + self.ns(which)) as there:
            if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                raise LabError("setns: " + os.strerror(ctypes.get_errno()))
            try:
                yield
            finally:
                libc.setns(home.fileno(), CLONE_NEWNET)

    def socket(self, which, family=socket.AF_INET, kind=socket.SOCK_DGRAM, protocol=0):
        with self.entered(which):
            return socket.socket(family, kind, protocol)

    def sysctl(self, which, *settings):
        script = "".join(
            f"echo {value} > /proc/sys/{key.replace('.', '/')}\n"
            for key, value in settings)
        run(self.inside(which, ["sh", "-ec", script]))

    # up and down

    def up(self):
        """Makes it so: creates what is missing, starts what does not run."""
        if os.geteuid() != 0:
            raise LabError("network namespaces need root: use sudo")
        need("dnsmasq")
        if not self.is_up():
            self.down()
            os.makedirs(self.state, mode=0o755)
            self._create()
            with open(os.path.join(self.state, "up"), "w"):
                pass
        self._start_dhcp()
        self._start_relay()

    def _create(self):
        for which in NAMESPACES:
            run(["ip", "netns", "add", self.ns(which)])
            self.sysctl(which,
                        ("net.ipv6.conf.all.accept_dad", 0),
                        ("net.ipv6.conf.default.accept_dad", 0),
                        ("net.ipv6.conf.all.accept_ra", 0),
                        ("net.ipv6.conf.default.accept_ra", 0))
            self.ip(which, "link", "set", "lo", "up")
        for bridge in SEGMENTS.values():
            self.ip("cli", "link", "add", bridge, "type", "bridge",
                    "forward_delay", "0", "stp_state", "0",
                    "mcast_snooping", "0")
            self.ip("cli", "link", "set", bridge, "up")
        for which, dev, bridge, addresses in LINKS:
            port = f"{which}-{dev}"
            self.ip("cli", "link", "add", port, "type", "veth", "peer",
                    "name", dev, "netns", self.ns(which))
            self.ip("cli", "link", "set", port, "master", bridge, "up")
            self.ip(which, "link", "set", dev, "up")
            for address in addresses:
                self.ip(which, "addr", "add", address, "dev", dev)
            # Full UDP checksums on the wire, for raw-socket clients' sake.
            run(self.inside(which, [sys.executable, "-c",
                                    NO_OFFLOAD % dev.encode()]))
        self.sysctl("relay", ("net.ipv4.ip_forward", 1),
                    ("net.ipv6.conf.all.forwarding", 1))
        for which in ("srv", "dhcp", "host"):
            self.ip(which, "route", "add", "default", "via", RELAY_A)

    def down(self):
        """Ends what the lab started, by PID, then what is left inside."""
        for role in self.pids.roles():
            self.pids.end(role)
        for which in self.existing():
            # Nothing is in one that a crash left half made, and `ip` says so with an error.
            for pid in run(["ip", "netns", "pids", self.ns(which)], check=False).split():
                if pid.isdigit() and int(pid) != os.getpid():
                    end_pid(int(pid))
            run(["ip", "netns", "del", self.ns(which)])
        if os.path.isdir(self.state):
            run(["rm", "-rf", "--one-file-system", self.state])

    # programs inside

    def daemon(self, role, which, args):
        """Starts a daemon in a namespace; it lives until `lab down`."""
        self.pids.end(role)
        log = os.path.join(self.state, role + ".log")
        with open(log, "w") as out:
            proc = subprocess.Popen(self.inside(which, args), stdout=out,
                                    stderr=out, stdin=subprocess.DEVNULL,
                                    start_new_session=True)
        self.pids.save(role, proc.pid)
        return proc, log

    def child(self, which, args, log=None, **kw):
        """Starts a program that must not outlive this one."""
        out = open(log, "wb") if log else None
        try:
            return subprocess.Popen(self.inside(which, args), stdout=out,
                                    stderr=subprocess.STDOUT if out else None,
                                    stdin=subprocess.DEVNULL,
                                    preexec_fn=session_that_dies, **kw)
        finally:
            if out:
                out.close()

    def ports(self, which):
        """The UDP ports something listens on in a namespace."""
        found = set()
        for kind in ("udp", "udp6"):
            for line in run(self.inside(which, ["cat", f"/proc/net/{kind}"])).splitlines()[1:]:
                found.add(int(line.split()[1].rpartition(":")[2], 16))
        return found

    def ready(self, proc, log, which, ports, what):
        """Waits until a program listens, or says why it does not."""
        def listening():
            return proc.poll() is not None or set(ports) <= self.ports(which)
        if not wait_until(listening, 5) or proc.poll() is not None:
            with open(log) as f:
                said = f.read().strip()[-500:]
            wanted = ", ".join(map(str, ports))
            raise LabError(f"{what} does not run or not listen on {wanted}"
                           + (f": {said}" if said else ""))

    # the plain DHCP server and the relay

    def _keep(self, role, which, args, ports, what):
        """Starts a daemon unless it runs already."""
        if not self.pids.read(role):
            self.ready(*self.daemon(role, which, args), which, ports, what)

    def _start_dhcp(self):
        # Router advertisements: without them iPXE waits 15 s for IPv6 before it boots.
        self._keep("dhcp", "dhcp", [
            *DNSMASQ, "--interface=eth0", "--except-interface=lo", "--bind-interfaces", "--no-ping",
            "--dhcp-range=set:a,10.99.0.100,10.99.0.199,255.255.255.0,1h",
            "--dhcp-range=set:b,10.99.1.100,10.99.1.199,255.255.255.0,1h",
            f"--dhcp-option=tag:a,option:router,{RELAY_A}",
            f"--dhcp-option=tag:b,option:router,{RELAY_B}",
            "--enable-ra", "--dhcp-range=fd00:99::,ra-only",
            f"--dhcp-leasefile={self.state}/dhcp.leases"], [67], "the plain DHCP server")

    def _start_relay(self):
        self._keep("relay", "relay", [
            *DNSMASQ, f"--dhcp-relay={RELAY_B},{DHCP}", f"--dhcp-relay={RELAY_B},{SRV}",
            "--enable-ra", "--dhcp-range=fd00:99:1::,ra-only"], [67], "the DHCP relay")

    # taps

    def add_tap(self, segment):
        name = f"tap{os.getpid()}"
        self.ip("cli", "tuntap", "add", name, "mode", "tap")
        self.ip("cli", "link", "set", name, "master", SEGMENTS[segment],
                "up")
        return name

    def del_tap(self, name):
        self.ip("cli", "link", "del", name, check=False)
