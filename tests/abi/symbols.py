#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each module exports its entry and nothing else, and needs nothing but libc and the libraries it declares.

    symbols.py MODULE [LIBRARY...]
"""

import re
import subprocess
import sys

ENTRY = 'boot_host_provider_entry_v1'
ALWAYS = {'libc.so.6', 'libm.so.6', 'libpthread.so.0', 'ld-linux-x86-64.so.2'}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def names(*options):
    return [line.split()[-1].split('@')[0] for line in run('nm', '-D', *options).splitlines()]


def exported(path):
    return names('--defined-only', path)


def undefined(path):
    """What must come from elsewhere; weak symbols need not."""
    lines = run('nm', '-D', '--undefined-only', path).splitlines()
    return {line.split()[-1].split('@')[0] for line in lines if line.split()[-2] == 'U'}


def needed(path):
    return set(re.findall(r'\(NEEDED\).*\[(.*)\]', run('readelf', '-d', path)))


def found(path):
    """Where the dynamic linker finds each library that is needed."""
    return dict(re.findall(r'^\s*(\S+) => (/\S+)', run('ldd', path), re.MULTILINE))


def unresolved(path):
    libraries = found(path)
    provided = set()
    for library in needed(path):
        if library in libraries:
            provided.update(exported(libraries[library]))
    return undefined(path) - provided


def report(number, good, words, what):
    print('%s %d - %s' % ('ok' if good else 'not ok', number, words))
    if not good:
        print('# found: %s' % (', '.join(sorted(what)) or 'none'))


def main():
    path, declared = sys.argv[1], set(sys.argv[2:])
    print('1..4')
    symbols = exported(path)
    report(1, symbols == [ENTRY], 'exports its entry and nothing else', symbols)
    extra = needed(path) - ALWAYS - declared
    report(2, not extra, 'needs no library but libc and those it declares', extra)
    open_symbols = unresolved(path)
    report(3, not open_symbols, 'every symbol is in a library it needs', open_symbols)
    now = re.search(r'BIND_NOW|\bNOW\b', run('readelf', '-d', path)) is not None
    report(4, now, 'is linked with -z now', [])


main()
