#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the provider answers. BootHost.Harness is a host for tests: no daemon, no root."""
import os
import unittest

import gi

gi.require_version("BootHost", "1.0")
from gi.repository import BootHost, GLib  # noqa: E402

PROGRAM = os.path.join(os.path.dirname(os.path.realpath(__file__)), "template.py")


class Test(unittest.TestCase):
    def setUp(self):
        self.harness = BootHost.Harness.new_for_command([PROGRAM])

    def test_everyone_gets_the_file(self):
        self.harness.set("boot-file", "mine.efi")
        self.harness.open(BootHost.OpenFlags.NONE)
        for architecture in ("x64-uefi", "x86-bios"):
            result = self.harness.decide(
                BootHost.Request(mac="52:54:00:12:34:56", architecture=architecture))
            self.assertEqual(result.get_verdict(), BootHost.Verdict.REPLY)
            self.assertEqual(result.get_boot_file(), "mine.efi")

    def test_the_setting_is_required(self):
        with self.assertRaises(GLib.Error):
            self.harness.open(BootHost.OpenFlags.NONE)


unittest.main()
