"""How a difference fades: the distance of two states against steps, on a logarithmic axis."""

from typing import NamedTuple

import numpy as np
from matplotlib.ticker import FixedLocator, NullFormatter

from .language import BLUE, GREY, INK, LARGE, SMALL, TEXT, VIOLET
from .picture import axes

LOOKS = ({"color": INK, "marker": "o"}, {"color": VIOLET, "marker": "s"}, {"color": BLUE, "marker": "^"})
LOOKS += ({"color": "#00664B", "marker": "D"},)
LOW, HIGH = 0.05, 5000.0  # per cent: the ends of the axis; a curve that falls below leaves the picture
BETWEEN = 0.13  # of the height: the least between two names, of two lines each


class Fading(NamedTuple):
    """Differences that began K times, each with two runs that read the same since.

    title     what differs, and what is read
    names     of the K differences
    percent   (K, T) the distance after 0, 1, 2, ... steps, in per cent of that after 0; NaN where nothing differs
    halves    for each the first step at which it is below half, None where it never is
    foreseen  (K, T) the same in per cent, if nothing but the forget gates acted; None if nothing is foreseen
    read      what is read at each step, a letter each, or ''
    """

    title: str
    names: tuple[str, ...]
    percent: np.ndarray
    halves: tuple[int | None, ...]
    foreseen: np.ndarray | None = None
    read: str = ""


def plot_fading(data, *, ax=None):
    """Draw a Fading. Returns the axes."""
    ax = axes(ax, (9.0, 4.8))
    draw_fading(ax, len(data.names), data.percent.shape[1] - 1)(data)
    return ax


def draw_fading(ax, count, most):
    """Make the artists for `count` differences over up to `most` steps, and return update(data)."""
    ax.set(xlim=(-0.015 * most, 1.5 * most), ylim=(LOW * 0.8, HIGH), yscale="log")
    ax.set_xticks([t for t in ax.get_xticks() if 0 <= t <= most])
    ax.set_xlabel("steps since the difference", fontsize=TEXT, x=0.33)
    ax.spines["bottom"].set_bounds(0, most)
    ax.set_ylabel("distance (% of the first)", fontsize=TEXT)
    ax.yaxis.set_major_locator(FixedLocator([0.1, 1, 10, 50, 100, 1000]))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.plot([0, most], [50, 50], color=GREY, linewidth=1, linestyle=":")
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    curves = [_Curve(ax, most, **look) for look in LOOKS[:count]]
    font = {"fontsize": SMALL, "color": INK, "ha": "center", "va": "center", "family": "monospace", "snap": True}
    letters = [ax.text(t, HIGH * 0.6, "", animated=True, **font) for t in range(most + 1 if most <= 40 else 0)]

    def update(data):
        title.set_text(data.title)
        for text, letter in zip(letters, data.read.ljust(len(letters), "\0"), strict=False):
            text.set_text(letter.replace(" ", "␣").strip("\0"))
        heights = _spaced([_height(percent) for percent in data.percent])
        for k, curve in enumerate(curves):
            foreseen = None if data.foreseen is None else data.foreseen[k]
            curve.show(data.names[k], data.percent[k], data.halves[k], foreseen, heights[k])

    return update


def describe_fading(data):
    """The same in a sentence."""
    if np.isnan(data.percent).all():
        return f"{data.title}: nothing differs, and so nothing can fade."
    parts = [
        f"{name} {_half(half)}, {_percent(percent[np.isfinite(percent)][-1])} after {np.isfinite(percent).sum() - 1}"
        for name, percent, half in zip(data.names, data.percent, data.halves, strict=True)
        if np.isfinite(percent).any()
    ]
    return f"{data.title}: {'; '.join(parts)} steps."


def _half(half):
    return "never below half" if half is None else f"below half after {half}"


def _percent(percent):
    return "under 0.1 %" if percent < 0.1 else f"{percent:.2g} %" if percent < 10 else f"{percent:,.0f} %"


def _height(percent):
    """Where the last point of a curve lies on the axis, 0 to 1."""
    real = percent[np.isfinite(percent)]
    last = np.clip(real[-1], LOW, HIGH) if len(real) else LOW
    return np.log(last / (LOW * 0.8)) / np.log(HIGH / (LOW * 0.8))


def _spaced(heights):
    """The same heights, pushed apart so far that the names beside them do not touch."""
    order, placed = np.argsort(heights, kind="stable"), np.array(heights, dtype=float)
    for rank, k in enumerate(order):
        lowest = 0.06 if rank == 0 else placed[order[rank - 1]] + BETWEEN
        placed[k] = max(placed[k], lowest)
    return placed - max(0.0, placed.max() - 0.86)


class _Curve:
    """One distance with its name and its half-life and last value at the right, and what was foreseen."""

    def __init__(self, ax, most, color, marker):
        self.most, self.ax = most, ax
        look = {"color": color, "animated": True}
        every = max(1, most // 12)
        (self.line,) = ax.plot([], [], linewidth=2.5, marker=marker, markersize=6, markevery=every, **look)
        (self.foreseen,) = ax.plot([], [], linewidth=1.5, linestyle="--", **look)
        font = {"fontsize": SMALL, "weight": "bold", "va": "center", "color": color, "animated": True}
        self.name = ax.text(1.02 * most, 1, "", **font)

    def show(self, name, percent, half, foreseen, height):
        steps = np.arange(len(percent))
        self.line.set_data(steps, _seen(percent))
        self.foreseen.set_data(steps, np.full(len(steps), np.nan) if foreseen is None else _seen(foreseen))
        real = percent[np.isfinite(percent)]
        low, high = self.ax.get_ylim()
        self.name.set_y(low * (high / low) ** height)
        self.name.set_text(f"{name}\n{_told(half, real)}")


def _seen(percent):
    return np.where(np.asarray(percent) >= LOW, percent, np.nan)


def _told(half, real):
    if not len(real):
        return "no difference"
    return f"half: {'never' if half is None else half}; at {len(real) - 1}: {_percent(real[-1])}"
