# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real daemon on the loopback of a network namespace of its own, and a client for it."""

import contextlib
import os
import subprocess
import sys
import time

from cases import BOOTHOSTD, Candidate, answer


def enter_namespace():
    """Runs this file again where ports and links are ours alone."""
    if os.environ.get("BOOTHOST_NAMESPACE") == "entered":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    how = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*how, "true"], capture_output=True, check=False).returncode != 0:
        print("1..0 # SKIP network namespaces need root, or user namespaces")
        sys.exit(0)
    os.environ["BOOTHOST_NAMESPACE"] = "entered"
    os.execvp(how[0], [*how, sys.executable, "-B", *sys.argv])


def stop(process):
    process.terminate()
    process.wait(10)


@contextlib.contextmanager
def daemon(**how):
    """A Candidate that is served; its stop() ends the daemon early."""
    with Candidate(**how) as candidate:
        with open(os.path.join(candidate.folder, "log"), "w+") as log:
            process = subprocess.Popen([BOOTHOSTD, "--config", candidate.path], stderr=log,
                                       stdin=subprocess.DEVNULL)
            try:
                until = time.monotonic() + 10
                while not os.path.exists(candidate.socket):
                    if process.poll() is not None or time.monotonic() > until:
                        log.seek(0)
                        raise AssertionError("boothostd did not start:\n" + log.read())
                    time.sleep(0.02)
                candidate.stop = lambda: stop(process)
                yield candidate
            finally:
                stop(process)


def probe(*words, status=0):
    return answer("probe", "--server", "127.0.0.1", "--timeout", "2s", *words, status=status)
