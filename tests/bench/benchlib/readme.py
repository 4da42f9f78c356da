# SPDX-License-Identifier: LGPL-2.1-or-later
"""The last results, kept in README.md between two marks."""

BEGIN, END = "<!-- results: written by run --readme -->", "<!-- end of results -->"


def put_results(path, results):
    """Replaces what is between the marks."""
    with open(path) as f:
        text = f.read()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or not after:
        raise ValueError(f"{path}: no results between {BEGIN} and {END}")
    with open(path, "w") as f:
        f.write(f"{before}{BEGIN}\n\n{results}\n\n{END}{after}")
