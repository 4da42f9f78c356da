# SPDX-License-Identifier: LGPL-2.1-or-later
"""The report as Markdown: one line for each work and server, the goals, and where it was made."""

import datetime
import os
import platform

HEAD = ["work", "server", "CPU (median)", "spread", "to best peer", "to floor", "rate", "rate to peer",
        "p50 / p99", "private MiB", "remarks"]


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


def number(value, digits=2):
    """Short, and as exact as is of use; a dash for nothing."""
    if value is None:
        return "-"
    return f"{value:.{digits if value < 100 else 0}f}"


def _times(row):
    scale, unit = (1000, "ms") if row["p50"] >= 1000 else (1, "us")
    return f"{row['p50'] / scale:.1f} / {row['p99'] / scale:.1f} {unit}"


def _ratio(row, to, figure):
    return number((row[to] or {}).get(figure))


def _cells(row):
    if "cost" not in row:
        return [row["work"], row["server"], "nothing came"] + [""] * 7 + [_remarks(row)]
    return [row["work"], row["server"], f"{number(row['cost'])} {row['unit']}",
            f"{number(row['low'])} to {number(row['high'])}", _ratio(row, "to-peer", "cost"),
            _ratio(row, "to-floor", "cost"),
            f"{row['rate']:.0f}" + (" MB/s" if row["unit"] == "s/GB" else "/s"),
            _ratio(row, "to-peer", "rate"), _times(row), number(row["private-kib"] / 1024, 1),
            _remarks(row)]


def _remarks(row):
    remarks = [f"FAILED, {fault}: {count}" for fault, count in row["wrong"].items()]
    if row["asked-again"]:
        remarks.append(f"{row['asked-again']:.0f} asked again")
    if row["asked-window"] > 1 and row["window"] and row["window"] != row["asked-window"]:
        remarks.append(f"granted window {row['window']}")
    if row["rounds-used"] < row["rounds"]:
        remarks.append(f"{row['rounds-used']} of {row['rounds']} rounds calm")
    elif not row["calm"]:
        remarks.append("disturbed")
    return "; ".join(remarks)


def table(head, rows):
    """Rows of cells as a table; the first and the last column are text."""
    rule = ["---", *["---:"] * (len(head) - 2), "---"]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def place(about):
    """Machine and date."""
    machine_of = about["machine"]
    return (f"{machine_of['date']}, {machine_of['cpus']} CPUs of {machine_of['cpu']}, Linux "
            f"{machine_of['kernel']}, {machine_of['system']}")


def _where(about):
    return (f"{place(about)}; {about['rounds']} rounds at most, interleaved"
            + ("; --quick" if about["quick"] else "") + ("" if about["offload"] else "; --no-offload") + "; "
            + "; ".join(f"{name} {what}" for name, what in about["servers"].items() if what))


def _calm(rows):
    """How far the figures may be trusted."""
    every = [one for row in rows for one in row["all"]]
    calm = sum(one["calm"] for one in every)
    return f"The machine was calm during {calm} of {len(every)} measurements."


def _spread(row):
    """The median, and how far the rounds lie from it at most."""
    if row is None or "cost" not in row:
        return "-"
    if row["rounds-used"] == 1:
        return number(row["cost"])
    far = max(row["high"] - row["cost"], row["cost"] - row["low"]) / row["cost"] if row["cost"] else 0
    return f"{number(row['cost'])} ±{far:.0%}"


def overview(rows, servers):
    """One line for each work, one column for each server, and our ratios."""
    by_work = {}
    for row in rows:
        by_work.setdefault(row["work"], {})[row["server"]] = row
    lines = []
    for work, found in by_work.items():
        ours = found.get("boothost-1m") or found.get("boothost")
        if not set(found) <= set(servers) or ours is None:
            continue                    # a sweep has servers of its own
        lines.append([f"{work}, {ours['unit']}", *(_spread(found.get(name)) for name in servers),
                      _ratio(ours, "to-peer", "cost"), _ratio(ours, "to-floor", "cost")])
    return table(["work", *servers, "ours to best peer", "ours to floor"], lines)


def devices(rows):
    """The sweep over databases: one line for each size."""
    found = {}
    for row in rows:
        if row["work"] == "DISCOVER, devices":
            found.setdefault(row["devices"], {})[row["server"].endswith("-uncached")] = row
    lines = [[str(count), _spread(pair.get(False)), _spread(pair.get(True))]
             for count, pair in sorted(found.items())]
    return table(["DISCOVER, devices", "cached, us/answer", "uncached, us/answer"], lines) if lines else ""


def _goal_cells(goal):
    limit = f"at most {goal['most']:g}" if goal["most"] is not None else f"at least {goal['least']:g}"
    return [goal["what"], number(goal["found"]), limit, "reached" if goal["reached"] else "**missed**"]


def results(about):
    """What README.md keeps."""
    parts = [_where(about), _calm(about["rows"]), overview(about["rows"], list(about["servers"])), devices(about["rows"])]
    if about["goals"]:
        parts.append(table(["goal", "found", "wanted", ""], [_goal_cells(goal) for goal in about["goals"]]))
    return "\n\n".join(part for part in parts if part)


def markdown(about):
    """The whole report."""
    return results(about) + "\n\n" + table(HEAD, [_cells(row) for row in about["rows"]])
