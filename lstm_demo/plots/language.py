"""One visual language: the same thing looks the same in every picture, and is told by two cues at least."""

# Colours that stay apart for every kind of colour vision (M. Okabe, K. Ito, Color Universal Design, 2008).
BLUE, GREEN, ORANGE, PINK = "#0072B2", "#009E73", "#E69F00", "#CC79A7"
RED, VIOLET, INK = "#D55E00", "#6A3D9A", "#1A1A1A"
PALE, GREY, SLATE, WHITE = "#F2F2F2", "#595959", "#3B4A6B", "#FFFFFF"

GATES = {"i": BLUE, "f": GREEN, "g": ORANGE, "o": PINK}
HIDDEN = {"color": RED, "linestyle": "-"}
CELL = {"color": SLATE, "linestyle": "--"}
SIDES = {"left": {"color": INK, "marker": "<"}, "right": {"color": VIOLET, "marker": ">"}}
PADDING = {"facecolor": PALE, "edgecolor": "#B0B0B0", "hatch": "///"}
RESET = {"color": INK, "linewidth": 4, "solid_capstyle": "butt"}
RIGHT, WRONG = {"color": "#00664B", "mark": "✓"}, {"color": "#B34700", "mark": "✗"}
SERIES = ("#CFE4F2", "#FBE3B5", "#BCDDCF", "#F8E3EF", "#D9EFFA", "#F8F4BF")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Points on a figure nine inches wide, which a notebook shows about 800 pixels wide: read from the back row.
SMALL, TEXT, LARGE = 12, 14, 17


def number(value):
    """A number for people: 3, 0.25, 1.4e-05. Never a long tail of digits."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e6 else f"{value:.2g}"


def decimal(value):
    """Two decimals, and never -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"


def listed(items):
    """Items for a sentence: '2, 3 and 4'."""
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count, noun):
    """'1 step', '2 steps'; of 'series' both are series."""
    return f"{count} {noun}" if count == 1 or noun.endswith("s") else f"{count} {noun}s"
