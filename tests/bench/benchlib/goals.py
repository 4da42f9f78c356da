# SPDX-License-Identifier: LGPL-2.1-or-later
"""What boothost is to reach beside its peers, on the same machine in the same run; each goal one line."""

import dataclasses
import typing

OURS, CACHED, UNCACHED = "boothost", "boothost-1m", "boothost-1m-uncached"


@dataclasses.dataclass(frozen=True)
class Goal:
    """A figure, and the most or the least it may be."""

    what: str
    figure: typing.Callable             # of the rows by work and server; None: not measured
    most: float = None
    least: float = None

    def judge(self, rows):
        """The figure and whether it is good enough; None when it was not measured."""
        found = self.figure(rows)
        if found is None:
            return None
        good = found <= self.most if self.most is not None else found >= self.least
        return {"what": self.what, "found": found, "most": self.most, "least": self.least, "reached": good}


def ratio(work, server=OURS, figure="cost", to="to-peer"):
    def find(rows):
        row = rows.get((work, server))
        return row[to][figure] if row and row[to] else None
    return find


def value(work, compute, server=OURS):
    def find(rows):
        row = rows.get((work, server))
        return compute(row) if row and "cost" in row else None
    return find


def spread(chosen):
    """How much dearer the dearest of some rows is than the cheapest. `chosen`: of a row, whether it counts."""
    def find(rows):
        costs = [row["cost"] for row in rows.values() if "cost" in row and chosen(row)]
        return max(costs) / min(costs) if len(costs) > 1 else None
    return find


def _devices(row, cached):
    return row["work"] == "DISCOVER, devices" and row["server"].endswith("-uncached") != cached


def _sessions(row):
    return row["server"] == OURS and row["work"].startswith("DISCOVER, ") and row["work"].endswith(" clients")


def _repeated(row):
    """Blocks that came although they had been acknowledged, of those that were wanted; the worst round."""
    return max(one["said"]["repeated-blocks"] / max(1, one["said"]["blocks"]) for one in row["all"])


def _loss(work):
    return [Goal(f"{work}: blocks sent for nothing, of those wanted", value(work, _repeated), most=0.05),
            Goal(f"{work}: p50 of the best peer's", ratio(work, figure="p50"), most=0.30),
            Goal(f"{work}: p99 of the best peer's", ratio(work, figure="p99"), most=0.50)]


LOCK_STEP = [goal for count in (128, 1024) for goal in (
    Goal(f"{count} clients, lock-step: CPU of the best peer's", ratio(f"TFTP {count} clients"), most=0.85),
    Goal(f"{count} clients, lock-step: CPU of the floor's", ratio(f"TFTP {count} clients", to="to-floor"),
         most=1.15))]

ALL = [
    Goal("window 4: CPU of the best peer's", ratio("TFTP 1 client, window 4"), most=0.70),
    Goal("window 16: CPU of the best peer's", ratio("TFTP 1 client, window 16"), most=0.45),
    Goal("window 64: CPU of the best peer's", ratio("TFTP 1 client, window 64"), most=0.40),
    Goal("window 16: MB/s of the best peer's", ratio("TFTP 1 client, window 16", figure="rate"), least=1.3),
    Goal("window 64: MB/s of the best peer's", ratio("TFTP 1 client, window 64", figure="rate"), least=2),
    Goal("window 16, 128 clients: MB/s of the best peer's",
         ratio("TFTP 128 clients, window 16", figure="rate"), least=2),
    *LOCK_STEP,
    # Not slower, within what one run differs from the next.
    Goal("1 client, lock-step: MB/s of the best peer's", ratio("TFTP 1 client", figure="rate"), least=0.97),
    Goal("1024 requests at once: asked again", value("TFTP 1024 clients", lambda row: row["asked-again"]),
         most=0),
    Goal("1024 requests at once: p99 of p50", value("TFTP 1024 clients", lambda row: row["p99"] / row["p50"]),
         most=1.3),
    Goal("1024 transfers: private KiB of each",
         value("TFTP 1024 clients", lambda row: row["grown-kib"] / row["clients"]), most=2),
    *_loss("1 % loss"), *_loss("5 % loss"),
    Goal("1 KiB files: CPU of the best peer's", ratio("TFTP 1 KiB files"), most=1.0),
    Goal("DISCOVER, cached: CPU of dnsmasq's", ratio("DISCOVER", CACHED), most=0.45),
    Goal("DISCOVER, uncached: CPU of dnsmasq's", ratio("DISCOVER", UNCACHED), most=1.0),
    Goal("REQUEST 4011, cached: CPU of dnsmasq's", ratio("REQUEST 4011", CACHED), most=0.45),
    Goal("REQUEST 4011, uncached: CPU of dnsmasq's", ratio("REQUEST 4011", UNCACHED), most=1.0),
    Goal("DISCOVER, half load: p99 in ms", value("DISCOVER, half load", lambda row: row["p99"] / 1000, CACHED),
         most=1.0),
    Goal("DISCOVER, 10^2 to 10^6 devices, cached: dearest of cheapest",
         spread(lambda row: _devices(row, True)), most=1.15),
    Goal("DISCOVER, 10^2 to 10^6 devices, uncached: dearest of cheapest",
         spread(lambda row: _devices(row, False)), most=1.15),
    Goal("DISCOVER, 1 to 10^5 sessions: dearest of cheapest", spread(_sessions), most=1.15),
]


def judge(rows):
    """All goals that the rows can tell of."""
    by_name = {(row["work"], row["server"]): row for row in rows}
    return [judged for judged in (goal.judge(by_name) for goal in ALL) if judged is not None]
