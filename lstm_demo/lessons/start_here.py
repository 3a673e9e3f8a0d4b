"""00: who keeps the state, who resets it, and what padding does to it, told by a cell that counts."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from ..cell import counting_params, run
from ..check import check
from ..layout import Layout, back_to_back, pad_left, pad_right
from ..marks import GREY, INK, LARGE, RAIL, SMALL, TEXT, bar, carried, here, reset, state, step, verdict, write
from ..show import Picture, Text, Time, explorer

FOUR = "AA BBB CCCC DD"  # the four labels: 2, 3, 4 and 2 steps
MOST_NAMES, MOST_LETTERS, LONGEST = 6, 20, 12
NOBODY = "?"
WIDTH, HEAD, LABELS, VERDICTS = 648, 45, 62, 100  # points: of a picture; above, left of, right of its lanes
PITCH = 1 + RAIL


class Way(NamedTuple):
    """How series are run: the title that says it, how they are placed, and which flags the run is told."""

    title: str
    place: Callable
    mask: bool = False
    resets: bool = False


one_lane = partial(back_to_back, lanes=1)
WAYS = {
    "pad left": Way("Padded on the left", pad_left),
    "pad left + reset": Way("Padded on the left, reset at each first step", pad_left, resets=True),
    "pad left + mask": Way("Padded on the left, padding masked", pad_left, mask=True),
    "pad right": Way("Padded on the right", pad_right),
    "pad right + mask": Way("Padded on the right, padding masked", pad_right, mask=True),
    "one lane": Way("One lane, never reset", one_lane),
    "one lane + reset": Way("One lane, reset before each series", one_lane, resets=True),
}


@dataclass(frozen=True)
class Board(Picture):
    """Series on a grid, and what the state of the counting cell says, up to a moment in time.

    counts  (B, T) the number in the state after each step        mask, resets  (B, T) what the run was told
    at      (N, 2) the lane and column at which each series is read        time  columns that have been read, 0..T
    names   N strings, a letter for each step                     left_out  letters and names that did not fit
    """

    title: str
    layout: Layout
    mask: np.ndarray
    resets: np.ndarray
    counts: np.ndarray
    at: np.ndarray
    names: tuple
    time: int
    left_out: int = 0

    @property
    def read(self):
        """(N,) what the state says of each series."""
        return self.counts[tuple(self.at.T)].astype(int)

    @property
    def wrong(self):
        """(N,) bool: not what it would say of the series alone."""
        return self.read != self.layout.lengths

    @property
    def padded(self):
        return len(self.counts) == len(self.names)

    @property
    def room(self):
        """Points across one square: the same for all ways to run these series."""
        lanes, longest, all_of_them = len(self.names), max(map(len, self.names)), sum(map(len, self.names))
        inside = WIDTH - LABELS - 8
        return min(37, inside / max(6, all_of_them), (inside - VERDICTS) / longest, 300 / (lanes * PITCH))

    @property
    def size(self):
        return WIDTH / 72, (HEAD + max(3, len(self.names)) * PITCH * self.room - 8) / 72

    def axes(self, ax):
        wide, high = (72 * side / self.room for side in self.size)
        head = HEAD / self.room
        ax.set(xlim=(-LABELS / self.room, wide - LABELS / self.room), ylim=(high - head, -head))
        ax.set_axis_off()

    def draw(self, ax):
        write(ax, -LABELS / self.room + 0.05, (14 - HEAD) / self.room, self.title, LARGE, ha="left")
        write(ax, -LABELS / self.room + 0.05, -RAIL / 2, "time →", SMALL, GREY, ha="left")
        for lane in range(len(self.counts)):
            y = lane * PITCH
            write(ax, -LABELS / self.room + 0.05, y + 0.5, f"lane {lane}", SMALL, GREY, ha="left")
            for t in range(self.counts.shape[1]):
                self.draw_step(ax, lane, t, y)
            if self.time:
                here(ax, self.time - 1, y)
        if not self.padded:
            self.draw_climb(ax)
        if self.time == self.counts.shape[1]:
            for k in range(len(self.names)):
                self.draw_verdict(ax, k)

    def draw_climb(self, ax):
        """The state over time, below a single lane: what it would be for the series alone, and what is too much."""
        base = max(3, len(self.names)) * PITCH - 0.2
        unit = (base - 1 - 45 / self.room) / self.counts.max()
        write(ax, -LABELS / self.room + 0.05, base - 0.5, "state c", SMALL, GREY, ha="left")
        for t in range(self.time):
            right = min(self.counts[0, t], self.layout.step[0, t] + 1)
            bar(ax, t, base, unit * right)
            bar(ax, t, base - unit * right, unit * (self.counts[0, t] - right), wrong=True)

    def draw_step(self, ax, lane, t, y):
        k, n = self.layout.series[lane, t], self.layout.step[lane, t]
        held = not self.mask[lane, t]
        step(ax, t, y, k, "—" if held else "" if k < 0 else self.names[k][n], self.room / 3)
        if t < self.time:
            state(ax, t, y, f"{self.counts[lane, t]:.0f}", min(LARGE, 0.42 * self.room), self.is_wrong(lane, t))
        if self.resets[lane, t]:
            reset(ax, t, y)
        elif 0 < t <= self.time:
            carried(ax, t, y, uninvited=n == 0 and self.counts[lane, t - 1] > 0)

    def is_wrong(self, lane, t):
        """Whether the state after a step, or where it is read, is not that of the series alone."""
        k, n = self.layout.series[lane, t], self.layout.step[lane, t]
        read = (self.at == (lane, t)).all(axis=1)
        return self.counts[lane, t] != n + 1 if k >= 0 else bool(self.wrong[read].any())

    def draw_verdict(self, ax, k):
        mark, color = verdict(not self.wrong[k])
        lane, t = self.at[k]
        y, n = lane * PITCH, len(self.names[k])
        said = f"{mark} {self.read[k]}"
        if self.padded:
            said += f", not {n}" if self.wrong[k] else ""
            write(ax, t + 1.2, y + 0.5, said, TEXT, color, ha="left", weight="bold")
        else:
            write(ax, t + 0.5, y + 1 + 13 / self.room, said, min(TEXT, 0.5 * self.room), color, weight="bold")
            if self.wrong[k]:
                write(ax, t + 0.5, y + 1 + 31 / self.room, f"not {n}", min(SMALL, 0.36 * self.room), INK)

    def says(self):
        said = self.so_far() if self.time < self.counts.shape[1] else self.in_the_end()
        if self.names == (NOBODY,):
            said += f" No letter is typed: a {NOBODY} stands for one."
        elif self.left_out:
            said += f" Shown are at most {MOST_NAMES} names, {LONGEST} letters a name and {MOST_LETTERS} in all."
        return f"{self.title}: {said}"

    def so_far(self):
        steps = self.counts.shape[1]
        if not self.time:
            return f"nothing is read yet, and the state is 0. Play, or take the first of {steps} steps."
        t = self.time - 1
        said = f"after step {self.time} of {steps} the state says {listed(self.counts[:, t].astype(int))}"
        if self.padded:
            return f"{said}."
        k, n = self.layout.series[0, t], self.layout.step[0, t] + 1
        steps = "step" if n == 1 else "steps"
        right = "wrong" if self.is_wrong(0, t) else "right"
        return f"{said}; of {self.names[k]} it has read {n} {steps}: {right}."

    def in_the_end(self):
        said = f"in the end the state says {listed(self.read)}"
        if not self.wrong.any():
            return f"{said}, as many steps as each series has. Every one is read as if it were alone."
        wrong = [self.names[k] for k in np.flatnonzero(self.wrong)]
        have = f"the series have {listed(self.layout.lengths)} steps" if len(self.names) > 1 else "it should not"
        return f"{said}, but {have}: {listed(wrong)} {'is' if len(wrong) == 1 else 'are'} wrong."


def columns(way, names):
    lengths = [len(name) for name in series_of(names)[0]]
    return max(lengths) if WAYS[way].place is not one_lane else sum(lengths)


def series_of(text):
    """The names that are typed, as many as fit, at least one, and how many letters were left out."""
    letters = "".join(filter(shown, unicodedata.normalize("NFC", re.sub(r"[\s,;]", " ", text))))
    words, free = letters.split(), MOST_LETTERS
    kept = []
    for word in words[:MOST_NAMES]:
        kept.append(word[: min(LONGEST, free)])
        free -= len(kept[-1])
    names = tuple(filter(None, kept))
    return names or (NOBODY,), sum(map(len, words)) - sum(map(len, names))


def shown(letter):
    """Whether a character stands for itself: no accent on its own, no half of a pair, nothing that cannot be seen."""
    return unicodedata.category(letter)[0] in "LNPSZ"


TYPED = Text((FOUR, "LEO SUN ANKH", "a", "Zoë 李 <b>&$x$", "", "ABCDEFGHIJKLMNOP " * 9))


@explorer(way=tuple(WAYS), names=TYPED, time=Time(columns))
def board(way="pad left", names=FOUR, time=None):
    """Series, a letter for each step, run in one of seven ways by a cell that counts; time None is the end."""
    chosen, (words, left_out) = WAYS[way], series_of(names)
    layout = chosen.place([len(word) for word in words])
    mask = layout.mask if chosen.mask else np.ones_like(layout.mask)
    resets = layout.resets if chosen.resets else np.zeros_like(layout.mask)
    counts = run(counting_params(), np.zeros((*mask.shape, 1)), mask=mask, resets=resets).c[..., 0]
    return Board(chosen.title, layout, mask, resets, counts, where_read(layout), words, time, left_out)


def where_read(layout):
    """(N, 2) lane and column at which each series is read: its lane's last column, or its last step if it shares it."""
    last = layout.places[np.cumsum(layout.lengths) - 1]
    at = np.stack(np.divmod(last, layout.mask.shape[1]), axis=1)
    if len(layout.mask) == layout.count:
        at[:, 1] = layout.mask.shape[1] - 1
    return at


def listed(items):
    """'2, 3 and 4'"""
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def first_steps(lengths):
    return np.concatenate([np.arange(n) == 0 for n in lengths])


def instead(change):
    """The mistake of who marks the first steps, and then does that to the marks."""
    return lambda lengths: change(first_steps(lengths))


check_resets = check(
    first_steps,
    {
        "These are the last steps; a reset comes before a step is read.": instead(lambda starts: np.roll(starts, -1)),
        "The first series is left out. The state may come from an earlier call, and nobody has reset it.": instead(
            lambda starts: np.append(False, starts[1:])
        ),
        "You reset before every step: the state would never count beyond 1.": instead(np.ones_like),
        "You reset nowhere: each series would begin with what the ones before it have left.": instead(np.zeros_like),
        "Turned round: True is where the state is zeroed.": instead(np.logical_not),
        "One step late: a first step is read with the state of before.": instead(lambda starts: np.roll(starts, 1)),
    },
    ([2, 3, 4, 2],),
    ([1, 1, 5],),
    ([3],),
    right="Right: True before the first step of each series, whatever their lengths.",
    otherwise="Write the 11 steps of AA BBB CCCC DD in a row, and mark where each name begins.",
    unset="Nothing to check yet: return a list of True and False, one for each step.",
)
