# SPDX-License-Identifier: LGPL-2.1-or-later
"""What many rounds say together: medians, spread, and ratios to the best peer and to the floor."""

import statistics

CALM_ENOUGH = 1 / 3                     # share of calm rounds that is enough to leave the others out
FIGURES = ("cost", "rate", "p50", "p99")


def _used(rounds):
    """The rounds that count: the calm ones when there are enough."""
    rounds = [one for one in rounds if one["cost"] is not None]
    calm = [one for one in rounds if one["calm"]]
    return calm if calm and len(calm) >= CALM_ENOUGH * len(rounds) else rounds


def _ratio(rounds, others, figure):
    """The median of the ratios within each round, which were measured one right after the other."""
    pairs = [(own, other) for own, other in zip(rounds, others)
             if own["cost"] is not None and other["cost"] is not None and other[figure]]
    calm = [(own, other) for own, other in pairs if own["calm"] and other["calm"]]
    pairs = calm if calm and len(calm) >= CALM_ENOUGH * len(pairs) else pairs
    return statistics.median(own[figure] / other[figure] for own, other in pairs) if pairs else None


def _ratios(rounds, others):
    return {figure: _ratio(rounds, others, figure) for figure in FIGURES}


def _asked_again(said):
    return said.get("lost", 0) + said.get("repeated-requests", 0) + said.get("repeated-acks", 0)


def _row(work, server, rounds):
    wrong = {}
    for fault, count in (item for one in rounds for item in one["said"]["wrong"].items()):
        wrong[fault] = wrong.get(fault, 0) + count
    used = _used(rounds)
    row = {"work": work.name, "server": server.name, "peer": server.peer, "unit": work.unit,
           "rounds": len(rounds), "rounds-used": len(used), "wrong": wrong,
           "asked-again": statistics.median(_asked_again(one["said"]) for one in rounds),
           "clients": work.clients, "devices": getattr(server, "devices", None),
           "grown-kib": max(one.get("grown-kib", 0) for one in rounds),
           "asked-window": work.window, "window": rounds[-1]["said"].get("window"), "all": rounds}
    if used:
        costs = [one["cost"] for one in used]
        row.update(low=min(costs), high=max(costs), calm=all(one["calm"] for one in used),
                   **{figure: statistics.median(one[figure] for one in used) for figure in FIGURES},
                   **{"private-kib": max(one["private-kib"] for one in used)})
    return row


def _best_peer(rows):
    """The peer that does the work at the least cost. One that grants no window does other work."""
    able = [row for row in rows if row["peer"] and "cost" in row
            and (row["window"] or 1) >= min(row["asked-window"], 2)]
    return min(able, key=lambda row: row["cost"], default=None)


def summarize(work, servers, measured):
    """The rows of one work, one for each server that did it. `measured`: rounds by work and server."""
    rows = [_row(work, server, measured[work.name, server.name]) for server in servers
            if measured.get((work.name, server.name))]
    best = _best_peer(rows)
    floor = next((row for row in rows if row["server"] == "floor"), None)
    for row in rows:
        for key, other in (("to-peer", best), ("to-floor", floor)):
            row[key] = _ratios(row["all"], other["all"]) if other is not None else None
        row["best-peer"] = best["server"] if best is not None else None
    return rows
