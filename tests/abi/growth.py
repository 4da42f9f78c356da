#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract can grow: old providers on a new host, new providers on an old host.

    growth.py SOURCE-FOLDER BOOTHOST

"New" is this very source with one slot appended to each of both tables, as a developer would append it, in a
copy that is thrown away: the headers, the handshake that takes the provider's slot over, the host's table that
gives its own, and the one place that calls the provider's. "Old" is this build, and the binaries of
tests/abi/binaries.
"""

import glob
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

SOURCE, OLD_HOST = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
OLD_BINARIES = os.path.join(SOURCE, "tests", "abi", "binaries", "0.9", platform.machine())
MAC = "52:54:00:12:34:56"

# File, a line of it that must be there, and what is written behind it or (None: in its place) instead.
GROWTH = [
    ("abi/boothost/host.h", "    const char *(*architecture_name)(const struct boot_host *host, uint32_t index);",
     "\n    int64_t (*grown_number)(const struct boot_host *host);"),
    ("abi/boothost/host.h", "BOOT_HOST_ASSERT_NO_TAIL(boot_host, architecture_name);",
     (None, "BOOT_HOST_ASSERT_NO_TAIL(boot_host, grown_number);\n#define BOOT_HOST_GROWN 1")),
    ("abi/boothost/provider.h", "    int32_t (*restore)(void *instance, const struct boot_host_state *state);",
     "\n    void (*grown_tell)(void *instance, int32_t number);"),
    ("abi/boothost/provider.h", "BOOT_HOST_ASSERT_NO_TAIL(boot_host_provider, restore);",
     (None, "BOOT_HOST_ASSERT_NO_TAIL(boot_host_provider, grown_tell);")),
    ("core/provider/handshake.h", "    int32_t (*restore)(void *instance, const struct boot_host_state *state);",
     "\n    void (*grown_tell)(void *instance, int32_t number);"),
    ("core/provider/handshake.c", "static void no_close(void *instance) {",
     (None, "static void no_grown_tell(void *instance, int32_t number) {\n}\n\nstatic void no_close(void *instance) {")),
    ("core/provider/handshake.c", "        .restore = table->restore != NULL ? table->restore : no_restore,",
     "\n        .grown_tell = table->grown_tell != NULL ? table->grown_tell : no_grown_tell,"),
    ("core/provider/host.c", "void host_init(struct boot_host *host) {",
     (None, "static int64_t grown_number(const struct boot_host *host) {\n    return 42;\n}\n\n"
            "void host_init(struct boot_host *host) {")),
    ("core/provider/host.c", "        .architecture_name = host_architecture_name,",
     "\n        .grown_number = grown_number,"),
    ("core/provider/instance.c", "    bool reported = problem_list_is_fatal(problems, first);",
     "\n    if (error == 0)\n        instance->provider->grown_tell(instance->state, 7);"),
]


def run(*words, **how):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **how)
    if done.returncode != 0:
        raise AssertionError(" ".join(map(str, words)) + f": exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def grow(tree):
    for file, line, growth in GROWTH:
        path = os.path.join(tree, file)
        with open(path) as f:
            text = f.read()
        if text.count(line + "\n") != 1:
            raise AssertionError(f"{file} has the line {text.count(line + chr(10))} times, not once: {line}")
        text = text.replace(line, line + growth if isinstance(growth, str) else growth[1])
        with open(path, "w") as f:
            f.write(text)


def build_host(scratch):
    """A boothost with the grown contract."""
    tree, build = os.path.join(scratch, "tree"), os.path.join(scratch, "build")
    shutil.copytree(SOURCE, tree, symlinks=True,
                    ignore=lambda folder, names: [n for n in names if n.startswith(("build", ".git"))])
    grow(tree)
    # Sanitizers and warnings of the build around us are none of this one's.
    environment = {key: value for key, value in os.environ.items() if not key.endswith("FLAGS")}
    run("meson", "setup", "-Dtests=disabled", "-Doptimization=0", build, tree, env=environment)
    run("ninja", "-C", build, "core/boothost", env=environment)
    return tree, os.path.join(build, "core", "boothost")


def build_provider(headers, path):
    run("cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-I", headers,
        os.path.join(SOURCE, "tests", "abi", "growth.c"), "-o", path)
    return path


def ask(scratch, host, module, keys="", arch="x64-uefi"):
    """What a host's simulation says with one provider in its chain."""
    path = os.path.join(scratch, "one.conf")
    with open(path, "w") as f:
        f.write(f"[server]\nroot = {scratch}\nstate = {scratch}\n[chain]\nproviders = one\n"
                f"[provider one]\nmodule = {module}\n{keys}")
    return json.loads(run(host, "simulate", "--json", "--config", path, "--mac", MAC, "--arch", arch))


def slots(said):
    return said["trace"][0]["reason"]


def check(words, got, wanted):
    check.number += 1
    good = got == wanted
    print(f"{'ok' if good else 'not ok'} {check.number} - {words}", flush=True)
    if not good:
        print(f"# wanted: {wanted}\n# got: {got}", flush=True)
        check.failed += 1


check.number = check.failed = 0


def main(scratch):
    tree, new_host = build_host(scratch)
    new = build_provider(os.path.join(tree, "abi"), os.path.join(scratch, "new.so"))
    old = build_provider(os.path.join(SOURCE, "abi"), os.path.join(scratch, "old.so"))

    check("the same provider on the same, old host has neither slot", slots(ask(scratch, OLD_HOST, old)),
          "lucky -1, told -1")
    check("a new provider on a new host: BOOT_HOST_HAS is true, and its own slot is called",
          slots(ask(scratch, new_host, new)), "lucky 42, told 7")
    check("an old provider on a new host: its table ends before the slot, which stays closed",
          slots(ask(scratch, new_host, old)), "lucky -1, told -1")
    check("a new provider on an old host: BOOT_HOST_HAS is false, and its slot is not known",
          slots(ask(scratch, OLD_HOST, new)), "lucky -1, told -1")

    for module in sorted(glob.glob(os.path.join(OLD_BINARIES, "*.so"))):
        name = os.path.basename(module)
        shown = [json.loads(run(host, "provider", "show", "--json", module)) for host in (OLD_HOST, new_host)]
        check(f"the kept binary {name} is the same to both hosts", shown[1], shown[0])
    if os.path.isdir(OLD_BINARIES):
        inline = os.path.join(OLD_BINARIES, "old-inline.so")
        said = ask(scratch, new_host, inline, "file = ${mac}.efi\ntext.word = said\n")
        check("the kept inline binary decides on the new host", said["boot-file"], MAC + ".efi")
        said = ask(scratch, new_host, os.path.join(OLD_BINARIES, "old-later.so"), arch="bios")
        check("the kept binary that answers LATER does so on the new host", slots(said),
              "0.9: a thread of its own says so")
    print(f"1..{check.number}")
    return 1 if check.failed else 0


with tempfile.TemporaryDirectory(prefix="boothost-growth-") as folder:
    result = main(folder)
sys.exit(result)
