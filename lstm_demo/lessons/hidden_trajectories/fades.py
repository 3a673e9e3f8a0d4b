"""How a difference fades: curves, one letter of a name changed, and the exercise on half-lives."""

import itertools
from dataclasses import dataclass

import numpy as np

from ...check import check
from ...marks import BLUE, CELL, FAINT, GREEN, GREY, INK, LARGE, SMALL, TEXT, write
from ...series import spaced, typed
from ...show import Picture, Text, Time, explorer
from .nets import NETS, states

LOOKS = ((CELL, "-"), (BLUE, "--"), (GREEN, "-."), (INK, ":"))
WIDTH = 648  # points across a picture


def left_over(distance):
    """A distance (T,) in per cent of the first."""
    return 100 * distance / distance[0]


def spread(ys, least):
    """The same heights, moved apart until each is `least` below the one before it in order of height."""
    order, placed = np.argsort(ys), np.array(ys, float)
    for low, high in itertools.pairwise(order):
        placed[high] = max(placed[high], placed[low] + least)
    return placed


@dataclass(frozen=True)
class Fading(Picture):
    """curves {name: (T,)} per cent of a first difference; foreseen, thin, what forget gates alone would leave."""

    title: str
    curves: dict
    foreseen: dict
    most: int

    place = (0.09, 0.16, 0.67, 0.7)

    def axes(self, ax):
        steps = len(next(iter(self.curves.values()))) - 1
        ax.set(xlim=(0, steps), ylim=(0, self.most))
        ax.tick_params(labelsize=SMALL)
        ax.spines[["top", "right"]].set_visible(False)
        write(ax, 0, 1.1 * self.most, f"{self.title}: % of the first difference", LARGE - 2, ha="left")
        write(ax, steps / 2, -0.16 * self.most, "steps", SMALL, GREY)

    def draw(self, ax):
        ends = [min(curve[-1], self.most) for curve in self.curves.values()]
        heights = spread(ends, 0.09 * self.most)
        for (name, curve), (color, line), y in zip(self.curves.items(), LOOKS, heights, strict=False):
            ax.plot(curve, color=color, linestyle=line, linewidth=3)
            if name in self.foreseen:
                ax.plot(self.foreseen[name], color=color, linewidth=1, alpha=0.7)
            write(ax, 1.02 * (len(curve) - 1), y, name, TEXT, color, ha="left", weight="bold")

    def says(self):
        ends = "; ".join(f"{name}, {curve[-1]:.0f} %" for name, curve in self.curves.items())
        return f"{self.title}: of the first difference there is left in the end: {ends}."


LETTERS = ("A", "E", "T", "Z", "S", "7", "-", "␣")
SAMPLES = ("LATIN SMALL LETTER A WITH ACUTE", "SNOWMAN", "", "Zoë", "W" * 41)


@dataclass(frozen=True)
class Changed(Picture):
    """A name and the same with one letter changed; from there on how far the two states of each net are apart.

    apart  {net: (n - at,)} per cent of the difference right after the changed letter; empty if nothing changed
    """

    name: str
    at: int
    letter: str
    apart: dict
    note: str

    size = (9.0, 4.6)
    left, top, zero = 44, 58, 250  # points: the first letter, 100 % or the most there is, 0 %

    def axes(self, ax):
        ax.set(xlim=(0, WIDTH), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        write(ax, 6, 36, "% of the first difference of c", SMALL, GREY, ha="left")

    @property
    def pitch(self):
        return min(24, 460 / len(self.name))

    def x(self, k):
        return self.left + (k + 0.5) * self.pitch

    def draw(self, ax):
        write(ax, 6, 16, self.title, LARGE, ha="left")
        for k, old in enumerate(self.name):
            write(ax, self.x(k), 282, spaced(old), SMALL, GREY)
            new = self.letter if k == self.at else spaced(old)
            write(ax, self.x(k), 302, new, SMALL, INK, weight="bold" if k == self.at else "normal")
        ax.fill(*frame(self.x(self.at), 292, self.pitch, 44), fill=False, edgecolor=INK, linewidth=3)
        most = max([100, *(apart.max() for apart in self.apart.values())])
        for percent in (0, 50, 100):
            y = self.zero - percent / most * (self.zero - self.top)
            ax.plot([self.left, self.x(len(self.name) - 0.5)], [y, y], color=FAINT, linewidth=0.8)
            write(ax, self.left - 8, y, f"{percent}", SMALL, GREY, ha="right")
        levels = {net: self.zero - apart / most * (self.zero - self.top) for net, apart in self.apart.items()}
        heights = spread([ys[-1] for ys in levels.values()], 18)
        looks = ((CELL, "-", "o"), (BLUE, "--", "s"))
        for (net, ys), (color, line, marker), y in zip(levels.items(), looks, heights, strict=False):
            ks = [self.x(self.at + k) for k in range(len(ys))]
            ax.plot(ks, ys, color=color, linestyle=line, marker=marker, linewidth=2.5, markersize=5)
            said = f"{net} {self.apart[net][-1]:.0f} %"
            write(ax, ks[-1] + 12, y, said, TEXT, color, ha="left", weight="bold")

    @property
    def title(self):
        old = spaced(self.name[self.at])
        if old == self.letter:
            return f"Letter {self.at + 1} stays {old}: nothing is changed"
        return f"Letter {self.at + 1} of {len(self.name)}: {old} becomes {self.letter}"

    def says(self):
        ends = " and ".join(f"{apart[-1]:.0f} % in the {net} net" for net, apart in self.apart.items())
        left = f"at the end of the name there is left of the first difference {ends}" if ends else "no state differs"
        return f"{self.title} in {spaced(self.name)}; {left}.{self.note}"


def frame(x, y, wide, tall):
    """The corners of a box around a point."""
    return [x - wide / 2, x + wide / 2, x + wide / 2, x - wide / 2], [
        y - tall / 2,
        y - tall / 2,
        y + tall / 2,
        y + tall / 2,
    ]


@explorer(name=Text(SAMPLES), letter=LETTERS, place=Time(lambda name, **_: len(typed(name)[0]) - 1))
def changed(name=SAMPLES[0], letter="T", place=None):
    """One letter of a name changed, and how long the trained and the untrained net still know it."""
    read, note = typed(name)
    place = len(read) - 1 if place is None else place
    other = read[:place] + letter.replace("␣", " ") + read[place + 1 :]
    apart = {}
    if other != read:
        for net in NETS[:2]:
            distance = np.linalg.norm(states(net, read) - states(net, other), axis=1)[place + 1 :]
            apart[net] = left_over(distance)
    return Changed(read, place, letter, apart, note)


# --- the exercise ----------------------------------------------------------------------------------------------------

# 9 at the start, so that half is 4.5: it rises first, falls below half at step 5, and is above it twice again.
DISTANCE = np.array([9, 20, 12, 8, 7, 4.2, 6, 3.2, 2.9, 5, 4.8, 4.6, 2, 1, 0.4, 0.3])
NEVER, EXACT = np.array([2.0, 3.0, 1.5]), np.array([4.0, 2.0, 1.5])


def half_life(distance):
    """The first step at which a distance (T,) is below half of the first, -1 where there is none."""
    below = np.flatnonzero(distance < distance[0] / 2)
    return below[0] if len(below) else -1


def first(where):
    """An answer that takes the first step of those that are True."""
    return lambda distance: np.flatnonzero(where(distance))[0]


def last(where, more=0):
    return lambda distance: np.flatnonzero(where(distance))[-1] + more


def above(distance):
    return distance >= distance[0] / 2


check_first = check(
    half_life,
    {
        "You counted the start as step 1; it is step 0.": lambda d: half_life(d) + 1,
        "That is the last step before it; the first one below half is asked for.": lambda d: half_life(d) - 1,
        "You took half of the largest distance; half of the first is meant.": first(lambda d: d < d.max() / 2),
        "That is the step from which on it stays below half; the first one below is asked for.": last(above, 1),
        "That is the last step that is not below half.": last(above),
        "You counted all steps that are not below half; later ones may be above it again.": lambda d: above(d).sum(),
        "That is where a third is left (1/e is 0.37), not a half.": first(lambda d: d < d[0] / np.e),
        "You halved the logarithm; half of the distance is meant.": first(lambda d: d < d[0] ** 0.5),
        "You compared with a fixed 0.5; half of the first distance is meant.": first(lambda d: d < 0.5),
        "That is the step of the smallest distance, or the last one.": np.argmin,
    },
    (DISTANCE,),
    right="Right so far.",
    otherwise="Mark half of the first distance, and take the first step below it.",
    unset="Nothing to check yet, or the distance was taken for one that never halves: return a whole number.",
)
NO_HALF = "Right where it halves, but this distance is never below half of the first: the answer is None."
check_never = check(half_life, {}, (NEVER,), right="Right so far.", otherwise=NO_HALF)
check_exact = check(
    half_life,
    {},
    (EXACT,),
    right="Right: the first step below half of the start, and None where there is none.",
    otherwise="Right on the first examples, but exactly half is not yet below half.",
)


def check_half_life(answer):
    """answer: a function (distance) -> int or None: the first step at which a distance (T,) is below half its first."""
    verdict = check_first(answer)
    for later in (check_never, check_exact):
        if verdict.passed:
            verdict = later(lambda distance: -1 if (got := answer(distance)) is None else got)
    return verdict
