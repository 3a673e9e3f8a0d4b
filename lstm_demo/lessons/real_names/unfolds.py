"""A name as it is read: how likely each category is after each letter; and from which letter on a name is decided."""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.patches import Rectangle

from ...check import check
from ...marks import BLUE, FAINT, GREY, INK, LARGE, PALE, SMALL, TEXT, write
from ...series import CATEGORIES, encode, spaced, typed
from ...show import Picture, Text, Time, explorer
from .net import posterior, trained

LEFT, TOP, PITCH, WIDE, HIGH = 106, 62, 27, 396, 18  # points: the curves, one row a category, 100 % so high
BARS, FULL = 516, 72  # where the bars of the last letter begin, and how long 100 % is


@dataclass(frozen=True)
class Unfolding(Picture):
    """The first `read` letters of a name, and its posterior (n, 8), as curves that grow and bars of the last."""

    name: str
    posterior: np.ndarray
    read: int
    note: str = ""

    size = 9.0, (TOP + len(CATEGORIES) * PITCH + 34) / 72

    def axes(self, ax):
        ax.set(xlim=(0, 648), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        write(ax, LEFT, TOP - 16, "after each letter, 0 to 100 %", SMALL, GREY, ha="left")
        write(ax, BARS, TOP - 16, "after the last", SMALL, GREY, ha="left")
        for k in range(len(CATEGORIES)):
            ax.plot([LEFT, LEFT + WIDE], [self.base(k)] * 2, color=FAINT, linewidth=0.8)
            ax.add_patch(Rectangle((BARS, self.base(k) - HIGH), FULL, HIGH, facecolor=PALE, linewidth=0))

    def base(self, k):
        return TOP + (k + 1) * PITCH - 4

    @property
    def pitch(self):
        """Points a letter: the whole name fills the width, but for a very short one."""
        return WIDE / max(len(self.name), 12)

    @property
    def likely(self):
        """The categories, the likeliest after the last letter first."""
        return np.argsort(-self.posterior[self.read - 1])

    def draw(self, ax):
        write(ax, 6, 16, self.title, LARGE, ha="left")
        for k, kind in enumerate(CATEGORIES):
            first = self.read > 0 and k == self.likely[0]
            look = {"color": INK if first else GREY, "weight": "bold" if first else "normal", "ha": "right"}
            write(ax, LEFT - 8, self.base(k) - HIGH / 2, kind, TEXT, **look)
            if self.read:
                self.draw_row(ax, k, BLUE if first else FAINT, look)
        for k, letter in enumerate(spaced(self.name)):
            look = {"color": INK, "weight": "bold"} if k < self.read else {"color": GREY}
            x, size = LEFT + (k + 0.5) * self.pitch, min(TEXT, 0.95 * self.pitch)
            write(ax, x, self.base(len(CATEGORIES)) - 8, letter, size, **look)

    def draw_row(self, ax, k, color, look):
        values, base = self.posterior[: self.read, k], self.base(k)
        x, y = LEFT + (np.arange(self.read) + 0.5) * self.pitch, base - HIGH * values
        ax.fill([x[0], *x, x[-1]], [base, *y, base], color=color, alpha=0.4, linewidth=0)
        ax.plot(x, y, color=color, linewidth=2.5)
        ax.plot(x[-1:], y[-1:], "o", color=color, markersize=6)
        ax.add_patch(Rectangle((BARS, base - HIGH), FULL * values[-1], HIGH, facecolor=color, linewidth=0))
        write(ax, BARS + FULL + 52, base - HIGH / 2, percent(values[-1]), TEXT, **look)

    @property
    def title(self):
        letters = f"{self.read} letter{'s' * (self.read > 1)}"
        return f"After {letters}: {CATEGORIES[self.likely[0]]}" if self.read else "Nothing is read yet"

    def says(self):
        if not self.read:
            return f"Nothing of '{spaced(self.name)}' is read yet. Play, or take a step.{self.note}"
        first, second = (f"{CATEGORIES[k]} {percent(self.posterior[self.read - 1, k])}" for k in self.likely[:2])
        return f"After '{spaced(self.name[: self.read])}' the likeliest category is {first}, then {second}.{self.note}"


def percent(share):
    return f"{100 * share:.0f} %"


@functools.lru_cache(256)
def after_each(name):
    """(n, 8) the posterior after each letter of a name: of all its beginnings, each read from its first letter on."""
    codes = torch.from_numpy(encode(name))
    return posterior(served(), [codes[: k + 1] for k in range(len(codes))]).numpy()


served = functools.cache(trained)
SAMPLES = ("LATIN SMALL LETTER A WITH ACUTE", "GREEK CAPITAL LETTER OMEGA", "DIGIT SEVEN", "", "é7", "W" * 41)
# For a page without a kernel: names of all kinds, most of them held out.
OFFERED = (
    *SAMPLES[:3],
    *(
        "GREEK CAPITAL LETTER UPSILON",
        "SCRIPT CAPITAL M",
        "OHM SIGN",
        "LATIN SMALL LETTER TURNED K",
        "KATAKANA LETTER A",
    ),
    *(
        "DOUBLE-STRUCK ITALIC SMALL I",
        "CHEROKEE LETTER TSI",
        "HANGUL LETTER OE",
        "BENGALI VOWEL SIGN AU",
        "LAO TONE MAI EK",
    ),
    *(
        "SYRIAC THREE DOTS ABOVE",
        "LAO DIGIT SIX",
        "CIRCLED IDEOGRAPH FIVE",
        "DAGGER",
        "HYPHENATION POINT",
        "QUESTION MARK",
    ),
    *("RIGHT DOUBLE QUOTATION MARK", "ARIES", "WHITE CHESS ROOK", "MUSICAL SYMBOL WHOLE NOTE", "SNOWMAN", "EN QUAD"),
)


@explorer(name=Text(SAMPLES, OFFERED), letters=Time(lambda name: len(typed(name)[0])))
def unfold(name=SAMPLES[0], letters=None):
    """A name that is typed, and how likely each category is after so many of its letters."""
    known, note = typed(name)
    return Unfolding(known, after_each(known), letters, note)


# --- the exercise ----------------------------------------------------------------------------------------------------


def decided(posterior):
    kinds = posterior.argmax(axis=1)
    others = np.flatnonzero(kinds != kinds[-1])
    return others[-1] + 2 if len(others) else 1


check_decided = check(
    decided,
    {
        "That is the place counted from 0; the question is how many letters were read.": lambda p: decided(p) - 1,
        "That is the first time that the last category leads; later another one led again.": (
            lambda p: np.argmax(p.argmax(axis=1) == p[-1].argmax()) + 1
        ),
        "That is the length of the name.": len,
        "That is how often the likeliest category changed.": lambda p: np.count_nonzero(np.diff(p.argmax(axis=1))),
    },
    *((0.1 + 0.7 * np.eye(3)[kinds],) for kinds in ([2, 1, 1, 2, 0, 1, 1, 1], [0, 0, 0], [1, 2])),
    right="Right: after that letter the likeliest category is the last one and stays so.",
    otherwise="Write down the likeliest category after each letter, and go backwards.",
    unset="Nothing to check yet: return one whole number.",
)
