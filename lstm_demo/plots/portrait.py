"""A phase portrait: where the state runs while a series is read, in one plane that stays the same for all series."""

from typing import NamedTuple

import numpy as np

from .language import BLUE, GREY, INK, LARGE, SMALL, TEXT, counted, decimal, listed
from .picture import axes

SHOWN = 40  # letters; of a longer name the last ones
LOOKS = (
    {"color": INK, "linestyle": "-", "marker": "o"},
    {"color": BLUE, "linestyle": "--", "marker": "s"},
)
SIGNS = ("●", "■")
ROOM = 0.3  # of the height, above the cloud: for a line of words on each path
NUMBERS = 8  # of steps, on each path, where there is room
ASIDE = np.array([[0.03, 0.045], [0.03, -0.045]])  # of width and height, from a point of either path to its number


class Portrait(NamedTuple):
    """One or two trajectories in a plane, up to the step that is looked at.

    title  what was read, by which net
    paths  (n, 2) each: the points after each step
    read   str of n each: what was read, a letter a step
    step   how many steps are shown; a series that is shorter stands still at its end
    cloud  (N, 2), the states that the plane was fitted on
    share  (2,) of the variance along either axis, 0 to 1
    apart  (plane, full): how far the two stand apart at this step, in the plane and in all units; None for one path
    """

    title: str
    paths: tuple[np.ndarray, ...]
    read: tuple[str, ...]
    step: int
    cloud: np.ndarray
    share: np.ndarray
    apart: tuple[float, float] | None


def plot_portrait(data, *, ax=None):
    """Draw a Portrait. Returns the axes."""
    ax = axes(ax, (9.0, 5.6))
    draw_portrait(ax, data)(data)
    return ax


def draw_portrait(ax, like):
    """Make the artists for any Portrait with the cloud and the share of `like`, and return update(data)."""
    low, high = like.cloud.min(axis=0), like.cloud.max(axis=0)
    edge = 0.05 * (high - low)
    top = high[1] + ROOM * (high - low)[1]
    ax.set(xlim=(low[0] - edge[0], high[0] + edge[0]), ylim=(low[1] - edge[1], top))
    ax.set_yticks([t for t in ax.get_yticks() if low[1] - edge[1] <= t <= high[1]])
    for axis, name, share in zip((ax.xaxis, ax.yaxis), ("first", "second"), like.share, strict=True):
        axis.set_label_text(f"{name} direction: {_percent(share)} of the variance", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.plot(*like.cloud.T, ".", color=GREY, alpha=0.35, markersize=3.5, linestyle="none", zorder=0)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    ways = [_Way(ax, k, look) for k, look in enumerate(LOOKS)]
    font = {"fontsize": TEXT, "color": INK, "va": "top", "ha": "right", "transform": ax.transAxes}
    gap = ax.text(0.99, 0.99 - 2 * _Way.LINE, "", animated=True, **font)

    def update(data):
        title.set_text(data.title)
        taken = []
        for k, way in enumerate(ways):
            there = k < len(data.paths)
            way.show(data.paths[k], data.read[k], data.step, taken) if there else way.hide()
        gap.set_text("" if data.apart is None else f"apart: {_apart(data)}")

    return update


def describe_portrait(data):
    """The same in a sentence."""
    if not data.paths:
        return f"{data.title}: nothing is read yet; type the name of a character, letter by letter."
    read = listed(repr(one[: data.step]) for one in data.read)
    plane = f"the plane shows {_percent(sum(data.share))} of the variance of all states"
    both = "" if data.apart is None else f"; the two states are apart {_apart(data)}"
    return f"{data.title}, {counted(data.step, 'step')}: after {read}{both}; {plane}."


def _apart(data):
    return f"{decimal(data.apart[0])} in this plane, {decimal(data.apart[1])} in all units"


def _percent(share):
    return f"{100 * share:.0f} %"


def _free(place, taken):
    """Whether a number at a place, in parts of the axes, covers no other one; if so, the place is taken."""
    inside = 0.02 < place[0] < 0.97 and 0.03 < place[1] < 0.76
    if not inside or any(abs(place[0] - x) < 0.045 and abs(place[1] - y) < 0.055 for x, y in taken):
        return False
    taken.append(place)
    return True


class _Way:
    """One trajectory: its way so far with the numbers of some steps, where it stands, and above what it has read."""

    LINE = 0.068  # of the height of the axes

    def __init__(self, ax, row, look):
        self.sign = SIGNS[row]
        (self.line,) = ax.plot([], [], linewidth=1.8, markersize=4, animated=True, **look)
        (self.start,) = ax.plot([], [], look["marker"], markersize=11, fillstyle="none", color=look["color"])
        (self.here,) = ax.plot([], [], look["marker"], markersize=13, color=look["color"])
        for artist in (self.start, self.here):
            artist.set(animated=True, markeredgewidth=2, zorder=4)
        font = {"fontsize": SMALL, "weight": "bold", "family": "monospace", "va": "top", "color": look["color"]}
        plain = font | {"va": "center", "ha": "center", "family": "sans-serif"}
        plain |= {"transform": ax.transAxes, "animated": True, "snap": True, "zorder": 5}
        self.numbers = [ax.text(0, 0, "", **plain) for _ in range(NUMBERS)]
        self.aside, self.within = ASIDE[row], ax.transLimits
        self.words = ax.text(0.01, 0.99 - row * self.LINE, "", transform=ax.transAxes, animated=True, **font)

    def show(self, path, read, step, taken):
        at = min(step, len(path))
        self.number(path[:at], taken)
        self.line.set_data(*path[:at].T)
        self.start.set_data(*path[:1].T)
        self.here.set_data(*path[at - 1 : at].T)
        self.words.set_text(f"{self.sign} {read[:at][-SHOWN:].replace(' ', '␣')}")

    def number(self, path, taken):
        """Put its number, from 1, beside as many steps as there is room for, the last and the first before others."""
        places = self.within.transform(path) + self.aside if len(path) else []
        order = [len(path) - 1, 0, *range(len(path) - 2, 0, -1)][: len(path)]
        free = [k for k in order if _free(places[k], taken)][:NUMBERS]
        said = [(places[k], str(k + 1)) for k in free] + [((0, 0), "")] * (NUMBERS - len(free))
        for text, (place, number) in zip(self.numbers, said, strict=True):
            text.set(position=place, text=number)

    def hide(self):
        self.number(np.empty((0, 2)), [])
        for artist in (self.line, self.start, self.here):
            artist.set_data([], [])
        self.words.set_text("")
