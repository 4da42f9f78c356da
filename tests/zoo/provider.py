#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A provider in Python that speaks org.boothost.Provider1 by GDBus alone, without our library.

`provider.py`: answers everybody. `provider.py crash`: ends at the first DISCOVER.
"""

import os
import sys

from gi.repository import Gio, GLib

METHODS = """<node><interface name="org.boothost.Provider1">
<method name="Describe"><arg type="a{sv}" direction="out"/><arg type="a(suubss)" direction="out"/></method>
<method name="Open"><arg type="s" direction="in"/><arg type="a(ss)" direction="in"/>
<arg type="a{say}" direction="in"/><arg type="u" direction="in"/><arg type="a(susb)" direction="out"/></method>
<method name="Decide"><arg type="t" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="i" direction="out"/><arg type="a{sv}" direction="out"/></method>
<method name="Content"><arg type="t" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="i" direction="out"/><arg type="a{sv}" direction="out"/></method>
<method name="Read"><arg type="t" direction="in"/><arg type="t" direction="in"/><arg type="u" direction="in"/>
<arg type="i" direction="out"/><arg type="ay" direction="out"/></method>
<method name="CloseReader"><arg type="t" direction="in"/></method>
<method name="Cancel"><arg type="t" direction="in"/></method>
<method name="Drain"/><method name="Close"/></interface></node>"""
LINES = b"a line of the file\n" * 50000
REPLY, BOOT_FILE, REASON = 1, 1, 4

settings = {}
loop = GLib.MainLoop()


def decide(ticket, request, reply):
    if "crash" in sys.argv and request["stage"] == "discover":
        os.abort()
    fields = {BOOT_FILE: settings["file"], REASON: "Python knows " + request["architecture"]}
    return "(ia{sv})", (REPLY, {"fields": GLib.Variant("a{us}", fields),
                                "facts": GLib.Variant("a{ss}", {"snake": "yes"})})


def content(ticket, request):
    if request["file"] != "lines":
        return "(ia{sv})", (0, {})
    return "(ia{sv})", (REPLY, {"reader": GLib.Variant("(tx)", (1, len(LINES)))})


ANSWERS = {
    "Describe": lambda: ("(a{sv}a(suubss))", (
        {"name": GLib.Variant("s", "snake"), "version": GLib.Variant("s", "1"),
         "summary": GLib.Variant("s", "A provider in Python"),
         "doors": GLib.Variant("as", ["decide", "content"])},
        [("file", 1, 0, True, "snake.efi", "What everybody boots")])),
    "Open": lambda name, pairs, files, flags: (settings.update(pairs), ("(a(susb))", ([],)))[1],
    "Decide": decide,
    "Content": content,
    "Read": lambda reader, offset, size: ("(iay)", (0, LINES[offset:offset + size])),
    "CloseReader": lambda reader: None,
    "Cancel": lambda ticket: None,
    "Drain": lambda: None,
    "Close": lambda: loop.quit(),
}


def call(connection, sender, path, interface, method, parameters, invocation):
    answer = ANSWERS[method](*parameters.unpack())
    invocation.return_value(GLib.Variant(*answer) if answer else None)


def main():
    socket = Gio.Socket.new_from_fd(int(os.environ["BOOTHOST_PROVIDER_FD"]))
    connection = Gio.DBusConnection.new_sync(
        socket.connection_factory_create_connection(), None,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.DELAY_MESSAGE_PROCESSING, None, None)
    interface = Gio.DBusNodeInfo.new_for_xml(METHODS).interfaces[0]
    connection.register_object("/org/boothost/Provider1", interface, call, None, None)
    connection.connect("closed", lambda *unused: loop.quit())
    connection.start_message_processing()
    loop.run()


main()
