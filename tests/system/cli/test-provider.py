# SPDX-License-Identifier: LGPL-2.1-or-later
"""boothost provider list and show: what modules say of themselves, and why one is refused."""

import os
import re

from cases import BUILD, TOP, Candidate, answer, boothost, capture, case, expect, main, vector


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


def template():
    return os.path.join(BUILD, "providers", "template", "template.so")


@case("try prints verdict, reason, what was set and the time")
def _():
    said = boothost("provider", "try", template(), "--config", "boot-file=x.efi").stdout
    expect(re.search(r"^verdict +reply, in \d+ us$", said, re.M), said)
    expect(re.search(r"^set +boot-file = x.efi$", said, re.M), said)
    expect("everybody gets it" in said, said)


@case("JSON of try, with a client of one's own")
def _():
    said = answer("provider", "try", template(), "--config", "boot-file=x.efi", "--arch",
                  "x86-bios", "--stage", "boot-server", "--mac", "02:00:00:00:00:07")
    expect(said["verdict"] == "reply" and said["reply"] == {"boot-file": "x.efi"}, said)
    expect((said["client"], said["stage"], said["architecture"]) ==
           ("02:00:00:00:00:07", "boot-server", "x86-bios"), said)


@case("try takes a file's group, and a setting beside it wins")
def _():
    sample = os.path.join(TOP, "providers", "template", "template.conf")
    said = answer("provider", "try", template(), "--config", sample)
    expect(said["reply"]["boot-file"] == "mine.efi", said)
    said = answer("provider", "try", template(), "--config", sample, "--config", "boot-file=y.efi")
    expect(said["reply"]["boot-file"] == "y.efi", said)


@case("try shows the content of a file, and a menu")
def _():
    menu = os.path.join(BUILD, "providers", "menu", "menu.so")
    sample = os.path.join(TOP, "providers", "menu", "menu.conf")
    said = answer("provider", "try", menu, "--config", sample, "--arch", "x86-bios")
    expect(len(said["menu"]["items"]) == 3, said)
    said = answer("provider", "try", menu, "--config", sample, "--loader", "ipxe")
    script = said["reply"]["boot-file"]
    said = answer("provider", "try", menu, "--config", sample, "--loader", "ipxe", "--file", script)
    expect(said["content"]["text"].startswith("#!ipxe"), said)


@case("try takes the requests of a capture")
def _():
    with Candidate() as candidate:
        path = os.path.join(candidate.folder, "one.pcap")
        capture(path, ("0.0.0.0", 68, "255.255.255.255", 67, vector("pxe/edk2-x64-discover")))
        said = answer("provider", "try", template(), "--config", "boot-file=x.efi", "--packet", path)
        expect([one["verdict"] for one in said] == ["reply"], said)
        expect(said[0]["architecture"] == "x64-uefi", said)


@case("try without a required setting: its words, exit 1")
def _():
    said = boothost("provider", "try", template(), status=1).stderr
    expect("needs the setting 'boot-file'" in said, said)


@case("test tells TAP, and all checks pass")
def _():
    said = boothost("provider", "test", template(), "--config", "boot-file=x.efi").stdout
    plan = int(re.match(r"1\.\.(\d+)\n", said).group(1))
    expect(len(re.findall(r"^ok \d+ - ", said, re.M)) == plan, said)
    expect(len(boothost("provider", "test", "--rules").stdout.splitlines()) == plan, "rules")


@case("test of settings that do not fit: bail out, exit 2")
def _():
    done = boothost("provider", "test", template(), "--config", "boot-fiel=x", status=2)
    expect("Bail out!" in done.stdout and "did you mean 'boot-file'?" in done.stderr, done)


@case("test of an unknown check names the nearest one")
def _():
    said = boothost("provider", "test", template(), "--check", "clse", status=2).stderr
    expect("did you mean 'close'?" in said, said)


@case("new writes a folder that is new, and no other")
def _():
    with Candidate() as candidate:
        folder = os.path.join(candidate.folder, "new-one")
        boothost("provider", "new", "new-one", folder)
        expect({"new-one.c", "new-one.conf", "test-new-one.sh", "Makefile", "meson.build",
                "README.md"} == set(os.listdir(folder)), os.listdir(folder))
        with open(os.path.join(folder, "new-one.c")) as f:
            expect('.name = "new-one"' in f.read(), "the name is not in the table")
        expect("not empty" in boothost("provider", "new", "new-one", folder, status=1).stderr,
               "overwrites")
        expect("letters" in boothost("provider", "new", "New_One", folder, status=2).stderr, "name")


main()
