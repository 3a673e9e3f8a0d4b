"""Nets trained side by side: what share of answers they got right, mean and range over seeds, by way and side."""

from typing import NamedTuple

import numpy as np

from .language import GREY, INK, LARGE, SIDES, SMALL, TEXT, counted
from .picture import axes

APART = 0.19  # rows, from the middle of a row to each of its two sides
LEAST, MOST, SAID = 0.45, 1.0, 1.035  # of the axis of shares, and where the means are written


class Trained(NamedTuple):
    """Accuracies of nets that differ in the seed alone.

    title   what was learnt
    guess   the accuracy of whoever always gives the same answer
    always  which answer that is
    points  {(way, side): (seeds,) accuracies, 0 to 1}
    spoken  the ways that the sentence speaks of
    """

    title: str
    guess: float
    always: str
    points: dict[tuple[str, str], np.ndarray]
    spoken: tuple[str, ...]

    @property
    def mean(self):
        """{(way, side): mean accuracy over seeds}."""
        return {key: float(shares.mean()) for key, shares in self.points.items()}


def plot_trained(data, *, ax=None):
    """Draw a Trained. Returns the axes."""
    ax = axes(ax, (9.0, 1.9 + 0.55 * len(_ways(data))))
    draw_trained(ax, data)(data)
    return ax


def draw_trained(ax, like):
    """Make the artists for any Trained of the same ways, sides and guess as `like`, and return update(data)."""
    ways, seeds = _ways(like), counted(len(next(iter(like.points.values()))), "seed")
    ax.set(xlim=(LEAST, SAID + 0.09), ylim=(len(ways) - 0.45, -0.95), xticks=np.linspace(0.5, 1, 6).round(1))
    ax.set_yticks(range(len(ways)), ways, fontsize=TEXT)
    ax.tick_params(labelsize=SMALL, left=False)
    ax.tick_params(axis="y", labelsize=TEXT)
    ax.set_xlabel(f"share of right answers: mean and range of {seeds}", fontsize=TEXT)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_bounds(LEAST, MOST)
    ax.plot([like.guess] * 2, [-0.5, len(ways) - 0.45], color=GREY, linestyle="--", linewidth=1.5, zorder=0)
    ax.text(like.guess - 0.035, -0.72, f'always "{like.always}": {like.guess:.2f}', fontsize=SMALL, color=GREY)
    ax.text(SAID, -0.72, "mean", fontsize=SMALL, color=GREY)
    ax.hlines(np.arange(len(ways) - 1) + 0.5, LEAST, SAID + 0.09, color=GREY, linewidth=0.5)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    rows = {key: _Row(ax, ways.index(key[0]), key[1]) for key in like.points}
    handles = [rows[ways[0], side].mark for side in _sides(like)]
    names = [f"padding {side}" for side in _sides(like)]
    ax.figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=TEXT, frameon=False)

    def update(data):
        title.set_text(data.title)
        for key, row in rows.items():
            row.show(data.points[key])

    return update


def describe_trained(data):
    """The same in a sentence: the means of some ways, on each side."""
    mean = {key: f"{share:.2f}" for key, share in data.mean.items()}
    said = [f"{way} {', '.join(f'{mean[way, side]} {side}' for side in _sides(data))}" for way in data.spoken]
    return f'{data.title}, mean share of right answers: {"; ".join(said)}; always "{data.always}" {data.guess:.2f}.'


class _Row:
    """The mean, the range and the number of one way on one side."""

    def __init__(self, ax, row, side):
        self.down, look = row + APART * (1 if side == "right" else -1), SIDES[side]
        (self.range,) = ax.plot([], [], color=look["color"], linewidth=3, alpha=0.55, animated=True)
        (self.mark,) = ax.plot([], [], markersize=10, linestyle="none", animated=True, **look)
        self.said = ax.text(SAID, self.down, "", fontsize=SMALL, color=look["color"], va="center", animated=True)

    def show(self, shares):
        self.range.set_data([shares.min(), shares.max()], [self.down] * 2)
        self.mark.set_data([shares.mean()], [self.down])
        self.said.set_text(f"{shares.mean():.2f}")


def _ways(data):
    return list(dict.fromkeys(way for way, _ in data.points))


def _sides(data):
    return list(dict.fromkeys(side for _, side in data.points))
