#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The conformance kit's judgement of one module, by what `boothost provider test --json` says.

    test-module.py BOOTHOST MODULE good [OPTION...]              all checks pass
    test-module.py BOOTHOST MODULE CHECK RULE TEXT [OPTION...]   this check fails, by this rule, and says this
"""

import json
import subprocess
import sys


def run(boothost, module, options):
    done = subprocess.run([boothost, "provider", "test", module, "--json", *options],
                          capture_output=True, text=True, timeout=500, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"Bail out! exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.returncode, json.loads(done.stdout)


def tell(good, words, checks):
    print("ok 1" if good else "not ok 1", "-", words)
    for check in checks:
        for finding in check["findings"]:
            print("#", check["check"], "rule", finding["rule"], finding["text"])


def main():
    boothost, module, wanted = sys.argv[1:4]
    print("1..1")
    if wanted == "good":
        status, said = run(boothost, module, sys.argv[4:])
        tell(status == 0 and said["passed"], "all checks pass", said["checks"])
        return
    rule, text = int(sys.argv[4]), sys.argv[5]
    status, said = run(boothost, module, ["--check", wanted, *sys.argv[6:]])
    failed = [check for check in said["checks"] if check["check"] == wanted]
    found = any(finding["rule"] == rule and text in finding["text"] and not finding["warning"]
                for check in failed for finding in check["findings"])
    good = status == 1 and not said["passed"] and found and failed[0]["result"] == "failed"
    tell(good, f"{wanted} breaks rule {rule}: {text}", said["checks"])


main()
