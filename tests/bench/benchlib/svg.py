# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines, dots and words as SVG; no more than the plot needs."""

import dataclasses
import html


@dataclasses.dataclass(frozen=True)
class Frame:
    left: float
    top: float
    width: float
    height: float


class Page:
    """Collects what is drawn; finish() is the file."""

    def __init__(self, width, height):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                      f'viewBox="0 0 {width} {height}" font-family="sans-serif">',
                      '<rect width="100%" height="100%" fill="#ffffff"/>']

    def text(self, x, y, words, *, size=12, anchor="start", colour="#222", bold=False):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                          f'fill="{colour}"{weight}>{html.escape(words)}</text>')

    def line(self, points, colour, *, width=1, dashed=False):
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                          f'stroke-width="{width}" stroke-linejoin="round"{dash}/>')

    def dot(self, x, y, colour):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')

    def finish(self):
        return "\n".join([*self.parts, "</svg>", ""])
