# SPDX-License-Identifier: LGPL-2.1-or-later
"""Slips of the keyboard get a helping word; help, man pages and completion say the same."""

import os
import re
import shutil
import subprocess

from cases import BOOTHOST, TOP, Candidate, Skip, boothost, case, expect, main

VERBS = ["check", "simulate", "diff", "explain", "reload", "status", "watch", "probe", "provider"]
# Words behind "provider" that have options of their own.
WORDS = ["provider new", "provider try", "provider test"]
MAN = os.path.join(TOP, "data", "man")
COMPLETION = os.path.join(TOP, "data", "completions", "boothost")


def read(*path):
    with open(os.path.join(*path)) as f:
        return f.read()


def man_text(name):
    """A man page without the escapes of roff."""
    return read(MAN, name).replace("\\-", "-").replace('\\fR', "").replace('\\fI', "")


def options_of(verb):
    """The long options in a verb's --help: its indented lines list them."""
    return set(re.findall(r"^  (?:-\w, )?--([a-z0-9-]+)", boothost(*verb.split(), "--help").stdout, re.M))


@case("no verb at all: usage, exit 2")
def _():
    done = boothost(status=2)
    expect(all(verb in done.stderr for verb in VERBS), done.stderr)
    expect(done.stdout == "", done.stdout)


@case("--help names every verb")
def _():
    said = boothost("--help").stdout
    expect(all(re.search(rf"^  {verb}\b", said, re.M) for verb in VERBS), said)


@case("--version")
def _():
    expect(re.fullmatch(r"boothost \d+\.\d+\.\d+\n", boothost("--version").stdout), "no version")


@case("an unknown verb names the nearest one")
def _():
    for wrong, near in (("simulat", "simulate"), ("explian", "explain"), ("chekc", "check")):
        said = boothost(wrong, status=2).stderr
        expect(f"did you mean '{near}'?" in said, said)
    expect("check, simulate" in boothost("frobnicate", status=2).stderr, "no list of verbs")


@case("an unknown option names the nearest one")
def _():
    for words in (("check", "--confg=x"), ("simulate", "--cnfig", "x")):
        said = boothost(*words, status=2).stderr
        expect("did you mean --config?" in said, said)
    said = boothost("status", "--jsno", status=2).stderr
    expect("did you mean --json?" in said, said)


@case("words too many are refused by every verb")
def _():
    for verb in VERBS:
        words = [verb, "a", "b", "c", "d"]
        expect(boothost(*words, status=2).stderr != "", verb)


@case("options of a verb go behind it")
def _():
    expect("behind it" in boothost("--json", "status", status=2).stderr, "no word of help")


@case("every verb and option of --help is in the man page")
def _():
    page = man_text("boothost.1").replace('"', "")
    for verb in VERBS + WORDS:
        expect(f".SS {verb}\n" in page, "man page lacks", verb)
        for option in options_of(verb):
            expect(re.search(rf"--{option}(?![a-z0-9-])", page), "man page lacks", verb, option)


@case("the man page has no option that does not exist")
def _():
    page = man_text("boothost.1")
    known = set().union(*(options_of(verb) for verb in VERBS + WORDS)) | {"version"}
    for option in set(re.findall(r"--([a-z][a-z0-9-]*)", page)):
        expect(option in known, "no verb has", option)


def complete(*words):
    script = (f"source {COMPLETION}; COMP_WORDS=(boothost \"$@\"); COMP_CWORD=$#; _boothost; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", script, "-", *words], capture_output=True, text=True,
                          timeout=30, check=True)
    return set(done.stdout.split())


@case("completion knows every verb and option")
def _():
    expect(complete("") == set(VERBS), complete(""))
    for verb in VERBS + WORDS:
        offered = {word[2:] for word in complete(*verb.split(), "--")}
        expect(offered == options_of(verb), verb, "offers", offered, "has", options_of(verb))


@case("completion goes by what stands before")
def _():
    expect(complete("sim") == {"simulate"}, complete("sim"))
    expect(complete("--socket", "x", "sta") == {"status"}, "not behind --socket")
    expect(complete("provider", "") == {"list", "show", "new", "try", "test"},
           complete("provider", ""))
    expect(complete("provider", "new", "x", "--language", "p") == {"python"}, "no languages")
    expect("x64-uefi" in complete("simulate", "--arch", "x64"), "no architectures")
    expect("lo" in complete("probe", "-i", "l"), "no interfaces")


@case("every word that completion offers for --arch is taken")
def _():
    with Candidate() as candidate:
        for word in complete("simulate", "--arch", ""):
            done = subprocess.run([BOOTHOST, "simulate", "--config", candidate.path, "--arch", word,
                                   "--mac", "020000000001"], capture_output=True, timeout=30,
                                  check=False)
            expect(done.returncode in (0, 1), word, done.stderr)


@case("every key of the configuration is in its man page")
def _():
    page = man_text("boothost.conf.5")
    with Candidate(extra="[server]\nzzzzzzzzzzzz = 1\n[tftp]\nzzzzzzzzzzzz = 1\n") as candidate:
        said = boothost("check", "--config", candidate.path, status=1).stdout
    lists = re.findall(r"unknown key 'zzzzzzzzzzzz': there are (.*)", said)
    expect(len(lists) == 2, said)
    keys = [key for known in lists for key in known.split(", ")]
    expect("interfaces" in keys and "window-size" in keys, keys)
    for key in keys:
        expect(f".B {key}\n" in page, "boothost.conf.5 lacks", key)


@case("man pages are well formed")
def _():
    if shutil.which("man") is None:
        raise Skip("man is not installed")
    for name in sorted(os.listdir(MAN)):
        if name.endswith(".build"):
            continue
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                               os.path.join(MAN, name)], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}, check=True)
        expect(done.stderr == "", name, done.stderr)


main()
