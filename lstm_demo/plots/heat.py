"""Units over steps as a heat map: every unit a row, every step a column, one scale of colours that never moves."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from .language import INK, LARGE, PADDING, SMALL, TEXT, counted, decimal
from .picture import axes

FEW = 24  # rows; more could not be read, nor drawn in time


class Heat(NamedTuple):
    """What some units of a series did over T steps.

    title   what was read, and what is shown of it
    values  (T, U), h or c
    units   names of the U rows, from the top
    steps   what was read at each of T steps, a character each
    limit   the value, above 0, at which the colours end; minus that at the other end
    mask    (T,) bool, True = a real step
    span    (start, stop) to put a frame around, or None
    truth   how many rows from the top are no units but what is true: the sentence leaves them out
    """

    title: str
    values: np.ndarray
    units: tuple[str, ...]
    steps: tuple[str, ...]
    limit: float
    mask: np.ndarray
    span: tuple[int, int] | None = None
    truth: int = 0


def plot_heat(data, *, ax=None):
    """Draw a Heat. Returns the axes."""
    ax = axes(ax, (9.0, 1.5 + 0.3 * len(data.units)))
    draw_heat(ax, data)(data)
    return ax


def draw_heat(ax, like):
    """Make the artists for any Heat of as many units, steps and the same limit as `like`, and return update(data)."""
    steps, rows = like.values.shape
    # The colour bar stands on the same axes, to the right of the numbers.
    left = steps * 1.13 + 0.4
    ax.set(xlim=(0, steps * 1.25 + 0.8), ylim=(rows + 0.1, -1.1), xticks=np.arange(0, steps, 5) + 0.5)
    ax.set_xticklabels(range(0, steps, 5))
    ax.set_yticks([])
    ax.set_xlabel("step", fontsize=TEXT, x=0.4)
    ax.tick_params(labelsize=SMALL, length=3)
    ax.spines[:].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    image = ax.imshow(np.zeros((rows, steps)), "PuOr", vmin=-like.limit, vmax=like.limit, **_placed(0, steps, rows))
    _scale(ax, left, 0.035 * steps, rows, like.limit)
    font = {"fontsize": SMALL, "color": INK, "va": "center", "animated": True}
    names = [ax.text(-0.012 * steps, k + 0.5, "", ha="right", **font) for k in range(rows)]
    ends = [ax.text(steps * 1.01, k + 0.5, "", ha="left", **font) for k in range(rows)]
    letters = [ax.text(t + 0.5, -0.55, "", ha="center", family="monospace", snap=True, **font) for t in range(steps)]
    padding = [ax.add_patch(Rectangle((t, 0), 1, rows, animated=True, **PADDING)) for t in range(steps)]
    frame = ax.add_patch(Rectangle((0, 0), 1, rows, fill=False, edgecolor=INK, linewidth=3, animated=True))

    def update(data):
        title.set_text(data.title)
        image.set_data(data.values.T)
        for k, (name, end) in enumerate(zip(names, ends, strict=True)):
            name.set_text(data.units[k])
            end.set_text(decimal(data.values[-1, k]))
        for letter, pad, said, real in zip(letters, padding, data.steps, data.mask, strict=True):
            letter.set_text("—" if not real else "␣" if said == " " else said)
            pad.set_visible(not real)
        frame.set_visible(data.span is not None)
        start, stop = data.span or (0, 1)
        frame.set_bounds(start, 0, stop - start, rows)

    return update


def describe_heat(data):
    """The same in a sentence."""
    last, units = data.values[-1, data.truth :], data.units[data.truth :]
    high, low = last.argmax(), last.argmin()
    rows, steps = counted(len(last), "row"), counted(len(data.values), "step")
    rows += " below the truth" if data.truth else ""
    said = f"{data.title}: {rows} over {steps}, colours from {-data.limit:g} to {data.limit:g}. "
    said += f"At the end {units[high]} is highest, {decimal(last[high])}"
    said += f", and {units[low]} lowest, {decimal(last[low])}." if len(last) > 1 else "."
    padded = int((~data.mask).sum())
    return f"{said} {counted(padded, 'padded step')} hatched." if padded else said


def _placed(left, width, rows):
    return {"extent": (left, left + width, rows, 0), "aspect": "auto", "interpolation": "nearest", "animated": True}


def _scale(ax, left, width, rows, limit):
    """The colours and their values, as a bar that stands still."""
    shades = np.linspace(limit, -limit, 64)[:, None]
    where = _placed(left, width, rows) | {"animated": False}
    ax.imshow(shades, "PuOr", vmin=-limit, vmax=limit, **where)
    for value, at in ((limit, 0.04), (0, 0.5), (-limit, 0.96)):
        said = ax.text(left + 1.25 * width, at * rows, f"{value:g}", fontsize=SMALL, color=INK, va="center")
        said.set_clip_on(False)
