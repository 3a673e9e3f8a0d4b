"""h and c of one unit over time."""

from typing import NamedTuple

import numpy as np

from .language import CELL, GREY, HIDDEN, INK, LARGE, SMALL, TEXT
from .picture import axes, shows


class States(NamedTuple):
    """The states of one unit of one lane over T steps.

    title  what was run
    h, c   (T,) hidden and cell state
    """

    title: str
    h: np.ndarray
    c: np.ndarray


@shows(States)
def plot_states(data, *, ax=None):
    """Draw States. Returns the axes."""
    ax = axes(ax)
    reach = 1.1 * max(1.0, *np.abs(data.c), *np.abs(data.h))
    draw_states(ax, len(data.h), (min(-1.1, 1.1 * data.c.min()), reach))(data)
    return ax


def draw_states(ax, steps, limits):
    """Make the artists for `steps` steps and values within `limits`, and return update(data)."""
    ax.set(xlim=(0, 1.18 * steps), ylim=limits)
    ax.set_xlabel("step", fontsize=TEXT)
    ax.set_ylabel("value", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.axhspan(-1, 1, color=GREY, alpha=0.12, linewidth=0)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    lines = {name: ax.plot([], [], linewidth=2.5, animated=True, **look)[0] for name, look in _LOOKS.items()}
    names = {name: ax.text(0, 0, name, fontsize=TEXT, weight="bold", va="center", animated=True) for name in _LOOKS}

    def update(data):
        title.set_text(data.title)
        span = limits[1] - limits[0]
        apart = abs(data.h[-1] - data.c[-1]) > 0.1 * span  # else the letters would cover each other
        for name, line in lines.items():
            values = getattr(data, name)
            above = (name == "c") == (data.c[-1] >= data.h[-1])
            nudge = 0 if apart else 0.05 * span * (1 if above else -1)
            line.set_data(np.arange(len(values)), values)
            said = f"{name} = {values[-1]:.3g}"
            names[name].set(position=(1.01 * len(values), values[-1] + nudge), text=said, color=line.get_color())

    return update


@shows(States)
def describe_states(data):
    """The same in a sentence."""
    return (
        f"{data.title}: over {len(data.h)} steps c runs from {data.c.min():.1f} to {data.c.max():.1f} and ends at "
        f"{data.c[-1]:.3g}; h never leaves the grey band from -1 to 1 and ends at {data.h[-1]:.3g}."
    )


_LOOKS = {"h": HIDDEN, "c": CELL}
