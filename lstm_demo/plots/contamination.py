"""The contamination meter: how far padding drives the state from the truth, by side and number of pads."""

from typing import NamedTuple

import numpy as np

from .language import GREY, INK, LARGE, SIDES, SMALL, TEXT, counted
from .picture import axes, shows

_NAMES = {"left": "left (in front)", "right": "right (behind)"}
ROOM = 14  # per cent above and below the curves, for the numbers beside the points
ROUNDING = 1e-9  # per cent: what is nearer than that differs by the order of the same sums only


class Contamination(NamedTuple):
    """How far the final h lies from that of the series run alone, in per cent of its norm, mean over the series.

    title  what was padded, and how
    left   (P + 1,) with 0 to P pads in front
    right  (P + 1,) with 0 to P pads behind
    pads   the number that is looked at
    """

    title: str
    left: np.ndarray
    right: np.ndarray
    pads: int


@shows(Contamination)
def plot_contamination(data, *, ax=None):
    """Draw a Contamination. Returns the axes."""
    ax = axes(ax, (9.0, 4.4))
    draw_contamination(ax, len(data.left) - 1)(data)
    return ax


def draw_contamination(ax, most, limit=130):
    """Make the artists for up to `most` pads and `limit` per cent, and return update(data)."""
    ax.set(
        xlim=(-0.8, 1.25 * most + 1),
        ylim=(-ROOM, limit + ROOM),
        xticks=range(0, most + 1, 5),
        yticks=range(0, limit, 20),
    )
    ax.set_xlabel("padded steps", fontsize=TEXT)
    ax.set_ylabel("distance from the true h (%)", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    (here,) = ax.plot([], [], color=GREY, linewidth=1, animated=True)
    sides = {name: _Side(ax, name, **look) for name, look in SIDES.items()}

    def update(data):
        title.set_text(data.title)
        here.set_data([data.pads] * 2, [-ROOM, limit + ROOM])
        apart = abs(data.left[-1] - data.right[-1]) > 0.08 * limit
        lower = "left" if data.left[data.pads] <= data.right[data.pads] else "right"
        for name, side in sides.items():
            nudge = 0 if apart else 0.04 * limit * (1 if name == "right" else -1)
            side.show(getattr(data, name), data.pads, nudge, below=name == lower)

    return update


@shows(Contamination)
def describe_contamination(data):
    """The same in a sentence."""
    left, right = data.left[data.pads], data.right[data.pads]
    pads = counted(data.pads, "padded step")
    return (
        f"{data.title}: with {pads} in front the final h is {_off(left)}; with {data.pads} behind it is {_off(right)}."
    )


def _off(percent):
    if percent < ROUNDING:
        return "the true one exactly" if percent == 0 else "the true one, to rounding"
    return f"{_percent(percent)} away"


def _percent(percent):
    return f"{percent:.2g} %" if percent < 10 else f"{percent:.0f} %"


class _Side:
    """A curve with its name at its end, and the point that is looked at, with its value."""

    def __init__(self, ax, name, color, marker):
        (self.curve,) = ax.plot([], [], color=color, marker=marker, markersize=5, linewidth=2.5, animated=True)
        (self.point,) = ax.plot([], [], color=color, marker=marker, markersize=14, animated=True)
        font = {"fontsize": TEXT, "weight": "bold", "color": color, "va": "center", "animated": True}
        self.name, self.value = ax.text(0, 0, _NAMES[name], **font), ax.text(0, 0, "", **font)

    def show(self, values, pads, nudge, below):
        self.curve.set_data(np.arange(len(values)), values)
        self.point.set_data([pads], [values[pads]])
        self.name.set_position((len(values) - 0.2, values[-1] + nudge))
        up = -9 if below else 9
        said = _percent(values[pads]) if values[pads] >= ROUNDING else "0 %"
        # Beside a rising curve the room is above to the left and below to the right; at the ends it is inside.
        inward = {"ha": "right" if (pads > 1 and not below) or pads > len(values) - 3 else "left"}
        self.value.set(position=(pads, values[pads] + up), text=f" {said} ", **inward)
