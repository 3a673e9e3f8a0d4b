"""One visual language: the same thing looks the same in every picture, and is told by two cues at least."""

import numpy as np
from matplotlib.patches import Rectangle

# Each colour with the one that takes its place on a dark page. The strong ones stay apart for every kind of colour
# vision: after M. Okabe, K. Ito, Color Universal Design, 2008.
DARK = {
    "#000000": "#F0F0F0",  # what matplotlib draws in where it is told nothing
    (INK := "#1A1A1A"): "#F0F0F0",
    (GREY := "#595959"): "#C0C0C0",
    (FAINT := "#8A8A8A"): "#7C7C7C",
    (PAPER := "#FFFFFF"): "#111111",
    (PALE := "#F2F2F2"): "#262626",
    (HIDDEN := "#1524B0"): "#4A8AE6",
    (CELL := "#3B4A6B"): "#A9BBE3",
    (RIGHT := "#028570"): "#3BF08D",
    (WRONG := "#CB3525"): "#D9667F",
    (BLUE := "#0072B2"): "#5DB8F0",
    (GREEN := "#009E73"): "#2FC79A",
    (ORANGE := "#E69F00"): "#F0B429",
    (PINK := "#CC79A7"): "#E39CC4",
    (SKY := "#CFE4F2"): "#1D435C",
    (SAND := "#FBE3B5"): "#594513",
    (MINT := "#BCDDCF"): "#1C4A3A",
    (ROSE := "#F8E3EF"): "#56324B",
    (ICE := "#D9EFFA"): "#24506B",
    (LEMON := "#F8F4BF"): "#4E4A16",
}
GATES = {"i": BLUE, "f": GREEN, "g": ORANGE, "o": PINK}
SERIES = (SKY, SAND, MINT, ROSE, ICE, LEMON)
PADDING = {"facecolor": PALE, "edgecolor": FAINT, "hatch": "///"}

# Points on a picture of nine inches, which a notebook shows about a thousand pixels wide: read from the back row.
SMALL, TEXT, LARGE = 12, 14, 17
RAIL = 0.42  # height of the strip above a lane in which resets and arrows stand, in cells


def write(ax, x, y, text, size=TEXT, color=INK, ha="center", **font):
    """A text on a picture, centred on its line; what a reader typed is no formula."""
    return ax.text(x, y, text, fontsize=size, color=color, ha=ha, va="center", parse_math=False, **font)


def step(ax, t, y, k, mark="", size=TEXT):
    """The square of one step: of series k, with the mark of what is read there; of padding where k is -1."""
    look = PADDING if k < 0 else {"facecolor": SERIES[k % len(SERIES)], "edgecolor": PAPER}
    ax.add_patch(Rectangle((t, y), 1, 1, linewidth=1, **look))
    if mark:
        write(ax, t + 0.5, y + 0.27, mark, min(SMALL, size), GREY)


def state(ax, t, y, text, size, wrong=False):
    """What the state says after a step: plain where it is right, light on a dark disc where it is not."""
    if wrong:
        wide = max(1.0, 0.62 * len(text))
        ax.add_patch(Rectangle((t + 0.5 - 0.27 * wide, y + 0.45), 0.54 * wide, 0.5, facecolor=WRONG, linewidth=0))
    write(ax, t + 0.5, y + 0.7, text, size, PAPER if wrong else INK, weight="bold")


def reset(ax, t, y, size=SMALL):
    """A reset before a step: a thick edge with an R above it."""
    ax.plot([t, t], [y - 0.1, y + 1], color=HIDDEN, linewidth=4, solid_capstyle="butt", zorder=3)
    write(ax, t, y - 0.27, "R", size, HIDDEN, weight="bold")


def carried(ax, t, y, size=SMALL, uninvited=False):
    """A state that goes on into the step at t: an arrow over the border, and marked where nobody asked for it."""
    color = WRONG if uninvited else GREY
    ends = {"xy": (t + 0.36, y - 0.2), "xytext": (t - 0.36, y - 0.2)}
    ax.annotate("", **ends, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2 if uninvited else 1.2})


def here(ax, t, y, height=1):
    """Where time stands: a frame around the step that was read last."""
    ax.add_patch(Rectangle((t, y), 1, height, fill=False, edgecolor=INK, linewidth=3, zorder=4))


def bar(ax, t, base, height, wrong=False):
    """How much there is at a step, upwards from its base; hatched where it is wrong."""
    look = {"facecolor": PAPER, "edgecolor": WRONG, "hatch": "xxx"} if wrong else {"facecolor": CELL, "linewidth": 0}
    if height:
        ax.add_patch(Rectangle((t + 0.15, base - height), 0.7, height, **look))


def verdict(right):
    """(mark, colour) of what is right and what is wrong."""
    return ("✓", RIGHT) if right else ("✗", WRONG)


def curve(ax, x, runs, name, color, marker, linestyle="-"):
    """Values over x (L,) of several runs (seeds, L): the median as a line with its name at its end, runs as points."""
    runs = np.asarray(runs)
    quiet = {"color": color, "marker": marker, "alpha": 0.45, "markersize": 4, "linestyle": "", "clip_on": False}
    ax.plot(np.tile(x, len(runs)), runs.ravel(), zorder=2, **quiet)
    middle = np.median(runs, axis=0)
    ax.plot(x, middle, color=color, marker=marker, markersize=8, linestyle=linestyle, linewidth=2.5, clip_on=False)
    write(ax, x[-1] + 0.03 * (x[-1] - x[0]), middle[-1], name, TEXT, color, ha="left", weight="bold")
