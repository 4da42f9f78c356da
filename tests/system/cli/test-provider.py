# SPDX-License-Identifier: LGPL-2.1-or-later
"""boothost provider list and show: what modules say of themselves, and why one is refused."""

import os

from cases import Candidate, answer, boothost, case, expect, main


@case("list names module, version and summary")
def _():
    with Candidate() as candidate:
        said = boothost("provider", "list", "--config", candidate.path).stdout
        lines = [line.split() for line in said.splitlines()]
        expect(["architecture", "filter"] == [l[0] for l in lines if l[0] in
                                              ("filter", "architecture")], said)
        expect(all("ABI" in line for line in lines), said)


@case("JSON of list")
def _():
    with Candidate() as candidate:
        said = answer("provider", "list", "--modules", os.path.join(candidate.folder, "modules"))
        one = next(module for module in said if module["name"] == "filter")
        expect({"path", "version", "summary", "abi", "threads", "doors", "settings"} <= set(one),
               one)
        expect(one["doors"] == ["decide"] and one["threads"] == "inline", one)


@case("a file that is no module is refused in the list, the others are shown")
def _():
    with Candidate() as candidate:
        with open(os.path.join(candidate.folder, "modules", "bad.so"), "w") as f:
            f.write("not an ELF file")
        said = answer("provider", "list", "--config", candidate.path)
        bad = next(module for module in said if module["path"].endswith("/bad.so"))
        expect("refused" in bad and "bad.so" in bad["refused"], bad)
        expect(any(module.get("name") == "filter" for module in said), said)


@case("show prints every setting")
def _():
    with Candidate() as candidate:
        said = boothost("provider", "show", "filter", "--config", candidate.path).stdout
        for word in ("deny", "deny-file", "allow", "default", "clients that are not served"):
            expect(word in said, word, "is missing in", said)


@case("show takes a path, and JSON has the schema")
def _():
    with Candidate() as candidate:
        path = os.path.join(candidate.folder, "modules", "filter.so")
        said = answer("provider", "show", path)
        setting = next(one for one in said["settings"] if one["name"] == "deny-file")
        expect(setting["type"] == "path" and setting["required"] is False, setting)


@case("show of a module that is not there names a near one, exit 1")
def _():
    with Candidate() as candidate:
        said = boothost("provider", "show", "filtre", "--config", candidate.path, status=1).stderr
        expect("filter" in said, said)


@case("show of a refused module says why, exit 1")
def _():
    with Candidate() as candidate:
        path = os.path.join(candidate.folder, "bad.so")
        with open(path, "w") as f:
            f.write("not an ELF file")
        said = boothost("provider", "show", path, status=1).stderr
        expect(f"{path} cannot be loaded" in said, said)
        expect("refused" in answer("provider", "show", path, status=1), "no reason in JSON")


@case("an empty folder and none at all: exit 1")
def _():
    with Candidate() as candidate:
        said = boothost("provider", "list", "--modules", candidate.root, status=1).stderr
        expect("no module" in said, said)
        said = boothost("provider", "list", "--modules", "/nonexistent", status=1).stderr
        expect("--modules" in said, said)


@case("an unknown action names the nearest one")
def _():
    expect("did you mean 'list'?" in boothost("provider", "lits", status=2).stderr, "no hint")


main()
