"""The price in places: the same ragged set padded to a rectangle, and laid back to back in a few lanes."""

from typing import NamedTuple

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle

from ..layout import Layout
from ..refusal import kind
from .language import GREY, INK, LARGE, PADDING, SERIES, SMALL, TEXT, counted
from .picture import axes, shows

BETWEEN = 0.16  # of the height, between the two rectangles: room for a line of text


class Price(NamedTuple):
    """Two layouts of one ragged set.

    title   what the series are
    padded  one series a lane, padded to the longest
    shared  several series a lane, back to back
    """

    title: str
    padded: Layout
    shared: Layout


@shows(Price)
def plot_price(data, *, ax=None):
    """Draw a Price. Returns the axes."""
    ax = axes(ax, (9.0, 5.2))
    draw_price(ax, len(data.padded.lengths), max(data.padded.mask.shape[1], data.shared.mask.shape[1]))(data)
    return ax


def draw_price(ax, most, longest):
    """Make the artists for up to `most` lanes of up to `longest` steps, and return update(data)."""
    between = max(1.0, BETWEEN * 2 * most)
    ax.set(xlim=(0, longest), ylim=(2 * most + 1.5 * between, 0), yticks=[])
    ax.set_xlabel("step", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right", "left"]].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    padded, shared = _Block(ax, between * 0.7), _Block(ax, most + 1.4 * between)

    def update(data):
        title.set_text(data.title)
        padded.show(data.padded, "padded")
        shared.show(data.shared, "back to back")

    return update


@shows(Price)
def describe_price(data):
    """The same in a sentence."""
    return f"{data.title}: {_said(data.padded, 'padded')}; {_said(data.shared, 'back to back')}."


def empty_share(layout):
    """The part of a layout's places that holds no step, 0 to 1."""
    return 1 - kind("layout", layout, Layout, "lay the series first").mask.mean()


def _said(layout, how):
    lanes, steps = layout.mask.shape
    empty = f"{100 * empty_share(layout):.0f} % of {lanes * steps:,} places empty"
    return f"{how}, {counted(lanes, 'lane')} of {counted(steps, 'step')}, {empty}"


class _Block:
    """One layout as a hatched rectangle of lanes by steps, its series as bars on it, and a line of text above."""

    def __init__(self, ax, top):
        self.top = top
        self.rest = ax.add_patch(Rectangle((0, top), 1, 1, linewidth=0.8, zorder=1, animated=True, **PADDING))
        self.bars = PolyCollection([], edgecolors=GREY, linewidths=0.4, zorder=2, animated=True)
        ax.add_collection(self.bars)
        font = {"fontsize": TEXT, "weight": "bold", "color": INK, "va": "bottom", "animated": True}
        self.text = ax.text(0, top, "", **font)

    def show(self, layout, how):
        lanes, steps = layout.mask.shape
        self.rest.set_bounds(0, self.top, steps, lanes)
        self.bars.set_verts(_bars(layout, self.top))
        self.bars.set_facecolor([SERIES[k % len(SERIES)] for k in range(len(layout.lengths))])
        self.text.set(text=_said(layout, how), position=(0, self.top - 0.4))


def _bars(layout, down):
    """The corners of each series' bar, (N, 4, 2), from its first step to its last, in its lane, so far down."""
    first = layout.places[np.cumsum(layout.lengths) - layout.lengths]
    lane, start = np.divmod(first, layout.mask.shape[1])
    left, right, top, bottom = start, start + layout.lengths, down + lane, down + lane + 1
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1).astype(float)
