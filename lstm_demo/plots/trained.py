"""Nets trained side by side: what share of answers each got right, one point a net, by way and side of the padding."""

from typing import NamedTuple

import numpy as np

from .language import GREY, INK, LARGE, SIDES, SMALL, TEXT, WHITE, counted
from .picture import axes, shows

APART = 0.17  # rows, between the two sides and between the two starts


class Trained(NamedTuple):
    """Accuracies of nets that differ in the seed alone.

    title   what was learnt
    guess   the accuracy of whoever always says the more common answer
    points  {(way, side, start): (seeds,) accuracies, 0 to 1}; the first start is drawn full, another one hollow
    """

    title: str
    guess: float
    points: dict[tuple[str, str, str], np.ndarray]


@shows(Trained)
def plot_trained(data, *, ax=None):
    """Draw a Trained. Returns the axes."""
    ways, starts = _each(data, 0), _each(data, 2)
    ax = axes(ax, (9.0, 1.9 + 0.62 * len(ways)))
    for (way, side, start), shares in data.points.items():
        down = ways.index(way) + APART * (2 * (side == "right") + starts.index(start) - 1.5)
        face = SIDES[side]["color"] if start == starts[0] else WHITE
        look = {"markerfacecolor": face, "markersize": 9, "markeredgewidth": 1.8, "linestyle": "none"}
        ax.plot(shares, np.full(len(shares), down), label=f"padding {side}, {start} start", **SIDES[side], **look)
    ax.axvline(data.guess, color=GREY, linestyle="--", linewidth=1.5, zorder=0)
    ax.axhline(-0.62, color=WHITE)
    ax.text(data.guess, -0.6, " a guess", fontsize=SMALL, color=GREY, va="center")
    ax.hlines(np.arange(len(ways) - 1) + 0.5, 0.4, 1.05, color=GREY, linewidth=0.5)
    ax.set(xlim=(0.4, 1.03), ylim=(len(ways) - 0.45, -0.8))
    ax.set_yticks(range(len(ways)), ways, fontsize=TEXT)
    ax.set_xlabel("share of right answers", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL, left=False)
    ax.tick_params(axis="y", labelsize=TEXT)
    ax.set_title(data.title, fontsize=LARGE, loc="left", color=INK)
    ax.spines[["top", "right", "left"]].set_visible(False)
    handles, labels = ax.get_legend_handles_labels()
    of = dict(zip(labels, handles, strict=True))
    ax.figure.legend(of.values(), of, loc="outside lower center", ncols=2, fontsize=SMALL, frameon=False)
    return ax


@shows(Trained)
def describe_trained(data):
    """The same in a sentence: from the least to the most over seeds and starts."""
    said = [f"{way} {_range(data, way, 'left')} left, {_range(data, way, 'right')} right" for way in _each(data, 0)]
    seeds = counted(len(next(iter(data.points.values()))), "seed")
    return f"{data.title}, {seeds} and {counted(len(_each(data, 2)), 'start')}: {'; '.join(said)}."


def _range(data, way, side):
    shares = np.concatenate([found for key, found in data.points.items() if key[:2] == (way, side)])
    low, high = f"{shares.min():.2f}", f"{shares.max():.2f}"
    return low if low == high else f"{low} to {high}"


def _each(data, place):
    """The different ways, sides or starts, in order."""
    return list(dict.fromkeys(key[place] for key in data.points))
