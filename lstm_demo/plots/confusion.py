"""What was taken for what: true categories against predicted ones."""

from typing import NamedTuple

import numpy as np

from .language import INK, LARGE, SMALL, TEXT, WHITE
from .picture import axes, shows

DARK = 0.5  # from this share of a row on, white letters can be read better than black ones


class Confusion(NamedTuple):
    """Counts of answers.

    title   of what, by whom
    kinds   the K categories by name
    counts  (K, K): rows are true, columns predicted
    """

    title: str
    kinds: tuple[str, ...]
    counts: np.ndarray

    @property
    def right(self):
        """The share of right answers, 0 to 1."""
        return np.trace(self.counts) / self.counts.sum()


@shows(Confusion)
def plot_confusion(data, *, ax=None):
    """Draw a Confusion. Returns the axes."""
    ax = axes(ax, (9.0, 5.6))
    draw_confusion(ax, data.kinds)(data)
    return ax


def draw_confusion(ax, kinds):
    """Make the artists for these categories, and return update(data)."""
    places, count = np.arange(len(kinds)), len(kinds)
    ax.set_xticks(places, kinds, fontsize=SMALL, rotation=20, ha="right", rotation_mode="anchor")
    ax.set_yticks(places, kinds, fontsize=SMALL)
    ax.set_xlabel("predicted", fontsize=TEXT)
    ax.set_ylabel("true", fontsize=TEXT)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    shades = ax.imshow(np.zeros((count, count)), "Blues", vmin=0, vmax=1.0, aspect="auto", animated=True)
    said = [[ax.text(k, j, "", fontsize=TEXT, ha="center", va="center", animated=True) for k in places] for j in places]

    def update(data):
        title.set_text(f"{data.title}: {100 * data.right:.1f} % right")
        shares = data.counts / np.maximum(1, data.counts.sum(axis=1, keepdims=True))
        shades.set_data(shares)
        for j, k in np.ndindex(count, count):
            number = data.counts[j, k]
            # what is right stands in bold: a second cue beside its place on the diagonal
            look = {"color": WHITE if shares[j, k] > DARK else INK, "weight": "bold" if j == k else "normal"}
            said[j][k].set(text=f"{number:,}" if number else "", **look)

    return update


@shows(Confusion)
def describe_confusion(data):
    """The same in a sentence."""
    wrong = np.where(np.eye(len(data.kinds), dtype=bool), 0, data.counts)
    said = f"{data.title}: {100 * data.right:.1f} % of {data.counts.sum():,} are right"
    if not wrong.any():
        return f"{said}."
    true, taken = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{said}; most often {data.kinds[true]} is taken for {data.kinds[taken]}, {wrong[true, taken]} times."
