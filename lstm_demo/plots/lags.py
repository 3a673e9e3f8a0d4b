"""Error against lag: how far back nets have learnt to look, with the spread over their seeds."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..refusal import numbers, refusal
from .language import BLUE, GREEN, GREY, INK, LARGE, ORANGE, RED, SMALL, TEXT, VIOLET
from .picture import axes, shows

LEARNT, MISSED = 0.1, 0.8  # below the one a lag is called learnt, above the other not
LEVELS = ((LEARNT, "learnt", ":", -0.055), (MISSED, "not learnt", ":", 0.055), (1, "always 0", "--", 0.06))
TOP = 1.3  # what lies higher is drawn here
LOOKS = (
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": RED, "marker": "s", "linestyle": "--"},
    {"color": GREEN, "marker": "^", "linestyle": "-."},
    {"color": VIOLET, "marker": "D", "linestyle": ":"},
    {"color": ORANGE, "marker": "v", "linestyle": (0, (5, 1, 1, 1, 1, 1))},
)
DODGE = 0.07  # lags to the side, so that lines of equal errors do not hide each other
BETWEEN = 0.12  # of the error, between two names


class Lags(NamedTuple):
    """How well nets recall what was read so many steps ago.

    title   what was trained
    lags    (L,) whole numbers, ascending
    errors  {name: (seeds, L)} mean squared errors, where always saying 0 scores 1; up to five names
    window  the lag or lags at which a window ends, marked by a vertical line; None for no mark
    mark    what the window is called
    """

    title: str
    lags: np.ndarray
    errors: dict[str, np.ndarray]
    window: int | tuple[int, ...] | None = None
    mark: str = "window"


@shows(Lags)
def plot_lags(data, *, ax=None):
    """Draw a Lags. Returns the axes."""
    ax = axes(ax, (9.0, 4.4))
    draw_lags(ax, max(data.lags))(data)
    return ax


def draw_lags(ax, most):
    """Make the artists for lags of up to `most`, and return update(data)."""
    left = -0.22 * most - 0.3
    ax.set(xlim=(left, 1.62 * most + 0.5), ylim=(-0.08, TOP + 0.12))
    ax.set_yticks((0, LEARNT, 0.5, MISSED, 1, TOP), ("0", str(LEARNT), "0.5", str(MISSED), "1", f"≥ {TOP}"))
    ax.set_xticks(range(0, most + 1, 1 if most < 15 else 5))
    ax.set_xlabel("lag (steps)", fontsize=TEXT)
    ax.set_ylabel("mean squared error", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    for height, word, style, off in LEVELS:
        ax.plot([left, most + 0.3], [height] * 2, color=GREY, linestyle=style, linewidth=1, zorder=1)
        ax.text(-0.35, height + off, word, fontsize=SMALL, color=GREY, ha="right", va="center")
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    lines, marks = [_Line(ax, look) for look in LOOKS], [_Mark(ax) for _ in LOOKS]

    def update(data):
        title.set_text(data.title)
        for artist in (*lines, *marks):
            artist.hide()
        heights = _apart([_median(errors)[-1] for errors in data.errors.values()])
        for k, (name, errors) in enumerate(data.errors.items()):
            lines[k].show(name, data.lags, errors, DODGE * (2 * k + 1 - len(data.errors)) / 2, heights[k])
        for k, window in enumerate(w for w in _windows(data) if w <= most):
            marks[k].show(window, f"{data.mark} " if k == 0 else "")

    return update


@shows(Lags)
def describe_lags(data):
    """The same in a sentence."""
    said = []
    for name, errors in data.errors.items():
        learnt, missed = reaches(data.lags, errors)
        low = _reached(f"below {LEARNT}", "up to lag", learnt, _median(errors) < LEARNT)
        high = _reached(f"above {MISSED}", "from lag", missed, _median(errors) > MISSED)
        said.append(f"{name}: {low}, {high}{' on' if missed is not None else ''}")
    return f"{data.title}, error where always saying 0 scores 1, median of seeds. {'; '.join(said)}."


def _reached(side, words, lag, found):
    """'below 0.1 up to lag 3', 'never below 0.1', or that no first or last lags lie there, but others do."""
    if lag is not None:
        return f"{side} {words} {lag}"
    return f"{side} only at some lags" if found.any() else f"never {side}"


def reaches(lags, errors):
    """(the lag up to which all are learnt, the lag from which none is) of (seeds, L) errors, by their medians.

    None for the first where lag number one is not learnt, for the second where the last is not above.

    >>> reaches([0, 1, 2, 3], np.array([[0.0, 0.05, 0.5, 0.9]]))
    (1, 3)
    """
    errors = numbers("errors", errors, (None, len(numbers("lags", lags, (None,)))), finite=False)  # nets diverge
    if 0 in errors.shape:
        raise refusal("errors", "one seed and one lag or more", f"shape {errors.shape}", "leave out what has none")
    learnt, missed = _median(errors) < LEARNT, _median(errors) > MISSED
    first, last = int(np.cumprod(learnt).sum()), int(np.cumprod(missed[::-1]).sum())
    return (int(lags[first - 1]) if first else None), (int(lags[-last]) if last else None)


def _median(errors):
    return np.median(np.minimum(errors, TOP), axis=0)


def _windows(data):
    return () if data.window is None else np.atleast_1d(data.window).tolist()


def _apart(ends):
    """Heights for names beside lines that end at these: near their ends, in the same order, none over another."""
    order, heights = np.argsort(ends, kind="stable"), np.array(ends, float)
    for low, high in pairwise(order):
        heights[high] = max(heights[high], heights[low] + BETWEEN)
    over = heights.max() - TOP
    if over > 0:  # pushed out at the top: move down all that stand as a pile
        ceiling = TOP
        for k in order[::-1]:
            heights[k] = min(heights[k], ceiling)
            ceiling = heights[k] - BETWEEN
    return heights


class _Line:
    """The median over seeds as a line with its name at its end, and each seed as a small point."""

    def __init__(self, ax, look):
        (self.line,) = ax.plot([], [], linewidth=2.5, markersize=8, zorder=3, animated=True, **look)
        quiet = {"color": look["color"], "marker": look["marker"], "alpha": 0.45, "markersize": 4, "linestyle": ""}
        (self.points,) = ax.plot([], [], zorder=2, animated=True, **quiet)
        (self.leader,) = ax.plot([], [], color=look["color"], linewidth=1, zorder=2, animated=True)
        # the orange line is too pale for letters
        ink = INK if look["color"] == ORANGE else look["color"]
        self.name = ax.text(0, 0, "", fontsize=TEXT, weight="bold", color=ink, va="center", animated=True)

    def hide(self):
        for artist in (self.line, self.points, self.leader, self.name):
            artist.set_visible(False)

    def show(self, name, lags, errors, dodge, height):
        at, middle = np.asarray(lags) + dodge, _median(errors)
        self.line.set(data=(at, middle), visible=True)
        self.points.set(data=(np.tile(at, len(errors)), np.minimum(errors, TOP).ravel()), visible=True)
        end = at[-1] + 0.055 * max(lags)
        self.leader.set(data=([at[-1], end], [middle[-1], height]), visible=True)
        self.name.set(position=(end, height), text=f" {name}", visible=True)


class _Mark:
    """A vertical line where a window ends."""

    def __init__(self, ax):
        (self.line,) = ax.plot([], [], color=INK, linewidth=1.5, linestyle=(0, (1, 1.5)), zorder=1, animated=True)
        self.text = ax.text(0, 0, "", fontsize=SMALL, color=INK, ha="right", va="top", animated=True)

    def hide(self):
        for artist in (self.line, self.text):
            artist.set_visible(False)

    def show(self, window, word):
        self.line.set(data=([window] * 2, [-0.08, TOP + 0.12]), visible=True)
        self.text.set(position=(window, TOP + 0.12), text=f"{word}{window} ", visible=True)
