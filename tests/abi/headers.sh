#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each header of the contract compiles alone, as strict C99 and as C++11, without a warning.
#
#   headers.sh FOLDER-OF-THE-HEADERS
set -eu

abi=$1
flags='-Wall -Wextra -pedantic -Werror -fsyntax-only'
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

number=0
set -- "$abi"/boothost/*.h
echo "1..$(($# * 2))"
try() { # WORDS COMPILER ARGUMENT...
    number=$((number + 1))
    words=$1
    shift
    if "$@" 2>"$scratch/errors"; then
        echo "ok $number - $words"
    else
        echo "not ok $number - $words"
        sed 's/^/# /' "$scratch/errors"
    fi
}

for header in "$abi"/boothost/*.h; do
    name=$(basename "$header")
    # Twice, since a header must bear that, too.
    printf '#include <boothost/%s>\n#include <boothost/%s>\n' "$name" "$name" >"$scratch/alone.c"
    printf 'extern int nothing;\n' >>"$scratch/alone.c"
    # shellcheck disable=SC2086 # flags are words
    try "$name as C99" cc -std=c99 $flags -I "$abi" "$scratch/alone.c"
    # shellcheck disable=SC2086
    try "$name as C++11" c++ -std=c++11 $flags -I "$abi" -x c++ "$scratch/alone.c"
done
