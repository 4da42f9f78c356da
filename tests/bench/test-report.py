# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the bench makes of its figures: medians, ratios, goals, the plot, and the results in README.md."""

import os
import sys
import tempfile
import types

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from benchlib import goals, plot, readme, summary                        # noqa: E402
from benchlib.work import Downloads                                      # noqa: E402

WORK = Downloads("TFTP 1 client, window 16", window=16)


def server(name, peer):
    return types.SimpleNamespace(name=name, peer=peer)


def one(cost, window=16, calm=True, wrong=None):
    """A round that cost so much; its rate is the inverse."""
    return {"cost": cost, "rate": 100 / cost if cost else 0, "p50": 1, "p99": 2, "private-kib": 0,
            "calm": calm, "said": {"wrong": wrong or {}, "window": window}}


def rows(ours, **peers):
    """Rows by server, of lists of rounds."""
    measured = {(WORK.name, name): found for name, found in {"boothost": ours, **peers}.items()}
    servers = [server("boothost", False), *(server(name, name != "floor") for name in peers)]
    return {row["server"]: row for row in summary.summarize(WORK, servers, measured)}


def ratio_of(found, figure="cost"):
    return round(found["boothost"]["to-peer"][figure], 3)


def goal_of(ours):
    found = rows(ours, atftpd=[one(2.0)])
    return [judged["reached"] for judged in goals.judge(found.values())]


def results_kept():
    with tempfile.NamedTemporaryFile("w+") as page:
        page.write(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n")
        page.flush()
        readme.put_results(page.name, "new")
        with open(page.name) as f:
            return f.read().split() == ["before", *readme.BEGIN.split(), "new", *readme.END.split(), "after"]


CASES = {
    "the ratio is the median of the ratios within rounds":
        lambda: ratio_of(rows([one(1), one(4), one(3)], atftpd=[one(2), one(4), one(10)])) == 0.5,
    "the best peer is the one of the least cost":
        lambda: rows([one(1)], a=[one(4)], b=[one(2)])["boothost"]["best-peer"] == "b",
    "a peer that grants no window is no peer for windows":
        lambda: rows([one(1)], a=[one(4)], b=[one(2, window=1)])["boothost"]["best-peer"] == "a",
    "the floor is no peer":
        lambda: rows([one(1)], floor=[one(2)])["boothost"]["best-peer"] is None,
    "disturbed rounds do not count when enough are calm":
        lambda: ratio_of(rows([one(1), one(9, calm=False), one(1)],
                              atftpd=[one(2), one(2), one(2)])) == 0.5,
    "a round in which nothing came does not count":
        lambda: ratio_of(rows([one(1), one(1)], atftpd=[one(None), one(2)])) == 0.5,
    "the rate has a ratio of its own":
        lambda: ratio_of(rows([one(1)], atftpd=[one(2)]), "rate") == 2,
    "wrong bytes add up":
        lambda: rows([one(1, wrong={"byte": 2}), one(1, wrong={"byte": 3})])["boothost"]["wrong"] == {"byte": 5},
    "goals are reached": lambda: goal_of([one(0.8)]) == [True, True],
    "goals are missed": lambda: goal_of([one(1.8)]) == [False, False],
    "what was not measured has no goal": lambda: goals.judge([]) == [],
    "the plot shows what was measured":
        lambda: "One client, larger windows" in plot.draw(rows([one(1)], atftpd=[one(2)]).values(), ""),
    "results go between their marks": results_kept,
}


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, is_so) in enumerate(CASES.items(), 1):
        good = is_so()
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
