#!/bin/sh
# SPDX-License-Identifier: MIT
# What the provider answers, told as TAP: `boothost provider try` runs it alone, without a daemon.
#
#   test-template.sh template.so
set -u

module=$1
config=$(dirname "$0")/template.conf
number=0

# asks WORDS PATTERN OPTION...: the answer must have a line that the pattern matches.
asks() {
    words=$1
    pattern=$2
    shift 2
    number=$((number + 1))
    said=$("${BOOTHOST:-boothost}" provider try "$module" "$@" 2>&1)
    if printf '%s\n' "$said" | grep -q -- "$pattern"; then
        echo "ok $number - $words"
    else
        echo "not ok $number - $words"
        printf '%s\n' "$said" | sed 's/^/# /'
        failed=1
    fi
}

failed=0
echo 1..3
asks 'everyone gets the file' '^set  *boot-file = mine.efi$' --config "$config"
asks 'BIOS machines, too' '^verdict  *reply' --config "$config" --arch x86-bios
asks 'the setting is required' "needs the setting 'boot-file'"
exit $failed
