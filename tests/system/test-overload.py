# SPDX-License-Identifier: LGPL-2.1-or-later
"""More requests than slow providers can answer: the oldest are shed, which is counted, so that those
that are answered are answered in time; and when it is over nobody notices any more."""

import os
import select
import time

from harness import BUILD, DEFAULT, Daemon, case, expect, flood, lab, main
from lablib.net import SRV
from wire import DISCOVER, PxeClient, question

ZOO = os.path.join(BUILD, "tests", "zoo")
SECONDS = 8
RATE = 1600                             # a second; the slow providers below can do a third of it
QUESTIONS, PACE = 20, 0.2               # of the client whose waits are measured
IN_TIME = 2.0                           # seconds: firmware waits 4 for its first answer
BACKLOG = 1.2                           # seconds: what is older is not answered any more


def waits(number, questions):
    """How long each answer took; fewer than questions when some got none."""
    sent, took = {}, []
    mac = f"02:00:00:00:03:{number:02x}"
    with PxeClient(lab(), mac) as client:
        began = time.monotonic()
        while (now := time.monotonic() - began) < questions * PACE + IN_TIME:
            if len(sent) < questions and now >= len(sent) * PACE:
                xid = os.urandom(4)
                sent[xid] = now
                client.at68.sendto(question(DISCOVER, mac, 7, xid), ("255.255.255.255", 67))
            if not select.select([client.at68], [], [], 0.02)[0]:
                continue
            data, source = client.at68.recvfrom(4096)
            if source[0] == SRV and data[4:8] in sent:
                took.append(time.monotonic() - began - sent[data[4:8]])
    return took


def sheds(name, settings, counted):
    """`counted`: how often status says that something was shed."""
    def test(folder):
        chain = {name: {"module": os.path.join(ZOO, name + ".so"), **settings}, "default": DEFAULT}
        with Daemon(folder, chain) as daemon:
            with flood("valid-discover", SECONDS, RATE) as sender:
                time.sleep(1.5)
                under = waits(1, QUESTIONS)
                sender.wait(30)
            time.sleep(BACKLOG)
            after = waits(2, 5)
            status = daemon.ask("status")
        print(f"# under load: {len(under)} of {QUESTIONS} answered, the slowest after "
              f"{max(under, default=0):.2f} s; after it: {max(after, default=0):.3f} s; "
              f"{counted(status)} shed of {status['requests']['received']}", flush=True)
        expect(len(under) >= 2, "hardly anybody was answered under load:", under)
        expect(max(under) < IN_TIME, "answers come too late:", under)
        expect(len(after) == 5 and max(after) < 0.5, "it has not recovered:", after)
        expect(counted(status) > SECONDS * RATE / 5, "what was shed is not counted:", status)
    return test


case("a provider that holds up the packet thread", 90)(
    sheds("dawdles", {}, lambda status: status["requests"].get("shed-waited", 0)))
case("a provider with a thread of its own", 90)(
    sheds("plods", {"on-error": "drop", "on-timeout": "drop"},
          lambda status: status["providers"][0]["shed"]))

if __name__ == "__main__":
    main()
