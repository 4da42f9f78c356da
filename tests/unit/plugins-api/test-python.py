#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""BootHost from Python: subclasses, the harness, and the examples, which must agree.

    test-python.py EXAMPLE.py EXAMPLE MODULE.so
"""

import os
import subprocess
import sys
import traceback

import gi

gi.require_version("BootHost", "1.0")
from gi.repository import BootHost, Gio, GLib                            # noqa: E402

Verdict, Stage = BootHost.Verdict, BootHost.RequestStage
EXAMPLE_PYTHON, EXAMPLE_C, MODULE = map(os.path.realpath, sys.argv[1:4])
MAC = "52:54:00:12:34:56"
CASES = []


def case(function):
    CASES.append(function)
    return function


class Tester(BootHost.Provider):
    """Does what a function of the test says."""

    def __init__(self, decide=None, content=None):
        super().__init__(name="tester", version="1", summary="Tests", at_once=8)
        self.add_setting("greeting", BootHost.SettingType.TEXT, BootHost.SettingFlags.NONE, "hello",
                         "What to say")
        self.add_setting("names", BootHost.SettingType.LIST, BootHost.SettingFlags.NONE, None,
                         "Whom to say it to")
        self.decide, self.content, self.told = decide, content, []

    def do_decide(self, request, reply):
        return self.decide(self, request, reply)

    def do_content(self, request, content):
        return self.content(self, request, content)

    def do_event(self, request, kind, name, detail, value):
        self.told.append((request.get_mac(), kind, name, detail, value))

    def do_open(self, flags):
        self.told.append("open")
        if self.get_setting("greeting") == "raise":
            raise ValueError("cannot greet")
        if self.get_setting("greeting") == "error":
            raise GLib.Error("no greeting", BootHost.Error.__gtype__.name, BootHost.Error.INVALID)
        return True

    def do_close(self):
        self.told.append("close")

    def do_save(self):
        self.put_state("told", GLib.Bytes.new(str(len(self.told)).encode()))
        return True

    def do_restore(self):
        self.told.append(self.get_state("told").get_data())
        return True


def harness_of(decide=None, content=None, **settings):
    provider = Tester(decide, content)
    harness = BootHost.Harness.new_for_provider(provider)
    for key, value in settings.items():
        harness.set(key, value)
    harness.open(BootHost.OpenFlags.NONE)
    return provider, harness


def result_of(decide, **fields):
    _, harness = harness_of(decide)
    return harness.decide(BootHost.Request(**{"mac": MAC, "architecture": "x64-uefi", **fields}))


@case
def a_subclass_decides():
    def decide(provider, request, reply):
        assert request.get_mac() == MAC and request.props.mac == MAC
        assert request.is_architecture("x64-uefi")
        assert request.get_architectures() == ["x64-uefi"]
        assert request.get_relay() is None and request.get_boot_item() == -1
        assert request.get_stage() == Stage.DISCOVER
        reply.set_boot_file(reply.expand("${architecture}/${mac}.efi"))
        reply.set_reason(provider.get_setting("greeting"))
        reply.set_fact("image", "one")
        reply.set_option(BootHost.OptionSpace.DHCP4, 210, GLib.Bytes.new(b"/x/"))
        return Verdict.REPLY
    result = result_of(decide)
    assert result.get_verdict() == Verdict.REPLY
    assert result.get_boot_file() == "x64-uefi/52:54:00:12:34:56.efi"
    assert result.get_reason() == "hello"
    assert result.get_fact("image") == "one"
    reply = result.get_reply()
    assert reply.get_option(BootHost.OptionSpace.DHCP4, 210).get_data() == b"/x/"
    assert reply.get_facts().unpack() == {"image": "one"}


@case
def an_exception_is_a_failure():
    def decide(provider, request, reply):
        reply.set_boot_file("x.efi")
        raise KeyError("the test raises this")
    result = result_of(decide)
    assert result.get_verdict() == Verdict.FAILED and result.get_errno() == 5
    assert result.get_boot_file() is None


@case
def a_forgotten_return_is_a_failure():
    assert result_of(lambda provider, request, reply: None).get_verdict() == Verdict.FAILED


@case
def an_error_of_glib_has_its_errno():
    def decide(provider, request, reply):
        raise GLib.Error("no such image", "boot-host-error-quark", BootHost.Error.NOT_FOUND)
    result = result_of(decide)
    assert result.get_verdict() == Verdict.FAILED and result.get_errno() == 2
    assert result.get_failure() == "no such image"


@case
def what_the_host_would_refuse_raises():
    def decide(provider, request, reply):
        try:
            reply.set_option(BootHost.OptionSpace.DHCP4, 54, GLib.Bytes.new(b"x"))
        except GLib.Error as error:
            assert error.matches(BootHost.Error.quark(), BootHost.Error.NOT_PERMITTED)
            return Verdict.DROP
        return Verdict.PASS
    assert result_of(decide).get_verdict() == Verdict.DROP


@case
def a_later_answer_comes_from_the_main_loop():
    def decide(provider, request, reply):
        GLib.timeout_add(10, lambda: reply.set_boot_file("late.efi") or
                         reply.complete(Verdict.REPLY) and False)
        return Verdict.LATER
    result = result_of(decide)
    assert (result.get_verdict(), result.get_boot_file()) == (Verdict.REPLY, "late.efi")


@case
def the_cancellable_tells_of_the_deadline():
    kept = []

    def decide(provider, request, reply):
        kept.append((request.get_cancellable(), reply))
        return Verdict.LATER
    _, harness = harness_of(decide)
    harness.set_deadline(50)
    result = harness.decide(BootHost.Request(mac=MAC))
    assert result.get_errno() == 110 and kept[0][0].is_cancelled()


@case
def content_of_every_kind():
    def content(provider, request, content):
        kind = request.get_file()
        if kind == "text":
            content.set_text("#!ipxe\n" + request.get_fact("owner"))
        elif kind == "bytes":
            content.set_bytes(GLib.Bytes.new(bytes(range(256))))
        elif kind == "stream":
            content.set_stream(Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(b"ab")), 2)
        elif kind == "name":
            content.set_name("other")
        else:
            return Verdict.PASS
        return Verdict.REPLY

    def ask(kind):
        return harness.content(BootHost.Request(mac=MAC, file=kind, stage=Stage.FILE))
    _, harness = harness_of(content=content)
    harness.set_fact("owner", "alice")
    assert ask("text").get_bytes().get_data() == b"#!ipxe\nalice"
    assert ask("bytes").get_bytes().get_data() == bytes(range(256))
    assert ask("stream").get_bytes().get_data() == b"ab"
    assert ask("name").get_name() == "other"
    assert ask("else").get_verdict() == Verdict.PASS


@case
def events_settings_and_state():
    provider, harness = harness_of(names="a; b;")
    assert provider.get_setting_list("names") == ["a", "b"]
    harness.event(BootHost.Request(mac=MAC), BootHost.EventKind.TRANSFER_DONE, "a.efi", None, 7)
    harness.swap()
    assert provider.told == ["open", (MAC, BootHost.EventKind.TRANSFER_DONE, "a.efi", None, 7),
                             "close", "open", b"2"], provider.told


@case
def an_open_that_raises_fails():
    for greeting in "raise", "error":
        try:
            harness_of(greeting=greeting)
        except GLib.Error:
            continue
        raise AssertionError(greeting)


def assert_example(command):
    harness = BootHost.Harness.new_for_command(command)
    harness.set("prefix", "52:54:00")
    harness.set("boot-file", "ipxe.efi")
    harness.open(BootHost.OpenFlags.NONE)
    result = harness.decide(BootHost.Request(mac=MAC, architecture="x64-uefi"))
    assert result.get_verdict() == Verdict.REPLY, result.get_failure()
    assert result.get_boot_file() == "ipxe.efi"
    assert result.get_reason() == "its MAC address begins with 52:54:00"
    for other in {"mac": "00:11:22:33:44:55"}, {}:
        passed = harness.decide(BootHost.Request(**other))
        assert passed.get_verdict() == Verdict.PASS
    facts, settings = harness.describe().unpack()
    harness.close()
    assert harness.get_lines() == []
    return facts["name"], facts["summary"], facts["doors"], settings


@case
def both_examples_do_the_same():
    assert assert_example(["/usr/bin/python3", EXAMPLE_PYTHON]) == assert_example([EXAMPLE_C])


@case
def the_example_has_twenty_lines_and_says_who_it_is():
    with open(EXAMPLE_PYTHON) as file:
        assert len(file.readlines()) <= 20
    said = subprocess.run(["/usr/bin/python3", EXAMPLE_PYTHON], capture_output=True, text=True,
                          check=True).stdout
    assert said.startswith("by-mac 1.0: ") and f"command = {EXAMPLE_PYTHON}\n" in said, said


@case
def a_module_in_c_is_tested_from_python():
    harness = BootHost.Harness.new_for_module(MODULE)
    harness.set("x64-uefi", "a.efi")
    harness.open(BootHost.OpenFlags.CHECK)
    result = harness.decide(BootHost.Request(mac=MAC, architecture="x64-uefi"))
    assert (result.get_verdict(), result.get_boot_file()) == (Verdict.REPLY, "a.efi")


def main():
    failed = 0
    print(f"1..{len(CASES)}", flush=True)
    for number, function in enumerate(CASES, 1):
        good = True
        try:
            function()
        except Exception:
            good = False
            print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {function.__name__.replace('_', ' ')}",
              flush=True)
    sys.exit(1 if failed else 0)


main()
