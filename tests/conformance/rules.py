#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every rule that the kit knows has a page and a line in the index, and the other way round.

    rules.py SOURCE-FOLDER BOOTHOST MODULE
"""

import json
import os
import re
import subprocess
import sys

SOURCE, BOOTHOST, MODULE = sys.argv[1:]
PAGES = os.path.join(SOURCE, "abi", "rules")


def said(*words):
    return subprocess.run([BOOTHOST, "provider", "test", *words], capture_output=True, text=True,
                          timeout=300, check=False).stdout


def read(*path):
    with open(os.path.join(*path)) as f:
        return f.read()


def known_rules():
    lines = [line.split(None, 2) for line in said("--rules").splitlines()]
    return {int(number): (name, words) for number, name, words in lines}


def report(number, good, words, what=""):
    print("ok" if good else "not ok", number, "-", words)
    if not good:
        print("#", what)


RULES = known_rules()
NAMES = {f"{number:02d}-{name}.md" for number, (name, _) in RULES.items()}
FOUND = set(os.listdir(PAGES))
INDEX = read(SOURCE, "abi", "README.md")
CHECKED = {check["rule"] for check in json.loads(said(MODULE, "--json"))["checks"]}

print("1..4")
report(1, RULES and NAMES == FOUND, "each rule has a page, each page a rule", NAMES ^ FOUND)
report(2, CHECKED == set(RULES), "each rule has a check, each check a rule", CHECKED ^ set(RULES))
missing = [number for number, (name, words) in RULES.items()
           if f"| {number} | [{name}](rules/{number:02d}-{name}.md) | {words} |" not in INDEX]
report(3, not missing, "the index of abi/README.md has each rule in the kit's words", missing)
PARTS = ("# Rule {0}: {1}\n", "**Why.**", "**How the kit checks it.**", "\nWrong:\n", "\nRight:\n")
poor = [name for number, (rule, _) in RULES.items() for name in [f"{number:02d}-{rule}.md"]
        if not all(part.format(number, rule) in read(PAGES, name) for part in PARTS)
        or not re.search(r"^Checks? `", read(PAGES, name), re.M)
        and "Check `" not in read(PAGES, name) and "check `" not in read(PAGES, name)
        and "checks run" not in read(PAGES, name)]
report(4, not poor, "each page has the rule, why, how it is checked, wrong and right", poor)
