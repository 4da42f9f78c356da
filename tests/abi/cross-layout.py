#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract's layout on processors that this machine is not: clang knows it without running there.

    cross-layout.py CLANG FOLDER-OF-THE-HEADERS FOLDER-OF-KEPT-LAYOUTS
    cross-layout.py --write CLANG FOLDER-OF-THE-HEADERS FOLDER-OF-KEPT-LAYOUTS

Compares with FOLDER/CPU.txt, in the form that layout.c prints. --write renews the kept files, which is
right when fields were appended, and never otherwise.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile

# What uname -m says, to the target whose rules hold there. The four differ in the width of pointers and in
# how 64-bit numbers are aligned: i686 has them at multiples of 4.
CPUS = {"x86_64": "x86_64-linux-gnu", "i686": "i686-linux-gnu", "aarch64": "aarch64-linux-gnu",
        "armv7l": "armv7-linux-gnueabihf", "riscv64": "riscv64-linux-gnu"}
FLAGS = ["-std=c99", "-ffreestanding", "-nostdlibinc", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
         "-Xclang", "-fdump-record-layouts"]


def structs(headers):
    """All structs that are defined, in the order of the kept files: data, then both tables."""
    names = []
    for header in ("types.h", "host.h", "provider.h"):
        with open(os.path.join(headers, "boothost", header)) as f:
            names += re.findall(r"^struct (boot_host\w*) \{$", f.read(), re.M)
    return names


def dump(clang, target, headers, names):
    """What clang says of each struct: [(offset, field)] and the size."""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        source.write("#include <boothost/provider.h>\n")
        source.writelines(f"extern int use_{name}[sizeof(struct {name})];\n" for name in names)
        source.flush()
        done = subprocess.run([clang, f"--target={target}", *FLAGS, "-I", headers, source.name], capture_output=True,
                              text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    found = {}
    for block in done.stdout.split("*** Dumping AST Record Layout")[1:]:
        name = re.search(r"0 \| struct (\w+)\n", block)
        size = re.search(r"\[sizeof=(\d+),", block)
        fields = re.findall(r"^ +(\d+) \|   \S.*?(\w+)(?:\[\d+\])?$", block, re.M)
        found[name.group(1)] = ([(int(offset), field) for offset, field in fields], int(size.group(1)))
    return found


def fix_names(fields, headers, name):
    """Function pointers and arrays have their names within the type; the header has them in order."""
    text = "".join(open(os.path.join(headers, "boothost", h)).read() for h in ("types.h", "host.h", "provider.h"))
    body = re.search(rf"^struct {name} \{{$(.*?)^\}};", text, re.M | re.S).group(1)
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
    names = [re.search(r"\(\*(\w+)\)|(\w+)(?:\[[^\]]*\])?\s*$", part.strip()) for part in body.split(";") if part.strip()]
    names = [match.group(1) or match.group(2) for match in names]
    if len(names) != len(fields):
        raise RuntimeError(f"{name}: the header has {len(names)} fields, clang {len(fields)}")
    return [(offset, field) for (offset, _), field in zip(fields, names)]


def text_of(clang, target, headers):
    names = structs(headers)
    found = dump(clang, target, headers, names)
    lines = []
    for name in names:
        fields, size = found[name]
        fields = fix_names(fields, headers, name)
        ends = [offset for offset, _ in fields[1:]] + [size]
        lines += [f"{name} {field} {offset} {end - offset}" for (offset, field), end in zip(fields, ends)]
        lines.append(f"{name} - {size}")
    return "\n".join(lines) + "\n"


def compare(number, cpu, now, path):
    try:
        with open(path) as f:
            kept = f.read()
    except FileNotFoundError:
        kept = ""
    good = now == kept
    print(f"{'ok' if good else 'not ok'} {number} - the layout on {cpu} is the kept one")
    if not good:
        for line in difflib.unified_diff(kept.splitlines(), now.splitlines(), path, "now", lineterm=""):
            print("# " + line)
    return good


def main():
    words = sys.argv[1:]
    write = words[:1] == ["--write"]
    clang, headers, kept = words[1:] if write else words
    print(f"1..{len(CPUS)}")
    good = True
    for number, (cpu, target) in enumerate(CPUS.items(), 1):
        now = text_of(clang, target, headers)
        path = os.path.join(kept, cpu + ".txt")
        if write:
            with open(path, "w") as f:
                f.write(now)
        good = compare(number, cpu, now, path) and good
    sys.exit(0 if good else 1)


main()
