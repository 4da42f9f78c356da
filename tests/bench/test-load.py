# SPDX-License-Identifier: LGPL-2.1-or-later
"""The load generators believe a right server and notice every kind of wrong one. On loopback, as any user.

usage: test-load.py FOLDER-OF-THE-PROGRAMS
"""

import json
import os
import subprocess
import sys
import tempfile

SIZE = 150 * 1468 + 700                 # of the file: more than two windows, and a rest
NETWORK = "127.64.0.0"                  # every address behind it is this machine's own

# How the floor spoils its answers, and what the load must call it.
PXE_FAULTS = {"xid": "xid", "chaddr": "chaddr", "type": "type", "server-id": "server-id",
              "next-server": "next-server", "class": "class", "uuid": "uuid", "file": "file"}
TFTP_FAULTS = {"byte": "byte", "length": "length", "refusal": "refused"}


class Floor:
    """The least server, spoiled on demand, on ports the system chooses."""

    def __init__(self, programs, content, fault=None):
        words = [os.path.join(programs, "floor"), "--content", content]
        self.words = words + (["--break", fault] if fault else [])

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, text=True)
        return self.process.stdout.readline().split()

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def load(programs, name, port, *words):
    """Runs a load generator to its end: its exit status and what it printed."""
    done = subprocess.run([os.path.join(programs, name), "--server", "127.0.0.1", "--port", port,
                           "--network", NETWORK, "--timeout", "100", *words],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout)


def answers(programs, content, stage, fault):
    with Floor(programs, content, fault) as (dhcp, boot_server, _):
        return load(programs, "pxe-load", boot_server if stage == "boot-server" else dhcp,
                    "--source-port", "0", "--stage", stage, "--file", "boot.efi", "--requests", "200")


def downloads(programs, content, fault, *words):
    with Floor(programs, content, fault) as (_, _, tftp):
        return load(programs, "tftp-load", tftp, "--file", "boot.efi", "--content", content,
                    "--clients", "8", "--transfers", "3", *words)


def right(done, key, count):
    status, said = done
    return status == 0 and said[key] == count and said["wrong"] == {}


def granted(done, window):
    return right(done, "transfers", 24) and done[1]["window"] == window


def wrong(done, fault):
    status, said = done
    return status == 1 and said["wrong"].get(fault, 0) > 0


def cases(programs, content):
    """Names of behaviours, each with a function that says whether it is so."""
    for stage in ("discover", "boot-server"):
        yield (f"pxe-load believes right answers ({stage})",
               lambda stage=stage: right(answers(programs, content, stage, None), "answers", 200))
        for fault, called in PXE_FAULTS.items():
            yield (f"pxe-load notices a wrong {called} ({stage})",
                   lambda stage=stage, fault=fault, called=called:
                   wrong(answers(programs, content, stage, fault), called))
    yield ("pxe-load counts silence as lost",
           lambda: answers(programs, content, "discover", "silence")[1]["lost"] == 200)
    yield ("tftp-load believes right files",
           lambda: right(downloads(programs, content, None), "transfers", 24))
    for window in ("4", "16", "64"):
        yield (f"tftp-load believes right files in windows of {window}",
               lambda window=window: granted(downloads(programs, content, None, "--window", window),
                                             int(window)))
    yield ("tftp-load takes a smaller window than it asked for",
           lambda: granted(downloads(programs, content, None, "--window", "100"), 64))
    yield ("tftp-load notices a larger block size than it asked for",
           lambda: wrong(downloads(programs, content, None, "--block-size", "1024"), "option"))
    for fault, called in TFTP_FAULTS.items():
        yield (f"tftp-load notices {called}",
               lambda fault=fault, called=called:
               wrong(downloads(programs, content, fault), called))
        yield (f"tftp-load notices {called} in windows",
               lambda fault=fault, called=called:
               wrong(downloads(programs, content, fault, "--window", "16"), called))
    yield ("tftp-load gives up on silence",
           lambda: wrong(downloads(programs, content, "silence"), "timeout"))


def main(programs):
    failed = 0
    with tempfile.NamedTemporaryFile() as content:
        content.write(os.urandom(SIZE))
        content.flush()
        listed = list(cases(programs, content.name))
        print(f"1..{len(listed)}")
        for number, (name, is_so) in enumerate(listed, 1):
            good = is_so()
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
