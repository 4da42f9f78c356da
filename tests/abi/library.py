#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library exports what its version script says, and that is what the GIR documents, release by release.

    library.py LIBRARY boothost.map BootHost-1.0.gir
"""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"
DOCUMENTED = {CORE + kind for kind in (
    "class", "enumeration", "bitfield", "function", "method", "constructor", "virtual-method", "property",
    "member", "interface", "record")} | {GLIB + "signal"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def of_map(path):
    """{(node, symbol)} of a version script."""
    with open(path) as file:
        text = file.read()
    found = set()
    for node, body in re.findall(r"^(\S+) \{(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        names = body.split("global:")[1].split("local:")[0]
        found.update((node, name) for name in re.findall(r"(\w+);", names))
    return found


def of_library(path):
    lines = run("nm", "-D", "--defined-only", "--with-symbol-versions", path).splitlines()
    names = [line.split() for line in lines]
    return {tuple(reversed(name[2].split("@@"))) for name in names if name[1] != "A"}


def of_gir(root):
    """The node of a symbol is made from its Since tag; a type's own function is as old as the type."""
    found = set()
    for element in root.iter():
        version = "BOOTHOST_" + element.get("version", "none")
        for name in element.get(C + "identifier"), element.get(GLIB + "get-type"):
            if name and element.tag not in (CORE + "member", CORE + "function-macro"):
                found.add((version, name))
    return found


def documents(root):
    """All that people read about; what GObject itself declares beside a class is not."""
    return [element for element in root.iter() if element.tag in DOCUMENTED and
            not element.get(GLIB + "is-gtype-struct-for")]


def undocumented(root):
    return {element.get("name") for element in documents(root) if element.find(CORE + "doc") is None}


def ageless(root):
    return {element.get("name") for element in documents(root)
            if element.get("version") is None and element.tag != CORE + "member"}


def report(number, wrong, words):
    print("%s %d - %s" % ("not ok" if wrong else "ok", number, words))
    for what in sorted(wrong):
        print("#", what)
    return bool(wrong)


def main():
    library, script, gir = sys.argv[1:4]
    root = ElementTree.parse(gir).getroot()
    wanted, documented = of_map(script), of_gir(root)
    soname = re.findall(r"\(SONAME\).*\[(.*)\]", run("readelf", "-d", library))
    print("1..6")
    failed = [
        report(1, of_library(library) ^ wanted, "exports what the version script says"),
        report(2, documented ^ wanted, "the version script is the GIR's Since tags"),
        report(3, {name for _, name in wanted if not name.startswith("boot_host_")} or
               ([] if wanted else ["nothing"]), "every name has the prefix"),
        report(4, undocumented(root), "everything in the GIR is documented"),
        report(5, ageless(root), "everything in the GIR says since when"),
        report(6, set(soname) ^ {"libboothost.so.1"}, "the soname is libboothost.so.1"),
    ]
    sys.exit(any(failed))


main()
