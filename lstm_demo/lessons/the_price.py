"""08: what each way to run ragged series costs: places that are empty, a clock, and a race that was run once."""

from dataclasses import dataclass
from functools import partial
from timeit import timeit

import numpy as np

from ..check import check
from ..layout import back_to_back, pad_right
from ..marks import BLUE, FAINT, INK, LARGE, PADDING, PAPER, SMALL, TEXT, WRONG, write
from ..refusal import choice
from ..series import rows, unicode_names
from ..show import Picture, explorer
from ..ways import WAYS

# --- places -----------------------------------------------------------------------------------------------------------

COUNT = 48  # series
FULL = {"facecolor": BLUE, "edgecolor": PAPER}


def lengths_of_names(count=COUNT):
    """Lengths of so many real names, evenly from the whole file."""
    every = unicode_names()[2]
    return np.array([len(name) for name in every[:: len(every) // count][:count]])


LENGTHS = {
    "all alike": lambda: np.full(COUNT, 24),
    "1 to 47 steps": lambda: np.random.default_rng(0).integers(1, 48, COUNT),
    "real names": lengths_of_names,
    "a few long ones": lambda: np.minimum(200, 8 + 6 * np.random.default_rng(0).pareto(1.0, COUNT)).astype(int),
}


@dataclass(frozen=True)
class Waste(Picture):
    """One ragged set in two layouts: places with a step beside empty ones; `layouts` is {words: Layout}."""

    title: str
    layouts: dict

    lane, head, between = 2.9, 48, 12  # points: a lane, the words and the bar above a layout, between two of them
    size, place = (9.0, 5.2), (0.02, 0.13, 0.96, 0.87)

    def axes(self, ax):
        longest = max(layout.mask.shape[1] for layout in self.layouts.values())
        ax.set(xlim=(0, longest), ylim=(72 * self.size[1] * self.place[3], 0), yticks=[])
        write(ax, longest / 2, ax.get_ylim()[0] + 36, "step")
        ax.tick_params(labelsize=SMALL)
        ax.spines[["top", "right", "left"]].set_visible(False)

    def draw(self, ax):
        """Of each layout a bar as wide as the picture, all full places before all empty ones; and where they lie."""
        write(ax, 0, 13, self.title, LARGE, ha="left")
        top, wide = 28, ax.get_xlim()[1]
        for how, layout in self.layouts.items():
            write(ax, 0, top + 10, self.said(how, layout), TEXT, ha="left", weight="bold")
            full = layout.mask.mean() * wide
            ax.broken_barh([(0, full)], (top + 22, 18), **FULL)
            ax.broken_barh([(full, wide - full)], (top + 22, 18), **PADDING)
            top = self.draw_lanes(ax, top + self.head, layout) + self.between

    def draw_lanes(self, ax, top, layout):
        """Lane under lane; returns how far down they reach."""
        lanes, columns = layout.mask.shape
        ax.broken_barh([(0, columns)], (top, lanes * self.lane), **PADDING)
        for lane, of in enumerate(layout.series):
            begins = np.flatnonzero((layout.step[lane] == 0) & (of >= 0))
            runs = [(start, layout.lengths[of[start]]) for start in begins]
            ax.broken_barh(runs, (top + lane * self.lane, 0.88 * self.lane), **FULL)
        return top + lanes * self.lane

    def said(self, how, layout):
        lanes, columns = layout.mask.shape
        empty = 100 * (1 - layout.mask.mean())
        return f"{how}: {lanes} lanes of {columns} steps, {empty:.0f} % of {lanes * columns:,} places empty"

    def says(self):
        return f"{self.title}; {'; '.join(self.said(how, layout) for how, layout in self.layouts.items())}."


@explorer(lengths=tuple(LENGTHS), lanes=(4, 8, 16))
def waste(lengths="a few long ones", lanes=8):
    """How the lengths of 48 series are spread, and how many lanes they share back to back."""
    steps = LENGTHS[lengths]()
    layouts = {"padded": pad_right(steps), "back to back": back_to_back(steps, lanes, gap=1)}
    return Waste(f"{COUNT} series, {lengths}", layouts)


# --- the clock --------------------------------------------------------------------------------------------------------


def race(lstm, series, names=tuple(WAYS), rounds=5):
    """Milliseconds of each way: its batch is built, run forward and, if there is a gradient, back from the last h."""
    names = [choice("names", name, [*WAYS], "see WAYS") for name in names]
    return laps({name: partial(there_and_back, name, lstm, series) for name in names}, rounds)


def laps(works, rounds=5):
    """Milliseconds of each piece of work, {name: function} to {name: the least of the rounds}.

    All run in turn in every round; a round before warms up. The least counts, as in Python's timeit: what else the
    machine does can only add to a time.
    """
    times = [[1e3 * timeit(work, number=1) for work in works.values()] for _ in range(rounds + 1)][1:]
    return dict(zip(works, map(min, zip(*times, strict=True)), strict=True))


def there_and_back(name, lstm, series):
    """One pass of the way of that name, forward and backward."""
    _, final = WAYS[name].run(lstm, series)
    if WAYS[name].gradient is not None:
        lstm.zero_grad()
        final.h.square().mean().backward()


# --- the stored race --------------------------------------------------------------------------------------------------

RACED = {
    "7 to 29 steps": "uniform",
    "a few up to 400": "heavy",
    "as long as names": "names",
    "real names": "real",
    "2 to 4 steps": "seed",
}
CLOSED = ("back to back", "closed gates left")
ELSEWHERE = ("windows with carried state", "NumPy reference")  # one cuts the gradient, the other has none


def race_rows(lengths="real names"):
    """{entrant: (milliseconds there and back, whether it is exact)}, the fastest first; the limit under its name."""
    chosen = [row for row in rows("race.csv") if row[:3] == [RACED[lengths], "one", "backward"]]
    found = {row[3]: (float(row[4]), row[6] == "exact") for row in chosen if row[3] not in ELSEWHERE}
    return dict(sorted(found.items(), key=lambda one: one[1]))


@dataclass(frozen=True)
class Race(Picture):
    """Entrants over the same work, {name: (milliseconds, whether it is exact)}, the fastest first, and the limit's."""

    title: str
    entrants: dict
    limit: float

    size, place = (9.0, 5.1), (0.31, 0.15, 0.67, 0.85)

    @property
    def exact(self):
        return [name for name, (_, exact) in self.entrants.items() if exact]

    def times(self, milliseconds):
        return milliseconds / self.entrants[self.exact[0]][0]

    def axes(self, ax):
        ax.set(xscale="log", xlim=(0.13, 2500), ylim=(len(self.entrants) - 0.3, -2.8), yticks=[])
        write(ax, 10, len(self.entrants) + 1.6, "times the fastest exact one")
        ax.set_xticks([1, 10, 100], ["1", "10", "100"], fontsize=SMALL)
        ax.set_xticks([], minor=True)
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.vlines([1], -0.6, len(self.entrants), color=FAINT, linewidth=0.8)

    def draw(self, ax):
        edge = {"transform": ax.get_yaxis_transform()}
        write(ax, -0.45, -2.1, self.title, LARGE, ha="left", **edge)
        limit = self.times(self.limit)
        ax.vlines([limit], -0.6, len(self.entrants), color=INK, linewidth=2, linestyle="--")
        write(ax, limit, -1.1, f"limit {brief(self.limit)} ms", SMALL)
        for row, (name, (ms, exact)) in enumerate(self.entrants.items()):
            weight = "bold" if name in CLOSED else "normal"
            marker, color = ("s" if name in CLOSED else "o", BLUE) if exact else ("X", WRONG)
            times = self.times(ms)
            ax.plot([times], [row], marker, markersize=9, color=color)
            write(ax, -0.02, row, name, SMALL, ha="right", weight=weight, **edge)
            said = f"{brief(times)} ×, {brief(ms)} ms" + ("" if exact else ", not exact")
            write(ax, 1.3 * times, row, said, SMALL, INK if exact else WRONG, ha="left", weight=weight)

    def says(self):
        first = self.exact[0]
        other = next(name for name in self.exact if (name in CLOSED) != (first in CLOSED))
        ms, times = brief(self.entrants[first][0]), brief(self.times(self.entrants[other][0]))
        best = f"{'without' if first in CLOSED else 'with'} closed gates the best is {other}, {times} times as long"
        return f"{self.title}: of {len(self.exact)} exact ones {first} is the fastest, {ms} ms; {best}."


def brief(number):
    """Two digits, and from a hundred on whole numbers."""
    return f"{number:.2g}" if number < 99.5 else f"{number:,.0f}"


@explorer(lengths=tuple(RACED))
def stored_race(lengths="a few up to 400"):
    """The race as it was run once, forward and backward, over series of these lengths."""
    entrants = race_rows(lengths)
    limit, _ = entrants.pop("limit")
    return Race(f"Lengths: {lengths}", entrants, limit)


# --- the exercise -----------------------------------------------------------------------------------------------------


def batches(lengths, size):
    """The lengths of each `size` series, in the order given; the last of them may be fewer."""
    return [lengths[start : start + size] for start in range(0, len(lengths), size)]


def places(lengths, size):
    return sum(len(batch) * max(batch) for batch in batches(np.sort(lengths), size))


check_places = check(
    places,
    {
        "You did not sort: a long series stretches whatever batch it falls into.": (
            lambda lengths, size: sum(len(batch) * max(batch) for batch in batches(lengths, size))
        ),
        "You padded to the longest of all; a batch needs only its own longest.": lambda n, size: len(n) * max(n),
        "You counted the real steps; the empty places are computed too.": lambda n, size: sum(n),
        "You counted the empty places alone.": lambda n, size: places(n, size) - sum(n),
        "You counted the last batch as full: it has only what is left over.": (
            lambda lengths, size: sum(size * max(batch) for batch in batches(np.sort(lengths), size))
        ),
    },
    (np.array([2, 9, 3, 8, 4]), 2),
    (np.array([5, 1, 7, 7, 2, 6]), 3),
    right="Right: 2 x 3, 2 x 8 and 1 x 9 are 31 places, where one rectangle has 45.",
    otherwise="Sort; cut into batches of `size`; then add up, of each, its series times its longest.",
    unset="Nothing to check yet: return one whole number.",
)
