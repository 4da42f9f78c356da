#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The contract's layout is the one that is kept for this processor.
#
#   layout.sh PROGRAM FOLDER-OF-KEPT-LAYOUTS
set -eu

kept=$2/$(uname -m).txt
echo 1..1
if [ ! -f "$kept" ]; then
    echo "ok 1 - # SKIP no layout is kept for this processor: $1 >$kept"
    exit 0
fi
if difference=$("$1" | diff -u "$kept" -); then
    echo 'ok 1 - the layout is the kept one'
else
    echo 'not ok 1 - the layout is the kept one'
    echo "$difference" | sed 's/^/# /'
    echo "# Fields may only be appended. If that is what happened: $1 >$kept, and a paragraph in abi/HISTORY.md"
fi
