"""Where states run: a plane that is fitted once, a portrait of two names in it, and a map of all units."""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...marks import BLUE, GREEN, GREY, HIDDEN, INK, LARGE, ORANGE, PADDING, PINK, SMALL, TEXT, write
from ...series import CATEGORIES, spaced, typed
from ...show import Picture, Text, Time, explorer
from .nets import NETS, read_all, states, unseen

WIDTH = 648  # points across a picture


class Plane(NamedTuple):
    """The two directions (2, H) along which states vary most around their centre, and their shares of the variance."""

    centre: np.ndarray
    directions: np.ndarray
    share: np.ndarray

    def __call__(self, states):
        """States (..., H) as points (..., 2)."""
        return (states - self.centre) @ self.directions.T


def plane_of(states):
    """The Plane of states (N, H): principal components, by SVD; the largest entry of each direction is positive."""
    centre = states.mean(axis=0)
    _, lengths, directions = np.linalg.svd(states - centre, full_matrices=False)
    largest = np.abs(directions[:2]).argmax(axis=1)
    variance = lengths**2 / (lengths**2).sum()
    return Plane(centre, directions[:2] * np.sign(directions[[0, 1], largest])[:, None], variance[:2])


def distances(points):
    """(N, N) between points (N, K)."""
    square = (points**2).sum(axis=1)
    return np.sqrt(np.maximum(square[:, None] + square - 2 * points @ points.T, 0))


KINDS = {  # of the dots: colour, corners of the shape, where the first of them stands (in turns)
    "upper": (BLUE, 6, 0.0),
    "lower": (ORANGE, 4, 0.125),
    "other letter": (GREEN, 3, 0.25),
    "symbol": (PINK, 4, 0.0),
    "other": (GREY, 2, 0.0),
}
PARITY = {"odd": (ORANGE, 6, 0.0), "even": (GREEN, 4, 0.125)}
WAYS = ({"color": INK, "linestyle": "-", "marker": "o"}, {"color": HIDDEN, "linestyle": "--", "marker": "s"})
TRAIL = 8  # letters that stand at their points; what is older is faint


@dataclass(frozen=True)
class Portrait(Picture):
    """Where the state runs while one or two series are read, in one plane, over a cloud of states of known kinds.

    cloud   {kind: (N, 2)} points, and `looks` {kind: (colour, corners, turn)}
    ways    for each series (n + 1, 2) points, the first of them before anything is read; names  what is read
    step    how many steps are read; share  of the variance in this plane; apart  of the two states, in plane and truth
    """

    title: str
    cloud: dict
    looks: dict
    ways: tuple
    names: tuple
    step: int
    share: float
    apart: tuple
    note: str = ""

    size = (9.0, 5.0)
    left, top, wide, tall = 14, 76, 440, 272  # points: where the plane is drawn

    def axes(self, ax):
        ax.set(xlim=(0, WIDTH), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        write(ax, 6, 16, self.title, LARGE, ha="left")
        for k, (kind, points) in enumerate(self.cloud.items()):
            outlines(ax, self.at(points), *self.looks[kind])
            outlines(ax, np.array([[482, 90 + 22 * k]]), *self.looks[kind], radius=6)
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
        said = f"{self.title}, after {read}"
        if self.apart:
            said += f": the two states are {self.apart[0]:.1f} apart in this plane, {self.apart[1]:.1f} in all units"
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


A, B = "LATIN SMALL LETTER A", "LATIN CAPITAL LETTER A"
SAMPLES = (A, "GREEK SMALL LETTER ALPHA WITH TONOS", "", "é7", "W" * 41)


LONGEST = Time(lambda first, second, **_: max(len(typed(text)[0]) for text in (first, second)))


@explorer(first=Text(SAMPLES), second=Text((B, "SNOWMAN")), net=NETS[:2], step=LONGEST)
def path(first=A, second=B, net="trained", step=None):
    """Two names read letter by letter, in the plane of a net that tells categories, or of one that learnt nothing."""
    plane, cloud = seen(net)
    names, notes = zip(*map(typed, (first, second)), strict=True)
    full = [states(net, name) for name in names]
    here = [way[min(step, len(way) - 1)] for way in full]
    apart = tuple(float(np.linalg.norm(see(here[0]) - see(here[1]))) for see in (plane, np.asarray))
    note = "".join(dict.fromkeys(notes))
    return Portrait(
        f"c of the {net} net", cloud, KINDS, tuple(map(plane, full)), names, step, plane.share.sum(), apart, note
    )


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
