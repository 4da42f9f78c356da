# SPDX-License-Identifier: LGPL-2.1-or-later
"""More requests than slow providers can answer: the oldest are shed, which is counted, those that come
later are answered in time, and when it is over nobody notices any more."""

import os
import statistics
import time

from harness import BUILD, DEFAULT, Daemon, case, expect, flood, lab, main
from wire import PxeClient

ZOO = os.path.join(BUILD, "tests", "zoo")
SECONDS = 8
RATE = 1600                             # a second; the slow providers below can do a third of it


def seconds_to_answer(number, tries=6, patience=1.5):
    """How long a client waits that asks anew when it hears nothing; None: for ever."""
    began = time.monotonic()
    with PxeClient(lab(), f"02:00:00:00:03:{number:02x}") as client:
        for _ in range(tries):
            if client.discover(seconds=patience):
                return time.monotonic() - began
    return None


def sheds(name, settings, counter):
    def test(folder):
        chain = {name: {"module": os.path.join(ZOO, name + ".so"), **settings}, "default": DEFAULT}
        with Daemon(folder, chain) as daemon:
            expect(seconds_to_answer(0) < 1, "slow without any load")
            with flood("valid-discover", SECONDS, RATE) as sender:
                time.sleep(2)
                under = [seconds_to_answer(number) for number in (1, 2, 3)]
                sender.wait(30)
            time.sleep(1.2)             # the oldest that is still answered
            after = [seconds_to_answer(number) for number in (4, 5, 6)]
            requests = daemon.ask("status")["requests"]
        print(f"# under load: {under}, after it: {after}, {requests}", flush=True)
        expect(None not in under, "somebody was never answered:", under)
        expect(max(after) < 1, "it has not recovered:", after)
        expect(statistics.median(under) < 4.5, "answers come too late:", under)
        expect(requests.get(counter, 0) > SECONDS * RATE / 5, counter, "is not counted:", requests)
    return test


case("one that holds up the packet thread", 90)(sheds("dawdles", {}, "shed-waited"))

if __name__ == "__main__":
    main()
