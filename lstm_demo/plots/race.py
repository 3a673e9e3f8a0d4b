"""A race, drawn: one bar an entrant, on a logarithmic axis, beside the limit that bare matrix products set."""

from typing import NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from .language import BLUE, INK, LARGE, ORANGE, SMALL, TEXT, WHITE, WRONG, counted, listed
from .picture import axes, shows

OURS = {"facecolor": ORANGE, "edgecolor": INK, "hatch": "//", "linewidth": 2.5}
OTHER = {"facecolor": BLUE, "edgecolor": BLUE, "hatch": None, "linewidth": 0}
INEXACT = {"facecolor": WHITE, "edgecolor": WRONG["color"], "hatch": None, "linewidth": 2}


class Race(NamedTuple):
    """What entrants needed for the same work, those among them too that are not exact.

    title         what was raced
    names         N entrants, from the top
    milliseconds  (N,) of a pass; NaN where none was taken
    limit         milliseconds of the same multiply-adds as bare matrix products
    ours          those of the names that are ours
    notes         N remarks, '' for none: "not exact" makes a cross of it, and where nothing was taken it says why
    """

    title: str
    names: tuple[str, ...]
    milliseconds: np.ndarray
    limit: float
    ours: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def exact(self):
        """Indices of those that were timed and are exact, the quickest first."""
        taken = [k for k, ms in enumerate(self.milliseconds) if np.isfinite(ms) and self.notes[k] != "not exact"]
        return sorted(taken, key=lambda k: self.milliseconds[k])


@shows(Race)
def plot_race(data, *, ax=None):
    """Draw a Race. Returns the axes."""
    ax = axes(ax, (9.0, 1.3 + 0.36 * len(data.names)))
    draw_race(ax, [data])(data)
    return ax


def draw_race(ax, races):
    """Make the artists for any of `races`, all with the same entrants, and return update(data)."""
    names = races[0].names
    ax.set(xscale="log", xlim=_limits(races), ylim=(len(names) - 0.4, -1.3))
    ax.set_xlabel("milliseconds a pass (logarithmic)", fontsize=TEXT)
    ax.set_yticks(range(len(names)), names, fontsize=SMALL)
    for label in ax.get_yticklabels():
        label.set_weight("bold" if label.get_text() in races[0].ours else "normal")
    ax.tick_params(labelsize=SMALL, left=False)
    _mark(ax.xaxis, *ax.get_xlim())
    ax.spines[["top", "right"]].set_visible(False)
    # Flush right, as it may reach over the names, where nothing else stands.
    title = ax.set_title("", fontsize=LARGE, loc="right", color=INK, animated=True)
    (line,) = ax.plot([], [], color=INK, linestyle="--", linewidth=2, zorder=3, animated=True)
    limit = ax.text(0, -0.8, "", fontsize=SMALL, color=INK, va="center", animated=True)
    rows = [_Row(ax, k) for k in range(len(names))]

    def update(data):
        title.set_text(data.title)
        line.set_data([data.limit] * 2, [-1.1, len(names) - 0.5])
        limit.set(x=data.limit, text=f" the limit: {_ms(data.limit)}, bare matrix products")
        for k, row in enumerate(rows):
            row.show(data, k)

    return update


@shows(Race)
def describe_race(data):
    """The same in a sentence."""
    said = [f"{data.title}: bare matrix products of the same size need {_ms(data.limit)}"]
    said += [_order(data)] if data.exact else ["nothing exact was timed"]
    for note, names in _noted(data).items():
        said.append(f"{note}: {listed(names)}")
    return "; ".join(said) + "."


def _order(data):
    """The quickest exact one, each of ours, and the best of the others."""
    quickest, *_ = data.exact
    told = [k for k in data.exact if data.names[k] in data.ours or k == quickest]
    others = [k for k in data.exact if data.names[k] not in data.ours]
    told = sorted({*told, *others[:1]}, key=data.exact.index)
    ranks = [f"{data.names[k]} {_ms(data.milliseconds[k])} ({_times(data, k)} the limit)" for k in told]
    return f"of {counted(len(data.exact), 'exact entrant')} the quickest is {', then '.join(ranks)}"


def _noted(data):
    noted = {}
    for name, note in zip(data.names, data.notes, strict=True):
        noted.setdefault(note, []).append(name)
    noted.pop("", None)
    return noted


def _ms(milliseconds):
    """Milliseconds to two digits, from a hundred on in whole ones."""
    return f"{milliseconds:.2g} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"


def _times(data, k):
    times = data.milliseconds[k] / data.limit
    return f"{times:.2g} times" if times < 100 else f"{times:,.0f} times"


def _limits(races):
    """From below the limit to where the longest bar and its words have room."""
    every = np.concatenate([[*race.milliseconds, race.limit] for race in races])
    low, high = np.nanmin(every) / 1.6, np.nanmax(every)
    return low, high * (high / low) ** 0.6


def _mark(axis, low, high):
    """Plain numbers at the powers of ten; where there are few of these, at twice and five times them too."""
    subs = (1.0,) if high / low > 300 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=subs, numticks=30))
    axis.set_major_formatter(lambda ms, _: f"{ms:g}")
    axis.set_minor_formatter(NullFormatter())


class _Row:
    """One entrant: its bar and, behind it, milliseconds and remarks."""

    def __init__(self, ax, place):
        self.left, self.place = ax.get_xlim()[0], place
        (self.bar,) = ax.barh([place], [1], height=0.72, left=self.left, animated=True)
        self.text = ax.text(0, place, "", fontsize=SMALL, color=INK, va="center", animated=True)

    def show(self, data, k):
        ms, note, ours = data.milliseconds[k], data.notes[k], data.names[k] in data.ours
        timed, inexact = bool(np.isfinite(ms)), note == "not exact"
        look = INEXACT if inexact else OURS if ours else OTHER
        self.bar.set(width=ms - self.left if timed else 0, visible=timed, **look)
        said = [_ms(ms)] if timed else []
        said += [f"{WRONG['mark']} not exact"] if inexact else [note] if note else []
        said += ["◀ ours"] if ours else []
        # On the dashed line no word could be read.
        at = max(ms, data.limit) if timed else data.limit
        self.text.set(x=at, text=f" {'  '.join(said)}", weight="bold" if ours else "normal")
        self.text.set_color(WRONG["color"] if inexact else INK)
