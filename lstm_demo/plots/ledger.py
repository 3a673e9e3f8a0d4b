"""The ledger, drawn: lanes cut into windows, and at each cut what becomes of the state and of the gradient."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from ..layout import Entry, Layout
from .language import GREY, INK, LARGE, LETTERS, PADDING, RESET, SERIES, SMALL, TEXT, WHITE, counted, listed
from .picture import axes

CUT = 1.0  # room at each cut, in steps
# How a lane starts in a window: what stands at the cut, and the word for it.
STARTS = {"fresh": "0", "carried": "→", "reset": "R"}
LINKS = {"attached": "→", "detached": "⇢", "none": ""}


class Book(NamedTuple):
    """A ledger with the windows that it speaks of.

    title    how the windows are run
    windows  what Layout.windows returned
    entries  what ledger(windows) returned: a list over lanes of lists over windows of Entry
    words    (B, T) what stands in each real step; left out, the letter of its series
    """

    title: str
    windows: list[Layout]
    entries: list[list[Entry]]
    words: np.ndarray | None = None


def plot_ledger(book, *, ax=None):
    """Draw one Book. Returns the axes."""
    ax = axes(ax)
    draw_ledger(ax, [book])(book)
    return ax


def draw_ledger(ax, books):
    """Make the artists for any of `books`, and return update(book)."""
    lanes = max(len(book.entries) for book in books)
    columns = max(sum(w.mask.shape[1] for w in book.windows) for book in books)
    cuts = max(len(book.windows) for book in books)
    ax.set(xlim=(-1.6, columns + CUT * cuts), ylim=(lanes + 0.55, -0.85))
    ax.set_axis_off()
    steps = [_Step(ax) for _ in range(lanes * columns)]
    starts = [_Start(ax) for _ in range(lanes * cuts)]
    heads = [_text(ax, SMALL, color=GREY) for _ in range(cuts)]
    for lane in range(lanes):
        ax.text(-1.5, lane + 0.5, f"lane {lane}", fontsize=SMALL, color=GREY, va="center")
    key = "at each cut:  0 fresh   → carried   ⇢ carried, gradient cut   R reset      ▌ zeroed before this step"
    ax.text(-1.5, lanes + 0.35, key, fontsize=SMALL, color=INK, va="center")
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)

    def update(book):
        title.set_text(book.title)
        for artist in (*steps, *starts):
            artist.hide()
        _fill_steps(iter(steps), book)
        _fill_starts(iter(starts), book)
        for k, head in enumerate(heads):
            left, width = _window(book, k) if k < len(book.windows) else (0, 0)
            head.set(position=(left + width / 2, -0.3), text=f"window {k}" if width > 1 else str(k) if width else "")

    return update


def describe_ledger(book):
    """The same in a sentence."""
    entries = [entry for lane in book.entries for entry in lane]
    starts = [entry.start for entry in entries]
    said = [f"{starts.count(start)} {start}" for start in STARTS if start in starts]
    inside = sum(len([t for t in entry.resets if t > 0]) for entry in entries)
    held = sum(len(entry.held) for entry in entries)
    return (
        f"{book.title}: of {counted(len(entries), 'start')} of a lane in a window {listed(said)}; inside the windows "
        f"the state is zeroed {_times(inside)} and held over {counted(held, 'step')}."
    )


def _times(count):
    return {0: "nowhere", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _window(book, k):
    """Where window k begins in the picture, and how many steps it has."""
    widths = [w.mask.shape[1] for w in book.windows]
    return sum(widths[:k]) + CUT * (k + 1), widths[k]


def _fill_steps(steps, book):
    words, column = _words(book), 0
    for k, window in enumerate(book.windows):
        left, width = _window(book, k)
        for lane, line in enumerate(book.entries):
            for t in range(width):
                word = "—" if t in line[k].held else words[lane, column + t]
                next(steps).show(left + t, lane, int(window.series[lane, t]), word, t in line[k].resets, t > 0)
        column += width


def _words(book):
    """(B, T) what stands in each step; nothing in padding."""
    series = np.concatenate([window.series for window in book.windows], axis=1)
    words = np.array([*LETTERS])[series % 26] if book.words is None else np.asarray(book.words).astype(str)
    return np.where(series < 0, "", words)


def _fill_starts(starts, book):
    for lane, line in enumerate(book.entries):
        for k, entry in enumerate(line):
            next(starts).show(_window(book, k)[0] - CUT / 2, lane, entry)


class _Step:
    """One step of one lane."""

    def __init__(self, ax):
        self.box = ax.add_patch(Rectangle((0, 0), 1, 0.8, linewidth=1, edgecolor=WHITE, animated=True))
        self.mark = _text(ax, TEXT)
        self.sign = _text(ax, SMALL, weight="bold")
        (self.edge,) = ax.plot([], [], animated=True, zorder=3, **RESET)

    def hide(self):
        for artist in (self.box, self.mark, self.sign, self.edge):
            artist.set_visible(False)

    def show(self, x, lane, series, word, reset, inside):
        """inside: this is not the first step of a window, where the sign of a reset stands at the cut."""
        look = PADDING if series < 0 else {"facecolor": SERIES[series % 6], "edgecolor": WHITE, "hatch": None}
        self.box.set(xy=(x, lane + 0.1), visible=True, **look)
        self.mark.set(position=(x + 0.5, lane + 0.5), text=word, visible=True)
        self.sign.set(position=(x + 0.22, lane + 0.5), text=STARTS["reset"], visible=reset and inside)
        self.edge.set(data=([x + 0.05] * 2, [lane + 0.12, lane + 0.88]), visible=reset)


class _Start:
    """What stands at the cut in front of a window."""

    def __init__(self, ax):
        self.sign = _text(ax, LARGE, weight="bold")

    def hide(self):
        self.sign.set_visible(False)

    def show(self, x, lane, entry):
        sign = LINKS[entry.link] or STARTS[entry.start]
        self.sign.set(position=(x, lane + 0.5), text=sign, visible=True)


def _text(ax, size, color=INK, **font):
    return ax.text(0, 0, "", fontsize=size, color=color, ha="center", va="center", snap=True, animated=True, **font)
