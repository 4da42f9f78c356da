# SPDX-License-Identifier: LGPL-2.1-or-later
"""Four pictures in one SVG: what work costs with more clients, larger windows, more devices, more sessions."""

import math

from . import svg

COLOURS = {"boothost": "#0b6e4f", "uncached": "#73b79d", "dnsmasq": "#c1440e", "atftpd": "#3a6ea5",
           "tftpd-hpa": "#8e5aa8", "floor": "#8a8a8a"}
NUMBERS = {1000: "1k", 10_000: "10k", 100_000: "100k", 1_000_000: "1M"}


def _point(row, x):
    return x, row["cost"], row["low"], row["high"]


def _lines(rows, place, name=lambda row: row["server"]):
    """Points by the name of their line, in order. `place`: a row's x; None leaves it out."""
    lines = {}
    for row in rows:
        if "cost" in row and place(row) is not None:
            lines.setdefault(name(row), []).append(_point(row, place(row)))
    return {key: sorted(points) for key, points in lines.items() if key in COLOURS}


def _by_clients(row):
    return row["clients"] if row["unit"] == "s/GB" and row["asked-window"] == 1 else None


def _by_window(row):
    if row["unit"] != "s/GB" or row["clients"] != 1:
        return None
    granted = row["asked-window"] == 1 or (row["window"] or 1) > 1
    return row["asked-window"] if granted else None


def _by_devices(row):
    return row["devices"] if row["work"] == "DISCOVER, devices" else None


def _by_sessions(row):
    name = row["work"]
    return row["clients"] if name.startswith("DISCOVER, ") and name.endswith(" clients") else None


def _ours(row):
    return "uncached" if row["server"].endswith("-uncached") else "boothost"


def _level(rows, lines):
    """dnsmasq has no devices: its cost as a level line from the first to the last of ours."""
    row = next((row for row in rows if (row["work"], row["server"]) == ("DISCOVER", "dnsmasq")), None)
    places = sorted({point[0] for points in lines.values() for point in points})
    if row is not None and "cost" in row and places:
        lines["dnsmasq"] = [_point(row, places[0]), _point(row, places[-1])]
    return lines


def panels(rows):
    """Title, name of the x axis, unit, and lines of each picture that has any."""
    found = [("Lock-step, 1468-byte blocks", "clients at once", "CPU s/GB", _lines(rows, _by_clients)),
             ("One client, larger windows", "blocks a window", "CPU s/GB", _lines(rows, _by_window)),
             ("DISCOVER answered, more devices", "devices in the database", "CPU \u00b5s an answer",
              _level(rows, _lines(rows, _by_devices, _ours))),
             ("DISCOVER answered, more sessions", "live sessions", "CPU \u00b5s an answer",
              _lines(rows, _by_sessions))]
    return [panel for panel in found if panel[3]]


def _ceiling(lines):
    """The end of the y axis, and the step of its marks: 1, 2 or 5 times a power of ten."""
    most = max(high for points in lines.values() for _, _, _, high in points)
    power = 10 ** math.floor(math.log10(most / 4))
    step = next(power * times for times in (1, 2, 5, 10) if most / (power * times) <= 5.5)
    return math.ceil(most / step) * step, step


def _draw_panel(page, frame, panel):
    title, x_name, unit, lines = panel
    places = sorted({point[0] for points in lines.values() for point in points})
    top, step = _ceiling(lines)
    logs = [math.log(place) for place in places]
    reach = (logs[-1] - logs[0]) or 1

    def at(x, y):
        return (frame.left + frame.width * (math.log(x) - logs[0]) / reach,
                frame.top + frame.height * (1 - y / top))

    page.text(frame.left, frame.top - 24, title, size=15, bold=True)
    page.text(frame.left, frame.top - 8, unit, colour="#555")
    for number in range(round(top / step) + 1):
        _, y = at(places[0], number * step)
        page.line([(frame.left, y), (frame.left + frame.width, y)], "#e3e3e3")
        page.text(frame.left - 8, y + 4, f"{number * step:g}", anchor="end", colour="#555")
    for place in places:
        page.text(at(place, 0)[0], frame.top + frame.height + 18, NUMBERS.get(place, str(place)),
                  anchor="middle", colour="#555")
    page.text(frame.left + frame.width / 2, frame.top + frame.height + 36, x_name, anchor="middle",
              colour="#555")
    for name, points in lines.items():
        colour = COLOURS[name]
        page.line([at(x, y) for x, y, _, _ in points], colour, width=3 if name == "boothost" else 2,
                  dashed=name == "floor")
        for x, y, low, high in points:
            page.line([at(x, low), at(x, high)], colour)
            page.dot(*at(x, y), colour)


def draw(rows, caption):
    """The whole picture as the text of an SVG file."""
    found = panels(rows)
    page = svg.Page(920, 90 + 340 * math.ceil(len(found) / 2))
    page.text(40, 34, "What work costs the server", size=20, bold=True)
    page.text(40, 54, caption, size=11, colour="#555")
    names = [name for name in COLOURS if any(name in panel[3] for panel in found)]
    for number, name in enumerate(names):
        page.line([(40 + 145 * number, 78), (64 + 145 * number, 78)], COLOURS[name], width=3,
                  dashed=name == "floor")
        page.text(70 + 145 * number, 82, name)
    for number, panel in enumerate(found):
        frame = svg.Frame(70 + 450 * (number % 2), 150 + 340 * (number // 2), 360, 220)
        _draw_panel(page, frame, panel)
    return page.finish()
