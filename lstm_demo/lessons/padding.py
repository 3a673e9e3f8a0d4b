"""03: what zeros beside a series do to the state, on either side; the cure by one flag; and which step to read."""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..cell import init_params, run
from ..check import check
from ..layout import Layout, pad_left, pad_right
from ..marks import BLUE, FAINT, GREY, INK, LARGE, RAIL, SMALL, TEXT, here, reset, step, verdict, write
from ..series import four_labels
from ..show import Picture, Time, explorer

UNITS, MOST = 16, 12  # of every net here; zeros beside a series
ROUNDING = 1e-9  # per cent: what is nearer differs by the order of sums only
STARTS = ("PyTorch", "Keras")
CURES = {"none": "no cure", "reset": "reset at each first real step", "mask": "padding masked"}
SIDES = {"left": pad_left, "right": pad_right}
WHERE = {"left": "in front", "right": "behind"}
LOOKS = {
    "left": {"color": INK, "marker": "o", "linestyle": "-"},
    "right": {"color": BLUE, "marker": "s", "linestyle": "--"},
}
WIDTH, PITCH = 648, 1 + RAIL  # points across a picture; height of a lane with its rail, in squares


def weights(start, seed=0):
    """Params of 16 units that read one number, as PyTorch's or as Keras' layer starts."""
    if start == "Keras":
        return init_params(1, UNITS, seed)
    import torch  # only here: the pictures of Keras' start do without it

    from ..torch_lstm import params_of

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return params_of(torch.nn.LSTM(1, UNITS))


def flags(layout, cure):
    """What a run is told of the padding."""
    return {"none": {}, "reset": {"resets": layout.resets}, "mask": {"mask": layout.mask}}[cure]


def off(h, params, one):
    """How far each h (..., H) lies from the last one of the series (n, 1) alone, in per cent of that one's length."""
    alone = run(params, one[None]).final.h[0]
    return 100 * np.linalg.norm(h - alone, axis=-1) / np.linalg.norm(alone)


def last_real(mask):
    """(B,) the column of each lane's last real step."""
    return mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)


@dataclass(frozen=True)
class Meter(Picture):
    """One series, zeros beside it on either side, and how far its last h is from the true one, by number of zeros.

    one     (n, 1) the series          cure    what the runs are told of the padding
    start   whose starting weights     off     {side: (MOST + 1,)} per cent, for 0 to MOST zeros
    pads    how many zeros stand there now
    """

    one: np.ndarray
    start: str
    cure: str
    off: dict
    pads: int

    room, head, high, first = 30, 40, 100, 0.8  # points: a square, title, up to 100 %; squares: to the rows
    left = 142  # points left of where the zeros begin: names of the rows, and the series that zeros stand behind
    size = WIDTH / 72, (head + high + (first + 2 * PITCH) * room + 5) / 72

    @property
    def edge(self):
        """Where the words begin, in squares from the first zero."""
        return 0.1 - self.left / self.room

    @property
    def top(self):
        """Squares above the line of 0 %."""
        return (self.head + self.high) / self.room

    def axes(self, ax):
        wide, tall = (72 * side / self.room for side in self.size)
        ax.set(xlim=(-self.left / self.room, wide - self.left / self.room), ylim=(tall - self.top, -self.top))
        ax.set_axis_off()
        for percent in (0, 50, 100):
            ax.plot([0, MOST], [self.level(percent)] * 2, color=FAINT, linewidth=0.8)
            write(ax, -0.25, self.level(percent), f"{percent} %", SMALL, GREY, ha="right")
        for pads in range(0, MOST + 1, 2):
            write(ax, pads, 0.45, f"{pads}", SMALL, GREY)
        write(ax, MOST + 0.5, 0.45, "zeros", SMALL, GREY, ha="left")
        write(ax, self.edge, self.level(83), "distance", SMALL, GREY, ha="left")
        write(ax, self.edge, self.level(67), "from true h", SMALL, GREY, ha="left")

    def level(self, percent):
        return -percent / 100 * self.high / self.room

    def draw(self, ax):
        write(ax, self.edge, 14 / self.room - self.top, self.title, LARGE, ha="left")
        for ends in ((self.level(100), 0), (0.7, self.first + 2 * PITCH)):  # not through the number between
            ax.plot([self.pads] * 2, ends, color=GREY, linewidth=1, linestyle=":")
        for row, side in enumerate(SIDES):
            levels = [self.level(percent) for percent in self.off[side][: self.pads + 1]]
            ax.plot(range(self.pads + 1), levels, linewidth=2.5, markersize=5, **LOOKS[side])
            ax.plot([self.pads], levels[-1:], markersize=11, **LOOKS[side])
            self.draw_row(ax, side, self.first + RAIL + row * PITCH)

    def draw_row(self, ax, side, y):
        """The series with its zeros, which begin under the 0 of the curve; a frame around the step whose h is meant."""
        layout = SIDES[side]([len(self.one)], width=len(self.one) + self.pads)
        begin = 0 if side == "left" else -len(self.one)
        ax.plot([self.edge + 0.2], [y + 0.5], markersize=9, **LOOKS[side] | {"linestyle": ""})
        write(ax, self.edge + 0.6, y + 0.5, WHERE[side], SMALL, INK, ha="left")
        for t, (k, n) in enumerate(zip(layout.series[0], layout.step[0], strict=True)):
            step(ax, begin + t, y, 3 if k == 0 else k, "D" if k == 0 else "—" if self.cure == "mask" else "")
            write(ax, begin + t + 0.5, y + 0.68, f"{self.one[n, 0] if k == 0 else 0:g}", SMALL)
            if self.cure == "reset" and n == 0:
                reset(ax, begin + t, y)
        here(ax, begin + t, y)
        mark, color = verdict(self.exact(side))
        said = f"{mark} {self.off[side][self.pads]:.0f} %"
        write(ax, begin + t + 1.25, y + 0.5, said, TEXT, color, ha="left", weight="bold")

    def exact(self, side):
        return self.off[side][self.pads] < ROUNDING

    @property
    def title(self):
        return f"Zeros beside series D, {self.start} start, {CURES[self.cure]}"

    def says(self):
        front, behind = (
            "the true one" if self.exact(side) else f"{self.off[side][self.pads]:.0f} % away from the true one"
            for side in SIDES
        )
        zeros = "1 zero" if self.pads == 1 else f"{self.pads} zeros"
        return f"{self.title}: with {zeros} in front the last h is {front}; with {self.pads} behind it is {behind}."


@functools.cache
def off_by_zeros(start, cure):
    """{side: (MOST + 1,)} how far the last h of series D is off with 0 to MOST zeros on that side."""
    params, one = weights(start), four_labels()[0][3]
    found = {}
    for side, pad in SIDES.items():
        layouts = [pad([len(one)], width=len(one) + pads) for pads in range(MOST + 1)]
        ends = [run(params, layout.lay([one]), **flags(layout, cure)).final.h[0] for layout in layouts]
        found[side] = off(np.array(ends), params, one)
    return found


@explorer(pads=Time(lambda **_: MOST), start=STARTS, cure=tuple(CURES))
def meter(pads=None, start="PyTorch", cure="none"):
    """Zeros beside series D, one more at a time; whose starting weights, and what the runs are told of the padding."""
    return Meter(four_labels()[0][3], start, cure, off_by_zeros(start, cure), pads)


READS = {
    "last column": lambda layout: np.full(layout.count, layout.mask.shape[1] - 1),
    "index n - 1": lambda layout: layout.lengths - 1,
    "last real step": lambda layout: last_real(layout.mask),
}


class Side(NamedTuple):
    """The four series padded on one side: how far h is off after each step (B, T), and the column (B,) that is read."""

    layout: Layout
    off: np.ndarray
    at: np.ndarray

    @property
    def right(self):
        """(B,) bool: the h that is read is that of the series alone."""
        return self.off[np.arange(len(self.at)), self.at] < ROUNDING


@dataclass(frozen=True)
class Reading(Picture):
    """Where each of the four series is read, padded on the left and on the right, and how far that h is off."""

    read: str
    cure: str
    sides: dict

    room, edge, top = 40, 6, 68  # points: a square, left of all, above the lanes
    size = WIDTH / 72, (top + 4 * PITCH * room + 6) / 72

    def axes(self, ax):
        wide, tall = (72 * side / self.room for side in self.size)
        left, top = -self.edge / self.room, -self.top / self.room
        ax.set(xlim=(left, left + wide), ylim=(top + tall, top))
        ax.set_axis_off()

    def draw(self, ax):
        write(ax, 0, (16 - self.top) / self.room, self.title, LARGE, ha="left")
        for (name, side), x in zip(self.sides.items(), (0, WIDTH / 2 / self.room), strict=True):
            write(ax, x, (50 - self.top) / self.room, f"padded on the {name}, h off by %", TEXT, GREY, ha="left")
            for lane in range(side.layout.count):
                self.draw_lane(ax, side, lane, x)

    def draw_lane(self, ax, side, lane, x):
        y = RAIL + lane * PITCH
        for t, k in enumerate(side.layout.series[lane]):
            self.draw_step(ax, side, (lane, t), (x + t, y), k)
        here(ax, x + side.at[lane], y)
        mark, color = verdict(side.right[lane])
        far = " true" if side.right[lane] else f" {side.off[lane, side.at[lane]]:.0f} %"
        write(ax, x + t + 1.25, y + 0.5, f"{mark}{far}", TEXT, color, "left", weight="bold")

    def draw_step(self, ax, side, place, corner, k):
        step(ax, *corner, k, "—" if self.cure == "mask" and k < 0 else "" if k < 0 else "ABCD"[k])
        true = side.off[place] < ROUNDING
        said, color = verdict(True) if true else (f"{side.off[place]:.0f}", INK)
        write(ax, corner[0] + 0.5, corner[1] + 0.68, said, TEXT, color, weight="bold")
        if self.cure == "reset" and side.layout.resets[place]:
            reset(ax, *corner)

    @property
    def title(self):
        columns = self.sides["left"].off.shape[1]
        return f"Read at the {self.read}, {CURES[self.cure]}, {columns} columns"

    def exact(self, side):
        """'A, C': the series whose true h is read."""
        return ", ".join(name for name, right in zip("ABCD", self.sides[side].right, strict=True) if right) or "none"

    def says(self):
        left, right = map(self.exact, SIDES)
        return f"{self.title}: padded on the left, that h is the true one of {left}; on the right, of {right}."


@explorer(read=tuple(READS), cure=tuple(CURES), width=(4, 5))
def reading(read="last column", cure="none", width=4):
    """Which step is read of the four series, what the runs are told of the padding, and how wide the grid is."""
    params, series = weights("PyTorch"), four_labels()[0]
    sides = {}
    for side, pad in SIDES.items():
        layout = pad([len(one) for one in series], width=width)
        h = run(params, layout.lay(series), **flags(layout, cure)).h
        apart = np.array([off(lane, params, one) for lane, one in zip(h, series, strict=True)])
        sides[side] = Side(layout, apart, READS[read](layout))
    return Reading(read, cure, sides)


# --- the exercise -----------------------------------------------------------------------------------------------------


def rows(column):
    """An answer that takes of each lane the h at one column, (B,) of the mask."""
    return lambda h, mask: h[np.arange(len(h)), column(mask)]


def over_steps(reduce):
    """An answer that makes one row of all real steps of a lane."""
    return lambda h, mask: np.array([reduce(lane[real], axis=0) for lane, real in zip(h, mask, strict=True)])


def mixed(*lanes):
    """(h, mask) of lanes that are written as real steps # and padding -."""
    mask = np.array([[place == "#" for place in lane] for lane in lanes])
    return np.random.default_rng(5).normal(size=(*mask.shape, 3)), mask


check_last_real = check(
    rows(last_real),
    {
        "You read the last column: right only where the padding stands in front.": rows(lambda mask: -1),
        "You read the index n - 1: right only where the padding stands behind.": rows(lambda mask: mask.sum(1) - 1),
        "You read one step too far: the last of n steps is n - 1, from 0.": rows(lambda mask: mask.sum(axis=1)),
        "You read the first real step of each lane.": rows(lambda mask: mask.argmax(axis=1)),
        "You counted from the end, but took that number as counted from the beginning.": rows(
            lambda mask: mask[:, ::-1].argmax(axis=1)
        ),
        "You took the mean over the real steps; the question is for the last one.": over_steps(np.mean),
        "You took the largest value over the real steps; the question is for the last one.": over_steps(np.max),
        "These are the columns; take h there.": lambda h, mask: last_real(mask),
    },
    mixed("--##-", "####-", "---##", "##---"),
    mixed("--###-", "######", "#-----"),
    right="Right: each lane is read at its own last real step, wherever its padding stands.",
    otherwise="In some lane this is not the last real step. Find the last True of each row, looking from its end.",
    unset="Nothing to check yet: return one row of h for each lane.",
)
