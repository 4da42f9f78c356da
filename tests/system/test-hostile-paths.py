# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names that want out of the served root are refused; honest ones beside them are served."""

import os

from harness import DEFAULT, Daemon, case, expect, lab, main
from wire import DATA, ERROR, OACK, WRQ, request_packet, tftp_ask, tftp_get

SERVED = {"default": DEFAULT}

OUTSIDE = (
    b"..\\..\\etc\\passwd", b"../../etc/passwd", b"/../../../etc/passwd", b"..", b"/",
    b"boot\\..\\..\\secret", b"boot/../../secret", b"boot/./../../secret", b"....//secret",
    b"C:\\..\\secret", b"\\\\server\\share\\..\\..\\secret", b"%2e%2e/secret", b"..%5csecret",
    b"boot/\xff\xff\xff\xff", b"\xff" * 200, b"..\xff/secret", b"../secret\xff\xff",
    b"\xc0\xae\xc0\xae/secret", b"a" * 450, b"/".join([b"a"] * 200), b"way-out", b"way-out/secret",
    b"link-to-secret", b"absolute-link", b"fifo")


def prepare(folder):
    """A root with links that lead out of it, and a secret beside it."""
    root = os.path.join(folder, "root")
    os.makedirs(os.path.join(root, "Boot", "x64"))
    for path, text in (("root/Boot/x64/Loader.EFI", "loader"), ("root/plain.txt", "plain"),
                       ("secret", "secret")):
        with open(os.path.join(folder, path), "w") as f:
            f.write(text)
    os.symlink("..", os.path.join(root, "way-out"))
    os.symlink("../secret", os.path.join(root, "link-to-secret"))
    os.symlink("/etc/passwd", os.path.join(root, "absolute-link"))
    os.mkfifo(os.path.join(root, "fifo"))
    return root


@case("names that lead out of the root are refused at once")
def refused(folder):
    with Daemon(folder, SERVED, root=prepare(folder)):
        for name in OUTSIDE:
            answer = tftp_ask(lab(), request_packet(name))
            expect(answer is not None, "silence, so the client waits in vain:", name)
            expect(answer[0] == ERROR, name, "was answered with", answer)
        expect(tftp_get(lab(), "plain.txt") == b"plain", "honest clients are no longer served")


@case("a NUL in a name ends it, and what follows cannot escape")
def nul(folder):
    with Daemon(folder, SERVED, root=prepare(folder)):
        for packet in (b"\0\1../secret\0plain.txt\0octet\0", b"\0\1\0../secret\0octet\0",
                       b"\0\1plain.txt\0../../secret\0", b"\0\1plain.txt", b"\0\1plain.txt\0octet",
                       b"\0\1plain.txt\0octet\0blksize", b"\0\1plain.txt\0octet\0blksize\0-5\0",
                       b"\0\1" + b"\0" * 400, b"\0\1\0octet\0"):
            answer = tftp_ask(lab(), packet, 1)
            expect(answer is None or b"secret" not in answer[1], packet, "was answered with", answer)
        expect(tftp_get(lab(), "plain.txt") == b"plain", "honest clients are no longer served")


@case("backslashes, case and 0xFF tails of honest loaders find their file")
def served(folder):
    with Daemon(folder, SERVED, root=prepare(folder)):
        for name in (b"Boot/x64/Loader.EFI", b"/Boot/x64/Loader.EFI", b"\\Boot\\x64\\Loader.EFI",
                     b"boot\\X64\\loader.efi", b"Boot//x64/./Loader.EFI", b"Boot/x64/Loader.EFI\xff"):
            answer = tftp_ask(lab(), request_packet(name))
            expect(answer == (DATA, b"\0\1loader"), name, "was answered with", answer)


@case("write requests are refused politely")
def read_only(folder):
    with Daemon(folder, SERVED, root=prepare(folder)):
        for name in (b"plain.txt", b"new.txt", b"../new.txt"):
            answer = tftp_ask(lab(), request_packet(name, opcode=WRQ))
            expect(answer is not None and answer[0] == ERROR, name, "was answered with", answer)
            expect(b"read-only" in answer[1], "the refusal does not say why:", answer)
        expect(not os.path.exists(os.path.join(folder, "root", "new.txt")), "a file was written")


@case("wild option values are bounded or refused, never believed")
def options(folder):
    with Daemon(folder, SERVED, root=prepare(folder)):
        for pairs in ([("blksize", 0)], [("blksize", 7)], [("blksize", 1 << 40)], [("tsize", -1)],
                      [("windowsize", 0)], [("windowsize", 65536)], [("timeout", 0)],
                      [("timeout", 9999)], [("unknown", "x" * 200)], [("blksize", "8x")]):
            answer = tftp_ask(lab(), request_packet("plain.txt", pairs))
            expect(answer is not None and answer[0] in (DATA, OACK, ERROR), pairs, answer)
        expect(tftp_get(lab(), "plain.txt") == b"plain", "honest clients are no longer served")


if __name__ == "__main__":
    main()
