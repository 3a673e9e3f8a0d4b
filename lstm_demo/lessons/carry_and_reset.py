"""05: whose steps the state of a lane holds, call after call, told by a cell that keeps a tally."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from ..cell import Params, run
from ..check import check
from ..layout import back_to_back
from ..marks import GREY, INK, LARGE, PAPER, RAIL, SMALL, TEXT, WRONG, carried, here, reset, step, verdict, write
from ..show import Picture, Time, explorer

LENGTHS, LANES = (6, 5, 4, 2), 3  # of A, B, C, D: D follows C in its lane, and B's lane ends in padding
COLUMNS, WIDTH = 6, 2  # steps of a lane, and of a gradient window where nothing else is said
SHUFFLED = [4, 5, 2, 6, 3, 8, 7, 0, 1]  # the nine pieces in an order that a shuffle drew
BY_LANE = [0, 3, 6, 1, 4, 7, 2, 5, 8]  # those of lane 0 first, then those of lane 1
LETTERS = "ABCD"
ACROSS, DOWN, LEFT, TOP = 72, 38, 62, 58  # points: a step, and what stands left of and above all
LABEL, GAP = 0.42, 0.36  # in steps: the height of a label, and what stands between two gradient windows
PITCH = 1 + RAIL + LABEL  # from lane to lane


class Fed(NamedTuple):
    """What a net is fed, (B, T) grids read `width` columns a call: whose step each place holds, what the run is told.

    series, step  -1 for padding. No Layout: wrong orders are shown too
    carry, detach whether each call gets the state of the one before, and whether its gradient is cut there
    """

    series: np.ndarray
    step: np.ndarray
    mask: np.ndarray
    resets: np.ndarray
    width: int = WIDTH
    carry: bool = True
    detach: bool = True


def tally_params(kinds):
    """A cell that keeps a tally of what it has read since it was last zeroed: kinds inputs, one-hot, as many units.

    Its gates stay at 1, and the candidate g is 1 in the unit of what is read and 0 elsewhere: c counts each kind.
    """
    open_gates, none = np.full(kinds, 50.0), np.zeros((kinds, kinds))
    weight_ih = np.concatenate([none, none, 50.0 * np.eye(kinds), none])
    bias = np.concatenate([open_gates, open_gates, none[0], open_gates])
    return Params(weight_ih, np.zeros((4 * kinds, kinds)), bias)


def tally_of(fed):
    """(B, T, N + 1) how many steps of each of N series the state holds after each step; the last counts padding."""
    kinds = int(fed.series.max()) + 2
    x = np.eye(kinds)[fed.series]  # index -1, padding, is the last
    state, held = None, []
    for start in range(0, fed.series.shape[1], fed.width):
        cut = np.s_[:, start : start + fed.width]
        trace = run(tally_params(kinds), x[cut], mask=fed.mask[cut], resets=fed.resets[cut], state=state)
        held.append(trace.c)
        state = trace.final if fed.carry else None
    return np.concatenate(held, axis=1)


@dataclass(frozen=True)
class Lanes(Picture):
    """Lanes that are read in gradient windows, what each state holds, and why the first wrong one is wrong."""

    title: str
    fed: Fed
    held: np.ndarray
    time: int
    why: str = ""

    size = 9.0, (TOP + LANES * PITCH * DOWN + 4) / 72

    @property
    def own(self):
        """(B, T, N + 1) what the state should hold: its own series up to here, and nothing else."""
        return np.eye(self.held.shape[2])[self.fed.series] * (self.fed.step + 1)[..., None]

    @property
    def wrong(self):
        """(B, T) bool: real steps after which it holds something else."""
        return (self.fed.series >= 0) & (self.held != self.own).any(axis=2)

    def start(self, lane, column):
        """What becomes of the state before this step is read; nothing is said where it just runs on."""
        at_cut = column % self.fed.width == 0
        if column == 0 or (at_cut and not self.fed.carry):
            return "fresh"
        return "reset" if self.fed.resets[lane, column] else "carried" if at_cut else ""

    def trouble(self):
        """(lane, column, what the state holds, what it should) of the first step so far that is amiss, or None."""
        if (wrong := self.wrong[:, : self.time]).any():
            column, lane = np.argwhere(wrong.T)[0]
            holds, should = (spelled(part[lane, column]) for part in (self.held, self.own))
            return lane, column, f"holds {holds}", f", not {should}{self.why}"
        if self.fed.carry and not self.fed.detach and self.time > self.fed.width:
            return 0, self.fed.width, "is right, but backward does not stop here", ""
        return None

    def axes(self, ax):
        left, above = -LEFT / ACROSS, -TOP / DOWN
        across, down = 72 * self.size[0] / ACROSS, 72 * self.size[1] / DOWN
        ax.set(xlim=(left, left + across), ylim=(above + down, above))
        ax.set_axis_off()
        for lane in range(LANES):
            write(ax, left + 0.05, self.y(lane) + 0.5, f"lane {lane}", SMALL, GREY, ha="left")

    def x(self, column):
        return column + GAP * (column // self.fed.width)

    def y(self, lane):
        return RAIL + lane * PITCH

    def draw(self, ax):
        write(ax, 0.05 - LEFT / ACROSS, (14 - TOP) / DOWN, self.title, LARGE, ha="left")
        if self.time:
            mark, color = verdict(not self.wrong[:, : self.time].any())
            place = (72 * self.size[0] - LEFT - 6) / ACROSS, (14 - TOP) / DOWN
            write(ax, *place, f"{mark} {self.counted()}", TEXT, color, "right", weight="bold")
        for k, column in enumerate(range(0, COLUMNS, self.fed.width)):
            self.draw_head(ax, k, column)
        for lane, column in np.ndindex(self.fed.series.shape):
            self.draw_step(ax, lane, column)
            self.draw_start(ax, lane, column)
        self.draw_trouble(ax)

    def draw_head(self, ax, k, column):
        """Which gradient window it is, and whether the gradient is cut in front of it: a dashed line in all lanes."""
        level = (40 - TOP) / DOWN
        middle = self.x(column) + min(self.fed.width, COLUMNS - column) / 2
        write(ax, middle if k else 0.7, level, str(k) if k else "gradient window 0", SMALL, GREY)
        if column and self.fed.carry and self.fed.width > 1:
            cut = self.x(column) - GAP / 2
            write(ax, cut, level, "detached" if self.fed.detach else "attached", SMALL, INK)
            for y in map(self.y, range(LANES) if self.fed.detach else ()):
                ax.plot([cut, cut], [y, y + 1], color=INK, linewidth=1.5, linestyle=(0, (3, 2)))

    def draw_step(self, ax, lane, column):
        """What is read above, what the state then holds below."""
        x, y = self.x(column), self.y(lane)
        series, unread = self.fed.series[lane, column], not self.fed.mask[lane, column]
        step(ax, x, y, series, "held" if unread else self.read(lane, column))
        if column < self.time:
            wrong, said = self.wrong[lane, column], spelled(self.held[lane, column])
            if wrong:
                ax.add_patch(Rectangle((x + 0.04, y + 0.46), 0.92, 0.49, facecolor=WRONG, linewidth=0))
            size = SMALL if len(said) > 2 else LARGE
            write(ax, x + 0.5, y + 0.7, said, size, PAPER if wrong else INK, weight="bold")
        if column == self.time - 1:
            here(ax, x, y)

    def draw_start(self, ax, lane, column):
        """A word at each cut and each reset, and the mark that it has in all lessons."""
        said, x, y = self.start(lane, column), self.x(column), self.y(lane)
        if said == "reset":
            reset(ax, x, y)
        if said == "carried":
            carried(ax, x - GAP / 2, y, uninvited=column < self.time and self.wrong[lane, column])
        if said:
            right = {"fresh": 0.03, "reset": 0.14, "carried": 0.24}[said]
            write(ax, x + right, y - 0.2, said, SMALL, GREY, ha="left")

    def draw_trouble(self, ax):
        """A label under the first step at which something is amiss, and not a legend."""
        if found := self.trouble():
            lane, column, *words = found
            late = column >= COLUMNS / 2
            said, ha = (f"{''.join(words)} ▲", "right") if late else (f"▲ {''.join(words)}", "left")
            write(ax, self.x(column) + late, self.y(lane) + 1.2, said, SMALL, WRONG, ha, weight="bold")

    def read(self, lane, column):
        series = self.fed.series[lane, column]
        return "p" if series < 0 else f"{LETTERS[series]}{self.fed.step[lane, column] + 1}"

    def counted(self):
        read = int((self.fed.series[:, : self.time] >= 0).sum())
        wrong = int(self.wrong[:, : self.time].sum())
        return f"{wrong} of {read} states wrong" if wrong else f"all {read} states right"

    def says(self):
        if not self.time:
            return f"{self.title}: nothing is read yet, and each state is zero. Play, or take one step."
        said = "" if self.time == COLUMNS else f"in the first {self.time} columns, "
        said = f"{self.title}: {said}{self.counted()}"
        if not self.wrong[:, : self.time].any():
            said += ", each holding its own steps and no others"
        if found := self.trouble():
            lane, column, holds, _ = found
            said += f"; first in lane {lane}, gradient window {column // self.fed.width}, "
            said += f"where {self.read(lane, column)} is read and the state then {holds}"
        return f"{said}."


class Ledger(Lanes):
    """The same, which also counts how the lanes start in their gradient windows."""

    def says(self):
        cuts = range(0, COLUMNS, self.fed.width)
        starts = [self.start(lane, column) for lane in range(LANES) for column in cuts]
        said = ", ".join(f"{starts.count(word)} {word}" for word in ("fresh", "carried", "reset") if word in starts)
        return f"{super().says()} Where the lanes enter a gradient window: {said}."


def spelled(counts):
    """What a state holds: '2A 1B', p for padding, and '0' where it holds nothing."""
    letters = [*LETTERS[: len(counts) - 1], "p"]
    return " ".join(f"{n:.0f}{letter}" for letter, n in zip(letters, counts, strict=True) if n) or "0"


# --- one right way to feed four series, and the famous wrong ones -----------------------------------------------------


def right():
    """Each lane goes on where it left off, is reset where a series begins, and held over padding."""
    layout = back_to_back(LENGTHS, LANES)
    return flagged(layout.series, layout.step)


def flagged(series, step, width=WIDTH):
    return Fed(series, step, series >= 0, step == 0, width)


def dealt(order):
    """The pieces, first those of all lanes that belong together, dealt anew in this order."""
    fed = right()

    def anew(grid):
        pieces = grid.reshape(LANES, -1, WIDTH).swapaxes(0, 1).reshape(-1, WIDTH)[order]
        return pieces.reshape(-1, LANES, WIDTH).swapaxes(0, 1).reshape(LANES, -1)

    return flagged(anew(fed.series), anew(fed.step))


def overlapping():
    """Windows that begin one step, and not one width, after each other: the first of them."""
    fed = right()
    columns = (np.arange(COLUMNS // WIDTH)[:, None] + np.arange(WIDTH)).ravel()
    return flagged(fed.series[:, columns], fed.step[:, columns])


def one_step_a_row():
    """One series in time order, one step a row: row b of the next batch is LANES steps on."""
    step = np.arange(LANES * COLUMNS).reshape(-1, LANES).T
    return flagged(np.zeros_like(step), step, width=1)


def padded_in_front():
    """A piece that is too short is filled up in front, as a series is, although it goes on from the one before."""
    fed = right()
    series, step = fed.series.copy(), fed.step.copy()
    for lane, column in np.argwhere(series < 0):
        piece = np.s_[lane, column - column % WIDTH : column + 1]
        series[piece], step[piece] = np.roll(series[piece], 1), np.roll(step[piece], 1)
    return flagged(series, step)._replace(mask=np.ones_like(fed.mask))


# Each with the words that stand beside the first state that is wrong.
BUGS = {
    "no bug": (right, ""),
    "nothing handed on": (lambda: right()._replace(carry=False), ": begun from zeros again"),
    "reset forgotten": (lambda: right()._replace(resets=np.zeros((LANES, COLUMNS), bool)), ": C was not zeroed"),
    "detach forgotten": (lambda: right()._replace(detach=False), ""),
    "shuffled": (lambda: dealt(SHUFFLED), ": what came before is elsewhere"),
    "series after series": (lambda: dealt(BY_LANE), ": A1 and A2 went to lane 0"),
    "overlapping windows": (overlapping, ": A2 is read twice"),
    "one step a row": (one_step_a_row, ": A1 went to lane 0"),
    "padding in front": (padded_in_front, ": padding is read, too"),
}
TIME = Time(lambda **_: COLUMNS)
STATES = {"carried, detached": (True, True), "carried, attached": (True, False), "dropped": (False, True)}


@explorer(gradient_window=(2, 3, 4), state=tuple(STATES), time=TIME)
def ledger(gradient_window=2, state="carried, detached", time=None):
    """Series A to D in three lanes, so many columns a call; what becomes of the state between two calls."""
    carry, detach = STATES[state]
    fed = right()._replace(width=gradient_window, carry=carry, detach=detach)
    title = f"{gradient_window} columns a call, the state {state}"
    return Ledger(title, fed, tally_of(fed), time, BUGS["nothing handed on"][1])


@explorer(bug=tuple(BUGS), time=TIME)
def bugs(bug="no bug", time=None):
    """The same four series, fed as one of the famous bugs feeds them."""
    feed, why = BUGS[bug]
    fed = feed()
    return Lanes(bug[0].upper() + bug[1:], fed, tally_of(fed), time, why)


# --- the exercises ----------------------------------------------------------------------------------------------------


def laid(x, lanes, width):
    return [*x.reshape(lanes, -1, width).swapaxes(0, 1)]


check_lay = check(
    laid,
    {
        "You cut along time first and stacked the pieces: row 1 goes on where row 0 ended. Lanes first, then time.": (
            lambda x, lanes, width: x.reshape(-1, lanes, width)
        ),
        "Your lanes take turns: each of them sees every third step. A lane is one contiguous piece of x.": (
            lambda x, lanes, width: laid(x.reshape(-1, lanes).T.ravel(), lanes, width)
        ),
        "Your gradient windows overlap: a state would be shown the same steps again. Begin each a whole width on.": (
            lambda x, lanes, width: [x.reshape(lanes, -1)[:, s : s + width] for s in range(len(x) // lanes - width + 1)]
        ),
        "The last gradient window is missing.": lambda x, lanes, width: laid(x, lanes, width)[:-1],
    },
    (np.arange(24.0), 3, 2),
    (np.arange(12.0), 2, 2),
    (np.arange(12.0), 1, 4),
    right="Right: row i of each gradient window goes on where row i of the one before ended.",
    otherwise="Cut x into 3 pieces first, one a lane; then cut all lanes along time.",
    unset="Nothing to check yet: return a list of gradient windows, each (lanes, width).",
)


def flags(done, width):
    return np.outer(done, np.arange(width) == 0)


check_reset_flags = check(
    flags,
    {
        "You reset all lanes: those whose series goes on would lose their state.": (
            lambda done, width: flags(np.ones_like(done), width)
        ),
        "You reset the lanes that go on, and carry the state of those that are done.": (
            lambda done, width: flags(~done, width)
        ),
        "The reset stands before the last step: all the others would still be read with the old state.": (
            lambda done, width: flags(done, width)[:, ::-1]
        ),
        "The reset comes one step late: the first step is still read with the state of the series before.": (
            lambda done, width: np.roll(flags(done, width), 1, axis=1)
        ),
        "You reset nothing: the state of the series that ended would run into the next one.": (
            lambda done, width: np.zeros((len(done), width))
        ),
    },
    (np.array([False, True, True, False]), 3),
    (np.array([True, False]), 1),
    (np.array([False, False]), 2),
    right="Right: only the lanes that are done are zeroed, before the first step of the next gradient window.",
    otherwise="A reset stands before the step that is read: go lane by lane, and ask which step is the first.",
    unset="Nothing to check yet: return a grid of bool, (lanes, width).",
)
