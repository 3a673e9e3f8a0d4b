"""06: how far back the error of an output reaches in training, and how far back a net then learns."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.patches import Rectangle
from torch import nn

from ..check import check
from ..marks import BLUE, GREY, HIDDEN, INK, LARGE, PALE, PAPER, SKY, SMALL, curve, here, write
from ..series import delayed_echo
from ..show import Picture, Time, explorer
from ..table import table

STEPS = 12
LOOPS = {  # name: its title, the sign at a border, and which of (output t, input s) are blamed if s is not later
    "detached": ("state carried, detached", "⇢", lambda t, s, window: same_window(t, s, window)),
    "not carried": ("state not carried", "∅", lambda t, s, window: same_window(t, s, window)),
    "never detached": ("state carried, never detached", "→", lambda t, s, window: s <= t),
    "detached at each step": ("state carried, detached at each step", "⇢", lambda t, s, window: s == t),
    "overlapping": ("one for each output, overlapping", "", lambda t, s, window: t - s < window),
}


@dataclass(frozen=True)
class Reach(Picture):
    """used, blamed  (T, T) bool: does output t (row) change with, or send a gradient to, input s (column)?"""

    window: int
    loop: str
    used: np.ndarray
    blamed: np.ndarray
    time: int
    size, place = (9.0, 4.2), (0.08, 0.11, 0.92, 0.79)

    def axes(self, ax):
        at, n = np.arange(STEPS) + 0.5, range(STEPS)
        ax.set(xlim=(0, STEPS + 5.2), ylim=(STEPS + 0.1, -0.9), xticks=at, yticks=at, xticklabels=n, yticklabels=n)
        ax.tick_params(length=0, labelsize=SMALL)
        ax.spines[:].set_visible(False)
        write(ax, STEPS + 0.3, STEPS + 0.75, "input of step", SMALL, ha="left")
        write(ax, -0.95, STEPS / 2, "output of step", SMALL, rotation=90)
        write(ax, STEPS + 1.3, -0.4, "· can use", SMALL)
        write(ax, STEPS + 3.9, -0.4, "∇ can blame", SMALL, BLUE, weight="bold")

    def draw(self, ax):
        write(ax, 0, -1.6, self.title(), LARGE, ha="left")
        for t, s in np.argwhere(self.used[: self.time]):
            look, mark = ((BLUE, PAPER), "∇") if self.blamed[t, s] else ((SKY, INK), "·")
            ax.add_patch(Rectangle((s + 0.04, t + 0.06), 0.92, 0.88, facecolor=look[0], linewidth=0))
            write(ax, s + 0.5, t + 0.5, mark, SMALL, look[1])
        for t in range(self.time):
            write(ax, STEPS + 1.3, t + 0.5, str(self.used[t].sum()), SMALL)
            write(ax, STEPS + 3.9, t + 0.5, str(self.blamed[t].sum()), SMALL, BLUE, weight="bold")
        if self.time:
            here(ax, self.time - 1, self.time - 1)
        for s in range(self.window, STEPS, self.window) if LOOPS[self.loop][1] else ():
            ax.plot([s, s], [s - 0.95, STEPS], color=GREY, linewidth=1.5, linestyle="--", zorder=3)
            write(ax, s + 0.45, s - 0.5, LOOPS[self.loop][1], weight="bold")

    def title(self):
        return f"Gradient windows of {self.window}: {LOOPS[self.loop][0]}"

    def says(self):
        if not self.time:
            return f"{self.title()}. No step is read yet. Play, or take one step."
        most_used, most_blamed = (grid[: self.time].sum(axis=1).max() for grid in (self.used, self.blamed))
        so_far = "" if self.time == STEPS else f"After {self.time} of {STEPS} steps: "
        return (
            f"{self.title()}. {so_far}Of the inputs an output can use up to {most_used}, and blame up to {most_blamed}."
        )


@explorer(gradient_window=range(1, 7), loop=tuple(LOOPS), time=Time(lambda **_: STEPS))
def reach(gradient_window=4, loop="detached", time=None):
    """Which inputs each output can use, and which its error can blame: counted here, measured in lesson and tests."""
    t, s = np.indices((STEPS, STEPS))
    used = (s <= t) & (same_window(t, s, gradient_window) | (loop != "not carried"))
    return Reach(gradient_window, loop, used, (s <= t) & LOOPS[loop][2](t, s, gradient_window), time)


def same_window(t, s, window):
    return t // window == s // window


class EchoNet(nn.Module):
    """An LSTM that reads one sign a step, and a number read off its h: x (B, T, 1) -> (B, T, 1) and the last (h, c)."""

    def __init__(self, units=24):
        super().__init__()
        self.lstm, self.head = nn.LSTM(1, units, batch_first=True), nn.Linear(units, 1)

    def forward(self, x, state=None):
        h, state = self.lstm(x, state)
        return self.head(h), state


def new_net(seed):
    """The same for the same seed; torch's generator is left where it stands."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return EchoNet()


def echo_windows(count, width, lag, seed=0):
    """64 streams of signs, cut along time: (heard, what was heard `lag` steps before or 0), each (64, width, 1)."""
    streams = delayed_echo(64, count * width, lag, seed=seed)
    cut = (torch.tensor(np.stack(part), dtype=torch.float32).split(width, dim=1) for part in streams)
    return list(zip(*cut, strict=True))


def mse(said, wanted):
    """Mean squared error over the steps that have an answer; to say 0 always scores 1."""
    wrong = (said - wanted)[wanted != 0]
    return wrong.pow(2).sum() / max(1, len(wrong))


def detach(state):
    """The same values without their history."""
    return tuple(part.detach() for part in state)


HAND_ON = {"carried": detach, "reset": lambda state: None}  # what the next window begins from


# The loop that stands in the lesson, word for word.
def train(net, windows, hand_on):
    adam = torch.optim.Adam(net.parameters(), lr=0.005)
    state = None
    for heard, wanted in windows:
        said, state = net(heard, state)  # forward through one window
        adam.zero_grad()
        mse(said, wanted).backward()  # backward through the same window
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)  # no longer than 1
        adam.step()
        state = hand_on(state)  # what the next window begins from: this line is the lesson
    return state


@torch.no_grad()
def error_of(net, window, lag, state="carried", seed=1000):
    """On another stream, of about 400 steps; carried over all of it, or reset at each window, which is then a row."""
    ((heard, wanted),) = echo_windows(1, 400 // window * window, lag, seed)
    read = heard if state == "carried" else heard.reshape(-1, window, 1)
    return mse(net(read)[0].reshape(wanted.shape), wanted).item()


WINDOWS, LAGS, LEARNT = (1, 2, 3, 4, 6, 8), range(10), 0.1


def grid(window, state, lags, seeds):
    return {"window": [window], "lag": lags, "state": [state], "seed": range(seeds), "updates": [1000]}


def learn_echo(window, lag, state, seed, updates):
    """The error of a fresh net, trained in windows of so many steps and tested alike."""
    net = new_net(seed)
    train(net, echo_windows(updates, window, lag, seed), HAND_ON[state])
    return {"error": round(error_of(net, window, lag, state, 1000 + seed), 4)}


cliff = table("lags.csv", *(grid(w, s, LAGS, 3) for w in WINDOWS for s in HAND_ON), quick={"updates": 3})(learn_echo)
edge = table("edge.csv", *(grid(w, "carried", [w], 20) for w in WINDOWS[:3]), quick={"updates": 3})(learn_echo)


def errors(window, state):
    """(seeds, lags) that are stored."""
    rows = cliff.stored(window=window, state=state)
    return np.array([[row.error for row in rows if row.lag == lag] for lag in LAGS]).T


@dataclass(frozen=True)
class ErrorByLag(Picture):
    """(seeds, L) errors at lags 0..L - 1 of nets trained in windows, their state carried or reset."""

    window: int
    carried: np.ndarray
    reset: np.ndarray
    size, place, top = (9.0, 4.4), (0.07, 0.17, 0.71, 0.65), 1.25

    def axes(self, ax):
        ax.set(xlim=(-0.4, LAGS[-1] + 0.4), ylim=(0, 1.3))
        ax.set_xticks(LAGS, LAGS, fontsize=SMALL)
        ax.set_yticks((0, 0.5, 1, self.top), ("0", "0.5", "1", f"{self.top}+"), fontsize=SMALL)
        ax.spines[["top", "right"]].set_visible(False)
        write(ax, -1.0, 1.37, "mean squared error", SMALL, ha="left")
        write(ax, LAGS[-1] / 2, -0.19, "lag (steps)")

    def draw(self, ax):
        write(ax, -1.0, 1.53, self.title(), LARGE, ha="left")
        ax.axvspan(-0.4, self.window - 0.5, 0.01, facecolor=PALE, zorder=0)
        write(ax, self.window + 0.75, 0.5, "lag = window or longer", SMALL, GREY, ha="left")
        ax.axhline(1, color=GREY, linestyle=":", linewidth=1.2)
        write(ax, LAGS[-1] + 0.6, 0.78, "1: always to say 0", SMALL, GREY, ha="left")
        lags = np.array(LAGS)  # a little to the side, so that equal errors do not hide each other
        for side, name, color, marker, line in ((-1, "reset", INK, "s", "--"), (1, "carried", HIDDEN, "o", "-")):
            curve(ax, lags + 0.09 * side, np.minimum(getattr(self, name), self.top), "", color, marker, line)
            write(ax, LAGS[-1] + 0.6, 1 - 0.08 * side, f"state {name}", color=color, ha="left", weight="bold")

    def title(self):
        learnt = np.flatnonzero(self.carried.max(axis=0) < LEARNT)[-1]
        return f"Gradient windows of {self.window}: of three nets all learn lag {learnt}, none lag {learnt + 1}"

    def says(self):
        least = self.carried[:, self.carried.max(axis=0) > LEARNT].min()
        carried = f"From there on, with the state carried, the error is {least:.2f} at least"
        return f"{self.title()}. {carried}; with the state reset it is lag / {self.window}, 1 at most."


@explorer(window=WINDOWS)
def error_by_lag(window=4):
    """How well nets have learnt to say what they heard some steps ago, three of each, from data/lags.csv."""
    return ErrorByLag(window, errors(window, "carried"), errors(window, "reset"))


TIMES = np.indices((7, 7))
check_blames = check(
    lambda t, s, window: (s <= t) & same_window(t, s, window),
    {
        "Some inputs are blamed before they are read: an output never sees a later input.": same_window,
        "These are all inputs that can be used. The cut stops the blame, and no value.": lambda t, s, _: s <= t,
        "Yours is a window that moves along. The borders stand still.": lambda t, s, width: (s <= t) & (t - s < width),
        "t and s are taken for each other.": lambda t, s, window: (t <= s) & same_window(t, s, window),
        "Yours leaves out the own input of each output.": lambda t, s, window: (s < t) & same_window(t, s, window),
    },
    *((*TIMES, window) for window in (3, 2, 7)),
    right="Right: not later than the output, and in the same gradient window.",
    otherwise="Two things are asked of an input: it is not later than the output, and no border lies between them.",
    unset="Nothing to check yet: return bool, of the shape of t and s.",
)
