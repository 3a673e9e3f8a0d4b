"""01: what a stateless LSTM has that a feed-forward net has not, and when to take which."""

import time as clock
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.patches import Rectangle
from torch import nn

from ..cell import Params, run
from ..check import check
from ..marks import BLUE, FAINT, GREY, HIDDEN, INK, LARGE, PALE, PAPER, SMALL, bar, curve, here, verdict, write
from ..series import delayed_echo
from ..show import Picture, Time, explorer
from ..table import table
from ..torch_lstm import StatelessLSTM

STEPS, UNITS, FORGET_BIAS = 12, 16, 2.0
SEED = 14  # with it different answers lie far enough apart to be seen
# How many of the last steps a reader reads.
READERS = {"feed-forward, last step": 1, "feed-forward, input window of 4": 4, "stateless LSTM": STEPS}
LOOKS = {
    "A": {"color": BLUE, "marker": "^", "linestyle": "-"},
    "B": {"color": INK, "marker": "v", "linestyle": "--", "markerfacecolor": PAPER},
}
MIDDLE, SCALE, BASE, HIGH = 122, 50, 324, 44  # points from the top: of value 0, of 1, of the bars; and their height


@dataclass(frozen=True)
class TwoPasts(Picture):
    """Two series that differ in one step, and what a reader makes of them, up to a moment in time.

    series   (2, 12) values of A and B              back   how many steps before the last one they differ
    answers  (2,) one number a series               time   steps that have been read, 0..12; of a window, 0 or 1
    apart    (12,) how far the two states lie apart after each step; of no use where there is no state
    """

    reader: str
    series: np.ndarray
    back: int
    answers: np.ndarray
    apart: np.ndarray
    time: int
    size = 9.0, 4.75

    @property
    def gap(self):
        return abs(self.answers[0] - self.answers[1])

    def axes(self, ax):
        ax.set(xlim=(-2, STEPS + 4.6), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        write(ax, -1.9, 48, "value", SMALL, GREY, ha="left")
        for value, said in ((-1, "−1"), (0, "0"), (1, "1")):
            write(ax, -0.8, MIDDLE - SCALE * value, said, SMALL, GREY, ha="right")
        write(ax, -1.9, 200, "step", SMALL, GREY, ha="left")
        for t in range(STEPS):
            write(ax, t, 200, t, SMALL, GREY)
        write(ax, STEPS + 0.3, 48, "answers", ha="left")

    def draw(self, ax):
        reads, recurrent = READERS[self.reader], READERS[self.reader] == STEPS
        write(ax, -1.9, 16, self.title(), LARGE, ha="left")
        write(ax, STEPS - 0.4, 48, f"reads {counted(reads)}{', one after another' if recurrent else ''}", ha="right")
        first, count = (0, self.time) if recurrent else (STEPS - reads, reads)
        ax.add_patch(Rectangle((first - 0.5, 60), count, 124, facecolor=PALE, edgecolor=GREY, linewidth=1.5, zorder=0))
        self.draw_series(ax)
        if recurrent:
            self.draw_states(ax)
        else:
            write(ax, -1.9, BASE - 30, "keeps no state", SMALL, GREY, ha="left")
        if self.done():
            self.draw_answers(ax)

    def draw_series(self, ax):
        at, differ, heights = np.arange(STEPS), STEPS - 1 - self.back, MIDDLE - SCALE * self.series
        alike = np.where(at == differ, np.nan, heights[0])
        ax.plot(at, alike, color=FAINT, linewidth=2, marker="o", markersize=7, markeredgecolor=GREY, zorder=1)
        near = slice(max(0, differ - 1), differ + 2)
        for (name, look), height in zip(LOOKS.items(), heights, strict=True):
            ax.plot(at[near], height[near], **look | {"marker": ""}, linewidth=2.2, zorder=2)
            ax.plot(differ, height[differ], **look, markersize=12, zorder=3)
            write(ax, differ + 0.32, height[differ], name, color=look["color"], ha="left", weight="bold")
        if self.back:
            ax.plot([differ, STEPS - 1], [220, 220], color=INK, marker="|", markersize=10, linewidth=1.5)
        write(ax, STEPS - 0.4, 238, self.where(), ha="right")

    def draw_states(self, ax):
        """Bars: how far the states of the two runs lie apart after each step that has been read."""
        write(ax, -1.9, BASE - 38, "states", SMALL, GREY, ha="left")
        write(ax, -1.9, BASE - 22, "apart by", SMALL, GREY, ha="left")
        for t in range(self.time):
            height = HIGH * self.apart[t] / self.apart.max()
            bar(ax, t - 0.5, BASE, height)
            write(ax, t, BASE - height - 10, f"{self.apart[t]:.1f}" if self.apart[t] else "0", SMALL)
        if self.time:
            here(ax, self.time - 1.5, 60, 124)

    def draw_answers(self, ax):
        """The answers as points at their values, and as numbers beside them, which do not cover each other."""
        heights = MIDDLE - SCALE * self.answers
        middle, half = heights.mean(), max(abs(heights[0] - heights[1]), 22) / 2
        if not self.gap:
            ax.plot(STEPS + 0.6, middle, color=INK, marker="o", markersize=11)
            write(ax, STEPS + 1, middle, f"both {decimal(self.answers[0])}", ha="left", weight="bold")
        for (name, look), value, height in zip(LOOKS.items(), self.answers, heights, strict=True):
            if self.gap:
                ax.plot(STEPS + 0.6, height, **look, markersize=12)
                y = middle + half * np.sign(height - middle)
                write(ax, STEPS + 1, y, f"{name} {decimal(value)}", color=look["color"], ha="left", weight="bold")
        mark, color = verdict(self.gap)
        said = f"{mark} apart by {self.gap:.2f}" if self.gap else f"{mark} the same"
        write(ax, STEPS + 0.3, 238, said, color=color, ha="left", weight="bold")

    def done(self):
        return self.time == last_moment(self.reader)

    def title(self):
        name = self.reader[0].upper() + self.reader[1:]
        return f"{name}: {'tells' if self.gap else 'cannot tell'} A from B" if self.done() else name

    def where(self):
        return f"A and B differ {counted(self.back)} back" if self.back else "A and B differ in the last step"

    def says(self):
        reads, (a, b) = READERS[self.reader], map(decimal, self.answers)
        if self.done():
            inside = f"{'inside' if self.back < reads else 'outside of'} the {counted(reads)} that it reads"
            apart = f"the answers are {a} and {b}, apart by {self.gap:.2f}"
            same = f"both answers are {a}, to the last bit"
            return f"{self.title()}. {self.where()}, {inside}: {apart if self.gap else same}."
        if not self.time:
            return f"{self.title()}: {self.where()}. Nothing is read yet. Play, or take a step."
        apart = self.apart[self.time - 1]
        states = f"apart by {apart:.1f}" if apart else "the same"
        return f"{self.title()}: {self.where()}. After {self.time} of {STEPS} steps the two states are {states}."


def last_moment(reader, back=0):
    """An LSTM reads step after step, a feed-forward net all at once."""
    return STEPS if READERS[reader] == STEPS else 1


@explorer(back=range(STEPS), reader=tuple(READERS), time=Time(last_moment))
def two_pasts(back=3, reader="feed-forward, input window of 4", time=None):
    """Two series that differ in one step so far back, and three readers: which of them can tell?"""
    series = pair(back)
    answers, (a, b) = zip(*(answer(one, reader) for one in series), strict=True)
    return TwoPasts(reader, series, back, np.array(answers), np.linalg.norm(a - b, axis=1), time)


def told_apart(reader, back, seed):
    """Whether a reader whose weights are drawn with that seed answers differently to the two series."""
    a, b = (answer(one, reader, seed)[0] for one in pair(back))
    return a != b


def pair(back):
    """(2, T): two series, +1 and -1 in the step so far back, alike in all others."""
    series = np.tile(np.random.default_rng(4).uniform(-0.7, 0.7, STEPS), (2, 1))
    series[:, STEPS - 1 - back] = 1, -1
    return series


def answer(series, reader, seed=SEED):
    """(one number between -1 and 1, (T, 2H) the states h and c after each step; zeros of a feed-forward net)."""
    x, states = series[-READERS[reader] :], np.zeros((STEPS, 2 * UNITS))
    if len(x) < STEPS:
        hidden = np.tanh(x @ drawn(seed, len(x), UNITS) + drawn(seed + 2, UNITS))
    else:
        weights = [drawn(seed + k, width, 4 * UNITS).T for k, width in enumerate((1, UNITS))]
        trace = run(Params(*weights, np.repeat([0.0, FORGET_BIAS, 0.0, 0.0], UNITS)), x[None, :, None])
        hidden, states = trace.final.h[0], np.concatenate([trace.h[0], trace.c[0]], axis=1)
    return np.tanh(hidden @ drawn(seed + 3, UNITS)), states


def drawn(seed, *shape):
    """Standard normal, by the square root of how many are summed."""
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(shape[0])


def decimal(value):
    """Two digits, with a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def counted(count):
    return f"{count} step" if count == 1 else f"{count} steps"


class WindowNet(nn.Module):
    """A hidden layer on the last `width` steps, zeros before the first: x (B, T, 1) -> an answer a step, (B, T, 1)."""

    def __init__(self, width, units=24):
        super().__init__()
        self.width = width
        self.layers = nn.Sequential(nn.Linear(width, units), nn.ReLU(), nn.Linear(units, 1))

    def forward(self, x):
        padded = nn.functional.pad(x, (0, 0, self.width - 1, 0))
        return self.layers(padded.unfold(1, self.width, 1).flatten(2))


class LSTMNet(nn.Module):
    """A stateless LSTM and a number read off its h at each step: x (B, T, 1) -> an answer a step, (B, T, 1)."""

    def __init__(self, units=24):
        super().__init__()
        self.net, self.head = StatelessLSTM(1, units), nn.Linear(units, 1)

    def forward(self, x):
        return self.head(self.net(x)[0])


def weights(net):
    """How many numbers training sets."""
    return sum(weight.numel() for weight in net.parameters())


def dead(net, x):
    """How many weights of an nn.LSTM that reads x get a gradient of exactly zero: training cannot move them."""
    h, _ = net(x)
    gradients = torch.autograd.grad(h.square().sum(), list(net.parameters()))
    return sum((gradient == 0).sum().item() for gradient in gradients)


def what_changes(net, event):
    """Let something happen to a stateful net that has read, event(): what is then another, to the bit?"""
    before, state = [weight.detach().clone() for weight in net.parameters()], net.state
    event()
    learnt = not all(map(torch.equal, before, net.parameters()))
    h, c = net.state or (torch.zeros_like(part) for part in state)  # none is what a call begins from: zeros
    kept = torch.equal(h, state.h) and torch.equal(c, state.c)
    return " and ".join(["weights"] * learnt + ["state"] * (not kept)) or "nothing"


def train(net, x, y, loss, batches):
    """Draw 50 series, compare, step downhill; again and again."""
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(batches):
        k = torch.randint(len(x), (50,))
        wrong = loss(net(x[k]), y[k])
        adam.zero_grad()
        wrong.backward()
        adam.step()


ROW, LAGS, WIDTHS = 32, range(13), range(1, 13)  # steps of a series; of windows. From step 12 on it holds every lag
LEARNT = 0.05  # the largest error of a lag that counts as learnt, where always to say 0 scores 1


@table(
    "windows.csv",
    {"model": ["LSTM"], "window": [0], "lag": LAGS, "seed": range(5), "batches": [600]},
    {"model": ["LSTM"], "window": [0], "lag": LAGS[-1:], "seed": range(3), "batches": [1800]},
    {"model": ["window"], "window": WIDTHS, "lag": LAGS, "seed": range(3), "batches": [600]},
    quick={"batches": 2},
)
def learn_echo(model, window, lag, seed, batches):
    """Train a net to say what it heard `lag` steps ago, and score it on 200 other series, over steps 12 to 31."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = LSTMNet() if model == "LSTM" else WindowNet(window)
        x, y = echo_rows(1000, lag, 2 * seed)
        begun = clock.process_time()
        train(net, x, y, lambda said, asked: (said - asked)[:, lag:].square().mean(), batches)
        seconds = clock.process_time() - begun
    x, y = echo_rows(200, lag, 2 * seed + 1)
    with torch.no_grad():
        error = (net(x) - y)[:, LAGS[-1] :].square().mean().item()
    return {"error": error, "seconds": seconds, "parameters": weights(net)}


def echo_rows(count, lag, seed):
    """Signs that are heard, and those asked for, two (count, 32, 1) of float32."""
    return (torch.tensor(np.stack(rows), dtype=torch.float32) for rows in delayed_echo(count, ROW, lag, seed=seed))


def errors(window):
    """(seeds, lags) stored errors of nets on that window, or of the LSTM, which is window 0."""
    rows = learn_echo.stored(window=window, batches=600)
    return np.transpose([[row.error for row in rows if row.lag == lag] for lag in LAGS])


@dataclass(frozen=True)
class ErrorByLag(Picture):
    """(seeds, L) mean squared errors of nets on a window, and of an LSTM, at lags 0..L - 1."""

    window: int
    of_window: np.ndarray
    of_lstm: np.ndarray
    size, place = (9.0, 4.4), (0.07, 0.17, 0.69, 0.65)

    def axes(self, ax):
        ax.set(xlim=(-0.4, LAGS[-1] + 0.4), ylim=(0, 1.2), xticks=LAGS)
        ax.set_yticks((0, 0.5, 1), ("0", "0.5", "1"))
        ax.tick_params(labelsize=SMALL)
        write(ax, -1.1, 1.26, "mean squared error", ha="left")
        write(ax, LAGS[-1] / 2, -0.19, "lag (steps)")
        ax.spines[["top", "right"]].set_visible(False)

    def draw(self, ax):
        write(ax, -1.1, 1.43, self.title(), LARGE, ha="left")
        ax.axvspan(-0.4, self.window - 0.5, facecolor=PALE, zorder=0)
        ax.axhline(1, color=GREY, linestyle=":", linewidth=1.2)
        write(ax, -0.3, 1.06, "always to say 0", SMALL, GREY, ha="left")
        write(ax, self.window + 0.15, 0.5, "beyond the window", SMALL, GREY, ha="left")
        lags = np.array(LAGS)  # a little to the side, so that equal errors do not hide each other
        curve(ax, lags - 0.09, self.of_window, f"window of {self.window}", INK, "s", "--")
        curve(ax, lags + 0.09, self.of_lstm, "stateless LSTM", HIDDEN, "o")

    def title(self):
        lags = "lag 0 alone" if self.window == 1 else f"all lags up to {self.window - 1}"
        return f"An input window of {self.window} learns {lags}, then it guesses"

    def says(self):
        first = np.flatnonzero(self.of_lstm.max(axis=0) >= LEARNT)[0]  # the first lag that some seed did not learn
        lstm = f"The LSTM learns all lags up to {first - 1} with every seed, lag {first} not with all of them."
        return f"{self.title()}: its error is 1, as if it always said 0. {lstm}"


@explorer(window=WIDTHS)
def error_by_lag(window=4):
    """How well nets have learnt to say what they heard some steps ago, from data/windows.csv."""
    return ErrorByLag(window, errors(window), errors(0))


# --- exercises -------------------------------------------------------------------------------------------------------


def windows(table, width):
    return np.stack([table[k : k + width] for k in range(len(table) - width + 1)])


def altered(change):
    """The mistake of who has the windows (W, width, F), and then does that to them."""
    return lambda table, width: change(windows(table, width))


check_to_windows = check(
    windows,
    {
        "You made steps out of features: they all come from the same step of the table.": (
            lambda table, width: table.reshape(len(table), width, -1)
        ),
        "These windows do not overlap: a plain reshape begins a new one only every 3 steps.": (
            lambda table, width: table.reshape(-1, width, table.shape[1])
        ),
        "Steps and features are swapped: turn the last two axes round.": altered(lambda w: w.transpose(0, 2, 1)),
        "A reshape mixes steps and features; turn the axes.": altered(lambda w: w.transpose(0, 2, 1).reshape(w.shape)),
        "One window is missing, the last: N steps hold N - width + 1 windows.": altered(lambda w: w[:-1]),
        "Each window runs backwards in time: its oldest step comes first.": altered(lambda w: w[:, ::-1]),
        "One axis too many: leave out the one of length 1.": altered(lambda w: w[:, None]),
        "Each series has one step, all lags beside it as features.": altered(lambda w: w.reshape(len(w), 1, -1)),
        "All steps of a window lie flat, as a feed-forward net reads them.": altered(lambda w: w.reshape(len(w), -1)),
    },
    (np.arange(1.0, 73).reshape(12, 6), 3),
    (np.arange(1.0, 19).reshape(9, 2), 4),
    right="Right: 12 steps give 10 windows of 3, each one step on from the last, with all 6 features.",
    otherwise="The shape is right, the numbers are not: window k should be steps k to k + width - 1 of the table.",
    unset="Nothing to check yet: return one array, (windows, steps, features).",
)

check_piece_length = check(
    lambda lag, share: np.ceil(lag / share),
    {
        "Pieces are whole steps: of 26.67 take the next whole number up.": lambda lag, share: lag / share,
        "Rounded down: then a little more than that share is out of reach.": lambda lag, share: lag // share,
        "The first answers are part of the piece: do not add them.": lambda lag, share: np.ceil(lag / share) + lag,
        "One step more than the lag leaves all answers but one out of reach.": lambda lag, share: lag + 1,
    },
    (4, 0.15),
    (4, 0.1),
    (10, 0.3),
    right="Right: with a lag of 4, pieces of 27 steps leave 4 answers out of reach, 14.8 %.",
    otherwise="Count the answers out of reach in a piece of 10 steps, then in one of 100, at a lag of 4.",
)
