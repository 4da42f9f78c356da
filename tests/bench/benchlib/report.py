# SPDX-License-Identifier: LGPL-2.1-or-later
"""What many rounds say together: medians, spread, ratios; as Markdown and as JSON."""

import datetime
import os
import platform
import statistics

CALM_ENOUGH = 1 / 3                     # share of calm rounds that is enough to leave the others out


def _cpu_model():
    with open("/proc/cpuinfo") as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "?")


def _system():
    with open("/etc/os-release") as f:
        return next((line.split("=")[1].strip().strip('"') for line in f
                     if line.startswith("PRETTY_NAME")), "?")


def machine():
    return {"cpu": _cpu_model(), "cpus": os.cpu_count(), "kernel": platform.release(),
            "system": _system(), "date": datetime.date.today().isoformat()}


def _lost(said):
    return said.get("lost", 0) + said.get("repeated-requests", 0) + said.get("repeated-acks", 0)


def _used(rounds):
    """The rounds that count: the calm ones when there are enough."""
    rounds = [one for one in rounds if one["cost"] is not None]
    calm = [one for one in rounds if one["calm"]]
    return calm if calm and len(calm) >= CALM_ENOUGH * len(rounds) else rounds


def _ratio(rounds, peers):
    """The median of the ratios within each round, which were measured one right after the other."""
    pairs = [(own, peer) for own, peer in zip(rounds, peers) if own["cost"] and peer["cost"]]
    calm = [(own, peer) for own, peer in pairs if own["calm"] and peer["calm"]]
    pairs = calm if calm and len(calm) >= CALM_ENOUGH * len(pairs) else pairs
    return statistics.median(own["cost"] / peer["cost"] for own, peer in pairs) if pairs else None


def summarize(work, server, rounds, peers):
    """One row: what the rounds of one server at one work have in the middle. `peers`: the peer's rounds at
    the same work, empty when it was not measured."""
    wrong = {}
    for fault, count in (item for one in rounds for item in one["said"]["wrong"].items()):
        wrong[fault] = wrong.get(fault, 0) + count
    used = _used(rounds)
    row = {"work": work.name, "server": server.name, "unit": work.unit, "rounds": len(rounds),
           "rounds-used": len(used), "wrong": wrong, "lost": sum(_lost(one["said"]) for one in rounds),
           "ratio": _ratio(rounds, peers), "all": rounds}
    if used:
        costs = [one["cost"] for one in used]
        row.update(cost=statistics.median(costs), low=min(costs), high=max(costs),
                   calm=all(one["calm"] for one in used), window=used[0]["said"].get("window"),
                   **{key: statistics.median(one[key] for one in used)
                      for key in ("rate", "p50", "p99")},
                   **{"resident-kib": max(one["resident-kib"] for one in used)})
    return row


def _cells(row):
    if "cost" not in row:
        return [row["work"], row["server"], "nothing came", "", "", "", "", "", _remarks(row)]
    digits = 2 if row["cost"] < 100 else 0
    rate = f"{row['rate']:.0f}" + (" MB/s" if row["unit"] == "s/GB" else "/s")
    scale = (1000, "ms") if row["p50"] >= 1000 else (1, "us")
    return [row["work"], row["server"], f"{row['cost']:.{digits}f} {row['unit']}",
            f"{row['low']:.{digits}f} to {row['high']:.{digits}f}",
            "-" if row["ratio"] is None else f"{row['ratio']:.2f}", rate,
            f"{row['p50'] / scale[0]:.1f} / {row['p99'] / scale[0]:.1f} {scale[1]}",
            f"{row['resident-kib'] / 1024:.1f}", _remarks(row)]


def _remarks(row):
    remarks = [f"WRONG {fault}: {count}" for fault, count in row["wrong"].items()]
    if row["lost"]:
        remarks.append(f"{row['lost']} asked again")
    if row.get("window") is not None and ", window" in row["work"]:
        remarks.append(f"granted window {row['window']}")
    if row["rounds-used"] < row["rounds"]:
        remarks.append(f"{row['rounds-used']} of {row['rounds']} rounds calm")
    elif not row["calm"]:
        remarks.append("disturbed")
    return "; ".join(remarks)


def markdown(rows, about):
    """The table, with a line that says where it was made."""
    where = about["machine"]
    head = ["work", "server", "CPU (median)", "spread", "to dnsmasq", "rate", "p50 / p99", "RSS MiB",
            "remarks"]
    lines = [f"{where['date']}, {where['cpus']} CPUs of {where['cpu']}, Linux {where['kernel']}, "
             f"{where['system']}; {about['rounds']} rounds, interleaved; "
             + "; ".join(f"{name}: {what}" for name, what in about["servers"].items() if what), "",
             "| " + " | ".join(head) + " |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]
    return "\n".join(lines + ["| " + " | ".join(_cells(row)) + " |" for row in rows])
