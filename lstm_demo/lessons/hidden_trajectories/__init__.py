"""07: states of a net that reads: where they run, what each unit does, and how a difference fades."""

import functools
import itertools
from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Rectangle

from ...check import check
from ...marks import BLUE, CELL, FAINT, GREEN, GREY, HIDDEN, INK, LARGE, ORANGE, PADDING, PINK, SMALL, TEXT, write
from ...series import CATEGORIES, spaced, typed
from ...show import Picture, Text, Time, explorer
from .reading import NETS, left_over, plane_of, read_all, states, unseen

WIDTH = 648  # points across a picture
NAMES = ("LATIN SMALL LETTER A WITH ACUTE", "SNOWMAN", "", "Zoë", "W" * 41)  # to type, and to be tried on


KINDS = {  # of the dots: colour, corners of the shape, where the first of them stands (in turns)
    "upper": (BLUE, 6, 0.0),
    "lower": (ORANGE, 4, 0.125),
    "other letter": (GREEN, 3, 0.25),
    "symbol": (PINK, 4, 0.0),
    "other": (GREY, 2, 0.0),
}
WAYS = ({"color": INK, "linestyle": "-", "marker": "o"}, {"color": HIDDEN, "linestyle": "--", "marker": "s"})
TRAIL = 8  # letters that stand at their points; what is older is faint


@dataclass(frozen=True)
class Portrait(Picture):
    """Where the state runs while two names are read, in one plane, over the last states of names of known kinds.

    cloud   {kind: (N, 2)} points
    ways    for each name (n + 1, 2) points, the first of them before anything is read
    step    how many letters are read        share  of the variance in this plane        apart  in plane and in truth
    """

    title: str
    cloud: dict
    ways: tuple
    names: tuple
    step: int
    share: float
    apart: tuple
    note: str

    size = (9.0, 5.0)
    left, top, wide, tall = 14, 76, 440, 272  # points: where the plane is drawn

    def axes(self, ax):
        ax.set(xlim=(0, WIDTH), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        write(ax, 6, 16, self.title, LARGE, ha="left")
        for k, (kind, points) in enumerate(self.cloud.items()):
            outlines(ax, self.at(points), *KINDS[kind])
            outlines(ax, np.array([[482, 90 + 22 * k]]), *KINDS[kind], radius=6)
            write(ax, 496, 90 + 22 * k, kind, SMALL, ha="left")
        write(ax, 476, self.top + self.tall - 18, f"{self.share:.0%} of the", SMALL, GREY, ha="left")
        write(ax, 476, self.top + self.tall, "variance shown", SMALL, GREY, ha="left")

    @functools.cached_property
    def frame(self):
        """Middle (2,) of all points, and points of the picture for one of the plane: the same along both axes."""
        every = np.concatenate([*self.cloud.values(), *self.ways])
        low, high = every.min(axis=0), every.max(axis=0)
        return (low + high) / 2, min(np.array([self.wide, self.tall]) / np.maximum(high - low, 1e-9))

    def at(self, points):
        middle, scale = self.frame
        return (points - middle) * scale * [1, -1] + [self.left + self.wide / 2, self.top + self.tall / 2]

    def draw(self, ax):
        taken = []
        for k, (way, name, look) in enumerate(zip(self.ways, self.names, WAYS, strict=False)):
            y, done = 38 + 18 * k, min(self.step, len(name))
            ax.plot([8, 40], [y, y], linewidth=2, markersize=6, **look)
            write(ax, 50, y, f"{spaced(name[:done])}|{spaced(name[done:])}", SMALL, look["color"], ha="left")
            self.draw_way(ax, self.at(way[: done + 1]), name, look, taken)

    def draw_way(self, ax, points, name, look, taken):
        """The trail, the older the fainter, and the last letters where there is room for them."""
        quiet = look | {"markersize": 4, "linewidth": 2}
        faint = max(len(points) - TRAIL, 1)
        ax.plot(*points[:faint].T, alpha=0.2, **quiet | {"marker": ""})
        for k in range(faint, len(points)):
            ax.plot(*points[k - 1 : k + 1].T, alpha=max(0.3, 1 - 0.1 * (len(points) - 1 - k)), **quiet)
        ax.plot(*points[-1:].T, markersize=12, **look)
        for k in range(len(points) - 1, faint - 1, -1):
            place = free(points[k], taken)
            if place is not None:
                write(ax, *place, spaced(name[k - 1]), TEXT, look["color"], weight="bold")

    def says(self):
        if not self.step:
            names = " and ".join(f"'{spaced(name)}'" for name in self.names)
            return f"{self.title}: of {names} nothing is read yet, and the state is 0.{self.note}"
        read = " and ".join(f"'{spaced(name[: self.step])}'" for name in self.names)
        said = f"{self.title}, after {read}: the two states are {self.apart[0]:.1f} apart in this plane, "
        said += f"{self.apart[1]:.1f} in all units"
        return f"{said}; the plane shows {self.share:.0%} of the variance.{self.note}"


def outlines(ax, points, color, corners, turn, radius=4):
    """The outline of a small shape around each point (N, 2): one line for all, as each marker alone is as long."""
    turns = 2 * np.pi * (turn + np.arange(corners + 1) / corners)
    shape = radius * np.stack([np.cos(turns), -np.sin(turns)], axis=1)
    pens_up = np.full((len(points), 1, 2), np.nan)
    ax.plot(*np.concatenate([points[:, None] + shape, pens_up], axis=1).reshape(-1, 2).T, color=color, linewidth=1.5)


def free(point, taken):
    """A place for a letter beside a point, of those not taken yet; it is then taken. None where there is none."""
    for offset in ((0, -15), (0, 15), (17, 0), (-17, 0)):
        place = np.clip(point + offset, (8, 80), (462, 350))
        if all(abs(place[0] - x) > 16 or abs(place[1] - y) > 18 for x, y in taken):
            taken.append(tuple(place))
            return place
    return None


@functools.cache
def seen(net):
    """The Plane fitted on every second state of the unseen names, and the last states of up to 30 names a category."""
    every = read_all(net)
    plane, ends = plane_of(np.concatenate(every)[::2]), np.array([one[-1] for one in every])
    kinds = np.array([CATEGORIES[k] if CATEGORIES[k] in KINDS else "other" for k in unseen()[1]])
    return plane, {kind: plane(ends[kinds == kind][:30]) for kind in KINDS}


SMALL_A, CAPITAL_A = "LATIN SMALL LETTER A", "LATIN CAPITAL LETTER A"
LONGEST = Time(lambda first, second, **_: max(len(typed(text)[0]) for text in (first, second)))


@explorer(first=Text((SMALL_A, *NAMES)), second=Text((CAPITAL_A, "SNOWMAN")), net=NETS, step=LONGEST)
def path(first=SMALL_A, second=CAPITAL_A, net="trained", step=None):
    """Two names read letter by letter, in the plane of a net that tells categories, or of one that learnt nothing."""
    plane, cloud = seen(net)
    names, notes = zip(*map(typed, (first, second)), strict=True)
    full = [states(net, name) for name in names]
    here = [way[min(step, len(way) - 1)] for way in full]
    apart = tuple(float(np.linalg.norm(see(here[0]) - see(here[1]))) for see in (plane, np.asarray))
    note = "".join(dict.fromkeys(notes))
    ways = tuple(map(plane, full))
    return Portrait(f"c of the {net} net", cloud, ways, names, step, plane.share.sum(), apart, note)


@dataclass(frozen=True)
class Heat(Picture):
    """values (R, T) from -1 to 1, one scale of colours for all; what is read below; the first row may be the truth."""

    title: str
    rows: tuple
    values: np.ndarray
    read: str
    mask: np.ndarray

    left, top, pitch = 92, 38, 24  # points

    @property
    def size(self):
        return WIDTH / 72, (self.top + self.pitch * (len(self.rows) + 1) + 8) / 72

    def axes(self, ax):
        ax.set(xlim=(0, WIDTH), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()

    def draw(self, ax):
        write(ax, 6, 16, f"{self.title}: orange above 0, blue below, the stronger the further", LARGE - 2, ha="left")
        wide = (WIDTH - self.left - 6) / len(self.read)
        for k, row in enumerate(self.rows):
            y = self.top + k * self.pitch
            write(ax, self.left - 8, y + self.pitch / 2, row, SMALL, ha="right")
            for t, value in enumerate(self.values[k]):
                color = ORANGE if value > 0 else BLUE
                look = {"facecolor": color, "alpha": abs(value), "linewidth": 0} if self.mask[t] else PADDING
                x = self.left + t * wide
                ax.fill([x, x + wide - 1, x + wide - 1, x], [y, y, y + self.pitch - 1, y + self.pitch - 1], **look)
        for t, letter in enumerate(self.read):
            write(ax, self.left + (t + 0.45) * wide, y + 1.5 * self.pitch, letter, SMALL)

    def says(self):
        last = np.flatnonzero(self.mask)[-1]
        high = self.rows[1 + int(self.values[1:, last].argmax())]
        return f"{self.title}: {len(self.rows)} rows, {len(self.read)} steps; at the last real step {high} is highest."


LOOKS = ((CELL, "-"), (BLUE, "--"), (GREEN, "-."), (INK, ":"))


def spread(ys, least):
    """The same heights, moved apart until each is `least` below the one before it in order of height."""
    order, placed = np.argsort(ys), np.array(ys, float)
    for low, high in itertools.pairwise(order):
        placed[high] = max(placed[high], placed[low] + least)
    return placed


@dataclass(frozen=True)
class Fading(Picture):
    """curves {name: (T,)}, per cent of a first difference, from step `at` on; foreseen, thin: by forget gates alone."""

    title: str
    curves: dict
    most: float
    foreseen: dict
    at: int = 0

    size, place, below = (9.0, 4.3), (0.075, 0.19, 0.715, 0.6), "steps"

    @property
    def steps(self):
        return len(next(iter(self.curves.values())))

    @property
    def point(self):
        """The height of a point, in per cent."""
        return self.most / (72 * self.size[1] * self.place[3])

    def axes(self, ax):
        ax.set(xlim=(-0.5, self.steps - 0.5), ylim=(0, self.most))
        ax.tick_params(labelsize=SMALL)
        ax.grid(axis="y", color=FAINT, linewidth=0.5)
        ax.spines[["top", "right"]].set_visible(False)
        write(ax, -0.5, self.most + 54 * self.point, self.title, LARGE, ha="left")
        write(ax, -0.5, self.most + 34 * self.point, "% of the first difference of c", SMALL, GREY, ha="left")
        write(ax, self.steps / 2, -38 * self.point, self.below, SMALL, GREY)

    def draw(self, ax):
        ends = [min(curve[-1], self.most) for curve in self.curves.values()]
        heights = spread(ends, 18 * self.point)
        for (name, curve), (color, line), y in zip(self.curves.items(), LOOKS, heights, strict=False):
            x = self.at + np.arange(len(curve))
            ax.plot(x, curve, color=color, linestyle=line, linewidth=3, marker="o", markevery=[-1])
            if name in self.foreseen:
                ax.plot(self.foreseen[name], color=color, linewidth=1, alpha=0.7)
            write(ax, x[-1] + 0.02 * self.steps, y, name, TEXT, color, ha="left", weight="bold")

    def says(self):
        ends = "; ".join(f"{name}, {curve[-1]:.0f} %" for name, curve in self.curves.items())
        return f"{self.title}: of the first difference there is left in the end: {ends}."


LETTERS = ("A", "E", "T", "Z", "S", "7", "-", "␣")


@dataclass(frozen=True)
class Changed(Fading):
    """The same for a name and one with another letter at `at`, both written under the curves."""

    name: str = ""
    letter: str = ""
    note: str = ""

    below = ""  # the letters are its steps

    @property
    def steps(self):
        return max(len(self.name), 20)

    def axes(self, ax):
        super().axes(ax)
        ax.set_xticks([])

    def draw(self, ax):
        super().draw(ax)
        for k, old in enumerate(map(spaced, self.name)):
            write(ax, k, -14 * self.point, old, SMALL, GREY)
            here = k == self.at
            write(ax, k, -34 * self.point, self.letter if here else old, SMALL, weight="bold" if here else "normal")
        corner = self.at - 0.5, -46 * self.point
        ax.add_patch(Rectangle(corner, 1, 44 * self.point, fill=False, edgecolor=INK, linewidth=3, clip_on=False))

    def says(self):
        said = super().says() if self.curves else f"{self.title}, so no state differs."
        return f"{spaced(self.name)}. {said}{self.note}"


@explorer(name=Text(NAMES), letter=LETTERS, place=Time(lambda name, **_: len(typed(name)[0]) - 1))
def changed(name=NAMES[0], letter="T", place=None):
    """One letter of a name changed, and how long the trained and the untrained net still know it."""
    read, note = typed(name)
    other = read[:place] + letter.replace("␣", " ") + read[place + 1 :]
    curves, old = {}, spaced(read[place])
    title = f"Letter {place + 1} stays {old}"
    if other != read:
        title = f"Letter {place + 1} of {len(read)}: {old} becomes {letter}"
        for net in NETS:
            curves[net] = left_over(np.linalg.norm(states(net, read) - states(net, other), axis=1)[place + 1 :])
    most = 1.05 * max([100.0, *(curve.max() for curve in curves.values())])
    return Changed(title, curves, most, {}, place, read, letter, note)


# 9 at the start, so that half is 4.5, and is met: it rises first, falls below half at step 6, and is above it again.
DISTANCE = np.array([9, 20, 12, 8, 7, 4.5, 4.2, 6, 3.2, 2.9, 5, 4.8, 4.6, 2, 1, 0.4, 0.3])
NEVER = np.array([2.0, 3.0, 1.5])


def first(where):
    """An answer that takes the first step of those that are True, and the number of all where none is."""
    return lambda distance: np.append(np.flatnonzero(where(distance)), len(distance))[0]


half_life = first(lambda d: d < d[0] / 2)
check_half_life = check(
    half_life,
    {
        "You counted the start as step 1; it is step 0.": lambda d: half_life(d) + 1,
        "You took half of the largest distance; half of the first is meant.": first(lambda d: d < d.max() / 2),
        "That is the step from which on it stays below half; the first one below is asked for.": (
            lambda d: np.flatnonzero(d >= d[0] / 2)[-1] + 1
        ),
        "You counted all steps that are not below half; later ones may be above it again.": (
            lambda d: (d >= d[0] / 2).sum()
        ),
        "You compared with a fixed 0.5; half of the first distance is meant.": first(lambda d: d < 0.5),
        "Exactly half is not yet below half.": first(lambda d: d <= d[0] / 2),
        "That is the step of the smallest distance, or the last one.": np.argmin,
    },
    (DISTANCE,),
    (NEVER,),
    right="Right: the first step below half of the start, and the number of steps where there is none.",
    otherwise="Mark half of the first distance, and take the first step below it.",
    unset="Nothing to check yet: return a whole number, for every distance.",
)
