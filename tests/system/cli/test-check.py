# SPDX-License-Identifier: LGPL-2.1-or-later
"""boothost check: every problem with file and line, and nothing changed."""

import os

from cases import Candidate, answer, boothost, case, expect, main


def problems_of(candidate, status=1):
    return boothost("check", "--config", candidate.path, status=status).stdout


@case("a good configuration is fit to be served")
def _():
    with Candidate() as candidate:
        said = problems_of(candidate, 0)
        expect(said == f"{candidate.path}: fit to be served, 2 providers\n", said)


@case("JSON of a good one")
def _():
    with Candidate() as candidate:
        said = answer("check", "--config", candidate.path)
        expect(said == {"config": candidate.path, "valid": True, "problems": []}, said)


@case("an unknown key names file, line and the nearest key")
def _():
    with Candidate(server={"interfcaes": "lo"}) as candidate:
        said = problems_of(candidate)
        expect(f"{candidate.line('interfcaes')}: error: " in said, said)
        expect("did you mean 'interfaces'?" in said, said)


@case("several problems are all named")
def _():
    with Candidate(server={"rooot": "x", "dhcp": "sometimes"}, extra="[sever]\n") as candidate:
        said = problems_of(candidate)
        for part in ("rooot", "dhcp = sometimes", "[sever]"):
            expect(f"{candidate.line(part)}: error: " in said, part, "is missing in", said)


@case("a setting that the module does not take")
def _():
    providers = {"refuse": {"module": "filter", "dney": "52:54:00:00:00:66"}}
    with Candidate(providers) as candidate:
        said = problems_of(candidate)
        expect(f"{candidate.line('dney')}: error: " in said, said)
        expect("'deny'" in said, said)


@case("a value that the module refuses")
def _():
    providers = {"refuse": {"module": "filter", "deny": "no such thing"}}
    with Candidate(providers) as candidate:
        expect(f"{candidate.line('deny')}: error: " in problems_of(candidate), "no place")


@case("a module that is not there")
def _():
    with Candidate({"one": {"module": "filtre"}}) as candidate:
        said = problems_of(candidate)
        expect("'filter'" in said and candidate.line("[provider one]") in said, said)


@case("a chain that names no provider")
def _():
    with Candidate(chain="refuse; nobody") as candidate:
        said = problems_of(candidate)
        expect("nobody" in said and candidate.line("providers =") in said, said)


@case("a file that is not there")
def _():
    said = boothost("check", "--config", "/nonexistent/boothost.conf", status=1).stdout
    expect(said.startswith("/nonexistent/boothost.conf: error: "), said)


@case("a served root that is not there, or no folder")
def _():
    with Candidate(server={"root": "nowhere"}) as candidate:
        expect("nowhere is not there" in problems_of(candidate), "missing root is fine?")
    with Candidate(server={"root": "boothost.conf"}) as candidate:
        expect("is no folder" in problems_of(candidate), "a file as root is fine?")


@case("an interface that does not exist")
def _():
    with Candidate(server={"interfaces": "nosuchlink"}) as candidate:
        expect("nosuchlink" in problems_of(candidate), "an unknown interface is fine?")


@case("a boot file that nobody has is a warning")
def _():
    with Candidate() as candidate:
        os.unlink(os.path.join(candidate.root, "x64.efi"))
        said = problems_of(candidate, 0)
        expect("warning: x64-uefi machines (firmware) would be sent for 'x64.efi'" in said, said)
        expect("'bios.0'" not in said, said)


@case("JSON has place, text and weight of each problem")
def _():
    with Candidate(server={"rooot": "x"}) as candidate:
        said = answer("check", "--config", candidate.path, status=1)
        expect(said["valid"] is False, said)
        problem = said["problems"][0]
        expect(problem["fatal"] is True and "rooot" in problem["text"], problem)
        expect(problem["where"].endswith(candidate.line("rooot")), problem)


@case("nothing is changed")
def _():
    def snapshot():
        return sorted((path, os.stat(os.path.join(path, name)).st_mtime_ns, name)
                      for path, _, names in os.walk(candidate.folder) for name in names)
    with Candidate() as candidate:
        before = snapshot()
        problems_of(candidate, 0)
        expect(snapshot() == before, "files have changed")


main()
